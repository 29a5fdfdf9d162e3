"""Seats of States across the rooms: what goes with a seat, who is told, who may end what."""

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.dates import today
from core.languages import CONTENT_LANGUAGES
from core.text import split_list
from documents.actions import refresh_audience
from documents.models import Document
from members import actions, invitations
from members.access import Action, can
from members.actions import DAY
from members.audit import audit
from members.models import AuditEntry, Mandate
from moderation.actions import hand_over_proposals
from notifications.actions import hand_over_watches, notify
from notifications.models import Notification

TO_CONFIRM = datetime.timedelta(days=30)  # to say that a mandate still holds
NOTICE = (90, 30)  # days before the end of a mandate on which its holder is told
INTERFACE_OF = {code.split("-")[0]: code for code, _name in settings.LANGUAGES}


@dataclass(frozen=True)
class Seat:
    """A State's seat as a thing that rights are judged by."""

    state_id: int
    author_id = None


# Who may end what


def may_end(user, mandate):
    """Whether somebody may end a mandate, or take it back where it has not begun.

    A seat's holder ends the mandates of alternates, and takes back whom he himself handed the seat over to.
    """
    if mandate.has_ended or mandate.person_id == user.pk:
        return False
    if mandate.fills_seat:
        return can(user, Action.MANAGE_ACCOUNTS, mandate) or _handed_over_by(user, mandate)
    return can(user, Action.END_ACCESS, mandate)


def _handed_over_by(user, mandate):
    """Whether a mandate to come follows somebody's own because he gave the seat on."""
    if mandate.has_begun or mandate.follows_id is None or not can(user, Action.HAND_OVER_SEAT, mandate):
        return False
    given = actions.given_way(mandate.follows, mandate.since)
    return given is not None and given.history_user_id == user.pk


def may_keep_out(user, person):
    """Whether somebody may end the access of a person of a State who holds no mandate."""
    is_expert = person.is_active and not person.is_staff and person.state_id is not None
    return is_expert and person.pk != user.pk and can(user, Action.END_ACCESS, Seat(person.state_id))


def confirmation_due(user):
    """The mandates of which somebody is asked today whether they still hold."""
    return [mandate for mandate in user.mandates_in_force if mandate.confirm_by <= today()]


# Invitations


@transaction.atomic
def invite(invitation, *, note=None, by):
    """Send an invitation, and keep the government's note, an unsaved Document whose file was checked, for its State."""
    sent = invitations.invite(invitation, by=by)
    if note is not None and sent is invitation:
        keep_note(note, name=sent.name, state=sent.state, language=sent.language, invitation=sent, by=by)
    return sent


def language_of(state):
    """The interface language that serves a State: the first of its official ones that there is, else English."""
    spoken = split_list(state.official_languages)
    return next((INTERFACE_OF[code] for code in spoken if code in INTERFACE_OF), settings.LANGUAGE_CODE)


def keep_note(note, *, name, state, language, invitation=None, by):
    """Keep a government's note as a published document of its State; its label is on it already."""
    note.state, note.invitation, note.author = state, invitation, by
    note.language, note.publication = language.split("-")[0], Document.Publication.PUBLISHED
    for code, _language in CONTENT_LANGUAGES:
        with translation.override(INTERFACE_OF[code]):
            setattr(note, f"title_{code}", _("Appointment note: %(name)s") % {"name": name})
    note._history_user = by
    note.save()
    refresh_audience(note)


@transaction.atomic
def accept(invitation, **answer):
    """Accept an invitation, as members.invitations.accept; who sent it is told, and a seat goes on."""
    held = invitations.accept(invitation, **answer)
    notify(to=[held.invited_by], kind="invitation_accepted", subject=("invitation", held.pk), by=held.account)
    if held.succeeds_id:
        _write_to_both(held.mandate)
    if held.mandate:
        take_over_if_begun(held.mandate, by=held.account)
    return held


# Mandates


@transaction.atomic
def hand_over(mandate, *, taker, first_day, until=None, text="", note=None, by):
    """Give a seat to an account of its State from a day on; both get a letter. Returns the new mandate."""
    check_no_gap(mandate, first_day)
    given = actions.hand_over(mandate, taker=taker, first_day=first_day, until=until, note=text, by=by)
    if note is not None:
        keep_note(note, name=taker.name, state=given.state, language=taker.preferred_language, by=by)
    _write_to_both(given)
    take_over_if_begun(given, by=by)
    return given


def check_no_gap(mandate, first_day):
    """Raise ValidationError where nobody would hold the seat between its holder's last day and `first_day`."""
    actions.check_first_day(mandate, first_day)
    if mandate.until and mandate.until < first_day - DAY:
        said = _("The present mandate ends on %(day)s. The next one begins on the day after at the latest.")
        raise ValidationError({"first_day": said % {"day": date_format(mandate.until)}})


def successor_of(mandate):
    """Who is to hold a seat after a mandate: the next Mandate, or the Invitation that waits for an answer; or None."""
    to_come = Mandate.objects.of_seat(mandate.state).to_come().order_by("since").first()
    return to_come or mandate.successions.pending().first()


def _write_to_both(given):
    """A letter to each of the two between whom a seat goes over, with the days."""
    for person in (given.follows.person, given.person):
        with translation.override(person.preferred_language):
            said = _("The seat of %(state)s goes over on %(day)s")
            subject = said % {"state": given.state, "day": date_format(given.since)}
            context = {"person": person, "given": given, "subject": subject, "base_url": settings.BASE_URL}
            text = render_to_string("emails/hand_over.txt", context)
            headers = {"Auto-Submitted": "auto-generated"}
            message = EmailMultiAlternatives(subject, text, to=[person.email], headers=headers)
            message.attach_alternative(render_to_string("emails/hand_over.html", context), "text/html")
        message.send()


def take_over_if_begun(mandate, *, by):
    if mandate.follows_id and mandate.has_begun:
        take_over(mandate, by=by)


@transaction.atomic
def take_over(mandate, *, by):
    """Who holds the seat now gets the open proposals of who held it before, and his watches if he gave it on; once."""
    held = Mandate.objects.select_for_update(of=("self",)).get(pk=mandate.pk)
    if held.taken_over:
        return
    giver, taker = held.follows.person, held.person
    hand_over_proposals(state=held.state, giver=giver, taker=taker, by=by)
    if held.follows.until == held.since - DAY and giver.state_id == held.state_id and not giver.is_staff:
        hand_over_watches(giver=giver, taker=taker)
    held.taken_over = timezone.now()
    held._history_user = by
    held.save(update_fields=["taken_over"])
    audit(AuditEntry.Kind.RIGHTS, by=by, subject=("mandate", held.pk), detail="took over what was open")
    notify(to=[taker], kind="seat_begun", subject=("mandate", held.pk))


@transaction.atomic
def end_mandate(mandate, *, last_day, close=False, by):
    """End a mandate with a day; with `close` its holder no longer logs in from now on."""
    if close:
        if not may_keep_out(by, mandate.person):
            raise ValidationError({"close": _("The access of this person can only be ended by an administrator.")})
        actions.end_access(mandate.person, by=by)
        return
    actions.end_mandate(mandate, last_day=last_day, by=by)
    notify(to=[mandate.person], kind="mandate_ended", subject=("state", mandate.state_id), by=by)


@transaction.atomic
def take_back(mandate, *, by):
    """Undo a mandate to come. Returns the one that goes on, or None."""
    kept = actions.take_back(mandate, by=by)
    people = [mandate.person, *([kept.person] if kept else [])]
    notify(to=people, kind="hand_over_undone", subject=("state", mandate.state_id), by=by)
    return kept


# What each day brings


def tend():
    """Give each holder whose first day has come what goes with the seat; remind of what is due. Returns how many."""
    begun = list(Mandate.objects.to_take_over().for_list())
    for mandate in begun:
        take_over(mandate, by=None)
    reminded = sum(_remind(mandate, kind, since) for mandate, kind, since in _reminders())
    return {"begun": len(begun), "reminded": reminded}


def _reminders():
    """(mandate, kind, day on which it fell due) of all that is due, told or not."""
    for mandate in Mandate.objects.unconfirmed().for_list():
        yield mandate, "mandate_unconfirmed", mandate.confirm_by
    first, last = NOTICE
    for mandate in Mandate.objects.ending_within(first).without_successor().for_list():
        days = last if mandate.until <= today() + last * DAY else first
        yield mandate, f"mandate_ends_in_{days}", mandate.until - days * DAY


def _remind(mandate, kind, since):
    """Tell the holder, unless he was told since that day."""
    start = datetime.datetime.combine(since, datetime.time(), datetime.UTC)
    told = Notification.objects.visible_to(mandate.person).about(("mandate", mandate.pk)).of_kind(kind)
    if told.filter(created__gte=start).exists():
        return 0
    by_when = since + TO_CONFIRM if kind == "mandate_unconfirmed" else mandate.until
    return notify(to=[mandate.person], kind=kind, subject=("mandate", mandate.pk), due=by_when)
