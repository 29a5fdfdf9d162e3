"""Downloading a list and subscribing to it, as people do: with filters, by keyboard, without scripts."""

import pytest

from tests.browser.waiting import until

pytestmark = pytest.mark.browser


def menu_of(page):
    return page.locator("details", has=page.get_by_text("Download or subscribe", exact=True))


def test_menu_follows_the_filter_that_was_just_chosen(portal, page, watched):
    page.goto(f"{portal.url}/en/events/")
    menu_of(page).locator("summary").click()
    page.locator("label.option", has=page.locator("[name=kind][value=summit]")).locator("input").check()
    until(page, "document.querySelector('#calendar-address').value.endsWith('/en/events.ics?kind=summit')")
    menu = menu_of(page)
    link = menu.get_by_role("link", name="Open in the calendar program").get_attribute("href")
    assert link == portal.url.replace("http:", "webcal:") + "/en/events.ics?kind=summit"
    assert menu.get_by_role("link", name="Atom feed").get_attribute("href") == "/en/events.atom?kind=summit"
    assert menu.get_by_role("link", name="XLSX").is_visible()  # it stayed open
    assert (watched.complaints, watched.strangers) == ([], [])


def test_menu_opens_and_downloads_by_keyboard(portal, page):
    page.goto(f"{portal.url}/en/programme/")
    menu = menu_of(page)
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "XLSX"
    page.keyboard.press("Tab")
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    name = waiting.value.suggested_filename
    assert name.startswith("ipo-americas-programme-") and name.endswith(".csv")


def test_list_is_downloaded_and_its_calendar_address_copied_without_scripts(portal, browser):
    page = browser.new_page(java_script_enabled=False, viewport={"width": 360, "height": 800})
    page.goto(f"{portal.url}/es/events/?kind=summit")
    menu = page.locator("details", has=page.locator("#calendar-address"))
    menu.locator("summary").click()
    field = page.locator("#calendar-address")
    assert field.input_value() == f"{portal.url}/es/events.ics?kind=summit"
    assert field.get_attribute("readonly") is not None
    with page.expect_download() as waiting:
        menu.get_by_role("link", name="iCalendar").click()
    assert waiting.value.path().read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
    page.close()


def test_refused_file_says_why_in_the_browser(portal, page):
    answer = page.goto(f"{portal.url}/en/events.csv?kind=nonsense")
    assert answer.status == 400
    assert "kind: Select a valid choice." in page.locator("body").inner_text()
