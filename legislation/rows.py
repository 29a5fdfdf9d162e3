"""Instruments as rows of the list show them, read without making whole records."""

from types import SimpleNamespace

from core.kept_sql import by_keys
from core.languages import CONTENT_CODES
from legislation.models import Instrument
from members.models import Labelled

SHOWN = ["pk", "slug", "kind", "status", "number", "adopted_on", "label", "language", "original_title"]
SHOWN += [f"title_{code}" for code in CONTENT_CODES]
NAMES = [f"name_{code}" for code in CONTENT_CODES]
OWNERS = [f"{owner}__{name}" for owner in ("state", "organisation") for name in NAMES]


class InstrumentRow(SimpleNamespace):
    """What a row shows, under the names of Instrument."""

    label_field = Instrument.label_field
    is_restricted = Labelled.is_restricted
    get_absolute_url = Instrument.get_absolute_url


def read_rows(instruments):
    """The InstrumentRows of a queryset, in its order, in one query."""
    return [_row(found) for found in _shown(instruments)]


def read_keys(keys):
    """The InstrumentRows of these primary keys, in their order, in one query."""
    found = {row["pk"]: row for row in by_keys(_of_keys, keys)}
    return [_row(found[key]) for key in keys if key in found]


def _of_keys(keys):
    return _shown(Instrument.objects.filter(pk__in=keys).order_by())


def _shown(instruments):
    return instruments.values(*SHOWN, *OWNERS, "state")


def _row(found):
    """One row; its jurisdiction is the State or the organisation, with names only."""
    owner = "organisation" if found["state"] is None else "state"
    names = {name: found[f"{owner}__{name}"] for name in NAMES}
    return InstrumentRow(**{column: found[column] for column in SHOWN}, jurisdiction=SimpleNamespace(**names))
