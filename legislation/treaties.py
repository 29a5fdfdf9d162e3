"""What States did with treaties: the table of one treaty, and the standing of States in many."""

from dataclasses import dataclass, field

from django.core.paginator import EmptyPage, Paginator
from django.http import Http404

from legislation.models import TreatyAction

TREATIES_OF_A_PAGE = 8


@dataclass
class TreatyRow:
    """One State's line: its signature, consent to be bound and withdrawal, each a TreatyAction or None."""

    state: object
    signature: object = None
    consent: object = None
    withdrawal: object = None
    remarks: list = field(default_factory=list)

    @property
    def is_bound(self):
        """Whether the latest consent is later than the latest withdrawal."""
        return bool(self.consent) and not (self.withdrawal and self.withdrawal.date >= self.consent.date)

    @property
    def standing(self):
        """The action that tells where the State stands: its consent, its withdrawal, or its signature alone."""
        return self.consent if self.is_bound else self.withdrawal or self.signature


def treaty_rows(states, actions):
    """{"rows", "signed", "bound", "latest", "sources"} of a treaty over all States of the region.

    A State without an action has an empty row, which means "no record", not "not a party".
    """
    recorded = list(actions)
    acted = {state: row for (state, _), row in treaty_standing(states, recorded).items()}
    rows = [acted.get(state.pk) or TreatyRow(state) for state in states]
    return {
        "rows": rows,
        "signed": sum(1 for row in rows if row.signature),
        "bound": sum(1 for row in rows if row.is_bound),
        "latest": max((action.date for action in recorded), default=""),
        "sources": sorted({source for action in recorded for source in action.sources}),
    }


def treaty_standing(states, actions):
    """{(state id, instrument id): TreatyRow} of what each of `states` did with each treaty of `actions`.

    `actions` may be of any number of treaties and States: one query for all. A pair that is not there has no
    record, which does not mean that the State is outside the treaty.
    """
    by_id = {state.pk: state for state in states}
    standing = {}
    for action in sorted(actions, key=lambda action: action.date):
        if action.state_id in by_id:
            row = standing.setdefault((action.state_id, action.instrument_id), TreatyRow(by_id[action.state_id]))
            _enter(row, action)
    return standing


def treaty_page(treaties, asked):
    """One page of a table's columns, as Django's Page with its rows read; 404 where there is none."""
    if not (asked.isascii() and asked.isdigit() and 0 < len(asked) < 4):
        raise Http404
    try:
        page = Paginator(treaties, TREATIES_OF_A_PAGE).page(int(asked))
    except EmptyPage as error:
        raise Http404 from error
    page.object_list = list(page.object_list)
    return page


class TreatyTable:
    """States × treaties: a column for each of `treaties`, a row for each of `states`, grouped by sub-region."""

    def __init__(self, states, treaties, actions):
        self.states, self.treaties, self.actions = list(states), list(treaties), list(actions)
        self.standing = treaty_standing(self.states, self.actions)

    @property
    def latest(self):
        """The date of the newest action, or ""."""
        return max((action.date for action in self.actions), default="")

    @property
    def columns(self):
        """[(treaty, number of States bound, number of States that signed only)]."""
        for treaty in self.treaties:
            rows = [row for (_state, pk), row in self.standing.items() if pk == treaty.pk]
            signed = sum(1 for row in rows if row.standing and row.standing is row.signature)
            yield treaty, sum(1 for row in rows if row.is_bound), signed

    @property
    def regions(self):
        """[(sub-region, [(State, [(treaty, TreatyRow or None)])])]; no pairs for a State without any record."""
        acted, regions = {state for state, _treaty in self.standing}, {}
        for state in self.states:
            row = [(treaty, self.standing.get((state.pk, treaty.pk))) for treaty in self.treaties]
            regions.setdefault(state.sub_region, []).append((state, row if state.pk in acted else []))
        return sorted(regions.items(), key=lambda item: item[0].name)


def _enter(row, action):
    """Put an action into its State's row."""
    if action.kind == TreatyAction.Kind.SIGNATURE:
        row.signature = action
    elif action.kind == TreatyAction.Kind.WITHDRAWAL:
        row.withdrawal = action
    else:
        row.consent = action
    row.remarks += [text for text in (action.note, action.reservation) if text and text not in row.remarks]
