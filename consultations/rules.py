"""Who speaks in a consultation: for which States somebody writes, and what a State may still do, or why not."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from members.access import Action, Scope, scope, state_ids_of


@dataclass(frozen=True)
class Voice:
    """What `can` judges where somebody speaks for a State: who wrote it opens no door."""

    state_id: int
    author_id = None


def spaces_of(user):
    """Ids of the States in whose own space somebody reads and writes: those of his mandates, and his own."""
    if scope(user, Action.DRAFT_COMMENT) == Scope.NONE:
        return set()
    return state_ids_of(user) | ({user.state_id} if user.state_id else set())


def why_not_comment(consultation, state):
    """Why a State cannot comment, answer or submit now, as a sentence; "" where it can."""
    if not consultation.invites(state):
        return _("%(state)s is not among the States that are asked.") % {"state": state}
    now = timezone.now()
    if now < consultation.opens:
        return _("This consultation has not opened yet.")
    if now >= consultation.closes_for(state):
        return _("This consultation has closed.")
    return ""


def why_not_endorse(comment, state):
    """Why a State cannot endorse a comment now, or take that back, as a sentence; "" where it can."""
    consultation = comment.consultation
    if comment.state_id == state.pk:
        return _("A State does not endorse its own comment.")
    if comment.status != comment.Status.SUBMITTED or comment.is_hidden:
        return _("This comment is not, or no longer, among those submitted.")
    if not consultation.invites(state):
        return _("%(state)s is not among the States that are asked.") % {"state": state}
    now = timezone.now()
    if consultation.shown == consultation.Shown.AFTER_CLOSING and now < consultation.ends:
        return _("Comments are endorsed once the consultation has closed.")
    ends = consultation.endorsing_ends
    ends = ends if consultation.shown == consultation.Shown.AFTER_CLOSING else consultation.closes_for(state)
    return "" if now < ends else _("The time to endorse comments is over.")
