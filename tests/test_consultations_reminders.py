"""Reminders of consultations: who is told, when, once; the mails; what stands on the desks."""

import datetime

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consultations import consulting
from consultations.models import Answer, Comment, Consultation, Endorsement, Reminder
from consultations.reminders import remind
from consultations.waiting import waiting_for
from core.dates import today
from core.labels import Label
from members.models import Mandate
from notifications.actions import watch
from notifications.models import Notification
from tests.factories import (
    make_chapter,
    make_comment,
    make_consultation,
    make_edition,
    make_mandate,
    make_state,
    make_submitted,
)
from training.models import Edition, Publication

pytestmark = pytest.mark.django_db
DAY, HOUR = datetime.timedelta(days=1), datetime.timedelta(hours=1)


@pytest.fixture
def clock(monkeypatch):
    """A function that sets the hour."""
    at = {"now": timezone.now()}
    monkeypatch.setattr(timezone, "now", lambda: at["now"])

    def turn(moment):
        at["now"] = moment
        return remind()

    return turn


def told(kind=None):
    """[(address, kind, how often)] of what people were told."""
    rows = Notification.objects.of_kind(kind) if kind else Notification.objects.all()
    return sorted(rows.values_list("person__email", "kind", "times"))


def read_all():
    """Everybody reads what he was told, so that the next is told anew."""
    Notification.objects.update(read=timezone.now())


def kinds_told():
    return sorted(Notification.objects.unread().values_list("kind", flat=True))


def test_states_are_told_at_the_opening_and_reminded_twice_and_each_once(clock, focal_point, other_focal_point):
    now = timezone.now()
    make_consultation(opens=now + DAY, closes=now + 31 * DAY)
    seen = []
    for days in (0, 1, 2, 16.9, 17, 18, 27.9, 28, 29, 31, 32):
        seen.append((days, clock(now + days * DAY), clock(now + days * DAY)))
        read_all()
    assert [row for row in seen if row[1] or row[2]] == [(1, 2, 0), (17, 2, 0), (28, 2, 0)]
    rows = Reminder.objects.values_list("kind", flat=True).order_by("state", "pk")
    assert list(rows) == ["opening", "two_weeks", "three_days"] * 2


def test_focal_point_and_alternate_are_told_and_nobody_else(
    clock, focal_point, alternate, expert, partner, secretariat, other_focal_point, brazil
):
    make_mandate(state=brazil, until=today() - 2 * DAY)
    consultation = make_consultation(states=[brazil])
    assert clock(timezone.now()) == 2
    due = consultation.closes.date()
    rows = Notification.objects.values_list("person__email", "kind", "subject_kind", "subject_key", "due")
    assert sorted(rows) == sorted(
        (person.email, "consultation_opened", "consultation", consultation.pk, due)
        for person in (focal_point, alternate)
    )


@pytest.mark.parametrize("said", ["submitted", "no_comment", "draft"])
def test_who_answered_officially_is_not_reminded(clock, focal_point, other_focal_point, brazil, said):
    now = timezone.now()
    consultation = make_consultation(opens=now, closes=now + 20 * DAY)
    clock(now)
    read_all()
    if said == "submitted":
        make_submitted(consultation=consultation, state=brazil)
    elif said == "draft":
        make_comment(consultation=consultation, state=brazil)
    else:
        Answer.objects.create(consultation=consultation, state=brazil, kind=said)
    clock(now + 7 * DAY)
    reminded = Notification.objects.of_kind("consultation_reminder").values_list("person", flat=True)
    silent = [focal_point.pk] if said == "draft" else []
    assert sorted(reminded) == sorted([other_focal_point.pk, *silent])


def test_a_short_consultation_is_said_once_at_its_opening(clock, focal_point):
    now = timezone.now()
    make_consultation(opens=now, closes=now + 10 * DAY)
    assert [clock(now), clock(now + HOUR), clock(now + 6 * DAY), clock(now + 8 * DAY)] == [1, 0, 0, 1]


def test_each_state_is_reminded_before_its_own_closing(clock, focal_point, other_focal_point, secretariat, brazil):
    now = timezone.now()
    consultation = make_consultation(opens=now, closes=now + 30 * DAY)
    clock(now)
    consulting.extend(consultation=consultation, state=brazil, closes=now + 60 * DAY, reason="Vote", by=secretariat)
    read_all()
    clock(now + 17 * DAY)
    assert told("consultation_reminder") == [(other_focal_point.email, "consultation_reminder", 1)]
    read_all()
    clock(now + 47 * DAY)
    rows = Notification.objects.of_kind("consultation_reminder").values_list("person__email", "due")
    assert sorted(rows) == sorted(
        [(focal_point.email, (now + 60 * DAY).date()), (other_focal_point.email, (now + 30 * DAY).date())]
    )


def test_a_closing_that_was_moved_is_reminded_of_anew(clock, focal_point, secretariat):
    now = timezone.now()
    consultation = make_consultation(opens=now, closes=now + 15 * DAY)
    clock(now), clock(now + 2 * DAY)
    read_all()
    asked = consulting.asked_in(consultation) | {"chapters": (), "states": (), "closes": now + 40 * DAY}
    consulting.edit_consultation(consultation=consultation, by=secretariat, **asked)
    assert kinds_told() == ["consultation_extended"]
    read_all()
    assert [clock(now + days * DAY) for days in (3, 13, 27, 28)] == [0, 0, 1, 0]


def test_reminders_pass_over_what_is_closed_and_what_a_state_may_not_know(
    clock, focal_point, other_focal_point, brazil
):
    make_consultation(closed=timezone.now())
    edition = make_edition(label=Label.RED, by=None)
    edition.named_states.set([brazil])
    make_chapter(edition=edition, paragraphs=["Hidden."])
    make_consultation(edition=edition)
    assert clock(timezone.now()) == 1
    assert told() == [(focal_point.email, "consultation_opened", 1)]


def test_two_seats_of_one_person_are_one_mail(clock, focal_point, mexico):
    make_mandate(person=focal_point, state=mexico, role="alternate")
    make_consultation()
    assert clock(timezone.now()) == 1 and told() == [(focal_point.email, "consultation_opened", 1)]


def test_who_watches_the_publication_is_told_of_the_opening_once(clock, partner, focal_point):
    consultation = make_consultation(title="Round")
    watch(partner, ("publication", consultation.edition.work_id))
    watch(focal_point, ("publication", consultation.edition.work_id))
    clock(timezone.now()), clock(timezone.now())
    assert told() == sorted([(focal_point.email, "consultation_opened", 1), (partner.email, "consultation_begun", 1)])


def test_mail_says_the_deadline_in_its_subject_and_no_title(clock, focal_point, mailoutbox, brazil):
    focal_point.time_zone = "America/Sao_Paulo"
    focal_point.preferred_language = "en"
    focal_point.save()
    closes = datetime.datetime(2040, 7, 1, 2, 59, tzinfo=datetime.UTC)  # the evening before in São Paulo
    edition = make_chapter(edition=make_edition(label=Label.GREEN), paragraphs=["Text."]).edition
    make_consultation(edition=edition, title="Secret round", states=[brazil], closes=closes)
    clock(timezone.now())
    (message,) = mailoutbox
    assert "30 June 2040" in message.subject and "Secret round" not in message.subject + message.body
    assert "your State is asked to comment" in message.body
    assert message.alternatives and "Secret round" not in message.alternatives[0][0]


def test_command_tells_how_many_were_told(capsys, focal_point):
    make_consultation()
    call_command("remind_consultations")
    call_command("remind_consultations")
    assert capsys.readouterr().out == "Told: 1\nTold: 0\n"


def test_a_reminder_that_is_killed_is_sent_whole_the_next_time(monkeypatch, focal_point):
    make_consultation()

    def fail(*args, **words):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("consultations.reminders.tell_watchers", fail)
        with pytest.raises(RuntimeError):
            remind()
    assert not Reminder.objects.exists() and not Notification.objects.exists()
    assert remind() == 1


# My desk


@pytest.fixture
def desk(client_for):
    """A function that gives what consultations leave to somebody, as [(sentence, due, address)]."""

    def read(user):
        Mandate.objects.update(confirmed=today(), until=None)
        groups = client_for(user).get("/en/desk/").context["groups"]
        tasks = [task for _heading, _key, tasks in groups for task in tasks]
        return [(task.text, task.due, task.url) for task in tasks if "/consultations/" in task.url]

    return read


def test_desk_follows_a_consultation(desk, focal_point, alternate, expert, other_focal_point, secretariat, brazil):
    past, consultation = timezone.now() - 40 * DAY, make_consultation(title="Round")
    due, here = consultation.closes.date(), f"/en/manual/consultations/{consultation.pk}/"
    space = f"{here}spaces/brazil/"
    assert desk(focal_point) == [("Answer “Round” for Brazil", due, space)]
    assert desk(alternate) == desk(expert) == [("Draft what Brazil says on “Round”", due, space)]
    assert desk(other_focal_point) == [("Answer “Round” for Mexico", due, f"{here}spaces/mexico/")]
    assert desk(secretariat) == []
    for _ in range(2):
        comment = make_comment(consultation=consultation, state=brazil)
    assert desk(focal_point) == [("Submit 2 comments of Brazil on “Round”", due, space)]
    assert desk(alternate) == desk(expert) == []
    Comment.objects.filter(pk=comment.pk).delete()
    Comment.objects.update(status="submitted", serial=1, submitted=timezone.now())
    assert desk(focal_point) == [] and len(desk(other_focal_point)) == 1
    assert desk(secretariat) == [("Dispose of 1 comment on “Round”", None, f"{here}dispositions/")]
    Consultation.objects.update(opens=past, closes=timezone.now() - HOUR, ends=timezone.now() - HOUR)
    assert desk(other_focal_point) == []
    assert desk(secretariat) == [("Dispose of 1 comment on “Round”", None, f"{here}dispositions/")]
    Comment.objects.update(disposition="noted")
    assert desk(secretariat) == [("Close “Round”", None, f"{here}close/")]
    Consultation.objects.update(shown="after_closing")
    assert desk(secretariat) == []  # the others still endorse
    Consultation.objects.update(closes=past + DAY, ends=past + DAY)
    assert len(desk(secretariat)) == 1
    Consultation.objects.update(closed=timezone.now())
    assert desk(secretariat) == []


def test_desk_leaves_out_states_that_are_not_asked_and_texts_one_may_not_read(
    desk, focal_point, partner, other_focal_point, brazil, mexico
):
    make_consultation(states=[mexico])
    edition = make_chapter(edition=make_edition(label=Label.RED), paragraphs=["Hidden."]).edition
    make_consultation(edition=edition, title="Hidden")
    assert (desk(focal_point), desk(partner), len(desk(other_focal_point))) == ([], [], 1)


def test_desk_asks_as_often_for_three_consultations_as_for_one(client_for, focal_point):
    def number():
        client = client_for(focal_point)
        client.get("/en/desk/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/en/desk/")
        return len(asked)

    make_consultation(states=[focal_point.state, make_state()])
    one = number()
    for _ in range(2):
        make_comment(consultation=make_consultation(), state=focal_point.state)
    assert number() == one


def test_state_that_endorsed_a_comment_has_spoken(clock, focal_point, other_focal_point, brazil, mexico):
    now = timezone.now()
    consultation = make_consultation(opens=now - DAY, closes=now + 31 * DAY)
    clock(now)
    comment = make_submitted(consultation=consultation, state=brazil)
    waits = [row["text"] for row in waiting_for(other_focal_point)]
    assert len(waits) == 1 and "for Mexico" in waits[0]
    Endorsement.objects.create(comment=comment, state=mexico)
    assert not waiting_for(other_focal_point) and clock(now + 20 * DAY) == 0
    Comment.objects.update(status="withdrawn")
    assert waiting_for(other_focal_point) and clock(now + 20 * DAY) == 2


@pytest.mark.parametrize("model", [Edition, Publication])
def test_nothing_is_noted_as_said_while_nobody_can_read_what_is_asked(clock, focal_point, secretariat, brazil, model):
    now = timezone.now()
    consultation = make_consultation(opens=now, closes=now + 2 * DAY)
    model.objects.update(publication="withdrawn")
    assert clock(now + HOUR) == 0 and not Reminder.objects.exists()
    consultation = Consultation.objects.for_detail().get()
    given = {"state": brazil, "closes": now + 2.5 * DAY, "reason": "Zx"}
    consulting.extend(consultation=consultation, by=secretariat, **given)
    assert not Reminder.objects.exists()
    model.objects.update(publication="published")
    assert clock(now + 2 * HOUR) == 1 and kinds_told() == ["consultation_opened"]
