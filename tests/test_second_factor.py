"""Second factors: of whom one is demanded, how one is added and used."""

import re
import threading

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.urls import get_resolver

from members import mfa
from members.management.commands.access_table import addresses
from members.middleware import ENROLMENT
from members.models import User
from tests.factories import PASSWORD, make_document, make_organisation, make_user
from tests.second_factor import START, code_of, give_app, log_in

pytestmark = pytest.mark.django_db
SECURITY, CONFIRM, CODES = "/en/account/security/", "/en/account/security/confirm/", "/en/account/security/codes/"
ADD_APP, ADD_PASSKEY = "/en/account/security/app/add/", "/en/account/security/passkeys/add/"
CAST = ["partner", "expert", "alternate", "focal_point", "secretariat", "administrator"]


@pytest.fixture(autouse=True)
def no_attempts_before():
    """Rate limits and used codes are in the cache, which outlives a test."""
    cache.clear()


@pytest.fixture
def demanding(settings):
    """The portal as it is in production."""
    settings.REQUIRE_MFA = True
    return settings


def is_logged_in(client):
    return SESSION_KEY in client.session


# Of whom it is demanded


@pytest.mark.parametrize(
    ("always", "of_focal_points", "expected"),
    [
        (True, True, {"alternate", "focal_point", "secretariat", "administrator"}),
        (True, False, {"secretariat", "administrator"}),
        (False, True, set()),
    ],
)
def test_second_factor_is_demanded_by_role(always, of_focal_points, expected, settings, request):
    settings.REQUIRE_MFA, settings.REQUIRE_MFA_OF_FOCAL_POINTS = always, of_focal_points
    assert {name for name in CAST if mfa.is_demanded(request.getfixturevalue(name))} == expected


def plain_addresses():
    """(name, path) of every address without arguments, those of the admin's first page included."""
    for name, address, _ in addresses(get_resolver()):
        if not re.search(r"[<(^]", address) and (not name.startswith("admin:") or name == "admin:index"):
            yield name, f"/{address}"


def test_who_owes_a_second_factor_sees_no_page_but_the_one_to_add_it(demanding, client_for, secretariat):
    client = client_for(secretariat)
    answers = {name: client.get(path) for name, path in plain_addresses() if name not in ENROLMENT}
    assert {name: (answer.status_code, answer.get("Location")) for name, answer in answers.items()} == dict.fromkeys(
        answers, (302, SECURITY)
    )
    assert len(answers) > 40


def test_who_owes_a_second_factor_fetches_nothing_and_changes_nothing(demanding, client_for, focal_point):
    document = make_document()
    client = client_for(focal_point)
    assert client.get(document.get_absolute_url())["Location"] == SECURITY
    answer = client.post("/en/account/preferences/", {"language": "es", "time_zone": "UTC"})
    assert answer["Location"] == SECURITY
    assert User.objects.get(pk=focal_point.pk).preferred_language == "en"


def test_page_to_add_it_says_why_and_the_way_out_works(demanding, client_for, focal_point):
    client = client_for(focal_point)
    page = client.get(SECURITY)
    assert page.status_code == 200
    assert "Your account needs a second factor" in page.content.decode()
    client.post("/en/account/logout/")
    assert is_logged_in(client) is False


def test_who_has_one_or_owes_none_is_not_led_away(demanding, client_for, focal_point, partner):
    give_app(focal_point)
    for user in (focal_point, partner):
        assert client_for(user).get("/en/account/").status_code == 200
    assert "Your account needs" not in client_for(partner).get(SECURITY).content.decode()


def test_mandate_that_begins_demands_one_on_the_very_next_request(demanding, client_for, expert, brazil):
    client = client_for(expert)
    assert client.get("/en/account/").status_code == 200
    mandate = expert.mandates.create(state=brazil, role="alternate", since="2020-01-01")
    assert client.get("/en/account/").get("Location") == SECURITY
    mandate.until = "2020-01-02"
    mandate.save()
    assert client.get("/en/account/").status_code == 200


def test_visitors_pay_nothing_for_it(demanding, client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get("/en/account/login/")


# Adding an app


def add_app(client):
    """Add an app as its owner does; returns the answer to the code."""
    client.get(ADD_APP)
    return client.post(ADD_APP, {"code": code_of(client.session["mfa.totp.secret"])})


def test_first_app_right_after_the_login_asks_no_password_again(demanding, client, focal_point):
    assert log_in(client, focal_point)["Location"] == START
    assert client.get("/en/")["Location"] == SECURITY
    page = client.get(ADD_APP).content.decode()
    assert 'src="data:image/svg+xml;base64,' in page
    assert client.session["mfa.totp.secret"] in page.replace(" ", "")
    assert add_app(client)["Location"] == CODES
    assert client.get("/en/account/").status_code == 200
    assert len(mfa.factors_of(focal_point)) == 1


def test_app_that_is_posted_twice_is_added_once(client, partner):
    log_in(client, partner)
    client.get(ADD_APP)
    form = {"code": code_of(client.session["mfa.totp.secret"])}
    assert [client.post(ADD_APP, form)["Location"] for _ in range(2)] == [CODES, CODES]
    client.post(CODES)
    assert client.get(ADD_APP)["Location"] == SECURITY
    assert len(mfa.factors_of(partner)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_codes_that_are_posted_at_a_time_add_one_app():
    partner, answers, both = make_user(organisation=make_organisation()), [], threading.Barrier(2, timeout=20)
    clients = [Client(), Client()]
    for client in clients:
        log_in(client, partner)
        client.get(ADD_APP)

    def post(client, periods):
        try:
            code = code_of(client.session["mfa.totp.secret"], periods)
            both.wait()
            answers.append(client.post(ADD_APP, {"code": code}).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=post, args=args) for args in zip(clients, (0, -1), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (answers, len(mfa.factors_of(partner))) == ([302, 302], 1)


def test_later_it_asks_the_password_first(client_for, partner):
    client = client_for(partner)  # a session without a fresh log-in
    for page in (ADD_APP, ADD_PASSKEY):
        answer = client.get(page)
        assert answer["Location"].startswith("/en/account/reauthenticate/?next=")
        assert client.post(page, {"code": "1"})["Location"].startswith("/en/account/reauthenticate/")
    client.post(f"/en/account/reauthenticate/?next={ADD_APP}", {"password": PASSWORD})
    assert client.get(ADD_APP).status_code == 200


@pytest.mark.parametrize("code", ["", "000000", "x" * 100_000, "12\x0034", "１２３４５６", "[[[["])
def test_wrong_code_adds_nothing_and_says_so(code, client, partner):
    log_in(client, partner)
    client.get(ADD_APP)
    secret = client.session["mfa.totp.secret"]
    answer = client.post(ADD_APP, {"code": code})
    assert (answer.status_code, bool(answer.context["form"].errors["code"])) == (200, True)
    assert 'aria-invalid="true"' in answer.content.decode()
    assert client.session["mfa.totp.secret"] == secret, "the picture that was scanned stays right"
    assert Authenticator.objects.count() == 0


def test_recovery_codes_are_shown_until_they_are_kept_and_never_after(client, partner):
    log_in(client, partner)
    add_app(client)
    shown = re.findall(r"<code>(\d{8})</code>", client.get(CODES).content.decode())
    file = client.post(CODES, {"download": "1"})
    assert (len(set(shown)), file.content.decode().split()) == (10, shown)
    assert file["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert file["Cache-Control"] == "private, no-store"
    assert "Your recovery codes wait to be kept." in client.get("/en/account/").content.decode()
    assert client.post(CODES)["Location"] == "/en/account/"
    page = client.get(CODES).content.decode()
    assert [code for code in shown if code in page] == []
    assert "You have 10 codes left." in page
    assert client.post(CODES, {"download": "1"})["Content-Type"] == "text/html; charset=utf-8"


def test_recovery_codes_ask_who_it_is_in_a_session_without_a_fresh_login(client_for, partner):
    give_app(partner, codes=True)
    Authenticator.objects.get(type="recovery_codes").delete()
    mfa.Authenticator.objects.create(
        user=partner, type="recovery_codes", data={"seed": mfa.encrypt("ab" * 40), "used_mask": 0}
    )
    assert client_for(partner).get(CODES)["Location"].startswith("/en/account/reauthenticate/")


def test_new_recovery_codes_take_the_place_of_the_old_ones(client, partner):
    give_app(partner, codes=True)
    log_in(client, partner, code=code_of())
    old = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    assert client.post(f"{CODES}new/")["Location"] == CODES
    new = re.findall(r"<code>(\d{8})</code>", client.get(CODES).content.decode())
    assert (len(new), set(old) & set(new)) == (10, set())


@pytest.mark.django_db(transaction=True)
def test_first_factor_ends_the_sessions_that_the_password_alone_opened(client, partner):
    other = type(client)()
    for one in (client, other):
        log_in(one, partner)
    add_app(client)
    assert [one.get("/en/account/").status_code for one in (client, other)] == [200, 302]


# Logging in with it


def test_password_alone_opens_nothing_where_there_is_a_second_factor(client, focal_point):
    give_app(focal_point)
    assert log_in(client, focal_point)["Location"] == CONFIRM
    assert is_logged_in(client) is False
    assert client.get("/en/account/")["Location"].startswith("/en/account/login/")
    assert client.post(CONFIRM, {"code": code_of()})["Location"] == START
    assert is_logged_in(client) is True


def test_admin_does_not_open_before_the_second_factor(client, administrator):
    give_app(administrator)
    log_in(client, administrator)
    login = client.get(client.get("/admin/")["Location"])
    assert login["Location"].startswith("/en/account/login/?next=")
    assert client.get(login["Location"])["Location"] == CONFIRM
    form = {"username": administrator.email, "password": PASSWORD}
    assert client.post("/admin/login/?next=/admin/", form)["Location"].startswith("/en/account/login/")
    assert is_logged_in(client) is False
    client.post(CONFIRM, {"code": code_of()})
    assert client.get("/admin/").status_code == 200


def test_page_that_was_asked_for_opens_after_the_second_factor(client, partner):
    give_app(partner)
    address = client.get("/en/account/preferences/")["Location"]
    client.post(address, {"login": partner.email, "password": PASSWORD})
    assert client.post(CONFIRM, {"code": code_of()})["Location"] == "/en/account/preferences/"


def test_cancelling_the_second_factor_begins_anew(client, partner):
    give_app(partner)
    log_in(client, partner)
    client.post("/en/account/logout/", {"next": "/en/account/login/"})
    assert client.get(CONFIRM)["Location"] == "/en/account/login/"


@pytest.mark.parametrize(("periods", "opens"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clock_of_the_phone_may_be_half_a_minute_wrong(periods, opens, client, partner, monkeypatch):
    give_app(partner)
    monkeypatch.setattr("time.time", lambda: 1_800_000_015.0)  # the middle of a period
    log_in(client, partner, code=code_of(periods=periods))
    assert is_logged_in(client) is opens


def test_code_works_once_for_as_long_as_it_would_be_right(client, partner):
    app = give_app(partner)
    code = code_of()
    log_in(client, partner, code=code)
    cache.delete(TOTP(app)._get_used_cache_key(code))  # allauth forgets it after half a minute
    again = type(client)()
    answer = log_in(again, partner, code=f" {code[:3]} {code[3:]}")
    assert (is_logged_in(again), answer.context["form"].errors["code"][0][:18]) == (False, "This code is not r")


def test_code_that_added_the_app_does_not_log_in(client, partner):
    log_in(client, partner)
    client.get(ADD_APP)
    code = code_of(client.session["mfa.totp.secret"])
    client.post(ADD_APP, {"code": code})
    other = type(client)()
    log_in(other, partner, code=code)
    assert is_logged_in(other) is False


def test_recovery_code_works_once(client, partner):
    give_app(partner, codes=True)
    code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    log_in(client, partner, code=code)
    assert is_logged_in(client) is True
    assert mfa.security_of(partner)["codes_left"] == 9
    again = type(client)()
    log_in(again, partner, code=code)
    assert is_logged_in(again) is False


def test_wrong_codes_lock_the_account_from_every_address(client, partner):
    give_app(partner)
    log_in(client, partner)
    for n in range(5):
        client.post(CONFIRM, {"code": "000000"}, REMOTE_ADDR=f"10.0.0.{n}")
    locked = client.post(CONFIRM, {"code": code_of()}, REMOTE_ADDR="10.0.0.99")
    assert (is_logged_in(client), locked.status_code) == (False, 200)
    assert "Too many failed login attempts. Try again later." in locked.content.decode()


def test_wrong_codes_lock_the_address_for_every_account(client):
    for _ in range(2):
        user = make_user()
        give_app(user)
        log_in(client, user)
        for _ in range(5):
            client.post(CONFIRM, {"code": "000000"})
        client.post("/en/account/logout/")
    other = make_user()
    give_app(other)
    log_in(client, other, REMOTE_ADDR="10.0.0.1")
    client.post(CONFIRM, {"code": code_of()})
    assert is_logged_in(client) is False


def test_page_of_the_second_factor_needs_the_password_first(client):
    assert client.get(CONFIRM)["Location"] == "/en/account/login/"
