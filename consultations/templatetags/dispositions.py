"""What became of a comment, for those who read it already, and what its reader may do about it."""

from django import template
from django.utils.html import format_html

from consultations.applying import changes_for
from consultations.disposing import TAKES_IN, Disposition, shows_dispositions
from consultations.models import Comment
from consultations.moderated import may_report
from members.access import Action, can

register = template.Library()

SIGNS = {
    Disposition.ACCEPTED: "done",
    Disposition.IN_PART: "amended",
    Disposition.NOT_ACCEPTED: "cancelled",
    Disposition.NOTED: "past",
}


@register.filter
def disposition_tag(comment):
    """The tag of a disposition, word and sign, for who may read it; "" where there is none."""
    if not comment.disposition:
        return ""
    return format_html(
        '<span class="tag tag--{}">{}</span>', SIGNS[comment.disposition], comment.get_disposition_display()
    )


@register.inclusion_tag("consultations/_disposition.html", takes_context=True)
def disposition_of(context, comment):
    """The disposition of a comment that passed the gate, its reason, what it was handled with, and what changed."""
    user = context["user"]
    disposes = can(user, Action.CONSULT)
    is_told = comment.status == Comment.Status.SUBMITTED and shows_dispositions(user, comment.consultation)
    is_told = is_told and bool(disposes or comment.disposition)
    about = {"comment": comment, "is_told": is_told, "disposes": disposes, "may_report": may_report(comment, user)}
    about["moderates"] = can(user, Action.MODERATE) and comment.status != Comment.Status.DRAFT
    if is_told and comment.disposition:
        together = Comment.objects.visible_to(user).together_with(comment).select_related("state")
        about |= {"together": together, "changes": changes_for(comment, user)}
        about["is_taken_in"] = comment.disposition in TAKES_IN
    return about
