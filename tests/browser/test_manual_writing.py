"""The secretariat writes an edition from its first chapter to its last button, and a visitor reads it."""

import re

import pytest

from notifications.models import Notification
from tests.browser.test_community_writing import accessible
from tests.factories import make_publication
from training.models import Edition, EditionParagraph, Paragraph, Publication

pytestmark = pytest.mark.browser
SLUG = "browser-writing"


@pytest.fixture
def work(portal):
    """A publication that no other test looks at; all that is written in it is gone afterwards."""
    work = make_publication(slug=SLUG, title="Manual of the browser")
    yield work
    Notification.objects.filter(subject_kind="edition").delete()
    EditionParagraph.objects.filter(edition__work=work).delete()
    Edition.objects.filter(work=work).delete()
    Paragraph.objects.filter(work=work).delete()
    Publication.objects.filter(pk=work.pk).delete()


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def act(page, identifier, name):
    """Follow a link of a paragraph, in its fold where it lies there."""
    row = page.locator(f"#{identifier}")
    if name not in ("Edit", "Add after") and ":" not in name:
        row.locator("summary").click()
    row.get_by_role("link", name=re.compile(f"^{name}")).click()


def write(page, text, button, **kind):
    page.get_by_label("Text", exact=True).fill(text)
    if kind:
        page.get_by_label("Kind").select_option(label=kind["kind"])
    press(page, button)


def begin(page):
    """An edition with one chapter, a heading and a paragraph."""
    page.get_by_role("link", name="Begin an edition").click()
    page.get_by_role("textbox", name="Name").fill("2027 edition")
    press(page, "Begin the edition")
    page.get_by_label("Title of the new chapter").fill("Gates")
    press(page, "Add the chapter")
    page.get_by_role("link", name="Write the first paragraph").click()
    write(page, "Before the day", "Add the paragraph", kind="Heading")
    act(page, "p1", "Add after")
    write(page, "Open early. Count everybody.", "Add the paragraph")


def rework(page):
    """The paragraph edited and split in three, the last one moved, the first two merged and translated."""
    act(page, "p2", "Edit")
    write(page, "Open **early**. Count everybody. Close late.", "Save the text")
    act(page, "p2", "Split")
    write(page, "Open **early**.\n\nCount everybody.\n\nClose late.", "Split the paragraph")
    act(page, "p4", "Move")
    page.get_by_label("After which paragraph?").select_option(index=1)
    press(page, "Move it here")
    act(page, "p2", "Merge")
    page.get_by_role("heading", name="The paragraph then").wait_for()
    assert page.locator(".post p").all_inner_texts() == ["Open early.", "Count everybody."]
    press(page, "Merge them")
    act(page, "p2", "Español: not translated")
    write(page, "Abran **temprano**. Cuenten a todos.", "Save the translation")
    page.locator("#p2").get_by_text("Español: up to date").wait_for()


def publish(page):
    page.get_by_role("link", name="Make it final").click()
    press(page, "Make it final and publish it")
    page.get_by_text("Final and published.").wait_for()


def test_edition_is_written_and_read(portal, page, context, sign_in, work, watched):
    sign_in("secretariat@example.org")
    manual = f"{portal.url}/en/manual/{SLUG}/"
    page.goto(manual)
    begin(page)
    rework(page)
    assert accessible(page) == []
    act(page, "p2", "History")
    page.get_by_role("heading", name="History of p2").wait_for()
    assert page.locator(".timeline > li").count() == 5
    assert accessible(page) == []
    page.goto(f"{manual}1/write/")
    assert accessible(page) == []
    publish(page)
    context.clear_cookies()
    page.goto(f"{manual}1/1/")
    assert [page.locator(f"#p{serial}").count() for serial in (1, 4, 2, 3)] == [1, 1, 1, 0]
    assert page.locator("#p2 strong").inner_text() == "early"
    page.goto(f"{portal.url}/es/manual/{SLUG}/1/1/")
    assert page.locator("#p2 strong").inner_text() == "temprano"
    assert watched.complaints == watched.strangers == []
