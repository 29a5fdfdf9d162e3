"""Who writes while a forum becomes narrower, a post is let out or a thread is moved: on PostgreSQL, nobody is thrown
out by a deadlock, and what was written follows."""

import hashlib
import threading
import time
import uuid

import pytest
from django.core.files.base import ContentFile
from django.db import connection, connections, transaction
from django.urls import reverse

from community import actions, moving
from community.actions import SentBefore, Words, add_post
from community.models import Forum, Post, Thread
from core.labels import Label
from documents.models import Document
from documents.storage import stored
from moderation import flags
from notifications.actions import watch
from tests.admin_pages import save
from tests.factories import PDF, make_forum, make_organisation, make_post, make_state, make_thread, make_user

# SQLite has one writer at a time.
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


def at_a_time(*acts):
    """Do each of some acts in a thread of its own; returns what they raised."""
    errors = []

    def run(act):
        try:
            act()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what the test is about
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return errors


def slowed(monkeypatch, module, name):
    """An event that is set once somebody reaches a function, which then waits a moment."""
    reached, real = threading.Event(), getattr(module, name)

    def slow(*given, **more):
        reached.set()
        time.sleep(1.5)
        return real(*given, **more)

    monkeypatch.setattr(module, name, slow)
    return reached


def send(thread, by, **words):
    return add_post(thread=thread, words=Words(**{"text": "mine", "token": uuid.uuid4()} | words), by=by)


@pytest.fixture
def narrows(client_for, secretariat):
    """Save a forum in the admin, once an event is set."""
    client = client_for(secretariat)

    def act(forum, after, **fields):
        after.wait(5)
        assert save(client, reverse("admin:community_forum_change", args=[forum.pk]), **fields).status_code == 302

    return act


def test_forum_is_narrowed_while_somebody_posts(narrows, expert, monkeypatch):
    thread = make_thread()
    posting = slowed(monkeypatch, actions, "come_out")
    narrow = lambda: narrows(thread.forum, posting, label=Label.AMBER)  # noqa: E731
    assert at_a_time(lambda: send(thread, expert), narrow) == []
    assert (Thread.objects.get().last_number, Thread.objects.get().label) == (2, Label.AMBER)


def test_forum_is_narrowed_while_a_thread_is_moved_into_it(narrows, secretariat, monkeypatch):
    forum, thread = make_forum(), make_thread()
    moving_now = slowed(monkeypatch, moving, "lock_forums")
    act = lambda: moving.move(thread=thread, forum=forum, by=secretariat)  # noqa: E731
    assert at_a_time(act, lambda: narrows(thread.forum, moving_now, label=Label.AMBER)) == []
    assert Forum.objects.get(pk=thread.forum_id).label == Label.AMBER
    moving_now.clear()
    back = lambda: moving.move(thread=thread, forum=Forum.objects.get(pk=thread.forum_id), by=secretariat)  # noqa: E731
    assert at_a_time(back, lambda: narrows(thread.forum, moving_now, label=Label.RED)) == []
    assert Thread.objects.get().label == Label.RED


@pytest.mark.parametrize("starts", [False, True])
def test_file_that_is_sent_while_its_forum_is_closed_to_partners(narrows, expert, partner, monkeypatch, starts):
    thread = make_thread()
    content = PDF + b"x"
    file = Document(
        file=ContentFile(content, name="a.pdf"), title="a", filename="a.pdf", extension="pdf", size=len(content),
        sha256=hashlib.sha256(content).hexdigest(), language="en",
    )  # fmt: skip
    posting = slowed(monkeypatch, actions, "come_out")

    def post():
        words = {"text": "mine", "token": uuid.uuid4(), "files": [file]}
        with stored([file]):
            if starts:
                actions.start_thread(forum=thread.forum, title="Gates", words=Words(**words), by=expert)
            else:
                send(thread, expert, **words)

    assert at_a_time(post, lambda: narrows(thread.forum, posting, open_to_partners=None)) == []
    assert Document.objects.visible_to(expert).exists() and not Document.objects.visible_to(partner).exists()


def test_two_threads_of_a_forum_are_written_at_a_time(expert, focal_point):
    first, second = (make_thread(forum=forum) for forum in [make_forum()] * 2)
    written, took = threading.Event(), []

    @transaction.atomic
    def slow():
        send(first, expert)
        written.set()
        time.sleep(2)

    def quick():
        written.wait(5)
        began = time.monotonic()
        send(second, focal_point)
        took.append(time.monotonic() - began)

    assert at_a_time(slow, quick) == []
    assert took[0] < 1.5


def test_post_is_let_out_while_somebody_else_posts_to_the_same_watchers(secretariat, monkeypatch):
    author = make_user(organisation=make_organisation())  # a partner, with a lower key than the watcher
    watcher, poster = make_user(state=make_state()), make_user(state=make_state())
    waits, other = make_thread(), make_thread()
    post = make_post(thread=waits, by=author)
    assert post.status == "waiting"
    for person, thread in ((watcher, waits), (watcher, other), (author, other)):
        watch(person, ("thread", thread.pk))
    told = slowed(monkeypatch, flags, "lock_people")
    act = {"kind": "post", "key": post.pk, "name": "let_out", "note": ""}

    def send_then():
        told.wait(5)
        send(other, poster)

    assert at_a_time(lambda: flags.decide(**act, by=secretariat), send_then) == []


def test_same_token_in_two_threads_at_a_time_is_one_post(expert):
    token, barrier = uuid.uuid4(), threading.Barrier(2)

    def sending(thread):
        def act():
            barrier.wait(5)
            send(thread, expert, token=token)

        return act

    errors = at_a_time(sending(make_thread()), sending(make_thread()))
    assert {type(error) for error in errors} <= {SentBefore}
    assert Post.objects.filter(token=token).count() == 1
