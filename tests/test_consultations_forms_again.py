"""A commenting form that is returned more than once, each time with other words."""

import pytest

from consultations.commenting import edit_comment
from consultations.models import Comment
from tests.factories import make_chapter, make_comment, make_consultation, make_edition
from tests.returned_forms import downloaded, filled, returned

CHANGED = "changed in the portal after the form was made"
pytestmark = pytest.mark.django_db


@pytest.fixture
def consultation():
    return make_consultation(edition=make_chapter(edition=make_edition(), paragraphs=["Begin early."]).edition)


def kept(client, consultation, state, content, name, text):
    """Whether the form is taken in with a text on one of its lines."""
    page = returned(client, consultation, state, filled(content, {name: {"text": text}})).content.decode()
    assert (CHANGED in page) == (Comment.objects.get().text != text)
    return CHANGED not in page


def test_a_line_can_be_corrected_and_returned_again_and_again(client_for, focal_point, alternate, brazil, consultation):
    client = client_for(focal_point)
    content = downloaded(client, consultation, brazil)
    assert all(kept(client, consultation, brazil, content, "p1-en", text) for text in ("One.", "Two.", "Three."))
    assert not kept(client_for(alternate), consultation, brazil, content, "p1-en", "Hers.")
    words = {"text": "Of the portal.", "kind": "general", "language": "en"}
    edit_comment(comment=Comment.objects.get(), by=focal_point, version=3, **words)
    assert not kept(client, consultation, brazil, content, "p1-en", "Four.")


def test_the_line_of_a_draft_can_be_corrected_and_returned_again(client_for, focal_point, brazil, consultation):
    client, draft = client_for(focal_point), make_comment(consultation=consultation, state=brazil, author=focal_point)
    content, name = downloaded(client, consultation, brazil), f"all-en-d{draft.pk}v1"
    assert all(kept(client, consultation, brazil, content, name, text) for text in ("One.", "Two.", "Three."))
    assert [row.version for row in Comment.objects.all()] == [4]


def test_lines_without_a_key_are_told_apart_by_each_of_their_cells(client_for, focal_point, brazil, consultation):
    client = client_for(focal_point)
    content = filled(
        downloaded(client, consultation, brazil),
        {
            "p1-en": {"key": "", "text": "a/b", "proposed": "c", "rationale": "d"},
            "x1": {"key": "", "place": "p1", "text": "a", "proposed": "b/c", "rationale": "d"},
        },
    )
    assert "2 drafts added" in returned(client, consultation, brazil, content).content.decode()
    assert {(row.text, row.proposed) for row in Comment.objects.all()} == {("a/b", "c"), ("a", "b/c")}
