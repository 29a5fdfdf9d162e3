"""What changed in a record and in the rows that are a part of it, when and by whom, with a fixed number of queries."""

from dataclasses import dataclass

from django.db.models import CASCADE, OuterRef, Q, Subquery, Value
from django.http import Http404
from django.utils.text import Truncator

PER_PAGE = 20
LONGEST_VALUE = 300
NOT_SHOWN = {"id", "created", "updated", "order"}


@dataclass(frozen=True)
class Change:
    """One field that an entry changed; `before` and `after` are texts."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """One saved state of a record, or of a row that is a `part` of it ("place"; "" for the record itself).

    `kind` is "+" (made), "~" (changed) or "-" (deleted).
    """

    date: object
    by: object
    kind: str
    reason: str
    changes: list
    part: str = ""


@dataclass(frozen=True)
class Source:
    """A history table with what of it concerns a record; `hidden` names the field that leads back to the record."""

    rows: object
    part: str = ""
    hidden: str = ""


def entries(record, page=1, *, reader):
    """(Entries of one page, newest first, each with what it changed; whether there are older ones).

    Other records are named where `reader` may know of them; what is hidden from him changes nothing here.
    """
    first = (page - 1) * PER_PAGE
    sources = [Source(record.history.all()), *_parts(record, reader)]
    keys = [source.rows.order_by().annotate(source_number=Value(n)) for n, source in enumerate(sources)]
    columns = ("history_date", "history_id", "source_number")
    found = keys[0].values_list(*columns).union(*(rows.values_list(*columns) for rows in keys[1:]), all=True)
    page = list(found.order_by("-history_date", "-source_number", "-history_id")[first : first + PER_PAGE + 1])
    told = {}
    for n in {n for _, _, n in page}:
        told |= {(n, key): entry for key, entry in _told(sources[n], [key for _, key, m in page if m == n], reader)}
    return [told[n, key] for _, key, n in page[:PER_PAGE]], len(page) > PER_PAGE


def _parts(record, reader):
    """A Source for each table whose rows are a part of the record and have no audience of their own."""
    for relation in record._meta.related_objects:
        model = relation.related_model
        labelled = any(field.name == "label" for field in model._meta.fields)
        if relation.on_delete is CASCADE and hasattr(model._meta, "simple_history_manager_attribute") and not labelled:
            rows = model.history.filter(**{relation.field.attname: record.pk})
            others = [field for field in model._meta.fields if field.related_model and field != relation.field]
            for field in others:
                known = Q(**{f"{field.name}__in": _known(field.related_model, reader).order_by().values("pk")})
                rows = rows.filter(known | Q(**{f"{field.name}__isnull": True}))
            yield Source(rows, str(model._meta.verbose_name), relation.field.name)


def _told(source, keys, reader):
    """(key, Entry) of some rows of a history table."""
    same = source.rows.model.objects.filter(id=OuterRef("id"))
    earlier = Q(history_date__lt=OuterRef("history_date"))
    earlier |= Q(history_date=OuterRef("history_date"), history_id__lt=OuterRef("history_id"))
    older = same.filter(earlier).order_by("-history_date", "-history_id").values("history_id")[:1]
    rows = source.rows.model.objects.select_related("history_user").order_by()
    shown = list(rows.filter(pk__in=keys).annotate(older_id=Subquery(older)))
    known = {row.pk for row in shown}
    states = _states([*shown, *rows.filter(pk__in={row.older_id for row in shown} - known - {None})], source, reader)
    for row in shown:
        changes = _changes(states, row, source)
        reason = row.history_change_reason or ""
        yield row.pk, Entry(row.history_date, row.history_user, row.history_type, reason, changes, source.part)


def _changes(states, row, source):
    """What an entry changed. Of a part all that it held when it came, and when it went."""
    now = states[row.pk]
    if row.older_id is None or (source.part and row.history_type == "-"):
        if not source.part:
            return []
        gone = row.history_type == "-"
        return [Change(label, text if gone else "", "" if gone else text) for label, text in now.items() if text]
    before = states[row.older_id]
    return [Change(label, before[label], now[label]) for label in now if before[label] != now[label]]


def history_page(record, page, reader):
    """Context of a history page: {"record", "entries", "page", "older"}. 404 for a page that cannot be."""
    if not (page.isascii() and page.isdigit() and 0 < len(page) < 4 and int(page)):
        raise Http404
    found, older = entries(record, int(page), reader=reader)
    return {"record": record, "entries": found, "page": int(page), "older": older}


def _states(rows, source, reader):
    """{history id: {label: text}} for plain fields, foreign keys by name and lists by names."""
    states = {row.pk: {} for row in rows}
    fields = {field.name: field for field in rows[0].tracked_fields}
    for name, field in fields.items():
        if (
            name in {*NOT_SHOWN, source.hidden} or f"{name}_en" in fields
        ):  # a translated field is shown by its languages
            continue
        texts = _texts(field, rows, reader)
        for row in rows:
            states[row.pk][str(field.verbose_name)] = texts(row)
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


def _short(value):
    return "" if value is None else Truncator(str(value)).chars(LONGEST_VALUE)
