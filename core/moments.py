"""Moments as a page says them: in the reader's time zone, which is named."""

from html import escape

from django.utils import timezone
from django.utils.safestring import mark_safe

from core.dates import Precision, say_date


def moment(at):
    """A moment in the reader's time zone, as an element: "12 June 2027, 23:59"."""
    local = timezone.localtime(at)
    day = escape(say_date(local.date(), Precision.DAY))
    return mark_safe(  # noqa: S308 - numbers, and a day that is escaped
        f'<time datetime="{local.isoformat(timespec="seconds")}" title="{local:%Y-%m-%d %H:%M %Z}">'
        f"{day}, {local:%H:%M}</time>"
    )


def offset(at):
    """How far the reader's time is from UTC at a moment: "UTC", "UTC−3", "UTC+5:30"."""
    minutes = int(timezone.localtime(at).utcoffset().total_seconds()) // 60
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}{f':{rest:02}' if rest else ''}"


def zone():
    """The time zone in which a page says its times: "America/Lima (UTC−5)"."""
    name, said = timezone.get_current_timezone_name(), offset(timezone.now())
    return name if name == said else f"{name.replace('_', ' ')} ({said})"
