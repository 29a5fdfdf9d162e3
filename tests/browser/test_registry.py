"""The registry in its views and forms as people use it: filter, switch, subscribe, print, by keyboard, on a phone."""

import io
import re

import pytest
from pypdf import PdfReader

from tests.browser.waiting import until

pytestmark = pytest.mark.browser

VIEWS = {"Table": "", "Map": "map/", "Calendar": "calendar/", "Timeline": "timeline/"}
DOSSIERS = {
    "pan-american-games-2011": "Guadalajara",
    "pan-american-games-2027": "Lima",
    "fifa-world-cup-2026": "Canada",
    "cricket-world-cup-2007": "Saint Kitts and Nevis",
    "rio-carnival-2028": "Rio de Janeiro",
}
# Of the element in focus: its name, and whether it shows that it is in focus.
NAME_AND_RING = """() => {
  const link = document.activeElement;
  const parts = [...link.querySelectorAll('*')].map(one => parseFloat(getComputedStyle(one).strokeWidth));
  const name = link.getAttribute('aria-label') || link.querySelector('title')?.textContent || '';
  return [name, getComputedStyle(link).outlineStyle !== 'none' || parts.some(width => width >= 2)];
}"""


def counted(page):
    return page.locator("#results [data-count]").inner_text().strip()


def switch_to(page, name):
    page.locator(".switch").get_by_role("link", name=name, exact=True).click()


def test_a_filter_goes_along_through_all_views_and_back(portal, page, watched):
    page.goto(f"{portal.url}/en/events/")
    everything = counted(page)
    page.locator("#filters [name=kind][value=summit]").check()
    page.wait_for_url("**/en/events/?kind=summit")
    until(page, f"document.querySelector('#results [data-count]').textContent.trim() !== '{everything}'")
    summits = counted(page)
    for name, path in [*VIEWS.items(), ("Table", "")]:
        switch_to(page, name)
        page.wait_for_url(f"**/en/events/{path}?kind=summit")
        assert counted(page) == summits, name
        assert page.locator(".switch [aria-current=page]").inner_text() == name
        assert page.locator("#filters [name=kind][value=summit]").is_checked()
    assert (watched.complaints, watched.strangers) == ([], [])


@pytest.mark.parametrize("path", VIEWS.values(), ids=VIEWS)
def test_each_view_filters_in_place_and_stays_itself(portal, page, watched, path):
    page.goto(f"{portal.url}/en/events/{path}")
    everything = counted(page)
    page.evaluate("window.sameDocument = true")
    page.locator("#filters [name=kind][value=religious]").check()
    page.wait_for_url(f"**/en/events/{path}?kind=religious")
    until(page, f"document.querySelector('#results [data-count]').textContent.trim() !== '{everything}'")
    assert page.evaluate("window.sameDocument"), "the page was loaded anew"
    assert re.fullmatch(r"\d+ events", counted(page))
    assert (watched.complaints, watched.strangers) == ([], [])


@pytest.mark.parametrize("path", VIEWS.values(), ids=VIEWS)
def test_each_view_filters_without_scripts(portal, browser, path):
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{portal.url}/en/events/{path}")
    everything = counted(page)
    page.locator("#filters [name=kind][value=religious]").check()
    page.get_by_role("button", name="Apply").click()
    assert f"/en/events/{path}?" in page.url and "kind=religious" in page.url
    assert counted(page) != everything
    page.get_by_role("link", name=re.compile("Remove the filter")).click()
    assert page.url == f"{portal.url}/en/events/{path}"
    assert counted(page) == everything
    page.close()


def test_a_calendar_turns_its_months_without_scripts(portal, browser):
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{portal.url}/en/events/calendar/?kind=sport&month=2026-06")
    assert page.get_by_role("link", name="FIFA World Cup 2026").count() > 0
    page.get_by_role("link", name=re.compile("July 2026")).first.click()
    assert "month=2026-07" in page.url and "kind=sport" in page.url
    assert page.get_by_role("link", name="FIFA World Cup 2026").count() > 0
    page.close()


def test_the_subscribe_link_carries_the_filter_and_is_a_calendar(portal, page, settings):
    page.goto(f"{portal.url}/en/events/?kind=sport&state=brazil")
    page.get_by_text("Download or subscribe").click()
    webcal = page.get_by_role("link", name="Open in the calendar program").get_attribute("href")
    copied = page.locator("#calendar-address").input_value()
    assert copied == f"{settings.BASE_URL}/en/events.ics?kind=sport&state=brazil"
    assert webcal == copied.replace("http://", "webcal://").replace("https://", "webcal://")
    answer = page.request.get(copied.replace(settings.BASE_URL, portal.url))
    assert (answer.status, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    said = counted(page)
    assert answer.text().count("BEGIN:VEVENT") == int(said.split()[0]) > 0


@pytest.mark.parametrize("form", ["CSV", "XLSX", "iCalendar"])
def test_each_form_of_the_list_is_a_download(portal, page, form):
    page.goto(f"{portal.url}/en/events/?kind=religious")
    page.get_by_text("Download or subscribe").click()
    with page.expect_download() as arrived:
        page.locator(".exports").get_by_role("link", name=re.compile(f"^{form}")).first.click()
    assert re.search(r"\.(csv|xlsx|ics)$", arrived.value.suggested_filename)


@pytest.mark.parametrize(("slug", "told"), DOSSIERS.items())
def test_a_briefing_prints_on_two_to_six_sheets(portal, page, slug, told):
    page.goto(f"{portal.url}/en/events/{slug}/")
    name = page.locator("h1").inner_text()
    printed = PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True)))
    text = "\n".join(sheet.extract_text() for sheet in printed.pages)
    assert 2 <= len(printed.pages) <= 6
    words = " ".join(text.split())
    for part in (name, told, "TLP:CLEAR", "Law in force on the dates", "Treaty status"):
        assert part in words, part
    for part in ("Skip to the content", "Log in", "Print a briefing", "Data protection"):
        assert part not in words, part


def test_the_button_for_the_briefing_prints(portal, page):
    page.add_init_script("window.print = () => { window.printed = (window.printed || 0) + 1 }")
    page.goto(f"{portal.url}/en/events/pan-american-games-2011/")
    page.get_by_role("button", name="Print a briefing").click()
    assert page.evaluate("window.printed") == 1


def test_a_place_of_the_map_is_reached_and_opened_by_keyboard(portal, page):
    page.goto(f"{portal.url}/en/events/map/?series=pan-american-games")
    page.locator("figure.map svg a").first.focus()
    reached = []
    while page.evaluate("document.activeElement.closest('figure.map svg') !== null"):
        reached.append(page.evaluate(NAME_AND_RING))
        page.keyboard.press("Tab")
    assert len(reached) >= 4
    assert [mark for mark in reached if not (mark[0] and mark[1])] == []
    page.locator("figure.map svg a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/en/events/(map/\?.*#|[a-z0-9-]+/$)"))


def test_a_matrix_wider_than_the_window_scrolls_by_keyboard(portal, page):
    page.goto(f"{portal.url}/en/legislation/matrix/")
    box = page.locator(".table-box[tabindex='0']").first
    box.focus()
    assert box.get_attribute("aria-label") or box.get_attribute("aria-labelledby")
    before = box.evaluate("node => node.scrollLeft")
    wide = box.evaluate("node => node.scrollWidth > node.clientWidth")
    page.keyboard.press("ArrowRight")
    if wide:
        until(page, f"document.querySelector('.table-box[tabindex=\"0\"]').scrollLeft > {before}")


PHONE = ["/en/", "/en/events/map/", "/en/events/calendar/?month=2026-06", "/en/events/timeline/",
         "/en/events/cricket-world-cup-2007/", "/en/legislation/matrix/", "/en/legislation/treaties/",
         "/en/network/brazil/", "/en/themes/crowd-safety/"]  # fmt: skip


@pytest.mark.parametrize("address", PHONE)
@pytest.mark.parametrize("width", [320, 360])
def test_pages_of_the_registry_fit_a_phone(portal, page, address, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(portal.url + address)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    assert page.locator("h1").is_visible()


def test_a_month_on_a_phone_is_a_list_that_names_every_event(portal, page):
    page.goto(f"{portal.url}/en/events/calendar/?month=2026-06")
    wide = {link.get_attribute("href") for link in page.locator("#results a[href^='/en/events/']:visible").all()}
    page.set_viewport_size({"width": 360, "height": 800})
    narrow = {link.get_attribute("href") for link in page.locator("#results a[href^='/en/events/']:visible").all()}
    records = re.compile(r"^/en/events/[a-z0-9-]+/$")
    assert {href for href in wide if records.match(href)} == {href for href in narrow if records.match(href)} != set()
