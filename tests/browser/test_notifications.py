"""From watching an event to opening the news of it, as a Focal Point does; and its pages for everybody."""

import pytest

from notifications.models import Notification, Watch
from reference.models import MemberState
from tests.browser.test_pages import COLOURS, violations
from tests.factories import make_event

pytestmark = pytest.mark.browser

LIST, WATCHES, PREFERENCES = "/en/desk/notifications/", "/en/desk/watches/", "/en/account/notifications/"
LONG = "Watched Games " * 10


@pytest.fixture
def event(portal):
    """An event that no other test looks at, of a State for which the reader does not speak."""
    mexico = MemberState.objects.get(iso3="MEX")
    event = make_event(slug="watched-games", name="Watched Games", host_state=mexico)
    yield event
    Watch.objects.filter(subject_kind="event", subject_key=event.pk).delete()
    Notification.objects.filter(subject_kind="event", subject_key=event.pk).delete()
    event.delete()


def accessible(page):
    """What axe finds on a phone and on a desk, in both schemes, and whether a narrow screen scrolls sideways."""
    found = []
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        for scheme, rules in {"light": None, "dark": COLOURS}.items():
            page.emulate_media(color_scheme=scheme)
            found += violations(page, rules)
    page.set_viewport_size({"width": 320, "height": 700})
    wide = page.evaluate("document.documentElement.scrollWidth") > 320
    page.set_viewport_size({"width": 1280, "height": 900})
    return found + ["wider than 320 pixels"] * wide


@pytest.fixture
def news(portal, page, sign_in, event):
    """The page of a Focal Point who watched the event, which the secretariat changed then."""
    sign_in("nfp@example.org")
    page.goto(portal.url + event.get_absolute_url())
    page.get_by_role("button", name="Watch", exact=True).click()
    assert "You watch “Watched Games”" in page.locator(".messages").inner_text()
    sign_in("secretariat@example.org")
    page.goto(f"{portal.url}/admin/events/majorevent/{event.pk}/change/")
    page.fill("#id_name_en", LONG)
    page.locator("input[name=_save]").first.click()
    page.wait_for_url("**/admin/events/majorevent/")
    sign_in("nfp@example.org")
    page.goto(f"{portal.url}/en/")
    return page


def test_focal_point_opens_what_the_secretariat_changed_in_a_watched_event(portal, news, watched, event):
    link = news.locator(".top__tools").get_by_role("link", name="My desk")
    assert link.text_content() == "My desk (1 new)"
    link.click()
    assert news.get_by_role("heading", name="What is new").is_visible()
    assert accessible(news) == []
    news.get_by_role("link", name="All notifications").click()
    assert news.url == portal.url + LIST
    row = news.locator(".rows > li").first
    assert row.locator("h2").inner_text() == f"“{LONG.strip()}” was changed."
    assert row.get_by_text("Not read").is_visible()
    assert accessible(news) == []
    row.get_by_role("button", name="Open").click()
    assert news.url == portal.url + event.get_absolute_url()
    assert link.text_content() == "My desk"
    news.goto(portal.url + LIST)
    assert news.get_by_text("You have read all of them.").is_visible()
    assert (watched.complaints, watched.strangers) == ([], [])


def test_watch_is_stopped_from_the_list(portal, news):
    news.goto(portal.url + WATCHES)
    assert accessible(news) == []
    news.get_by_role("button", name="Stop watching").click()
    assert news.get_by_role("heading", name="You watch nothing yet").is_visible()
    assert accessible(news) == []


def test_choosing_mails_works_without_scripts(portal, browser, context, page, sign_in):
    sign_in("nfp@example.org")
    page.goto(portal.url + PREFERENCES)
    assert accessible(page) == []
    plain = browser.new_context(java_script_enabled=False)
    plain.add_cookies(context.cookies())
    page = plain.new_page()
    page.goto(portal.url + PREFERENCES)
    page.get_by_role("group", name="Mail about changes of what I watch").get_by_label("once a day").check()
    page.get_by_role("button", name="Save my choice").click()
    assert "Your choice is saved." in page.locator(".messages").inner_text()
    assert page.get_by_role("group", name="Mail about changes of what I watch").get_by_label("once a day").is_checked()
    plain.close()
