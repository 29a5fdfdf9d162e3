"""The choices of a filter panel, finished as text before the template prints them; there are a hundred of them."""

from functools import lru_cache
from html import escape

from django import template
from django.utils.formats import number_format
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

register = template.Library()
escaped = lru_cache(maxsize=4096)(escape)  # each list writes the same names of choices


def _number(choice, group):
    """How many rows a choice leaves: "12", "1,000+" where only so many were counted, "" where none was."""
    if choice.count is None:
        return ""
    said = str(choice.count) if choice.count < 1000 else number_format(choice.count, force_grouping=True)
    return f"{said}+" if group.is_capped else said


@register.filter
def options(group):
    """The `<option>`s of a Group of core.listing, the first one for no filter."""
    rows = [f'<option value="">{escape(_("All"))}</option>']
    for choice in group.choices:
        number = _number(choice, group)
        rows.append(
            f'<option value="{escaped(choice.value)}"{" selected" if choice.selected else ""}>'
            f"{escaped(choice.label)}{f' ({number})' if number else ''}</option>"
        )
    return mark_safe("\n".join(rows))  # noqa: S308 - each value and label is escaped


@register.filter
def radios(group):
    """The radio buttons of a Group of core.listing, the first one for no filter."""
    rows = [_radio(group.name, "", escape(_("All")), not group.selected)]
    for choice in group.choices:
        label = f'{escaped(choice.label)} <span class="n">{_number(choice, group)}</span>'
        extra = " option--zero" if choice.count == 0 else ""
        rows.append(_radio(group.name, choice.value, label, choice.selected, extra))
    return mark_safe("\n".join(rows))  # noqa: S308 - each value and label is escaped


def _radio(name, value, label, checked, extra=""):
    return (
        f'<label class="option{extra}"><input type="radio" name="{name}" value="{escaped(value)}"'
        f"{' checked' if checked else ''}> {label}</label>"
    )
