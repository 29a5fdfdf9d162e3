"""The matrix of legislation: what law each State of a sub-region has on each theme, and how fresh that knowledge is."""

import datetime
from dataclasses import dataclass
from typing import NamedTuple

from django import forms
from django.core.validators import RegexValidator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.dates import Precision, say_date, today
from legislation.filters import DayField
from legislation.models import Instrument
from reference.models import MemberState, SubRegion, Theme


class MatrixForm(forms.Form):
    """What a reader may ask of the matrix: one sub-region, and the law of another day."""

    sub_region = forms.CharField(
        label=gettext_lazy("Sub-region"),
        required=False,
        max_length=50,
        validators=[RegexValidator(r"^[a-z0-9-]+$", gettext_lazy("There is no such choice."))],
    )
    on = DayField(label=gettext_lazy("In force on"), required=False)


def year_before(date):
    """The same day a year earlier; 28 February for a leap day."""
    try:
        return date.replace(year=date.year - 1)
    except ValueError:
        return date.replace(year=date.year - 1, day=28)


@dataclass
class Cell:
    """The law of one State on one theme, by the answer for the day, and when it was last verified."""

    yes: int = 0
    unknown: int = 0
    no: int = 0
    verified: int = 0
    verified_on: datetime.date | None = None

    def add(self, answer, n, verified, verified_on):
        setattr(self, answer, n)
        self.verified += verified
        self.verified_on = max(filter(None, [self.verified_on, verified_on]), default=None)

    @property
    def total(self):
        return self.yes + self.unknown + self.no

    @property
    def lines(self):
        """What the cell says of the law, each line with a sign of its own."""
        said = [
            ("●", self.yes, ngettext("%(n)s in force", "%(n)s in force", self.yes)),
            ("◐", self.unknown, ngettext("%(n)s not known", "%(n)s not known", self.unknown)),
            ("✕", self.no, ngettext("%(n)s not in force", "%(n)s not in force", self.no)),
        ]
        return [f"{sign} {words % {'n': n}}" for sign, n, words in said if n]

    @property
    def freshness(self):
        """ "fresh" where a text was verified in the last twelve months, "stale" where that is longer ago, else ""."""
        if not self.verified_on:
            return ""
        return "stale" if self.verified_on < year_before(today()) else "fresh"

    @property
    def age(self):
        """The same in words: how many texts were verified, and when the last one was."""
        if not self.verified_on:
            return _("not yet verified")
        values = {"n": self.verified, "total": self.total, "date": say_date(self.verified_on, Precision.DAY)}
        if self.verified < self.total:
            stale, fresh = (
                _("%(n)s of %(total)s verified, %(date)s, out of date"),
                _("%(n)s of %(total)s verified, %(date)s"),
            )
        else:
            stale, fresh = _("verified %(date)s, out of date"), _("verified %(date)s")
        return (stale if self.freshness == "stale" else fresh) % values


class Matrix:
    """States × themes of one sub-region, or of all, with the law that `user` may know of on a day."""

    def __init__(self, user, day, region=None):
        states, law = MemberState.objects.visible_to(user).for_list(), Instrument.objects.visible_to(user)
        if region:
            states, law = states.of_sub_region(region), law.of_sub_region(region)
        self.day, self.region = day, region
        self.states = list(states.by_name())
        self.all_themes = list(Theme.objects.visible_to(user).by_name())
        self.cells = {}
        for state, theme, *counted in law.counted_by_state_and_theme(day):
            self.cells.setdefault((state, theme), Cell()).add(*counted)

    @cached_property
    def themes(self):
        """The themes under which something is recorded."""
        found = {theme for _state, theme in self.cells}
        return [theme for theme in self.all_themes if theme.pk in found]

    @property
    def rows(self):
        """[(State, a Cell or None for each theme)]; no cells at all for a State without law."""
        with_law = {state for state, _theme in self.cells}
        for state in self.states:
            cells = [self.cells.get((state.pk, theme.pk)) for theme in self.themes] if state.pk in with_law else []
            yield state, list(zip(self.themes, cells, strict=False))

    @property
    def size(self):
        """How many cells there are, those of themes without any law included."""
        return len(self.states) * len(self.all_themes)

    @property
    def filled(self):
        """In how many cells some law is in force."""
        return sum(1 for cell in self.cells.values() if cell.yes)

    @property
    def gaps(self):
        """The themes on which no State has law that is in force for certain."""
        covered = {theme for (_state, theme), cell in self.cells.items() if cell.yes}
        return [theme for theme in self.all_themes if theme.pk not in covered]


class MatrixPage:
    """What the page of the matrix shows: the sub-regions to choose from, the matrix of one, and what was refused."""

    sort_choices = ()

    def __init__(self, request):
        self.request, self.form = request, MatrixForm(request.GET)
        self.errors = [(self.form.fields[name].label, " ".join(said)) for name, said in self.form.errors.items()]
        self.asked_day = self.form.cleaned_data.get("on")
        self.regions = list(SubRegion.objects.visible_to(request.user).by_name())
        self.asked_region = self._region(self.form.cleaned_data.get("sub_region"))
        self.day = self.asked_day or today()

    def _region(self, slug):
        """The sub-region that was asked for, or None; a slug that is none is refused."""
        found = next((region for region in self.regions if region.slug == slug), None)
        if slug and not found:
            said = _("There is no such choice: “%(value)s”.") % {"value": slug}
            self.errors.append((self.form.fields["sub_region"].label, said))
        return found

    @cached_property
    def counts(self):
        """{sub-region's id: number of texts of its States}."""
        return Instrument.objects.visible_to(self.request.user).counted_by_sub_region()

    @cached_property
    def region(self):
        """The sub-region that is shown: the one asked for, or that with most law."""
        most = max(self.regions, key=lambda region: self.counts.get(region.pk, 0), default=None)
        return self.asked_region or most

    @cached_property
    def matrix(self):
        return Matrix(self.request.user, self.day, self.region)

    @property
    def choices(self):
        """The sub-regions as [(sub-region, number of texts, address, whether it is shown)]."""
        for region in self.regions:
            yield region, self.counts.get(region.pk, 0), self._url(region), region == self.region

    def _url(self, region):
        day = f"&on={self.asked_day.isoformat()}" if self.asked_day else ""
        return f"?sub_region={region.slug}{day}"

    def at(self, path):
        """The address of another form of the same matrix."""
        return path + self._url(self.region)

    @property
    def canonical(self):
        """The query string of this page, for keeping it; None where a day or something that was refused is in it."""
        if self.errors or self.asked_day:
            return None
        return f"sub_region={self.asked_region.slug}" if self.asked_region else ""

    @property
    def list_query(self):
        """What a cell's link adds so that the list shows the law of the day that was asked for."""
        return f"&in_force_on={self.asked_day.isoformat()}" if self.asked_day else ""


class MatrixRow(NamedTuple):
    """A cell with where it stands, as a file has it."""

    state: MemberState
    theme: Theme
    day: datetime.date
    cell: Cell


def matrix_rows(matrix):
    """A MatrixRow for each State and theme, those without law too."""
    for state in matrix.states:
        for theme in matrix.all_themes:
            yield MatrixRow(state, theme, matrix.day, matrix.cells.get((state.pk, theme.pk), Cell()))
