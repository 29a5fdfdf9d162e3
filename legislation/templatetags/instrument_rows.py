"""The rows of lists of instruments, finished as text before a template prints them."""

from html import escape

from django import template
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from core.languages import localized
from core.templatetags.texts import text, tlp
from legislation.models import Instrument

register = template.Library()


@register.filter
def instrument_rows(instruments):
    """The `<li>` of each, escaped; instruments as read with for_list()."""
    base = reverse("legislation:instrument_list")
    said = {value: escape(str(label)) for value, label in (*Instrument.Kind.choices, *Instrument.Status.choices)}
    return mark_safe("".join(_row(instrument, base, said) for instrument in instruments))  # noqa: S308 - escaped parts


def _row(instrument, base, said):
    title = text(instrument, "title")
    original = ""
    if localized(instrument, "title")[0] != instrument.original_title:
        words = escape(instrument.original_title)
        original = f'<p class="original" lang="{instrument.language}">{words}</p>'
    return (
        f'<li><div><h3><a href="{base}{instrument.slug}/">{title}</a></h3>{original}\n'
        f'<p class="meta"><span class="tag tag--{instrument.status}">{said[instrument.status]}</span> '
        f"<span>{text(instrument.jurisdiction, 'name')}</span> <span>{said[instrument.kind]}</span>"
        f"{_facts(instrument)}</p></div></li>\n"
    )


def _facts(instrument):
    """Its number, when it was adopted, and a label above CLEAR."""
    facts = f" <span>{escape(instrument.number)}</span>" if instrument.number else ""
    if instrument.adopted_on:
        facts += f" <span>{escape(_('adopted %(date)s') % {'date': instrument.adopted_on.said()})}</span>"
    return f"{facts} {tlp(instrument)}" if instrument.is_restricted else facts
