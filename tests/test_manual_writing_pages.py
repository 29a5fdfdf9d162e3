"""The pages on which the secretariat writes an edition: begin it, its chapters, make it final."""

import pytest
from django.urls import reverse

from core.labels import Label
from tests.factories import make_chapter, make_edition, make_final, make_paragraph, make_publication, make_state
from training.models import Chapter, Edition, EditionParagraph
from training.workshop import MOST_SHOWN
from training.writing import translate_paragraph

pytestmark = pytest.mark.django_db


@pytest.fixture
def chapter(db):
    work = make_publication(slug="manual", title="The manual")
    return make_chapter(edition=make_edition(work=work), paragraphs=["One.", "Two."])


@pytest.fixture
def writer(client_for, secretariat):
    return client_for(secretariat)


def said(answer, status=200):
    assert answer.status_code == status
    return answer.content.decode()


PAGES = [
    "start", "1/write", "1/finalise", "1/1/write", "1/1/edit", "1/1/move", "1/1/remove", "1/1/add", "1/p/1/edit",
    "1/p/1/translate", "1/p/1/split", "1/p/1/merge", "1/p/1/move", "1/p/1/kind", "1/p/1/remove", "1/p/1/history",
    "1/p/1/evidence",
]  # fmt: skip


@pytest.mark.parametrize("part", PAGES)
def test_only_the_secretariat_opens_a_page_of_the_workshop(part, chapter, client_for, request):
    make_final(chapter.edition)  # so that all of them may read it
    address = f"/en/manual/manual/{part}/?language=es"
    for name in ("partner", "expert", "alternate", "focal_point"):
        client = client_for(request.getfixturevalue(name))
        assert client.get(address).status_code == 403
        assert client.post(address, {"text": "Mine.", "version": 1}).status_code in (403, 405)
    assert "/account/login/" in client_for(request.getfixturevalue("visitor")).get(address).url
    for name in ("secretariat", "administrator"):
        assert client_for(request.getfixturevalue(name)).get(address).status_code == 200


@pytest.mark.parametrize("part", PAGES[1:])
def test_what_is_not_there_is_not_found(part, chapter, writer):
    assert writer.get(f"/en/manual/else/{part}/").status_code == 404
    assert writer.get(f"/en/manual/manual/{part.replace('1/', '7/', 1)}/?language=es").status_code == 404
    assert writer.get(f"/en/manual/manual/{part.replace('1/', '99999999999999/', 1)}/").status_code == 404


def test_edition_start_begins_the_next_one_with_the_text_of_another(chapter, writer):
    edition = make_final(chapter.edition)
    page = said(writer.get("/en/manual/manual/start/"))
    assert "Begin edition 2" in page
    given = {"based_on": edition.pk, "name": "2027 edition", "language": "fr", "label": 0, "number": 2}
    answer = writer.post("/en/manual/manual/start/", given)
    assert answer.url == "/en/manual/manual/2/write/"
    following = Edition.objects.numbered(2).get()
    assert (following.name, following.language, following.based_on) == ("2027 edition", "en", edition)
    assert following.status == "drafting"
    twice = said(writer.post("/en/manual/manual/start/", given))
    assert "begun meanwhile" in twice
    assert "2027 edition" in twice
    assert Edition.objects.count() == 2


def test_edition_start_offers_no_wider_label_and_no_edition_of_another(writer):
    make_publication(slug="manual", label=Label.AMBER)
    other = make_edition()
    page = said(writer.get("/en/manual/manual/start/"))
    assert "TLP:AMBER" in page
    assert "TLP:GREEN" not in page
    given = {"based_on": other.pk, "name": "<b>x</b>", "language": "xx", "label": 1, "number": 1}
    page = said(writer.post("/en/manual/manual/start/", given))
    assert page.count('class="field__error"') == 4
    assert Edition.objects.of(other.work).count() == Edition.objects.count()


def test_edition_write_adds_a_chapter_once(chapter, writer):
    address = reverse("training:edition_write", args=["manual", 1])
    for _ in range(2):
        answer = writer.post(address, {"title": "Transport"})
        assert answer.url == "/en/manual/manual/1/2/write/"
    assert Chapter.objects.count() == 2
    page = said(writer.post(address, {"title": "<i>No</i>"}))
    assert "&lt;i&gt;No&lt;/i&gt;" in page
    assert "HTML markup is not accepted" in page
    make_final(chapter.edition)
    page = said(writer.post(address, {"title": "Late chapter"}))
    assert Chapter.objects.count() == 2


def test_edition_write_says_how_far_each_language_is(chapter, writer):
    row = EditionParagraph.objects.in_chapter(chapter).first()
    translate_paragraph(placed=row, language="es", text="Uno.", translates=0, by=None)
    page = said(writer.get("/en/manual/manual/1/write/"))
    assert "1 outdated" in page
    assert "1 missing" in page
    assert "Español: 1 paragraphs without translation, 1 outdated." in page


def test_edition_finalise_says_what_happens_and_does_it(chapter, writer, client_for, visitor):
    page = said(writer.get("/en/manual/manual/1/finalise/"))
    assert "Everybody reads it" in page
    assert "Make it final and publish it" in page
    answer = writer.post("/en/manual/manual/1/finalise/")
    assert answer.url == "/en/manual/manual/1/"
    assert client_for(visitor).get("/en/manual/manual/1/").status_code == 200
    assert "final already" in said(writer.post("/en/manual/manual/1/finalise/", follow=True))


def test_edition_finalise_offers_no_button_without_text(writer):
    edition = make_edition(work=make_publication(slug="manual"))
    page = said(writer.get("/en/manual/manual/1/finalise/"))
    assert "It has no text yet." in page
    assert "publish it</button>" not in page
    assert "no text yet" in said(writer.post("/en/manual/manual/1/finalise/", follow=True))
    edition.refresh_from_db()
    assert edition.is_drafted


def test_chapter_edit_saves_titles_and_steward(chapter, writer):
    state = make_state(name="Peru")
    address = "/en/manual/manual/1/1/edit/"
    seen = writer.get(address).context["form"]["seen"].value()
    given = {"title_en": "Plans", "title_es": "Planes", "audience_en": "Police", "steward": state.pk, "seen": seen}
    assert writer.post(address, given).url == "/en/manual/manual/1/write/"
    chapter.refresh_from_db()
    assert (chapter.title_en, chapter.title_es, chapter.audience_en) == ("Plans", "Planes", "Police")
    assert chapter.steward == state
    page = said(writer.post(address, given | {"title_en": "Second thoughts"}))
    assert "somebody else changed the chapter" in page
    assert "Second thoughts" in page
    again = page.partition('name="seen" value="')[2].partition('"')[0]
    assert writer.post(address, given | {"title_en": "Second thoughts", "seen": again}).status_code == 302
    assert "required" in said(writer.post(address, {"title_en": "", "seen": again}))


def test_chapter_edit_of_an_edition_that_is_out_asks_for_translations_only(chapter, writer):
    make_final(chapter.edition)
    address = "/en/manual/manual/1/1/edit/"
    form = writer.get(address).context["form"]
    assert {"title_en", "audience_en", "steward"}.isdisjoint(form.fields)
    writer.post(address, {"title_es": "Planes", "title_en": "Else", "seen": form["seen"].value()})
    chapter.refresh_from_db()
    assert (chapter.title_en, chapter.title_es) == ("Planning", "Planes")


def test_chapter_move_that_comes_twice_moves_once(chapter, writer):
    second = make_chapter(edition=chapter.edition, title="Second")
    for _ in range(2):
        answer = writer.post(f"/en/manual/manual/1/2/move/?key={second.pk}", {"order": 1})
        assert answer.url == "/en/manual/manual/1/write/"
    assert list(Chapter.objects.order_by("order")) == [second, chapter]
    for order in ("0", "x", "101", ""):
        assert writer.post("/en/manual/manual/1/2/move/", {"order": order}).status_code == 200
    assert writer.post("/en/manual/manual/1/2/move/?key=99999", {"order": 1}).status_code == 302


def test_chapter_remove_that_comes_twice_removes_one(chapter, writer):
    second, third = (make_chapter(edition=chapter.edition, title=title) for title in ("Second", "Third"))
    for _ in range(2):
        assert writer.post(f"/en/manual/manual/1/2/remove/?key={second.pk}").status_code == 302
    assert list(Chapter.objects.order_by("order")) == [chapter, third]
    assert "still has 2 paragraphs" in said(writer.get("/en/manual/manual/1/1/remove/"))
    assert "still has paragraphs" in said(writer.post("/en/manual/manual/1/1/remove/", follow=True))
    assert Chapter.objects.count() == 2


def test_chapter_write_shows_each_paragraph_with_its_acts(chapter, writer):
    page = said(writer.get("/en/manual/manual/1/1/write/"))
    for act in ("edit", "split", "merge", "move", "kind", "remove", "history", "evidence", "translate"):
        assert f'href="../../p/2/{act}/' in page
    assert "Español: not translated" in page
    assert page.index('id="p1"') < page.index('id="p2"')
    make_final(chapter.edition)
    page = said(writer.get("/en/manual/manual/1/1/write/"))
    assert 'href="../../p/2/translate/?language=es"' in page
    assert 'href="../../p/2/edit/"' not in page


def test_chapter_write_has_pages_of_paragraphs(chapter, writer, monkeypatch):
    assert MOST_SHOWN == 300
    monkeypatch.setattr("training.workshop.MOST_SHOWN", 1)
    page = said(writer.get("/en/manual/manual/1/1/write/?from=2"))
    assert 'id="p2"' in page
    assert 'id="p1"' not in page
    for bad in ("0", "-1", "x", "9" * 30, "3"):
        assert 'id="p1"' in said(writer.get(f"/en/manual/manual/1/1/write/?from={bad}"))


@pytest.mark.parametrize(("part", "queries"), [("1/write", 9), ("1/1/write", 9), ("1/p/1/move", 11)])
def test_pages_ask_as_often_for_three_paragraphs_as_for_one(part, queries, writer, django_assert_num_queries):
    edition = make_edition(work=make_publication(slug="manual"))
    chapter = make_chapter(edition=edition, paragraphs=["One."])
    address = f"/en/manual/manual/{part}/"
    writer.get(address)
    with django_assert_num_queries(queries):
        assert "One." in said(writer.get(address)) or part == "1/write"
    for number in range(2):
        make_chapter(edition=edition, title=f"Chapter {number}", paragraphs=["Four.", "Five."], steward=make_state())
    last = EditionParagraph.objects.in_chapter(chapter).last()
    for text in ("Two.", "Three."):
        last = _behind(chapter, last, text)
    with django_assert_num_queries(queries):
        said(writer.get(address))


def _behind(chapter, last, text):
    row = make_paragraph(chapter=chapter, text=text, after=last)
    translate_paragraph(placed=row, language="es", text="Sí.", translates=1, by=None)
    return row
