"""Who speaks in a consultation: for which States somebody writes, and what a State may still do, or why not."""

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from members.access import Action, Scope, can, scope, state_ids_of


def spaces_of(user):
    """Ids of the States in whose own space somebody reads and writes: those of his mandates, and his own."""
    if scope(user, Action.DRAFT_COMMENT) == Scope.NONE:
        return set()
    return state_ids_of(user) | ({user.state_id} if user.state_id else set())


def states_spoken_for(user, action=Action.SUBMIT_COMMENT):
    """The States whose official word somebody gives: those whose seat he fills today. An alternate of another State,
    or who wrote for it, does not speak for that one."""
    if not can(user, action):
        return []
    return [mandate.state for mandate in user.mandates_in_force if mandate.fills_seat]


def speaks_for(user, state_id):
    """Whether somebody submits, withdraws, endorses and answers for a State."""
    return any(state.pk == state_id for state in states_spoken_for(user))


def require_voice(user, state_id):
    """Raise PermissionDenied (a 403 page) unless he does."""
    if not speaks_for(user, state_id):
        raise PermissionDenied


def is_out(edition):
    """Whether an edition and its publication are published: else nobody reads what is asked, or is told of it."""
    out = edition.Publication.PUBLISHED
    return (edition.publication, edition.work.publication) == (out, out)


def is_asked_of(edition):
    """Whether States can comment on it: it is out, and no later one has taken its place."""
    return is_out(edition) and edition.status != edition.Status.SUPERSEDED


def why_not_comment(consultation, state):
    """Why a State cannot comment, answer or submit now, as a sentence; "" where it can."""
    if not consultation.invites(state):
        return _("%(state)s is not among the States that are asked.") % {"state": state}
    if consultation.edition.status == consultation.edition.Status.SUPERSEDED:
        return _("A later edition has taken the place of this one. What States said of it stays as it is.")
    now = timezone.now()
    if now < consultation.opens:
        return _("This consultation has not opened yet.")
    if now >= consultation.closes_for(state):
        return _("This consultation has closed.") if consultation.closed else _("The time to comment is over.")
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
