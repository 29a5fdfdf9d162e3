"""Filters and facets of the Programme's activities."""

import django_filters
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from core.facets import Facet, Pairs
from core.filters import ListFilter, SlugFilter, WordsFilter, YearFilter
from core.listing import Listing
from programme.models import Activity
from reference.models import TIMES, MemberState, Organisation, SubRegion, Theme
from reference.querysets import named, time_case


class ActivityFilter(ListFilter):
    """The filters of the activities, as a GET form."""

    q = WordsFilter()
    when = django_filters.ChoiceFilter(label=_("When"), choices=list(TIMES.items()), method="filter_when")
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Activity.Kind.choices)
    state = SlugFilter(label=_("Host State"), field_name="host_state__slug")
    sub_region = SlugFilter(label=_("Sub-region"), field_name="host_state__sub_region__slug")
    partner = django_filters.CharFilter(label=_("Partner"), method="filter_partner", max_length=30)
    theme = SlugFilter(label=_("Theme"), method="filter_theme")
    year_from = YearFilter(label=_("From year"), method="filter_year_from")
    year_to = YearFilter(label=_("To year"), method="filter_year_to")

    class Meta:
        model = Activity
        fields = []

    def filter_when(self, rows, name, value):
        return getattr(rows, value)()

    def filter_partner(self, rows, name, value):
        return rows.with_partner(value)

    def filter_theme(self, rows, name, value):
        return rows.about(value)

    def filter_year_from(self, rows, name, value):
        return rows.between_years(first=int(value))

    def filter_year_to(self, rows, name, value):
        return rows.between_years(last=int(value))


PARTNERS = Pairs("partners", Activity.partners.through.objects.values(row_id=F("activity"), partner=F("organisation")))
THEMES = Pairs("themes", Activity.themes.through.objects.values("theme", row_id=F("activity")))
FACETS = [
    Facet("kind", _("Kind"), F("kind"), labels=dict(Activity.Kind.choices)),
    Facet("state", _("Host State"), F("host_state"), of=MemberState.objects),
    Facet("sub_region", _("Sub-region"), F("host_state__sub_region"), of=SubRegion.objects),
    Facet("partner", _("Partner"), pairs=PARTNERS, of=Organisation.objects, slug="code"),
    Facet("theme", _("Theme"), pairs=THEMES, of=Theme.objects),
]


def activity_facets():
    """The counted choices of the activities. What is past depends on the day."""
    return [Facet("when", _("When"), time_case(), labels=TIMES), *FACETS]


SORTS = {
    "latest": (_("Latest first"), lambda rows: rows.latest_first()),
    "soonest": (_("Earliest first"), lambda rows: rows.soonest_first()),
    "title": (_("Title"), lambda rows: rows.order_by(named("title"), "pk")),
}


def activity_listing(request):
    """The Listing of the activities that the reader may know of."""
    activities = Activity.objects.visible_to(request.user)
    filterset = ActivityFilter(request.GET, queryset=activities)
    return Listing(request, filterset, activity_facets(), SORTS, lambda rows: rows.for_list())
