"""What the map, the calendar and the timeline of the registry share: the switch between them, and short lines."""

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from core.dates import Precision, say_date
from core.templatetags.texts import text, tlp
from events.timelines import Today

register = template.Library()

LAST_TO_BEGIN = 8
PRECISIONS = {Precision.DAY: "", Precision.MONTH: "when--month", Precision.YEAR: "when--year"}

VIEWS = {
    "events:event_list": _("Table"),
    "events:event_map": _("Map"),
    "events:event_calendar": _("Calendar"),
    "events:event_timeline": _("Timeline"),
}


@register.inclusion_tag("events/_switch.html")
def view_switch(listing):
    """Links to the other views of the same events, with the same filters."""
    here = listing.request.path
    views = [(label, reverse(name)) for name, label in VIEWS.items()]
    return {"views": [(label, listing.at(path), path == here) for label, path in views]}


@register.filter
def event_lines(events):
    """The `<li>` of each event: name, dates, what sets it apart; events as read with for_overview()."""
    rows = ((event.get_absolute_url(), text(event, "name"), event.dates, event_signs(event)) for event in events)
    return format_html_join("\n", '<li><a href="{}">{}</a> <small>{}</small>{}</li>', rows)


@register.filter
def year_lines(rows):
    """The `<li>` of each row of a year of the timeline, in the column of its month; today is one of them."""
    return mark_safe("\n".join(_year_line(row) for row in rows))  # noqa: S308 - each is escaped


def _year_line(row):
    if isinstance(row, Today):
        said = _("Today, %(date)s") % {"date": say_date(row.start, Precision.DAY)}
        return format_html('<li class="when when--ongoing {}"><strong>{}</strong></li>', _month(row), said)
    return format_html(
        '<li class="when {} {}"><a href="{}">{}</a> <small>{} · {}</small>{}</li>',
        tone(row),
        _month(row),
        row.get_absolute_url(),
        text(row, "name"),
        row.dates,
        row.get_kind_display(),
        event_signs(row),
    )


def _month(row):
    """The classes of a line's column; one of the last months ends there, where it would not fit to begin."""
    return f"m{row.start.month}" + (" late" if row.start.month > LAST_TO_BEGIN else "")


@register.filter
def event_signs(event):
    """A tag where an event is off or not yet over, and the chip of its label where that is above CLEAR."""
    signs = ""
    if event.status in {"postponed", "cancelled"}:
        signs = _tag(event.status, event.get_status_display())
    elif event.time != "past":
        signs = _tag(event.time, event.time_label)
    return mark_safe(signs + (f" {tlp(event)}" if event.is_restricted else ""))  # noqa: S308 - both are escaped


def _tag(kind, said):
    return format_html(' <span class="tag tag--{}">{}</span>', kind, said)


@register.filter
def tone(event):
    """The class of a bar or a line that tells the time of an event, and how exactly it is known."""
    shade = "when--off" if event.status in {"postponed", "cancelled"} else f"when--{event.time}"
    return f"{shade} {PRECISIONS[event.precision]}".strip()
