"""Invitations: the secrets of their links, who may offer what, what stands in the way; sending and accepting them."""

import datetime
import hashlib
import secrets

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import today
from members.access import Action, Role, Scope, can, scope, state_ids_of
from members.actions import appoint, hand_over, lock_seat
from members.audit import audit
from members.models import AuditEntry, Invitation, Mandate, User
from reference.models import MemberState

LASTS = datetime.timedelta(days=14)
A_MINUTE, A_DAY = datetime.timedelta(minutes=1), datetime.timedelta(days=1)
MOST_OPEN = 100  # unanswered invitations of one State, for those who invite for that State alone
MOST_A_DAY = 100  # invitations that one of them sends within a day, revoked ones too
# What the table must give to whoever offers a role.
OFFERING = {
    Role.FOCAL_POINT: Action.INVITE_TO_SEAT,
    Role.ALTERNATE: Action.INVITE_COLLEAGUES,
    Role.EXPERT: Action.INVITE_COLLEAGUES,
    Role.PARTNER: Action.INVITE_TO_SEAT,
}
WITH_MANDATE = (Role.FOCAL_POINT, Role.ALTERNATE)
HAS_ACCOUNT = gettext_lazy("This address has an account by now. Log in with it, then open the link again.")


class CannotAccept(Exception):
    """An invitation that cannot be accepted now; its text says why."""


# Links


def new_token():
    """The secret of a link: it is sent once and kept nowhere."""
    return secrets.token_urlsafe(32)


def digest_of(token):
    return hashlib.sha256(token.encode()).hexdigest()


def find(token):
    """The Invitation of a link, whatever has become of it, or None."""
    digest = digest_of(token)
    found = Invitation.objects.for_list().filter(digest=digest).first()
    return found if found and constant_time_compare(found.digest, digest) else None


def send(invitation, token):
    """Put the mail with the link in the queue, in the invitation's language."""
    with translation.override(invitation.language):
        path = reverse("kms:invitation_accept", args=[token])
        context = {"invitation": invitation, "url": settings.BASE_URL + path, "base_url": settings.BASE_URL}
        context["subject"] = " ".join(render_to_string("emails/invitation_subject.txt", context).split())
        text = render_to_string("emails/invitation.txt", context)
        headers = {"Auto-Submitted": "auto-generated"}
        message = EmailMultiAlternatives(context["subject"], text, to=[invitation.email], headers=headers)
        message.attach_alternative(render_to_string("emails/invitation.html", context), "text/html")
    message.send()


# Who may offer what


def roles_offered(user):
    """The roles that somebody may invite to, the highest first."""
    return [role for role, action in OFFERING.items() if scope(user, action) != Scope.NONE]


def states_offered(user, role):
    """The States to whose people somebody may offer a role."""
    states = MemberState.objects.participating().by_name()
    return states if scope(user, OFFERING[role]) == Scope.ANY else states.filter(pk__in=state_ids_of(user))


def may_withdraw(user, invitation):
    """Whether somebody may send an invitation again, or revoke it."""
    if invitation.succeeds_id and can(user, Action.HAND_OVER_SEAT, invitation):
        return True
    return can(user, OFFERING[invitation.role], invitation)


def account_of(email):
    """The account of an address, closed ones included, or None."""
    return User.objects.filter(email=email.lower()).first()


# What stands in the way


def check(invitation, *, by):
    """Raise ValidationError, with the field, where `by` must not send this invitation as it is now."""
    invitation.full_clean()
    _check_days(invitation)
    _check_repeated(invitation)
    if invitation.role == Role.FOCAL_POINT:
        _check_seat(invitation)
    if scope(by, OFFERING[invitation.role]) != Scope.ANY:
        _check_number(invitation, by)
    account = account_of(invitation.email)
    if account is None or not _is_known_to(account, by, invitation):
        return
    if reason := obstacle(invitation, account) or _nothing_new(invitation, account):
        raise ValidationError({"email": reason})


def _is_known_to(account, by, invitation):
    """Of an account elsewhere only the secretariat may learn that it is there."""
    return can(by, Action.MANAGE_ACCOUNTS) or account.state_id == invitation.state_id is not None


def _check_days(invitation):
    since, until = invitation.since, invitation.until
    if invitation.role not in WITH_MANDATE and (since or until):
        raise ValidationError({"since" if since else "until": _("Only mandates have days.")})
    if until and until < (since or today()):
        raise ValidationError({"until": _("The mandate ends before it begins.")})
    if until and until < today():
        raise ValidationError({"until": _("This day is past.")})


def _check_repeated(invitation):
    same = Invitation.objects.unanswered().same_as(invitation).exclude(pk=invitation.pk).first()
    if same:
        said = _("This address was invited to the same on %(day)s. Send that invitation again, or revoke it first.")
        raise ValidationError({"email": said % {"day": date_format(same.sent)}})


def _check_seat(invitation):
    """One invitation to a seat at a time, and none to a seat that somebody holds."""
    others = Invitation.objects.pending().to_seats().of_state(invitation.state).exclude(pk=invitation.pk)
    if other := others.first():
        said = _("%(name)s is invited to this seat already. Revoke that invitation first.")
        raise ValidationError({"state": said % {"name": other.name}})
    if reason := seat_taken(invitation):
        raise ValidationError({"since": reason})


def seat_taken(invitation):
    """Why the seat is not free in the days of an invitation to it, or ""."""
    seat = Mandate.objects.of_seat(invitation.state).exclude(pk=invitation.succeeds_id).holding()
    held = seat.overlapping(invitation.since or today(), invitation.until).first()
    if held is None:
        return ""
    if held.until is None:
        return _("%(name)s holds this seat. It is free once that mandate has a last day.") % {"name": held.person}
    return _("%(name)s holds this seat until %(day)s.") % {"name": held.person, "day": date_format(held.until)}


def _check_number(invitation, by):
    if Invitation.objects.sent_by(by).created_since(timezone.now() - A_DAY).count() >= MOST_A_DAY:
        said = _("You have sent %(n)d invitations within a day. Send more tomorrow.") % {"n": MOST_A_DAY}
        raise ValidationError(said, code="too_many")
    if Invitation.objects.unanswered().of_state(invitation.state).count() >= MOST_OPEN:
        said = _("%(n)d invitations of this State have no answer yet. Revoke some first.") % {"n": MOST_OPEN}
        raise ValidationError(said, code="too_many")


def _nothing_new(invitation, account):
    """Why an account of that very State or organisation needs no invitation, or ""."""
    if invitation.role == Role.EXPERT and account.state_id == invitation.state_id:
        return _("This person belongs to the State already.")
    if invitation.role == Role.PARTNER and account.organisation_id == invitation.organisation_id:
        return _("This person belongs to the organisation already.")
    held = Mandate.objects.not_over().held_by(account).as_role(invitation.role).of_state(invitation.state)
    return _("This person has this role already.") if invitation.role in WITH_MANDATE and held.exists() else ""


def obstacle(invitation, account):
    """Why an invitation cannot be accepted today by its address's `account` (None: there is none yet), or ""."""
    if account is not None and not account.is_active:
        return _("The account of this address is closed. The secretariat can open it again.")
    if account is not None and account.is_staff:
        return _("This is the address of an account of the secretariat.")
    if account is not None and account.state_id not in (None, invitation.state_id):
        said = _("The account of this address belongs to %(state)s. The secretariat can change that.")
        return said % {"state": account.state}
    if not may_withdraw(invitation.invited_by, invitation):
        return _("Whoever sent this invitation may no longer do so. Ask the secretariat for another one.")
    if invitation.until and invitation.until < today():
        return _("The mandate that it offered is over.")
    if invitation.role == Role.FOCAL_POINT and seat_taken(invitation):
        return _("The seat has been given to somebody else in the meantime.")
    return ""


# Sending and accepting


@transaction.atomic
def invite(invitation, *, by):
    """Send a new invitation, checked as it is now; raises ValidationError. The same one sent twice is sent once."""
    User.objects.select_for_update().get(pk=by.pk)  # of two presses of one button the second sees what the first did
    if sent := Invitation.objects.sent_by(by).filter(uuid=invitation.uuid).first():
        return sent
    if invitation.role == Role.FOCAL_POINT and invitation.state_id:
        lock_seat(invitation.state)
    invitation.email = invitation.email.lower()
    invitation.invited_by = by
    check(invitation, by=by)
    _post(invitation, "sent", by=by)
    return invitation


def _post(invitation, said, *, by):
    """Give an invitation a new secret, and mail it; a link that was sent before no longer works."""
    token = new_token()
    invitation.digest, invitation.sent = digest_of(token), timezone.now()
    invitation.expires = invitation.sent + LASTS
    invitation.save()
    whose = invitation.state.iso3 if invitation.state_id else invitation.organisation.code
    said = f"{said}: {invitation.role} of {whose}"
    audit(AuditEntry.Kind.INVITATION, by=by, subject=("invitation", invitation.pk), detail=said)
    send(invitation, token)


@transaction.atomic
def resend(invitation, *, by):
    """Send a new link in the place of the old one; not within a minute of it. Returns False where it was answered."""
    held = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if held.accepted or held.revoked:
        return False
    if timezone.now() - held.sent > A_MINUTE:
        if not may_withdraw(held.invited_by, held):
            held.invited_by = by  # whose word it is from now on
        _post(held, "sent again", by=by)
    return True


@transaction.atomic
def accept(invitation, *, account=None, name="", password="", language=""):
    """Give the owner of the address what was offered, by `account`, the one he has, or by a new one.

    Returns the Invitation with its account and mandate. Raises CannotAccept, and then nothing is done.
    """
    _lock_around(invitation, account)
    held = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if held.digest != invitation.digest or held.state_of_things != "pending":
        raise CannotAccept(_("This link no longer works."))
    there = account_of(held.email)
    if there != account:
        raise CannotAccept(HAS_ACCOUNT)
    if reason := obstacle(held, account):
        raise CannotAccept(reason)
    account = _welcomed(held, account) if account else _opened(held, name=name, password=password, language=language)
    held.mandate = _appointed(held, account) if held.role in WITH_MANDATE else None
    account.__dict__.pop("mandates_in_force", None)  # read before it had this one
    held.account, held.accepted = account, timezone.now()
    held.save(update_fields=["mandate", "account", "accepted"])
    audit(AuditEntry.Kind.INVITATION, by=account, subject=("invitation", held.pk), detail="accepted")
    return held


def _lock_around(invitation, account):
    """What accepting writes, in the order in which inviting and ending an access lock it too: the people, the seat."""
    people = {invitation.invited_by_id, account and account.pk}
    list(User.objects.filter(pk__in=people - {None}).order_by("pk").select_for_update())
    if invitation.role in WITH_MANDATE:
        lock_seat(invitation.state)


def _opened(invitation, *, name, password, language):
    """The new account; its address is proved by the link."""
    fields = {"state": invitation.state, "organisation": invitation.organisation, "preferred_language": language}
    try:
        with transaction.atomic():
            account = User.objects.create_user(invitation.email, password, name=name, **fields)
    except IntegrityError as error:
        raise CannotAccept(HAS_ACCOUNT) from error
    EmailAddress.objects.create(user=account, email=account.email, primary=True, verified=True)
    return account


def _welcomed(invitation, account):
    """The account that was there, which now belongs to the State or organisation of the invitation."""
    account.state, account.organisation = invitation.state, invitation.organisation
    account._history_user = account
    account.save(update_fields=["state", "organisation"])
    return account


def _appointed(invitation, account):
    """The mandate that was offered. A seat that is handed over goes on the day it was to, or today where that is past:
    until then whoever hands it over holds it."""
    since, by = invitation.since or today(), invitation.invited_by
    days = {"until": invitation.until, "note": invitation.note, "by": by}
    try:
        if invitation.succeeds_id:
            return hand_over(invitation.succeeds, taker=account, first_day=max(since, today()), **days)
        return appoint(state=invitation.state, person=account, role=invitation.role, since=since, **days)
    except ValidationError as error:
        raise CannotAccept(" ".join(error.messages)) from error
