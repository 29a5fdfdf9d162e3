"""Filters and facets of legislation."""

import django_filters
from django import forms
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from core.facets import MOST_COUNTED, Facet, Pairs
from core.filters import FIRST_YEAR, LAST_YEAR, ListFilter, SlugFilter, WordsFilter, YearFilter
from core.listing import Listing
from legislation.models import Instrument
from legislation.rows import read_keys, read_rows
from reference.models import MemberState, Organisation, SubRegion, Theme

IN_FORCE = {"yes": _("In force"), "unknown": _("Not known")}


class DayField(forms.DateField):
    """A day in the years that the portal knows."""

    widget = forms.DateInput(attrs={"type": "date"})

    def __init__(self, **kwargs):
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)

    def validate(self, value):
        super().validate(value)
        if value and not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise forms.ValidationError(_("The year is out of range."))


class DayFilter(django_filters.DateFilter):
    field_class = DayField


class InstrumentFilter(ListFilter):
    """The filters of legislation, as a GET form. `in_force` tells what to show for the day of `in_force_on`."""

    q = WordsFilter()
    level = django_filters.ChoiceFilter(label=_("Level"), choices=Instrument.Level.choices)
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Instrument.Kind.choices)
    state = SlugFilter(label=_("State"), field_name="state__slug")
    sub_region = SlugFilter(label=_("Sub-region"), field_name="state__sub_region__slug")
    organisation = django_filters.CharFilter(label=_("Organisation"), field_name="organisation__code", max_length=30)
    theme = SlugFilter(label=_("Theme"), method="filter_theme")
    status = django_filters.ChoiceFilter(label=_("Status"), choices=Instrument.Status.choices)
    year_from = YearFilter(label=_("Adopted from year"), method="filter_year_from")
    year_to = YearFilter(label=_("Adopted to year"), method="filter_year_to")
    in_force_on = DayFilter(label=_("In force on"), method="filter_in_force_on")
    in_force = django_filters.ChoiceFilter(
        label=_("On that day"), choices=list(IN_FORCE.items()), method="filter_nothing"
    )

    class Meta:
        model = Instrument
        fields = []

    def filter_theme(self, rows, name, value):
        return rows.about(value)

    def filter_year_from(self, rows, name, value):
        return rows.adopted_between(first=int(value))

    def filter_year_to(self, rows, name, value):
        return rows.adopted_between(last=int(value))

    def filter_in_force_on(self, rows, name, value):
        unknown = self.form.cleaned_data.get("in_force") == "unknown"
        return rows.maybe_in_force_on(value) if unknown else rows.in_force_on(value)

    def filter_nothing(self, rows, name, value):
        return rows


THEMES = Pairs("themes", Instrument.themes.through.objects.values("theme", row_id=F("instrument")))
FACETS = [
    Facet("level", _("Level"), F("level"), labels=dict(Instrument.Level.choices)),
    Facet("kind", _("Kind"), F("kind"), labels=dict(Instrument.Kind.choices)),
    Facet("state", _("State"), F("state"), of=MemberState.objects),
    Facet("sub_region", _("Sub-region"), F("state__sub_region"), of=SubRegion.objects),
    Facet("organisation", _("Organisation"), F("organisation"), of=Organisation.objects, slug="code"),
    Facet("theme", _("Theme"), pairs=THEMES, of=Theme.objects),
    Facet("status", _("Status"), F("status"), labels=dict(Instrument.Status.choices)),
]


SORTS = {
    "latest": (_("Latest first"), lambda rows: rows.latest_first()),
    "oldest": (_("Oldest first"), lambda rows: rows.oldest_first()),
    "title": (_("Title"), lambda rows: rows.order_by("original_title", "pk")),
}


class InstrumentListing(Listing):
    """The list of legislation; with a day it also knows how many texts have no certain answer for it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "in_force_on" not in self.values:
            self.values.pop("in_force", None)  # an answer without a day asks nothing

    @property
    def day(self):
        return self.values.get("in_force_on")

    @property
    def unknown_total(self):
        """How many instruments it is not known of whether they were in force on the day, as far as is counted."""
        rows = self.narrowed(without="in_force_on").maybe_in_force_on(self.day)
        return rows.order_by("adopted_on", "pk")[: MOST_COUNTED + 1].count()  # by the index of the list, from its start

    @property
    def shows_unknown(self):
        return self.values.get("in_force") == "unknown"

    @property
    def unknown_url(self):
        return self.url(in_force="unknown")

    @property
    def certain_url(self):
        return self.url(drop="in_force")


def instrument_listing(request):
    """The Listing of the instruments that the reader may know of."""
    instruments = Instrument.objects.visible_to(request.user)
    filterset = InstrumentFilter(request.GET, queryset=instruments)
    return InstrumentListing(request, filterset, FACETS, SORTS, read_rows, read_keys)
