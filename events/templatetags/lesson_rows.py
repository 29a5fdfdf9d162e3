"""Lessons as rows of a list, finished as text before a template prints them, and their longer texts in paragraphs."""

from html import escape

from django import template
from django.urls import reverse
from django.utils.html import format_html, linebreaks
from django.utils.safestring import mark_safe

from core.languages import content_language, localized
from core.templatetags.texts import short, text, tlp
from events.models import Lesson

register = template.Library()


@register.filter
def lesson_rows(lessons, without=""):
    """The `<li>` of each, escaped; lessons as read with for_list(), `without` "state" or "event" where all have one."""
    base = reverse("events:lesson_list")
    kinds = {value: escape(str(label)) for value, label in Lesson.Kind.choices}
    return mark_safe("".join(_row(lesson, base, kinds, without) for lesson in lessons))  # noqa: S308 - escaped parts


def _row(lesson, base, kinds, without):
    facts = [kinds[lesson.kind]]
    facts += [text(lesson.state, "name")] if without != "state" else []
    facts += [text(lesson.event, "name")] if without != "event" and lesson.event else []
    said = " ".join(f"<span>{fact}</span>" for fact in facts)
    told = "recommendation" if localized(lesson, "recommendation")[0] else "what_happened"
    return (
        f'<li><div><h3><a href="{base}{lesson.slug}/">{text(lesson, "title")}</a></h3>\n'
        f'<p class="meta">{said}{f" {tlp(lesson)}" if lesson.is_restricted else ""}</p>\n'
        f'<p class="line">{short(lesson, told)}</p></div></li>\n'
    )


@register.filter
def paragraphs(record, field):
    """A record's longer text, escaped, in paragraphs; in a block with its language where that is not the page's."""
    words, code = localized(record, field)
    html = mark_safe(linebreaks(words, autoescape=True))  # noqa: S308 - escaped in this line
    return html if code == content_language() else format_html('<div lang="{}">{}</div>', code, html)
