"""The map, the calendar and the timeline as a browser draws them."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

# The marks under whose middle another one lies, each brought into view first.
COVERED = """() => [...document.querySelectorAll('.map svg a')].filter(mark => {
  mark.scrollIntoView({ block: 'center' });
  const box = mark.getBoundingClientRect();
  const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return hit?.closest('a') !== mark;
}).map(mark => mark.querySelector('title').textContent)"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_outline_is_drawn_from_its_file_under_the_policy(portal, page, watched, scheme):
    page.emulate_media(color_scheme=scheme)
    with page.expect_response("**/americas*.svg") as outline:
        page.goto(f"{portal.url}/en/events/map/")
    assert outline.value.status == 200
    page.wait_for_function("[...document.querySelectorAll('.land')].every(land => land.getBBox().width > 300)")
    land, sea = page.evaluate("""() => [getComputedStyle(document.querySelector('.land')).fill,
        getComputedStyle(document.querySelector('.map svg')).backgroundColor]""")
    assert land != sea
    assert (watched.complaints, watched.strangers) == ([], [])


@pytest.mark.parametrize("width", [360, 1280])
def test_every_mark_can_be_hit_in_its_middle_though_a_hundred_share_the_map(portal, page, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{portal.url}/en/events/map/")
    assert page.locator(".map svg a").count() == 100
    assert page.evaluate(COVERED) == []


def test_a_mark_of_several_events_leads_to_their_list_and_has_a_name(portal, page):
    page.goto(f"{portal.url}/en/events/map/?state=brazil")
    mark = page.get_by_role("group", name="Map of the Americas").get_by_role("link", name="Rio de Janeiro, Brazil:")
    mark.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**#place-br-rio-de-janeiro")
    heading = page.locator("#place-br-rio-de-janeiro")
    expect(heading).to_have_text(re.compile("^Rio de Janeiro, Brazil"))
    expect(heading).to_be_in_viewport()


def test_month_is_a_grid_where_there_is_room_and_a_list_by_day_on_a_phone(portal, page):
    page.goto(f"{portal.url}/en/events/calendar/?month=2026-06")
    grid, by_day = page.get_by_role("table"), page.get_by_role("heading", name="Thursday, 11 June 2026")
    assert (grid.is_visible(), by_day.is_visible()) == (True, False)
    bar = grid.get_by_role("link", name="FIFA World Cup 2026").nth(1).bounding_box()
    assert bar["width"] > grid.bounding_box()["width"] * 0.95
    page.set_viewport_size({"width": 360, "height": 800})
    assert (grid.is_visible(), by_day.is_visible()) == (False, True)
    assert page.get_by_role("link", name="FIFA World Cup 2026").count() == 1


def test_timeline_puts_events_into_columns_of_months_where_there_is_room(portal, page):
    page.goto(f"{portal.url}/en/events/timeline/?year_from=2026&year_to=2026")
    lines = {month: page.locator(f".year > .m{month}").first for month in (2, 6, 12)}
    wide = {month: line.bounding_box()["x"] for month, line in lines.items()}
    assert wide[2] < wide[6] < wide[12]
    page.set_viewport_size({"width": 360, "height": 800})
    assert len({line.bounding_box()["x"] for line in lines.values()}) == 1


def test_timeline_says_where_today_is(portal, page):
    page.goto(f"{portal.url}/en/events/timeline/")
    assert page.get_by_text("Today, ").is_visible()
