"""What is unread, after any sequence of acts, is what one counts by hand: the posts of others that nobody was shown."""

import random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from community import moving
from community.models import Post, ReadState, Thread
from community.moving import Chosen
from community.reading import mark_all_read, mark_seen
from moderation.flags import decide
from tests.factories import make_forum, make_organisation, make_post, make_state, make_thread, make_user

pytestmark = pytest.mark.django_db
ACTS = ["post", "post", "wait", "let_out", "hide", "read", "read", "mark_all", "split", "merge"]
STEPS = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 2**32)), min_size=1, max_size=20)


class Talks:
    """Conversations, and beside them the same in lists: {thread: [(post, author)]}, {(thread, person): how far}."""

    def __init__(self, moderator):
        self.moderator, self.forum = moderator, make_forum()
        self.partner = make_user(organisation=make_organisation())
        self.people = [make_user(state=make_state()) for _ in range(3)]
        self.posts, self.seen, self.waiting, self.out = {}, {}, [], []
        for writer in self.people[:2]:
            self.keep(Post.objects.get(thread=make_thread(forum=self.forum, by=writer)))

    def keep(self, post):
        """Note a post that came out at the end of its thread."""
        self.posts.setdefault(post.thread_id, []).append((post.pk, post.author_id))
        self.out.append(post)

    def unread(self, key, person):
        behind = self.posts[key][self.seen.get((key, person.pk), 0) :]
        return len([author for _post, author in behind if author != person.pk])

    def pick(self, seed):
        """What the acts choose from, by the seed: a thread, a person."""
        self.chance = random.Random(seed)
        self.key = self.chance.choice(sorted(self.posts))
        self.person = self.chance.choice(self.people)
        self.thread = Thread.objects.get(pk=self.key)

    def post(self):
        self.keep(make_post(thread=self.thread, by=self.person))

    def wait(self):
        self.waiting.append(make_post(thread=self.thread, by=self.partner))
        if self.waiting[-1].number:  # once one of his is out, the others need not wait
            self.keep(self.waiting.pop())

    def let_out(self):
        if self.waiting:
            post = self.waiting.pop(self.chance.randrange(len(self.waiting)))
            decide(kind="post", key=post.pk, name="let_out", note="", by=self.moderator)
            self.keep(Post.objects.get(pk=post.pk))

    def hide(self):
        post = self.chance.choice(self.out)
        if Post.objects.get(pk=post.pk).status == "published":
            decide(kind="post", key=post.pk, name="hidden", note="Rude.", by=self.moderator)

    def read(self):
        """Somebody opens a thread at some page; to look back leaves nothing unread again."""
        place, number = (self.key, self.person.pk), self.chance.randint(1, len(self.posts[self.key]))
        stored = ReadState.objects.of(self.thread).filter(person=self.person).values_list("number", flat=True).first()
        mark_seen(self.thread, number, seen=stored, by=self.person)  # as the page reads it along
        self.seen[place] = max(number, self.seen.get(place, 0))

    def mark_all(self):
        waits = [key for key in self.posts if self.unread(key, self.person)]
        assert mark_all_read(Thread.objects.visible_to(self.person), by=self.person) == len(waits)
        self.seen |= {(key, self.person.pk): len(self.posts[key]) for key in waits}

    def split(self):
        """Each of the two holds as unread what was unread."""
        posts = self.posts[self.key]
        numbers = [number for number in range(1, len(posts) + 1) if self.chance.random() < 0.4]
        if not numbers or len(numbers) == len(posts):
            return
        new = moving.split(thread=self.thread, chosen=Chosen.of(numbers), title="Apart", by=self.moderator)
        self.posts[new.pk] = [posts[number - 1] for number in numbers]
        self.posts[self.key] = [post for number, post in enumerate(posts, 1) if number not in numbers]
        for person in self.people:
            if (self.key, person.pk) in self.seen:
                gone = len([number for number in numbers if number <= self.seen[self.key, person.pk]])
                self.seen[new.pk, person.pk] = gone
                self.seen[self.key, person.pk] -= gone

    def merge(self):
        """Who read the whole of the target goes on where he was in the other one."""
        into = self.chance.choice(sorted(self.posts))
        if into == self.key:
            return
        moving.merge(source=self.thread, target=Thread.objects.get(pk=into), by=self.moderator)
        end = len(self.posts[into])
        self.posts[into] += self.posts.pop(self.key)
        for person in self.people:
            further = self.seen.pop((self.key, person.pk), 0)
            if further and self.seen.get((into, person.pk), 0) == end:
                self.seen[into, person.pk] = end + further
        for post in self.waiting:
            post.refresh_from_db()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
@example(steps=[("mark_all", 186230), ("post", 0), ("post", 0), ("split", 0), ("split", 0), ("merge", 1657762),
                ("read", 1331)])  # fmt: skip
def test_unread_is_what_one_counts_by_hand_after_any_sequence(secretariat, steps):
    with transaction.atomic():
        talks = Talks(secretariat)
        for act, seed in steps:
            talks.pick(seed)
            getattr(talks, act)()
            for person in talks.people:
                found = dict(Thread.objects.visible_to(person).read_by(person).values_list("pk", "unread"))
                assert found == {key: talks.unread(key, person) for key in talks.posts}, act
        transaction.set_rollback(True)
