"""A Focal Point fills in the profile with a photo; another one sees it, an expert does not; axe finds nothing."""

import io

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from reference.models import MemberState
from tests.factories import make_mandate, make_user

pytestmark = pytest.mark.browser
PHONE = "+591 2 555 0142"


@pytest.fixture(scope="module")
def people(portal):
    """Of Bolivia and Honduras, which have nobody else here."""
    bolivia, honduras = (MemberState.objects.get(iso3=iso3) for iso3 in ("BOL", "HND"))
    make_mandate(person=make_user(email="bolivia@example.org", name="Paula Paz", state=bolivia))
    make_mandate(person=make_user(email="honduras@example.org", name="Ulises Ondura", state=honduras))
    make_user(email="expert.bolivia@example.org", name="Expert", state=bolivia)


@pytest.fixture
def accessible(page, watched):
    """A function that has axe look at the page, at the width of a phone and of a desk, and at what does not fit."""

    def look():
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            found = Axe().run(page).response["violations"]
            assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
            assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0

    yield look
    assert (watched.complaints, watched.strangers) == ([], [])


def photo():
    out = io.BytesIO()
    Image.new("RGB", (1200, 800), "teal").save(out, "JPEG")
    return {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def fill_profile(page):
    page.get_by_label("Office").fill("Ministerio del Interior, Unidad de Grandes Eventos")
    page.get_by_label("Español").check()
    page.get_by_label("Avañeʼẽ").check()
    page.get_by_label("Telephone").fill(PHONE)
    page.get_by_label("How to reach you (optional)").fill("Weekdays, 7 to 15.")
    page.get_by_label("Photo", exact=False).first.set_input_files(photo())
    page.get_by_role("button", name="Save my profile").click()


def is_drawn(image):
    return image.evaluate("image => image.complete && image.naturalWidth")


def test_profile_with_a_photo_is_seen_by_counterparts_and_not_by_an_expert(portal, people, page, sign_in, accessible):
    sign_in("bolivia@example.org")
    page.goto(f"{portal.url}/en/account/profile/")
    accessible()
    fill_profile(page)
    page.get_by_text("Your profile is saved.").wait_for()
    counterparts = page.locator("aside .box", has=page.get_by_role("heading", name="Focal Points and alternates"))
    assert PHONE in counterparts.inner_text()
    assert is_drawn(counterparts.get_by_alt_text("Photo of Paula Paz")) == 400
    assert "Paula" not in page.locator("aside .box", has_text="Any member").inner_text()
    accessible()

    sign_in("honduras@example.org")
    page.goto(f"{portal.url}/en/network/directory/")
    page.get_by_label("Name, office or State").fill("bolivia")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**/?q=bolivia*")
    card = page.locator(".people > li", has_text="Paula Paz")
    card.scroll_into_view_if_needed()
    assert "Unidad de Grandes Eventos" in card.inner_text() and PHONE in card.inner_text()
    page.wait_for_function("document.querySelector('.people img').naturalWidth === 400")
    accessible()

    sign_in("expert.bolivia@example.org")
    page.goto(f"{portal.url}/en/network/directory/?q=bolivia")
    assert page.locator("#results").get_by_text("Seat filled").count() == 1
    assert "Paula" not in page.content() and PHONE not in page.content()
    accessible()


@pytest.mark.parametrize("path", ["network/directory/", "account/my-data/", "account/close/", "account/"])
def test_pages_of_people_are_accessible(path, portal, people, page, sign_in, accessible):
    sign_in("honduras@example.org")
    page.goto(f"{portal.url}/en/{path}")
    assert page.locator("h1").count() == 1
    accessible()


def test_profile_works_without_scripts(portal, people, browser, sign_in, context):
    sign_in("honduras@example.org")
    page = browser.new_page(java_script_enabled=False)
    page.context.add_cookies(context.cookies())
    page.goto(f"{portal.url}/en/account/profile/")
    page.get_by_label("Office").fill("x" * 250)
    page.get_by_label("Telephone").fill("none")
    page.get_by_role("button", name="Save my profile").click()
    assert page.locator(".summary li").count() == 1 and page.get_by_label("Telephone").input_value() == "none"
    page.get_by_label("Telephone").fill(PHONE)
    page.get_by_role("button", name="Save my profile").click()
    assert page.get_by_text("Your profile is saved.").is_visible()
    page.close()


def test_account_is_closed_after_it_was_read_what_that_does(portal, people, page, sign_in, accessible):
    make_user(email="leaving@example.org", name="Leaving", state=MemberState.objects.get(iso3="PRY"))
    sign_in("leaving@example.org")
    page.goto(f"{portal.url}/en/account/close/")
    page.get_by_label("Password").fill("correct horse battery staple")
    page.get_by_role("button", name="Close my account for good").click()
    assert page.locator(".summary li").inner_text().startswith("I have read")
    page.get_by_label("Password").fill("correct horse battery staple")
    page.get_by_label("I have read").check()
    page.get_by_role("button", name="Close my account for good").click()
    assert page.get_by_role("heading", name="Your account is closed").is_visible()
    page.goto(f"{portal.url}/en/account/")
    assert "/account/login/" in page.url
