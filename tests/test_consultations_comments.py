"""Comments of States: drafted in their own space, submitted by the Focal Point alone, withdrawn, endorsed."""

import datetime
import uuid

import pytest
from django.utils import timezone

from consultations import commenting
from consultations.models import Comment, CommentNote, Consultation
from moderation.refusals import Refused
from tests.commented import draft, end, page, submit
from tests.factories import (
    make_chapter,
    make_comment,
    make_consultation,
    make_edition,
    make_submitted,
    make_user,
)
from training.models import EditionParagraph
from training.writing import translate_paragraph

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
TEXT = "Begin to plan **early**, two years ahead."
Status = Comment.Status


@pytest.fixture
def consultation():
    return make_consultation(edition=make_chapter(paragraphs=[TEXT, "Name one person."]).edition)


@pytest.fixture
def placed(consultation):
    return placed_in(consultation)


def placed_in(consultation, number="1.1"):
    return EditionParagraph.objects.for_writing().get(edition=consultation.edition, number=number)


def address(comment, act=""):
    return f"/en/manual/consultations/comments/{comment.pk}/{act}"


def adding(consultation, state, query=""):
    return f"/en/manual/consultations/{consultation.pk}/spaces/{state.slug}/add/{query}"


def words(**more):
    """What a form of a comment holds, save what is given otherwise."""
    begun = {"kind": "technical", "text": "Zx two years are short.", "rationale": "", "language": "en"}
    return {**begun, "proposed": TEXT, **more}


def test_comment_add_begins_with_the_text_of_the_paragraph(client_for, expert, consultation, placed, brazil):
    text = page(client_for(expert), adding(consultation, brazil, f"?p={placed.paragraph.serial}"))
    assert TEXT in text and "<strong>early</strong>" in text and "Comment on 1.1 (p1)" in text


def test_comment_add_keeps_a_draft_with_its_proposed_change(client_for, expert, consultation, placed, brazil):
    sent = words(proposed=TEXT.replace("two", "three"), rationale="Zx why.", token=uuid.uuid4())
    client = client_for(expert)
    response = client.post(adding(consultation, brazil, f"?p={placed.paragraph.serial}"), sent)
    comment = Comment.objects.get()
    assert response.url == comment.get_absolute_url()
    assert (comment.status, comment.serial, comment.author, comment.state) == (Status.DRAFT, None, expert, brazil)
    assert (comment.placed, comment.chapter, comment.kind) == (placed, placed.chapter, "technical")
    assert (comment.base, comment.proposed, comment.text_language) == (TEXT, sent["proposed"], "en")
    text = page(client, response.url)
    assert "<del>two</del> <ins>three</ins>" in text and "Zx why." in text


def test_comment_add_proposes_nothing_where_the_text_was_left_as_it_is(
    client_for, expert, consultation, placed, brazil
):
    client_for(expert).post(adding(consultation, brazil, f"?p={placed.paragraph.serial}"), words())
    comment = Comment.objects.get()
    assert (comment.proposed, comment.base) == ("", "")


def test_comment_add_takes_a_chapter_or_the_whole_text(client_for, expert, consultation, placed, brazil):
    client = client_for(expert)
    assert 'name="proposed"' not in page(client, adding(consultation, brazil))
    client.post(adding(consultation, brazil), words())
    client.post(adding(consultation, brazil, "?chapter=1"), words())
    whole, chapter = Comment.objects.order_by("pk")
    assert (whole.chapter, whole.placed, whole.proposed) == (None, None, "")
    assert (chapter.chapter, chapter.placed) == (placed.chapter, None)


def test_comment_add_comments_on_a_translation(client_for, expert, consultation, placed, brazil):
    translate_paragraph(placed=placed, language="es", text="Planifique pronto.", translates=1, by=None)
    client, query = client_for(expert), f"?p={placed.paragraph.serial}&language=es"
    assert "Planifique pronto." in page(client, adding(consultation, brazil, query))
    client.post(adding(consultation, brazil, query), words(kind="translation", proposed="Planifique temprano."))
    comment = Comment.objects.get()
    assert (comment.text_language, comment.base) == ("es", "Planifique pronto.")


def test_comment_add_sent_twice_is_one_draft(client_for, expert, consultation, brazil):
    client, token = client_for(expert), uuid.uuid4()
    for text in ("Zx one.", "Zx one.", "Zx corrected."):
        client.post(adding(consultation, brazil), words(text=text, token=token))
    comment = Comment.objects.get()
    assert (comment.text, comment.version) == ("Zx corrected.", 2)


def test_comment_add_sent_again_does_not_undo_what_a_colleague_wrote(consultation, expert, alternate, brazil):
    token = uuid.uuid4()
    comment = draft(consultation, brazil, expert, token=token)
    commenting.edit_comment(comment=comment, by=alternate, version=1, text="Zx hers.", kind="general", language="en")
    with pytest.raises(commenting.ChangedMeanwhile):
        draft(consultation, brazil, expert, token=token, text="Zx late.")
    assert Comment.objects.get().text == "Zx hers."


def test_comment_add_after_the_closing_keeps_the_text_as_a_draft(client_for, expert, consultation, brazil):
    end(consultation)
    client = client_for(expert)
    text = page(client, adding(consultation, brazil))
    assert "The time to comment is over." in text and "<textarea" not in text
    response = client.post(adding(consultation, brazil), words(), follow=True)
    assert Comment.objects.get().status == Status.DRAFT
    assert "Your text is kept as a draft, but it cannot be submitted now." in response.content.decode()
    with pytest.raises(Refused, match="time to comment is over"):
        draft(consultation, brazil, expert)


def test_comment_add_on_what_has_left_gives_the_text_back(client_for, expert, consultation, brazil):
    client = client_for(expert)
    page(client, adding(consultation, brazil, "?p=99"), 404)
    for query in ("?p=99", "?p=zx", "?chapter=9", "?chapter=zx"):
        response = client.post(adding(consultation, brazil, query), words())
        text = response.content.decode()
        assert "is not, or no longer, in this text" in text and "Zx two years are short." in text
    assert not Comment.objects.exists()


def test_comment_add_refuses_a_chapter_that_is_not_asked_about(client_for, expert, brazil):
    edition = make_edition()
    asked = make_chapter(edition=edition, paragraphs=["Zx asked."])
    other = make_chapter(edition=edition, paragraphs=["Zx other."])
    consultation = make_consultation(edition=edition, chapters=[asked])
    client = client_for(expert)
    page(client, adding(consultation, brazil, "?chapter=2"), 404)
    response = client.post(adding(consultation, brazil, "?chapter=2"), words())
    assert "The States are not asked about this chapter." in response.content.decode()
    with pytest.raises(Refused, match="not asked about this chapter"):
        draft(consultation, brazil, expert, chapter=other)


def test_comment_add_refuses_what_is_no_comment(client_for, expert, consultation, placed, brazil):
    client, url = client_for(expert), adding(consultation, brazil, f"?p={placed.paragraph.serial}")
    for bad, said in (
        ({"text": " \u200b "}, "This field is required."),
        ({"text": "x" * 5001}, "at most 5000 characters"),
        ({"rationale": "x" * 5001}, "at most 5000 characters"),
        ({"proposed": "x" * 20001}, "at most 20000 characters"),
        ({"kind": "zx"}, "Select a valid choice."),
        ({"language": "de"}, "Select a valid choice."),
    ):
        text = client.post(url, words(**bad)).content.decode()
        assert said in text and "There is a problem" in text
    assert not Comment.objects.exists()


def test_draft_comment_refuses_what_a_form_would(consultation, expert, brazil, placed):
    for bad in (
        {"text": " "}, {"text": "x" * 5001}, {"kind": "zx"}, {"language": "de"}, {"text_language": "de"},
        {"proposed": "Zx", "chapter": placed.chapter}, {"proposed": "Zx", "placed": placed, "text_language": "fr"},
    ):  # fmt: skip
        with pytest.raises(Refused):
            draft(consultation, brazil, expert, **bad)
    with pytest.raises(Refused, match="not, or no longer, in the text"):
        draft(make_consultation(), brazil, expert, placed=placed)


def test_a_state_that_is_not_asked_does_not_comment(client_for, expert, brazil, mexico):
    consultation = make_consultation(states=[mexico])
    assert "is not among the States that are asked" in page(client_for(expert), adding(consultation, brazil))
    with pytest.raises(Refused, match="not among the States"):
        draft(consultation, brazil, expert)


def test_comments_are_written_in_ones_own_space_alone(
    client_for, other_focal_point, partner, secretariat, visitor, consultation, brazil
):
    url = adding(consultation, brazil)
    page(client_for(other_focal_point), url, 404)
    page(client_for(partner), url, 403)
    page(client_for(secretariat), url, 403)
    assert client_for(visitor).get(url).status_code == 302
    assert client_for(other_focal_point).post(url, words()).status_code == 404
    assert not Comment.objects.exists()


def test_whoever_was_logged_out_while_writing_gets_the_text_back(client, consultation, brazil):
    response = client.post(adding(consultation, brazil), words())
    assert response.status_code == 403 and "Zx two years are short." in response.content.decode()


def test_drafts_are_read_by_their_state_alone(
    client_for, expert, alternate, focal_point, other_focal_point, secretariat, partner, consultation, brazil
):
    colleague = make_user(state=brazil)
    comment = make_comment(consultation=consultation, state=brazil, author=expert, text="Zx secret draft.")
    for person in (expert, alternate, focal_point, colleague):
        assert "Zx secret draft." in page(client_for(person), address(comment))
    for person, status in ((other_focal_point, 404), (secretariat, 404), (partner, 403)):
        page(client_for(person), address(comment), status)


def test_experts_edit_their_own_drafts_and_mandate_holders_all(
    client_for, expert, alternate, focal_point, consultation, brazil
):
    comment = make_comment(consultation=consultation, state=brazil, author=expert)
    for person in (expert, alternate, focal_point):
        page(client_for(person), address(comment, "edit/"))
    page(client_for(make_user(state=brazil)), address(comment, "edit/"), 403)
    page(client_for(make_user(state=brazil)), address(comment, "remove/"), 403)


def test_whoever_left_the_state_no_longer_writes_there(client_for, expert, mexico, consultation, brazil):
    comment = make_comment(consultation=consultation, state=brazil, author=expert, text="Zx his own.")
    expert.state = mexico
    expert.save()
    page(client_for(expert), address(comment), 404)
    page(client_for(expert), address(comment, "edit/"), 404)


def test_comment_edit_keeps_other_words(client_for, expert, consultation, placed, brazil):
    comment = make_comment(consultation=consultation, state=brazil, author=expert, placed=placed)
    response = client_for(expert).post(
        address(comment, "edit/"), words(text="Zx better.", proposed="Zx new.", version=1)
    )
    assert response.url == comment.get_absolute_url()
    comment.refresh_from_db()
    assert (comment.text, comment.proposed, comment.base, comment.version) == ("Zx better.", "Zx new.", TEXT, 2)


def test_comment_edit_of_two_at_a_time_loses_nothing(client_for, expert, alternate, consultation, placed, brazil):
    comment = make_comment(consultation=consultation, state=brazil, author=expert, placed=placed)
    mine, hers = client_for(expert), client_for(alternate)
    hers.post(address(comment, "edit/"), words(text="Zx hers.", version=1))
    response = mine.post(address(comment, "edit/"), words(text="Zx mine.", version=1))
    text = response.content.decode()
    assert response.status_code == 409 and "Saved meanwhile" in text
    assert "hers." in text and ">\nZx mine.</textarea>" in text and 'name="version" value="2"' in text
    assert Comment.objects.get().text == "Zx hers."
    mine.post(address(comment, "edit/"), words(text="Zx mine.", version=2))
    assert Comment.objects.get().text == "Zx mine."


def test_comment_edit_of_a_draft_that_was_removed_gives_the_text_back(client_for, expert, consultation, brazil):
    comment = make_comment(consultation=consultation, state=brazil, author=expert)
    client, url = client_for(expert), address(comment, "edit/")
    commenting.remove_draft(comment=comment, by=expert)
    response = client.post(url, words(version=1, proposed="Zx <b>change.", rationale="Zx why."))
    text = response.content.decode()
    assert response.status_code == 404 and "this comment was removed" in text
    assert all(said in text for said in ("Zx two years are short.", "Zx &lt;b&gt;change.", "Zx why."))
    assert "There is no such page" in page(client, url, 404)


def test_comment_edit_of_a_submitted_comment_is_refused(client_for, focal_point, consultation, brazil):
    comment = make_submitted(consultation=consultation, state=brazil, text="Zx said.")
    client = client_for(focal_point)
    assert client.get(address(comment, "edit/")).url == comment.get_absolute_url()
    response = client.post(address(comment, "edit/"), words(text="Zx too late.", version=1))
    text = response.content.decode()
    assert "It was submitted" in text or "the comment was submitted" in text
    assert "Zx too late." in text and Comment.objects.get().text == "Zx said."


def test_comment_edit_after_the_closing_keeps_the_text(client_for, expert, consultation, brazil):
    comment = make_comment(consultation=consultation, state=brazil, author=expert)
    end(consultation)
    client = client_for(expert)
    assert client.get(address(comment, "edit/")).url == comment.get_absolute_url()
    client.post(address(comment, "edit/"), words(text="Zx written too long.", version=1))
    comment.refresh_from_db()
    assert (comment.text, comment.status) == ("Zx written too long.", Status.DRAFT)


def test_comment_remove_asks_and_removes_a_draft(client_for, expert, consultation, brazil):
    comment = make_comment(consultation=consultation, state=brazil, author=expert)
    commenting.add_note(comment=comment, text="Zx note.", by=expert)
    client = client_for(expert)
    assert "Remove the draft" in page(client, address(comment, "remove/"))
    client.post(address(comment, "remove/"))
    assert not Comment.objects.exists() and not CommentNote.objects.exists()
    page(client, address(comment, "remove/"), 404)


def test_comment_remove_leaves_what_a_colleague_wrote_meanwhile(client_for, expert, alternate, consultation, brazil):
    comment = make_comment(consultation=consultation, state=brazil, author=expert)
    client = client_for(expert)
    assert 'name="version" value="1"' in page(client, address(comment, "remove/"))
    commenting.edit_comment(comment=comment, by=alternate, version=1, text="Zx hers.", kind="general", language="en")
    response = client.post(address(comment, "remove/"), {"version": "1"}, follow=True)
    assert "somebody else changed this draft" in response.content.decode() and Comment.objects.exists()


def test_comment_remove_leaves_what_was_submitted(client_for, focal_point, consultation, brazil):
    comment = make_submitted(consultation=consultation, state=brazil)
    client = client_for(focal_point)
    assert client.get(address(comment, "remove/")).url == comment.get_absolute_url()
    client.post(address(comment, "remove/"))
    assert Comment.objects.get().status == Status.SUBMITTED


def test_a_withdrawn_comment_keeps_its_number_and_can_go_back_to_what_it_said(focal_point, consultation, brazil):
    comment = draft(consultation, brazil, focal_point, text="Zx first.")
    submit(comment, focal_point)
    comment = commenting.withdraw_comment(comment=comment, by=focal_point)
    edited = {"text": "Zx second.", "kind": "general", "language": "en"}
    comment = commenting.edit_comment(comment=comment, by=focal_point, version=1, **edited)
    assert (comment.status, comment.serial, comment.version) == (Status.DRAFT, 1, 2)
    left = commenting.remove_draft(comment=comment, by=focal_point)
    assert (left.status, left.serial, left.text) == (Status.WITHDRAWN, 1, "Zx first.")
    assert [row.code for row in submit(left, focal_point)] == ["BR 1"]


def test_comment_note_is_read_by_the_state_alone(
    client_for, expert, alternate, other_focal_point, secretariat, consultation, brazil
):
    comment = make_submitted(consultation=consultation, state=brazil)
    client, token = client_for(expert), uuid.uuid4()
    for _time in range(2):
        response = client.post(address(comment, "note/"), {"text": "Zx between us.", "token": token})
    note = CommentNote.objects.get()
    assert response.url == f"{comment.get_absolute_url()}#note-{note.pk}"
    assert "Zx between us." in page(client_for(alternate), address(comment))
    for person in (other_focal_point, secretariat):
        assert "Zx between us." not in page(client_for(person), address(comment))
    assert client_for(other_focal_point).post(address(comment, "note/"), {"text": "Zx"}).status_code == 403
    assert [list(CommentNote.objects.visible_to(user)) for user in (other_focal_point, secretariat)] == [[], []]
    assert list(CommentNote.objects.visible_to(alternate)) == [note]


def test_comment_note_keeps_other_words_sent_with_the_form_of_a_note(client_for, expert, consultation, brazil):
    one, other = (make_comment(consultation=consultation, state=brazil, author=expert) for _n in range(2))
    client, token = client_for(expert), uuid.uuid4()
    for comment, text in ((one, "Zx first."), (one, "Zx second."), (one, "Zx second."), (other, "Zx first.")):
        assert client.post(address(comment, "note/"), {"text": text, "token": token}).status_code == 302
    notes = CommentNote.objects.order_by("pk").values_list("comment", "text")
    assert list(notes) == [(one.pk, "Zx first."), (one.pk, "Zx second."), (other.pk, "Zx first.")]


def test_comment_note_refuses_what_says_nothing_or_too_much(client_for, expert, consultation, brazil):
    comment = make_comment(consultation=consultation, state=brazil, author=expert)
    for text, said in ((" ", "This field is required."), ("Zy" + "x" * 2000, "at most 2000 characters")):
        response = client_for(expert).post(address(comment, "note/"), {"text": text})
        assert said in response.content.decode() and text.strip() in response.content.decode()
    assert client_for(expert).get(address(comment, "note/")).status_code == 405


def test_comment_detail_says_once_who_sees_a_fresh_draft_and_leads_on(client_for, expert, consultation, brazil):
    client = client_for(expert)
    text = client.post(adding(consultation, brazil, "?chapter=1"), words(proposed=""), follow=True).content.decode()
    space = f"/en/manual/consultations/{consultation.pk}/spaces/brazil/"
    assert "Saved as a draft." in text and "Nobody outside your State sees this draft." not in text
    assert "Back to the chapter" in text and f'href="{space}"' in text and f"by {expert.name}" in text
    assert "TLP:" not in text.partition("<h1>")[2].partition("<h2")[0]
    assert "Nobody outside your State sees this draft." in page(client, address(Comment.objects.get()))


def test_comment_detail_has_the_label_of_the_matrix_and_its_disposition_in_the_head(
    client_for, focal_point, other_focal_point, consultation, brazil
):
    comment = make_submitted(consultation=consultation, state=brazil, author=focal_point)
    head = page(client_for(other_focal_point), address(comment)).partition("<h1>")[2].partition("<h2")[0]
    assert "TLP:AMBER" in head and f"consultations/{consultation.pk}/matrix/" in head
    assert focal_point.name not in head and ">submitted</span>" in head
    Comment.objects.update(disposition="noted")
    assert "Noted" not in page(client_for(other_focal_point), address(comment))
    Consultation.objects.update(closed=timezone.now())
    head = page(client_for(other_focal_point), address(comment)).partition("<h1>")[2].partition("<h2")[0]
    assert ">Noted</span>" in head and ">submitted</span>" not in head
