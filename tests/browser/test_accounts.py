"""Logging in as people do: a second factor that is demanded, recovery codes, passkeys, log-out."""

import re

import pytest
from django.core.cache import cache

from members.actions import set_staff
from tests.browser.test_pages import WIDTHS, violations
from tests.browser.waiting import until
from tests.factories import PASSWORD, make_user
from tests.second_factor import START, code_of

pytestmark = pytest.mark.browser
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(autouse=True)
def no_attempts_before(portal):
    cache.clear()


@pytest.fixture
def log_in(portal, page):
    """A function that fills the log-in form."""

    def fill(user, path="/en/account/login/"):
        page.goto(portal.url + path)
        page.get_by_label("Email").fill(user.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.locator("main").get_by_role("button", name="Log in").click()

    return fill


@pytest.fixture
def authenticator(context, page):
    """A device in the browser that makes and keeps passkeys: a function that sends it commands."""
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    key = session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]
    return lambda command, **options: session.send(f"WebAuthn.{command}", {"authenticatorId": key, **options})


def faults(page):
    """What is wrong with the page at each width: what axe finds, and whether it is wider than a small screen."""
    found = {}
    for width, (across, down) in WIDTHS.items():
        page.set_viewport_size({"width": across, "height": down})
        found[width] = violations(page, None)
    page.set_viewport_size({"width": 320, "height": 700})
    found["320"] = page.evaluate("document.documentElement.scrollWidth") - 320
    page.set_viewport_size({"width": 1280, "height": 900})
    return {width: what for width, what in found.items() if what}


def log_out(portal, page):
    page.goto(f"{portal.url}/en/account/logout/")
    page.locator("main").get_by_role("button", name="Log out").click()
    page.wait_for_url(f"{portal.url}/en/")
    assert page.context.cookies() == []


def add_app(page, wrong):
    """Add an app after a wrong try; returns its secret."""
    page.get_by_role("link", name="Add an app").click()
    page.locator("details.fold summary").click()
    secret = page.locator("main code").inner_text().replace(" ", "")
    wrong["app"] = faults(page)
    for code in ("000000", code_of(secret)):
        page.get_by_label("Code from the app").fill(code)
        page.get_by_role("button", name="Add the app").click()
        if code == "000000":
            assert "This code is not right" in page.locator(".summary").inner_text()
            wrong["refused"] = faults(page)
    return secret


def keep_codes(page, wrong):
    """Download the recovery codes and say that they are kept; returns them."""
    page.wait_for_url("**/security/codes/")
    codes = page.locator("main code").all_inner_texts()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the codes").click()
    assert download.value.path().read_text().split() == codes
    wrong["codes"] = faults(page)
    page.get_by_role("button", name="I keep the codes").click()
    page.wait_for_url("**/account/")
    return codes


def give_code(page, code):
    page.wait_for_url("**/security/confirm/")
    page.get_by_label("Code from your app").fill(code)
    page.locator("main").get_by_role("button", name="Log in").click()


def test_first_login_leads_to_a_second_factor_and_the_next_one_asks_for_it(portal, page, watched, log_in, settings):
    settings.REQUIRE_MFA = True
    user, wrong = make_user(email="enrols@example.org"), {}
    set_staff(user, True, by=None)
    log_in(user, "/en/account/login/?next=/en/events/")
    page.wait_for_url(f"{portal.url}/en/account/security/")
    assert page.get_by_role("heading", name="Your account needs a second factor").is_visible()
    wrong["security"] = faults(page)
    secret = add_app(page, wrong)
    codes = keep_codes(page, wrong)
    page.goto(f"{portal.url}/en/account/sessions/")
    wrong["sessions"] = faults(page)
    log_out(portal, page)

    log_in(user, "/en/account/login/?next=/en/events/")
    page.wait_for_url("**/security/confirm/")
    wrong["confirm"] = faults(page)
    give_code(page, code_of(secret, periods=1))
    page.wait_for_url(f"{portal.url}/en/events/")
    log_out(portal, page)
    log_in(user)
    give_code(page, codes[0])
    page.wait_for_url(portal.url + START)
    assert (wrong, len(codes)) == (dict.fromkeys(wrong, {}), 10)
    assert (watched.complaints, watched.strangers) == ([], [])


@pytest.fixture
def passkey(portal, page, log_in, authenticator):
    """Somebody who has logged in, added a passkey and logged out; and what is wrong with the page for that."""
    user = make_user(email="passkey@example.org")
    log_in(user, "/en/account/login/?next=/en/account/security/passkeys/add/")
    page.wait_for_url(f"{portal.url}/en/account/security/passkeys/add/")
    wrong = {"add": faults(page)}
    page.get_by_label("Name").fill("My phone")
    page.get_by_role("button", name="Add a passkey").click()
    keep_codes(page, wrong)
    assert "My phone" in page.locator("main").inner_text()
    log_out(portal, page)
    return user, wrong


def test_passkey_logs_in_alone_or_after_the_password_and_goes_again(portal, page, watched, log_in, passkey):
    user, wrong = passkey
    page.goto(f"{portal.url}/en/account/login/?next=/en/account/security/")
    wrong["login"] = faults(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{portal.url}/en/account/security/")
    wrong["security"] = faults(page)
    log_out(portal, page)

    log_in(user)
    page.wait_for_url("**/security/confirm/")
    wrong["confirm"] = faults(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(portal.url + START)

    page.goto(f"{portal.url}/en/account/security/")
    page.get_by_role("link", name=re.compile("Remove")).click()
    page.wait_for_url("**/remove/")
    wrong["remove"] = faults(page)
    page.get_by_role("button", name="Remove the passkey").click()
    page.wait_for_url(f"{portal.url}/en/account/security/")
    assert (page.locator("table").count(), wrong) == (0, dict.fromkeys(wrong, {}))
    assert (watched.complaints, watched.strangers) == ([], [])


def test_passkey_that_is_not_given_is_said_and_another_way_stays_open(portal, page, watched, authenticator):
    authenticator("setUserVerified", isUserVerified=False)
    page.goto(f"{portal.url}/en/account/login/")
    page.get_by_role("button", name="Use a passkey").click()
    until(page, "!document.querySelector('[data-passkey-error]').hidden")
    assert page.get_by_role("alert").inner_text().startswith("The passkey was not used.")
    assert page.get_by_label("Password").is_visible()
    assert faults(page) == {}
    assert watched.complaints == []


def test_login_without_scripts_offers_no_passkey_and_works(portal, browser):
    user = make_user(email="plain@example.org")
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{portal.url}/en/account/login/")
    assert page.get_by_role("button", name="Use a passkey").is_visible() is False
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Log in").click()
    assert page.url == portal.url + START
    page.goto(f"{portal.url}/en/account/preferences/")
    page.get_by_label("Language", exact=True).select_option("es")
    page.get_by_label("Time zone").select_option("America/Bogota")
    page.get_by_role("button", name="Save").click()
    assert page.url == f"{portal.url}/es/account/preferences/"
    page.close()
