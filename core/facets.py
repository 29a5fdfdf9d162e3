"""Facets of a list: what can be chosen, and how many rows each choice would leave; all counted in one statement."""

from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Choice:
    """One value of a facet, as the panel shows it; `count` is None where it was not counted."""

    value: str
    label: str
    count: int | None
    selected: bool


@dataclass(frozen=True)
class Facet:
    """One filter with counted choices.

    `value` is the expression to group the rows by. `pairs`, a queryset of {row, choice}, adds further values of a
    row, such as its themes; `value` may then be None. `repeats` tells that a row may have one value several times.
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
    """How many rows there are, and how many `of` each value of a facet; up to MOST_COUNTED + 1 rows are looked at."""

    total: int = 0
    of: dict = field(default_factory=dict)

    @property
    def is_capped(self):
        return self.total > MOST_COUNTED


def count_facets(facets, narrowed, in_use):
    """{facet name: Counts, "": Counts of the list itself}, in one statement.

    `narrowed(without)` gives the list's rows with every active filter but the one of that name, in an order of which
    there is an index that holds all that is asked here. A facet whose name is `in_use` is counted over the rows
    without its own filter.
    """
    sources = {"": [facet for facet in facets if facet.name not in in_use]}
    sources |= {facet.name: [facet] for facet in facets if facet.name in in_use}
    tables, selects, before, after = [], [], [], []
    for name, shown in sources.items():
        sql, params = _candidates(narrowed(name), shown)
        tables.append(f"rows_{name} AS ({sql})")
        before += params
        selects.append(f"SELECT '{name}', NULL, COUNT(*) FROM rows_{name}")  # noqa: S608 - names of facets
        for facet in shown:
            sql, params = _grouped(facet, f"rows_{name}")
            selects.append(sql)
            after += params
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(tables)} {' UNION ALL '.join(selects)}", before + after)
        return _sorted_out(cursor.fetchall(), facets, in_use)


def _sorted_out(rows, facets, in_use):
    """The statement's rows (facet, value or None, number) as Counts."""
    counts = {name: Counts() for name in ["", *(facet.name for facet in facets)]}
    for name, value, n in rows:
        if value is None:
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


def _grouped(facet, source):
    """SQL that counts the candidates in `source` by the values of a facet, and its parameters."""
    pairs, params = [], ()
    if facet.value is not None:
        pairs.append(f"SELECT row_id, by_{facet.name} AS choice FROM {source}")  # noqa: S608 - names of facets
    if facet.pairs is not None:
        sql, params = facet.pairs.query.sql_with_params()
        # SQLite takes a CROSS JOIN from left to right: a look-up for each candidate, not a scan of all pairs.
        pairs.append(
            f"SELECT p.row_id, p.choice FROM {source} AS r CROSS JOIN ({sql}) AS p WHERE p.row_id = r.row_id"  # noqa: S608
        )
    united = (" UNION " if facet.repeats else " UNION ALL ").join(pairs)
    return (
        f"SELECT '{facet.name}', CAST(choice AS text), COUNT(*) FROM ({united}) AS pairs "  # noqa: S608
        "WHERE choice IS NOT NULL GROUP BY choice",
        params,
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
