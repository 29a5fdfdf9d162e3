"""Many people writing in one conversation at a time: what is accepted is there once, numbers and counters are exact."""

import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.test import Client

from community.models import Post, ReadState, Thread
from community.reading import unread_of
from conftest import BACKEND
from tests.factories import make_forum, make_state, make_thread, make_user

pytestmark = pytest.mark.django_db(transaction=True)
# At one time: PostgreSQL takes a hundred connections, SQLite lets one write after the other.
POSTS, AT_ONCE = (200, 40) if connection.vendor == "postgresql" else (50, 25)


def sent_at_once(thread, people):
    """What POSTS replies are answered, of which each tenth is sent twice: [(token, status)]."""
    address = f"/en/community/threads/{thread.slug}/reply/"
    tokens = [uuid.uuid4() for _ in range(POSTS)]
    clients = [Client(raise_request_exception=False) for _ in people]
    for client, person in zip(clients, people, strict=True):
        client.force_login(person, backend=BACKEND)
    start = threading.Barrier(AT_ONCE, timeout=60)

    def send(number, token):
        if number < AT_ONCE:
            start.wait()
        try:
            cookies = clients[number % POSTS % len(clients)].cookies
            client = Client(raise_request_exception=False)
            client.cookies = cookies
            given = {"text": f"Post {number % POSTS}", "token": str(token), "do": "send"}
            return token, client.post(address, given).status_code
        finally:
            connections.close_all()

    twice = [*enumerate(tokens), *((POSTS + n, tokens[n]) for n in range(0, POSTS, 10))]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda pair: send(*pair), twice))


def test_every_accepted_post_is_there_once_and_the_counters_are_exact():
    people = [make_user(state=make_state()) for _ in range(8)]
    forum = make_forum()
    thread = make_thread(forum=forum, by=people[0])
    answers = sent_at_once(thread, people)
    assert {status for _token, status in answers} <= {302, 200}  # 200 is a form given back, with the reason
    accepted = {token for token, status in answers if status == 302}
    assert len(accepted) == POSTS
    posts = Post.objects.filter(thread=thread)
    assert Counter(posts.values_list("token", flat=True)).most_common(1)[0][1] == 1
    assert accepted <= set(posts.values_list("token", flat=True))
    assert list(posts.order_by("number").values_list("number", flat=True)) == list(range(1, POSTS + 2))
    thread.refresh_from_db()
    assert thread.last_number == POSTS + 1
    for person in people:
        theirs = posts.filter(author=person).count()
        state = ReadState.objects.filter(person=person, thread=thread).values_list("number", flat=True).first()
        assert unread_of(thread, state, person) == POSTS + 1 - theirs - len(seen_of_others(posts, person, state))
        assert Thread.objects.visible_to(person).read_by(person).get().unread == unread_of(thread, state, person)


def seen_of_others(posts, person, state):
    return [post for post in posts if post.author_id != person.pk and post.number <= (state or 0)]


def test_who_reads_again_asks_for_no_lock_of_the_database(client_for, focal_point, django_assert_num_queries):
    thread = make_thread(by=make_user(state=make_state()), forum=make_forum())
    reader = client_for(focal_point)
    reader.get(thread.get_absolute_url())
    with django_assert_num_queries(5):  # BEGIN would be one more: outside a test's own transaction it shows
        assert reader.get(thread.get_absolute_url()).status_code == 200
