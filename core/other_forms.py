"""A list in its other forms: which query is refused and how, reading many rows in batches, columns of every table."""

from itertools import islice

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _

from core.columns import reduced
from core.dates import Precision
from core.labels import Label
from core.languages import localized
from core.spreadsheets import table_file

TEXT = "text/plain; charset=utf-8"
ROWS_OF_A_BATCH = 500
# What a worker makes of so many rows stays well within the minute that the web server gives it. CSV has no limit.
MOST_ROWS = {"xlsx": 20_000, "docx": 20_000, "ics": 20_000}


def refused(request, form, listing=None):
    """A 400 as plain text that names what is wrong with the query, or None.

    A subscription to a mistyped filter must fail: a calendar of nothing would be taken for "all cancelled", and one
    without the filter for the answer to it. `page` is ignored: a file holds the whole list.
    """
    problems = _unknown(request, listing)
    if listing is not None and not problems:
        problems = [*_bad_values(listing), *_unknown_order(request, listing)] or _too_many(form, listing)
    if not problems:
        return None
    said = [_("There is no file at this address:"), *(f"- {problem}" for problem in problems)]
    return HttpResponse("\n".join([*said, ""]), content_type=TEXT, status=400)


def _unknown(request, listing):
    known = [*listing.form.fields, "sort", "page"] if listing is not None else []
    wrong = [name for name in request.GET if name not in known]
    twice = [name for name in request.GET if name in known and len(request.GET.getlist(name)) > 1]
    said = [_("%(name)s: there is no such filter.") % {"name": name} for name in wrong]
    if wrong and known:
        said.append(_("The filters are: %(names)s.") % {"names": ", ".join(known[:-1])})
    return said + [_("%(name)s: give it only once.") % {"name": name} for name in twice]


def _bad_values(listing):
    names = {str(field.label): name for name, field in listing.form.fields.items()}
    return [f"{names.get(str(label), label)}: {message}" for label, message in listing.errors]


def _unknown_order(request, listing):
    asked, there = request.GET.get("sort", ""), [choice["value"] for choice in listing.sort_choices]
    if not asked or asked in there:
        return []
    return [_("sort: there is no such order. There are: %(names)s.") % {"names": ", ".join(there)}]


def _too_many(form, listing):
    if form not in MOST_ROWS:
        return []
    found, most = listing.narrowed().count(), MOST_ROWS[form]
    if found <= most:
        return []
    numbers = {"found": found, "form": form, "most": most}
    return [
        _(
            "The list has %(found)d rows, and .%(form)s takes %(most)d at most. "
            "Narrow it with filters, or take .csv, which has no limit."
        )
        % numbers
    ]


def in_batches(rows):
    """Lists of records, one after the other, so that memory stays flat however many there are."""
    rows = rows.iterator(chunk_size=ROWS_OF_A_BATCH)
    while batch := list(islice(rows, ROWS_OF_A_BATCH)):
        yield batch


def grouped(pairs):
    """{key: [value, …]} of pairs, in their order."""
    found = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def linked(model, relation, batch):
    """{id of a record of the batch: [ids of what a many-to-many links it with]}."""
    field = model._meta.get_field(relation)
    mine, other = field.m2m_field_name(), field.m2m_reverse_field_name()
    rows = field.remote_field.through.objects.filter(**{f"{mine}__in": [record.pk for record in batch]})
    return grouped(rows.order_by("pk").values_list(f"{mine}_id", f"{other}_id"))


def picked(records, keys):
    """Those of {key: record} that the keys name; what was made a moment ago is not yet among them."""
    return [records[key] for key in keys if key in records]


def text_of(record, field):
    """A record's text in the reader's language, or in the next best."""
    return localized(record, field)[0]


def text_columns(field):
    """Columns of a record's name or title: in the reader's language or the next best, which that is, the original."""
    return {
        field: lambda known: text_of(known.record, field),
        f"{field}_language": lambda known: localized(known.record, field)[1],
        f"original_{field}": lambda known: original(known.record, field),
        "original_language": lambda known: known.record.language,
    }


def original(record, field):
    """A record's text in its own language, "" where nobody wrote it."""
    return getattr(record, f"original_{field}", None) or getattr(record, f"{field}_{record.language}", None) or ""


def date_columns():
    """Columns of a dated record: days are dates, a month or a year is text such as 2026-06."""
    return {
        "start_date": lambda known: _exactly(known.record, known.record.start),
        "end_date": lambda known: _exactly(known.record, known.record.end),
        "date_precision": lambda known: Precision(known.record.precision).name.lower(),
    }


def _exactly(record, date):
    return date if record.precision == Precision.DAY else reduced(date, record.precision)


def exact(partial):
    """A PartialDate as a cell: a day is a date, a month or a year is text."""
    return partial.first if partial and partial.precision == Precision.DAY else partial


def last_columns():
    """Columns that every labelled record ends with."""
    return {
        "label": lambda known: Label(known.record.label).label,
        "publication": lambda known: known.record.publication,
        "source": lambda known: known.record.source,
        "source_kind": lambda known: known.record.source_kind,
        "page": lambda known: settings.BASE_URL + known.record.get_absolute_url(),
        "updated": lambda known: known.record.updated,
    }


def cells(columns, rows):
    """The rows of a table: a cell for each column, {name: function of a row}."""
    for row in rows:
        yield [show(row) for show in columns.values()]


def tables(name, columns, known):
    """{"csv", "xlsx": what answers a listing with the file}; `known(rows, user)` gives what the columns show."""

    def making(form):
        return lambda listing: table_file(
            name, form, list(columns), cells(columns, known(listing.ordered(), listing.request.user))
        )

    return {form: making(form) for form in ("csv", "xlsx")}


def in_words(name, listing):
    """A list and its filters in words: "Major events · Brazil · Sport"."""
    return " · ".join([name, *(pill.value for pill in listing.pills)])
