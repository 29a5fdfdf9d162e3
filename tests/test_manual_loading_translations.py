"""Loading a translation of a chapter: each text finds its paragraph by kind and place, and becomes its translation."""

import pytest

from tests.factories import make_edition, make_final, make_publication
from tests.manual_files import words
from tests.test_manual_loading import (
    URL,
    chapter_with,
    confirm,
    load,
    text_of,
    told,
    traced,
)
from training.models import EditionParagraph, ParagraphChange, ParagraphText
from training.writing import edit_paragraph, set_kind

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition(secretariat):
    return make_edition(work=make_publication(slug="guide"), by=secretariat)


@pytest.fixture
def client(secretariat, client_for):
    return client_for(secretariat)


ENGLISH = ["Roles", "Who does what.", "- one\n- two", "Venues", "Where it is."]


@pytest.fixture
def chapter(edition, secretariat):
    chapter = chapter_with(edition, *ENGLISH, by=secretariat)
    rows = list(EditionParagraph.objects.in_chapter(chapter))
    for row, kind in ((rows[0], "heading"), (rows[2], "list"), (rows[3], "heading")):
        set_kind(placed=row, kind=kind, level=2 if kind == "heading" else 0, by=secretariat)
    ParagraphChange.objects.all().delete()
    return chapter


def fates(page):
    return [(entry.fate, entry.old and entry.old.serial) for entry in page.context["plan"].entries]


SPANISH = ["# Planificación", "## Funciones", "Quién hace qué.", "- uno", "- dos", "## Sedes", "Dónde es."]


def test_a_translation_finds_its_paragraphs(client, chapter):
    page = load(client, words(*SPANISH), into="1", language="es")
    assert fates(page) == [("changed", serial) for serial in (1, 2, 3, 4, 5)]
    assert "Who does what." in page.content.decode()
    confirm(client, page)
    assert [text for _name, _kind, text in text_of(chapter, "es")] == [
        "Funciones", "Quién hace qué.", "- uno\n- dos", "Sedes", "Dónde es.",
    ]  # fmt: skip
    assert {row.translates for row in ParagraphText.objects.filter(language="es")} == {1}
    assert [text for _name, _kind, text in text_of(chapter)] == ENGLISH
    assert [kind for kind, *_rest in traced()] == ["translated"] * 5
    chapter.refresh_from_db()
    assert (chapter.title_es, chapter.title_en) == ("Planificación", "Planning")


def test_what_is_missing_or_too_much_in_a_translation_shifts_nothing_else(client, chapter):
    file = words("## Funciones", "Quién hace qué.", "Una nota más.", "## Sedes", "Dónde es.")
    page = load(client, file, into="1", language="es")
    found = fates(page)
    assert [found[0], found[3], found[4]] == [("changed", 1), ("changed", 4), ("changed", 5)]
    assert sorted(found[1:3]) == [("changed", 2), ("left", None)]
    confirm(client, page)
    assert [name for name, _kind, text in text_of(chapter, "es")] == ["p1", "p2", "p4", "p5"]


def test_a_newer_translation_changes_what_changed_and_leaves_the_outdated_outdated(client, chapter, secretariat):
    confirm(client, load(client, words(*SPANISH), into="1", language="es"))
    placed = EditionParagraph.objects.get(paragraph__serial=2)
    edit_paragraph(placed=placed, text="Who does what, and when.", version=1, by=secretariat)
    newer = [*SPANISH[:-1], "Dónde queda."]
    page = load(client, words(*newer), into="1", language="es")
    assert fates(page) == [("same", 1), ("same", 2), ("same", 3), ("same", 4), ("changed", 5)]
    confirm(client, page)
    rows = ParagraphText.objects.filter(language="es").order_by("placed__order")
    assert [(row.version, row.translates) for row in rows] == [(1, 1), (1, 1), (1, 1), (1, 1), (2, 1)]
    assert list(rows.outdated()) == [rows[1]]


def test_a_final_edition_is_still_translated_and_a_superseded_one_not(client, chapter, edition, secretariat):
    make_final(edition, by=secretariat)
    page = load(client, words(*SPANISH), into="1", language="es")
    type(edition).objects.update(status="superseded")
    refused = confirm(client, client.get(page.wsgi_request.path))
    assert "Nothing was changed: this text is not translated any more." in told(refused)
    assert text_of(chapter, "es") == []
    assert told(client.get(URL, follow=True)) == [
        "Nothing is loaded into this edition any more: a later one has taken its place."
    ]
    type(edition).objects.update(status="final")
    confirm(client, client.get(page.wsgi_request.path))
    assert len(text_of(chapter, "es")) == 5


def test_a_translation_needs_a_chapter(client, edition):
    page = client.post(URL, {"into": "new", "language": "es", "text": "Hola.", "title": ""})
    assert page.context["form"].errors == {"into": ["A translation goes into a chapter that is there: choose it."]}
    assert "Hola." in page.content.decode()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"text": ""}, "file"), ({"into": "7"}, "into"), ({"language": "xx"}, "language"),
        ({"title": "<b>x</b>"}, "title"), ({"text": "x" * 400_001}, "text"), ({"text": "a\0b"}, "text"),
        ({"title": "x" * 251}, "title"),
    ],
)  # fmt: skip
def test_bad_input_is_said_at_its_field(client, chapter, data, field):
    page = client.post(URL, {"into": "1", "language": "en", "text": "Hello.", "title": ""} | data)
    assert list(page.context["form"].errors) == [field]


@pytest.mark.parametrize("path", ["/en/manual/loads/999/", "/en/manual/loads/99999999999999999999/",
                                  "/en/manual/guide/7/load/", "/en/manual/none/1/load/"])  # fmt: skip
def test_what_is_not_there_is_not_found(client, edition, path):
    assert client.get(path).status_code == 404


def test_odd_addresses_show_the_page(client, edition):
    page = load(client, words("# Planning", "Early."))
    for query in ("?page=0", "?page=9999999", "?page=x", "?page=²", "?page=%00"):
        assert client.get(page.wsgi_request.path + query).status_code == 200
    assert client.get(URL + "?chapter=%00&language=zz").status_code == 200
