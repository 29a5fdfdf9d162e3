"""A returned form taken in: checked, read in a process of its own, its columns found by their names."""

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from consultations.form_rows import CODE, HEADERS, Code, header, header_names, plain
from core.exports import unescape_cell
from core.text import fold
from core.uploads import REASONS, opened, refusal, run_limited

MOST_BYTES = 15 * 1024**2
READING_SECONDS = 25
PROGRAM = Path(__file__).with_name("form_reading.py")
TYPES = ["xlsx", "docx"]
WITH_MACROS = {"xlsm": "xlsx", "xltm": "xlsx", "xlsb": "xlsx", "docm": "docx", "dotm": "docx"}
ENOUGH = 3  # columns with a known name, by which the head of the table is told
MORE_REASONS = {
    "entities": gettext_lazy("The file defines entities of its own, which can be used to exhaust a computer."),
    "rows": gettext_lazy("The file has far more rows than a form."),
}
CELLS = {
    "formula": gettext_lazy("%(column)s: this is a formula. Write its text."),
    "error": gettext_lazy("%(column)s: this is an error value of a formula. Write a text."),
    "date": gettext_lazy("%(column)s: the program made a date of this. Make the cell a text and write it again."),
    "merged": gettext_lazy("Cells of this row were merged. Split them, each with its own text."),
}
REMARKS = {
    "tracked": gettext_lazy("The file has tracked changes: it was read as if all of them were accepted."),
    "pictures": gettext_lazy("Pictures in the table were left out: a comment is text."),
    "embedded": gettext_lazy("Files within the file were left out."),
    "outside": gettext_lazy("What the file takes from other files or addresses was left out; nothing was fetched."),
}


@dataclass
class Given:
    """A row as it was returned: its texts by column, and what is wrong with its cells."""

    line: int
    cells: dict
    wrong: list = field(default_factory=list)

    def __getitem__(self, name):
        return self.cells[name]


@dataclass
class Returned:
    """A form as it was returned."""

    code: Code
    rows: list
    remarks: list


def check_name(upload):
    """The type of an uploaded form by its name; raises ValidationError where it is none."""
    ending = PurePosixPath(upload.name).suffix.lstrip(".").lower()
    if ending in WITH_MACROS:
        raise refusal("macros", WITH_MACROS[ending])
    if ending not in TYPES:
        raise ValidationError(_("Only forms in XLSX and DOCX are read. Save an older file in one of these."))
    if upload.size > MOST_BYTES:
        raise ValidationError(_("The file is larger than %(limit)s MB."), params={"limit": MOST_BYTES // 1024**2})
    if upload.size == 0:
        raise ValidationError(_("The file is empty."))
    return ending


def read_form(upload):
    """An uploaded form as a Returned; raises ValidationError with the reasons."""
    kind = check_name(upload)
    upload.seek(0)
    if upload.read(4) != b"PK\x03\x04":
        raise refusal("broken", kind)
    opened(upload, kind)
    found = _found(upload, kind)
    code = next((match for said in found["said"] if (match := CODE.search(said))), None)
    if code is None:
        raise ValidationError(_("This is no form of this page, or the line with its code is gone. Download the form."))
    remarks = [str(said) for name, said in REMARKS.items() if found["remarks"].get(name)]
    rows = rows_of(found["rows"], escaped=kind == "xlsx")
    return Returned(Code(int(code[1]), code[2], code[3]), rows, remarks)


def _found(upload, kind):
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder, "given"), Path(folder, "found.json")
        upload.seek(0)
        given.write_bytes(upload.read())
        reason = run_limited(PROGRAM, kind, given, found, seconds=READING_SECONDS, reasons={*REASONS, *MORE_REASONS})
        if reason in MORE_REASONS:
            raise ValidationError(MORE_REASONS[reason])
        if reason:
            raise refusal(reason, kind)
        return json.loads(found.read_text())


def rows_of(found, *, escaped=False):
    """The Givens of [[line, cells]], below the row that holds the names of the columns; raises ValidationError where
    one of these is missing."""
    known = header_names()
    for at, (_line, cells) in enumerate(found):
        names = [known.get(fold(cell)) if isinstance(cell, str) else None for cell in cells]
        if len(set(names) - {None}) >= ENOUGH:
            columns = _columns(names)
            rows = (_given(line, cells, columns, escaped) for line, cells in found[at + 1 :])
            return [row for row in rows if row.wrong or not _is_head(row, known)]
    raise ValidationError(_("There is no table with the columns of the form in it."))


def _columns(names):
    """{column: its place}; each is there once."""
    missing = [header(name) for name in HEADERS if name not in names]
    twice = [header(name) for name in HEADERS if names.count(name) > 1]
    said = []
    if missing:
        words = ngettext("A column is missing: %(names)s.", "Columns are missing: %(names)s.", len(missing))
        said.append(words % {"names": ", ".join(missing)})
    if twice:
        words = ngettext("A column is there twice: %(names)s.", "Columns are there twice: %(names)s.", len(twice))
        said.append(words % {"names": ", ".join(twice)})
    if said:
        raise ValidationError(said)
    return {name: names.index(name) for name in HEADERS}


def _given(line, cells, columns, escaped):
    row = Given(line, {})
    if any(cell == ["merged"] for cell in cells):
        row.cells = dict.fromkeys(HEADERS, "")
        row.wrong.append(str(CELLS["merged"]))
        return row
    for name, place in columns.items():
        cell = cells[place] if place < len(cells) else ""
        if isinstance(cell, list):
            row.wrong.append(CELLS[cell[0]] % {"column": header(name)})
            cell = ""
        row.cells[name] = plain(unescape_cell(cell) if escaped else cell)
    return row


def _is_head(row, known):
    """Whether it is the head of the table once more, where somebody divided that."""
    return all(known.get(fold(row[name])) == name for name in HEADERS)
