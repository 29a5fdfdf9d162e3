"""Texts of a manual as people send them: Word files with all that they hold, good and bad."""

import io
import zipfile

import docx
from django.core.files.uploadedfile import SimpleUploadedFile
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from PIL import Image


def picture(colour="navy", kind="PNG"):
    out = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, kind)
    out.seek(0)
    return out


def uploaded(content, name="chapter.docx"):
    """What a browser sends of a file."""
    return SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())


def saved(document):
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def words(*parts):
    """A Word file: "# Top", "## Heading", "- item", or a paragraph; None is a table, a tuple (style, text)."""
    document = docx.Document()
    for part in parts:
        if isinstance(part, tuple):
            document.add_paragraph(part[1], style=part[0])
        elif part.startswith("#"):
            marks, _space, text = part.partition(" ")
            document.add_heading(text, len(marks))
        elif part.startswith("- "):
            document.add_paragraph(part[2:], style="List Bullet")
        else:
            document.add_paragraph(part)
    return saved(document)


def rich():
    """A chapter with everything that Word files of manuals have."""
    document = docx.Document()
    document.add_heading("Planning", 1)
    paragraph = document.add_paragraph("Begin ")
    paragraph.add_run("early").bold = True
    paragraph.add_run(" and ")
    paragraph.add_run("often").italic = True
    paragraph.add_run(", see ")
    _link(paragraph, "https://example.org/plan", "the plan")
    paragraph.add_run(".")
    document.add_paragraph("1. This is no list, and 5 * 3 * 2 no emphasis.")
    for text, style in [("one", ""), ("two", ""), ("two a", " 2"), ("three", "")]:
        document.add_paragraph(text, style=f"List Bullet{style}")
    document.add_heading("Roles", 2)
    table = document.add_table(3, 3)
    for row in range(3):
        for column in range(3):
            table.cell(row, column).text = f"{row}|{column}"
    table.cell(1, 0).merge(table.cell(2, 0)).text = "both"
    document.add_table(1, 1).cell(0, 0).text = "Remember the exits."
    document.add_picture(picture())
    document.add_paragraph("Figure 1. The ring road", style="Caption")
    document.add_paragraph("Nobody plans alone.", style="Quote")
    document.add_paragraph("Question: how many gates do you use?")
    return saved(document)


def _link(paragraph, address, text):
    key = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link, run, said = OxmlElement("w:hyperlink"), OxmlElement("w:r"), OxmlElement("w:t")
    link.set(qn("r:id"), key)
    said.text = text
    run.append(said)
    link.append(run)
    paragraph._p.append(link)


def changed(content, **parts):
    """A Word file with parts added or put in place of others; None takes one away."""
    out, parts = io.BytesIO(), {name.replace("__", "/"): part for name, part in parts.items()}
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, part in parts.items():
            new.writestr(name, part)
    return out.getvalue()


def part_of(content, name):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode()


def with_body(content, xml):
    """A Word file with some XML at the beginning of its text."""
    text = part_of(content, "word/document.xml").replace("<w:body>", f"<w:body>{xml}", 1)
    return changed(content, **{"word/document.xml": text})


def with_tie(content, kind, target, outside=True):
    """A Word file that is tied to something: an address outside, or a part."""
    name = "word/_rels/document.xml.rels"
    mode = ' TargetMode="External"' if outside else ""
    address = f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"
    tie = f'<Relationship Id="rId900" Type="{address}" Target="{target}"{mode}/></Relationships>'
    return changed(content, **{name: part_of(content, name).replace("</Relationships>", tie)})
