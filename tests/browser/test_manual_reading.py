"""Somebody reads the manual: through its chapters, by words and numbers, in another language, on paper."""

import io
import unicodedata

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from documents.actions import refresh_documents
from events.models import Lesson
from reference.models import MemberState
from tests.browser.test_community_writing import accessible
from tests.factories import (
    make_chapter,
    make_document,
    make_edition,
    make_final,
    make_paragraph,
    make_publication,
    make_user,
)
from tests.files import picture
from training.models import ChapterRead, EditionParagraph, Publication, Term
from training.writing import translate_paragraph

pytestmark = pytest.mark.browser
READER = "manual.reader@example.org"
Kind = EditionParagraph.Kind
HEAD = "| " + " | ".join(f"Column number {n}" for n in range(1, 9)) + " |\n" + "|---" * 8 + "|\n"
WIDE = HEAD + ("| " + " | ".join(["a cell with several words"] * 8) + " |\n") * 3
LONG = (
    "Planning the security of a major event from the first day of the bid to the debriefing of the last team "
    + "X" * 40
)


def _write(chapter, *said):
    last = None
    for text, more in said:
        last = make_paragraph(chapter=chapter, text=text, after=last, **more)
    return last


@pytest.fixture(scope="module")
def edition(portal):
    """A final edition of a publication of its own: all kinds of paragraphs, a glossary, evidence, a translation."""
    belize = MemberState.objects.get(iso3="BLZ")
    make_user(email=READER, state=belize)
    work = make_publication(slug="browser-manual", title="Manual of the browser", summary="For planners.")
    edition = make_edition(work=work)
    rings = make_document(content=picture("PNG"), filename="rings.png", title="Three rings")
    edition.documents.add(rings)
    refresh_documents(edition.documents.all())
    first = make_chapter(edition=edition, title=LONG, steward=belize, audience="Commanders")
    placed = _write(
        first,
        ("Who decides", {"kind": Kind.HEADING, "level": 2}),
        ("One body has the command; the threat assessment is renewed each week.", {}),
        (WIDE, {"kind": Kind.TABLE}),
        ("How far ahead", {"kind": Kind.HEADING, "level": 3}),
        ("**Figure 1.** Rings.", {"kind": Kind.FIGURE, "figure": rings}),
        ("A thing to remember.", {"kind": Kind.BOX}),
        ("When does your State begin?", {"kind": Kind.QUESTION}),
        ("- Police\n- Health", {"kind": Kind.LIST}),
    )
    make_chapter(edition=edition, title="Command", paragraphs=[f"Text number {n}, zylophone." for n in range(1, 41)])
    Term.objects.create(work=work, term="threat assessment", definition="How likely it is.", source="ISO 22300")
    translate_paragraph(placed=placed, language="es", text="- Policía\n- Salud", translates=1, by=None)
    one = EditionParagraph.objects.in_chapter(first).for_text()[1]
    one.paragraph.lessons.add(Lesson.objects.get(slug="gates"))
    yield make_final(edition)
    ChapterRead.objects.all().delete()
    Publication.objects.filter(pk=work.pk).update(publication="withdrawn")


def test_member_reads_from_the_contents_through_the_chapters(portal, page, sign_in, edition, watched):
    sign_in(READER)
    page.goto(f"{portal.url}/en/manual/")
    assert accessible(page) == []
    page.get_by_role("link", name="Manual of the browser").click()
    assert accessible(page) == []
    page.get_by_role("link", name="Edition 1").click()
    assert accessible(page) == []
    page.get_by_role("link", name="Begin reading").click()
    page.wait_for_load_state("networkidle")
    assert page.locator("#p5 img").evaluate("picture => picture.complete && picture.naturalWidth") > 0
    assert page.locator("#p2 .par__side a").inner_text() == Lesson.objects.get(slug="gates").title
    assert accessible(page) == []
    page.get_by_role("button", name="Mark as read").click()
    expect(page.get_by_text("Chapter 1 is marked as read.")).to_be_in_viewport()
    assert accessible(page) == []
    page.get_by_role("link", name="Next: 2. Command").click()
    assert page.locator("#p9").inner_text().split()[-1] == "zylophone."
    page.goto(portal.url + edition.get_absolute_url())
    assert page.get_by_text("1 of 2 chapters read").count() == 1
    page.get_by_role("link", name="Continue with chapter 2").click()
    page.get_by_role("link", name="Previous: 1.").click()
    page.get_by_role("button", name="Mark as unread").click()
    expect(page.get_by_role("button", name="Mark as read")).to_be_visible()
    assert (watched.complaints, watched.strangers) == ([], [])


def test_visitor_searches_and_goes_by_numbers_and_words(portal, page, edition, watched):
    page.goto(portal.url + edition.get_absolute_url())
    page.get_by_label("Search within this edition").fill("zylophone 37")
    page.get_by_role("button", name="Search").click()
    assert page.locator("mark").all_inner_texts() == ["37,", "zylophone."]
    assert accessible(page) == []
    page.get_by_role("link", name="Paragraph 2.37").click()
    expect(page.locator("#p45")).to_be_in_viewport()
    page.locator("#p40 .par__n").click()
    assert page.url.endswith("/2/#p40")
    page.goto(f"{portal.url}{edition.get_absolute_url()}p/2/")
    assert page.url.endswith("/1/#p2")
    page.get_by_role("link", name="threat assessment").click()
    expect(page.get_by_text("How likely it is.")).to_be_in_viewport()
    assert accessible(page) == []
    assert (watched.complaints, watched.strangers) == ([], [])


def test_wide_table_scrolls_in_its_own_box(portal, page, edition):
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{portal.url}{edition.get_absolute_url()}1/")
    box = page.locator("#p3 .table-box")
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    box.focus()
    page.keyboard.press("End")
    assert page.get_by_role("region", name="Table 1.2").count() == 1


def test_contents_are_folded_on_a_phone_and_stay_in_sight_on_a_desk(portal, page, edition):
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{portal.url}{edition.get_absolute_url()}2/")
    contents = page.locator(".toc nav")
    assert not contents.is_visible()
    page.locator(".toc > summary").click()
    assert contents.is_visible()
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{portal.url}{edition.get_absolute_url()}2/#p48")
    expect(page.get_by_role("navigation", name="Contents").get_by_role("link", name="2. Command")).to_be_in_viewport()


def test_text_is_read_in_the_language_that_is_asked_for(portal, page, edition):
    page.goto(f"{portal.url}{edition.get_absolute_url()}1/")
    page.locator("main").get_by_role("link", name="Español").click()
    assert page.locator("#p8 .prose").get_attribute("lang") == "es"
    assert "Policía" in page.locator("#p8").inner_text() and "One body" in page.locator("#p2").inner_text()
    assert accessible(page) == []


@pytest.mark.parametrize("chapter", [1, 2])
def test_chapter_on_paper_has_its_text_and_its_label(portal, page, edition, chapter):
    page.goto(f"{portal.url}{edition.get_absolute_url()}{chapter}/")
    sheets = PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True))).pages
    texts = [unicodedata.normalize("NFKC", sheet.extract_text()) for sheet in sheets]
    assert ["TLP:CLEAR" in text for text in texts] == [True] * len(texts)
    whole = " ".join(" ".join(texts).split())
    said = {1: ["One body has", "1.2", "Question to States", "Police"], 2: ["2.1", "number 40,"]}[chapter]
    assert [words for words in said if words not in whole] == []
    assert [words for words in ("Log in", "Next:", "Accessibility", "Contents") if words in whole] == []
