"""How texts of records reach a page: in the reader's language where there is one, marked where it is another."""

from html import escape

from django import template
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.text import Truncator

from core.labels import Label
from core.languages import content_language, language_name, localized, translations
from core.richtext import clean_html
from core.text import split_list

register = template.Library()

LINE = 180


def _marked(words, code, reader):
    """Words, escaped, in a span with their language where that is not the reader's."""
    if code == reader:
        return mark_safe(escape(words))  # noqa: S308 - escaped in this line
    return mark_safe(f'<span lang="{code}">{escape(words)}</span>')  # noqa: S308 - a code of ours, escaped words


@register.filter
def text(record, field):
    """A record's text, escaped; in a span with its language where that is not the page's."""
    reader = content_language()
    return _marked(*localized(record, field, reader), reader)


@register.filter
def short(record, field):
    """The beginning of a record's text, escaped, for a row of a list."""
    reader = content_language()
    words, code = localized(record, field, reader)
    return _marked(words if len(words) <= LINE else Truncator(words).chars(LINE), code, reader)


@register.filter
def plain(record, field):
    """A record's text without any markup, for titles and attributes."""
    return localized(record, field)[0]


@register.filter
def rich(record, field):
    """A record's rich text, cleaned once more, in a block with its language where that is not the page's."""
    html, code = localized(record, field)
    cleaned = mark_safe(clean_html(html))  # noqa: S308 - cleaned in this line
    return cleaned if code == content_language() else format_html('<div lang="{}">{}</div>', code, cleaned)


@register.filter
def other_languages(record, field):
    """The texts of a field in the languages that the page does not show: [(code, name, text)]."""
    shown = localized(record, field)[1]
    return [row for row in translations(record, field) if row[0] != shown]


@register.filter
def tlp(record):
    """The chip of a record's audience label; of a document's effective one."""
    label = Label(getattr(record, record.label_field))
    shade = "" if label == Label.CLEAR else f" tlp--{label.name.lower()}"
    return format_html('<span class="tlp{}">{}</span>', shade, label.label)


@register.filter
def in_languages(codes):
    """The own names of languages from their codes: "es;pt" gives "Español, Português"."""
    return ", ".join(language_name(code) for code in split_list(codes))


@register.filter
def in_language(code):
    """A language's own name by its code: "pt" gives "Português"."""
    return language_name(code)
