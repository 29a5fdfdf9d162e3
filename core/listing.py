"""What every list page shows around its rows: panel, pills, count, sorting, pages, and the filters it refused."""

import datetime
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import Http404, QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core.dates import Precision, say_date
from core.facets import LONGEST_RADIO_LIST, choices, count_facets
from core.text import fold

PER_PAGE = 25
MOST_PAGES = 40
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


class Listing:
    """A filtered, sorted, numbered list.

    Takes the request, a bound django-filter FilterSet, its facets, and `sorts`: {value: (label, function that
    orders the rows)}, the first being the default.
    """

    def __init__(self, request, filterset, facets, sorts):
        self.request, self.filterset, self.facets, self.sorts = request, filterset, facets, sorts
        self.form = filterset.form
        self.errors = [
            (self.form.fields[name].label, " ".join(messages)) for name, messages in self.form.errors.items()
        ]
        self.values = {key: value for key, value in self.form.cleaned_data.items() if value not in (None, "")}
        self.names = {
            facet.name: facet.name_of(self.values[facet.name]) for facet in facets if facet.name in self.values
        }
        for name in [name for name, said in self.names.items() if said is None]:
            self._refuse(name)

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
        rows = self.sorts[self.sort][1](self.narrowed())
        paginator = Paginator(rows, PER_PAGE)
        asked = self.request.GET.get("page", "1")
        if not (asked.isascii() and asked.isdigit() and len(asked) < 4):
            raise Http404
        number = int(asked)
        if not 1 <= number <= min(paginator.num_pages, MOST_PAGES):
            raise Http404
        return paginator.page(number)

    @property
    def total(self):
        return self.page.paginator.count

    @property
    def beyond(self):
        """Whether there are more rows than the pages show."""
        return self.page.paginator.num_pages > MOST_PAGES

    @cached_property
    def groups(self):
        """The facets of the panel, counted."""
        counted = count_facets(self.facets, self.narrowed)
        return [self._group(facet, counted[facet.name]) for facet in self.facets]

    def _group(self, facet, counted):
        selected = str(self.values.get(facet.name, ""))
        return Group(
            facet.name, str(facet.label), choices(facet, counted, selected, self.names.get(facet.name)), selected
        )

    @cached_property
    def pills(self):
        """Active filters, each removable."""
        said = {group.name: c.label for group in self.groups for c in group.choices if c.selected}
        return [
            Pill(
                name, str(self.form.fields[name].label), said.get(name) or self._said(name, value), self.url(drop=name)
            )
            for name, value in self.values.items()
        ]

    def _said(self, name, value):
        """The value of a filter without counted choices, as a pill shows it."""
        if isinstance(value, datetime.date):
            return say_date(value, Precision.DAY)
        return str(dict(getattr(self.form.fields[name], "choices", ())).get(value, value))

    @property
    def ways_out(self):
        """For an empty list: each active filter, without which there are rows, as [(pill, rows)]."""
        found = [(pill, self.narrowed(pill.name).count()) for pill in self.pills[:MOST_WAYS_OUT]]
        return [(pill, n) for pill, n in found if n]

    @property
    def previous_url(self):
        return self.url(page=self.page.number - 1) if self.page.has_previous() else ""

    @property
    def next_url(self):
        more = self.page.has_next() and self.page.number < MOST_PAGES
        return self.url(page=self.page.number + 1) if more else ""

    @property
    def pages(self):
        """Numbers of the pages as [{number, url, current}], None where some are left out."""
        last = min(self.page.paginator.num_pages, MOST_PAGES)
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

    def url(self, drop="", **changes):
        """The address of this list with its valid filters, without one or with other values."""
        query = QueryDict(mutable=True)
        for name, value in self.values.items():
            if name != drop:
                query[name] = str(value)
        if self.sort != self.default_sort and "sort" not in changes:
            query["sort"] = self.sort
        for name, value in changes.items():
            if (name, value) not in {("page", 1), ("sort", self.default_sort)}:
                query[name] = str(value)
        return f"{self.request.path}?{query.urlencode()}" if query else self.request.path
