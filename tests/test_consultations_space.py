"""A State's own space in a consultation: its comments, submitting them, answering without any."""

import datetime
import uuid

import pytest
from django.utils import timezone

from consultations import commenting
from consultations.models import Answer, Comment, Consultation, Extension
from members.models import AuditEntry
from moderation.refusals import Refused
from tests.commented import end, page
from tests.factories import make_chapter, make_comment, make_consultation, make_edition, make_submitted, make_user
from training.models import EditionParagraph

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
QUERIES = {"space": 13, "submit": 11}
Status = Comment.Status


@pytest.fixture
def consultation():
    return make_consultation(edition=make_chapter(paragraphs=["Begin early.", "Name one person."]).edition)


def address(consultation, state, act=""):
    return f"/en/manual/consultations/{consultation.pk}/spaces/{state.slug}/{act}"


def submitting(client, consultation, state, *comments, follow=True):
    sent = {"comments": [f"{row.pk}:{row.version}" for row in comments]}
    return client.post(address(consultation, state, "submit/"), sent, follow=follow).content.decode()


def test_space_detail_lists_the_comments_of_the_state_alone(
    client_for, expert, other_focal_point, secretariat, partner, visitor, consultation, brazil, mexico
):
    make_comment(consultation=consultation, state=brazil, text="Zx ours in work.")
    make_submitted(consultation=consultation, state=brazil, text="Zx ours said.")
    make_submitted(consultation=consultation, state=mexico, text="Zx theirs.")
    make_comment(consultation=make_consultation(), state=brazil, text="Zx of another consultation.")
    text = page(client_for(expert), address(consultation, brazil))
    assert "Zx ours in work." in text and "Zx ours said." in text and "BR 1" in text
    assert "Zx theirs." not in text and "Zx of another" not in text and "2 comments" in text
    for person, status in ((other_focal_point, 404), (secretariat, 403), (partner, 403), (visitor, 302)):
        page(client_for(person), address(consultation, brazil), status)


def test_space_detail_narrows_by_status_and_turns_pages(client_for, expert, consultation, brazil):
    for n in range(27):
        make_comment(consultation=consultation, state=brazil, text=f"Zx draft {n}.")
    make_submitted(consultation=consultation, state=brazil, text="Zx said.")
    client, url = client_for(expert), address(consultation, brazil)
    assert "Zx draft 0." not in page(client, f"{url}?status=submitted")
    assert "Zx draft 26." in page(client, f"{url}?status=draft&page=2")
    page(client, f"{url}?page=9", 404)
    assert "28 comments" in page(client, f"{url}?status=zx")


def test_space_detail_leads_to_the_chapters_that_are_asked_about(client_for, expert, brazil):
    edition = make_edition()
    make_chapter(edition=edition, title="Zx not asked", paragraphs=["One."])
    asked = make_chapter(edition=edition, title="Zx asked", paragraphs=["Two."])
    consultation = make_consultation(edition=edition, chapters=[asked])
    text = page(client_for(expert), address(consultation, brazil))
    assert "Zx asked" in text and "Zx not asked" not in text and "add/?chapter=2" in text


def test_space_detail_says_who_submits(client_for, expert, focal_point, consultation, brazil):
    make_comment(consultation=consultation, state=brazil)
    url = address(consultation, brazil)
    assert "Look through and submit" in page(client_for(focal_point), url)
    assert "Look through and submit" not in page(client_for(expert), url)
    assert "Answer without a comment" not in page(client_for(expert), url)


def test_space_detail_after_the_closing_offers_no_act(client_for, focal_point, consultation, brazil):
    make_comment(consultation=end(consultation), state=brazil, text="Zx left over.")
    text = page(client_for(focal_point), address(consultation, brazil))
    assert "The time to comment is over." in text and "Zx left over." in text
    assert "submit/" not in text and "add/" not in text and "answer/" not in text


def test_a_state_with_more_time_still_comments(
    client_for, focal_point, other_focal_point, consultation, brazil, mexico
):
    end(consultation)
    now = timezone.now()
    Extension.objects.create(consultation=consultation, state=brazil, closes=now + DAY, reason="Zx")
    Consultation.objects.filter(pk=consultation.pk).update(ends=now + DAY)
    assert "add/" in page(client_for(focal_point), address(consultation, brazil))
    assert "add/" not in page(client_for(other_focal_point), address(consultation, mexico))


@pytest.mark.parametrize("n", [1, 3])
def test_space_detail_asks_the_database_the_same_for_more_rows(
    client_for, focal_point, consultation, brazil, django_assert_num_queries, n
):
    placed = EditionParagraph.objects.for_writing().get(edition=consultation.edition, number="1.1")
    for _row in range(n):
        comment = make_comment(consultation=consultation, state=brazil, placed=placed, author=make_user(state=brazil))
        commenting.add_note(comment=comment, text="Zx note.", by=focal_point)
    client = client_for(focal_point)
    for name, act in (("space", ""), ("submit", "submit/")):
        page(client, address(consultation, brazil, act))
        with django_assert_num_queries(QUERIES[name]):
            page(client, address(consultation, brazil, act))


def test_comment_submit_says_officially_what_was_ticked(client_for, expert, focal_point, consultation, brazil):
    first, second, third = (
        make_comment(consultation=consultation, state=brazil, author=expert, text=f"Zx {n}.") for n in "123"
    )
    client = client_for(focal_point)
    text = page(client, address(consultation, brazil, "submit/"))
    assert text.count(" checked") == 3 and "Zx 1." in text and "Submit for Brazil" in text
    assert page(client, address(consultation, brazil, f"submit/?comment={second.pk}")).count(" checked") == 1
    assert "Submitted: 2 comments." in submitting(client, consultation, brazil, first, third)
    rows = [Comment.objects.get(pk=row.pk) for row in (first, second, third)]
    assert [row.status for row in rows] == [Status.SUBMITTED, Status.DRAFT, Status.SUBMITTED]
    assert [row.serial for row in rows] == [1, None, 2] and rows[0].submitted_by == focal_point
    assert AuditEntry.objects.filter(person=focal_point, detail="submitted: BR 1, BR 2").count() == 1


def test_comment_submit_twice_is_once(client_for, focal_point, consultation, brazil):
    comment, client = make_comment(consultation=consultation, state=brazil), client_for(focal_point)
    submitting(client, consultation, brazil, comment)
    assert "All of this was submitted already." in submitting(client, consultation, brazil, comment)
    assert Comment.objects.get().serial == 1


def test_comment_submit_is_the_focal_points_alone(
    client_for, expert, alternate, other_focal_point, secretariat, consultation, brazil
):
    comment = make_comment(consultation=consultation, state=brazil, author=expert)
    for person, status in ((expert, 403), (alternate, 403), (secretariat, 403), (other_focal_point, 404)):
        client = client_for(person)
        page(client, address(consultation, brazil, "submit/"), status)
        sent = {"comments": [f"{comment.pk}:1"]}
        assert client.post(address(consultation, brazil, "submit/"), sent).status_code == status
    assert Comment.objects.get().status == Status.DRAFT


def test_comment_submit_submits_nothing_that_was_not_read(client_for, alternate, focal_point, consultation, brazil):
    first, second = (make_comment(consultation=consultation, state=brazil) for _n in range(2))
    words = {"text": "Zx changed.", "kind": "general", "language": "en"}
    commenting.edit_comment(comment=second, by=alternate, version=1, **words)
    text = submitting(client_for(focal_point), consultation, brazil, first, second)
    assert "some of it was changed or removed since you opened this page" in text and "Zx changed." in text
    assert not Comment.objects.submitted().exists()


def test_comment_submit_refuses_what_is_no_draft_of_the_state(client_for, focal_point, consultation, brazil, mexico):
    other = make_comment(consultation=consultation, state=mexico)
    elsewhere = make_comment(consultation=make_consultation(), state=brazil)
    make_comment(consultation=consultation, state=brazil)
    client, url = client_for(focal_point), address(consultation, brazil, "submit/")
    for row in (other, elsewhere):
        assert "changed or removed" in submitting(client, consultation, brazil, row)
    for bad in (["zx"], ["1"], [":"], ["1:zx"], [f"{10**12}:1"], [], [f"{n}:1" for n in range(201)]):
        response = client.post(url, {"comments": bad})
        assert response.status_code == 200 and "There is a problem" in response.content.decode()
    assert not Comment.objects.submitted().exists()


def test_comment_submit_shows_the_chosen_comment_though_it_is_not_among_the_first(
    client_for, focal_point, consultation, brazil, monkeypatch
):
    rows = [make_comment(consultation=consultation, state=brazil) for _n in range(3)]
    monkeypatch.setattr("consultations.spaces.MOST_SUBMITTED", 2)
    url = address(consultation, brazil, f"submit/?comment={rows[-1].pk}")
    shown = client_for(focal_point).get(url).context["rows"]
    assert [(row.comment, row.is_chosen) for row in shown] == [(rows[-1], True), (rows[0], False)]


def test_comment_submit_after_the_closing_is_refused(client_for, focal_point, consultation, brazil):
    comment = make_comment(consultation=consultation, state=brazil, text="Zx late.")
    end(consultation)
    client = client_for(focal_point)
    assert "cannot be submitted now" in page(client, address(consultation, brazil, "submit/"))
    assert "The time to comment is over." in submitting(client, consultation, brazil, comment)
    assert Comment.objects.get().status == Status.DRAFT


def test_numbers_are_given_by_state_and_never_twice(focal_point, consultation, brazil, mexico):
    for state, serials in ((brazil, [1, 2]), (mexico, [1]), (brazil, [3])):
        rows = [make_comment(consultation=consultation, state=state) for _n in serials]
        done = commenting.submit_comments(
            consultation=consultation, state=state, versions={row.pk: 1 for row in rows}, by=focal_point
        )
        assert [row.serial for row in done] == serials


def test_answer_give_says_it_for_the_state(client_for, expert, focal_point, consultation, brazil):
    make_comment(consultation=consultation, state=brazil)
    client, url = client_for(focal_point), address(consultation, brazil, "answer/")
    assert "1 draft in your State" in page(client, url)
    for _time in range(2):
        client.post(url, {"kind": "no_comment"})
    client.post(url, {"kind": "agrees"})
    answer = Answer.objects.get()
    assert (answer.kind, answer.by, answer.state) == ("agrees", focal_point, brazil)
    assert "We agree with all" in page(client_for(expert), address(consultation, brazil))
    client.post(url, {"back": "1"})
    assert not Answer.objects.exists()


def test_answer_give_is_the_focal_points_alone(client_for, expert, alternate, other_focal_point, consultation, brazil):
    for person, status in ((expert, 403), (alternate, 403), (other_focal_point, 404)):
        response = client_for(person).post(address(consultation, brazil, "answer/"), {"kind": "agrees"})
        assert response.status_code == status
    assert not Answer.objects.exists()


def test_answer_give_is_refused_beside_comments_and_out_of_time(client_for, focal_point, consultation, brazil):
    client, url = client_for(focal_point), address(consultation, brazil, "answer/")
    assert "There is a problem" in client.post(url, {"kind": "zx"}).content.decode()
    make_submitted(consultation=consultation, state=brazil)
    assert "these are its answer" in page(client, url)
    assert "your State has submitted comments." in client.post(url, {"kind": "agrees"}).content.decode()
    end(consultation)
    assert "The time to comment is over." in client.post(url, {"kind": "agrees"}).content.decode()
    response = client.post(url, {"back": "1"}, follow=True)
    assert "The time to comment is over." in response.content.decode() and not Answer.objects.exists()


def test_a_space_of_a_consultation_that_is_not_known_is_not_there(client_for, focal_point, brazil):
    secret = make_consultation()
    secret.edition.publication = "withdrawn"
    secret.edition.save()
    page(client_for(focal_point), address(secret, brazil), 404)
    page(client_for(focal_point), f"/en/manual/consultations/{10**30}/spaces/{brazil.slug}/", 404)


def test_a_token_of_another_state_is_no_way_into_its_space(
    consultation, focal_point, other_focal_point, brazil, mexico
):
    token = uuid.uuid4()
    words = {"kind": "general", "language": "en", "token": token}
    theirs = commenting.draft_comment(
        consultation=consultation, state=mexico, by=other_focal_point, text="Zx theirs.", **words
    )
    assert theirs.state == mexico
    with pytest.raises(Refused):
        commenting.draft_comment(consultation=consultation, state=brazil, by=focal_point, text="Zx mine.", **words)
