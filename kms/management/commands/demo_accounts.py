"""manage.py demo_accounts: one account for each kind of person, for trying the portal on this machine."""

import datetime
import os
import secrets
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from members.access import Role
from members.actions import appoint, set_staff
from members.models import User
from reference.models import MemberState, Organisation

SINCE = datetime.date(2025, 1, 1)


class Person(NamedTuple):
    """Who a demo account is: its State or its organisation, and its role."""

    account: str
    name: str
    role: Role
    state: str = ""
    organisation: str = ""

    @property
    def email(self):
        return f"{self.account}@kms.example"


PEOPLE = [
    Person("partner", "Demo partner", Role.PARTNER, organisation="FIFA"),
    Person("expert.bra", "Demo expert of Brazil", Role.EXPERT, state="BRA"),
    Person("alternate.bra", "Demo alternate of Brazil", Role.ALTERNATE, state="BRA"),
    Person("nfp.bra", "Demo focal point of Brazil", Role.FOCAL_POINT, state="BRA"),
    Person("nfp.mex", "Demo focal point of Mexico", Role.FOCAL_POINT, state="MEX"),
    Person("secretariat", "Demo secretariat", Role.SECRETARIAT),
    Person("admin", "Demo administrator", Role.ADMINISTRATOR),
]


def make_account(person):
    """Make an account that is not there yet, with what gives it its role."""
    user = User.objects.create_user(
        person.email,
        name=person.name,
        is_superuser=person.role == Role.ADMINISTRATOR,
        is_staff=person.role == Role.ADMINISTRATOR,
        state=MemberState.objects.get(iso3=person.state) if person.state else None,
        organisation=Organisation.objects.get(code=person.organisation) if person.organisation else None,
    )
    if person.role in (Role.ALTERNATE, Role.FOCAL_POINT):
        appoint(state=user.state, person=user, role=person.role, since=SINCE, note="Demo account", by=None)
    if person.role == Role.SECRETARIAT:
        set_staff(user, True, by=None)


def set_password(accounts, password):
    """Give all of them the password; one that is as before ends no session and costs no new hash."""
    kept = {encoded for encoded in accounts.values_list("password", flat=True) if check_password(password, encoded)}
    encoded = kept.pop() if kept else make_password(password)
    accounts.exclude(password=encoded).update(password=encoded)


class Command(BaseCommand):
    help = "Makes the accounts of the demo and sets their password (KMS_DEMO_PASSWORD, or a random one)."

    @transaction.atomic
    def handle(self, **options):
        if not settings.DEMO:
            raise CommandError("Demo accounts are made in demo mode only (KMS_DEMO=1).")
        accounts = User.objects.filter(email__in=[person.email for person in PEOPLE])
        there = set(accounts.values_list("email", flat=True))
        try:
            for person in PEOPLE:
                if person.email not in there:
                    make_account(person)
        except (MemberState.DoesNotExist, Organisation.DoesNotExist) as error:
            raise CommandError("The States and organisations come first: manage.py seed") from error
        password = os.environ.get("KMS_DEMO_PASSWORD") or secrets.token_urlsafe(9)
        set_password(accounts, password)
        self.stdout.write(self.words(password))

    def words(self, password):
        """What a visitor of the demo needs to know."""
        lines = [f"    {person.email:<28}{person.role.label}" for person in PEOPLE]
        return "\n".join(
            ["", f"The portal is at {settings.BASE_URL} (this machine only). Ctrl-C ends it.", "Accounts:"]
            + lines
            + [f"Password of all of them: {password}", ""]
        )
