"""Tables as files: CSV as a stream, XLSX by way of a temporary file."""

import csv
import datetime
import tempfile
from decimal import Decimal
from itertools import chain, islice

from django.http import FileResponse, StreamingHttpResponse
from django.utils import translation
from django.utils.http import content_disposition_header

from core.dates import today
from core.exports import escape_cell
from core.text import clean_text

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_OF_A_CHUNK = 500
FIRST_YEAR_OF_EXCEL = 1900
ROWS_MEASURED, NARROWEST, WIDEST = 200, 9, 60


def table_file(name, form, header, rows, on_top=""):
    """A table as a file.

    `name` becomes the file's name, `form` is "csv" or "xlsx", `header` a list of texts. `rows` are lists of texts,
    numbers, dates, booleans and None; a generator of them is run while the answer is sent. `on_top` stands on each
    sheet on which a workbook is printed.
    """
    return _csv_response(name, header, rows) if form == "csv" else _xlsx_response(name, header, rows, on_top)


def filename(name, form):
    """What a file of today is called."""
    return f"ipo-americas-{name}-{today()}.{form}"


def streamed(parts, *, content_type, filename):
    """An answer of many parts, each made when it is sent, in the language of this moment."""
    response = StreamingHttpResponse(in_language(translation.get_language(), parts), content_type=content_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, filename)
    return response


def in_language(language, parts):
    """The parts of a generator, each made in that language: it runs on when the request's own is over."""
    parts = iter(parts)
    while True:
        with translation.override(language):
            part = next(parts, None)
        if part is None:
            return
        yield part


class _Line:
    """What csv.writer writes to: gives each line back."""

    def write(self, text):
        return text


def _csv_response(name, header, rows):
    return streamed(_csv_parts(header, rows), content_type=CSV, filename=filename(name, "csv"))


def _csv_parts(header, rows):
    """The file in parts of many lines.

    It begins with a byte order mark: without one Excel reads accents wrongly, and what reads UTF-8 by itself
    (pandas, R, Power Query, this portal's own import) takes it or leaves it out.
    """
    write = csv.writer(_Line()).writerow
    yield ("\ufeff" + write(header)).encode()
    rows = iter(rows)
    while chunk := list(islice(rows, ROWS_OF_A_CHUNK)):
        yield "".join(write([csv_cell(value) for value in row]) for row in chunk).encode()


def csv_cell(value):
    """A value as text: dates as ISO 8601, moments in UTC, yes and no, nothing for None."""
    if isinstance(value, str):
        return escape_cell(clean_text(value))
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _xlsx_response(name, header, rows, on_top):
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    _write_xlsx(file, name, header, rows, on_top)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=filename(name, "xlsx"), content_type=XLSX)


def _write_xlsx(file, name, header, rows, on_top):
    """A workbook of one sheet: the header bold and in view, a filter on it, columns as wide as their first cells."""
    from openpyxl import Workbook  # heavy, and few ask for it
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(name[:31])
    rows = ([xlsx_cell(value) for value in row] for row in rows)
    first = list(islice(rows, ROWS_MEASURED))
    for number, title in enumerate(header):
        width = max(len(str(cell)) for cell in (title, *(row[number] for row in first)))
        sheet.column_dimensions[get_column_letter(number + 1)].width = min(max(width + 2, NARROWEST), WIDEST)
    sheet.freeze_panes, sheet.oddHeader.center.text = "A2", on_top
    titles = [WriteOnlyCell(sheet, title) for title in header]
    for cell in titles:
        cell.font = Font(bold=True)
    sheet.append(titles)
    written = 1
    for row in chain(first, rows):
        sheet.append(row)
        written += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(header))}{written}"
    book.save(file)


def xlsx_cell(value):
    """A value as a cell takes it: dates stay dates, moments lose the time zone, which is UTC."""
    if isinstance(value, str):
        return escape_cell(clean_text(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).replace(tzinfo=None, microsecond=0)
    if isinstance(value, datetime.date) and value.year < FIRST_YEAR_OF_EXCEL:
        return value.isoformat()
    return value
