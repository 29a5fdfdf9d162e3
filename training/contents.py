"""The chapters of an edition: which there are, which of them one has read, and their list beside the text."""

from dataclasses import dataclass
from html import escape

from django.utils.safestring import mark_safe
from django.utils.translation import pgettext

from core.templatetags.texts import text
from training.models import Chapter, ChapterRead


@dataclass
class Contents:
    """The chapters of an edition; `read` are the keys of those that the reader has read, None for a visitor."""

    chapters: list
    read: set | None = None

    @property
    def read_count(self):
        return len(self.read or ())

    @property
    def next_unread(self):
        """Where to go on: the first chapter that was not read."""
        return next((chapter for chapter in self.chapters if chapter.pk not in (self.read or ())), None)

    def around(self, chapter):
        """(The chapter before, the one after), None at the ends."""
        place = [row.pk for row in self.chapters].index(chapter.pk)
        return (self.chapters[place - 1] if place else None), next(iter(self.chapters[place + 1 :]), None)

    def html(self, edition, current=None, headings=(), query=""):
        """The `<li>` of each chapter, escaped; below the current one its headings, (anchor, words) of each."""
        base, rows = edition.get_absolute_url(), []
        read = f' <span class="tag tag--done">{escape(pgettext("a chapter", "read"))}</span>'
        for chapter in self.chapters:
            is_current = current is not None and chapter.pk == current.pk
            here = ' aria-current="page"' if is_current else ""
            below = "".join(f'<li><a href="#{anchor}">{escape(words)}</a></li>' for anchor, words in headings)
            rows.append(
                f'<li><a href="{base}{chapter.order}/{query}"{here}>{chapter.order}. {text(chapter, "title")}</a>'
                f"{read if chapter.pk in (self.read or ()) else ''}"
                f"{f'<ul>{below}</ul>' if is_current and below else ''}</li>\n"
            )
        return mark_safe("".join(rows))  # noqa: S308 - each part is escaped


def contents_of(edition, user, counts=None):
    """The Contents of an edition that passed the gate; with steward and size of each chapter where `counts` has them,
    {chapter: number of paragraphs}."""
    rows = Chapter.objects.of(edition).in_order()
    chapters = list(rows if counts is None else rows.select_related("steward"))
    for chapter in chapters:
        chapter.edition, chapter.paragraph_count = edition, (counts or {}).get(chapter.pk, 0)
    if not user.is_authenticated:
        return Contents(chapters)
    return Contents(chapters, set(ChapterRead.objects.by(user).in_edition(edition).values_list("chapter", flat=True)))
