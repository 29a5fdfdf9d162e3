"""Files of rows that people bring: CSV and XLSX, read strictly, each row with its line in the file."""

import csv
import io
import re
import zipfile

import tablib
from django.utils.translation import gettext as _
from import_export.formats import base_formats

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_ROWS = 50_000
MAX_COLUMNS = 100
LINE_END = re.compile(rb"\r\n|\r|\n")


class Table(tablib.Dataset):
    """A tablib.Dataset whose rows know their lines: `lines[i]` is where row i begins."""

    def __init__(self, headers, rows, lines):
        super().__init__(*rows, headers=headers)
        self.lines = lines


class BadFile(Exception):
    """A file of which no row can be read. `problems` are (line or None, reason), `messages` the same as texts."""

    def __init__(self, problems):
        self.problems = problems
        self.messages = [_located(line, reason) for line, reason in problems]
        super().__init__(" ".join(self.messages))


def _located(line, reason):
    return _("Line %(line)d: %(reason)s") % {"line": line, "reason": reason} if line else reason


def read_csv(data):
    """The Table in the bytes of a CSV file: UTF-8 with or without byte order mark, one header row."""
    rows, lines, problems = [], [], []
    for line, row in _records(_decoded(data)):
        rows.append(row)
        lines.append(line)
        if len(row) != len(rows[0]):
            problems.append((line, _cells(len(row), len(rows[0]))))
        _refuse_endless(len(rows))
    if not rows:
        raise BadFile([(None, _("The file is empty."))])
    if problems:
        raise BadFile(problems)
    return Table(rows[0], rows[1:], lines[1:])


def _decoded(data):
    _refuse_big(len(data), MAX_BYTES)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = len(LINE_END.findall(data[: error.start])) + 1
        raise BadFile([(line, _("This is not UTF-8. Save the file as CSV in UTF-8."))]) from error


def _records(text):
    """(line, cells) of each record; a record may span lines inside quotes, empty lines are none."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for row in reader:
            if row:
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        reason = _("This is not valid CSV: %(error)s.") % {"error": error}
        raise BadFile([(line, reason)]) from error


def _cells(found, wanted):
    return _("The row has %(found)d cells, the header has %(wanted)d.") % {"found": found, "wanted": wanted}


def _refuse_big(size, limit):
    if size > limit:
        reason = _("The file is larger than %(megabytes)d MB.") % {"megabytes": limit // 1024 // 1024}
        raise BadFile([(None, reason)])


def _refuse_endless(count):
    if count > MAX_ROWS + 1:
        raise BadFile([(None, _("The file has more than %(rows)d rows.") % {"rows": MAX_ROWS})])


def read_xlsx(data):
    """The Table in the first sheet of an XLSX file; a formula stays its text, so that it can be refused."""
    rows, lines = [], []
    for line, row in enumerate(_sheet(data), 1):
        _refuse_endless(line)
        if any(cell is not None for cell in row):
            rows.append(row)
            lines.append(line)
    if not rows:
        raise BadFile([(None, _("The file is empty."))])
    width = max(number for number, cell in enumerate(rows[0], 1) if cell is not None)
    for line, row in zip(lines, rows, strict=True):
        if any(cell is not None for cell in row[width:]):
            raise BadFile([(line, _("The row has cells to the right of the header."))])
    padded = [[*row[:width], *[None] * (width - len(row))] for row in rows]
    return Table(padded[0], padded[1:], lines[1:])


def _sheet(data):
    """Rows of values of the first sheet."""
    import openpyxl  # heavy, and only curators need it

    _refuse_big(len(data), MAX_BYTES)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _refuse_big(sum(member.file_size for member in archive.infolist()), MAX_UNPACKED)
        sheet = openpyxl.load_workbook(io.BytesIO(data), read_only=True).worksheets[0]
        sheet.reset_dimensions()
        yield from sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True)
    except BadFile:
        raise
    except Exception as error:  # openpyxl raises whatever its parts raise
        raise BadFile([(None, _("This is not an XLSX file."))]) from error


class CSVFile(base_formats.CSV):
    """The admin's CSV: taken as bytes, so that a wrong encoding gets a line and a reason."""

    def create_dataset(self, in_stream, **kwargs):
        return read_csv(in_stream)

    def get_read_mode(self):
        return "rb"

    def is_binary(self):
        return True


class XLSXFile(base_formats.XLSX):
    """The admin's XLSX, with the same limits."""

    def create_dataset(self, in_stream, **kwargs):
        return read_xlsx(in_stream)


FORMATS = [CSVFile, XLSXFile]
