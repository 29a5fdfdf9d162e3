"""A portal of the last release is brought up to date with its rows, and they mean what they meant."""

import datetime

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from core.freshness import content_version
from core.labels import Label
from events.models import MajorEvent
from members.access import Action, Role, Scope, role_of, scope
from members.models import User

pytestmark = pytest.mark.django_db(transaction=True)
LAST_RELEASE = [
    ("members", "0002_initial"),
    ("documents", "0002_initial"),
    ("events", "0003_list_orders"),
    ("legislation", "0003_list_orders"),
    ("notifications", None),
    ("moderation", None),
]


@pytest.fixture
def released():
    """The models as they were at the last release; whatever happens, the tests that follow find the tables of today."""
    MigrationExecutor(connection).migrate(LAST_RELEASE)
    try:
        names = [target for target in LAST_RELEASE if target[1]]
        yield MigrationExecutor(connection).loader.project_state(names).apps
    finally:
        call_command("migrate", verbosity=0)


def write_rows(apps):
    """A State with a Focal Point, a closed event with an older version, a document, and who is of the secretariat."""
    user, state = apps.get_model("members", "User"), apps.get_model("reference", "MemberState")
    region = apps.get_model("reference", "SubRegion").objects.create(slug="south", name_en="South")
    brazil = state.objects.create(slug="brazil", name_en="Brazil", iso3="BRA", iso2="BR", sub_region=region)
    person = user.objects.create(email="rosa@example.org", name="Rosa", state=brazil)
    user.objects.create(email="staff@example.org", is_staff=True)
    since = datetime.date(2020, 1, 1)
    apps.get_model("members", "Mandate").objects.create(person=person, state=brazil, role="focal_point", since=since)
    said = {"name": "Games", "name_en": "Games", "slug": "games", "kind": "sport", "publication": "published"}
    said |= {"start": since, "end": since, "label": Label.RED}
    event = apps.get_model("events", "MajorEvent").objects.create(host_state=brazil, author=person, **said)
    document = apps.get_model("documents", "Document").objects.create(
        title_en="Plan", file="ab/plan.pdf", size=1, state=brazil, label=Label.RED, publication="published"
    )
    event.documents.add(document)
    at = datetime.datetime(2021, 1, 1, tzinfo=datetime.UTC)
    older = {"id": event.pk, "host_state": brazil, "history_user": person, "history_date": at, "history_type": "+"}
    older |= {"created": at, "updated": at}
    apps.get_model("events", "HistoricalMajorEvent").objects.create(**said | older)
    return person.pk


def test_rows_of_the_last_release_are_kept(released):
    key = write_rows(released)
    call_command("migrate", verbosity=0)
    person = User.objects.get(pk=key)
    assert (person.preferred_language, person.time_zone, person.unread_notifications) == ("en", "UTC", 0)
    mandate = person.mandates.get()
    assert (mandate.confirmed, mandate.follows, mandate.taken_over) == (None, None, None)
    event = MajorEvent.objects.visible_to(person).get()
    assert (event.name, event.label, event.author, event.documents.get().title) == ("Games", Label.RED, person, "Plan")
    assert [(row.name, row.history_user) for row in event.history.all()] == [("Games", person)]
    staff = User.objects.get(email="staff@example.org")
    assert (role_of(person), role_of(staff)) == (Role.FOCAL_POINT, Role.SECRETARIAT)
    assert (scope(person, Action.RELEASE), scope(staff, Action.REVIEW)) == (Scope.STATE, Scope.ANY)
    assert_that_changes_are_noted(event)


def assert_that_changes_are_noted(event):
    """To alter a table drops its triggers, which make kept pages old; they are there again."""
    before = content_version()
    type(event).objects.update(name="Great Games")
    assert content_version() != before
