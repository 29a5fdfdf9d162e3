"""The table of a treaty: what each State did with it."""

from dataclasses import dataclass, field

from legislation.models import TreatyAction


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


def treaty_rows(states, actions):
    """{"rows", "signed", "bound", "latest", "sources"} of a treaty over all States of the region.

    A State without an action has an empty row, which means "no record", not "not a party".
    """
    rows = {state.pk: TreatyRow(state) for state in states}
    recorded = list(actions)
    for action in recorded:
        _enter(rows[action.state_id], action)
    return {
        "rows": list(rows.values()),
        "signed": sum(1 for row in rows.values() if row.signature),
        "bound": sum(1 for row in rows.values() if row.is_bound),
        "latest": max((action.date for action in recorded), default=""),
        "sources": sorted({source for action in recorded for source in action.sources}),
    }


def _enter(row, action):
    """Put an action into its State's row."""
    if action.kind == TreatyAction.Kind.SIGNATURE:
        row.signature = action
    elif action.kind == TreatyAction.Kind.WITHDRAWAL:
        row.withdrawal = action
    else:
        row.consent = action
    row.remarks += [text for text in (action.note, action.reservation) if text and text not in row.remarks]
