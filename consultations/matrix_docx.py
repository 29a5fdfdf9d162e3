"""The matrix as a Word file. The rows are written as text into a file that python-docx made: there may be 20,000."""

import io
from dataclasses import dataclass
from itertools import islice
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

from django.utils.translation import gettext as _

from core.text import clean_text

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
# Twentieths of a point, of a sheet of A4 on its side with margins of a centimetre.
SHEET, MARGIN = (16838, 11906), 567
WIDTHS = [560, 560, 900, 1000, 1080, 2550, 1750, 2550, 1080, 1750, 870, 1054]
ROWS = "rows"  # the comment in the XML in whose place the rows are written
ROWS_OF_A_CHUNK = 500
LINED = '<w:u w:val="single"/>'
TEXT, RELATIONS = "word/document.xml", "word/_rels/document.xml.rels"


@dataclass(frozen=True)
class Cover:
    """What stands above the table, and on each sheet."""

    title: str
    facts: list
    label: str
    readers: str
    language: str


@dataclass(frozen=True)
class Words:
    """A cell: its text and the language of that, "" for the language of the file; or links, [(words, address)]."""

    text: str = ""
    language: str = ""
    links: tuple = ()


def write_matrix(file, cover, header, rows):
    """Write the matrix into a file that is open for that; `rows` are lists of Words, as many as the header has."""
    rows, links = iter(rows), {}
    with ZipFile(io.BytesIO(_without_rows(cover, header))) as empty, ZipFile(file, "w", ZIP_DEFLATED) as whole:
        for name in empty.namelist():
            if name not in (TEXT, RELATIONS):
                whole.writestr(name, empty.read(name))
        before, after = empty.read(TEXT).split(f"<!--{ROWS}-->".encode())
        with whole.open(TEXT, "w") as part:
            part.write(before)
            while chunk := list(islice(rows, ROWS_OF_A_CHUNK)):
                part.write("".join(_row(row, links) for row in chunk).encode())
            part.write(after)
        whole.writestr(RELATIONS, empty.read(RELATIONS).replace(b"</Relationships>", _relations(links)))


def _row(words, links):
    return f"<w:tr>{''.join(map(_cell, words, WIDTHS, [links] * len(words)))}</w:tr>"


def _cell(words, width, links):
    said = _linked(words.links, links) if words.links else _run(words.text, words.language)
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr><w:p>{said}</w:p></w:tc>'


def _run(text, language="", marks=""):
    """Text as a run: line ends and tabs are elements of their own."""
    if not text:
        return ""
    text = escape(clean_text(text)).replace("\n", '</w:t><w:br/><w:t xml:space="preserve">')
    text = text.replace("\t", '</w:t><w:tab/><w:t xml:space="preserve">')
    marks += f'<w:lang w:val="{language}"/>' if language else ""
    marks = f"<w:rPr>{marks}</w:rPr>" if marks else ""
    return f'<w:r>{marks}<w:t xml:space="preserve">{text}</w:t></w:r>'


def _linked(found, links):
    """Links, one below the other; `links` takes up each address once, with the key of its relation."""
    parts = []
    for words, address in found:
        key = links.setdefault(address, f"new{len(links) + 1}")
        parts.append(f'<w:hyperlink r:id="{key}">{_run(words, marks=LINED)}</w:hyperlink>')
    return "<w:r><w:br/></w:r>".join(parts)


def _relations(links):
    parts = (
        f'<Relationship Id="{key}" Type="{LINK}" Target={quoteattr(address)} TargetMode="External"/>'
        for address, key in links.items()
    )
    return f"{''.join(parts)}</Relationships>".encode()


def _without_rows(cover, header):
    """The file as python-docx makes it, with a comment where the rows belong."""
    from docx import Document  # heavy, and few ask for it
    from lxml import etree

    document = Document()
    _set_up(document, cover)
    document.add_heading(cover.title, 0)
    for fact in cover.facts:
        document.add_paragraph(clean_text(fact))
    table = document.add_table(1, len(header), "Table Grid")
    _set_head(table, header)
    table._tbl.append(etree.Comment(ROWS))
    document.add_paragraph()
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _set_up(document, cover):
    """The sheet, its letters, and what stands on each."""
    from docx.enum.section import WD_ORIENT
    from docx.shared import Pt, Twips

    section, normal = document.sections[0], document.styles["Normal"]
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, *map(Twips, SHEET)
    for side in ("left", "right", "top", "bottom"):
        setattr(section, f"{side}_margin", Twips(MARGIN if side in ("left", "right") else 2 * MARGIN))
    section.header_distance = section.footer_distance = Twips(MARGIN)
    normal.font.name, normal.font.size, normal.paragraph_format.space_after = "Calibri", Pt(8), Pt(2)
    document.styles["Title"].font.size = Pt(16)
    _say(normal.element.get_or_add_rPr(), "w:lang", cover.language)
    document.core_properties.title, document.core_properties.author = cover.title, "IPO Americas KMS"
    document.core_properties.comments, document.core_properties.language = cover.label, cover.language
    on_top = section.header.paragraphs[0]
    on_top.add_run(cover.label).bold = True
    on_top.add_run(f" · {cover.readers}")
    below = section.footer.paragraphs[0]
    below.add_run(f"{cover.title} · {_('Page')} ")
    _field(below, "PAGE")
    below.add_run(" / ")
    _field(below, "NUMPAGES")


def _set_head(table, header):
    """The row of titles, which is repeated on each sheet, and the widths of the columns."""
    from docx.shared import Twips

    table.autofit = False
    widths = [Twips(width) for width in WIDTHS]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    row = table.rows[0]
    for name in ("w:cantSplit", "w:tblHeader"):
        _say(row._tr.get_or_add_trPr(), name)
    for cell, title, width in zip(row.cells, header, widths, strict=True):
        cell.paragraphs[0].add_run(title).bold = True
        cell.width = width


def _say(parent, name, value=None):
    """Add an element with a value to another one."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(name)
    if value is not None:
        element.set(qn("w:val"), value)
    parent.append(element)


def _field(paragraph, name):
    """Let Word write the number of a page, or of all."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement("w:fldSimple")
    element.set(qn("w:instr"), name)
    paragraph._p.append(element)
