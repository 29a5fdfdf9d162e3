"""The rows of lists of events, finished as text before a template prints them."""

from html import escape

from django import template
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import ngettext

from core.templatetags.texts import short, text, tlp
from events.models import MajorEvent
from reference.models import TIMES
from reference.templatetags.dates import date_block

register = template.Library()
OFF = {MajorEvent.Status.POSTPONED, MajorEvent.Status.CANCELLED}


@register.filter
def event_rows(events):
    """The `<li>` of each, escaped; events as read by events.rows or with for_list()."""
    base = reverse("events:event_list")
    kinds = {value: escape(str(label)) for value, label in MajorEvent.Kind.choices}
    return mark_safe("".join(_row(event, base, kinds) for event in events))  # noqa: S308 - each part is escaped


def _row(event, base, kinds):
    documents = getattr(event, "document_count", 0)
    return (
        f'<li>{date_block(event)}<div><h3><a href="{base}{event.slug}/">{text(event, "name")}</a></h3>\n'
        f'<p class="meta"><span>{place_of(event)}</span> <span>{kinds[event.kind]}</span>{tags(event)}</p>\n'
        f'<p class="line">{short(event, "summary")}</p>{_documents(documents) if documents else ""}</div></li>\n'
    )


@register.filter
def place_of(event):
    """Where an event is: its first city, how many more, its main host; escaped."""
    cities, host = event.cities, text(event.host_state, "name")
    if not cities:
        return host
    said, more = cities[0], len(cities) - 1
    if more:
        said = ngettext("%(city)s and %(n)s more city", "%(city)s and %(n)s more cities", more) % {
            "city": said,
            "n": more,
        }
    return mark_safe(f"{escape(said)}, {host}")  # noqa: S308 - both are escaped


def tags(event):
    """The marks after an event's kind: what is unusual of its status or its time, and a label above CLEAR."""
    mark = ""
    if event.status in OFF:
        mark = f' <span class="tag tag--{event.status}">{escape(event.get_status_display())}</span>'
    elif (time := event.time) != "past":
        mark = f' <span class="tag tag--{time}">{escape(str(TIMES[time]))}</span>'
    return f"{mark} {tlp(event)}" if event.is_restricted else mark


def _documents(number):
    said = ngettext("%(n)s document", "%(n)s documents", number) % {"n": number}
    return f'\n<p class="meta"><span>{escape(said)}</span></p>'
