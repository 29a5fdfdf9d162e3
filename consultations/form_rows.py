"""The lines of a commenting form: one for each paragraph that the States are asked about, with what they said so far.

A line leads back by its key: "p17-en" is paragraph p17 with its text in English, "p17-en-d45v2" a draft on it as it was
in its second version, "c3-en" chapter 3, "all-en" the whole text, "x7" the seventh of the free lines at the end.
"""

import re
from dataclasses import dataclass, field

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from consultations.models import Comment
from core.markdown import without_directions
from core.text import clean_text, fold
from training.models import Chapter, EditionParagraph, ParagraphText

FREE_LINES = 50
MOST_IN_WORD = 500  # paragraphs: Word grows slow with longer tables
HEADERS = {
    "key": gettext_noop("Key"),
    "place": gettext_noop("Paragraph"),
    "number": gettext_noop("No."),
    "words": gettext_noop("Text"),
    "kind": gettext_noop("Type"),
    "text": gettext_noop("Comment"),
    "rationale": gettext_noop("Rationale"),
    "proposed": gettext_noop("Proposed change"),
}
FILLED = ["kind", "text", "rationale", "proposed"]
WHOLE = "all"
HEADING = EditionParagraph.Kind.HEADING
KEY = re.compile(r"(?:(all|c\d{1,6}|p\d{1,9})-([a-z]{2})(?:-d(\d{1,18})v(\d{1,9}))?|x(\d{1,4}))", re.ASCII)
PLACE = re.compile(r"all|c\d{1,6}|p\d{1,9}", re.ASCII)
MARK = "KMS-FORM"
CODE = re.compile(MARK + r"-(\d{1,18})-([A-Z0-9]{2})-([0-9a-f]{16})(?![0-9a-f])", re.ASCII)
COLUMNS = [
    "placed",
    "placed__paragraph__serial",
    "placed__number",
    "placed__kind",
    "placed__chapter",
    "language",
    "text",
]


@dataclass(frozen=True)
class Code:
    """Of which consultation and State a form is, and which one: its `nonce`."""

    consultation: int
    state: str
    nonce: str

    def __str__(self):
        return f"{MARK}-{self.consultation}-{self.state}-{self.nonce}"


@dataclass(slots=True)
class Line:
    """A line of a form; `is_free` where its place is still to be written, `is_head` where it is a heading."""

    key: str
    place: str = ""
    number: str = ""
    words: str = ""
    kind: str = ""
    text: str = ""
    rationale: str = ""
    proposed: str = ""
    is_head: bool = False
    is_free: bool = False


@dataclass(slots=True)
class Place:
    """What a comment is on: a paragraph (`placed` is the key of its EditionParagraph), a chapter, or the whole text."""

    name: str
    number: str = ""
    placed: int | None = None
    chapter: Chapter | None = None  # itself
    chapter_key: int | None = None  # or that in which it stands
    is_head: bool = False
    texts: dict = field(default_factory=dict)

    def in_language(self, language, original):
        """(The language of its text, the text): in that language, else in the original."""
        language = language if language in self.texts else original
        return language, self.texts.get(language, "")


@dataclass(frozen=True)
class Part:
    """What a form is of: all that a consultation asks about, or one `chapter` of it; its text in a language."""

    consultation: object
    state: object
    language: str
    chapter: Chapter | None = None

    @property
    def edition(self):
        return self.consultation.edition

    @property
    def name(self):
        return str(self.chapter) if self.chapter else _("The whole text")


def plain(text):
    """A text as it is kept: without signs that nobody sees."""
    return without_directions(clean_text(text)).strip()


def chapters_asked(consultation):
    """The Chapters that the States are asked about, in their order."""
    asked = {chapter.pk for chapter in consultation.chapters.all()}
    rows = Chapter.objects.of(consultation.edition).in_order()
    return [row for row in rows if not asked or row.pk in asked]


def sizes_asked(consultation, chapters):
    """{chapter: how many paragraphs} of those."""
    counts = EditionParagraph.objects.of(consultation.edition).counted_by_chapter()
    return {chapter.pk: counts.get(chapter.pk, 0) for chapter in chapters}


def places_of(consultation, languages, chapter=None):
    """{name: Place} of all that can be commented on, or of one chapter, in the order of the text."""
    edition = consultation.edition
    chapters = [chapter] if chapter else chapters_asked(consultation)
    texts = ParagraphText.objects.of_part(edition, chapter).in_languages({*languages, edition.language}).as_read()
    within = {row.pk: {} for row in chapters}
    for placed, serial, number, kind, inside, language, text in texts.values_list(*COLUMNS):
        if inside in within:
            new = Place(f"p{serial}", number, placed, chapter_key=inside, is_head=kind == HEADING)
            within[inside].setdefault(new.name, new).texts[language] = text
    found = {} if chapter else {WHOLE: Place(WHOLE)}
    for row in chapters:
        row.edition = edition
        found[f"c{row.order}"] = Place(f"c{row.order}", str(row.order), chapter=row, chapter_key=row.pk, is_head=True)
        found |= within[row.pk]
    return found


def lines_of(part):
    """The Lines of a form: what is drafted already, an empty one where nothing is, and free ones at the end."""
    drafts = _drafts_of(part)
    languages = {part.language, *(row.text_language for rows in drafts.values() for row in rows if row.proposed)}
    original, lines = part.edition.language, []
    for name, place in places_of(part.consultation, languages, part.chapter).items():
        lines += [_drafted(row, place, part) for row in drafts.get(name, [])] or [
            _line(place, *place.in_language(part.language, original), part)
        ]
    return lines + [Line(f"x{number}", is_free=True) for number in range(1, FREE_LINES + 1)]


def _drafts_of(part):
    """{name of a place: the State's drafts on it}."""
    found = {}
    rows = Comment.objects.of(part.consultation).by_state(part.state).drafts().for_list().order_by("pk")
    for row in rows.in_chapter(part.chapter) if part.chapter else rows:
        found.setdefault(place_name(row), []).append(row)
    return found


def place_name(comment):
    """What a comment is on, as forms call it."""
    if comment.placed_id:
        return comment.placed.paragraph.identifier
    return f"c{comment.chapter.order}" if comment.chapter_id else WHOLE


def _line(place, language, text, part):
    words = text if place.placed else _title(place, part)
    return Line(f"{place.name}-{language}", place.name, place.number, words, is_head=place.is_head)


def _title(place, part):
    if place.chapter:
        return place.chapter.title
    return "\n\n".join(filter(None, [_("The whole text"), part.consultation.questions]))


def _drafted(row, place, part):
    """The line of a draft; of a proposed change beside the text on which it was written."""
    language = row.text_language if row.proposed else part.language
    line = _line(place, *place.in_language(language, part.edition.language), part)
    line.key += f"-d{row.pk}v{row.version}"
    line.kind, line.text, line.rationale, line.proposed = row.kind, row.text, row.rationale, row.proposed
    return line


def header(name):
    """What a column is called in the reader's language."""
    return _(HEADERS[name])


def header_names():
    """{folded header: column} in all languages in which forms are made."""
    return _in_all_languages(lambda: {fold(header(name)): name for name in HEADERS})


def kind_names():
    """{folded name of a type of comment: its value} in all languages."""
    values = {value: value for value in Comment.Kind.values}
    return values | _in_all_languages(lambda: {fold(str(label)): value for value, label in Comment.Kind.choices})


def _in_all_languages(names):
    found = {}
    for code, _name in reversed(settings.LANGUAGES):  # a word of two languages means what it means in the first
        with translation.override(code):
            found |= names()
    return found
