"""Proposals on pages: the sign of a status, and the buttons that lead to them from other rooms."""

from django import template
from django.utils.html import format_html

from moderation.kinds import KINDS, proposing_states
from moderation.models import Proposal

register = template.Library()

Status = Proposal.Status
SIGNS = {
    Status.DRAFT: "past",
    Status.SUBMITTED: "ongoing",
    Status.RETURNED: "overdue",
    Status.ACCEPTED: "done",
    Status.WITHDRAWN: "repealed",
}


@register.filter
def status_tag(proposal):
    """The tag of a proposal's status: word and sign."""
    return format_html('<span class="tag tag--{}">{}</span>', SIGNS[proposal.status], proposal.get_status_display())


@register.filter
def may_change(user, document):
    """Whether somebody may propose a change of what is said of a document."""
    return "document" in KINDS and KINDS["document"].may_propose(user, document)


@register.inclusion_tag("moderation/_propose.html", takes_context=True)
def propose_button(context, kind, record):
    """ "Propose a change", for those who may propose one of this record."""
    user, about = context.get("user"), KINDS.get(kind)
    may = user is not None and about is not None and about.may_propose(user, record)
    return {"may": may, "kind": kind, "record": record, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("moderation/_propose_new.html", takes_context=True)
def propose_new(context, kind):
    """ "Propose an event …", for those who may propose one; nothing for anybody else."""
    user, about = context.get("user"), KINDS.get(kind)
    return {"about": about if about is not None and user is not None and proposing_states(user) else None}
