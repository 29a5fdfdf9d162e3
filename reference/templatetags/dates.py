"""How the dates of records reach a page."""

from django import template
from django.utils.dateformat import format as say
from django.utils.html import format_html
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from core.dates import Precision, say_date
from reference.querysets import today

register = template.Library()

SHAPES = {Precision.DAY: "", Precision.MONTH: " when--month", Precision.YEAR: " when--year"}


@register.filter
def date_block(record, shape=""):
    """The dates of a record as the block beside its name; the part that matters most is bold.

    `shape` "big" adds how far away it is.
    """
    strong, rest = _parts(record)
    away = format_html("<small>{}</small>", distance(record)) if shape == "big" else ""
    classes = SHAPES[record.precision] + _tone(record) + (" when--big" if shape else "")
    return format_html('<p class="when{}"><b>{}</b> {} {}</p>', classes, strong, rest, away)


def _parts(record):
    """(bold part, rest) of a period: ("14–15", "Dec 2026"), ("23 Jul", "– 8 Aug 2027"), ("June", "2026")."""
    start, end = record.start, record.end
    if record.precision == Precision.YEAR:
        return (str(start.year), "") if start.year == end.year else (f"{start.year}–{end.year}", "")
    if record.precision == Precision.MONTH:
        if (start.year, start.month) == (end.year, end.month):
            return say(start, "F"), str(start.year)
        return say(start, "F Y"), "– " + say(end, "F Y")
    if start == end:
        return str(start.day), say(start, "M Y")
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}–{end.day}", say(end, "M Y")
    first = say(start, "j M") if start.year == end.year else say(start, "j M Y")
    return first, "– " + say(end, "j M Y")


def _tone(record):
    if getattr(record, "status", "") in {"postponed", "cancelled"}:
        return " when--off"
    return "" if record.time == "past" else f" when--{record.time}"


@register.filter
def distance(record):
    """How far away a record's dates are: "in 8 months", "going on now", "11 years ago"."""
    if record.time == "ongoing":
        return _("going on now")
    if record.time == "past":
        return _("%(time)s ago") % {"time": timesince(record.end, today(), depth=1)}
    if record.start <= today():
        return _("date not yet known")
    return _("in %(time)s") % {"time": timesince(today(), record.start, depth=1)}


@register.filter
def said(partial):
    """A PartialDate in the reader's language; "" where there is none."""
    return partial.said() if partial else ""


@register.filter
def day(date):
    """A date or a moment as a day in the reader's language."""
    return say_date(date, Precision.DAY)
