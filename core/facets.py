"""Facets of a list: what can be chosen, and how many rows each choice would leave; all counted in one statement."""

from dataclasses import dataclass, field
from functools import cached_property
from types import SimpleNamespace

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Value
from django.utils.translation import get_language

from core.freshness import remembered
from core.languages import CONTENT_CODES, localized
from core.text import fold

LONGEST_RADIO_LIST = 8
# Rows are counted up to here. A list of 100,000 rows costs no more than one of a thousand; "1,000+" is said beyond.
MOST_COUNTED = 1000
PAGE = "#"


@dataclass(frozen=True)
class Choice:
    """One value of a facet, as the panel shows it; `count` is None where it was not counted."""

    value: str
    label: str
    count: int | None
    selected: bool


@dataclass(frozen=True)
class Pairs:
    """Further values of the rows, such as their themes: a queryset of `row_id` and a column for each facet's values.

    Facets that share one share its reading.
    """

    name: str
    rows: object

    @cached_property
    def sql(self):
        """What reads them all, and its parameters."""
        return self.rows.query.sql_with_params()


@dataclass(frozen=True)
class Facet:
    """One filter with counted choices.

    `value` is the expression to group the rows by. `pairs` adds further values of a row, from the column with the
    facet's name; `value` may then be None. `repeats` tells that a row may have one value several times.
    The values are either the keys of `labels`, {value: label}, in the order of the panel, or primary keys of `of`, a
    queryset of named records, whose column `slug` is what stands in the address.
    """

    name: str
    label: str
    value: object = None
    pairs: object = None
    repeats: bool = False
    labels: dict = field(default_factory=dict)
    of: object = None
    slug: str = "slug"

    def known(self, names):
        """{primary key or value as text: (value in the address, label)} of every choice; `names` from names_of()."""
        return {value: (value, label) for value, label in self.labels.items()} if self.of is None else names[self.name]


def names_of(request, facets):
    """{facet name: {primary key as text: (slug, label)}} of the facets over named records, sorted by label."""
    named = [facet for facet in facets if facet.of is not None]
    key = "-".join(["names", *(f"{facet.name}.{facet.of.model._meta.db_table}" for facet in named), get_language()])
    return remembered(request, key, lambda: _read_names(named))


def _read_names(facets):
    """What names_of() gives, in one statement."""
    columns = [f"name_{code}" for code in CONTENT_CODES]
    parts = [
        facet.of.order_by().annotate(facet=Value(facet.name), key=F(facet.slug)).values("facet", "pk", "key", *columns)
        for facet in facets
    ]
    found = {facet.name: [] for facet in facets}
    for row in parts[0].union(*parts[1:], all=True):
        found[row["facet"]].append((str(row["pk"]), row["key"], localized(SimpleNamespace(**row), "name")[0]))
    return {
        name: {pk: (slug, label) for pk, slug, label in sorted(rows, key=lambda row: fold(row[2]))}
        for name, rows in found.items()
    }


@dataclass
class Counts:
    """How many rows there are, and how many `of` each value of a facet; up to MOST_COUNTED + 1 rows are looked at.

    `keys` are those of the rows of one page, which the counts of a list bring along.
    """

    total: int = 0
    of: dict = field(default_factory=dict)
    keys: list = field(default_factory=list)

    @property
    def is_capped(self):
        return self.total > MOST_COUNTED


def count_facets(facets, narrowed, in_use, page=slice(0, 0)):
    """{facet name: Counts, "": Counts of the list itself with the keys of `page`}, in one statement.

    `narrowed(without)` gives the list's rows with every active filter but the one of that name, in an order of which
    there is an index that holds all that is asked here. A facet whose name is `in_use` is counted over the rows
    without its own filter.
    """
    sources = {"": [facet for facet in facets if facet.name not in in_use]}
    sources |= {facet.name: [facet] for facet in facets if facet.name in in_use}
    tables, selects, params = [], [], []
    for name, shown in sources.items():
        sql, values = _candidates(narrowed(name), shown)
        tables.append(f"rows_{name} AS ({sql})")
        params += values
        for pairs in dict.fromkeys(facet.pairs for facet in shown if facet.pairs):
            sql, values = pairs.sql
            tables.append(_joined(pairs.name, sql, name))
            params += values
        selects.append(f"SELECT '{name}', NULL, COUNT(*) FROM rows_{name}")  # noqa: S608 - names of facets
        selects += [_grouped(facet, name) for facet in shown]
    if page.stop:
        # Both databases read a table of a WITH in the order in which it was made.
        limits = f"LIMIT {page.stop - page.start:d} OFFSET {page.start:d}"
        selects.append(f"SELECT * FROM (SELECT '{PAGE}', CAST(row_id AS text), 1 FROM rows_ {limits}) AS page")  # noqa: S608 - numbers
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(tables)} {' UNION ALL '.join(selects)}", params)
        return _sorted_out(cursor.fetchall(), facets, in_use)


def _sorted_out(rows, facets, in_use):
    """The statement's rows (facet, value or None, number) as Counts."""
    counts = {name: Counts() for name in ["", *(facet.name for facet in facets)]}
    for name, value, n in rows:
        if name == PAGE:
            counts[""].keys.append(int(value))
        elif value is None:
            counts[name].total = n
        else:
            counts[name].of[value] = n
    for facet in facets:
        if facet.name not in in_use:
            counts[facet.name].total = counts[""].total
    return counts


def _candidates(rows, facets):
    """SQL of the first rows with the columns that the facets group by, and its parameters."""
    columns = {f"by_{facet.name}": facet.value for facet in facets if facet.value is not None}
    try:
        return _columns_of(rows, columns)
    except EmptyResultSet:  # Django knows that there is none; an empty table with the same columns says so in SQL
        return _columns_of(rows.model.objects.extra(where=["1 = 0"]), columns)


def _columns_of(rows, columns):
    rows = rows.annotate(row_id=F("pk"), **columns).values("row_id", *columns)
    return rows[: MOST_COUNTED + 1].query.sql_with_params()


def _joined(pairs, sql, name):
    """SQL of those pairs that belong to the candidates, as a table of the WITH."""
    # A join lets SQLite scan all pairs, or make a filter of them first; this is a look-up for each candidate.
    return f"{pairs}_{name} AS (SELECT * FROM ({sql}) AS p WHERE row_id IN (SELECT row_id FROM rows_{name}))"  # noqa: S608 - names


def _grouped(facet, name):
    """SQL that counts the candidates by the values of a facet."""
    found = []
    if facet.value is not None:
        found.append(f"SELECT row_id, by_{facet.name} AS choice FROM rows_{name}")  # noqa: S608 - names of facets
    if facet.pairs is not None:
        found.append(f"SELECT row_id, {facet.name} AS choice FROM {facet.pairs.name}_{name}")  # noqa: S608
    united = (" UNION " if facet.repeats else " UNION ALL ").join(found)
    return (
        f"SELECT '{facet.name}', CAST(choice AS text), COUNT(*) FROM ({united}) AS found "  # noqa: S608
        "WHERE choice IS NOT NULL GROUP BY choice"
    )


def choices(facet, known, counts, selected):
    """The Choices of one facet, of `known` as Facet.known() gives them.

    The selected one is there even where it leaves no row. Where only the first rows were counted, a number is the
    least there is, and a choice without one may still have rows.
    """
    return [
        Choice(value, str(label), counts.of.get(key, None if counts.is_capped else 0), value == selected)
        for key, (value, label) in known.items()
        if key in counts.of or value == selected or counts.is_capped
    ]
