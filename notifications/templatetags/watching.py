"""The choice beside a record's title of what the portal tells of it, for members."""

from django import template

from notifications.kinds import SUBJECTS
from notifications.levels import Level
from notifications.models import Watch

register = template.Library()


@register.inclusion_tag("components/_watch.html", takes_context=True)
def watch_button(context, name, record):
    """Choose a level: {% watch_button "event" event %}. One query for a member unless the record was read with
    `watch_level`; nothing for a visitor."""
    user = context.get("user")
    if not getattr(user, "is_authenticated", False):
        return {"member": False}
    if hasattr(record, "watch_level"):
        level = record.watch_level  # read along with the record
    else:
        level = Watch.objects.visible_to(user).alike(name, record.pk, "").values_list("level", flat=True).first()
    return {
        "member": True,
        "level": level,
        "levels": levels_of(SUBJECTS[name].is_talk),
        "is_talk": SUBJECTS[name].is_talk,
        "name": name,
        "record": record,
        # The token is taken here, so that a page for visitors, which is kept, holds none.
        "csrf_token": context.get("csrf_token"),
    }


@register.filter
def levels_of(is_talk):
    """The levels to choose from: mentions and answers there are only where people write."""
    return [level for level in Level if is_talk or level != Level.NORMAL]
