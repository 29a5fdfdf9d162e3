"""From comment to paragraph: what was accepted is written into the next edition, and comments lead to what changed."""

import pytest
from django.urls import reverse

from consultations import applying, disposing
from consultations.models import Comment
from core.labels import Label
from moderation.refusals import Refused
from tests.factories import (
    make_chapter,
    make_comment,
    make_consultation,
    make_edition,
    make_paragraph,
    make_publication,
    make_submitted,
)
from tests.test_consultations_disposing import over
from training.actions import finalise, start_edition
from training.models import Edition, EditionParagraph, ParagraphChange, ParagraphText
from training.writing import edit_paragraph, merge_paragraph, original_of, remove_paragraph, translate_paragraph

pytestmark = pytest.mark.django_db
APPLY_QUERIES = 15


@pytest.fixture
def consultation(db):
    edition = make_edition(work=make_publication(slug="manual", label=Label.GREEN), label=Label.GREEN)
    chapter = make_chapter(edition=edition, paragraphs=["Begin early.", "Count the doors."])
    return make_consultation(edition=chapter.edition, title="First round")


@pytest.fixture
def placed(consultation):
    rows = EditionParagraph.objects.of(consultation.edition).select_related("chapter__edition", "paragraph", "edition")
    return rows.order_by("order").first()


@pytest.fixture
def following(consultation, secretariat):
    edition = consultation.edition
    given = {"label": edition.label, "language": "en", "based_on": edition}
    return start_edition(work=edition.work, by=secretariat, name="Second edition", **given)


@pytest.fixture
def desk(client_for, secretariat):
    return client_for(secretariat)


@pytest.fixture
def comment(consultation, placed):
    """Accepted, with a proposal."""
    return accepted(consultation=consultation, placed=placed, base="Begin early.", proposed="Begin two years before.")


def accepted(disposition="accepted", **fields):
    row = make_submitted(**fields)
    Comment.objects.filter(pk=row.pk).update(disposition=disposition)
    return Comment.objects.for_detail().get(pk=row.pk)


def url(name, key):
    return reverse(f"consultations:{name}", args=[key])


def in_edition(edition, serial=1):
    return EditionParagraph.objects.of(edition).select_related("chapter", "paragraph", "edition").called(serial).first()


def says(edition, serial=1, language="en"):
    return ParagraphText.objects.get(placed=in_edition(edition, serial), language=language).text


def apply(comment, by, text=None, version=1, **more):
    text = comment.proposed if text is None else text
    return applying.apply_comment(comment=comment, text=text, version=version, by=by, **more)


def links(comment):
    return list(comment.changes.values_list("kind", "after").order_by("pk"))


def test_applying_writes_the_proposal_into_the_next_edition_alone(comment, following, consultation, secretariat):
    change = apply(comment, secretariat)
    assert (says(following), says(consultation.edition)) == ("Begin two years before.", "Begin early.")
    assert (change.kind, change.before, change.by) == ("edited", "Begin early.", secretariat)
    assert links(comment) == [("edited", "Begin two years before.")]
    assert change.paragraph == comment.placed.paragraph and change.edition == following


def test_applying_twice_is_applying_once(comment, following, secretariat):
    changes = {apply(comment, secretariat).pk for _time in range(2)}
    assert len(changes) == 1 and len(links(comment)) == 1
    assert ParagraphChange.objects.of(following).count() == 1


def test_applying_loses_no_text_that_somebody_else_wrote(comment, following, secretariat, administrator):
    edit_paragraph(placed=in_edition(following), text="Begin in time.", version=1, by=administrator)
    with pytest.raises(Refused, match="somebody else changed"):
        apply(comment, secretariat)
    assert (says(following), links(comment)) == ("Begin in time.", [])
    apply(comment, secretariat, "Begin in time, two years before.", version=2)
    assert says(following) == "Begin in time, two years before."


@pytest.mark.parametrize("disposition", ["", "not_accepted", "noted"])
def test_what_was_not_accepted_is_not_applied(disposition, comment, following, secretariat):
    Comment.objects.filter(pk=comment.pk).update(disposition=disposition)
    with pytest.raises(Refused, match="Accept the comment first"):
        apply(comment, secretariat)
    assert says(following) == "Begin early."


def test_without_a_next_edition_nothing_is_applied(comment, secretariat, consultation):
    with pytest.raises(Refused, match="no next edition"):
        apply(comment, secretariat)
    assert says(consultation.edition) == "Begin early."


def test_a_paragraph_that_has_left_the_next_edition_is_not_written(comment, following, secretariat, desk):
    remove_paragraph(placed=in_edition(following), by=secretariat)
    with pytest.raises(Refused, match="has left it"):
        apply(comment, secretariat)
    page = desk.get(url("comment_apply", comment.pk)).text
    assert "the paragraph has left it" in page and "Write it into the next edition" not in page
    answer = desk.post(url("comment_apply", comment.pk), {"text": "My long text.", "version": 1})
    assert answer.status_code == 200 and "My long text." in answer.text
    removed = ParagraphChange.objects.of(following).get(kind="removed")
    desk.post(url("comment_apply", comment.pk), {"link": "1", "shown": [removed.pk], "changes": [removed.pk]})
    assert links(comment) == [("removed", "")]


def test_a_merged_paragraph_is_put_together_by_hand(consultation, following, secretariat, desk):
    second = EditionParagraph.objects.of(consultation.edition).select_related("chapter").order_by("order").last()
    comment = accepted(
        consultation=consultation, placed=second, base="Count the doors.", proposed="Count all doors twice."
    )
    merge_paragraph(placed=in_edition(following), version=1, by=secretariat)
    answer = desk.get(url("comment_apply", comment.pk))
    assert "Put both together by hand" in answer.text
    assert answer.context["form"]["text"].value() == "Begin early.\n\nCount the doors."
    form = {"text": "Begin early.\n\nCount all doors twice.", "version": 2}
    assert desk.post(url("comment_apply", comment.pk), form)["Location"] == url("comment_dispose", comment.pk)
    assert says(following) == "Begin early.\n\nCount all doors twice."
    assert links(comment) == [("edited", "Begin early.\n\nCount all doors twice.")]


def test_a_translation_is_mended_and_stays_as_outdated_as_it_was(consultation, placed, following, secretariat):
    for edition in (consultation.edition, following):
        if edition == following:
            translate_paragraph(
                placed=in_edition(edition), language="es", text="Empiece.", translates=1, by=secretariat
            )
    edit_paragraph(placed=in_edition(following), text="Begin early!", version=1, by=secretariat)
    comment = accepted(
        consultation=consultation, placed=placed, kind="translation", text_language="es", base="Empiece.",
        proposed="Comience temprano.",
    )  # fmt: skip
    apply(comment, secretariat)
    row = ParagraphText.objects.get(placed=in_edition(following), language="es")
    assert (row.text, row.translates, row.version) == ("Comience temprano.", 1, 2)
    assert links(comment) == [("translated", "Comience temprano.")]
    assert says(following) == "Begin early!"


def test_other_comments_are_answered_by_the_same_change(consultation, placed, comment, following, secretariat):
    also = accepted("noted", consultation=consultation, placed=placed)
    refused = accepted("not_accepted", consultation=consultation, placed=placed)
    foreign = accepted(placed=placed)
    draft = make_comment(consultation=consultation, placed=placed)
    apply(comment, secretariat, also=[also, refused, foreign, draft])
    assert [len(links(row)) for row in (also, refused, foreign, draft)] == [1, 0, 0, 0]


def test_after_the_closing_the_text_is_still_changed_and_linked(comment, following, consultation, secretariat):
    disposing.close_consultation(consultation=over(consultation), by=secretariat)
    change = apply(comment, secretariat)
    applying.link_changes(comment=comment, shown=[change], chosen=[], by=secretariat)
    assert links(comment) == []


def test_changes_are_linked_and_unlinked(consultation, following, placed, secretariat):
    comment, refused = accepted(consultation=consultation), accepted("not_accepted", consultation=consultation)
    edit_paragraph(placed=in_edition(following), text="Begin in time.", version=1, by=secretariat)
    new = ParagraphChange.objects.of(following).get()
    make_paragraph(chapter=make_chapter(edition=make_edition()), text="Of another work.")
    old, foreign = ParagraphChange.objects.exclude(pk=new.pk).order_by("pk")[:2]
    applying.link_changes(comment=comment, shown=[new, old], chosen=[new, old, foreign], by=secretariat)
    assert list(comment.changes.all()) == [new]
    with pytest.raises(Refused, match="not accepted"):
        applying.link_changes(comment=refused, shown=[new], chosen=[new], by=secretariat)
    applying.link_changes(comment=comment, shown=[new], chosen=[], by=secretariat)
    assert (list(comment.changes.all()), list(refused.changes.all())) == ([], [])


def test_a_change_that_was_not_shown_stays_linked(comment, following, secretariat):
    first = apply(comment, secretariat)
    second = apply(comment, secretariat, "Begin three years before.", version=2)
    applying.link_changes(comment=comment, shown=[second], chosen=[], by=secretariat)
    assert list(comment.changes.all()) == [first]


def test_comment_dispose_offers_one_click_where_the_text_is_still_the_same(comment, following, desk):
    page = desk.get(url("comment_dispose", comment.pk)).text
    assert "Write it into Second edition" in page
    answer = desk.post(url("comment_apply", comment.pk), {"as_proposed": "1", "version": 1})
    assert answer["Location"] == url("comment_dispose", comment.pk)
    assert says(following) == "Begin two years before."
    page = desk.get(url("comment_dispose", comment.pk)).text
    assert "Write it into Second edition" not in page and "p1 · Second edition" in page


def test_one_click_too_late_shows_both_texts(comment, following, desk, administrator):
    edit_paragraph(placed=in_edition(following), text="Begin in time.", version=1, by=administrator)
    answer = desk.post(url("comment_apply", comment.pk), {"as_proposed": "1", "version": 1})
    assert answer.status_code == 409 and says(following) == "Begin in time."
    assert "Saved meanwhile" in answer.text and "Put both together by hand" in answer.text
    form = answer.context["form"]
    assert form["text"].value() == "Begin two years before." and form["version"].value() == "2"
    desk.post(url("comment_apply", comment.pk), {"text": "Both.", "version": 2})
    assert says(following) == "Both."
    assert "Write it into Second edition" not in desk.get(url("comment_dispose", comment.pk)).text


def test_comment_apply_bears_bad_input(comment, following, desk):
    address = url("comment_apply", comment.pk)
    for bad in ({"text": ""}, {"text": "x" * 20_001}, {"version": "soon"}, {"version": -1}, {"others": ["9" * 30]}):
        answer = desk.post(address, {"text": "Good.", "version": 1} | bad)
        if next(iter(bad)) == "others":  # nobody else is offered
            continue
        assert answer.status_code == 200 and next(iter(bad)) in answer.context["form"].errors
    for bad in ({"changes": ["x"]}, {"changes": ["9" * 30]}, {"shown": [999_999]}):
        assert "Nothing was linked" in desk.post(address, {"link": "1"} | bad, follow=True).text
    for name in ("p17", "p" * 13, "99999999999999999999", "%00", "p1"):
        assert desk.get(f"{address}?p={name}").status_code == 200


def test_comment_apply_finds_the_changes_of_another_paragraph(consultation, following, desk, secretariat):
    comment = accepted(consultation=consultation)
    edit_paragraph(placed=in_edition(following, 2), text="Count twice.", version=1, by=secretariat)
    address = url("comment_apply", comment.pk)
    assert "Count twice." not in desk.get(address).text
    page = desk.get(f"{address}?p=P2")
    assert "Count twice." in page.text
    change = ParagraphChange.objects.of(following).get()
    answer = desk.post(f"{address}?p=P2", {"link": "1", "shown": [change.pk], "changes": [change.pk]}, follow=True)
    assert list(comment.changes.all()) == [change] and "Second edition · p2 · edited" in answer.text


def test_the_states_follow_a_comment_to_the_changed_paragraph_once_it_is_out(
    comment, following, consultation, secretariat, client_for, focal_point
):
    apply(comment, secretariat)
    disposing.close_consultation(consultation=over(consultation), by=secretariat)
    page, state = url("comment_detail", comment.pk), client_for(focal_point)
    there = reverse("training:paragraph_detail", args=["manual", 2, 1])
    assert there in client_for(secretariat).get(page).text
    text = state.get(page).text
    assert there not in text and "once the next edition is out" in text and "Second edition" not in text
    finalise(edition=Edition.objects.get(pk=following.pk), by=secretariat)
    assert there in state.get(page).text


def test_comment_apply_asks_as_often_for_three_as_for_one(
    comment, consultation, placed, following, desk, secretariat, django_assert_num_queries
):
    apply(comment, secretariat)
    accepted(consultation=consultation, placed=placed)
    address = url("comment_apply", comment.pk)
    desk.get(address)
    with django_assert_num_queries(APPLY_QUERIES):
        desk.get(address)
    version = original_of(in_edition(following)).version
    for n in range(2):
        accepted(consultation=consultation, placed=placed)
        apply(comment, secretariat, f"Text {n}.", version=version + n)
    with django_assert_num_queries(APPLY_QUERIES):
        desk.get(address)


def status_of(edition):
    return Edition.objects.get(pk=edition.pk).status


def test_the_next_edition_takes_the_place_of_the_one_that_was_asked_about(
    comment, following, consultation, secretariat, desk
):
    disposing.close_consultation(consultation=over(consultation), by=secretariat)
    page = desk.get("/en/manual/manual/2/finalise/").text
    assert "“Edition 1” is superseded by it" in page and "1 accepted proposal is not in the text yet." in page
    assert "is not closed" not in page
    finalise(edition=following, by=secretariat)
    assert status_of(consultation.edition) == "superseded"
    page = desk.get(consultation.edition.get_absolute_url()).text
    assert "This edition is superseded" in page and "Read Second edition" in page
    assert "Its text is not final" not in page


def test_an_edition_gives_way_only_when_its_consultation_is_closed(comment, following, consultation, secretariat, desk):
    page = desk.get("/en/manual/manual/2/finalise/").text
    assert "1 consultation on an earlier edition is not closed." in page and "Make it final and publish it" in page
    assert "It takes the place of no earlier edition." in page
    finalise(edition=following, by=secretariat)
    assert status_of(consultation.edition) == "consultation"
    disposing.close_consultation(consultation=over(consultation), by=secretariat)
    assert status_of(consultation.edition) == "superseded"
    page = desk.get(consultation.get_absolute_url()).text
    assert "Read Second edition" in page and "What changed" in page
    page = desk.get(following.get_absolute_url()).text
    assert "The States were asked about Edition 1, on which this one is based:" in page and "First round" in page


def test_who_goes_on_to_the_next_comment_hears_what_is_to_be_written(comment, consultation, secretariat, desk, placed):
    form = {"disposition": "accepted", "next": "1"}
    page = desk.post(url("comment_dispose", comment.pk), form, follow=True).text
    assert "Begin the next edition to write there what was accepted." in page
    page = desk.get(url("consultation_close", consultation.pk)).text
    assert "Begin the next edition" in page and "It can be closed after" in page
    given = {"label": consultation.edition.label, "language": "en", "based_on": consultation.edition}
    start_edition(work=consultation.edition.work, by=secretariat, **given)
    page = desk.post(url("comment_dispose", comment.pk), form, follow=True).text
    assert f"{comment.code} can be written into Edition 2" in page
    assert "Begin the next edition" not in desk.get(url("consultation_close", consultation.pk)).text
