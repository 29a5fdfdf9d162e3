"""A program of its own, without Django: splits one text into paragraphs, under limits.

Arguments: type (docx, html, md, text), path, folder for the pictures and for what it found, blocks.json. Prints a
reason and ends with 1 where the text cannot be split; ends with 0 where it was.
"""

import base64
import json
import re
import sys
from collections import Counter
from pathlib import Path

MOST_PICTURES = 200
MOST_PICTURE_BYTES = 60 * 1024**2  # of all pictures of a text
FORMATS = {"PNG": "png", "JPEG": "jpeg", "GIF": "png", "BMP": "png", "TIFF": "png", "WEBP": "png"}
DATA_ADDRESS = re.compile(r"data:image/[\w.+-]+;base64,", re.IGNORECASE)
LIST_OR_TABLE = re.compile(r"\s*([-*+|>#]|\d{1,3}[.)])\s*")


class Pictures:
    """The pictures of a text, each written anew into a folder and called by its file's name."""

    def __init__(self, folder):
        self.folder, self.kept, self.remarks, self.bytes = folder, 0, Counter(), 0

    def keep(self, content):
        """The name of a picture from the bytes of its file, or "" where it cannot be kept."""
        self.bytes += len(content)
        if self.kept >= MOST_PICTURES or self.bytes > MOST_PICTURE_BYTES:
            self.remarks["too_many_pictures"] += 1
            return ""
        given = Path(self.folder, "given-picture")
        given.write_bytes(content)
        try:
            name = self._write(given)
        except Exception:  # noqa: BLE001 - whatever Pillow finds wrong: the text is loaded without it
            self.remarks["pictures"] += 1
            return ""
        self.kept += 1
        return name

    def _write(self, given):
        from PIL import Image

        from core.opening import PIXELS, open_picture

        Image.MAX_IMAGE_PIXELS = PIXELS
        with Image.open(given, formats=list(FORMATS)) as picture:
            kind, ending = picture.format, FORMATS[picture.format]
            if picture.width * picture.height > PIXELS:
                raise ValueError("too many points")
            if kind not in ("PNG", "JPEG"):
                picture.convert("RGBA").save(given, format="PNG")
        name = f"picture-{self.kept + 1}.{ending}"
        open_picture(given, Path(self.folder, name), ending.upper())
        return name

    def at(self, address):
        """The name of the picture at an address inside the text: one already kept, or one that it holds itself."""
        if re.fullmatch(r"picture-\d+\.(png|jpeg)", address) and Path(self.folder, address).exists():
            return address
        if found := DATA_ADDRESS.match(address):
            try:
                content = base64.b64decode(address[found.end() :])
            except ValueError:
                content = b""  # no picture, which is said
            return self.keep(content)
        self.remarks["outside"] += bool(address)
        return ""


def html_of(kind, path, pictures):
    """(HTML, Counter of remarks) of a text of any type."""
    from core.opening import Refused

    if kind == "docx":
        from training.docx_html import docx_html

        return docx_html(path, pictures.keep)
    raw = Path(path).read_bytes()
    text, remarks = decoded(raw)
    if "\0" in text or raw[:5] in (b"%PDF-", b"PK\x03\x04"):
        raise Refused("broken")
    from training.html_blocks import closed

    return closed(text if kind == "html" else markdown_html(kind, text)), remarks


def decoded(raw):
    """A text from its bytes; where it is not Unicode, as Western European, which is said."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace"), Counter()
    try:
        return raw.decode("utf-8-sig"), Counter()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace"), Counter(encoding=1)


def markdown_html(kind, text):
    """Markdown as HTML. Of a pasted text without blank lines each line is a paragraph."""
    from markdown_it import MarkdownIt

    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.strip().split("\n")
    if kind == "text" and not re.search(r"\n\s*\n", text.strip()) and not any(map(LIST_OR_TABLE.match, lines)):
        text = "\n\n".join(lines)
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": 20}).enable(["table", "strikethrough"])
    return parser.render(text)


def split(kind, path, folder):
    from training.html_blocks import Splitter

    pictures = Pictures(folder)
    html, remarks = html_of(kind, path, pictures)
    splitter = Splitter(pictures.at)
    blocks = splitter.split(html)
    remarks = {name: count for name, count in (remarks + splitter.remarks + pictures.remarks).items() if name}
    found = {"title": splitter.title, "blocks": blocks, "remarks": remarks}
    Path(folder, "blocks.json").write_text(json.dumps(found))


def main(kind, path, folder):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from core.opening import why_not_read

    return why_not_read(lambda: split(kind, path, folder))


if __name__ == "__main__":
    reason = main(*sys.argv[1:])
    sys.stdout.write(reason)
    sys.exit(1 if reason else 0)
