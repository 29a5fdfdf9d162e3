"""Adjectives of series, events and cooperation needs."""

from django.db.models import Count, Prefetch, Q

from documents.models import Document
from members.querysets import LabelledQuerySet
from reference.models import MemberState
from reference.querysets import DatedQuerySet, ReferenceQuerySet


def cohosted(states):
    """The Q of events that one of `states`, a queryset, hosts with others."""
    return Q(pk__in=MemberState.cohosted_events.through.objects.filter(memberstate__in=states).values("majorevent_id"))


def in_region(slug):
    """The Q of events with a host in a sub-region."""
    return Q(host_state__sub_region__slug=slug) | cohosted(MemberState.objects.filter(sub_region__slug=slug))


class SeriesQuerySet(ReferenceQuerySet):
    def with_editions_for(self, user):
        """Each with `editions`: how many of its events `user` may know of."""
        events = self.model._meta.get_field("events").related_model.objects
        return self.annotate(editions=Count("events", filter=Q(events__in=events.visible_to(user))))


class EventQuerySet(LabelledQuerySet, DatedQuerySet):
    def hosted_by(self, slug):
        """Events that a State hosts alone, mainly or with others."""
        return self.filter(Q(host_state__slug=slug) | cohosted(MemberState.objects.filter(slug=slug)))

    def hosted_in(self, slug):
        """Events with a host in a sub-region."""
        return self.filter(in_region(slug))

    def about(self, theme_slug):
        return self.filter(themes__slug=theme_slug)

    def related_to(self, event):
        """What an event is a part of, its own parts, and the other editions of its series, latest first."""
        related = Q(pk=event.umbrella_id) | Q(umbrella=event.pk) | Q(series__isnull=False, series=event.series_id)
        return self.filter(related).exclude(pk=event.pk).latest_first()

    def prepared_by(self, activity):
        """The event that an activity prepared, or None."""
        return self.filter(pk=activity.event_id).select_related("host_state").first() if activity.event_id else None

    def with_documents_for(self, user):
        """Each with its documents that `user` may know of, in `readable_documents`."""
        documents = Document.objects.visible_to(user).defer("sha256")
        return self.prefetch_related(Prefetch("documents", documents, to_attr="readable_documents"))

    def for_list(self):
        return self.select_related("host_state").prefetch_related("places").defer("search_text")

    def for_detail(self):
        return self.select_related("host_state__sub_region", "series", "organiser").prefetch_related(
            "places", "other_hosts", "themes"
        )


class NeedQuerySet(LabelledQuerySet):
    def of_event(self, event):
        return self.filter(event=event).prefetch_related("themes")
