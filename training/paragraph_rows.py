"""The paragraphs of a chapter as finished text: each with its anchor, its number and what stands beside it."""

import re
from dataclasses import dataclass
from html import escape, unescape

from django.utils.html import strip_tags
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from core.languages import language_name
from core.markdown import clean
from core.templatetags.texts import plain, text, tlp
from training.glossing import with_terms
from training.models import EditionParagraph, ParagraphText

Kind = EditionParagraph.Kind
COLUMNS = ["placed__paragraph__serial", "placed__number", "placed__kind", "placed__level", "placed__figure"]
COLUMNS += ["language", "html", "version", "translates"]
ONE_PARAGRAPH = re.compile(r"<p>((?:(?!</?p>).)*)</p>\s*", re.S)


@dataclass(slots=True)
class Row:
    """A paragraph as one reader gets it: `language` is that of its text, which is a translation or the original."""

    serial: int
    number: str
    kind: str
    level: int
    figure: int | None
    language: str
    html: str
    is_outdated: bool


def read_paragraphs(chapter, reader):
    """The Rows of a chapter that passed the gate, in their order: in the language `reader`, else in the original."""
    original = chapter.edition.language
    texts = ParagraphText.objects.in_chapter(chapter).in_languages({reader, original}).as_read()
    found = {}
    for serial, number, kind, level, figure, language, html, version, translates in texts.values_list(*COLUMNS):
        found.setdefault(serial, {})[language] = (number, kind, level, figure), html, version, translates
    return [_row(serial, said, reader, original) for serial, said in found.items()]


def _row(serial, said, reader, original):
    language = reader if reader in said else original
    facts, html, _version, translates = said[language]
    is_outdated = language != original and original in said and (translates or 0) < said[original][2]
    return Row(serial, *facts, language, clean(html), is_outdated)


def headings(rows):
    """[(anchor, words)] of the headings of the highest rank in a chapter."""
    highest = min((row.level for row in rows if row.kind == Kind.HEADING), default=0)
    shown = (row for row in rows if row.kind == Kind.HEADING and row.level == highest)
    return [(f"p{row.serial}", words_of(row.html)) for row in shown]


def words_of(html):
    """What is written in cleaned HTML, without any markup."""
    return unescape(strip_tags(html)).strip()


class Paragraphs:
    """How a page prints the Rows of one chapter for one reader.

    `beside` is {serial: finished HTML} of what other apps put beside paragraphs (training.reading.put_beside);
    `reader` is the language of the page, `original` that of the edition, `pictures` {key: Document} and `evidence`
    {serial: Lessons} are what the reader may know of, `terms` and `glossary` (its address) mark words.
    """

    def __init__(self, *, reader, original, pictures, evidence, terms=(), glossary="", beside=None):
        self.reader, self.original = reader, original
        self.pictures, self.evidence = pictures, evidence
        self.terms, self.glossary, self.beside = terms, glossary, beside or {}
        self.words = {
            "paragraph": escape(_("Paragraph")),
            "table": escape(_("Table %(number)s")),
            "question": escape(_("Question to States")),
            "evidence": escape(_("Evidence from events")),
            "hidden": escape(_("This picture is open to fewer readers than the text.")),
            "outdated": escape(_("Outdated translation")),
            "changed": escape(_("The original has changed since.")),
            "read": escape(_("Read it in %(language)s") % {"language": language_name(original)}),
        }

    def html(self, rows):
        """All of them in their order."""
        bodies = [self._body(row) for row in rows]
        by_language = {}
        for place, row in enumerate(rows):
            if row.kind != Kind.HEADING:
                by_language.setdefault(row.language, []).append(place)
        for language, places in by_language.items():
            glossed = with_terms([bodies[place] for place in places], self.terms, language, self.glossary)
            for place, body in zip(places, glossed, strict=True):
                bodies[place] = body
        parts = [self._row(row, body) for row, body in zip(rows, bodies, strict=True)]
        return mark_safe("".join(parts))  # noqa: S308 - each part is escaped or cleaned

    def _row(self, row, body):
        name = f"p{row.serial}"
        lang = "" if row.language == self.reader else f' lang="{row.language}"'
        if row.kind == Kind.HEADING:
            return f'<div class="par" id="{name}"><div{lang}>{body}</div>{self._beside(row, name)}</div>\n'
        number = f'<a class="par__n" href="#{name}"><span class="sr">{self.words["paragraph"]} </span>{row.number}</a>'
        shape = {Kind.BOX: " box", Kind.QUESTION: " notice"}.get(row.kind, "")
        return (
            f'<div class="par" id="{name}">{number}<div class="prose{shape}"{lang}>{body}</div>'
            f"{self._beside(row, name)}</div>\n"
        )

    def _beside(self, row, name):
        return self._note(row, name) + self._evidence(row) + self.beside.get(row.serial, "")

    def _body(self, row):
        if row.kind == Kind.HEADING:
            only = ONE_PARAGRAPH.fullmatch(row.html)
            return f"<h{row.level}>{only[1] if only else escape(words_of(row.html))}</h{row.level}>"
        if row.kind == Kind.FIGURE:
            return f"<figure>{self._picture(row)}<figcaption>{row.html}</figcaption></figure>"
        html = row.html
        if "<table>" in html:
            html = html.replace("<table>", self._table(row)).replace("</table>", "</table></div>")
        if row.kind == Kind.QUESTION:
            mark = "" if row.language == self.reader else f' lang="{self.reader}"'
            html = f"<p{mark}><b>{self.words['question']}</b></p>{html}"
        return html

    def _table(self, row):
        """What opens a table: a box that scrolls sideways, also by keyboard, and its caption."""
        said = self.words["table"] % {"number": row.number}
        return (
            f'<div class="table-box" role="region" tabindex="0" aria-label="{said}"><table class="table">'
            f'<caption class="sr">{said}</caption>'
        )

    def _picture(self, row):
        picture = self.pictures.get(row.figure)
        if picture is None:
            return f'<p class="empty">{self.words["hidden"]}</p>' if row.figure else ""
        return f'<img src="{picture.get_absolute_url()}" alt="{escape(plain(picture, "title"))}">'

    def _note(self, row, name):
        """That a translation says what the original no longer says, with the way to that."""
        if not row.is_outdated:
            return ""
        said = f'<span class="tag tag--postponed">{self.words["outdated"]}</span> {self.words["changed"]}'
        link = f'<a href="?language={self.original}#{name}">{self.words["read"]}</a>'
        return f'<p class="par__note soft">{said} {link}</p>'

    def _evidence(self, row):
        lessons = self.evidence.get(row.serial)
        if not lessons:
            return ""
        items = "".join(f"<li>{_lesson(lesson)}</li>" for lesson in lessons)
        return (
            f'<div class="par__side"><p class="soft">{self.words["evidence"]}</p><ul class="links">{items}</ul></div>'
        )


def _lesson(lesson):
    where = text(lesson.event, "name") if lesson.event else text(lesson.state, "name")
    label = f" {tlp(lesson)}" if lesson.is_restricted else ""
    return f'<a href="{lesson.get_absolute_url()}">{text(lesson, "title")}</a> <small>{where}</small>{label}'
