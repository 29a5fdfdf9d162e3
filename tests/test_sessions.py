"""Sessions: how long they last, how their owner sees and ends them, what ends them otherwise."""

import time
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.actions import end_access, give_access
from members.adapter import sign_in
from members.models import AuditEntry, User
from members.templatetags.accounts import browser
from tests.factories import PASSWORD, make_mandate, make_user
from tests.second_factor import START, give_app, log_in
from tests.test_accounts import is_logged_in, logged

pytestmark = pytest.mark.django_db

LOGIN = "/en/account/login/"
CONFIRM = "/en/account/security/confirm/"
SESSIONS = "/en/account/sessions/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0"


@pytest.fixture(autouse=True)
def no_attempts_before():
    """Rate limits count in the cache, which outlives a test."""
    cache.clear()


@pytest.fixture
def clock(monkeypatch):
    """The time that sessions see, which can be moved forward."""
    now = SimpleNamespace(seconds=time.time())
    monkeypatch.setattr("members.sessions.time", lambda: now.seconds)

    def forward(seconds):
        now.seconds += seconds

    return SimpleNamespace(forward=forward)


def test_sessions_are_listed_and_the_others_are_ended(partner, expert):
    here, there, stranger = Client(), Client(), Client()
    log_in(here, partner)
    log_in(there, partner, headers={"user-agent": FIREFOX})
    log_in(stranger, expert)
    page = here.get(SESSIONS).content.decode()
    assert (page.count("<tr>"), page.count("This one"), "Firefox, Windows" in page) == (3, 1, True)
    assert here.post(SESSIONS)["Location"] == SESSIONS
    assert [client.get("/en/account/").status_code for client in (here, there, stranger)] == [200, 302, 200]
    assert logged()[-1] == ("account", partner.pk, partner.pk, "1 other sessions ended")
    assert "There is no other one." in here.get(SESSIONS).content.decode()


def test_sessions_are_ended_by_who_confirms_himself(client_for, partner):
    """Whoever finds a session open does not lock its owner out of the others."""
    here, there = client_for(partner), Client()  # a session without a fresh log-in
    log_in(there, partner)
    assert here.get(SESSIONS).status_code == 200
    asked = here.post(SESSIONS)
    assert asked["Location"] == f"/en/account/reauthenticate/?{urlencode({'next': SESSIONS})}"
    assert there.get("/en/account/").status_code == 200
    assert here.post(asked["Location"], {"password": PASSWORD})["Location"] == SESSIONS
    assert there.get("/en/account/").status_code == 302


def test_sessions_need_an_account(client):
    assert client.get(SESSIONS)["Location"] == f"{LOGIN}?next={SESSIONS}"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (FIREFOX, "Firefox, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("curl/8.5", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)  # fmt: skip
def test_browser_is_said_in_plain_words(said, expected):
    assert browser(said) == expected


def test_session_ends_twelve_hours_after_the_login_however_busy(client, partner, clock):
    log_in(client, partner)
    for _ in range(12):
        clock.forward(3599)
        assert client.get("/en/account/").status_code == 200
    clock.forward(12)
    assert client.get("/en/account/")["Location"].startswith(LOGIN)
    assert (Session.objects.count(), is_logged_in(client)) == (0, False)


def test_session_that_is_not_used_for_two_hours_is_over(client, partner):
    log_in(client, partner)
    [session] = Session.objects.all()
    left = session.expire_date - timezone.now()
    assert timedelta(hours=2) - timedelta(minutes=1) < left <= timedelta(hours=2)
    assert client.cookies["session"]["max-age"] == ""  # nor longer than the browser is open
    Session.objects.update(expire_date=timezone.now())
    assert client.get("/en/account/")["Location"].startswith(LOGIN)


def test_session_in_use_is_written_every_ten_minutes_and_not_at_each_request(client, partner, clock):
    log_in(client, partner)
    client.get("/en/account/")  # which writes it, having shown the message of the log-in
    for seconds, writes in [(1, 0), (598, 0), (1, 1), (599, 0), (1, 1)]:
        clock.forward(seconds)
        with CaptureQueriesContext(connection) as asked_for:
            assert client.get("/en/account/").status_code == 200
        assert sum(query["sql"].startswith('UPDATE "django_session"') for query in asked_for) == writes


def test_session_of_before_its_beginning_was_noted_is_over(client, partner):
    log_in(client, partner)
    [row] = Session.objects.all()
    data = row.get_decoded()
    del data["begun"]
    Session.objects.update(session_data=SessionStore().encode(data))
    assert client.get("/en/account/")["Location"].startswith(LOGIN)


def test_who_is_let_in_again_finds_no_session_open(client, partner, secretariat):
    log_in(client, partner)
    end_access(partner, by=secretariat)
    give_access(partner, by=secretariat)
    assert client.get("/en/account/")["Location"].startswith(LOGIN)
    assert (Session.objects.count(), UserSession.objects.filter(user=partner).count()) == (0, 0)


def test_logging_out_clears_what_the_browser_kept_and_leaves_no_session(client, partner):
    log_in(client, partner)
    assert "Clear-Site-Data" not in client.get("/en/account/logout/")
    answer = client.post("/en/account/logout/")
    assert (answer["Clear-Site-Data"], answer.status_code) == ('"cache", "cookies", "storage"', 302)
    assert Session.objects.count() == 0


def test_logging_out_of_the_admin_is_the_same(client_for, secretariat):
    client = client_for(secretariat)
    answer = client.post("/admin/logout/")
    assert (answer.status_code, answer["Clear-Site-Data"]) == (302, '"cache", "cookies", "storage"')
    assert AuditEntry.objects.filter(kind="sign_out", person=secretariat).count() == 1
    assert client.get("/admin/")["Location"].startswith("/admin/login/")


def test_account_that_is_closed_is_out_on_the_very_next_request(client, partner):
    log_in(client, partner)
    assert client.get("/en/account/").status_code == 200
    User.objects.filter(pk=partner.pk).update(is_active=False)
    assert client.get("/en/account/")["Location"].startswith(LOGIN)


def test_mandate_that_ended_gives_less_on_the_very_next_request(client, brazil):
    mandate = make_mandate(person=make_user(state=brazil))
    log_in(client, mandate.person)
    assert "National Focal Point" in client.get("/en/account/").content.decode()
    mandate.until = "2020-12-31"
    mandate.save()
    page = client.get("/en/account/").content.decode()
    assert ("National Focal Point" in page, "National expert" in page) == (False, True)


def let_in(get_response):
    """Middleware that lets the one partner of the test in, as the page of an invitation does."""
    return lambda request: sign_in(request, User.objects.get(email="partner@example.org"))


@pytest.mark.parametrize(("has_app", "leads_to", "enters"), [(False, START, True), (True, CONFIRM, False)])
def test_who_is_let_in_otherwise_meets_the_same_checks(has_app, leads_to, enters, settings, client, partner):
    if has_app:
        give_app(partner)
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.let_in"]
    answer = client.get("/en/")
    assert (answer["Location"], is_logged_in(client)) == (leads_to, enters)
    assert logged() == ([("sign_in", partner.pk, None, "invitation")] if enters else [])
