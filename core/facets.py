"""Facets of a list: what can be chosen, and how many rows each choice would leave; all read in one statement."""

from collections import Counter
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
# The aggregate that joins texts, and what it puts between them.
GATHER = {"postgresql": "string_agg", "sqlite": "group_concat"}
MARK = "\x1f"
KEY = "row_id"


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
    without its own filter. The database gathers each column in one text, and the values are counted here: that is
    cheaper than grouping the same rows by one column after the other.
    """
    sources = {"": [facet for facet in facets if facet.name not in in_use]}
    sources |= {facet.name: [facet] for facet in facets if facet.name in in_use}
    found = _gathered([part for name, shown in sources.items() for part in _parts(name, narrowed(name), shown)])
    counts = {}
    for name, shown in sources.items():
        total = next(len(values) for (part, _), values in found.items() if part == name)
        counts |= {facet.name: Counts(total, _counted(facet, name, found)) for facet in shown}
    keys = found["", KEY]
    return counts | {"": Counts(len(keys), keys=[int(key) for key in keys[page]])}


@dataclass(frozen=True)
class Part:
    """What the statement reads of one table: its name, the SQL of it and the values in that, its columns."""

    name: str
    sql: str
    params: tuple
    columns: list


def _parts(name, rows, facets):
    """The Parts of one source of candidates: the rows with the columns to group by, and the pairs of these rows."""
    own = [facet for facet in facets if facet.value is not None]
    repeating = {facet.pairs for facet in facets if facet.repeats}
    keys = [] if name and own and not repeating else [KEY]
    yield Part(name, *_candidates(rows, own), [*keys, *(f"by_{facet.name}" for facet in own)])
    for pairs in dict.fromkeys(facet.pairs for facet in facets if facet.pairs):
        sql, params = pairs.sql
        # A join lets SQLite scan all pairs, or make a filter of them first; this is a look-up for each candidate.
        sql = f"SELECT * FROM ({sql}) AS p WHERE row_id IN (SELECT row_id FROM rows_{name})"  # noqa: S608 - names
        keys = [KEY] if pairs in repeating else []
        columns = [facet.name for facet in facets if facet.pairs == pairs]
        yield Part(f"{name}_{pairs.name}", sql, params, [*keys, *columns])


def _gathered(parts):
    """{(name of a Part, column): its values as texts, "" for none, in the order of the rows}, in one statement."""
    gather = GATHER[connection.vendor]
    tables, selects, names, params = [], [], [], []
    for part in parts:
        texts = ", ".join(f"{gather}(COALESCE(CAST({name} AS text), ''), '{MARK}')" for name in part.columns)
        tables.append(f"rows_{part.name} AS ({part.sql})")
        # Both databases read a table of a WITH in the order in which it was made.
        selects.append(f"(SELECT {texts} FROM rows_{part.name}) AS texts_{part.name}")  # noqa: S608 - names of facets
        names += [(part.name, column) for column in part.columns]
        params += part.params
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(tables)} SELECT * FROM {', '.join(selects)}", params)  # noqa: S608 - as above
        texts = cursor.fetchone()
    return {name: [] if text is None else text.split(MARK) for name, text in zip(names, texts, strict=True)}


def _counted(facet, name, found):
    """{value as text: number of rows} of a facet over the rows of one source."""
    own = found.get((name, f"by_{facet.name}"), [])
    counted = Counter(own)
    if facet.pairs is not None:
        part = f"{name}_{facet.pairs.name}"
        more = found[part, facet.name]
        if facet.repeats:
            of = dict(zip(found[name, KEY], own, strict=False))
            pairs = set(zip(found[part, KEY], more, strict=True))
            more = [value for key, value in pairs if of.get(key) != value]
        counted.update(more)
    counted.pop("", None)
    return counted


def _candidates(rows, facets):
    """SQL of the first rows with the columns that the facets group by, and its parameters."""
    columns = {f"by_{facet.name}": facet.value for facet in facets}
    try:
        return _columns_of(rows, columns)
    except EmptyResultSet:  # Django knows that there is none; an empty table with the same columns says so in SQL
        return _columns_of(rows.model.objects.extra(where=["1 = 0"]), columns)


def _columns_of(rows, columns):
    rows = rows.annotate(row_id=F("pk"), **columns).values("row_id", *columns)
    return rows[: MOST_COUNTED + 1].query.sql_with_params()


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
