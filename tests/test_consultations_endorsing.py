"""Comments that are official: withdrawn by the Focal Point, endorsed by others, read by whom the consultation says."""

import datetime

import pytest

from consultations import commenting
from consultations.models import Answer, Comment, Consultation, Endorsement
from members.models import AuditEntry
from tests.commented import draft, end, page, submit
from tests.factories import make_chapter, make_comment, make_consultation, make_mandate, make_submitted, make_user
from training.models import EditionParagraph

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
TEXT = "Begin to plan **early**, two years ahead."
QUERIES = {1: 11, 3: 11}
Status = Comment.Status


@pytest.fixture
def consultation():
    return make_consultation(edition=make_chapter(paragraphs=[TEXT, "Name one person."]).edition)


@pytest.fixture
def placed(consultation):
    return EditionParagraph.objects.for_writing().get(edition=consultation.edition, number="1.1")


def address(comment, act=""):
    return f"/en/manual/consultations/comments/{comment.pk}/{act}"


def test_comment_withdraw_is_for_the_focal_point_until_there_is_a_disposition(
    client_for, expert, alternate, focal_point, other_focal_point, consultation, brazil
):
    comment = make_submitted(consultation=consultation, state=brazil, author=expert)
    for person in (expert, alternate, other_focal_point):
        assert client_for(person).post(address(comment, "withdraw/")).status_code == 403
    client = client_for(focal_point)
    assert "Withdraw BR 1 on the whole text?" in page(client, address(comment, "withdraw/"))
    for _time in range(2):
        client.post(address(comment, "withdraw/"))
    comment.refresh_from_db()
    assert (comment.status, comment.serial) == (Status.WITHDRAWN, 1)
    assert AuditEntry.objects.filter(detail="withdrawn: BR 1").count() == 1
    page(client_for(other_focal_point), address(comment), 404)


def test_comment_withdraw_is_refused_once_it_was_disposed_of(client_for, focal_point, consultation, brazil):
    comment = make_submitted(consultation=consultation, state=brazil)
    Comment.objects.update(disposition="noted")
    client = client_for(focal_point)
    assert client.get(address(comment, "withdraw/")).url == comment.get_absolute_url()
    response = client.post(address(comment, "withdraw/"), follow=True)
    assert "the secretariat has disposed of this comment already" in response.content.decode()
    assert Comment.objects.get().status == Status.SUBMITTED


def endorsing(client, comment, state, on="1"):
    return client.post(address(comment, "endorse/"), {"state": state.slug, "on": on})


def test_comment_endorse_supports_it_once_and_can_be_taken_back(client_for, focal_point, consultation, brazil, mexico):
    comment = make_submitted(consultation=consultation, state=mexico)
    client = client_for(focal_point)
    assert "Endorse it for Brazil" in page(client, address(comment))
    for _time in range(2):
        endorsing(client, comment, brazil)
    assert Endorsement.objects.get().state == brazil
    assert "Take back the endorsement of Brazil" in page(client, address(comment))
    endorsing(client, comment, brazil, "0")
    assert not Endorsement.objects.exists()


def test_comment_endorse_is_the_focal_points_alone(
    client_for, expert, alternate, focal_point, secretariat, consultation, brazil, mexico
):
    comment = make_submitted(consultation=consultation, state=mexico)
    assert endorsing(client_for(expert), comment, brazil).status_code == 403
    assert endorsing(client_for(alternate), comment, brazil).status_code == 403
    assert endorsing(client_for(secretariat), comment, brazil).status_code == 403
    assert endorsing(client_for(focal_point), comment, mexico).status_code == 403
    for bad in ({"state": "x" * 99, "on": "1"}, {"state": brazil.slug}, {"state": brazil.slug, "on": "zx"}):
        assert client_for(focal_point).post(address(comment, "endorse/"), bad).status_code == 400
    assert not Endorsement.objects.exists()


def test_comment_endorse_is_refused_of_ones_own_and_out_of_time(client_for, focal_point, consultation, brazil, mexico):
    own = make_submitted(consultation=consultation, state=brazil)
    other = make_submitted(consultation=consultation, state=mexico)
    client = client_for(focal_point)
    endorsing(client, own, brazil)
    end(consultation)
    assert "The time to endorse comments is over." in page(client, address(other))
    endorsing(client, other, brazil)
    assert not Endorsement.objects.exists()


def test_endorsements_hold_for_the_words_that_were_submitted(focal_point, consultation, brazil, mexico):
    comment = draft(consultation, brazil, focal_point)
    submit(comment, focal_point)
    commenting.endorse(comment=comment, state=mexico, by=None)
    comment = commenting.withdraw_comment(comment=comment, by=focal_point)
    submit(comment, focal_point)
    assert Endorsement.objects.count() == 1
    comment = commenting.withdraw_comment(comment=comment, by=focal_point)
    commenting.edit_comment(comment=comment, by=focal_point, version=1, text="Zx other.", kind="general", language="en")
    assert not Endorsement.objects.exists()


def test_comment_detail_shows_submitted_comments_to_other_states_as_the_consultation_says(
    client_for, other_focal_point, expert, secretariat, brazil, mexico
):
    colleague = make_user(state=mexico)
    hidden = make_consultation(shown=Consultation.Shown.AFTER_CLOSING)
    comment = make_submitted(consultation=hidden, state=brazil, text="Zx later.")
    page(client_for(other_focal_point), address(comment), 404)
    assert "Zx later." in page(client_for(secretariat), address(comment))
    end(hidden)
    assert "Zx later." in page(client_for(other_focal_point), address(comment))
    page(client_for(colleague), address(comment), 404)  # experts of other States read none
    assert "Zx later." in page(client_for(expert), address(comment))


def test_comment_detail_marks_what_moderators_hid_for_its_state(
    client_for, expert, other_focal_point, consultation, brazil
):
    comment = make_submitted(consultation=consultation, state=brazil, is_hidden=True)
    assert "hidden by the moderators" in page(client_for(expert), address(comment))
    page(client_for(other_focal_point), address(comment), 404)


def test_comment_detail_escapes_what_was_written(client_for, expert, consultation, placed, brazil):
    evil = "<script>alert(1)</script>"
    given = {"text": evil, "rationale": evil, "proposed": evil, "base": TEXT}
    comment = make_comment(consultation=consultation, state=brazil, placed=placed, **given)
    assert "<script>alert" not in page(client_for(expert), address(comment))


@pytest.mark.parametrize("n", [1, 3])
def test_comment_detail_asks_the_database_the_same_for_more_rows(
    client_for, focal_point, consultation, placed, brazil, mexico, django_assert_num_queries, n
):
    comment = make_submitted(consultation=consultation, state=brazil, placed=placed, proposed="Zx.", base=TEXT)
    for _row in range(n):
        commenting.add_note(comment=comment, text="Zx note.", by=make_user(state=brazil))
        commenting.endorse(comment=comment, state=make_mandate().state, by=None)
    client = client_for(focal_point)
    page(client, address(comment))
    with django_assert_num_queries(QUERIES[n]):
        page(client, address(comment))


def test_the_answer_of_a_state_is_void_once_it_comments(focal_point, consultation, brazil):
    comment = draft(consultation, brazil, focal_point)
    commenting.give_answer(consultation=consultation, state=brazil, kind="agrees", by=focal_point)
    submit(comment, focal_point)
    assert not Answer.objects.exists()


def test_an_alternate_speaks_for_no_state_although_he_holds_the_seat_of_another(
    client_for, focal_point, other_focal_point, consultation, brazil, mexico
):
    make_mandate(person=focal_point, state=mexico, role="alternate")
    client, space = client_for(focal_point), f"/en/manual/consultations/{consultation.pk}/spaces/mexico/"
    mine, said = draft(consultation, mexico, focal_point), make_submitted(consultation=consultation, state=mexico)
    foreign = make_submitted(consultation=consultation, state=make_mandate().state)
    assert client.post(f"{space}submit/", {"comments": [f"{mine.pk}:1"]}).status_code == 403
    assert client.post(f"{space}answer/", {"kind": "agrees"}).status_code == 403
    assert client.post(address(said, "withdraw/")).status_code == 403
    assert endorsing(client, foreign, mexico).status_code == 403
    shown = page(client, address(foreign)) + page(client, space) + page(client, address(said))
    assert "Endorse it for Brazil" in shown and "Endorse it for Mexico" not in shown and "withdraw/" not in shown
    assert "submit/" not in shown and "answer/" not in shown
    assert [row.status for row in Comment.objects.by_state(mexico).order_by("pk")] == ["draft", "submitted"]
    assert not Answer.objects.exists() and not Endorsement.objects.exists()
    assert endorsing(client, foreign, brazil).status_code == 302
