"""Several secretaries, and a State, at the same comment at a time: one act counts, and no text is lost."""

import datetime
import time

import pytest

from consultations import applying, commenting, consulting, disposing
from consultations.commenting import withdraw_comment
from consultations.models import Comment
from moderation.refusals import Refused
from tests.factories import make_chapter, make_consultation, make_submitted
from tests.test_manual_writing_at_once import at_once
from training.actions import start_edition
from training.models import ParagraphChange, ParagraphText

pytestmark = pytest.mark.django_db(transaction=True)
LONG = 0.6  # seconds, in which the others come as far as they can


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


def slow(monkeypatch, module, name, *, before=0.0, after=0.0):
    """Let a function take its time: whoever locks rows in another order meets it there."""
    real = getattr(module, name)

    def slowly(*args, **kwargs):
        time.sleep(before)
        answer = real(*args, **kwargs)
        time.sleep(after)
        return answer

    monkeypatch.setattr(module, name, slowly)


def test_applying_and_disposing_of_the_same_comments_wait_for_each_other(secretariat, monkeypatch):
    (first, second), _following = accepted(["Begin now.", "Begin soon."])
    Comment.objects.filter(pk=first.pk).update(handled_with=second)
    slow(monkeypatch, disposing, "_let_go", before=2 * LONG)

    def apply():
        time.sleep(LONG)
        return applying.apply_comment(comment=first, also=[second], text="Begin now.", version=1, by=secretariat)

    said = at_once(
        lambda: disposing.dispose(comments=[second], disposition="noted", observation="", by=secretariat), apply
    )
    assert Comment.objects.get(pk=second.pk).disposition == "noted" and isinstance(said[1], ParagraphChange)


def test_applying_editing_the_consultation_and_withdrawing_wait_for_each_other(secretariat, monkeypatch):
    (first, second), _following = accepted(["Begin now.", "Begin soon."])
    Comment.objects.filter(pk=second.pk).update(disposition="")
    consultation = first.consultation
    slow(monkeypatch, applying, "target_of", before=2 * LONG)
    slow(monkeypatch, consulting, "locked_edition", after=LONG)
    slow(monkeypatch, commenting, "locked_consultation", after=LONG)
    asked = {**consulting.asked_in(consultation), "chapters": [], "states": []}
    asked["closes"] += datetime.timedelta(days=1)
    said = at_once(
        lambda: applying.apply_comment(comment=first, text="Begin now.", version=1, by=secretariat),
        lambda: consulting.edit_consultation(consultation=consultation, by=secretariat, **asked),
        lambda: withdraw_comment(comment=first, by=secretariat),
    )
    assert [type(one) for one in said] == [ParagraphChange, type(consultation), Refused]
