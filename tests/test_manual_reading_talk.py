"""What leads to a chapter of the manual and on from it: conversations about it, permanent addresses, its files."""

import re
import uuid

import pytest
from django.core.files.base import ContentFile

from community.models import Thread
from core.labels import Label
from moderation.refusals import Refused
from tests.factories import make_chapter, make_edition, make_final, make_forum, make_thread
from training.actions import remove_chapter, start_edition
from training.models import Chapter, EditionFile, EditionParagraph, Publication
from training.writing import edit_paragraph, merge_paragraph, move_paragraph, split_paragraph

pytestmark = pytest.mark.django_db


def page(client, address):
    response = client.get(address)
    assert response.status_code == 200, response
    return response.content.decode()


def chapter_of(label=Label.CLEAR):
    edition = make_edition(label=label)
    make_chapter(edition=edition, title="Zx planning", paragraphs=["A."])
    make_final(edition)
    return Chapter.objects.of(edition).for_detail().get()


def test_conversation_is_begun_about_a_chapter_and_shown_there(client_for, expert):
    chapter, forum, member = chapter_of(), make_forum(), client_for(expert)
    about = f"chapter:{chapter.pk}"
    assert f"?about={about}" in page(member, chapter.get_absolute_url())
    assert "1. Zx planning" in page(member, f"/en/community/?about={about}")
    data = {
        "title": "Zx talk",
        "text": "How?",
        "about": about,
        "label": "1",
        "token": str(uuid.uuid4()),
        "version": "0",
    }
    address = f"{forum.get_absolute_url()}new/"
    assert "1. Zx planning" in page(member, f"{address}?about={about}")
    assert member.post(address, data).status_code == 302
    thread = Thread.objects.get()
    assert thread.about == ("chapter", chapter)
    assert "Zx talk" in page(member, chapter.get_absolute_url())
    assert f'{chapter.get_absolute_url()}">1. Zx planning</a> (Chapter)' in page(member, thread.get_absolute_url())
    assert "About a chapter of the manual" in page(member, forum.get_absolute_url())
    assert "Zx talk" in page(member, f"/en/community/search/?about={about}")


def test_conversation_about_a_chapter_has_the_label_of_its_edition_at_least(focal_point):
    thread = make_thread(by=focal_point, about=("chapter", chapter_of(Label.AMBER)))
    assert thread.label == Label.AMBER


def test_stricter_publication_makes_its_chapters_and_their_conversations_stricter(client_for, focal_point):
    chapter = chapter_of()
    Publication.objects.update(label=Label.AMBER)
    chapter, reader = Chapter.objects.for_detail().get(), client_for(focal_point)
    for address in (chapter.get_absolute_url(), chapter.edition.get_absolute_url()):
        assert set(re.findall("TLP:[A-Z]+", page(reader, address))) == {"TLP:AMBER"}
    assert make_thread(by=focal_point, about=("chapter", chapter)).label == Label.AMBER


def test_chapter_shows_only_conversations_that_its_reader_may_know_of(client, client_for, expert, focal_point):
    chapter = chapter_of()
    make_thread(by=focal_point, title="Zx hidden", label=Label.AMBER, about=("chapter", chapter))
    make_thread(by=focal_point, title="Zx open", forum=make_forum(label=Label.CLEAR), about=("chapter", chapter))
    for reader in (client, client_for(expert)):
        text = page(reader, chapter.get_absolute_url())
        assert "Zx open" in text and "Zx hidden" not in text
    assert "Zx hidden" in page(client_for(focal_point), chapter.get_absolute_url())


def test_chapter_that_is_drafted_is_not_named_by_its_conversation(client_for, expert, secretariat):
    chapter = make_chapter(title="Zx planning")
    thread = make_thread(by=secretariat, about=("chapter", chapter))
    assert "Zx planning" not in page(client_for(expert), thread.get_absolute_url())
    assert "Zx planning" in page(client_for(secretariat), thread.get_absolute_url())
    assert client_for(expert).get(f"/en/community/?about=chapter:{chapter.pk}").content.count(b"Zx planning") == 0


def test_conversation_outlives_its_chapter(client_for, expert, secretariat):
    chapter = make_chapter(title="Zx planning")
    thread = make_thread(by=secretariat, about=("chapter", chapter))
    remove_chapter(chapter=chapter, by=secretariat)
    assert page(client_for(expert), thread.get_absolute_url())


def followers(*paragraphs):
    """Two drafts that begin with the text of the same final edition: (chapter, chapter)."""
    edition = make_edition()
    make_chapter(edition=edition, paragraphs=paragraphs)
    first = make_final(edition)
    begun = {"work": first.work, "by": None, "label": Label.CLEAR, "language": "en", "based_on": first}
    return [Chapter.objects.of(start_edition(**begun)).for_detail().get() for _ in range(2)]


def placed(chapter, name):
    return EditionParagraph.objects.in_chapter(chapter).at(name).for_writing().get()


def test_permanent_address_tells_nobody_of_a_split_in_a_hidden_draft(client, client_for, secretariat):
    draft, _other = followers("One. Two.")
    split_paragraph(placed=placed(draft, "p1"), pieces=["One.", "Two."], version=1, by=None)
    address = f"/en/manual/{draft.edition.work.slug}/1/p/2/"
    assert client.get(address).status_code == 404
    assert client_for(secretariat).get(address)["Location"].endswith("/1/1/#p1")


def test_permanent_address_leads_to_where_a_paragraph_went_in_that_edition(client_for, secretariat):
    one, two = followers("A.", "B.", "C.")
    merge_paragraph(placed=placed(one, "p1"), version=1, by=None)
    move_paragraph(placed=placed(two, "p2"), chapter=two, after=placed(two, "p3"), by=None)
    merge_paragraph(placed=placed(two, "p3"), version=1, by=None)
    staff, pages = client_for(secretariat), [f"/en/manual/{one.edition.work.slug}/{n}/" for n in (1, 2, 3)]
    places = [staff.get(f"{page}p/2/")["Location"].removeprefix(page) for page in pages]
    assert places == ["1/#p2", "1/#p1", "1/#p3"]


def test_merge_in_another_draft_is_not_taken_for_this_one():
    one, two = followers("A.", "B.")
    merge_paragraph(placed=placed(one, "p1"), version=1, taken=(2, 1), by=None)
    edit_paragraph(placed=placed(two, "p1"), text="A changed.", version=1, by=None)
    with pytest.raises(Refused):
        merge_paragraph(placed=placed(two, "p1"), version=1, taken=(2, 1), by=None)


def test_file_of_a_removed_chapter_is_gone(django_capture_on_commit_callbacks, secretariat):
    chapter = make_chapter()
    file = EditionFile(edition=chapter.edition, chapter=chapter, language="en", digest="x", state="ready")
    file.file.save("", ContentFile(b"Zx"))
    assert file.file.storage.exists(file.file.name)
    with django_capture_on_commit_callbacks(execute=True):
        remove_chapter(chapter=chapter, by=secretariat)
    assert not EditionFile.objects.exists() and not file.file.storage.exists(file.file.name)
