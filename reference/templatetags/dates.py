"""How the dates of records reach a page."""

from html import escape

from django import template
from django.utils.dates import MONTHS, MONTHS_3
from django.utils.html import format_html
from django.utils.safestring import mark_safe
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
    return mark_safe(f'<p class="when{classes}"><b>{escape(strong)}</b> {escape(rest)} {away}</p>')  # noqa: S308


def _parts(record):
    """(bold part, rest) of a period: ("14–15", "Dec 2026"), ("23 Jul", "– 8 Aug 2027"), ("June", "2026")."""
    start, end = record.start, record.end
    if record.precision == Precision.YEAR:
        return (str(start.year), "") if start.year == end.year else (f"{start.year}–{end.year}", "")
    if record.precision == Precision.MONTH:
        if (start.year, start.month) == (end.year, end.month):
            return _month(start, MONTHS), str(start.year)
        return f"{_month(start, MONTHS)} {start.year}", f"– {_month(end, MONTHS)} {end.year}"
    month = _month(end, MONTHS_3)
    if start == end:
        return str(start.day), f"{month} {start.year}"
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}–{end.day}", f"{month} {end.year}"
    first = f"{start.day} {_month(start, MONTHS_3)}"
    return first if start.year == end.year else f"{first} {start.year}", f"– {end.day} {month} {end.year}"


def _month(date, names):
    """The name of a date's month as Django's formats F and M write it."""
    name = str(names[date.month])
    return name if names is MONTHS else name.title()


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
