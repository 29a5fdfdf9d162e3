"""Adjectives of series, events, cooperation needs and lessons."""

from django.db.models import Count, Exists, Max, OuterRef, Prefetch, Q

from members.querysets import LabelledQuerySet
from reference.models import MemberState
from reference.querysets import DatedQuerySet, ReferenceQuerySet, time_conditions


def cohosted(states):
    """The Q of events that one of `states`, a queryset, hosts with others."""
    return Q(pk__in=MemberState.cohosted_events.through.objects.filter(memberstate__in=states).values("majorevent_id"))


def in_region(slug):
    """The Q of events with a host in a sub-region."""
    return Q(host_state__sub_region__slug=slug) | cohosted(MemberState.objects.filter(sub_region__slug=slug))


def numbers(**more):
    """Annotations that count events: all, those to come, and of these the ongoing ones."""
    conditions = time_conditions()
    return {
        "n": Count("pk", **more),
        "n_coming": Count("pk", filter=~conditions["past"], **more),
        "n_ongoing": Count("pk", filter=conditions["ongoing"], **more),
    }


SPOT = ["places__city", "places__latitude", "places__longitude"]


class SeriesQuerySet(ReferenceQuerySet):
    def with_editions_for(self, user):
        """Each with `editions`: how many of its events `user` may know of."""
        events = self.model._meta.get_field("events").related_model.objects
        return self.annotate(editions=Count("events", filter=Q(events__in=events.visible_to(user))))


class EventQuerySet(LabelledQuerySet, DatedQuerySet):
    def hosted_by(self, slug):
        """Events that a State hosts alone, mainly or with others."""
        return self.filter(Q(host_state__slug=slug) | cohosted(MemberState.objects.filter(slug=slug)))

    def hosted_by_state(self, state):
        """The same for a State that was read already."""
        return self.filter(Q(host_state=state) | cohosted([state]))

    def hosted_in(self, slug):
        """Events with a host in a sub-region."""
        return self.filter(in_region(slug))

    def about(self, theme_slug):
        return self.filter(themes__slug=theme_slug)

    def hosted_by_states(self, states):
        """The same for States (ids) that were read already."""
        return self.filter(Q(host_state__in=states) | cohosted(states))

    def ended_between(self, first, last):
        return self.filter(end__gte=first, end__lte=last)

    def held(self):
        """Those that took place as far as is known: past, and neither only bid for nor postponed nor cancelled."""
        return self.past().filter(status__in=["awarded", "confirmed"])

    def without_lesson(self):
        """Those of which no lesson tells."""
        lessons = self.model._meta.get_field("lessons").related_model.objects
        return self.filter(~Exists(lessons.of_event(OuterRef("pk"))))

    def of_kind(self, kind):
        return self.filter(kind=kind)

    def called(self, slug):
        return self.filter(slug=slug)

    def in_series(self, slug):
        return self.filter(series__slug=slug)

    def of_series(self, series):
        return self.filter(series=series)

    def beside(self, event):
        """The other editions of an event's series, without those that it is a part of or that are parts of it."""
        if event.series_id is None:
            return self.none()
        others = self.of_series(event.series_id).exclude(pk__in=[event.pk, event.umbrella_id or 0])
        return others.exclude(umbrella=event)

    def near(self, event, editions):
        """What an event is a part of, its own parts, and these editions, by their ids."""
        return self.filter(Q(pk__in=[*editions, event.umbrella_id or 0]) | Q(umbrella=event))

    def prepared_by(self, activity):
        """The event that an activity prepared, or None."""
        return self.filter(pk=activity.event_id).select_related("host_state").first() if activity.event_id else None

    def for_list(self):
        return self.select_related("host_state").prefetch_related("places").defer("search_text")

    def for_overview(self):
        """As a map, a calendar or a timeline names them: without what only rows and the event's own page show."""
        rows = self.prefetch_related(None).select_related("host_state")
        return rows.defer("search_text", "summary", "status_note", "source", "security_authority", "website")

    def for_map(self):
        return self.for_overview().prefetch_related("places")

    def by_place(self):
        """{"places__city", "places__latitude", "places__longitude"} of each event's cities that have coordinates."""
        rows = self.order_by().filter(places__latitude__isnull=False, places__longitude__isnull=False)
        return rows.values(*SPOT)

    def has_more_places_than(self, most):
        return len(self.by_place().distinct()[: most + 1]) > most

    def counted_by_place(self):
        """The same once for each city, with its "state", "n", "n_coming" and "n_ongoing", the largest first.

        The State is the main host of an event that names the city first.
        """
        state = Max("host_state", filter=Q(places__order=0))
        return self.by_place().annotate(**numbers(distinct=True), state=state).order_by("-n", *SPOT)

    def counted_by_state(self):
        """{primary key of a State: (events it hosts alone or with others, of them to come, of them ongoing)}."""
        counted = {}
        for path in ("host_state", "other_hosts"):
            rows = self.order_by().filter(**{f"{path}__isnull": False})
            for state, *more in rows.values_list(path).annotate(**numbers()):
                before = counted.get(state, (0, 0, 0))
                counted[state] = tuple(sum(pair) for pair in zip(before, more, strict=True))
        return counted

    def behind(self, lesson):
        """The event that a lesson is from, or None."""
        return self.filter(pk=lesson.event_id).select_related("host_state").first() if lesson.event_id else None

    def with_hosts(self):
        """As for a list, with the other hosts besides."""
        return self.for_list().prefetch_related("other_hosts")

    def for_detail(self):
        """Places and other hosts come with those of the related events; see dossier_of."""
        return self.select_related("host_state__sub_region", "series", "organiser").prefetch_related("themes")


class NeedQuerySet(LabelledQuerySet):
    def of_event(self, event):
        return self.filter(event=event).prefetch_related("themes")


class LessonQuerySet(LabelledQuerySet):
    def of_state(self, state):
        return self.filter(state=state)

    def of_event(self, event):
        return self.filter(event=event)

    def about(self, theme_slug):
        return self.filter(themes__slug=theme_slug)

    def labelled(self, label):
        return self.filter(label=label)

    def from_events(self, events):
        """Lessons of these events, a queryset that passed visible_to."""
        return self.filter(event__in=events)

    def newest_first(self):
        return self.order_by("-pk")

    def oldest_first(self):
        return self.order_by("pk")

    def for_list(self, user):
        """With the State, and with the event where `user` may know of it; else the event is None."""
        events = self.model._meta.get_field("event").related_model.objects
        seen = Prefetch("event", events.visible_to(user).for_overview())
        return self.select_related("state").prefetch_related(seen).defer("search_text")

    def for_detail(self):
        return self.select_related("state").prefetch_related("themes")
