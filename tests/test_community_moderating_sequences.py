"""Whatever is done to conversations in whatever order: numbers whole, counters right, nobody read what he did not."""

import random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community import moderating, moving
from community.models import Post, ReadState, Thread
from community.moving import Chosen
from community.reading import mark_seen
from core.labels import Label
from moderation.flags import decide
from moderation.refusals import Refused
from tests.factories import make_forum, make_organisation, make_post, make_state, make_thread, make_user

pytestmark = pytest.mark.django_db
ACTS = ["post", "post", "wait", "let_out", "refuse", "hide", "restore", "move", "merge", "split", "split_tail",
        "hide_thread", "show_thread", "read", "read", "read"]  # fmt: skip
STEPS = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 2**32)), min_size=1, max_size=25)


class Talks:
    """Some forums with conversations, people who read them, and what each of them was shown: {person: {post}}."""

    def __init__(self, moderator):
        self.moderator = moderator
        self.forums = [make_forum(), make_forum(), make_forum(label=Label.AMBER), make_forum(is_moderated=True)]
        self.writer = make_user(state=make_state())
        self.partner = make_user(organisation=make_organisation())
        self.readers = [make_user(state=make_state()) for _ in range(2)]
        self.shown = {reader.pk: set() for reader in self.readers}
        for forum, numbers in zip(self.forums, ((2, 4), (3, 4)), strict=False):
            thread = make_thread(forum=forum, by=self.writer)
            for _ in range(3):
                make_post(thread=thread, by=self.writer)
            for reader, number in zip(self.readers, numbers, strict=True):
                self.show(thread, reader, number)

    def do(self, act, seed):
        """One act on what the seed chooses; what is refused changes nothing."""
        self.chance = random.Random(seed)
        try:
            with transaction.atomic():
                getattr(self, act)()
        except Refused:
            return

    def any(self, rows):
        rows = list(rows.order_by("pk"))
        if not rows:
            raise Refused
        return self.chance.choice(rows)

    def thread(self):
        return self.any(Thread.objects.filter(merged_into=None))

    def decide(self, name, **status):
        post = self.any(Post.objects.filter(**status))
        decide(kind="post", key=post.pk, name=name, note=str(self.chance.random()), by=self.moderator)

    def post(self):
        make_post(thread=self.thread(), by=self.writer)

    def wait(self):
        make_post(thread=self.thread(), by=self.partner)

    def let_out(self):
        self.decide("let_out", number=None)

    def refuse(self):
        self.decide("refused", status="waiting")

    def hide(self):
        self.decide("hidden", status="published")

    def restore(self):
        self.decide("restored", status="hidden")

    def move(self):
        forum = self.chance.choice(self.forums)
        moving.move(thread=self.thread(), forum=forum, by=self.moderator, widens=True)

    def merge(self):
        moving.merge(source=self.thread(), target=self.thread(), by=self.moderator, widens=True)

    def split(self):
        thread = self.thread()
        numbers = [number for number in range(1, thread.last_number + 1) if self.chance.random() < 0.4]
        moving.split(thread=thread, chosen=Chosen.of(numbers), title="Apart", by=self.moderator)

    def split_tail(self):
        thread = self.thread()
        begin = self.chance.randint(1, thread.last_number + 1)
        chosen = Chosen(((begin, thread.last_number),)) if begin <= thread.last_number else Chosen(())
        moving.split(thread=thread, chosen=chosen, title="The rest", by=self.moderator)

    def hide_thread(self):
        moderating.set_hidden(thread=self.thread(), on=True, by=self.moderator)

    def show_thread(self):
        moderating.set_hidden(thread=self.thread(), on=False, by=self.moderator)

    def read(self):
        """Somebody opens the thread from its start as far as some number."""
        thread, reader = self.thread(), self.chance.choice(self.readers)
        state = ReadState.objects.visible_to(reader).of(thread).first()
        seen = state.number if state else None
        number = self.chance.randint(seen or 0, thread.last_number)
        if number:
            self.show(thread, reader, number, seen)

    def show(self, thread, reader, number, seen=None):
        mark_seen(thread, number, seen=seen, by=reader)
        shown = Post.objects.in_thread(thread).numbered().up_to(number)
        self.shown[reader.pk] |= set(shown.values_list("pk", flat=True))


def faults(talks, keys):
    """What is not as it should be."""
    found = []
    for thread in Thread.objects.all():
        numbers = list(
            Post.objects.filter(thread=thread, number__isnull=False).order_by("number").values_list("number")
        )
        if numbers != [(number,) for number in range(1, thread.last_number + 1)]:
            found.append(f"numbers of {thread.pk}: {numbers}")
        if thread.merged_into and (thread.last_number or thread.posts.exists() or thread.read_states.exists()):
            found.append(f"something was left in {thread.pk}")
    if not keys <= set(Post.objects.values_list("pk", flat=True)):
        found.append("a post is gone")
    return found + _read_too_much(talks)


def _read_too_much(talks):
    found = []
    for state in ReadState.objects.filter(person__in=talks.shown).select_related("thread"):
        if state.number > state.thread.last_number:
            found.append(f"{state.number} is read of {state.thread.last_number}")
        read = set(Post.objects.in_thread(state.thread).numbered().up_to(state.number).values_list("pk", flat=True))
        if not read <= talks.shown[state.person_id]:
            found.append(f"{read - talks.shown[state.person_id]} was not shown")
    return found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_sequence_of_acts_keeps_numbers_counters_and_what_was_read(secretariat, client_for, steps):
    with transaction.atomic():
        talks, keys = Talks(secretariat), set()
        for act, seed in steps:
            talks.do(act, seed)
            keys |= set(Post.objects.values_list("pk", flat=True))
            assert faults(talks, keys) == [], act
        client = client_for(secretariat)
        for post in Post.objects.select_related("thread"):
            answer = client.get(post.get_absolute_url())
            name = f"post-{post.number}" if post.number else post.thread.slug
            assert answer.status_code == 302, post
            assert name in answer["Location"] and post.thread.slug in answer["Location"]
        transaction.set_rollback(True)
