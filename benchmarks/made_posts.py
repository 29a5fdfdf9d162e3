"""Forums, threads and posts to measure the community with. There are no real ones to follow, so shares are assumed:
labels as the forums of the seed have them, threads as long as in forums of this kind (most short, a few long, one of
20,000 posts in an open forum), posts of three to eight sentences of the real summaries."""

import datetime
import random
import uuid
from itertools import islice

from django.utils.text import slugify

from benchmarks.addresses import LONG, SHORT
from benchmarks.making import FIRST_RECORDED
from community.models import Forum, Post, ReadState, Thread
from core.labels import Label
from core.markdown import to_html
from core.text import fold
from events.models import MajorEvent
from members.models import Labelled, User
from reference.models import MemberState

PUBLISHED = Labelled.Publication.PUBLISHED
BATCH, FORUMS, LONGEST = 2000, 50, 20_000
LABELS = [Label.CLEAR] * 10 + [Label.GREEN] * 30 + [Label.AMBER] * 7 + [Label.RED] * 3
PEOPLE = 60
SHARE_READ = 0.6
MINUTE = datetime.timedelta(minutes=1)


def fill_community(*, posts, seed=1, say=lambda text: None):
    """Bring an empty community to 50 forums, a thread for fifty posts, and so many posts; what is there stays."""
    missing = posts - Post.objects.count()
    if missing <= 0:
        say(f"posts: 0 made, {Post.objects.count()} there")
        return
    maker = PostMaker(seed)
    lengths = maker.lengths(missing, first=not Thread.objects.filter(slug=LONG).exists())
    threads = maker.threads(lengths)
    while batch := list(islice(threads, BATCH // 10)):
        maker.store(batch)
    say(f"posts: {missing} made, {Post.objects.count()} there")


class PostMaker:
    """Makes threads with their posts."""

    def __init__(self, seed):
        self.number = Thread.objects.count()
        self.rng = random.Random(f"posts {seed} {self.number}")  # noqa: S311 - reproducible, not secret
        summaries = MajorEvent.objects.exclude(summary_en=None).exclude(summary_en="")[:400]
        texts = " ".join(summaries.values_list("summary_en", flat=True))
        self.sentences = [part.strip() + "." for part in texts.split(". ") if len(part) > 30] or ["Nothing yet."]
        self.states = list(MemberState.objects.order_by("iso3"))
        self.people = [self._person(n) for n in range(PEOPLE)]
        self.forums = [self._forum(n) for n in range(FORUMS)]

    def _person(self, n):
        state = self.states[n % len(self.states)]
        return User.objects.get_or_create(email=f"writer{n}@kms.example", defaults={"name": f"W. {n}", "state": state})[
            0
        ]

    def _forum(self, n):
        label = LABELS[n % len(LABELS)]
        values = {
            "name": f"Forum {n}",
            "label": label,
            "publication": PUBLISHED,
            "open_to_partners": label < Label.AMBER,
        }
        return Forum.objects.get_or_create(slug=f"forum-x{n}", defaults=values)[0]

    def lengths(self, posts, *, first):
        """How many posts each thread gets: about fifty on average; `first` tells that the long one is missing."""
        if first:
            yield from (25, min(LONGEST, posts))
            posts -= 25 + min(LONGEST, posts)
        while posts > 0:
            length = min(posts, max(1, int(self.rng.paretovariate(1.1) * 5)), 2000)
            yield length
            posts -= length

    def threads(self, lengths):
        """(Thread, its Posts), one after the other; the first two are in an open forum, with known addresses."""
        for length in lengths:
            self.number += 1
            slug = {1: SHORT, 2: LONG}.get(self.number)
            forum = self.forums[0] if slug else self.rng.choice(self.forums)
            title = self.rng.choice(self.sentences)[:100]
            began = FIRST_RECORDED + MINUTE * self.rng.randrange(4 * 365 * 24 * 60)
            writer = self.rng.choice(self.people)
            thread = Thread(
                forum=forum, title=title, slug=slug or f"{slugify(title)[:40]}-x{self.number}", label=forum.label,
                author=writer, state=writer.state, publication=PUBLISHED, search_text=fold(title), last_number=length,
            )  # fmt: skip
            made = [self._post(thread, n + 1, began + MINUTE * 7 * n) for n in range(length)]
            thread.last_posted, thread.last_author, thread.last_state = (
                made[-1].created,
                made[-1].author,
                made[-1].state,
            )
            yield thread, made

    def _post(self, thread, number, moment):
        writer = self.rng.choice(self.people)
        text = "\n\n".join(self.rng.choice(self.sentences) for _ in range(self.rng.randint(3, 8)))
        return Post(
            thread=thread, number=number, author=writer, state=writer.state, standing="expert", text=text,
            html=to_html(text), created=moment, search_text=fold(text), token=uuid.UUID(int=self.rng.getrandbits(128)),
        )  # fmt: skip

    def store(self, batch):
        """Save some threads with their posts, and how far two of three writers have read them."""
        Thread.objects.bulk_create([thread for thread, _ in batch])
        for _thread, posts in batch:
            Post.objects.bulk_create(posts, batch_size=BATCH)
        ReadState.objects.bulk_create(
            ReadState(person=person, thread=thread, number=self.rng.randint(1, thread.last_number))
            for thread, _ in batch
            for person in self.rng.sample(self.people, 3)
            if self.rng.random() < SHARE_READ
        )
