"""Several secretaries, and a State, at the same comment at a time: one act counts, and no text is lost."""

import pytest

from consultations import applying, disposing
from consultations.commenting import withdraw_comment
from consultations.models import Comment
from moderation.refusals import Refused
from tests.factories import make_chapter, make_consultation, make_submitted
from tests.test_manual_writing_at_once import at_once
from training.actions import start_edition
from training.models import ParagraphChange, ParagraphText

pytestmark = pytest.mark.django_db(transaction=True)


def accepted(texts):
    """A comment for each proposed text, all on one paragraph, and the next edition."""
    chapter = make_chapter(paragraphs=["Begin early."])
    consultation, placed = make_consultation(edition=chapter.edition), chapter.placed.select_related("chapter").get()
    rows = [make_submitted(consultation=consultation, placed=placed, base="Begin early.", proposed=x) for x in texts]
    Comment.objects.update(disposition="accepted")
    edition = consultation.edition
    work = edition.work
    return rows, start_edition(work=work, by=None, label=edition.label, language="en", based_on=edition)


def test_a_comment_is_either_withdrawn_or_disposed_of():
    for _round in range(3):
        comment = make_submitted()
        said = at_once(
            lambda comment=comment: withdraw_comment(comment=comment, by=None),
            lambda comment=comment: disposing.dispose(
                comments=[comment], disposition="noted", observation="", by=None
            ),
        )  # fmt: skip
        row = Comment.objects.get(pk=comment.pk)
        assert (row.status, row.disposition) in {("withdrawn", ""), ("submitted", "noted")}
        assert sum(isinstance(one, Refused) for one in said) == 1


def test_of_two_proposals_applied_at_once_one_waits_for_a_decision(secretariat):
    rows, following = accepted(["Begin now.", "Begin soon."])
    acts = [
        lambda row=row: applying.apply_comment(comment=row, text=row.proposed, version=1, by=secretariat)
        for row in rows
    ]  # fmt: skip
    said = at_once(*acts)
    assert sum(isinstance(one, Refused) for one in said) == 1
    change = ParagraphChange.objects.of(following).get()
    assert ParagraphText.objects.in_edition(following).get().text == change.after
    assert [list(row.changes.all()) for row in rows if row.proposed == change.after] == [[change]]


def test_the_same_click_at_once_is_one_change(secretariat):
    (row,), following = accepted(["Begin now."])
    act = {"comment": row, "text": row.proposed, "version": 1, "by": secretariat}
    said = at_once(*[lambda: applying.apply_comment(**act).pk] * 4)
    assert len(set(said)) == 1 and ParagraphChange.objects.of(following).count() == row.changes.count() == 1
