"""The dossier of an event on paper: a few clean pages with its label, its address and the day on them."""

import io
import unicodedata

import pytest
from pypdf import PdfReader

from core.dates import Precision, say_date, today
from core.labels import Label
from events.models import MajorEvent
from tests.factories import make_need

pytestmark = pytest.mark.browser

SLUGS = [
    "pan-american-games-2011",
    "pan-american-games-2027",
    "fifa-world-cup-2026",
    "cricket-world-cup-2007",
    "rio-carnival-2026",
]


@pytest.fixture
def printed(portal, page):
    """A function that gives the texts of the sheets that a page makes."""

    def sheets(address):
        page.goto(portal.url + address)
        pdf = page.pdf(format="A4", prefer_css_page_size=True)
        texts = [sheet.extract_text() for sheet in PdfReader(io.BytesIO(pdf)).pages]
        return [" ".join(unicodedata.normalize("NFKC", text).split()) for text in texts]  # no ligatures

    return sheets


@pytest.mark.parametrize("slug", SLUGS)
def test_briefing_is_two_to_six_sheets_without_what_only_a_screen_needs(printed, settings, slug):
    sheets = printed(f"/en/events/{slug}/")
    assert 2 <= len(sheets) <= 6
    assert ["TLP:CLEAR" in sheet for sheet in sheets] == [True] * len(sheets)
    assert [f"{number} / {len(sheets)}" in sheet for number, sheet in enumerate(sheets, 1)] == [True] * len(sheets)
    assert f"As the portal stood on {say_date(today(), Precision.DAY)}" in sheets[0]
    assert f"{settings.BASE_URL}/en/events/{slug}/" in sheets[0]
    text = " ".join(sheets)
    parts = ["Key facts", "Where", "Who", "Law in force on the dates", "Treaty status", "Preparation by the Programme"]
    assert [part for part in [*parts, "Documents", "Source"] if part not in text] == []
    screen = ["Log in", "Legislation Programme Network", "Print a briefing", "Tell the secretariat", "Accessibility"]
    assert [words for words in screen if words in text] == []


def test_a_table_over_several_sheets_has_its_head_on_each(printed):
    sheets = printed("/en/events/cricket-world-cup-2007/")
    with_treaties = [sheet for sheet in sheets if "Accession," in sheet]
    assert len(with_treaties) > 1
    assert ["Suppression of Terrorist Bombings" in sheet for sheet in with_treaties] == [True] * len(with_treaties)


def test_every_sheet_bears_the_strictest_label_of_what_its_reader_sees(printed, sign_in):
    make_need(event=MajorEvent.objects.get(slug="rio-carnival-2028"), label=Label.AMBER)
    address = "/en/events/rio-carnival-2028/"
    assert {sheet.split()[0] for sheet in printed(address)} == {"TLP:CLEAR"}
    sign_in("nfp@example.org")
    sheets = printed(address)
    assert {sheet.split()[0] for sheet in sheets} == {"TLP:AMBER"}
    assert "TLP:AMBER As the portal stood on" in sheets[0]


def test_the_button_prints_and_is_there_only_with_scripts(portal, page, browser):
    address = portal.url + portal.pages["event_detail"]
    page.goto(address)
    page.evaluate("window.print = () => { window.printed = true }")
    page.get_by_role("button", name="Print a briefing").click()
    assert page.evaluate("window.printed") is True
    context = browser.new_context(java_script_enabled=False)
    without = context.new_page()
    without.goto(address)
    assert not without.get_by_role("button", name="Print a briefing").is_visible()
    assert without.get_by_text("Printed, this page is a briefing of a few sheets.").is_visible()
    context.close()
