"""Several people telling the same person at a time, and reading meanwhile: on PostgreSQL, where they really do."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from notifications.actions import mark_read, notify
from notifications.models import Notification
from tests.factories import make_event, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """Run each in a thread of its own, with its own connection; what one raises is raised here."""
    start = threading.Barrier(len(acts))

    def run(act):
        start.wait()
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        for done in [pool.submit(run, act) for act in acts]:
            done.result()


def test_the_same_told_by_many_at_once_is_one_row_and_the_number_is_right():
    people, events = [make_user() for _ in range(3)], [make_event() for _ in range(2)]

    def tell(event, order):
        return lambda: notify(to=people[::order], kind="record_changed", subject=("event", event.pk))

    def read():
        for person in people:
            notify(to=[person], kind="record_published", subject=("event", events[0].pk))
            mark_read(by=person, key=Notification.objects.filter(person=person, kind="record_published").last().pk)

    at_once(*(tell(event, order) for event in events for order in (1, -1, 1, -1)), read, read)
    for person in people:
        person.refresh_from_db()
        rows = Notification.objects.visible_to(person)
        assert rows.filter(kind="record_changed").count() == len(events)
        assert person.unread_notifications == rows.unread().count()
