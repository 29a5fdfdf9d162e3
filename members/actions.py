"""Writes that change what people may do: appointments, the secretariat's standing and its permissions."""

import logging

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from simple_history.models import HistoricalChanges

from members.access import ROLES, TABLE, Action, Role, Scope
from members.models import Mandate

log = logging.getLogger("members.rights")

SECRETARIAT = "Secretariat"
CURATED_APPS = ("reference", "documents", "events", "legislation", "programme")
# What each action of the table opens in the admin: permissions, on the models of which apps.
ADMIN_PERMISSIONS = {
    Action.CURATE: (("add", "change", "view"), CURATED_APPS),
    Action.MANAGE_ACCOUNTS: (("add", "change", "view"), ("members",)),
    Action.DELETE_RECORDS: (("delete",), (*CURATED_APPS, "members")),
}
# Rows that are a part of a record: who may change the record may also take one out of it.
PARTS = {"eventplace", "instrumentrelation", "treatyaction", "participation"}


@transaction.atomic
def appoint(*, state, person, role, since, until=None, note="", by):
    """Give a person a State's seat; raises ValidationError where the mandate makes no sense."""
    mandate = Mandate(state=state, person=person, role=role, since=since, until=until, note=note)
    mandate.full_clean()
    mandate._history_user = by
    mandate.save()
    log.info("account %s appointed %s of %s by %s", person.pk, role, state.iso3, by and by.pk)
    return mandate


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
    log.info("account %s %s the secretariat by %s", user.pk, "joins" if staff else "leaves", by and by.pk)


@transaction.atomic
def forget_old_addresses(user, *, by):
    """After an account got another e-mail address: the old one no longer logs in, nor gets a new password."""
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    log.info("account %s has another e-mail address by %s", user.pk, by and by.pk)


@transaction.atomic
def sync_rights():
    """Give the secretariat's group exactly the permissions that follow from the table; returns the group."""
    group, _ = Group.objects.get_or_create(name=SECRETARIAT)
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
    if model is None or (verb != "view" and issubclass(model, HistoricalChanges)):
        return False
    if verb == "delete" and content_type.model in PARTS:
        verb = "change"
    return (verb, content_type.app_label) in wanted
