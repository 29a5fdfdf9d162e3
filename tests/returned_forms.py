"""Commenting forms as States get, complete and return them: downloaded through the page, filled with other programs."""

import io
import zipfile

import docx
import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

COLUMNS = ["key", "place", "number", "words", "kind", "text", "rationale", "proposed"]
HEAD_LINE = 4  # of a workbook
FORMS = ["xlsx", "docx"]


def address(consultation, state, page="return/"):
    return f"/en/manual/consultations/{consultation.pk}/spaces/{state.slug}/{page}"


def downloaded(client, consultation, state, form="xlsx", **asked):
    """The bytes of a form."""
    answer = client.get(address(consultation, state, f"form.{form}"), asked)
    assert answer.status_code == 200, answer
    return b"".join(answer.streaming_content)


def returned(client, consultation, state, content, name="form.xlsx", **more):
    """The page that answers a form."""
    file = SimpleUploadedFile(name, content)
    return client.post(address(consultation, state), {"file": file, "language": "en"} | more)


def sheet_in(content):
    return openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]


def rows_in(content, form="xlsx"):
    """[{column: text}] of a form, its free lines left out."""
    if form == "xlsx":
        found = [[cell or "" for cell in row] for row in sheet_in(content).iter_rows(HEAD_LINE + 1, values_only=True)]
    else:
        found = [
            [words_of(cell) for cell in row.cells] for row in docx.Document(io.BytesIO(content)).tables[0].rows[1:]
        ]
    return [dict(zip(COLUMNS, row, strict=True)) for row in found if row[1]]


def words_of(cell):
    """The text of a cell in Word, or what was chosen from its list."""
    if any(True for _hint in cell._tc.iter(qn("w:showingPlcHdr"))):
        return ""
    chosen = "".join(text.text or "" for text in cell._tc.iter(qn("w:t")))
    return cell.text or chosen


def filled(content, said, form="xlsx"):
    """The form with {place or key: {column: text}} written into it; a place is that of its first line."""
    return {"xlsx": _filled_sheet, "docx": _filled_table}[form](content, said)


def _filled_sheet(content, said):
    book = openpyxl.load_workbook(io.BytesIO(content))
    lines = list(book.worksheets[0].iter_rows(HEAD_LINE + 1))
    for name, cells in said.items():
        line = next(line for line in lines if name in (line[0].value, line[1].value))
        for column, text in cells.items():
            line[COLUMNS.index(column)].value = text
    return kept(book)


def kept(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _filled_table(content, said):
    document = docx.Document(io.BytesIO(content))
    lines = [list(row.cells) for row in document.tables[0].rows]
    for name, cells in said.items():
        line = next(line for line in lines if name in (line[0].text, line[1].text))
        for column, text in cells.items():
            write(line[COLUMNS.index(column)], text)
    return kept(document)


def write(cell, text):
    """Put a text in place of all that a cell holds, its lines as Word's users make them."""
    for part in list(cell._tc):
        if part.tag != qn("w:tcPr"):
            cell._tc.remove(part)
    for line in text.split("\n"):
        cell.add_paragraph(line)


def altered(content, change):
    """A workbook after `change(sheet)`."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(book.worksheets[0])
    return kept(book)


def altered_table(content, change):
    """A form in Word after `change(document)`."""
    document = docx.Document(io.BytesIO(content))
    change(document)
    return kept(document)


def with_parts(content, **parts):
    """An office file with further or other parts: (name of the part with "__" for "/") = bytes."""
    parts = {name.replace("__", "/"): data for name, data in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            if member.filename not in parts:
                new.writestr(member, old.read(member))
        for name, data in parts.items():
            new.writestr(name, data)
    return out.getvalue()


def part_of(content, name):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


def tracked(cell, was, now):
    """Change the text of a cell as Word does where it tracks changes."""
    for part in list(cell._tc):
        if part.tag != qn("w:tcPr"):
            cell._tc.remove(part)
    paragraph = OxmlElement("w:p")
    for kind, inside, text in (("del", "delText", was), ("ins", "t", now)):
        change, run, words = OxmlElement(f"w:{kind}"), OxmlElement("w:r"), OxmlElement(f"w:{inside}")
        words.text = text
        run.append(words)
        change.append(run)
        paragraph.append(change)
    cell._tc.append(paragraph)
