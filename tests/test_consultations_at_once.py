"""Several people of several States at a time: numbers are given once, nothing is written over, nothing said twice."""

import datetime
import threading
import time
import uuid

import pytest
from django.utils import timezone

from consultations import commenting, reminders
from consultations.models import Answer, Comment, Endorsement
from moderation.refusals import Refused
from notifications.actions import notify
from tests.factories import make_comment, make_consultation, make_mandate, make_state, make_submitted, make_user
from tests.test_manual_writing_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = {"kind": "general", "language": "en"}
DAY, MANY = datetime.timedelta(days=1), 6


def submit(comment):
    given = {"consultation": comment.consultation, "state": comment.state, "by": None}
    return commenting.submit_comments(versions={comment.pk: comment.version}, **given)


def test_numbers_are_given_once_by_submissions_at_a_time():
    consultation, states = make_consultation(), [make_state(), make_state()]
    drafts = [make_comment(consultation=consultation, state=states[n % 2]) for n in range(MANY)]
    answers = at_once(*(lambda row=row: submit(row) for row in [*drafts, drafts[0]]))
    assert not any(isinstance(answer, Refused) for answer in answers)
    for state in states:
        rows = Comment.objects.by_state(state).submitted()
        assert sorted(row.serial for row in rows) == [1, 2, 3]


def test_one_form_sent_several_times_at_a_time_is_one_draft():
    consultation, state, token, by = make_consultation(), make_state(), uuid.uuid4(), make_user()

    def draft():
        return commenting.draft_comment(
            consultation=consultation, state=state, by=by, text="Zx.", token=token, **WORDS
        ).pk

    assert len(set(at_once(*[draft] * MANY))) == 1
    assert Comment.objects.get().version == 1


def test_of_edits_at_a_time_one_is_kept_and_the_others_are_told():
    comment = make_comment()

    def edit(n):
        return commenting.edit_comment(comment=comment, by=None, version=1, text=f"Zx {n}.", **WORDS)

    answers = at_once(*(lambda n=n: edit(n) for n in range(MANY)))
    assert sum(isinstance(answer, commenting.ChangedMeanwhile) for answer in answers) == MANY - 1
    assert Comment.objects.get().version == 2


def test_an_edit_and_a_submission_at_a_time_say_nothing_that_was_not_read():
    comment = make_comment(text="Zx read.")

    def edit():
        return commenting.edit_comment(comment=comment, by=None, version=1, text="Zx new.", **WORDS)

    at_once(edit, lambda: submit(comment))
    now = Comment.objects.get()
    assert (now.status, now.text) in (("submitted", "Zx read."), ("draft", "Zx new."))


def test_an_answer_and_a_submission_at_a_time_leave_one_of_them():
    comment = make_comment()

    def answer():
        given = {"consultation": comment.consultation, "state": comment.state, "by": None}
        return commenting.give_answer(kind="agrees", **given)

    at_once(answer, lambda: submit(comment))
    assert Comment.objects.get().status == "submitted" and not Answer.objects.exists()


def test_endorsing_several_times_at_a_time_is_once():
    comment, state = make_submitted(), make_state()
    answers = at_once(*[lambda: commenting.endorse(comment=comment, state=state, by=None)] * MANY)
    assert not any(isinstance(answer, Refused) for answer in answers)
    assert Endorsement.objects.count() == 1


def people_of_two_zones():
    """Two Focal Points, and a consultation in which they are told of different days, the one with the higher key
    first."""
    people = [make_user(time_zone=zone) for zone in ("America/Lima", "Pacific/Auckland")]
    for person in reversed(people):
        make_mandate(person=person, state=make_state())
    now = timezone.now().replace(hour=18)
    return people, make_consultation(opens=now - 2 * DAY, closes=now + 30 * DAY)


def test_people_in_several_zones_are_locked_before_the_first_is_told(monkeypatch):
    people, consultation = people_of_two_zones()
    acts, locked = [], reminders.locked
    monkeypatch.setattr(reminders, "locked", lambda keys: acts.append(set(keys)) or locked(keys))
    monkeypatch.setattr(reminders, "notify", lambda **told: acts.append({row.pk for row in told["to"]}) or 1)
    reminders.remind_of(consultation)
    assert acts == [{row.pk for row in people}, {people[1].pk}, {people[0].pk}]


def test_people_in_several_zones_are_told_at_a_time_with_others(monkeypatch):
    people, consultation = people_of_two_zones()
    begun = threading.Event()

    def slowly(**told):
        number = notify(**told)
        begun.set()
        time.sleep(0.7)
        return number

    def others():
        begun.wait(timeout=60)
        return notify(to=people, kind="consultation_withdrawn", by=None)

    monkeypatch.setattr(reminders, "notify", slowly)
    assert at_once(lambda: reminders.remind_of(consultation), others) == [2, 2]
