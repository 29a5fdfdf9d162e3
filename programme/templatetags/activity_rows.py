"""The rows of lists of activities, finished as text before a template prints them."""

from html import escape

from django import template
from django.urls import reverse
from django.utils.safestring import mark_safe

from core.templatetags.texts import short, text, tlp
from programme.models import Activity
from reference.models import TIMES
from reference.templatetags.dates import date_block

register = template.Library()


@register.filter
def activity_rows(activities):
    """The `<li>` of each, escaped; activities as read with for_list()."""
    base = reverse("programme:activity_list")
    kinds = {value: escape(str(label)) for value, label in Activity.Kind.choices}
    return mark_safe("".join(_row(activity, base, kinds) for activity in activities))  # noqa: S308 - escaped parts


def _row(activity, base, kinds):
    place = [escape(activity.city)] if activity.city else []
    place += [text(activity.host_state, "name")] if activity.host_state else []
    where = f"<span>{', '.join(place)}</span> " if place else ""
    return (
        f'<li>{date_block(activity)}<div><h3><a href="{base}{activity.slug}/">{text(activity, "title")}</a></h3>\n'
        f'<p class="meta">{where}<span>{kinds[activity.kind]}</span>{_tags(activity)}</p>\n'
        f'<p class="line">{short(activity, "summary")}</p></div></li>\n'
    )


def _tags(activity):
    """The marks after an activity's kind: that it is not past, and a label above CLEAR."""
    time = activity.time
    mark = "" if time == "past" else f' <span class="tag tag--{time}">{escape(str(TIMES[time]))}</span>'
    return f"{mark} {tlp(activity)}" if activity.is_restricted else mark
