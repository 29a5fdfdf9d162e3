"""What becomes of comments: the secretariat disposes of them, one or several together, and closes the consultation."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from consultations import disposing
from consultations.models import Comment, Consultation, Endorsement
from core.labels import Label
from moderation.refusals import Refused
from notifications.models import Notification
from tests.factories import (
    make_chapter,
    make_comment,
    make_consultation,
    make_edition,
    make_publication,
    make_state,
    make_submitted,
)
from training.actions import finalise

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
WHY = "It is said in chapter 2 already."
LIST_QUERIES = 19
DISPOSE_QUERIES = 9


@pytest.fixture
def chapter(db):
    edition = make_edition(work=make_publication(slug="manual", label=Label.GREEN), label=Label.GREEN)
    return make_chapter(edition=edition, paragraphs=["Begin early.", "Count the doors."])


@pytest.fixture
def consultation(chapter):
    return make_consultation(edition=chapter.edition, title="First round")


@pytest.fixture
def placed(chapter):
    return chapter.placed.select_related("chapter__edition", "paragraph").order_by("order").first()


@pytest.fixture
def desk(client_for, secretariat):
    return client_for(secretariat)


def dispose(comments, by, disposition="accepted", observation="", **more):
    rows = comments if isinstance(comments, list) else [comments]
    return disposing.dispose(comments=rows, disposition=disposition, observation=observation, by=by, **more)


def now(row):
    return type(row).objects.get(pk=row.pk)


def over(consultation):
    """Let the time of all States be over."""
    moment = timezone.now() - DAY
    Consultation.objects.filter(pk=consultation.pk).update(opens=moment - DAY, closes=moment, ends=moment)
    return now(consultation)


def url(name, key):
    return reverse(f"consultations:{name}", args=[key])


def seen_on(page):
    """How the comments on a page stood when it was read, as its form sends that."""
    form = page.context["form"]
    return {name: form[name].value() for name in form.fields if name.startswith("seen-")}


def decided(comment):
    comment = now(comment)
    return comment.disposition, comment.observation, comment.handled_with_id


def test_disposing_keeps_who_when_and_why(consultation, secretariat):
    comment = make_submitted(consultation=consultation)
    dispose(comment, secretariat, "not_accepted", WHY)
    row = now(comment)
    assert (row.disposition, row.observation, row.disposed_by) == ("not_accepted", WHY, secretariat)
    assert row.disposed and row.handled_with is None
    assert row.history.first().disposition == "not_accepted"


@pytest.mark.parametrize("disposition", ["not_accepted", "in_part"])
def test_what_is_not_accepted_or_not_all_of_it_needs_a_reason(disposition, consultation, secretariat):
    comment = make_submitted(consultation=consultation)
    for nothing in ("", "  \n "):
        with pytest.raises(Refused, match="say why"):
            dispose(comment, secretariat, disposition, nothing)
    assert decided(comment) == ("", "", None)


def test_several_are_handled_with_the_first_of_them(consultation, secretariat):
    first, second, third = (make_submitted(consultation=consultation) for _n in range(3))
    dispose([second, first, third], secretariat, "in_part", WHY)
    assert decided(second) == ("in_part", WHY, None)
    assert decided(first) == decided(third) == ("in_part", WHY, second.pk)
    dispose(third, secretariat, "noted")
    assert (decided(third), decided(first)[2]) == (("noted", "", None), second.pk)
    dispose([second], secretariat, "accepted")  # what was handled with it stands for itself now
    assert decided(first) == ("in_part", WHY, None)


def test_the_same_disposition_twice_is_one(consultation, secretariat, administrator):
    comment = make_submitted(consultation=consultation)
    seen = {comment.pk: disposing.standing_of(comment)}
    for person in (secretariat, administrator):
        dispose(comment, person, "noted", seen=seen)
    assert (now(comment).disposed_by, now(comment).history.count()) == (secretariat, 3)


def test_two_secretaries_lose_nothing(consultation, secretariat, administrator):
    comment, other = (make_submitted(consultation=consultation) for _n in range(2))
    seen = {row.pk: disposing.standing_of(row) for row in (comment, other)}
    dispose(comment, secretariat, "not_accepted", WHY)
    with pytest.raises(Refused, match=comment.code):
        dispose([other, comment], administrator, "accepted", seen=seen)
    assert (decided(comment)[:2], decided(other)) == (("not_accepted", WHY), ("", "", None))


def test_a_disposition_is_taken_back(consultation, secretariat):
    comment = make_submitted(consultation=consultation)
    dispose(comment, secretariat, "not_accepted", WHY)
    dispose(comment, secretariat, "", WHY)
    row = now(comment)
    assert (row.disposition, row.observation, row.disposed, row.disposed_by) == ("", WHY, None, None)


def test_drafts_and_withdrawn_comments_are_not_disposed_of(consultation, secretariat):
    draft = make_comment(consultation=consultation)
    withdrawn, good = make_submitted(consultation=consultation), make_submitted(consultation=consultation)
    Comment.objects.filter(pk=withdrawn.pk).update(status="withdrawn")
    for row in (draft, withdrawn):
        with pytest.raises(Refused, match="withdrawn meanwhile"):
            dispose([good, row], secretariat)
    assert {decided(row) for row in (draft, withdrawn, good)} == {("", "", None)}


def test_comments_of_two_consultations_are_not_handled_together(consultation, secretariat):
    mine, other = make_submitted(consultation=consultation), make_submitted()
    with pytest.raises(Refused):
        dispose([mine, other], secretariat)
    assert decided(mine) == decided(other) == ("", "", None)


def test_nothing_is_disposed_of_after_the_closing(consultation, secretariat):
    comment = make_submitted(consultation=consultation)
    dispose(comment, secretariat)
    disposing.close_consultation(consultation=over(consultation), by=secretariat)
    with pytest.raises(Refused, match="closed"):
        dispose(comment, secretariat, "noted")
    assert decided(comment) == ("accepted", "", None)


def test_who_reads_dispositions(consultation, focal_point, expert, secretariat, administrator, partner):
    people = (focal_point, expert, partner, secretariat, administrator)
    assert [disposing.shows_dispositions(person, consultation) for person in people] == [False] * 3 + [True] * 2
    consultation.closed = timezone.now()
    assert all(disposing.shows_dispositions(person, consultation) for person in people)


def test_closing_waits_for_the_last_state_and_for_each_comment(consultation, secretariat):
    comment, draft = make_submitted(consultation=consultation), make_comment(consultation=consultation)
    dispose(comment, secretariat)
    with pytest.raises(Refused, match="can still comment"):
        disposing.close_consultation(consultation=consultation, by=secretariat)
    waiting = make_submitted(consultation=consultation)
    with pytest.raises(Refused, match="1 comment has no disposition"):
        disposing.close_consultation(consultation=over(consultation), by=secretariat)
    assert now(consultation).closed is None
    dispose(waiting, secretariat, "noted")
    disposing.close_consultation(consultation=consultation, by=secretariat)
    assert now(consultation).closed and now(draft).status == "draft"


def test_closing_waits_for_the_time_to_endorse(consultation, secretariat):
    Consultation.objects.filter(pk=consultation.pk).update(shown="after_closing")
    with pytest.raises(Refused, match="can still endorse"):
        disposing.close_consultation(consultation=over(consultation), by=secretariat)
    moment = timezone.now() - 15 * DAY
    Consultation.objects.filter(pk=consultation.pk).update(opens=moment - DAY, closes=moment, ends=moment)
    assert disposing.close_consultation(consultation=consultation, by=secretariat).closed


def test_closing_tells_the_states_that_commented_or_endorsed_once(
    consultation, secretariat, focal_point, alternate, other_focal_point, expert, partner
):
    comment = make_submitted(consultation=consultation, state=focal_point.mandates_in_force[0].state, author=expert)
    silent = make_submitted(consultation=consultation, state=make_state(), status="withdrawn")
    Comment.objects.filter(pk=silent.pk).update(status="withdrawn")
    dispose(comment, secretariat)
    Endorsement.objects.create(comment=comment, state=other_focal_point.mandates_in_force[0].state)
    for _time in range(2):
        disposing.close_consultation(consultation=over(consultation), by=secretariat)
    rows = Notification.objects.filter(kind="consultation_closed")
    told = set(rows.values_list("person", flat=True))
    assert told == {focal_point.pk, alternate.pk, other_focal_point.pk, expert.pk}
    assert rows.count() == 4


def test_an_edition_in_consultation_is_final_only_after_the_closing(consultation, secretariat, desk):
    over(consultation)
    with pytest.raises(Refused, match="not closed yet"):
        finalise(edition=consultation.edition, by=secretariat)
    page = desk.get("/en/manual/manual/1/finalise/").text
    assert "A consultation on this edition is not closed yet." in page and "Make it final and publish it" not in page
    disposing.close_consultation(consultation=consultation, by=secretariat)
    assert "Make it final and publish it" in desk.get("/en/manual/manual/1/finalise/").text
    assert finalise(edition=consultation.edition, by=secretariat).status == "final"


def addresses(consultation, comment):
    yield url("disposition_list", consultation.pk)
    yield url("consultation_close", consultation.pk)
    yield reverse("consultations:proposal_compare", args=[consultation.pk, comment.placed.paragraph.serial])
    yield url("comment_dispose", comment.pk)
    yield url("comment_apply", comment.pk)


@pytest.mark.parametrize("name", ["partner", "expert", "alternate", "focal_point"])
def test_pages_of_dispositions_are_the_secretariats_alone(name, consultation, placed, client_for, request):
    person = request.getfixturevalue(name)
    comment = make_submitted(consultation=consultation, placed=placed, author=person)
    for address in addresses(consultation, comment):
        assert client_for(person).get(address).status_code == 403
        assert client_for(person).post(address, {"disposition": "accepted"}).status_code in (403, 405)
    assert (decided(comment), now(consultation).closed) == (("", "", None), None)


def test_visitors_are_led_to_the_log_in_and_what_is_not_there_is_not_found(consultation, placed, client, desk):
    comment = make_submitted(consultation=consultation, placed=placed)
    draft = make_comment(consultation=consultation, placed=placed)
    for address in addresses(consultation, comment):
        assert "/account/login/" in client.get(address)["Location"]
        assert desk.get(address).status_code == 200
    for row in (draft.pk, 999_999):
        assert desk.get(url("comment_dispose", row)).status_code == 404
        assert desk.get(url("comment_apply", row)).status_code == 404
    assert desk.get(url("disposition_list", 999_999)).status_code == 404
    assert desk.get(reverse("consultations:proposal_compare", args=[consultation.pk, 777])).status_code == 404


def test_comment_dispose_keeps_the_disposition_and_goes_on(consultation, placed, desk):
    first, second = (make_submitted(consultation=consultation, placed=placed) for _n in range(2))
    answer = desk.post(url("comment_dispose", first.pk), {"disposition": "noted", "observation": WHY, "next": "1"})
    assert answer["Location"] == url("comment_dispose", second.pk)
    assert decided(first) == ("noted", WHY, None)
    answer = desk.post(url("comment_dispose", second.pk), {"disposition": "accepted", "next": "1"}, follow=True)
    assert answer.redirect_chain[-1][0] == url("disposition_list", consultation.pk)
    assert "No other comment waits" in answer.text


def test_comment_dispose_gives_everything_back_that_is_refused(consultation, placed, desk):
    comment, other = (make_submitted(consultation=consultation, placed=placed) for _n in range(2))
    form = {"disposition": "not_accepted", "observation": "", "others": [other.pk], "codes": "XX 99"}
    answer = desk.post(url("comment_dispose", comment.pk), form)
    assert answer.status_code == 200 and decided(comment) == decided(other) == ("", "", None)
    assert "Say why it is not accepted" in answer.text and "XX 99" in answer.text
    assert answer.context["form"]["others"].value() == [str(other.pk)]
    for bad in ({"disposition": "perhaps"}, {"codes": "ninety"}, {"others": ["9" * 30]}, {"observation": "x" * 5001}):
        answer = desk.post(url("comment_dispose", comment.pk), {"disposition": "accepted"} | bad)
        assert answer.status_code == 200 and next(iter(bad)) in answer.context["form"].errors
    assert decided(comment) == ("", "", None)


def test_comment_dispose_handles_several_together(consultation, placed, desk):
    comment, beside, far, foreign = (
        make_submitted(consultation=consultation, placed=placed),
        make_submitted(consultation=consultation, placed=placed),
        make_submitted(consultation=consultation, state=make_state(iso2="PE")),
        make_submitted(),
    )
    page = desk.get(url("comment_dispose", comment.pk))
    assert beside.code in page.text and far.code not in page.text
    form = {"disposition": "accepted", "others": [beside.pk], "codes": far.code.lower()} | seen_on(page)
    desk.post(url("comment_dispose", comment.pk), form)
    assert [decided(row)[2] for row in (comment, beside, far)] == [None, comment.pk, comment.pk]
    answer = desk.post(url("comment_dispose", comment.pk), form | {"others": [foreign.pk]})
    assert "others" in answer.context["form"].errors
    assert desk.get(url("comment_dispose", comment.pk)).context["form"].initial["others"] == [far.pk, beside.pk]


def test_comment_dispose_says_who_was_faster(consultation, placed, desk, administrator):
    comment = make_submitted(consultation=consultation, placed=placed)
    seen = seen_on(desk.get(url("comment_dispose", comment.pk)))
    dispose(comment, administrator, "not_accepted", WHY)
    form = {"disposition": "accepted", "observation": "Mine."} | seen
    answer = desk.post(url("comment_dispose", comment.pk), form)
    assert "somebody else decided" in answer.text and WHY in answer.text and "Mine." in answer.text
    assert decided(comment)[0] == "not_accepted"
    desk.post(url("comment_dispose", comment.pk), form | seen_on(answer))
    assert decided(comment) == ("accepted", "Mine.", None)


def test_disposition_list_disposes_of_what_is_ticked(consultation, placed, desk):
    rows = [make_submitted(consultation=consultation, placed=placed) for _n in range(3)]
    address = url("disposition_list", consultation.pk)
    desk.post(address, {"picked": [rows[0].pk, rows[1].pk], "disposition": "noted"} | seen_on(desk.get(address)))
    assert [decided(row) for row in rows] == [("noted", "", None), ("noted", "", None), ("", "", None)]
    form = {"picked": [rows[1].pk, rows[2].pk], "disposition": "not_accepted", "observation": WHY, "together": "on"}
    assert desk.post(address, form | seen_on(desk.get(address)))["Location"] == address
    said = {row.pk: decided(row)[2] for row in rows}
    first = Comment.objects.filter(pk__in=[rows[1].pk, rows[2].pk]).in_matrix_order().first()
    assert sorted(filter(None, said.values())) == [first.pk] and said[first.pk] is None


def test_disposition_list_refuses_all_where_one_cannot_be_done(consultation, placed, desk, administrator):
    rows = [make_submitted(consultation=consultation, placed=placed) for _n in range(2)]
    address = url("disposition_list", consultation.pk)
    seen = {f"seen-{row.pk}": disposing.standing_of(row) for row in rows}
    dispose(rows[1], administrator, "accepted")
    form = {"picked": [row.pk for row in rows], "disposition": "not_accepted", "observation": WHY}
    answer = desk.post(address, form | seen)
    assert answer.status_code == 200 and WHY in answer.text and answer.text.count(" checked") >= 2
    assert [decided(row)[0] for row in rows] == ["", "accepted"]
    desk.post(address, form | seen_on(answer))
    assert [decided(row)[0] for row in rows] == ["not_accepted", "not_accepted"]
    for bad in ({"picked": []}, {"picked": ["x"]}, {"disposition": ""}, {"observation": ""}):
        answer = desk.post(address, form | bad)
        assert answer.status_code == 200 and next(iter(bad)) in answer.context["form"].errors


def test_disposition_list_is_narrowed(consultation, placed, desk, secretariat):
    one = make_submitted(consultation=consultation, placed=placed, proposed="Begin soon.", base="Begin early.")
    two = make_submitted(consultation=consultation, placed=placed, proposed="Begin now.", base="Begin early.")
    three = make_submitted(consultation=consultation, kind="editorial", chapter=placed.chapter)
    four = make_submitted(consultation=consultation)
    make_comment(consultation=consultation, text="A secret draft.")
    dispose(two, secretariat, "accepted")
    dispose(three, secretariat, "noted")

    def found(query):
        answer = desk.get(f"{url('disposition_list', consultation.pk)}?{query}")
        assert "A secret draft." not in answer.text
        return {row.pk for row, _difference in answer.context["rows"]}

    assert found("") == found("disposition=no-such&state=zz&chapter=77") == {one.pk, two.pk, three.pk, four.pk}
    assert found("disposition=waiting") == {one.pk, four.pk}
    assert found("disposition=accepted") == found("todo=unapplied") == {two.pk}
    assert found("todo=rivals") == {one.pk, two.pk}
    assert found("kind=editorial") == {three.pk}
    assert found("chapter=none") == {four.pk}
    assert found("chapter=1") == {one.pk, two.pk, three.pk}
    assert found(f"state={four.state.iso2.lower()}") == {four.pk}
    for page in ("0", "x", "9" * 9):
        assert desk.get(f"{url('disposition_list', consultation.pk)}?page={page}").status_code == 404


def test_disposition_list_asks_as_often_for_three_as_for_one(
    consultation, placed, desk, django_assert_num_queries, other_focal_point
):
    def make():
        row = make_submitted(consultation=consultation, placed=placed, proposed="Begin now.", base="Begin early.")
        Endorsement.objects.create(comment=row, state=make_state())

    address = url("disposition_list", consultation.pk)
    make()
    desk.get(address)
    with django_assert_num_queries(LIST_QUERIES):
        desk.get(address)
    make(), make()
    with django_assert_num_queries(LIST_QUERIES):
        desk.get(address)


def test_comment_dispose_asks_as_often_for_three_as_for_one(consultation, placed, desk, django_assert_num_queries):
    rows = [make_submitted(consultation=consultation, placed=placed) for _n in range(2)]
    address = url("comment_dispose", rows[0].pk)
    desk.get(address)
    with django_assert_num_queries(DISPOSE_QUERIES):
        desk.get(address)
    make_submitted(consultation=consultation, placed=placed)
    make_submitted(consultation=consultation, placed=placed)
    with django_assert_num_queries(DISPOSE_QUERIES):
        desk.get(address)


def test_proposal_compare_shows_the_proposals_side_by_side(consultation, placed, desk, secretariat):
    make_submitted(consultation=consultation, placed=placed, proposed="Begin at once.", base="Begin early.")
    make_submitted(consultation=consultation, placed=placed, proposed="Begin two years before.", base="Begin early.")
    plain = make_submitted(consultation=consultation, placed=placed, text="<b>Why</b> early?")
    elsewhere = make_submitted(consultation=consultation, text="Another place.")
    make_comment(consultation=consultation, placed=placed, text="A secret draft.")
    address = reverse("consultations:proposal_compare", args=[consultation.pk, placed.paragraph.serial])
    page = desk.get(address).text
    assert "<del>early.</del>" in page and "<ins>at once.</ins>" in page and "<ins>two years before.</ins>" in page
    assert "&lt;b&gt;Why&lt;/b&gt; early?" in page and plain.code in page
    assert elsewhere.text not in page and "A secret draft." not in page
    assert address in desk.get(url("disposition_list", consultation.pk)).text


def test_consultation_close_says_what_keeps_it_and_closes(consultation, desk, focal_point, client_for):
    comment = make_submitted(consultation=consultation)
    address = url("consultation_close", consultation.pk)
    assert "States can still comment" in desk.get(address).text
    assert "States can still comment" in desk.post(address, follow=True).text
    over(consultation)
    assert "1 comment has no disposition yet." in desk.get(address).text
    desk.post(url("comment_dispose", comment.pk), {"disposition": "accepted"})
    assert "Close it and publish" in desk.get(address).text
    assert now(consultation).closed is None
    assert desk.post(address)["Location"] == consultation.get_absolute_url()
    assert now(consultation).closed
    assert "It was closed already." in desk.get(address).text
    page = desk.get(url("comment_dispose", comment.pk)).text
    assert "Save, and go" not in page and "Accepted" in page
    answer = desk.post(url("comment_dispose", comment.pk), {"disposition": "not_accepted", "observation": WHY})
    assert "this consultation is closed" in answer.text and WHY in answer.text
    assert decided(comment)[0] == "accepted"


def test_dispositions_are_the_secretariats_draft_until_the_closing(consultation, desk, client_for, focal_point):
    comment = make_submitted(consultation=consultation, state=focal_point.mandates_in_force[0].state)
    desk.post(url("comment_dispose", comment.pk), {"disposition": "not_accepted", "observation": WHY})
    state, page = client_for(focal_point), url("comment_detail", comment.pk)
    assert WHY in desk.get(page).text
    assert WHY not in state.get(page).text and "Not accepted" not in state.get(page).text
    disposing.close_consultation(consultation=over(consultation), by=now(comment).disposed_by)
    assert WHY in state.get(page).text and "Not accepted" in state.get(page).text


def test_disposition_list_folds_what_narrows_by_type_state_or_chapter(consultation, placed, desk):
    for kind in ("general", "technical"):
        make_submitted(consultation=consultation, placed=placed, kind=kind)
    page = desk.get(url("disposition_list", consultation.pk)).text
    assert page.index("By type, State or chapter") < page.index("Type:") and page.count("Type:") == 1
