"""What telling costs: the same statements for one watcher and for three, more than a few are told by the queue."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ

from community.mentions import handle_of
from core.labels import Label
from notifications.actions import choose_mail, notify, watch
from notifications.delivery import AT_A_TIME, MOST_NOW
from notifications.models import Notification, Watch
from tests.factories import make_event, make_forum, make_mandate, make_post, make_state, make_thread, make_user
from tests.worker import run_worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def thread(expert):
    thread = make_thread(by=expert)
    Watch.objects.all().delete()
    return thread


def watchers_of(thread, number, **fields):
    people = [make_user(state=make_state(), password=None, **fields) for _ in range(number)]
    rows = [Watch(person=person, subject_kind="thread", subject_key=thread.pk) for person in people]
    Watch.objects.bulk_create(rows)
    return people


def statements_of(act):
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def cost_of_post(thread, number):
    """How many statements a post takes for so many watchers, the first time and while it is unread."""
    Watch.objects.all().delete()
    watchers_of(thread, number)
    return [statements_of(lambda: make_post(thread=thread, by=thread.author)) for _ in range(2)]


def test_post_needs_as_many_statements_for_three_watchers_as_for_one(thread):
    make_post(thread=thread, by=thread.author)
    assert cost_of_post(thread, 1) == cost_of_post(thread, 3)


def test_notify_needs_as_many_statements_for_three_as_for_one():
    costs = []
    for number in (1, 3):
        people = [make_user(state=make_state()) for _ in range(number)]
        for person in people:
            choose_mail(person, {"watched": "daily"})
        subject = ("event", make_event(label=Label.GREEN).pk)
        costs.append(statements_of(lambda to=people, of=subject: notify(to=to, kind="record_changed", subject=of)))
    assert costs[0] == costs[1]


def test_more_than_a_few_watchers_are_told_by_the_queue(thread):
    people = watchers_of(thread, AT_A_TIME + MOST_NOW)
    few = statements_of(lambda: make_post(thread=thread, by=thread.author))
    tasks = OrmQ.objects.count()
    assert (tasks, Notification.objects.count()) == (2, 0)
    run_worker()
    assert set(Notification.objects.values_list("person", flat=True)) == {person.pk for person in people}
    for person in people:
        person.refresh_from_db()
        assert person.unread_notifications == 1
    assert few <= cost_of_post(thread, 3)[0] + tasks
    assert OrmQ.objects.count() == 0


def test_the_queue_asks_again_who_may_read_it(thread):
    people = watchers_of(thread, MOST_NOW + 1)
    make_post(thread=thread, by=thread.author)
    type(thread).objects.filter(pk=thread.pk).update(label=Label.AMBER)
    holder = people[0]
    make_mandate(person=holder, state=holder.state)
    run_worker()
    assert list(Notification.objects.values_list("person", flat=True)) == [holder.pk]


def test_task_that_fails_tells_nobody_and_then_everybody_once(thread, monkeypatch):
    people = watchers_of(thread, MOST_NOW + 1)
    make_post(thread=thread, by=thread.author)
    with monkeypatch.context() as broken:
        broken.setattr("notifications.delivery.count_unread", lambda keys: 1 / 0)
        run_worker()
    assert (Notification.objects.count(), OrmQ.objects.count()) == (0, 1)
    run_worker()
    assert Notification.objects.count() == len(people)


def test_mentioned_person_of_many_watchers_is_told_at_once_and_not_again(thread):
    people = watchers_of(thread, MOST_NOW + 2)
    make_post(thread=thread, by=thread.author, text=handle_of(people[0]))
    assert list(Notification.objects.values_list("person", "kind")) == [(people[0].pk, "post_mentions_you")]
    run_worker()
    assert Notification.objects.filter(kind="post_added").count() == MOST_NOW + 1
    assert not Notification.objects.filter(kind="post_added", person=people[0]).exists()


def test_what_was_told_while_unread_is_counted_and_waits_since_the_first_time(thread):
    [person] = watchers_of(thread, 1)
    make_post(thread=thread, by=thread.author)
    first = Notification.objects.get(person=person)
    for _ in range(2):
        make_post(thread=thread, by=thread.author)
    row = Notification.objects.get(person=person)
    assert (row.times, row.waits_since, row.created > first.created) == (3, first.waits_since, True)


def test_readers_of_closed_things_are_found_one_by_one(focal_point, other_focal_point, expert, secretariat, brazil):
    """Many are asked in one statement; each by his own rule: what an expert wrote he reads under every label."""
    people = [focal_point, other_focal_point, expert, secretariat, *(make_user() for _ in range(2 * AT_A_TIME))]
    event = make_event(host_state=brazil, label=Label.RED, author=expert)
    notify(to=people, kind="record_changed", subject=("event", event.pk), label=Label.RED)
    told = set(Notification.objects.values_list("person__email", flat=True))
    assert told == {person.email for person in (focal_point, expert, secretariat)}


def test_forum_that_is_closed_to_partners_tells_none_of_many(secretariat):
    forum = make_forum(open_to_partners=False)
    Watch.objects.bulk_create(
        Watch(person=make_user(), subject_kind="forum", subject_key=forum.pk) for _ in range(MOST_NOW + 1)
    )
    watch(reader := make_user(state=make_state()), ("forum", forum.pk))
    make_thread(forum=forum, by=secretariat)
    run_worker()
    assert list(Notification.objects.values_list("person", flat=True)) == [reader.pk]
