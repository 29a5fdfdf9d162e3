"""A program of its own, without Django: reads the cells of a returned form, under limits.

Arguments: type (xlsx, docx), path, path for what it found: {"rows": [[line, [cells]]], "said": texts outside of the
table, "remarks": {name: count}}. A cell is a text, or [reason] where it holds what is none. Prints a reason and ends
with 1 where the file cannot be read; ends with 0 where it was.
"""

import json
import sys
import zipfile
from collections import Counter
from pathlib import Path
from xml.parsers import expat

MOST_ROWS = 20_000
MOST_COLUMNS = 40
MOST_SHEETS = 20
MOST_SIGNS = 30_000_000  # of all cells
ABOVE = 40  # rows in which the mark of a form is looked for
MARK = "KMS-FORM-"
RELATIONSHIP = "http://schemas.openxmlformats.org/package/2006/relationships Relationship"
EMBEDDED = {"oleObject", "package", "control", "aFChunk", "subDocument"}
PICTURES = {"drawing", "pict", "object"}
LEFT_OUT = {"del", "moveFrom", "Fallback", "instrText", "delText"}
SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
TRACKED = {"ins", "del", "moveFrom", "moveTo"}


def looked_through(path):
    """What every part of the file says of itself; Refused where one defines entities or programs."""
    from core.opening import Refused

    remarks = Counter()
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if "macrosheets/" in member.filename.lower():
                raise Refused("macros")
            remarks["outside"] += member.filename.startswith("xl/externalLinks/externalLink")
            if member.filename.lower().endswith((".xml", ".rels", ".vml")):
                look(archive.read(member), remarks)
    return remarks


def look(xml, remarks):
    from core.opening import Refused

    parser = expat.ParserCreate(namespace_separator=" ")

    def doctype(*_said):
        raise Refused("entities")

    def element(name, attributes):
        if "macroEnabled" in attributes.get("ContentType", ""):
            raise Refused("macros")
        if name == RELATIONSHIP:
            kind = attributes.get("Type", "").rpartition("/")[2]
            is_outside = attributes.get("TargetMode") == "External" and kind not in {"hyperlink", "externalLinkPath"}
            remarks["outside"] += is_outside
            remarks["embedded"] += kind in EMBEDDED

    parser.StartDoctypeDeclHandler, parser.StartElementHandler = doctype, element
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise Refused("broken") from error


def read_xlsx(path, remarks):
    """(Rows, texts outside of the table) of the first sheet that is a form, else of the first one."""
    import openpyxl

    with open(path, "rb") as file:  # by its name openpyxl would ask for an ending
        return form_in(openpyxl.load_workbook(file, read_only=True, keep_links=False))


def form_in(book):
    first = None
    for sheet in book.worksheets[:MOST_SHEETS]:
        sheet.reset_dimensions()
        rows = sheet_rows(sheet)
        said = [cell for _line, cells in rows[:ABOVE] for cell in cells if isinstance(cell, str) and MARK in cell]
        if said:
            return rows, said
        first = rows if first is None else first
    return first or [], []


def sheet_rows(sheet):
    from core.opening import Refused

    rows, signs = [], 0
    for line, found in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), 1):
        cells = [cell_of(cell) for cell in found]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            rows.append([line, cells])
            signs += sum(map(len, cells))
        if len(rows) > MOST_ROWS or signs > MOST_SIGNS:
            raise Refused("rows")
    return rows


def cell_of(cell):
    """The text of a cell of a sheet, or [reason]."""
    import datetime

    if cell.value is None:
        return ""
    if cell.data_type in ("f", "e"):
        return ["formula" if cell.data_type == "f" else "error"]
    if isinstance(cell.value, datetime.date | datetime.time | datetime.timedelta):
        return ["date"]
    if isinstance(cell.value, float) and cell.value.is_integer():
        return str(int(cell.value))
    return str(cell.value)


def read_docx(path, remarks):
    """(Rows of all tables one after the other, texts outside of them)."""
    from lxml import etree

    from core.opening import Refused

    with zipfile.ZipFile(path) as archive:
        xml = archive.read("word/document.xml")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(xml, parser)
    rows, signs = [], 0
    for line, row in enumerate(within(root, "tr"), 1):
        cells = row_cells(row, remarks)
        signs += sum(map(len, cells))
        if any(cells):
            rows.append([line, cells])
        if len(rows) > MOST_ROWS or signs > MOST_SIGNS:
            raise Refused("rows")
    said = ["".join(text_of(part, Counter())) for part in within(root, "p")]
    return rows, [text for text in said if MARK in text]


def called(element):
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def within(element, name):
    """The outermost elements of a name below one: not those within a table, a row, a drawing or what was deleted."""
    for child in element:
        if called(child) == name:
            yield child
        elif called(child) not in {"p", "tc", *PICTURES, *LEFT_OUT} and not (name == "p" and called(child) == "tbl"):
            yield from within(child, name)


def row_cells(row, remarks):
    """The texts of the cells of a row of a table; [["merged"]] in each where some are merged; [] where it was
    deleted."""
    if any(called(mark) == "del" for marks in row if called(marks) == "trPr" for mark in marks):
        remarks["tracked"] += 1
        return []
    found = list(within(row, "tc"))[:MOST_COLUMNS]
    if any(is_merged(cell) for cell in found):
        return [["merged"], *("".join(text_of(cell, remarks)).strip() for cell in found)]
    return ["".join(text_of(cell, remarks)).strip() for cell in found]


def is_merged(cell):
    marks = {called(mark): mark for part in cell if called(part) == "tcPr" for mark in part}
    span = next(iter(marks["gridSpan"].attrib.values()), "1") if "gridSpan" in marks else "1"
    return "vMerge" in marks or span != "1"


def text_of(element, remarks):
    """The parts of the text below an element, as it is once all tracked changes are accepted."""
    is_first = True
    for child in element:
        name = called(child)
        remarks["tracked"] += name in TRACKED
        remarks["pictures"] += name in PICTURES
        if name == "t":
            yield child.text or ""
        elif name in SIGNS:
            yield SIGNS[name]
        elif name not in LEFT_OUT | PICTURES and not is_hint(child):
            if name == "p" and not is_first:
                yield "\n"
            yield from text_of(child, remarks)
        is_first = is_first and name != "p"


def is_hint(element):
    """Whether it is a field to choose in that shows only its hint."""
    return called(element) == "sdt" and any(called(below) == "showingPlcHdr" for part in element for below in part)


def read(kind, path, found):
    remarks = looked_through(path)
    rows, said = {"xlsx": read_xlsx, "docx": read_docx}[kind](path, remarks)
    remarks = {name: count for name, count in remarks.items() if count}
    Path(found).write_text(json.dumps({"rows": rows, "said": said, "remarks": remarks}))


def main(kind, path, found):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from core.opening import why_not_read

    return why_not_read(lambda: read(kind, path, found))


if __name__ == "__main__":
    reason = main(*sys.argv[1:])
    sys.stdout.write(reason)
    sys.exit(1 if reason else 0)
