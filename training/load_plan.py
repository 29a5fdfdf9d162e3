"""What a loaded text would do to its chapter: which paragraphs stay, change, come, move and go.

A load keeps, in its `blocks`, what the curator corrected by hand: "set" with a kind that he chose, "as" with the
identifier of the paragraph that a block is (0: a new one), "out" where a block is left out, and {"kept": identifier}
for a paragraph of the chapter that stays though the file does not have it.
"""

import hashlib
import json
import re
from dataclasses import dataclass, replace
from functools import cached_property

from core.markdown import to_html
from documents.models import Document
from training.matching import Text, holds, in_order, match, match_translation
from training.models import EditionParagraph, ParagraphText

Kind = EditionParagraph.Kind
MARKS = re.compile(r"^#{1,6}(\s+|$)")  # of a heading; a hash before a word is a word
CHOSEN = {Kind.BOX, Kind.QUESTION, Kind.FIGURE}  # what a paragraph stays although a file has plain text for it


@dataclass
class Old:
    """A paragraph of the chapter as it is: its row, its text in the edition's language and in that of the load."""

    placed: EditionParagraph
    original: ParagraphText
    text: ParagraphText | None

    @property
    def serial(self):
        return self.placed.paragraph.serial


def _standing(placed):
    return placed.order, placed.kind, placed.level, placed.figure_id


@dataclass(frozen=True)
class Entry:
    """One line of the plan: a block of the file (`place` in the load), a paragraph of the chapter, or both."""

    fate: str  # same, changed, new, removed, kept, out, chapter, left (of a translation: belongs to no paragraph)
    place: int | None = None
    old: Old | None = None
    kind: str = Kind.TEXT
    level: int = 0
    text: str = ""
    figure: Document | None = None
    moved: bool = False
    other: Old | None = None  # of which it was a part, or of which it has become one

    @property
    def before(self):
        return self.old.text.text if self.old and self.old.text else ""

    @property
    def is_rewritten(self):
        """Whether the text becomes another."""
        return self.fate in ("changed", "new") and self.text != self.before

    @property
    def is_recast(self):
        """Whether the paragraph becomes of another kind, or gets another picture."""
        if self.fate != "changed" or self.old is None:
            return False
        placed = self.old.placed
        return (placed.kind, placed.level) != (self.kind, self.level) or self.has_new_picture

    @property
    def has_new_picture(self):
        held = self.old.placed.figure if self.old else None
        return self.figure is not None and (held is None or held.sha256 != self.figure.sha256)


def _fitting(entry):
    """The same; a heading is one line."""
    if entry.kind != Kind.HEADING:
        return entry
    return replace(entry, text=MARKS.sub("", " ".join(entry.text.split())))


def _tied(entries):
    """The entries, those that were split off or joined with the paragraph before them."""
    last = None
    for entry in entries:
        if entry.fate in ("same", "changed", "kept"):
            last = entry
        elif last and last.fate == "changed" and entry.fate in ("new", "removed"):
            whole, part = (last.before, entry.text) if entry.fate == "new" else (last.text, entry.before)
            entry = replace(entry, other=last.old) if holds(whole, part) else entry
        yield entry


class Plan:
    """All that applying a load would do now."""

    def __init__(self, load):
        self.load, self.edition, self.chapter = load, load.edition, load.chapter
        self.is_translation = load.language != load.edition.language
        self.blocks = [(n, block) for n, block in enumerate(load.blocks) if "kept" not in block]
        self.kept = {block["kept"] for block in load.blocks if "kept" in block}

    @cached_property
    def olds(self):
        """The paragraphs of the chapter, in their order."""
        if self.chapter is None:
            return []
        rows = list(EditionParagraph.objects.in_chapter(self.chapter).for_text())
        texts = {(row.placed_id, row.language): row for row in ParagraphText.objects.in_chapter(self.chapter)}
        mine, own = self.load.language, self.edition.language
        return [Old(row, texts[row.pk, own], texts.get((row.pk, mine))) for row in rows]

    @cached_property
    def pictures(self):
        keys = [block["figure"] for _n, block in self.blocks if block.get("figure")]
        return Document.objects.in_bulk(keys) if keys else {}

    @cached_property
    def seen(self):
        """What the plan was made on: it is carried out where this is still the same."""
        rows = [(old.serial, *_standing(old.placed), old.original.version, old.text.version if old.text else 0)
                for old in self.olds]  # fmt: skip
        chapter = self.chapter and [self.chapter.pk, getattr(self.chapter, f"title_{self.load.language}")]
        said = json.dumps([self.edition.status, chapter, rows])
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    @cached_property
    def entries(self):
        """What becomes of each block in the order of the file, and of each paragraph that it does not have."""
        if self.chapter is None:
            return [self._new(n, block) for n, block in self.blocks]
        taken = [(n, block) for n, block in self.blocks if not block.get("out")]
        found = self._matched([block for _n, block in taken])
        stay = in_order(found)
        entries = {n: self._entry(n, block, found[at], at not in stay) for at, (n, block) in enumerate(taken)}
        whole = [entries.get(n) or self._new(n, block) for n, block in self.blocks]
        return whole if self.is_translation else list(_tied(self._with_the_rest(whole)))

    def _matched(self, blocks):
        """For each block the place of its paragraph among `olds`, or None."""
        by_serial = {old.serial: place for place, old in enumerate(self.olds)}
        fixed = {at: by_serial.get(block["as"]) for at, block in enumerate(blocks)
                 if "as" in block and (block["as"] == 0 or block["as"] in by_serial)}  # fmt: skip
        new = [self._as_text(block["kind"], block["level"], block["text"]) for block in blocks]
        if self.is_translation:
            old = [self._as_text(o.placed.kind, o.placed.level, o.original.text) for o in self.olds]
            said = [self._as_text(o.placed.kind, o.placed.level, o.text.text if o.text else "") for o in self.olds]
            return match_translation(old, new, self._same_translations(said, new, fixed) | fixed)
        return match([self._as_text(o.placed.kind, o.placed.level, o.text.text) for o in self.olds], new, fixed)

    @staticmethod
    def _same_translations(said, new, fixed):
        """Where the file has a translation that is there already, word for word and once."""
        places = {}
        for at, text in enumerate(said):
            places[text.same] = None if text.same in places or not text.text else at
        used = set(fixed.values())
        found = {n: places.get(text.same) for n, text in enumerate(new) if n not in fixed}
        kept = {}
        for n, place in found.items():
            if place is not None and place not in used:
                kept[n] = place
                used.add(place)
        return kept

    @staticmethod
    def _as_text(kind, level, text):
        heading = kind == Kind.HEADING
        return Text(f"{kind}{level}" if heading else kind, text, ("heading" if heading else "") + to_html(text))

    def _new(self, n, block):
        fate = "out" if block.get("out") else "chapter" if block["level"] == 1 else "new"
        fate = "left" if self.is_translation and fate == "new" else fate
        figure = self.pictures.get(block.get("figure"))
        return _fitting(Entry(fate, n, None, block["kind"], block["level"], block["text"], figure))

    def _entry(self, n, block, place, moved):
        if place is None:
            return self._new(n, block)
        old = self.olds[place]
        entry = replace(self._new(n, block), old=old, fate="changed", moved=moved and not self.is_translation)
        if self.is_translation:
            entry = replace(entry, kind=old.placed.kind, level=old.placed.level, figure=None)
        elif not block.get("set") and block["kind"] == Kind.TEXT and old.placed.kind in CHOSEN:
            entry = replace(entry, kind=old.placed.kind, level=0)
        if entry.kind == Kind.FIGURE and entry.figure is None:
            entry = replace(entry, figure=old.placed.figure)
        entry = _fitting(entry)
        if to_html(entry.text) == (old.text.html if old.text else ""):
            entry = replace(entry, text=old.text.text)
        return entry if entry.is_rewritten or entry.is_recast else replace(entry, fate="same")

    def _with_the_rest(self, entries):
        """With the paragraphs that the file does not have, each behind the one that it stands behind now."""
        matched = {entry.old.serial: entry for entry in entries if entry.old}
        behind, anchor = {}, None
        for old in self.olds:
            if old.serial in matched:
                anchor = matched[old.serial].place
            else:
                fate = "kept" if old.serial in self.kept else "removed"
                placed, text = old.placed, old.text.text
                rest = Entry(fate, None, old, placed.kind, placed.level, text, placed.figure)
                behind.setdefault(anchor, []).append(rest)
        whole = behind.get(None, [])
        for entry in entries:
            whole += [entry, *behind.get(entry.place, [])]
        return whole

    @cached_property
    def counts(self):
        """How many blocks and paragraphs have which fate."""
        fates = [entry.fate for entry in self.entries]
        found = {fate: fates.count(fate) for fate in dict.fromkeys(fates)}
        return found | {"moved": sum(entry.moved for entry in self.entries)}
