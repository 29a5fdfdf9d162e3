"""Letting an edition out, the next one, its pictures, and who is told."""

import pytest
from django.urls import reverse

from core.labels import Label
from documents.actions import refresh_documents
from documents.models import Document
from moderation.refusals import Refused
from notifications.actions import watch
from notifications.models import Notification
from tests.factories import (
    make_chapter,
    make_document,
    make_edition,
    make_final,
    make_paragraph,
    make_publication,
    make_theme,
    make_user,
)
from training import actions, workshop
from training.models import Chapter, ChapterLoad, Edition, Publication

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition(db):
    return make_chapter(paragraphs=["One."]).edition


def status(edition):
    edition.refresh_from_db()
    return edition.status, edition.publication


def test_final_edition_supersedes_the_one_before(edition):
    make_final(edition)
    following = make_final(make_edition(work=edition.work, based_on=edition))
    assert status(edition) == ("superseded", "published")
    assert status(following) == ("final", "published")
    for one in (edition, following):
        with pytest.raises(Refused, match="final already"):
            make_final(one)


def test_edition_without_text_is_not_made_final():
    with pytest.raises(Refused, match="no text yet"):
        make_final(make_chapter().edition)


def test_earlier_edition_does_not_take_the_place_of_a_later_one(edition):
    make_final(make_edition(work=edition.work, based_on=edition))
    with pytest.raises(Refused, match="a later edition is final already"):
        make_final(edition)
    assert status(edition) == ("drafting", "draft")


def test_who_watches_the_publication_or_a_theme_of_it_is_told_and_nobody_else(edition, expert, partner, focal_point):
    theme = make_theme()
    edition.work.themes.add(theme)
    watch(expert, ("publication", edition.work_id))
    watch(partner, ("theme", theme.pk))
    make_final(edition)
    told = Notification.objects.filter(subject_kind="edition", subject_key=edition.pk, kind="record_published")
    assert set(told.values_list("person", flat=True)) == {expert.pk, partner.pk}


def test_who_may_not_read_the_edition_is_not_told_of_it(expert, focal_point):
    edition = make_chapter(edition=make_edition(label=Label.AMBER), paragraphs=["One."]).edition
    for person in (expert, focal_point):
        watch(person, ("publication", edition.work_id))
    make_final(edition)
    assert list(Notification.objects.values_list("person", flat=True)) == [focal_point.pk]


def pictured(edition):
    picture = make_document(title="Gate", filename="gate.png")
    edition.documents.add(picture)
    refresh_documents([picture])
    return picture


def test_pictures_go_into_the_next_edition(edition):
    picture = pictured(edition)
    make_final(edition)
    following = make_edition(work=edition.work, based_on=edition)
    assert list(following.documents.all()) == [picture]


def test_narrower_edition_takes_no_picture_from_the_readers_of_the_one_before(edition, visitor):
    picture = pictured(edition)
    make_final(edition)
    following = make_edition(work=edition.work, based_on=edition, label=Label.GREEN)
    make_final(following)
    assert not following.documents.exists()
    assert picture in Document.objects.visible_to(visitor)


def test_edition_is_not_open_to_more_people_than_its_publication():
    with pytest.raises(Refused, match="more people"):
        make_edition(work=make_publication(label=Label.GREEN), label=Label.CLEAR)


def test_form_that_comes_twice_makes_one_chapter_and_one_paragraph():
    edition = make_edition()
    chapters = {actions.add_chapter(edition=edition, title="Plan", by=None, once=True).pk for _ in range(2)}
    assert len(chapters) == 1
    chapter = Chapter.objects.get()
    rows = {make_paragraph(chapter=chapter, text="Begin.", once=True).pk for _ in range(2)}
    assert len(rows) == 1
    actions.add_chapter(edition=edition, title="Plan", by=None, once=True)  # the first is no longer empty
    assert Chapter.objects.count() == 2


def test_an_edition_has_a_hundred_chapters_at_most(monkeypatch):
    monkeypatch.setattr(actions, "MOST_CHAPTERS", 1)
    edition = make_chapter().edition
    with pytest.raises(Refused, match="at most 1 chapters"):
        make_chapter(edition=edition)


def test_what_is_missing_is_said(edition):
    make_chapter(edition=edition, title="Empty")
    Publication.objects.update(publication="draft")
    edition = Edition.objects.for_detail().get()
    keeps, lacks = workshop.missing(edition, *workshop.chapters_with_states(edition))
    assert keeps == []
    assert lacks == ["Chapter 2 has no text.", "The publication itself is not published: nobody will find the edition."]
    for blocks in ([], [{"text": "Two."}]):  # the first was confirmed
        ChapterLoad.objects.create(edition=edition, language="en", title="Loaded", blocks=blocks, by=make_user())
    lacks = workshop.missing(edition, *workshop.chapters_with_states(edition))[1]
    assert "1 loaded text waits for confirmation." in lacks
    empty = make_edition()
    assert workshop.missing(empty, *workshop.chapters_with_states(empty))[0] == ["It has no text yet."]


def test_draft_that_was_begun_from_an_earlier_text_than_the_final_one_says_so(edition, client_for, secretariat):
    first = make_final(edition)
    second, stale = (make_edition(work=first.work, based_on=first) for _ in range(2))
    client = client_for(secretariat)
    said = "is final and is not what this draft was begun from"
    address = reverse("training:edition_write", args=[first.work.slug, stale.number])
    assert said not in client.get(address).content.decode()
    make_final(second)
    assert said in client.get(address).content.decode()
    begin = client.get(reverse("training:edition_start", args=[first.work.slug]))
    assert begin.context["form"]["based_on"].value() == second.pk
