"""Every kind of page in the browser: accessible, inside its policy, no wider than the screen, from one host."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

OPEN = {
    "home": "/en/",
    "event_list": "/en/events/",
    "event_list_with_pills": "/en/events/?when=past&kind=sport&q=copa&year_from=2010",
    "event_list_empty": "/en/events/?q=nothing-like-this&kind=sport",
    "event_list_with_a_refused_filter": "/en/events/?kind=nonsense&year_from=x",
    "event_list_second_page": "/en/events/?page=2",
    "event_map": "/en/events/map/",
    "event_map_of_one_place": "/en/events/map/?q=kananaskis",
    "event_map_empty": "/en/events/map/?q=nothing-like-this&kind=sport",
    "event_calendar": "/en/events/calendar/?month=2026-06",
    "event_calendar_of_this_month": "/en/events/calendar/",
    "event_calendar_empty": "/en/events/calendar/?month=1999-01&kind=sport",
    "event_calendar_of_a_bad_month": "/en/events/calendar/?month=nonsense",
    "event_timeline": "/en/events/timeline/",
    "event_timeline_of_a_year": "/en/events/timeline/?year_from=2026&year_to=2026",
    "instrument_list": "/en/legislation/",
    "instrument_list_on_a_day": "/en/legislation/?in_force_on=2014-06-12&level=national",
    "instrument_list_empty": "/en/legislation/?q=nothing-like-this",
    "theme_matrix": "/en/legislation/matrix/",
    "theme_matrix_of_many_states": "/en/legislation/matrix/?sub_region=caribbean",
    "theme_matrix_with_refused_filters": "/en/legislation/matrix/?sub_region=nowhere&on=x",
    "treaty_list": "/en/legislation/treaties/",
    "activity_list": "/en/programme/",
    "activity_list_with_pills": "/en/programme/?kind=workshop&when=past",
    "activity_list_empty": "/en/programme/?q=nothing-like-this",
    "event_detail": "event_detail",
    "event_of_a_year": "event_of_a_year",
    "instrument_detail": "instrument_detail",
    "treaty_instrument": "treaty_instrument",
    "treaty_detail": "treaty_detail",
    "activity_detail": "activity_detail",
    "lesson_list": "/en/events/lessons/",
    "lesson_list_with_pills": "/en/events/lessons/?kind=lesson&state=brazil&theme=no-such-theme",
    "lesson_list_empty": "/en/events/lessons/?q=nothing-like-this",
    "lesson_detail": "lesson_detail",
    "series_list": "/en/events/series/",
    "series_detail": "/en/events/series/fifa-world-cup/",
    "country_list": "/en/network/",
    "country_detail": "country_detail",
    "country_outside_the_programme": "/en/network/cuba/",
    "theme_list": "/en/themes/",
    "theme_detail": "/en/themes/private-security/",
    "programme_about": "/en/programme/about/",
    "programme_history": "/en/programme/history/",
    "programme_partners": "/en/programme/partners/",
    "about": "/en/about/",
    "contact": "/en/contact/",
    "accessibility": "/en/accessibility/",
    "data_protection": "/en/data-protection/",
    "feeds": "/en/feeds/",
    "styleguide": "/en/styleguide/",
    "not_found": "/en/no-such-page/",
    "login": "/en/account/login/",
    "password_reset": "/en/account/password/reset/",
    "account_closed": "/en/account/closed/",
}
SIGNED_IN = {
    "account": "/en/account/",
    "home_of_a_member": "/en/",
    "event_detail_of_a_curator": "event_detail",
    "event_history": "event_history",
    "country_detail_of_a_member": "country_detail",
    "logout": "/en/account/logout/",
    "password_change": "/en/account/password/change/",
    "directory": "/en/network/directory/",
    "directory_empty": "/en/network/directory/?q=nobody-like-this&language=ay",
    "profile_edit": "/en/account/profile/",
    "my_data": "/en/account/my-data/",
    "account_close": "/en/account/close/",
}
TRANSLATED = {
    "home_in_spanish": "/es/",
    "event_list_in_portuguese": "/pt-br/events/",
    "event_map_in_spanish": "/es/events/map/",
    "event_calendar_in_french": "/fr/events/calendar/?month=2026-06",
    "event_timeline_in_portuguese": "/pt-br/events/timeline/",
    "instrument_list_in_french": "/fr/legislation/",
    "theme_matrix_in_spanish": "/es/legislation/matrix/",
}
PAGES = OPEN | SIGNED_IN | TRANSLATED
WIDTHS = {"phone": (360, 800), "desk": (1280, 900)}
EVERY_RULE = None
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}  # what another scheme can change
SCHEMES = {"light": EVERY_RULE, "dark": COLOURS}


@pytest.fixture
def go_to(portal, page, sign_in):
    """A function that opens one of PAGES and waits until it is there."""

    def open_page(name):
        if name in SIGNED_IN:
            sign_in("secretariat@example.org")
        address = PAGES[name]
        answer = page.goto(portal.url + portal.pages.get(address, address))
        assert answer.status == (404 if name == "not_found" else 200)
        return page

    return open_page


def unfold(page):
    """Open everything that folds, menus aside, so that what is inside is looked at too."""
    page.evaluate("document.querySelectorAll('details:not(.pop, .menu)').forEach(one => one.open = true)")


def violations(page, rules):
    """What axe finds, its best practices included, as one line for each rule."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    options = {"resultTypes": ["violations"], **(rules or {})}  # of what is in order, one place of each is enough
    found = page.evaluate("options => axe.run(options).then(found => found.violations)", options)
    return [f"{rule['id']}: {[' '.join(map(str, node['target'])) for node in rule['nodes']]}" for rule in found]


@pytest.mark.parametrize("name", PAGES)
def test_page_has_no_accessibility_violation_at_any_width_or_scheme(go_to, name):
    page = go_to(name)
    found = {}
    for width, (across, down) in WIDTHS.items():
        page.set_viewport_size({"width": across, "height": down})
        unfold(page)
        for scheme, rules in SCHEMES.items():
            page.emulate_media(color_scheme=scheme)
            found[f"{width}, {scheme}"] = violations(page, rules)
    assert found == dict.fromkeys(found, [])
    assert len(found) == 4


@pytest.mark.parametrize("name", PAGES)
def test_page_keeps_its_policy_asks_no_other_host_and_is_no_wider_than_320_pixels(go_to, watched, name):
    page = go_to(name)
    page.wait_for_load_state("networkidle")
    if name == "not_found":  # the browser itself complains of the 404
        watched.complaints = [said for said in watched.complaints if "404" not in said]
    assert (watched.complaints, watched.strangers) == ([], [])
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--soft')"), "no stylesheet"
    page.set_viewport_size({"width": 320, "height": 700})
    unfold(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
