"""Files and pasted texts taken in for a chapter: checked, split in a process of its own, under limits, and tidied."""

import hashlib
import json
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _

from core.markdown import is_blank, to_html, without_directions
from core.scanning import scan
from core.text import MARKUP, clean_text
from core.uploads import REASONS, opened, refusal, run_limited
from training.models import LONGEST_PARAGRAPH, MOST_PARAGRAPHS

MOST_BYTES = 15 * 1024**2
MOST_TEXT_BYTES = 5 * 1024**2  # of what is text throughout
SPLITTING_SECONDS = 25
PROGRAM = Path(__file__).with_name("splitting.py")
TYPES = {"docx": "docx", "md": "md", "markdown": "md", "txt": "text", "html": "html", "htm": "html"}
WITH_MACROS = {"docm", "dotm"}
WITHIN = re.compile(r"(?<=[.!?…:;])\s+|\n+")
LONGEST_TITLE = 250


@dataclass
class Parsed:
    """A text as it was split: `blocks` with the name of a picture each, `pictures` their files by name."""

    title: str
    blocks: list
    remarks: list  # [{"code", "n", "text"}]: training/load_remarks.py says them
    pictures: dict = field(default_factory=dict)


def check_name(upload):
    """The type of an uploaded file by its name; raises ValidationError where it is none that is loaded."""
    ending = PurePosixPath(upload.name).suffix.lstrip(".").lower()
    if ending in WITH_MACROS:
        raise refusal("macros", "docx")
    if ending not in TYPES:
        raise ValidationError(_("Only DOCX, Markdown and HTML files are loaded. Save an older Word file as DOCX."))
    kind = TYPES[ending]
    most = MOST_BYTES if kind == "docx" else MOST_TEXT_BYTES
    if upload.size > most:
        raise ValidationError(_("The file is larger than %(limit)s MB."), params={"limit": most // 1024**2})
    if upload.size == 0:
        raise ValidationError(_("The file is empty."))
    return kind


def parse_upload(upload):
    """An uploaded file as a Parsed; raises ValidationError with the reason."""
    kind = check_name(upload)
    upload.seek(0)
    if kind == "docx":
        if upload.read(4) != b"PK\x03\x04":
            raise refusal("broken", kind)
        opened(upload, kind)
        upload.seek(0)
    return _parsed(kind, upload.read(), scanned=kind == "docx")


def parse_text(text):
    """A pasted text, in Markdown or plain, as a Parsed."""
    return _parsed("text", text.encode("utf-8", "replace"), scanned=True)


def _parsed(kind, content, *, scanned):
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder, "given")
        given.write_bytes(content)
        if not scanned:
            scan(given)
        reason = run_limited(PROGRAM, kind, given, folder, seconds=SPLITTING_SECONDS, reasons={*REASONS, "entities"})
        if reason == "entities":
            raise ValidationError(_("The file defines entities of its own, which can be used to exhaust a computer."))
        if reason:
            raise refusal(reason, "text" if kind == "md" else kind)
        found = json.loads(Path(folder, "blocks.json").read_text())
        names = {block["picture"] for block in found["blocks"]} - {""}
        pictures = {name: Path(folder, name).read_bytes() for name in names}
    return _tidied(Parsed(found["title"], found["blocks"], found["remarks"], pictures))


def _tidied(parsed):
    """Without hidden signs and empty paragraphs, each paragraph of a length that can be kept."""
    kept, long = [], []
    for block in parsed.blocks:
        text = without_directions(clean_text(block["text"])).strip()
        if text != block["text"].strip():
            parsed.remarks["hidden"] = parsed.remarks.get("hidden", 0) + 1
        if not is_blank(text) or block["picture"]:
            pieces = pieces_of(text, table=block["kind"] == "table")
            long += [f"“{text[:40].strip()}…”"] * (len(pieces) > 1)
            kept += [block | {"text": piece} for piece in pieces]
    parsed.blocks, parsed.title = kept, title_of(parsed.title)
    said = [{"code": name, "n": count} for name, count in parsed.remarks.items() if count]
    parsed.remarks = said + ([{"code": "long", "n": len(long), "text": ", ".join(long[:20])}] if long else [])
    if not kept:
        raise ValidationError(_("There is no text in it."))
    if len(kept) > MOST_PARAGRAPHS:
        said = _("These are %(found)d paragraphs, and %(most)d are the most that are loaded at once. Divide the file.")
        raise ValidationError(said, params={"found": len(kept), "most": MOST_PARAGRAPHS})
    return parsed


def pieces_of(text, *, table=False):
    """A text in pieces that can be kept: divided at the ends of sentences and lines, a table between its rows."""
    if len(text) <= LONGEST_PARAGRAPH:
        return [text]
    head = "\n".join(text.split("\n")[:2]) + "\n" if table else ""
    head = head if len(head) <= LONGEST_PARAGRAPH // 2 else ""  # or it would leave no room for the rows
    pieces, last = [], 0
    while len(text) - last > LONGEST_PARAGRAPH - len(head) * bool(pieces):
        room = last + LONGEST_PARAGRAPH - len(head) * bool(pieces)
        end = _end(text, last + len(head) * (not pieces) + 1, room, table)
        pieces.append((head if pieces else "") + text[last:end].strip())
        last = end
    return [*pieces, (head if pieces else "") + text[last:].strip()]


def _end(text, start, room, table):
    """Where a piece of a text ends: after the last sentence that fits, else the last word, else where room does."""
    if table:
        found = text.rfind("\n", start, room)
    else:
        found = max((match.start() for match in WITHIN.finditer(text, start, room)), default=-1)
    found = found if found > start else text.rfind(" ", start, room)
    return found if found > start else room


def plain(markdown):
    """What a line of Markdown says, without its marks."""
    from html import unescape

    return " ".join(unescape(re.sub(r"<[^>]*>", "", to_html(markdown))).split())


def title_of(markdown):
    """A line of Markdown as the title of a chapter."""
    words = MARKUP.sub("", without_directions(clean_text(plain(markdown))))
    return words if len(words) <= LONGEST_TITLE else words[: LONGEST_TITLE - 1].rstrip() + "…"


def file_of(name, content):
    """(The file, the columns of a Document that tell of it) of a picture that was written anew."""
    extension, digest = name.rpartition(".")[2], hashlib.sha256(content).hexdigest()
    columns = {"filename": name, "extension": extension, "size": len(content), "sha256": digest}
    return ContentFile(content, name=name), columns
