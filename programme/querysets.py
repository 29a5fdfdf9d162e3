"""Adjectives of activities, participations and pages."""

from django.db import models
from django.db.models import Count, Q

from members.querysets import LabelledQuerySet
from reference.querysets import DatedQuerySet, ReferenceQuerySet, named


class ActivityQuerySet(LabelledQuerySet, DatedQuerySet):
    def about(self, theme_slug):
        return self.filter(themes__slug=theme_slug)

    def with_partner(self, code):
        return self.filter(partners__code=code)

    def known_to(self, states):
        """Activities that at least one of these States hosted or took part in."""
        joined = self.model._meta.get_field("participations").related_model.objects.filter(state__in=states)
        return self.filter(Q(host_state__in=states) | Q(pk__in=joined.values("activity")))

    def leading_to(self, event, states):
        """Activities that prepared an event, and those that had ended before it and that these States know from."""
        earlier = self.known_to(states).filter(end__lt=event.start)
        return self.filter(Q(event=event) | Q(pk__in=earlier.order_by().values("pk")))

    def for_list(self):
        return self.select_related("host_state").defer("search_text")

    def for_detail(self):
        return self.select_related("host_state").prefetch_related("themes", "partners")

    def partners_counted(self, organisations):
        """`organisations` that partnered in these activities, each with `activity_count`, most first."""
        counted = organisations.annotate(activity_count=Count("activities", filter=Q(activities__in=self)))
        return counted.filter(activity_count__gt=0).order_by("-activity_count", named())


class ParticipationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Who took part in the activities that `user` may know of."""
        activities = self.model._meta.get_field("activity").related_model.objects
        return self.filter(activity__in=activities.visible_to(user))

    def people_of(self, state):
        """{activity's id: how many people a State sent, None where that is not known}."""
        return dict(self.filter(state=state).values_list("activity", "people"))

    def of(self, activity):
        return self.filter(activity=activity).select_related("state").order_by(named("state__name"))


class PageQuerySet(ReferenceQuerySet):
    """Pages are open to everybody."""

    def at(self, slug):
        """The page of an address, or None where nobody wrote it."""
        return self.filter(slug=slug).first()
