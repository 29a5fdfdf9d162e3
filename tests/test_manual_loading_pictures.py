"""Pictures of loaded texts: kept as drafts until the text is applied, gone with it, and copied for the next edition."""

import base64
import datetime

import docx
import pytest
from django.core.management import call_command
from PIL import Image

from core.labels import Label
from documents.models import Document
from tests.factories import make_edition, make_final, make_publication
from tests.files import png_of_declared_size
from tests.manual_files import changed, picture, saved, words
from tests.test_manual_loading import chapter_with, confirm, load
from training import actions
from training.actions import remove_chapter, start_edition
from training.models import ChapterLoad, EditionParagraph, ParagraphChange

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition(secretariat):
    return make_edition(work=make_publication(slug="guide"), by=secretariat)


@pytest.fixture
def client(secretariat, client_for):
    return client_for(secretariat)


def pictured(*colours, kind="PNG", caption="Figure 1. All {}."):
    document = docx.Document()
    document.add_heading("Maps", 1)
    for colour in colours:
        document.add_picture(picture(colour, kind))
        document.add_paragraph(caption.format(colour), style="Caption")
    return saved(document)


def figures():
    return [row.figure for row in EditionParagraph.objects.filter(kind="figure").order_by("pk")]


def test_a_picture_is_a_draft_until_the_text_is_applied(client, client_for, edition, expert):
    page = load(client, pictured("navy"))
    document = Document.objects.get()
    assert (document.publication, document.title, document.extension) == ("draft", "Figure 1. All navy.", "png")
    url = document.get_absolute_url()
    assert url in page.content.decode()
    assert [client.get(url).status_code, client_for(expert).get(url).status_code] == [200, 404]
    confirm(client, page)
    assert figures() == list(edition.documents.all()) == [document]
    assert client_for(expert).get(url).status_code == 404  # the edition is being drafted
    make_final(edition)
    assert client_for(expert).get(url).status_code == 200


@pytest.mark.parametrize("kind", ["JPEG", "GIF", "BMP", "TIFF"])
def test_pictures_of_other_formats_are_written_anew(client, edition, kind):
    confirm(client, load(client, pictured("navy", kind=kind)))
    with Image.open(figures()[0].file) as kept:
        assert (kept.format, kept.size) == ("JPEG" if kind == "JPEG" else "PNG", (60, 40))


def test_a_picture_that_is_none_is_left_out_and_said(client, edition):
    page = load(client, changed(pictured("navy"), **{"word/media/image1.png": b"\x89PNG\r\n\x1a\nbroken"}))
    assert "1 picture could not be read and was left out." in page.content.decode()
    assert Document.objects.count() == 0


def test_the_same_picture_stays_the_same_document_and_another_takes_its_place(client, edition):
    confirm(client, load(client, pictured("navy")))
    first = figures()[0]
    page = load(client, pictured("navy"), into="1")
    assert page.context["summary"] == [(1, "unchanged")]
    confirm(client, page)
    assert [figures(), Document.objects.count()] == [[first], 1]
    page = load(client, pictured("red", caption="Figure 1. All navy."), into="1")
    confirm(client, page)
    assert len(figures()) == 1
    assert figures()[0] != first
    traced = ParagraphChange.objects.get(kind="kind")
    assert [traced.before, traced.after] == [f"figure {row.title} (#{row.pk})" for row in (first, figures()[0])]


def test_pictures_go_with_a_load_that_is_thrown_away_or_forgotten(
    client,
    edition,
    django_capture_on_commit_callbacks,
):
    page = load(client, pictured("navy"))
    load(client, pictured("red"))
    files = [document.file for document in Document.objects.all()]
    ChapterLoad.objects.filter(pk=page.context["load"].pk).update(
        created=page.context["load"].created - datetime.timedelta(days=31)
    )
    with django_capture_on_commit_callbacks(execute=True):
        call_command("trim_loads")
    assert [file.storage.exists(file.name) for file in files].count(True) == 1
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/en/manual/loads/{ChapterLoad.objects.get().pk}/", {"do": "discard"})
    assert [file.storage.exists(file.name) for file in files] == [False, False]
    assert Document.objects.count() == 0


def test_the_load_of_a_chapter_that_is_removed_still_waits_as_a_new_one(client, edition, secretariat):
    chapter = chapter_with(edition, by=secretariat)
    page = load(client, words("Early."), into="1")
    remove_chapter(chapter=chapter, by=secretariat)
    confirm(client, client.get(page.wsgi_request.path))
    assert EditionParagraph.objects.get().chapter.title == "Planning"


def test_figures_of_the_next_edition_are_copies_with_files_of_their_own(
    client,
    client_for,
    edition,
    secretariat,
    expert,
):
    confirm(client, load(client, pictured("navy", "red")))
    make_final(edition, by=secretariat)
    following = start_edition(work=edition.work, by=secretariat, label=Label.RED, language="en", based_on=edition)
    old, new = figures()[:2], figures()[2:]
    assert not {document.pk for document in old} & {document.pk for document in new}
    assert not {document.file.name for document in old} & {document.file.name for document in new}
    assert [document.sha256 for document in old] == [document.sha256 for document in new]
    assert set(following.documents.all()) == set(new)
    reader = client_for(expert)
    assert [reader.get(document.get_absolute_url()).status_code for document in (*old, *new)] == [200, 200, 404, 404]


def test_a_failed_copy_leaves_no_file(edition, secretariat, client, monkeypatch):
    confirm(client, load(client, pictured("navy")))
    storage = figures()[0].file.storage
    before = _files(storage)
    monkeypatch.setattr(actions, "_copy_text", lambda *_given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        start_edition(work=edition.work, by=secretariat, label=Label.CLEAR, language="en", based_on=edition)
    assert _files(storage) == before


def _files(storage):
    folders = storage.listdir("")[0] if storage.exists("") else []
    return sorted(name for folder in folders for name in storage.listdir(folder)[1])


def test_a_picture_of_too_many_points_is_left_out_and_the_text_loaded(client, edition):
    huge = changed(pictured("navy"), **{"word/media/image1.png": png_of_declared_size(50_000, 50_000)})
    page = load(client, huge, title="Maps")
    assert "1 picture could not be read and was left out." in page.content.decode()
    assert [entry.text for entry in page.context["plan"].entries] == ["Figure 1. All navy."]


def test_a_picture_that_html_holds_itself_is_loaded(client, edition):
    held = base64.b64encode(picture().read()).decode()
    image = f"<img src='data:image/png;base64,{held}' alt='Road'>"
    html = f"<h1>Maps</h1><figure>{image}<figcaption>Here.</figcaption></figure>"
    confirm(client, load(client, html, name="a.html"))
    row = EditionParagraph.objects.get()
    assert (row.kind, row.texts.get().text, row.figure.extension) == ("figure", "Here.", "png")
