"""Words within an edition: plain look-ups, bounded, in the order of the text."""

from dataclasses import dataclass, field

from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from core.languages import content_language
from core.snippets import snippet
from core.templatetags.texts import text
from core.text import fold
from training.filters import WordsForm
from training.models import ParagraphText
from training.paragraph_rows import words_of

MOST_FOUND, SHORTEST = 100, 2
COLUMNS = ["placed__paragraph__serial", "placed__number", "placed__chapter__order", "language", "html"]


@dataclass(frozen=True)
class Found:
    """The form of a search and the paragraphs that hold the words; `has_more` where not all are shown."""

    form: WordsForm
    words: str = ""
    rows: list = field(default_factory=list)
    has_more: bool = False


def find(edition, query):
    """The Found of a query ("q") in an edition that passed the gate: in the page's language and in the original."""
    form, reader = WordsForm(query), content_language()
    words = form.cleaned_data["q"].strip() if form.is_valid() else ""
    if not any(len(word) >= SHORTEST for word in fold(words).split()):
        return Found(form, words)
    texts = ParagraphText.objects.in_edition(edition).in_languages({reader, edition.language}).holding(words)
    found = {}
    for row in texts.as_read().values_list(*COLUMNS)[: 2 * MOST_FOUND + 1]:
        if row[0] not in found or row[3] == reader:
            found[row[0]] = row
    return Found(form, words, list(found.values())[:MOST_FOUND], len(found) > MOST_FOUND)


def found_rows(found, contents):
    """The `<li>` of each paragraph that was found, its words marked; `contents` names the chapters."""
    reader, words = content_language(), fold(found.words).split()
    chapters = {chapter.order: (chapter.get_absolute_url(), chapter) for chapter in contents.chapters}
    return mark_safe("".join(_row(row, chapters, reader, words) for row in found.rows))  # noqa: S308 - escaped parts


def _row(row, chapters, reader, words):
    serial, number, order, language, html = row
    url, chapter = chapters[order]
    lang = "" if language == reader else f' lang="{language}"'
    query = "" if language == reader else f"?language={language}"
    said = _("Paragraph %(number)s") % {"number": number} if number else _("Heading")
    head = format_html('<h2><a href="{}{}#p{}">{}</a></h2>', url, query, serial, said)
    where = f'<p class="meta"><span>{order}. {text(chapter, "title")}</span></p>'
    return f'<li><div>{head}\n{where}\n<p class="line"{lang}>{snippet(words_of(html), words)}</p></div></li>\n'
