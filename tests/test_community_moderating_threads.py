"""Moderators and members at one time, on PostgreSQL: nothing that was accepted is lost, nobody waits for ever."""

import uuid

import pytest
from django.db import connection

from community import moderating, moving
from community.actions import Words, add_post
from community.models import Post, ReadState, Thread
from community.moving import Chosen
from community.reading import mark_seen
from moderation.flags import decide
from moderation.refusals import Refused
from tests.factories import make_forum, make_post, make_state, make_thread, make_user
from tests.test_community_moderating_sequences import faults
from tests.test_proposals_threads import at_once, kinds_of

# SQLite has one writer at a time.
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


class Nobody:
    shown = {}


def talk(n, **fields):
    thread = make_thread(**fields)
    for _ in range(n - 1):
        make_post(thread=thread)
    return Thread.objects.get(pk=thread.pk)


def send(thread, text, by):
    return add_post(thread=thread, words=Words(text=text, token=uuid.uuid4()), by=by)


def test_ten_posts_during_a_merge_lose_nothing(secretariat):
    people = [make_user(state=make_state()) for _ in range(10)]
    source, target = talk(3), talk(2)

    def act(number):
        if number == 5:
            return moving.merge(source=source, target=target, by=secretariat)
        return send(source if number % 2 else target, f"w{number}", people[number % 10])

    found = at_once(act, n=11)
    accepted = {post.pk for post in found if isinstance(post, Post)}
    assert kinds_of(found)["Thread"] == 1
    assert len(accepted) + kinds_of(found)["Refused"] == 10
    assert faults(Nobody, accepted) == []
    assert set(Post.objects.values_list("thread", flat=True)) == {target.pk}
    assert Thread.objects.get(pk=target.pk).last_number == 5 + len(accepted)


def test_everything_at_once_in_two_forums_keeps_numbers_and_counters(secretariat, administrator):
    forums = [make_forum(), make_forum()]
    threads = [talk(6, forum=forum) for forum in forums * 2]
    people = [make_user(state=make_state()) for _ in range(6)]
    hidden = Post.objects.filter(thread=threads[0], number=2).get()

    def act(number):
        thread, kind = threads[number % 4], number % 6
        if kind == 0:
            return moving.move(thread=thread, forum=forums[number // 6 % 2], by=secretariat)
        if kind == 1:
            return moving.merge(source=thread, target=threads[(number + 2) % 4], by=administrator)
        if kind == 2:
            return moving.split(thread=thread, chosen=Chosen.of([2, 4]), title=f"t{number}", by=secretariat)
        if kind == 3:
            return decide(kind="post", key=hidden.pk, name="hidden", note="No.", by=secretariat)
        if kind == 4:
            return moderating.set_locked(thread=thread, on=False, by=administrator)
        return send(thread, f"w{number}", people[number % 6])

    found = at_once(act, n=24)
    assert kinds_of(found).keys() <= {"Thread", "Post", "Decision", "Refused"}, found
    assert faults(Nobody, {post.pk for post in found if isinstance(post, Post)}) == []


def test_hiding_twenty_times_at_once_is_one_decision(secretariat):
    post = talk(1).posts.get()
    people = [secretariat, *(make_user(is_staff=True) for _ in range(4))]
    found = at_once(lambda number: decide(kind="post", key=post.pk, name="hidden", note="No.", by=people[number % 5]))
    done = {decision.pk for decision in found if not isinstance(decision, Refused)}
    assert len(done) == 1
    assert (Post.objects.get().status, Thread.objects.get().last_number) == ("hidden", 1)


def test_reading_while_posts_are_split_off_claims_nothing_that_is_not_there(secretariat):
    thread, people = talk(9), [make_user(state=make_state()) for _ in range(10)]
    for person in people[:5]:
        mark_seen(thread, 1, seen=None, by=person)

    def act(number):
        if number == 10:
            return moving.split(thread=thread, chosen=Chosen.of([3, 8, 9]), title="Apart", by=secretariat)
        return mark_seen(thread, 9, seen=1 if number < 5 else None, by=people[number])

    assert kinds_of(at_once(act, n=11)) == {"NoneType": 10, "Thread": 1}
    assert ReadState.objects.filter(thread=thread).count() == 10
    assert set(ReadState.objects.filter(thread=thread).values_list("number", flat=True)) == {6}
    assert set(ReadState.objects.exclude(thread=thread).values_list("number", flat=True)) <= {3}
