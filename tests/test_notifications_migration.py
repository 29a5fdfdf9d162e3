"""Watches and notifications of the release before levels keep their meaning."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from notifications.actions import tell_watchers
from notifications.daily import send_daily_mails
from notifications.models import Notification, Preference, Watch
from tests.factories import make_event, make_user

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = [("notifications", "0001_initial")]


@pytest.fixture
def before():
    """The models as they were; whatever happens, the tests that follow find the tables of today."""
    MigrationExecutor(connection).migrate(BEFORE)
    try:
        yield MigrationExecutor(connection).loader.project_state(BEFORE).apps
    finally:
        call_command("migrate", verbosity=0)


def test_what_was_watched_is_watched_and_what_waited_waits(before, mailoutbox):
    person, event, other = make_user(), make_event(name="Games"), make_event(name="Cup")
    subject = {"subject_kind": "event", "subject_key": event.pk}
    before.get_model("notifications", "Watch").objects.create(person_id=person.pk, **subject)
    old = before.get_model("notifications", "Notification").objects
    waits = old.create(person_id=person.pk, kind="record_changed", mail_due=True, **subject)
    done = old.create(person_id=person.pk, kind="record_changed", **subject | {"subject_key": other.pk})
    before.get_model("notifications", "Preference").objects.create(person_id=person.pk, group="watched", mail="daily")
    call_command("migrate", verbosity=0)
    assert list(Watch.objects.values_list("level", "also")) == [("watching", "")]
    rows = {row.pk: row for row in Notification.objects.all()}
    assert (rows[waits.pk].waits_since, rows[done.pk].waits_since) == (waits.created, None)
    assert {(row.times, row.due) for row in rows.values()} == {(1, None)}
    assert Preference.objects.get().mail == "daily"
    assert tell_watchers(event, subject=("event", event.pk), kind="record_changed", by=None) == 1
    assert (send_daily_mails(), "“Games” was changed." in mailoutbox[0].body) == (1, True)


def test_way_back_keeps_what_waits(before):
    call_command("migrate", verbosity=0)
    person = make_user()
    row = Notification.objects.create(person=person, kind="record_changed")
    Notification.objects.filter(pk=row.pk).update(waits_since=row.created)
    MigrationExecutor(connection).migrate(BEFORE)
    assert before.get_model("notifications", "Notification").objects.get().mail_due
