"""What became of a paragraph that left; forms that are not shown where nothing could come of them."""

import pytest

from tests.factories import make_chapter, make_edition, make_final, make_publication
from training import writing
from training.actions import start_edition
from training.models import Chapter, ChapterLoad, EditionParagraph

pytestmark = pytest.mark.django_db


def page(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status, response
    return response.content.decode()


def shown(text):
    """What stands on a page between its heading and its foot."""
    return text.partition("<main")[2].partition("</main>")[0]


def an_edition():
    edition = make_edition(name="Zx first", work=make_publication(slug="zx"))
    make_chapter(edition=edition, paragraphs=["One.", "Two.", "Three."])
    return make_final(edition)


def following(edition, **fields):
    """The next edition, which is drafted with the text of one."""
    return start_edition(work=edition.work, by=None, based_on=edition, label=0, language="en", **fields)


def placed(edition, serial):
    return EditionParagraph.objects.of(edition).for_writing().get(paragraph__serial=serial)


def chapter_of(edition, order):
    return Chapter.objects.of(edition).for_detail().get(order=order)


def test_paragraph_detail_of_one_that_left_says_what_became_of_it(client):
    old = an_edition()
    new = following(old)
    writing.remove_paragraph(placed=placed(new, 2), by=None)
    writing.add_paragraph(chapter=chapter_of(new, 1), text="Zx later.", by=None)
    own = make_final(new).get_absolute_url()
    text = page(client, f"{own}p/2/", 404)
    assert "p2 is not in Edition 2" in text and "It stood in Zx first and was left out of Edition 2." in text
    assert f'<a href="{old.get_absolute_url()}1/#p2">Zx first, 1.2</a>' in text
    assert f'href="{old.get_absolute_url()}compare/1/?with=2#p2"' in text
    text = page(client, f"{old.get_absolute_url()}p/4/", 404)
    assert "p4 is not in Zx first" in text and "It came later" in text and "compare/" not in text


def test_paragraph_detail_tells_nothing_of_editions_that_one_may_not_read(client, client_for, secretariat):
    old = an_edition()
    draft = following(old, name="Zx draft")
    writing.add_paragraph(chapter=chapter_of(draft, 1), text="Zx later.", by=None)
    text = page(client, f"{old.get_absolute_url()}p/4/", 404)
    assert "p4" not in shown(text) and "Zx draft" not in text
    assert "Zx draft" in page(client_for(secretariat), f"{old.get_absolute_url()}p/4/", 404)


ACTS = ["p/1/edit/", "p/1/split/", "p/1/merge/", "p/1/move/", "p/1/kind/", "p/1/remove/", "1/add/", "1/move/"]


@pytest.mark.parametrize("act", ACTS)
def test_a_final_edition_shows_no_form_that_is_refused(client_for, secretariat, act):
    edition = an_edition()
    writer = client_for(secretariat)
    text = shown(page(writer, f"{edition.get_absolute_url()}{act}"))
    assert "<form" not in text and "This edition is final." in text and "Back to the chapter" in text
    text = shown(page(writer, f"{following(edition).get_absolute_url()}{act}"))
    assert "<form" in text and "This edition is final." not in text


def test_a_superseded_edition_offers_no_translation(client_for, secretariat):
    old = an_edition()
    writer, own = client_for(secretariat), old.get_absolute_url()
    assert "<form" in shown(page(writer, f"{own}p/1/translate/")) and "<form" in shown(page(writer, f"{own}1/edit/"))
    make_final(following(old))
    for act in ("p/1/translate/", "1/edit/"):
        text = shown(page(writer, f"{own}{act}"))
        assert "<form" not in text and "A later edition has taken its place" in text


def test_a_text_sent_to_a_final_edition_is_given_back(client_for, secretariat):
    edition = an_edition()
    data = {"text": "Zx mine.", "version": "1"}
    text = client_for(secretariat).post(f"{edition.get_absolute_url()}p/1/edit/", data).content.decode()
    assert "Zx mine." in text and "only while it is being drafted" in text
    assert writing.original_of(placed(edition, 1)).text == "One."


def test_a_loaded_text_that_came_too_late_can_only_be_thrown_away(client_for, secretariat):
    edition = following(an_edition())
    blocks = [{"kind": "text", "level": 0, "text": "Zx loaded.", "figure": None}]
    given = {"language": "en", "title": "Zx", "blocks": blocks, "by": secretariat}
    load = ChapterLoad.objects.create(edition=edition, **given)
    writer = client_for(secretariat)
    assert 'value="apply"' in page(writer, f"/en/manual/loads/{load.pk}/")
    make_final(edition)
    text = shown(page(writer, f"/en/manual/loads/{load.pk}/"))
    assert 'value="apply"' not in text and "can no longer be applied" in text and 'value="discard"' in text
