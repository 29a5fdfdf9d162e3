"""Facets of a list: what can be chosen, and how many rows each choice would leave."""

from dataclasses import dataclass, field

from django.db.models import CharField, Count, TextField, Value
from django.db.models.functions import Cast

LONGEST_RADIO_LIST = 8


@dataclass(frozen=True)
class Choice:
    """One value of a facet, as the panel shows it."""

    value: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True)
class Facet:
    """One filter with counted choices.

    Either `paths`, each (path of the value, expression of its label) to group by, or `conditions`,
    {value: Q} for choices that overlap or are computed. `labels`, {value: label}, names fixed choices and
    gives their order; without it the labels come from the database and are sorted, and `of`, a queryset, with
    `key`, its column that holds the value, tells a choice that leaves no row from one that is not there.
    """

    name: str
    label: str
    paths: list = field(default_factory=list)
    conditions: dict = field(default_factory=dict)
    labels: dict = field(default_factory=dict)
    of: object = None
    key: str = "slug"

    def name_of(self, value):
        """The label of a value, or None where there is no such choice."""
        if self.of is None:
            return self.labels.get(value)
        return self.of.filter(**{self.key: value}).first()

    def branches(self, rows):
        """Querysets of (facet, value, label, count) over `rows`, to be united in one statement."""
        rows = rows.order_by()
        for path, label in self.paths:
            grouped = rows.exclude(**{f"{path}__isnull": True}).annotate(
                facet=Value(self.name, CharField()), value=Cast(path, TextField()), said=Cast(label, TextField())
            )
            yield _counted(grouped)
        for value, condition in self.conditions.items():
            yield _counted(
                rows.filter(condition).annotate(
                    facet=Value(self.name, CharField()),
                    value=Value(value, TextField()),
                    said=Value(value, TextField()),
                )
            )


def _counted(rows):
    return rows.values("facet", "value", "said").annotate(n=Count("pk")).values_list("facet", "value", "said", "n")


def count_facets(facets, narrowed):
    """{facet name: {value: (label, count)}}, in one statement.

    `narrowed(without)` gives the list's rows with every active filter but the one of that name.
    """
    branches = [branch for facet in facets for branch in facet.branches(narrowed(facet.name))]
    counted = {facet.name: {} for facet in facets}
    for name, value, said, n in branches[0].union(*branches[1:], all=True):
        label, before = counted[name].get(value, (said, 0))
        counted[name][value] = (label, before + n)
    return counted


def choices(facet, counted, selected, name):
    """The Choices of one facet; the selected one, with its name, is there even where it leaves no row."""
    rows = dict(counted)
    if selected and selected not in rows:
        rows[selected] = (str(name), 0)
    if facet.labels:
        found = [(value, label, rows[value][1]) for value, label in facet.labels.items() if value in rows]
    else:
        found = sorted(((value, label, n) for value, (label, n) in rows.items()), key=lambda row: row[1].casefold())
    return [Choice(value, str(label), n, value == selected) for value, label, n in found]
