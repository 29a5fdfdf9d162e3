"""The list of comments as several secretaries work through it at a time: nothing is overwritten, no text is lost."""

import pytest

from consultations import applying, disposing
from consultations.dispose_forms import MOST_TOGETHER
from consultations.models import Comment
from core.labels import Label
from moderation.lists import PER_PAGE
from tests.factories import make_chapter, make_consultation, make_edition, make_state, make_submitted
from tests.test_consultations_disposing import WHY, decided, dispose, now, seen_on, url
from training.actions import start_edition

pytestmark = pytest.mark.django_db


@pytest.fixture
def chapter(db):
    return make_chapter(edition=make_edition(label=Label.GREEN), paragraphs=["Begin early.", "Count the doors."])


@pytest.fixture
def consultation(chapter):
    return make_consultation(edition=chapter.edition)


@pytest.fixture
def desk(client_for, secretariat):
    return client_for(secretariat)


def submitted(consultation, count):
    state = make_state(iso2="PE")
    rows = [make_submitted(consultation=consultation, state=state, text=f"Words {n}.") for n in range(count)]
    return list(Comment.objects.filter(pk__in=[row.pk for row in rows]).in_matrix_order())


def waiting(consultation, page=1):
    return f"{url('disposition_list', consultation.pk)}?disposition=waiting&page={page}"


def test_what_left_the_list_since_it_was_read_is_not_overwritten(consultation, desk, administrator):
    rows, address = submitted(consultation, 3), waiting(consultation)
    seen = seen_on(desk.get(address))
    dispose(rows[0], administrator, "accepted", "Mine.")
    form = {"picked": [row.pk for row in rows], "disposition": "not_accepted", "observation": WHY}
    answer = desk.post(address, form | seen)
    assert "somebody else decided" in answer.text and rows[0].code in answer.text and WHY in answer.text
    assert [decided(row)[0] for row in rows] == ["accepted", "", ""]
    still = {"picked": [row.pk for row in rows[1:]]}
    assert desk.post(address, form | still | seen_on(answer)).status_code == 302
    assert [decided(row)[0] for row in rows] == ["accepted", "not_accepted", "not_accepted"]


def test_what_was_ticked_without_being_read_is_not_disposed_of(consultation, desk):
    rows, address = submitted(consultation, 2), waiting(consultation)
    answer = desk.post(address, {"picked": [rows[0].pk], "disposition": "noted"})
    assert answer.status_code == 200 and decided(rows[0])[0] == ""
    assert desk.post(address, {"picked": [rows[0].pk], "disposition": "noted"} | seen_on(answer)).status_code == 302
    assert [decided(row)[0] for row in rows] == ["noted", ""]


def test_what_is_no_longer_handled_with_a_comment_is_not_overwritten(consultation, desk, secretariat, administrator):
    comment, other = submitted(consultation, 2)
    dispose([comment, other], secretariat, "noted")
    address = url("comment_dispose", comment.pk)
    seen = seen_on(desk.get(address))
    dispose(other, administrator, "not_accepted", "Another reason.")
    form = {"disposition": "accepted", "observation": WHY, "others": [other.pk]}
    answer = desk.post(address, form | seen)
    assert "somebody else decided" in answer.text and WHY in answer.text
    assert [decided(row)[0] for row in (comment, other)] == ["noted", "not_accepted"]
    desk.post(address, {"disposition": "accepted", "observation": WHY} | seen_on(answer))
    assert [decided(row)[0] for row in (comment, other)] == ["accepted", "not_accepted"]


def test_all_of_the_last_page_are_disposed_of(consultation, desk):
    rows, address = submitted(consultation, PER_PAGE + 2), waiting(consultation, page=2)
    form = {"picked": [row.pk for row in rows[PER_PAGE:]], "disposition": "accepted"}
    answer = desk.post(address, form | seen_on(desk.get(address)), follow=True)
    assert answer.status_code == 200 and answer.context["listing"].page.number == 1
    assert [decided(row)[0] for row in rows] == [""] * PER_PAGE + ["accepted"] * 2
    assert len(answer.context["rows"]) == PER_PAGE


def test_a_last_page_that_is_gone_meanwhile_still_takes_what_was_sent_from_it(consultation, desk, administrator):
    rows, address = submitted(consultation, PER_PAGE + 2), waiting(consultation, page=2)
    seen = seen_on(desk.get(address))
    disposing.dispose_each(groups=[[row] for row in rows[:3]], disposition="noted", observation="", by=administrator)
    form = {"picked": [rows[-1].pk], "observation": WHY} | seen
    answer = desk.post(address, form | {"disposition": ""})
    assert answer.status_code == 200 and WHY in answer.text
    assert desk.post(address, form | {"disposition": "not_accepted"}).status_code == 302
    assert decided(rows[-1]) == ("not_accepted", WHY, None)


def test_a_list_that_is_empty_meanwhile_gives_the_observation_back(consultation, desk):
    (row,) = submitted(consultation, 1)
    address = waiting(consultation)
    seen = seen_on(desk.get(address))
    Comment.objects.update(status="withdrawn")
    answer = desk.post(address, {"picked": [row.pk], "disposition": "not_accepted", "observation": WHY} | seen)
    assert answer.status_code == 200 and WHY in answer.text


def test_more_codes_than_are_handled_together_are_refused(consultation, desk):
    first, *rows = submitted(consultation, MOST_TOGETHER + 2)
    address = url("comment_dispose", first.pk)
    form = {"disposition": "noted"} | seen_on(desk.get(address))
    answer = desk.post(address, form | {"codes": ",".join(row.code.replace(" ", "") for row in rows)})
    assert f"Choose at most {MOST_TOGETHER} comments" in answer.text
    assert not Comment.objects.with_disposition("noted").exists()
    codes = [row.code.replace(" ", "") for row in [*rows[:-1], rows[0]]]
    assert desk.post(address, form | {"codes": ",".join(codes)}).status_code == 302
    assert Comment.objects.with_disposition("noted").count() == MOST_TOGETHER + 1


@pytest.mark.parametrize("disposition", ["not_accepted", ""])
def test_no_change_answers_what_is_no_longer_accepted(disposition, chapter, consultation, secretariat, desk):
    placed = chapter.placed.select_related("chapter__edition", "paragraph").order_by("order").first()
    about = {"consultation": consultation, "placed": placed, "base": "Begin early.", "proposed": "Begin now."}
    comment, other = make_submitted(**about), make_submitted(**about)
    edition = chapter.edition
    start_edition(work=edition.work, by=None, label=edition.label, language="en", based_on=edition)
    dispose([comment, other], secretariat)
    applying.apply_comment(comment=now(comment), also=[other], text="Begin now.", version=1, by=secretariat)
    dispose(comment, secretariat, "noted")
    assert now(comment).changes.count() == now(other).changes.count() == 1
    dispose(comment, secretariat, disposition, WHY)
    assert (now(comment).changes.count(), now(other).changes.count()) == (0, 1)
