"""Commenting forms in Word: a table across the page. Its rows are written as they stand in the file, many at once."""

from django.utils.translation import gettext as _

from consultations.form_rows import FILLED, HEADERS, header
from core.text import clean_text

WIDTHS = {"key": 16, "place": 14, "number": 13, "words": 66, "kind": 24, "text": 50, "rationale": 38, "proposed": 60}
PRESERVED = "{http://www.w3.org/XML/1998/namespace}space"
TWIPS = 56.7  # of a millimetre
OPEN, HEAD = "FFF8E1", "D9E2EC"


def write_docx(file, said, lines, kinds):
    """A page across: what to do on top, the table below with its head on each page."""
    document = _document(said)
    table = document.add_table(0, len(HEADERS))
    table.style, table.autofit = "Table Grid", False
    for column, width in zip(table.columns, WIDTHS.values(), strict=True):
        column.width = round(width * TWIPS * 635)
    body = table._tbl
    body.append(_row([_cell(name, header(name), HEAD, bold=True) for name in HEADERS], is_head=True))
    for line in lines:
        body.append(_row([_cell_of(line, name, kinds) for name in HEADERS]))
    document.save(file)


def _document(said):
    """The document as far as the table, with whose it is on each page."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm, Pt

    document = Document()
    section = document.sections[0]
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(8)
    section.top_margin = section.bottom_margin = Mm(15)
    document.styles["Normal"].font.size, document.styles["Normal"].font.name = Pt(8), "Arial"
    document.core_properties.author = document.core_properties.comments = ""
    document.core_properties.title = clean_text(said[0])
    section.header.paragraphs[0].text = clean_text(said[1])
    document.add_heading(clean_text(said[0]), 1)
    for text in said[1:]:
        document.add_paragraph(clean_text(text))
    return document


def _element(tag, *children, **attributes):
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    element.extend(children)
    return element


def _row(cells, *, is_head=False):
    marks = [_element("trPr", _element("cantSplit"), _element("tblHeader"))] if is_head else []
    return _element("tr", *marks, *cells)


def _cell_of(line, name, kinds):
    is_open = name in FILLED or (line.is_free and name == "place")
    if name == "kind":
        return _boxed(name, _choice(kinds.get(line.kind, ""), kinds), OPEN)
    return _cell(name, getattr(line, name), OPEN if is_open else "", bold=line.is_head and not is_open)


def _cell(name, text, fill="", *, bold=False):
    return _boxed(name, _run(text, bold=bold), fill)


def _boxed(name, content, fill):
    shade = [_element("shd", val="clear", color="auto", fill=fill)] if fill else []
    width = _element("tcW", w=str(round(WIDTHS[name] * TWIPS)), type="dxa")
    return _element("tc", _element("tcPr", width, *shade), _element("p", content))


def _run(text, *, bold=False):
    """A text with its line ends."""
    run = _element("r", *([_element("rPr", _element("b"))] if bold else []))
    for number, line in enumerate(clean_text(text).split("\n")):
        if number:
            run.append(_element("br"))
        said = _element("t")
        said.set(PRESERVED, "preserve")
        said.text = line
        run.append(said)
    return run


def _choice(chosen, kinds):
    """A list to choose the type from; it shows what to do until that is done."""
    items = [_element("listItem", displayText=label, value=label) for label in kinds.values()]
    hint = [] if chosen else [_element("showingPlcHdr")]
    properties = _element("sdtPr", _element("alias", val=header("kind")), *hint, _element("dropDownList", *items))
    return _element("sdt", properties, _element("sdtContent", _run(chosen or _("Choose"))))
