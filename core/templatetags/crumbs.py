"""The way to a page from the start page: as readers see it and, from the same words, for programs."""

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from core.languages import localized
from core.linked_data import breadcrumb_list, script
from core.templatetags.texts import text

register = template.Library()


@register.inclusion_tag("components/_crumbs.html", takes_context=True)
def crumbs(context, *steps):
    """The steps below the start page, the page itself last.

    A record stands for its name and its page. Words are followed by the name of their address, but for the last:
    {% crumbs _("Legislation") "legislation:instrument_list" instrument _("Treaty actions") %}
    """
    steps = list(steps)
    found = [(_("Home"), _("Home"), reverse("kms:home"))]
    while len(steps) > 1:
        step = steps.pop(0)
        found.append(_of_record(step) if hasattr(step, "pk") else (step, step, reverse(steps.pop(0))))
    label, name, _path = _of_record(steps[0]) if hasattr(steps[0], "pk") else (steps[0], steps[0], "")
    request = context.get("request")
    ways = [(name, path) for _label, name, path in found] + [(name, request.path if request else "")]
    return {"above": found, "label": label, "linked_data": script(breadcrumb_list(ways)) if request else ""}


def _of_record(record):
    """(name as it is shown, name as text, path)."""
    field = "title" if hasattr(record, "title") else "name"
    words = localized(record, field)[0]
    return (text(record, field), words, record.get_absolute_url()) if words else _untranslated(record)


def _untranslated(record):
    return str(record), str(record), record.get_absolute_url()
