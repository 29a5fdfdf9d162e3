"""A Word file as HTML, with what it holds besides. A part of the splitting program: it needs no Django.

Nothing outside of the file is ever fetched, and no part of it may define entities.
"""

import zipfile
from collections import Counter
from xml.parsers import expat

import mammoth
from mammoth.docx import office_xml, xmlparser

from core.opening import Refused

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MATHS = "http://schemas.openxmlformats.org/officeDocument/2006/math"
RELATIONSHIP = "http://schemas.openxmlformats.org/package/2006/relationships Relationship"
# What an element of the text, or a tie to a part or an address outside, is called in the remarks.
ELEMENTS = {
    f"{WORD} ins": "tracked", f"{WORD} del": "tracked", f"{WORD} moveFrom": "tracked", f"{WORD} comment": "comments",
    f"{MATHS} oMath": "equations",
}  # fmt: skip
TIES = {
    "oleObject": "embedded", "package": "embedded", "control": "embedded", "aFChunk": "embedded",
    "subDocument": "embedded", "chart": "drawings", "diagramData": "drawings", "attachedTemplate": "outside",
    "frame": "outside", "image": "outside",
}  # fmt: skip
# What holds text of which mammoth knows nothing, as what it reads through.
READ_THROUGH = {f"w:{name}" for name in ("fldSimple", "bdo", "dir", "ruby", "rubyBase")}
KNOWN = "w:smartTag"
STYLES = """
p[style-name='Title'] => p.title:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='TOC Heading'] => p.toc:fresh
p[style-name^='TOC'] => p.toc:fresh
p[style-name='Table of Figures'] => p.toc:fresh
p[style-name='Caption'] => p.caption:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name^='Box'] => blockquote > p:fresh
p[style-name^='Question'] => p.question:fresh
p[style-name='List Bullet 2'] => ul|ol > li > ul > li:fresh
p[style-name='List Bullet 3'] => ul|ol > li > ul|ol > li > ul > li:fresh
p[style-name='List Number 2'] => ul|ol > li > ol > li:fresh
p[style-name='List Number 3'] => ul|ol > li > ul|ol > li > ol > li:fresh
"""


def _read_part(file, read=office_xml.read):
    """A part of a Word file as mammoth reads it, with the text of those elements that it would drop."""
    root = read(file)
    waiting = [root]
    while waiting:
        element = waiting.pop()
        element.name = KNOWN if element.name in READ_THROUGH else element.name
        waiting += [child for child in element.children if child.node_type == xmlparser.node_types.element]
    return root


office_xml.read = _read_part  # in this process, which does nothing else


def docx_html(path, picture):
    """(HTML, Counter of remarks) of a Word file; `picture` keeps the bytes of a picture and gives its name."""
    remarks = _looked_through(path)

    def image(found):
        with found.open() as stream:
            return {"src": picture(stream.read())}

    with open(path, "rb") as file:
        result = mammoth.convert_to_html(
            file, style_map=STYLES, include_embedded_style_map=False, convert_image=mammoth.images.img_element(image)
        )
    return result.value, remarks


def _looked_through(path):
    """What every XML part of the file says of itself; Refused where one defines entities or programs."""
    remarks = Counter()
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            start = b""
            with archive.open(member) as stream:
                while not start and (some := stream.read(64 * 1024)):
                    start = some.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0")
            if start.startswith(b"<"):
                _look(archive.read(member), remarks)
    return remarks


def _look(xml, remarks):
    parser = expat.ParserCreate(namespace_separator=" ")

    def doctype(*_said):
        raise Refused("entities")

    def element(name, attributes):
        if called := ELEMENTS.get(name):
            remarks[called] += 1
        elif name == RELATIONSHIP:
            _tie(attributes, remarks)
        elif "macroEnabled" in attributes.get("ContentType", ""):
            raise Refused("macros")

    parser.StartDoctypeDeclHandler, parser.StartElementHandler = doctype, element
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise Refused("broken") from error


def _tie(attributes, remarks):
    """Count a tie to what is left out. Links to addresses are text and stay; pictures within the file are loaded."""
    kind, is_outside = attributes.get("Type", "").rpartition("/")[2], attributes.get("TargetMode") == "External"
    called = TIES.get(kind, "outside" if is_outside and kind != "hyperlink" else "")
    if called != "outside" or is_outside:
        remarks[called] += 1
