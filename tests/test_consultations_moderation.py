"""Comments in the hands of the moderators: reported by other States, hidden, shown again."""

import pytest
from django.urls import reverse

from consultations.models import Comment
from core.labels import Label
from moderation import flags
from moderation.models import Decision, Flag
from moderation.refusals import Refused
from notifications.models import Notification
from tests.factories import (
    make_chapter,
    make_comment,
    make_consultation,
    make_edition,
    make_publication,
    make_submitted,
)

pytestmark = pytest.mark.django_db
WHY = "It names a person."
FLAG = {"category": "confidential", "text": "A name is in it."}
FLAG_QUERIES = 5


@pytest.fixture
def consultation(db):
    edition = make_edition(work=make_publication(slug="manual", label=Label.GREEN), label=Label.GREEN)
    return make_consultation(edition=make_chapter(edition=edition, paragraphs=["Begin early."]).edition, title="Round")


@pytest.fixture
def comment(consultation, focal_point):
    """Of Brazil."""
    state = focal_point.mandates_in_force[0].state
    return make_submitted(
        consultation=consultation, state=state, text="Ask <b>João</b>.", rationale="He knows.", submitted_by=focal_point
    )


def page(row, name="flag"):
    return reverse(f"consultations:comment_{name}", args=[row.pk])


def case(row):
    return reverse("moderation:flag_detail", args=["comment", row.pk])


def now(row):
    return type(row).objects.get(pk=row.pk)


def decide(row, name, by, note=WHY):
    return flags.decide(kind="comment", key=row.pk, name=name, note=note, by=by)


def test_comment_flag_reports_a_comment_of_another_state_once(comment, other_focal_point, client_for, secretariat):
    client = client_for(other_focal_point)
    assert page(comment) in client.get(page(comment, "detail")).text
    assert "&lt;b&gt;João" in client.get(page(comment)).text or "João" in client.get(page(comment)).text
    for _time in range(2):
        client.post(page(comment), FLAG)
    row = Flag.objects.get()
    assert (row.subject_kind, row.subject_key, row.by, row.text) == (
        "comment",
        comment.pk,
        other_focal_point,
        FLAG["text"],
    )
    assert Notification.objects.filter(person=secretariat, kind="flag_raised").count() == 1
    queue = client_for(secretariat).get(reverse("moderation:flag_queue")).text
    assert case(comment) in queue and str(comment) in queue


def test_comment_flag_is_not_for_ones_own_state(comment, focal_point, alternate, client_for):
    for person in (focal_point, alternate):
        client = client_for(person)
        assert "cannot be reported" in client.get(page(comment)).text
        client.post(page(comment), FLAG)
        assert page(comment) not in client.get(page(comment, "detail")).text
    assert not Flag.objects.exists()


def test_comment_flag_opens_for_nobody_who_does_not_read_it(
    consultation, comment, other_focal_point, expert, partner, client, client_for
):
    draft = make_comment(consultation=consultation, text="A secret draft.")
    mine = make_comment(consultation=consultation, state=other_focal_point.mandates_in_force[0].state, text="My draft.")
    for row in (draft, mine):
        assert client_for(other_focal_point).get(page(row)).status_code == 404
    assert client_for(partner).get(page(comment)).status_code == 403
    assert "/account/login/" in client.get(page(comment))["Location"]
    foreign = make_submitted(consultation=consultation)
    assert client_for(expert).get(page(foreign)).status_code == 404
    assert client_for(expert).post(page(foreign), FLAG).status_code == 404
    assert client_for(other_focal_point).get(reverse("consultations:comment_flag", args=[999_999])).status_code == 404


def test_comment_flag_bears_bad_input(comment, other_focal_point, client_for):
    client = client_for(other_focal_point)
    for bad in ({"category": "no-such"}, {"text": "x" * 100_000}, {"category": "other", "text": ""}):
        answer = client.post(page(comment), FLAG | bad)
        assert answer.status_code == 200 and answer.context["form"].errors
    assert not Flag.objects.exists()


def test_a_hidden_comment_is_kept_from_other_states_and_shown_again(
    comment, other_focal_point, focal_point, expert, secretariat, client_for
):
    decide(comment, "hidden", secretariat)
    assert now(comment).is_hidden
    readers = {
        person: set(Comment.objects.visible_to(person)) for person in (other_focal_point, focal_point, secretariat)
    }
    assert readers == {other_focal_point: set(), focal_point: {comment}, secretariat: {comment}}
    assert client_for(other_focal_point).get(page(comment, "detail")).status_code == 404
    assert "hidden" in client_for(focal_point).get(page(comment, "detail")).text.lower()
    with pytest.raises(Refused):
        decide(comment, "hidden", secretariat, "Once more.")
    decide(comment, "restored", secretariat, "")
    assert client_for(other_focal_point).get(page(comment, "detail")).status_code == 200


def test_whose_comment_it_is_learns_what_was_decided_and_why(comment, focal_point, secretariat, client_for):
    decide(comment, "hidden", secretariat)
    decide(comment, "restored", secretariat, "")
    decide(comment, "warned", secretariat, "Name nobody.")
    told = set(Notification.objects.filter(person=focal_point).values_list("kind", "subject_kind"))
    assert told == {("comment_hidden", "decision"), ("comment_restored", "comment"), ("comment_warned", "decision")}
    text = client_for(focal_point).get(case(comment)).text
    assert WHY in text and "Name nobody." in text and "Decide" not in text
    assert Decision.objects.count() == 3


def test_moderators_see_a_case_whole_and_decide_it(comment, other_focal_point, secretariat, client_for):
    flags.report(subject=("comment", comment.pk), label=comment.label, by=other_focal_point, **FLAG)
    desk = client_for(secretariat)
    text = desk.get(case(comment)).text
    assert "João" in text and "<b>João</b>" not in text and "He knows." in text and FLAG["text"] in text
    address, form = reverse("moderation:flag_decide", args=["comment", comment.pk]), {"act": "hidden", "version": 1}
    desk.post(address, form | {"note": ""})
    assert not now(comment).is_hidden  # it needs a reason
    desk.post(address, form | {"note": WHY})
    assert now(comment).is_hidden and Flag.objects.get().decision == "upheld"
    text = client_for(other_focal_point).get(case(comment)).text
    assert "What this was about is not open to you now." in text and "João" not in text


def test_drafts_are_not_in_the_hands_of_the_moderators(consultation, secretariat, client_for):
    draft = make_comment(consultation=consultation, text="A secret draft.")
    assert client_for(secretariat).get(case(draft)).status_code == 404
    with pytest.raises(Refused, match="no longer there"):
        decide(draft, "hidden", secretariat)


def test_a_hidden_comment_is_still_disposed_of(comment, secretariat, client_for):
    decide(comment, "hidden", secretariat)
    address = reverse("consultations:disposition_list", args=[comment.consultation_id])
    assert "hidden by the moderators" in client_for(secretariat).get(address).text


def test_comment_flag_asks_as_often_whatever_else_was_said(
    comment, consultation, other_focal_point, client_for, django_assert_num_queries
):
    client = client_for(other_focal_point)
    client.get(page(comment))
    with django_assert_num_queries(FLAG_QUERIES):
        client.get(page(comment))
    for _n in range(2):
        make_submitted(consultation=consultation)
    with django_assert_num_queries(FLAG_QUERIES):
        client.get(page(comment))
