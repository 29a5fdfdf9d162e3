"""Whatever is done to a manual and in its consultations, in whatever order: identifiers stand once, no text is lost,
and each comment stays on the paragraph of the edition on which it was made, which says what it said then."""

import datetime
import random

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consultations import applying, commenting, disposing
from consultations.models import Comment, Consultation
from moderation.refusals import Refused
from tests.factories import make_consultation, make_edition, make_state, make_user
from tests.test_manual_writing_sequences import Manual, Said, facts_of
from training.load_plan import Plan
from training.loading import apply_load, start_load
from training.models import EditionParagraph, Paragraph
from training.parsing import Parsed
from training.writing import original_of

pytestmark = pytest.mark.django_db
ACTS = [
    "add", "edit", "translate", "split", "merge", "move", "remove", "load", "load", "consult", "consult", "comment",
    "comment", "comment", "reword", "submit", "submit", "withdraw", "discard", "apply", "apply", "close", "next",
]  # fmt: skip
STEPS = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 2**32)), min_size=4, max_size=30)
MONTH = datetime.timedelta(days=30)


class AskedManual(Manual):
    """The same with consultations: `comments` are what each comment is on and says, {key: (edition, serial, text)}."""

    def __init__(self):
        super().__init__()
        self.staff, self.state, self.comments, self.texts = make_user(is_staff=True), make_state(), {}, {}
        self.chance = random.Random(0)
        self.consult()
        for _ in range(3):  # so that most acts find something from the beginning
            self.comment()
        self.submit()

    def check(self):
        super().check()
        rows = Comment.objects.for_detail()
        found = {row.pk: (row.placed.edition_id, row.placed.paragraph.serial, row.text) for row in rows}
        assert found == self.comments
        for row in rows:
            edition, serial, _text = self.comments[row.pk]
            assert (row.consultation.edition_id, row.chapter) == (edition, row.placed.chapter)
            assert original_of(row.placed).text == self.texts[edition, serial]
            assert (row.base or self.texts[edition, serial]) == self.texts[edition, serial]
        serials = [row.serial for row in rows if row.serial]
        pairs = {(row.consultation_id, row.serial) for row in rows if row.serial}
        assert len(pairs) == len(serials)

    def some(self, **which):
        """One of the comments that are so."""
        keys = list(Comment.objects.filter(**which).order_by("pk").values_list("pk", flat=True))
        if not keys:
            raise Refused
        return Comment.objects.for_detail().get(pk=self.chance.choice(keys))

    def load(self):
        """A file for one chapter: most of what stands there, in another order, and something new."""
        if not self.said:
            raise Refused
        place = self.chance.randrange(len(self.said))
        texts = [row.text for row in self.said[place] if self.chance.random() < 0.7] + [self.word()]
        self.chance.shuffle(texts)
        blocks = [{"kind": "text", "level": 0, "text": text, "picture": ""} for text in texts]
        about = {"edition": self.edition, "chapter": self.chapter(place), "language": "en", "title": ""}
        waiting = start_load(parsed=Parsed("", blocks, []), filename="a.md", by=self.staff, **about)
        apply_load(load=waiting, seen=Plan(waiting).seen, by=self.staff)
        rows = facts_of(self.edition)[place]
        assert [text for _serial, text, _kind, _spanish in rows] == texts
        self.said[place] = [self.read(facts) for facts in rows]
        new = set(Paragraph.objects.values_list("serial", flat=True)) - self.given
        assert not new or min(new) > max(self.given)
        self.given |= new

    def read(self, facts):
        said = Said(*facts[:3])
        said.spanish = facts[3]
        return said

    def consult(self):
        """Ask the States about the edition, and begin the next one with its text."""
        edition = make_consultation(edition=self.edition, by=self.staff).edition
        self.left[edition.pk] = facts = facts_of(edition)
        self.texts |= {(edition.pk, row[0]): row[1] for rows in facts for row in rows}
        self.edition = make_edition(work=edition.work, based_on=edition)

    def comment(self):
        asked = list(Consultation.objects.open().order_by("pk"))
        if not asked:
            raise Refused
        consultation = self.chance.choice(asked)
        rows = EditionParagraph.objects.of(consultation.edition).for_writing().order_by("pk")
        placed, text = self.chance.choice(list(rows)), self.word()
        about = {"consultation": consultation, "state": self.state, "by": None, "placed": placed}
        made = commenting.draft_comment(text=text, kind="technical", language="en", proposed=self.word(), **about)
        self.comments[made.pk] = (consultation.edition_id, placed.paragraph.serial, text)

    def reword(self):
        comment, text = self.some(status__in=["draft", "withdrawn"]), self.word()
        words = {"kind": comment.kind, "language": "es", "proposed": comment.proposed, "text": text}
        commenting.edit_comment(comment=comment, by=None, version=comment.version, **words)
        self.comments[comment.pk] = (*self.comments[comment.pk][:2], text)

    def submit(self):
        comment = self.some(status="draft")
        about = {"consultation": comment.consultation, "state": self.state, "by": None}
        commenting.submit_comments(versions={comment.pk: comment.version}, **about)

    def withdraw(self):
        commenting.withdraw_comment(comment=self.some(status="submitted"), by=None)

    def discard(self):
        left = commenting.remove_draft(comment=(comment := self.some()), by=None)
        if left is None:
            del self.comments[comment.pk]
        else:
            self.comments[comment.pk] = (*self.comments[comment.pk][:2], left.text)

    def apply(self):
        comment = self.some(status="submitted")
        if not comment.disposition:
            disposing.dispose(comments=[comment], disposition="accepted", observation="", by=self.staff)
        comment.refresh_from_db()
        target = applying.target_of(comment, self.staff)
        if target is None:
            raise Refused
        text = self.word()
        change = applying.apply_comment(comment=comment, text=text, version=target.version, by=self.staff)
        assert list(comment.changes.order_by("-pk"))[0] == change
        serial = target.placed.paragraph.serial
        (said,) = [row for rows in self.said for row in rows if row.serial == serial]
        said.text = text

    def close(self):
        """The time is over, everything is disposed of, and the consultation is closed."""
        consultation = Consultation.objects.unclosed().order_by("pk").first()
        if consultation is None:
            raise Refused
        waiting = list(Comment.objects.of(consultation).undisposed())
        if waiting:
            disposing.dispose(comments=waiting, disposition="noted", observation="", by=self.staff)
        over = {"opens": timezone.now() - 3 * MONTH, "closes": timezone.now() - 2 * MONTH}
        Consultation.objects.filter(pk=consultation.pk).update(ends=over["closes"], **over)
        disposing.close_consultation(consultation=consultation, by=self.staff)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_sequence_keeps_every_comment_on_a_paragraph_of_its_edition(steps, db):
    with transaction.atomic():
        manual = AskedManual()
        for act, seed in steps:
            manual.do(act, seed)
            manual.check()
        transaction.set_rollback(True)
