"""Writes that change what people may do: mandates, access, the secretariat's standing and its permissions."""

import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from simple_history.models import HistoricalChanges

from core.dates import today
from members.access import ROLES, TABLE, Action, Role, Scope
from members.audit import audit
from members.models import AuditEntry, Invitation, Mandate, User
from members.sessions import end_sessions
from reference.models import MemberState

DAY = datetime.timedelta(days=1)
SECRETARIAT = "Secretariat"
CURATED_APPS = ("reference", "documents", "events", "legislation", "programme", "training", "community")
# What each action of the table opens in the admin: permissions, on the models of which apps.
ADMIN_PERMISSIONS = {
    Action.CURATE: (("add", "change", "view"), CURATED_APPS),
    Action.MANAGE_ACCOUNTS: (("add", "change", "view"), ("members",)),
    Action.DELETE_RECORDS: (("delete",), (*CURATED_APPS, "members")),
}
# Rows that are a part of a record: who may change the record may also take one out of it.
PARTS = {"eventplace", "instrumentrelation", "treatyaction", "participation"}

# What members write: moderators deal with it in the portal, and nobody looks into it by the admin.
NOT_CURATED = {
    "thread", "threadstep", "post", "postversion", "thanks", "readstate", "draft",
}  # fmt: skip


# Mandates


@transaction.atomic
def appoint(*, state, person, role, since, until=None, note="", follows=None, by):
    """Give a person a State's seat; raises ValidationError where the mandate makes no sense.

    A new National Focal Point gets what is still open of `follows`, or else of the last one before; who was the
    alternate until then is no longer that.
    """
    lock_seat(state)
    mandate = Mandate(state=state, person=person, role=role, since=since, until=until, note=note, follows=follows)
    _make_way(mandate, by=by)
    mandate.full_clean()
    _keep(mandate, f"appointed {role} of {state.iso3} from {since}", by=by)
    return mandate


def _make_way(mandate, *, by):
    """What a new mandate to a seat follows, and ends."""
    if mandate.fills_seat:
        _end_left(mandate, by=by)
        mandate.follows = mandate.follows or _last_before(mandate)
        _end_alternate(mandate, by=by)


def _end_left(mandate, *, by):
    """Whoever was kept out otherwise than by end_access no longer holds the seat that somebody else gets."""
    seat = Mandate.objects.of_seat(mandate.state)
    for left in seat.not_over().exclude(pk__in=seat.holding()).overlapping(mandate.since, mandate.until):
        _end_now(left, by=by)


def _end_now(mandate, *, by):
    """End a mandate as soon as it can be."""
    if mandate.has_begun:
        end_mandate(mandate, last_day=max(mandate.since, today() - DAY), by=by)
    else:
        take_back(mandate, by=by)


def lock_seat(state):
    """Of two who fill one seat at a time the second sees what the first did."""
    MemberState.objects.select_for_update().get(pk=state.pk)


def _keep(mandate, said, *, by, why=None):
    """Save a mandate; `why` its last day is what it is stays in its history, where something was said of that."""
    mandate._history_user, mandate._change_reason = by, why
    mandate.save()
    audit(AuditEntry.Kind.RIGHTS, by=by, subject=("mandate", mandate.pk), detail=said)


def _last_before(mandate):
    """The mandate by which somebody else held the seat last before, or None."""
    seat = Mandate.objects.of_seat(mandate.state).exclude(person=mandate.person_id)
    return seat.ended_before(mandate.since).latest_first().first()


def _end_alternate(mandate, *, by):
    """Who becomes National Focal Point is the alternate until the day before."""
    held = Mandate.objects.of_state(mandate.state).held_by(mandate.person).as_role(Role.ALTERNATE)
    for alternate in held.overlapping(mandate.since, None):
        if alternate.since < mandate.since:
            alternate.until = mandate.since - DAY
            _keep(alternate, f"ends {alternate.until}", by=by, why=_gives_way(mandate.since))


def _gives_way(day):
    return f"gives way on {day}"


def given_way(mandate, day):
    """The history row by which a mandate gave way to one that begins on `day`, where that still says when it ends."""
    last = mandate.history.exclude(history_change_reason=None).order_by("-history_id").first()
    stands = last and last.history_change_reason == _gives_way(day) and last.until == mandate.until
    return last if stands else None


@transaction.atomic
def keep_mandate(mandate, *, by):
    """Save a mandate as a form of the secretariat left it; a new one is an appointment."""
    lock_seat(mandate.state)
    if mandate._state.adding:
        _make_way(mandate, by=by)
    mandate.full_clean()
    said = f"set: {mandate.role} of {mandate.state.iso3} from {mandate.since} until {mandate.until}"
    _keep(mandate, said, by=by, why="set")


@transaction.atomic
def delete_mandate(mandate, *, by):
    """Take a mandate out of the record, as an administrator may; its history stays."""
    said = f"deleted: {mandate.role} of {mandate.state.iso3} from {mandate.since} until {mandate.until}"
    audit(AuditEntry.Kind.RIGHTS, by=by, subject=("mandate", mandate.pk), detail=said)
    mandate._history_user = by
    mandate.delete()


@transaction.atomic
def end_mandate(mandate, *, last_day, by):
    """End a mandate with a day, yesterday at the earliest; one that has not begun is taken back instead."""
    lock_seat(mandate.state)
    held = Mandate.objects.select_for_update(of=("self",)).get(pk=mandate.pk)
    first, last = max(held.since, today() - DAY), held.until
    if last_day < first:
        raise ValidationError({"last_day": _("Give %(day)s or a later day.") % {"day": date_format(first)}})
    if last and last_day > last:
        raise ValidationError({"last_day": _("It ends on %(day)s already.") % {"day": date_format(last)}})
    if last_day != last or given_way(held, last_day + DAY):
        held.until = last_day
        _keep(held, f"ends {last_day}", by=by, why="ended")
    if held.has_ended:
        _revoke_what_it_sent(held, by=by)
    return held


def _revoke_what_it_sent(mandate, *, by):
    """Nobody is invited any longer on the word of who no longer speaks for the State."""
    waiting = Invitation.objects.unanswered().of_state(mandate.state)
    for invitation in waiting.filter(Q(invited_by=mandate.person) | Q(succeeds=mandate)):
        revoke(invitation, by=by)


@transaction.atomic
def take_back(mandate, *, by):
    """Undo a mandate that has not begun; what gave way to it goes on as before, what was ended otherwise does not.

    Returns the mandate that it was to follow, or None where that is over.
    """
    held = Mandate.objects.select_for_update(of=("self",)).get(pk=mandate.pk)
    if held.has_begun:
        raise ValidationError(_("This mandate has begun. It can only be ended."))
    audit(AuditEntry.Kind.RIGHTS, by=by, subject=("mandate", held.pk), detail=f"taken back: from {held.since}")
    held._history_user = by
    beside, day = _beside(held), held.since
    held.delete()
    for row in beside:
        if given_way(row, day):
            row.until = until_without(row, day)
            _keep(row, f"goes on until {row.until}", by=by, why="taken back")
    return None if held.follows is None or held.follows.has_ended else held.follows


def _beside(mandate):
    """What a mandate to come may have cut short: the one it follows, and its holder's own as alternate."""
    own = Mandate.objects.of_state(mandate.state).held_by(mandate.person).as_role(Role.ALTERNATE)
    return [row for row in (mandate.follows, *own) if row is not None]


def until_without(mandate, day):
    """The last day of a mandate, None for none, if the one that begins on `day` is taken back."""
    cut = given_way(mandate, day)
    before = cut and mandate.history.filter(history_id__lt=cut.history_id).order_by("-history_id").first()
    return before.until if before else mandate.until


@transaction.atomic
def hand_over(mandate, *, taker, first_day, until=None, note="", by):
    """Give a seat on: its holder's mandate ends the day before the taker's begins. Returns the taker's."""
    lock_seat(mandate.state)
    giver = Mandate.objects.select_for_update(of=("self",)).get(pk=mandate.pk)
    check_first_day(giver, first_day)
    if giver.until is None or giver.until >= first_day - DAY:
        giver.until = first_day - DAY
        _keep(giver, f"handed over, ends {giver.until}", by=by, why=_gives_way(first_day))
    return appoint(
        state=giver.state, person=taker, role=giver.role, since=first_day, until=until, note=note, follows=giver, by=by
    )


def check_first_day(giver, first_day):
    """Raise ValidationError where a seat cannot go to its next holder on that day, with neither gap nor overlap."""
    if first_day < today():
        raise ValidationError({"first_day": _("This day is past.")})
    if first_day <= giver.since:
        raise ValidationError({"first_day": _("The present mandate begins on this day or later.")})


@transaction.atomic
def confirm_mandate(mandate, *, by):
    """The holder says that the mandate still holds."""
    held = Mandate.objects.select_for_update(of=("self",)).get(pk=mandate.pk)
    if held.confirmed != today():
        held.confirmed = today()
        _keep(held, "confirmed by its holder", by=by)
    return held


# Access


@transaction.atomic
def end_access(account, *, by):
    """Keep a person out: the account no longer logs in, its sessions and mandates end, links it sent stop working.

    What the person wrote stays, under his name, and the secretariat can let him in again. Raises ValidationError where
    nobody would be left in charge.
    """
    list(User.objects.filter(Q(is_superuser=True) | Q(pk=account.pk)).order_by("pk").select_for_update())
    if reason := reason_against(account):
        raise ValidationError(reason)
    _set_active(account, False, by=by)
    end_sessions(account)
    for mandate in account.mandates.not_over():
        _end_now(mandate, by=by)
    for invitation in Invitation.objects.sent_by(account).unanswered():
        revoke(invitation, by=by)
    audit(AuditEntry.Kind.RIGHTS, by=by, subject=("account", account.pk), detail="access ended")


def reason_against(account):
    """Why an account cannot be closed, or ""."""
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=account.pk)
    if account.is_superuser and account.is_active and not others.exists():
        return _("This is the last administrator's account. Make somebody else an administrator first.")
    return ""


def _set_active(account, active, *, by):
    if account.is_active != active:
        account.is_active = active
        account._history_user = by
        account.save(update_fields=["is_active"])


@transaction.atomic
def give_access(account, *, by):
    """Let a person in again who was kept out; mandates are given anew."""
    _set_active(account, True, by=by)
    audit(AuditEntry.Kind.RIGHTS, by=by, subject=("account", account.pk), detail="access given again")


@transaction.atomic
def revoke(invitation, *, by):
    """Make the link of an invitation useless; returns False where it was answered already."""
    held = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if held.accepted or held.revoked:
        return False
    held.revoked = timezone.now()
    held.save(update_fields=["revoked"])
    audit(AuditEntry.Kind.INVITATION, by=by, subject=("invitation", held.pk), detail="revoked")
    return True


@transaction.atomic
def set_staff(user, staff, *, by):
    """Make an account one of the secretariat, or end that."""
    user.is_staff = staff
    user._history_user = by
    user.save(update_fields=["is_staff"])
    group = sync_rights() if staff else Group.objects.filter(name=SECRETARIAT).first()
    if staff:
        user.groups.add(group)
    elif group:
        user.groups.remove(group)
    said = "joins the secretariat" if staff else "leaves the secretariat"
    audit(AuditEntry.Kind.RIGHTS, by=by, subject=("account", user.pk), detail=said)


@transaction.atomic
def forget_old_addresses(user, *, by):
    """After an account got another e-mail address: the old one no longer logs in, nor gets a new password."""
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    audit(AuditEntry.Kind.ACCOUNT, by=by, subject=("account", user.pk), detail="another e-mail address")


@transaction.atomic
def sync_rights():
    """Give the secretariat's group exactly the permissions that follow from the table; returns the group."""
    group, _made = Group.objects.get_or_create(name=SECRETARIAT)
    group.permissions.set(_permissions_of(Role.SECRETARIAT))
    return group


def _permissions_of(role):
    """The admin's permissions that the table gives a role; history is only looked at."""
    wanted = set()
    for action, (verbs, apps) in ADMIN_PERMISSIONS.items():
        if TABLE[action][ROLES.index(role)] == Scope.ANY:
            wanted |= {(verb, app) for verb in verbs for app in apps}
    permissions = Permission.objects.select_related("content_type").filter(
        content_type__app_label__in=ADMIN_PERMISSIONS[Action.DELETE_RECORDS][1]
    )
    return [permission for permission in permissions if _is_wanted(permission, wanted)]


def _is_wanted(permission, wanted):
    verb, content_type = permission.codename.split("_")[0], permission.content_type
    model = content_type.model_class()
    if model in (None, AuditEntry) or content_type.model in NOT_CURATED:
        return False
    if verb != "view" and issubclass(model, HistoricalChanges):
        return False
    if verb == "delete" and content_type.model in PARTS:
        verb = "change"
    return (verb, content_type.app_label) in wanted
