"""Filters and facets of the registry."""

import django_filters
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.facets import Facet
from core.filters import SlugFilter, WordsFilter, YearFilter
from core.listing import Listing
from events.models import MajorEvent, Series
from events.rows import read_rows
from reference.models import TIMES, MemberState, SubRegion, Theme
from reference.querysets import named, time_case


class EventFilter(django_filters.FilterSet):
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


def _cohosts(column):
    """Pairs of an event and something of each of its other hosts."""
    return MajorEvent.other_hosts.through.objects.values(row_id=F("majorevent"), choice=F(column))


def _themes():
    """Pairs of an event and each of its themes."""
    return MajorEvent.themes.through.objects.values(row_id=F("majorevent"), choice=F("theme"))


def event_facets():
    """The registry's counted choices."""
    return [
        Facet("when", _("When"), time_case(), labels=TIMES),
        Facet("kind", _("Kind"), F("kind"), labels=dict(MajorEvent.Kind.choices)),
        Facet("state", _("Host State"), F("host_state"), _cohosts("memberstate"), of=MemberState.objects),
        Facet(
            "sub_region",
            _("Sub-region"),
            F("host_state__sub_region"),
            _cohosts("memberstate__sub_region"),
            repeats=True,
            of=SubRegion.objects,
        ),
        Facet("series", pgettext_lazy("one series of events", "Series"), F("series"), of=Series.objects),
        Facet("theme", _("Theme"), pairs=_themes(), of=Theme.objects),
        Facet("status", _("Status"), F("status"), labels=dict(MajorEvent.Status.choices)),
    ]


SORTS = {
    "latest": (_("Latest first"), lambda rows: rows.latest_first()),
    "soonest": (_("Earliest first"), lambda rows: rows.soonest_first()),
    "name": (_("Name"), lambda rows: rows.order_by(named(), "pk")),
}


def event_listing(request):
    """The Listing of the events that the reader may know of."""
    events = MajorEvent.objects.visible_to(request.user)
    filterset = EventFilter(request.GET, queryset=events)
    return Listing(request, filterset, event_facets(), SORTS, lambda rows: read_rows(rows, request.user))
