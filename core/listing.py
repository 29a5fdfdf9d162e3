"""What every list page shows around its rows: panel, pills, count, sorting, pages, and the filters it refused."""

import datetime
from dataclasses import dataclass
from math import ceil

from django.http import Http404
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from core.dates import Precision, say_date
from core.facets import LONGEST_RADIO_LIST, MOST_COUNTED, choices, count_facets, names_of
from core.kept_sql import written_once
from core.text import fold

PER_PAGE = 25
MOST_WORDS = 10
MOST_WAYS_OUT = 4


def containing(rows, words):
    """Rows whose `search_text` holds each of the words, accents and case aside."""
    for word in fold(words).split()[:MOST_WORDS]:
        rows = rows.filter(search_text__contains=word)
    return rows


@dataclass(frozen=True)
class Group:
    """One facet as the panel shows it: a short list as radio buttons, a long one as a select."""

    name: str
    label: str
    choices: list
    selected: str
    is_capped: bool

    @property
    def is_long(self):
        return len(self.choices) > LONGEST_RADIO_LIST


@dataclass(frozen=True)
class Pill:
    """One active filter, with the address of the list without it."""

    name: str
    label: str
    value: str
    url: str


@dataclass(frozen=True)
class Page:
    """One page of a list: its number, how many there are, how many rows on all of them, its own rows."""

    number: int
    last: int
    total: int
    rows: object

    def __iter__(self):
        return iter(self.rows)


class Listing:
    """A filtered, sorted, numbered list.

    Takes the request, a bound django-filter FilterSet, its facets, and `sorts`: {value: (label, function that
    orders the rows)}, the first being the default. `for_rows` is the function that gives rows what a page of the list
    shows of them; `for_keys` makes the same of primary keys in their order, where that is cheaper. A view that shows
    other things of the rows says so with `show()`; and it may set `own`, which holds what only its own addresses
    carry, such as the month of a calendar.
    """

    def __init__(self, request, filterset, facets, sorts, for_rows, for_keys=None):
        self.request, self.filterset, self.facets, self.sorts = request, filterset, facets, sorts
        self.for_rows, self.for_keys = for_rows, for_keys
        self.per_page, self.own = PER_PAGE, {}
        filterset.queryset = written_once(filterset.queryset)  # what the reader may know of is asked several times
        self.form = filterset.form
        self.errors = [
            (self.form.fields[name].label, " ".join(messages)) for name, messages in self.form.errors.items()
        ]
        self.values = {key: value for key, value in self.form.cleaned_data.items() if value not in (None, "")}
        names = names_of(request, facets)
        self.known = {facet.name: facet.known(names) for facet in facets}
        for name, known in self.known.items():
            if name in self.values and self.values[name] not in (value for value, _ in known.values()):
                self._refuse(name)

    def show(self, for_rows, per_page=None):
        """Give the rows what another view shows of them, and so many to a page where that is another number."""
        self.for_rows, self.for_keys, self.per_page = for_rows, None, per_page or self.per_page

    def _refuse(self, name):
        """Leave out a filter whose value is no choice, and say so."""
        said = _("There is no such choice: “%(value)s”.") % {"value": self.values.pop(name)}
        self.errors.append((self.form.fields[name].label, said))

    def narrowed(self, without=""):
        """The rows with every active filter, or with all but one."""
        rows = self.filterset.queryset
        for name, value in self.values.items():
            if name != without:
                rows = self.filterset.filters[name].filter(rows, value)
        return rows

    @property
    def default_sort(self):
        return next(iter(self.sorts))

    @cached_property
    def sort(self):
        asked = self.request.GET.get("sort", "")
        return asked if asked in self.sorts else self.default_sort

    @cached_property
    def page(self):
        """The page that was asked for; 404 where there is none."""
        number, total = self.number, self.counts[""].total
        last = max(1, ceil(min(total, MOST_COUNTED) / self.per_page))
        if not 1 <= number <= last:
            raise Http404
        return Page(number, last, total, self._rows())

    @cached_property
    def number(self):
        """The number of the page that was asked for; 0 for what is no number."""
        asked = self.request.GET.get("page", "1")
        return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 0

    @property
    def _place(self):
        """Where the page is among all the rows."""
        return slice((self.number - 1) * self.per_page, self.number * self.per_page)

    def _rows(self):
        """The rows of the page. They are found by key first, so that a deep page reads no more columns than others."""
        is_counted = self.sort == self.default_sort
        if is_counted and self.for_keys:
            return self.for_keys(self.counts[""].keys)
        keys = self.counts[""].keys if is_counted else self.ordered().values("pk")[self._place]
        rows = self.filterset.queryset.model.objects.filter(pk__in=keys)
        return self.for_rows(self.sorts[self.sort][1](rows))

    @cached_property
    def counts(self):
        """The Counts of each facet, and under "" those of the list, with the keys of the page in the usual order."""
        usual = self.sorts[self.default_sort][1]
        place = self._place if self.number and self.sort == self.default_sort else slice(0, 0)
        return count_facets(self.facets, lambda without: usual(self.narrowed(without)), set(self.values), place)

    @property
    def total(self):
        """The number of rows; one more than the limit where there are more than are counted."""
        return self.page.total

    @property
    def beyond(self):
        """How many rows are counted and shown, where there are more; else 0."""
        return MOST_COUNTED if self.counts[""].is_capped else 0

    @cached_property
    def groups(self):
        """The facets of the panel, counted."""
        return [self._group(facet, self.counts[facet.name]) for facet in self.facets]

    def _group(self, facet, counts):
        selected = str(self.values.get(facet.name, ""))
        found = choices(facet, self.known[facet.name], counts, selected)
        return Group(facet.name, str(facet.label), found, selected, counts.is_capped)

    @cached_property
    def pills(self):
        """Active filters, each removable."""
        return [
            Pill(name, str(self.form.fields[name].label), self._said(name, value), self.url(drop=name))
            for name, value in self.values.items()
        ]

    def _said(self, name, value):
        """The value of a filter as a pill shows it; what the panel counts is not asked for that."""
        if name in self.known:
            return str(dict(self.known[name].values())[value])
        if isinstance(value, datetime.date):
            return say_date(value, Precision.DAY)
        return str(dict(getattr(self.form.fields[name], "choices", ())).get(value, value))

    @property
    def ways_out(self):
        """For an empty list: each active filter, without which there are rows, as [(pill, rows)]."""
        found = [(pill, self.narrowed(pill.name)[: MOST_COUNTED + 1].count()) for pill in self.pills[:MOST_WAYS_OUT]]
        return [(pill, n) for pill, n in found if n]

    @property
    def previous_url(self):
        return self.url(page=self.page.number - 1) if self.page.number > 1 else ""

    @property
    def next_url(self):
        return self.url(page=self.page.number + 1) if self.page.number < self.page.last else ""

    @property
    def pages(self):
        """Numbers of the pages as [{number, url, current}], None where some are left out."""
        last = self.page.last
        near = {1, last, *range(self.page.number - 2, self.page.number + 3)}
        shown = sorted(number for number in near if 1 <= number <= last)
        rows = []
        for before, number in zip([0, *shown], shown, strict=False):
            if number > before + 1:
                rows.append(None)
            rows.append({"number": number, "url": self.url(page=number), "current": number == self.page.number})
        return rows

    @property
    def sort_choices(self):
        return [
            {"value": value, "label": label, "current": value == self.sort, "url": self.url(sort=value)}
            for value, (label, _) in self.sorts.items()
        ]

    @property
    def clear_url(self):
        return self.request.path

    def ordered(self):
        """The rows with every active filter, in the order that was asked for."""
        return self.sorts[self.sort][1](self.narrowed())

    @cached_property
    def query(self):
        """The valid filters and the order as a query string, for the other views and forms of the same rows."""
        return self._parameters()

    @property
    def canonical(self):
        """The query string of this very page, for keeping it; None where free text or a refused filter is in it."""
        if self.errors or "q" in self.values:
            return None
        return self.url(page=self.page.number).partition("?")[2]

    def at(self, path):
        """The address of another view or form of the same rows."""
        return f"{path}?{self.query}" if self.query else path

    def url(self, drop="", **changes):
        """The address of this list with its valid filters, without one or with other values."""
        query = self._parameters(drop, **{**self.own, **changes})
        return f"{self.request.path}?{query}" if query else self.request.path

    def _parameters(self, drop="", **changes):
        query = {name: value for name, value in self.values.items() if name != drop}
        if self.sort != self.default_sort and "sort" not in changes:
            query["sort"] = self.sort
        usual = {"page": 1, "sort": self.default_sort}
        query |= {name: value for name, value in changes.items() if value != usual.get(name)}
        return urlencode(query)
