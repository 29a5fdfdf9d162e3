"""What changed in a record, when and by whom, read from its history with a fixed number of queries."""

from dataclasses import dataclass

from django.http import Http404
from django.utils.text import Truncator

PER_PAGE = 20
LONGEST_VALUE = 300
NOT_SHOWN = {"id", "created", "updated"}


@dataclass(frozen=True)
class Change:
    """One field that an entry changed; `before` and `after` are texts."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """One saved state of a record. `kind` is "+" (made), "~" (changed) or "-" (deleted)."""

    date: object
    by: object
    kind: str
    reason: str
    changes: list


def entries(record, page=1, *, reader):
    """(Entries of one page, newest first, each with what it changed; whether there are older ones).

    Other records are named where `reader` may know of them; what is hidden from him changes nothing here.
    """
    first = (page - 1) * PER_PAGE
    past = record.history.select_related("history_user").order_by("-history_date", "-history_id")
    rows = list(past[first : first + PER_PAGE + 1])
    if not rows:
        return [], False
    states = _states(rows, reader)
    found = [
        Entry(
            row.history_date,
            row.history_user,
            row.history_type,
            row.history_change_reason or "",
            _changes(states, row, older) if older else [],
        )
        for row, older in zip(rows, [*rows[1:], None], strict=True)
    ]
    return found[:PER_PAGE], len(rows) > PER_PAGE


def history_page(record, page, reader):
    """Context of a history page: {"record", "entries", "page", "older"}. 404 for a page that cannot be."""
    if not (page.isascii() and page.isdigit() and 0 < len(page) < 4 and int(page)):
        raise Http404
    found, older = entries(record, int(page), reader=reader)
    return {"record": record, "entries": found, "page": int(page), "older": older}


def _states(rows, reader):
    """{history id: {label: text}} for plain fields, foreign keys by name and lists by names."""
    states = {row.history_id: {} for row in rows}
    fields = {field.name: field for field in rows[0].tracked_fields}
    for name, field in fields.items():
        if name in NOT_SHOWN or f"{name}_en" in fields:  # a translated field is shown by its languages
            continue
        texts = _texts(field, rows, reader)
        for row in rows:
            states[row.history_id][str(field.verbose_name)] = texts(row)
    for field in rows[0]._history_m2m_fields:
        _add_list(states, field, rows, reader)
    return states


def _known(model, reader):
    """The rows of another model that the reader may know of; accounts carry no audience."""
    rows = model._default_manager.all()
    return rows.visible_to(reader) if hasattr(rows, "visible_to") else rows


def _texts(field, rows, reader):
    """A function from a history row to the text of one field."""
    if field.related_model is None:
        named = dict(field.flatchoices)
        return lambda row: _short(named.get(getattr(row, field.attname), getattr(row, field.attname)))
    names = _known(field.related_model, reader).in_bulk({getattr(row, field.attname) for row in rows} - {None})
    return lambda row: str(names.get(getattr(row, field.attname), "") or "")


def _add_list(states, field, rows, reader):
    """Add the names that a many-to-many field held at each history row."""
    model = getattr(rows[0], field.name).model
    target = field.m2m_reverse_field_name()
    held = {key: [] for key in states}
    known = {"history_id__in": states, f"{target}__in": _known(field.related_model, reader)}
    for entry in model._base_manager.filter(**known).select_related(target):
        held[entry.history_id].append(str(getattr(entry, target)))
    for key, names in held.items():
        states[key][str(field.verbose_name)] = ", ".join(sorted(names))


def _changes(states, row, older):
    before, after = states[older.history_id], states[row.history_id]
    return [Change(label, before[label], after[label]) for label in after if before[label] != after[label]]


def _short(value):
    return "" if value is None else Truncator(str(value)).chars(LONGEST_VALUE)
