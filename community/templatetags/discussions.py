"""The section of a record's page that shows the conversations about it."""

from django import template

from community.discussions import talk_about
from community.rows import thread_rows
from members.access import Action, can

register = template.Library()


@register.inclusion_tag("community/_discussion.html", takes_context=True)
def discussion(context, kind, record):
    """The conversations about a record: {% discussion "event" event %}; with those of the context where it has them."""
    user = context["user"]
    talk = context.get("discussion") or talk_about(kind, record, user)
    return {
        "talk": talk,
        "rows": thread_rows(talk.rows, user, without="about"),
        "about": f"{kind}:{record.pk}",
        "member": user.is_authenticated,
        "may_write": can(user, Action.POST),
    }
