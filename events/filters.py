"""Filters and facets of the registry and of the lessons."""

import django_filters
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.facets import Facet, Pairs
from core.filters import ListFilter, SlugFilter, WordsFilter, YearFilter
from core.labels import Label
from core.languages import localized
from core.listing import Listing
from events.models import Lesson, MajorEvent, Series
from events.rows import read_keys, read_rows
from reference.models import TIMES, MemberState, SubRegion, Theme
from reference.querysets import named, time_case


class EventFilter(ListFilter):
    """The registry's filters, as a GET form."""

    q = WordsFilter()
    when = django_filters.ChoiceFilter(label=_("When"), choices=list(TIMES.items()), method="filter_when")
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=MajorEvent.Kind.choices)
    state = SlugFilter(label=_("Host State"), method="filter_state")
    sub_region = SlugFilter(label=_("Sub-region"), method="filter_sub_region")
    series = SlugFilter(label=pgettext_lazy("one series of events", "Series"), field_name="series__slug")
    theme = SlugFilter(label=_("Theme"), method="filter_theme")
    status = django_filters.ChoiceFilter(label=_("Status"), choices=MajorEvent.Status.choices)
    year_from = YearFilter(label=_("From year"), method="filter_year_from")
    year_to = YearFilter(label=_("To year"), method="filter_year_to")

    class Meta:
        model = MajorEvent
        fields = []

    def filter_when(self, rows, name, value):
        return getattr(rows, value)()

    def filter_state(self, rows, name, value):
        return rows.hosted_by(value)

    def filter_sub_region(self, rows, name, value):
        return rows.hosted_in(value)

    def filter_theme(self, rows, name, value):
        return rows.about(value)

    def filter_year_from(self, rows, name, value):
        return rows.between_years(first=int(value))

    def filter_year_to(self, rows, name, value):
        return rows.between_years(last=int(value))


COHOSTS = Pairs(
    "cohosts",
    MajorEvent.other_hosts.through.objects.values(
        row_id=F("majorevent"), state=F("memberstate"), sub_region=F("memberstate__sub_region")
    ),
)
THEMES = Pairs("themes", MajorEvent.themes.through.objects.values("theme", row_id=F("majorevent")))
FACETS = [
    Facet("kind", _("Kind"), F("kind"), labels=dict(MajorEvent.Kind.choices)),
    Facet("state", _("Host State"), F("host_state"), COHOSTS, of=MemberState.objects),
    Facet("sub_region", _("Sub-region"), F("host_state__sub_region"), COHOSTS, repeats=True, of=SubRegion.objects),
    Facet("series", pgettext_lazy("one series of events", "Series"), F("series"), of=Series.objects),
    Facet("theme", _("Theme"), pairs=THEMES, of=Theme.objects),
    Facet("status", _("Status"), F("status"), labels=dict(MajorEvent.Status.choices)),
]


def event_facets():
    """The registry's counted choices. What is past depends on the day."""
    return [Facet("when", _("When"), time_case(), labels=TIMES), *FACETS]


SORTS = {
    "latest": (_("Latest first"), lambda rows: rows.latest_first()),
    "soonest": (_("Earliest first"), lambda rows: rows.soonest_first()),
    "name": (_("Name"), lambda rows: rows.order_by(named(), "pk")),
}


def event_listing(request):
    """The Listing of the events that the reader may know of."""
    events = MajorEvent.objects.visible_to(request.user)
    filterset = EventFilter(request.GET, queryset=events)
    user = request.user
    ways = (lambda rows: read_rows(rows, user), lambda keys: read_keys(keys, user))
    return Listing(request, filterset, event_facets(), SORTS, *ways)


LABELS = {label.name.lower(): label.label for label in Label if label > Label.CLEAR}


class LessonFilter(ListFilter):
    """The filters of the lessons, as a GET form; an event that the reader may not know of is none here."""

    q = WordsFilter()
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Lesson.Kind.choices)
    state = SlugFilter(label=_("State"), field_name="state__slug")
    theme = SlugFilter(label=_("Theme"), method="filter_theme")
    event_kind = django_filters.ChoiceFilter(
        label=_("Kind of event"), choices=MajorEvent.Kind.choices, method="filter_event_kind"
    )
    label = django_filters.ChoiceFilter(label=_("Label"), choices=list(LABELS.items()), method="filter_label")
    series = SlugFilter(label=pgettext_lazy("one series of events", "Series"), method="filter_series")
    event = SlugFilter(label=_("Event"), method="filter_event")

    class Meta:
        model = Lesson
        fields = []

    def __init__(self, *args, reader, **kwargs):
        super().__init__(*args, **kwargs)
        self.events = MajorEvent.objects.visible_to(reader)

    def filter_theme(self, rows, name, value):
        return rows.about(value)

    def filter_event_kind(self, rows, name, value):
        return rows.from_events(self.events.of_kind(value))

    def filter_label(self, rows, name, value):
        return rows.labelled(Label[value.upper()])

    def filter_series(self, rows, name, value):
        return rows.from_events(self.events.in_series(value))

    def filter_event(self, rows, name, value):
        return rows.from_events(self.events.called(value))


def lesson_facets(events):
    """The counted choices of the lessons; `events` are those that the reader may know of."""
    labels = Case(*(When(label=label, then=Value(label.name.lower())) for label in Label if label > Label.CLEAR))
    themes = Pairs("themes", Lesson.themes.through.objects.values("theme", row_id=F("lesson")))
    held = Pairs("held", Lesson.objects.from_events(events).order_by().values(
        row_id=F("pk"), event_kind=F("event__kind"), series=F("event__series")
    ))  # fmt: skip
    return [
        Facet("kind", _("Kind"), F("kind"), labels=dict(Lesson.Kind.choices)),
        Facet("state", _("State"), F("state"), of=MemberState.objects),
        Facet("theme", _("Theme"), pairs=themes, of=Theme.objects),
        Facet("event_kind", _("Kind of event"), pairs=held, labels=dict(MajorEvent.Kind.choices)),
        Facet("series", _("Series"), pairs=held, of=Series.objects),
        Facet("label", _("Label"), labels, labels=LABELS),
    ]


LESSON_SORTS = {
    "latest": (_("Latest first"), lambda rows: rows.newest_first()),
    "oldest": (_("Earliest first"), lambda rows: rows.oldest_first()),
    "title": (_("Title"), lambda rows: rows.order_by(named("title"), "pk")),
}


class LessonListing(Listing):
    """The list of lessons; of one event it tells the name."""

    def _said(self, name, value):
        if name == "event" and (event := self.filterset.events.called(value).first()):
            return localized(event, "name")[0]
        return super()._said(name, value)


def lesson_listing(request):
    """The Listing of the lessons that the reader may know of."""
    lessons = Lesson.objects.visible_to(request.user)
    filterset = LessonFilter(request.GET, queryset=lessons, reader=request.user)
    facets = lesson_facets(filterset.events)
    return LessonListing(request, filterset, facets, LESSON_SORTS, lambda rows: rows.for_list(request.user))
