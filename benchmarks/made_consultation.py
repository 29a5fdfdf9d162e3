"""Consultations to measure with: one that is over, whose comments led to the second edition of the made-up standard,
and one that is open on that edition, in which every State of the network commented."""

import datetime
import random

from django.utils import timezone

from benchmarks.addresses import ASKED, BOOK
from benchmarks.wording import Wording
from consultations.models import Comment, Consultation, Endorsement
from core.languages import CONTENT_CODES
from events.models import MajorEvent
from reference.models import MemberState
from training.actions import finalise, start_edition
from training.models import Edition, EditionParagraph, ParagraphChange, ParagraphText
from training.writing import edit_paragraph

CHANGED = 500  # paragraphs of the second edition
BATCH = 1000
Kind, Disposition = Comment.Kind, Comment.Disposition


def fill_consultation(*, comments, seed=1, say=lambda text: None):
    """Bring the standard to a second edition and to an open consultation of so many comments; what is there stays."""
    if Consultation.objects.filter(pk=ASKED).exists():
        say("comments: 0 made")
        return
    maker = CommentMaker(seed)
    first = Edition.objects.get(work__slug=BOOK, number=1)
    over = maker.consultation(first, pk=ASKED + 1, ago=200, lasting=60)
    placed = maker.rng.sample(list(EditionParagraph.objects.of(first).exclude(kind="heading")), CHANGED)
    made = maker.comments(over, placed, disposition=Disposition.ACCEPTED)
    second = start_edition(work=first.work, by=None, label=first.label, language="en", based_on=first)
    maker.apply(made, second)
    second = finalise(edition=second, by=None)
    asked = maker.consultation(second, pk=ASKED, ago=20, lasting=400)
    rows = list(EditionParagraph.objects.of(second))
    maker.endorse(maker.comments(asked, maker.rng.choices(rows, k=comments)))
    say(f"comments: {CHANGED + comments} made")


class CommentMaker:
    """Makes what the States said."""

    def __init__(self, seed):
        self.rng = random.Random(f"comments {seed}")  # noqa: S311 - reproducible, not secret
        self.states = list(MemberState.objects.order_by("pk"))
        said = MajorEvent.objects.exclude(summary_en=None).exclude(summary_en="").values_list("summary_en", flat=True)
        self.sentences = list(said)
        self.wording = Wording(self.sentences, self.rng)

    def consultation(self, edition, *, pk, ago, lasting):
        """One that opened so many days ago."""
        day = datetime.timedelta(days=1)
        opens = timezone.now() - ago * day
        closes = opens + lasting * day
        closed = closes if closes < timezone.now() else None
        return Consultation.objects.create(
            pk=pk, edition=edition, opens=opens, closes=closes, ends=closes, closed=closed
        )

    def comments(self, consultation, placed, disposition=""):
        """A submitted comment on each of some paragraphs, by one State or another; half of them propose a text."""
        texts = ParagraphText.objects.in_edition(consultation.edition).in_languages(["en"])
        texts = dict(texts.values_list("placed", "text"))
        serials, made = dict.fromkeys((state.pk for state in self.states), 0), []
        for row in placed:
            state = self.rng.choice(self.states)
            serials[state.pk] += 1
            made.append(self._comment(consultation, state, serials[state.pk], row, texts[row.pk], disposition))
        return Comment.objects.bulk_create(made, BATCH)

    def _comment(self, consultation, state, serial, placed, base, disposition):
        proposes = disposition or self.rng.random() < 0.5
        words = {"base": base, "proposed": f"{base} {self._words()}"} if proposes else {}
        return Comment(
            consultation=consultation, state=state, serial=serial, placed=placed, chapter_id=placed.chapter_id,
            kind=self.rng.choice(Kind.values), language=self.rng.choice(CONTENT_CODES), text_language="en",
            text=self._words(), rationale=self._words(), status=Comment.Status.SUBMITTED,
            submitted=timezone.now(), disposition=disposition, **words,
        )  # fmt: skip

    def endorse(self, comments):
        """One to three other States support every fifth comment."""
        made = [
            Endorsement(comment=comment, state=state)
            for comment in comments[::5]
            for state in self.rng.sample(self.states, self.rng.randint(1, 3))
            if state.pk != comment.state_id
        ]
        Endorsement.objects.bulk_create(made, BATCH)

    def apply(self, comments, edition):
        """Write what comments propose into the next edition, each change linked to its comment."""
        rows = EditionParagraph.objects.of(edition).select_related("edition__work", "chapter", "paragraph")
        rows = {row.paragraph_id: row for row in rows}
        for comment in comments:
            placed = rows[comment.placed.paragraph_id]
            edit_paragraph(placed=placed, text=comment.proposed, version=None, by=None)
            comment.changes.add(ParagraphChange.objects.of(edition).about(placed.paragraph).last())

    def _words(self):
        return self.wording.like(self.rng.choice(self.sentences)).strip()[:300]
