"""Conversations about a chapter of the manual: on its page, never open to more people than its edition."""

import uuid

import pytest

from community.models import Thread
from core.labels import Label
from tests.factories import make_chapter, make_edition, make_final, make_forum, make_thread
from training.actions import remove_chapter
from training.models import Chapter

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
