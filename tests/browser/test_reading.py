"""Reading the portal as people do: with and without scripts, by keyboard, in the dark, on paper."""

import re

import pytest

from tests.browser.waiting import until

pytestmark = pytest.mark.browser


def rows(page):
    return page.locator("#results .rows > li")


def figure(text):
    """The number at the start of a text such as "44 events"."""
    return int(re.match(r"\d+", text.strip()).group())


def show_filters(page):
    """Unfold the panel, which is folded where there is little room."""
    if not page.locator("#filters").is_visible():
        page.locator("details.filters > summary").click()


def test_filter_without_scripts_is_one_button(portal, browser):
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{portal.url}/en/events/")
    everything = figure(page.locator("#results [data-count]").inner_text())
    show_filters(page)
    choice = page.locator("label.option", has=page.locator("[name=kind][value=summit]"))
    promised = int(choice.locator(".n").inner_text())
    choice.locator("input").check()
    page.get_by_role("button", name="Apply").click()
    assert "kind=summit" in page.url
    assert 0 < figure(page.locator("#results [data-count]").inner_text()) == promised < everything
    page.get_by_role("link", name=re.compile("Remove the filter")).click()
    assert page.url == f"{portal.url}/en/events/"
    assert figure(page.locator("#results [data-count]").inner_text()) == everything
    page.close()


def test_menus_languages_and_pages_work_without_scripts(portal, browser):
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{portal.url}/en/events/?kind=sport")
    page.get_by_role("link", name="Next").click()
    assert "page=2" in page.url and "kind=sport" in page.url
    page.locator("details.pop > summary").click()
    page.locator("details.pop").get_by_role("link", name="Español").click()
    assert page.url == f"{portal.url}/es/events/?kind=sport&page=2"
    assert page.locator("html").get_attribute("lang") == "es"
    page.close()


def test_filter_with_scripts_updates_in_place_and_the_address_follows(portal, page, watched):
    page.goto(f"{portal.url}/en/events/")
    page.evaluate("window.sameDocument = true")
    everything = figure(page.locator("#results [data-count]").inner_text())
    choice = page.locator("label.option", has=page.locator("[name=kind][value=summit]"))
    promised = int(choice.locator(".n").inner_text())
    choice.locator("input").check()
    page.wait_for_url("**/en/events/?kind=summit")
    until(page, "!document.getElementById('results').hasAttribute('aria-busy')")
    assert figure(page.locator("#results [data-count]").inner_text()) == promised
    assert page.locator("p.sr[role=status]").inner_text().strip() == f"{promised} events"
    assert page.evaluate("document.activeElement.value") == "summit", "the focus stays where the reader is"
    assert page.evaluate("window.sameDocument"), "the page was loaded anew"
    page.go_back()
    until(page, f"document.querySelector('#results [data-count]').textContent.includes('{everything} ')")
    assert page.url == f"{portal.url}/en/events/"
    assert page.locator("[name=kind][value='']").is_checked()
    assert page.evaluate("window.sameDocument")
    assert (watched.complaints, watched.strangers) == ([], [])


def test_words_are_searched_on_submit_and_a_pill_takes_them_away_in_place(portal, page, watched):
    page.goto(f"{portal.url}/en/events/")
    page.get_by_label("Words").fill("pan american")
    page.get_by_label("Words").press("Enter")
    page.wait_for_url("**/en/events/?q=pan+american")
    page.wait_for_selector(".pills a")
    assert 0 < rows(page).count() < 25
    page.locator(".pills a").first.click()
    page.wait_for_url("**/en/events/")
    until(page, "document.querySelector('.pills') === null")
    assert rows(page).count() == 25
    assert (watched.complaints, watched.strangers) == ([], [])


def test_filters_of_a_phone_fold_and_unfold(portal, page):
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{portal.url}/en/events/")
    assert not page.locator("#filters").is_visible()
    page.locator("details.filters > summary").click()
    assert page.locator("#filters").is_visible()
    page.locator("[name=kind][value=summit]").check()
    page.wait_for_url("**/en/events/?kind=summit")
    page.get_by_role("button", name="Apply").click()
    until(page, "!document.querySelector('details.filters').open")
    assert "1 in use" in page.locator("details.filters > summary").inner_text()


def test_language_switch_keeps_the_page_and_its_filters(portal, page):
    page.goto(f"{portal.url}/en/events/")
    page.locator("[name=kind][value=summit]").check()
    page.wait_for_url("**/en/events/?kind=summit")
    until(page, "document.querySelector('.pills') !== null")
    page.locator("details.pop > summary").click()
    page.locator("details.pop").get_by_role("link", name="Français").click()
    assert page.url == f"{portal.url}/fr/events/?kind=summit"
    assert page.locator("html").get_attribute("lang") == "fr"
    assert page.locator("[name=kind][value=summit]").is_checked()


def test_colours_are_the_systems_until_the_reader_chooses(portal, page):
    paper = "getComputedStyle(document.body).backgroundColor"
    page.emulate_media(color_scheme="light")
    page.goto(f"{portal.url}/en/")
    light = page.evaluate(paper)
    switch = page.locator(".top__tools [data-theme-switch]")
    assert switch.get_attribute("aria-pressed") == "false"
    switch.click()
    dark = page.evaluate(paper)
    assert dark != light
    assert switch.get_attribute("aria-pressed") == "true"
    page.reload()
    assert page.evaluate(paper) == dark
    page.locator(".top__tools [data-theme-switch]").click()
    assert page.evaluate(paper) == light
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(paper) == dark


def test_keyboard_meets_the_skip_link_first(portal, page):
    page.goto(f"{portal.url}/en/events/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").evaluate("node => node.getBoundingClientRect().top >= 0"), "it shows when focused"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_everything_the_keyboard_reaches_shows_its_focus(portal, page):
    page.goto(f"{portal.url}/en/events/?kind=sport")
    reached = []
    for _ in range(45):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => { const node = document.activeElement;
            const styles = [node, node.closest('label, summary') || node].map(one => getComputedStyle(one));
            const outlined = one => one.outlineStyle !== 'none' && parseFloat(one.outlineWidth) >= 2;
            return {name: node.outerHTML.slice(0, 60), tag: node.tagName,
            ring: styles.some(one => outlined(one) || one.boxShadow !== 'none')} }"""
        )
        reached.append(seen)
    assert [seen["name"] for seen in reached if not seen["ring"]] == []
    assert {"A", "SUMMARY", "BUTTON", "INPUT"} <= {seen["tag"] for seen in reached}


def test_menu_of_a_phone_opens_and_closes_by_keyboard(portal, page):
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{portal.url}/en/")
    menu = page.locator("details.menu")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    assert menu.get_by_role("link", name="Legislation").is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('details.menu') !== null")
    page.keyboard.press("Escape")
    assert not menu.get_by_role("link", name="Legislation").is_visible()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_filters_are_reached_and_used_by_keyboard_alone(portal, page):
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{portal.url}/en/events/")
    page.locator("details.filters > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("carnival")
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/events/?q=carnival")
    assert 0 < figure(page.locator("#results [data-count]").inner_text()) < 252


@pytest.mark.parametrize("name", ["/en/events/", "event_detail", "treaty_detail"])
def test_print_leaves_out_what_only_a_screen_needs(portal, page, name):
    page.goto(portal.url + portal.pages.get(name, name))
    page.emulate_media(media="print")
    for selector in (".subnav", ".top__tools", ".skip", ".strip", "#filters", ".pager"):
        for part in page.locator(selector).all():
            assert not part.is_visible(), selector
    assert page.locator("h1").is_visible()
    assert page.locator("main :is(.rows, .facts, .table)").first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") in {
        "rgb(255, 255, 255)",
        "rgba(0, 0, 0, 0)",
    }


def test_download_of_a_document_is_a_file_and_never_a_page(portal, page):
    page.goto(portal.url + portal.pages["event_detail"])
    with page.expect_download() as arrived:
        page.get_by_role("link", name="The plan").click()
    assert arrived.value.suggested_filename == "plan.pdf"
    assert page.url == portal.url + portal.pages["event_detail"]


@pytest.mark.parametrize("name", ["/en/", "/en/events/", "event_detail"])
def test_targets_of_a_phone_are_large_enough_for_a_finger(portal, page, name):
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(portal.url + portal.pages.get(name, name))
    small = page.evaluate(
        """() => [...document.querySelectorAll('header a, button, summary, select, input:not([type=hidden])')]
        .filter(node => node.checkVisibility()).map(node => [node.closest('label') || node, node])
        .map(([area, node]) => [area.getBoundingClientRect(), node.outerHTML.slice(0, 80)])
        .filter(([box]) => box.width > 1 && (box.width < 24 || box.height < 24)).map(([box, name]) => name)"""
    )
    assert small == []
