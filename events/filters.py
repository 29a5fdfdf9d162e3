"""Filters and facets of the registry."""

import django_filters
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.facets import Facet
from core.filters import SlugFilter, WordsFilter, YearFilter
from core.listing import Listing
from events.models import MajorEvent, Series
from events.querysets import in_region
from reference.models import TIMES, MemberState, SubRegion, Theme
from reference.querysets import named, time_conditions


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


def event_facets():
    """The registry's counted choices."""
    regions = list(SubRegion.objects.by_name())
    return [
        Facet("when", _("When"), conditions=time_conditions(), labels=TIMES),
        Facet("kind", _("Kind"), paths=[("kind", F("kind"))], labels=dict(MajorEvent.Kind.choices)),
        Facet(
            "state",
            _("Host State"),
            paths=[
                ("host_state__slug", named("host_state__name")),
                ("other_hosts__slug", named("other_hosts__name")),
            ],
            of=MemberState.objects,
        ),
        Facet(
            "sub_region",
            _("Sub-region"),
            conditions={region.slug: in_region(region.slug) for region in regions},
            labels={region.slug: region.name for region in regions},
        ),
        Facet(
            "series",
            pgettext_lazy("one series of events", "Series"),
            paths=[("series__slug", named("series__name"))],
            of=Series.objects,
        ),
        Facet("theme", _("Theme"), paths=[("themes__slug", named("themes__name"))], of=Theme.objects),
        Facet("status", _("Status"), paths=[("status", F("status"))], labels=dict(MajorEvent.Status.choices)),
    ]


SORTS = {
    "latest": (_("Latest first"), lambda rows: rows.latest_first()),
    "soonest": (_("Earliest first"), lambda rows: rows.soonest_first()),
    "name": (_("Name"), lambda rows: rows.order_by(named(), "pk")),
}


def event_listing(request):
    """The Listing of the events that the reader may know of."""
    events = MajorEvent.objects.visible_to(request.user).for_list().with_documents_for(request.user)
    return Listing(request, EventFilter(request.GET, queryset=events), event_facets(), SORTS)
