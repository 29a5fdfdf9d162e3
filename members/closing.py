"""Closing an account for good: beyond the end of its access, what is private goes and what history needs stays."""

import uuid

from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from members.actions import end_access, reason_against, set_staff
from members.audiences import Audience
from members.audit import audit
from members.models import AuditEntry, Invitation, User
from members.photos import discard

CLOSED = "closed.invalid"  # the host of the addresses that closed accounts get: by RFC 2606 nobody can have one
SIGN_IN_APPS = {"account", "mfa", "usersessions"}  # allauth's: addresses, second factors, sessions
EMPTIED = {
    "office": "",
    "spoken_languages": "",
    "phone": "",
    "reach": "",
    "photo": "",
    "name_shown_to": Audience.COUNTERPARTS,
    "photo_shown_to": Audience.SECRETARIAT,
    "contact_shown_to": Audience.SECRETARIAT,
    "preferred_language": "en",
    "time_zone": "UTC",
    "last_login": None,
    "is_active": False,
    "is_superuser": False,
}
_parts = []


def add_to_closing(part):
    """Let an app on the right clear up what it keeps: it calls `part(account, vacated=, by=)`, before the account is
    emptied. `vacated` lists the States whose seat is left empty."""
    if part not in _parts:
        _parts.append(part)


def is_closed(account):
    return account.email.endswith(f"@{CLOSED}")


def seats_of(account):
    """The mandates by which an account fills a State's seat today."""
    return [mandate for mandate in account.mandates_in_force if mandate.role == mandate.MandateRole.FOCAL_POINT]


@transaction.atomic
def close_account(*, account, by, request=None):
    """Close an account for good; raises ValidationError where nobody would be left in charge.

    Its name stays in the history of records and mandates. What else it holds of the person goes, and its address is
    replaced by one that nobody has. Closing twice is closing once. Returns the account.
    """
    list(User.objects.filter(Q(is_superuser=True) | Q(pk=account.pk)).order_by("pk").select_for_update())
    account = User.objects.get(pk=account.pk)
    if is_closed(account):
        return account
    if reason := reason_against(account):
        raise ValidationError(reason)
    vacated = [mandate.state for mandate in seats_of(account)]
    end_access(account, by=by)
    for part in _parts:
        part(account, vacated=vacated, by=by)
    if account.is_staff:
        set_staff(account, False, by=by)
    _forget_sign_in(account)
    _empty(account, by)
    audit(AuditEntry.Kind.ACCOUNT, by=by, request=request, subject=("account", account.pk), detail="closed")
    return account


def _forget_sign_in(account):
    """End the sessions, and delete addresses, second factors and rights beside those of the role."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()):
        if session.get_decoded().get("_auth_user_id") == str(account.pk):
            session.delete()
    for relation in User._meta.related_objects:
        if relation.related_model._meta.app_label in SIGN_IN_APPS:
            relation.related_model._default_manager.filter(**{relation.field.name: account}).delete()
    account.groups.clear()
    account.user_permissions.clear()


def _empty(account, by):
    """Replace the address wherever it is kept, and take out of the account what tells of the person."""
    discard(account.photo.name)
    address = f"closed-{uuid.uuid4().hex}@{CLOSED}"
    invitations = Invitation.objects.filter(Q(account=account) | Q(email__iexact=account.email))
    invitations.pending().update(revoked=timezone.now())
    invitations.update(email=address)
    account.history.update(email=address)
    for name, value in (EMPTIED | {"email": address}).items():
        setattr(account, name, value)
    account.set_unusable_password()
    account._history_user = by
    account.save()
