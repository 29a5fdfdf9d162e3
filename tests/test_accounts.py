"""What happens to an account: what is logged and mailed of it, limits, language and time, passwords."""

import json
import os
import re
import subprocess
import sys
from urllib.parse import unquote

import pytest
from django.conf import settings as portal
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.audit import line_of
from members.models import AuditEntry, User
from members.passwords import OwnWordsValidator
from members.preferences import time_zone_choices
from tests.factories import PASSWORD, make_user
from tests.second_factor import code_of, give_app, log_in
from tests.serving import database_address

pytestmark = pytest.mark.django_db
LOGIN, RESET = "/en/account/login/", "/en/account/password/reset/"
CONFIRM = "/en/account/security/confirm/"
SESSIONS, PREFERENCES = "/en/account/sessions/", "/en/account/preferences/"
NEW = "a rather different staple"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0"


@pytest.fixture(autouse=True)
def no_attempts_before():
    """Rate limits count in the cache, which outlives a test."""
    cache.clear()


def is_logged_in(client):
    return SESSION_KEY in client.session


def logged():
    """(kind, who acted, account it was done to, words) of each line of the log."""
    rows = AuditEntry.objects.order_by("pk").exclude(kind="rights")
    return [(row.kind, row.person_id, row.subject_key, row.detail) for row in rows]


# What is logged


def test_login_and_logout_are_logged_with_the_way_in(client, partner):
    log_in(client, partner)
    client.post("/en/account/logout/")
    give_app(partner, codes=True)
    log_in(client, partner, code=code_of())
    key = partner.pk
    assert logged() == [
        ("sign_in", key, None, "password"),
        ("sign_out", key, None, ""),
        ("sign_in", key, None, "password, totp"),
    ]
    assert AuditEntry.objects.filter(kind="sign_in").last().address == "127.0.0.1"


def test_refused_login_is_logged_with_the_account_and_never_with_what_was_typed(client):
    user, closed = make_user(email="known@example.org"), make_user(email="closed@example.org", is_active=False)
    for login, password in [("Known@example.org", "hush-1"), ("nobody@example.org", "hush-2")]:
        client.post(LOGIN, {"login": login, "password": password})
    log_in(client, closed)
    give_app(user)
    log_in(client, user, code="123123")
    client.post(CONFIRM, {"credential": '{"id": 1}'})
    assert logged() == [
        ("sign_in_refused", None, user.pk, "password"),
        ("sign_in_refused", None, None, "password"),
        ("sign_in_refused", None, closed.pk, "closed account"),
        ("sign_in_refused", None, user.pk, "code"),
        ("sign_in_refused", None, user.pk, "passkey"),
    ]
    lines = [line_of(row) for row in AuditEntry.objects.order_by("pk")]
    assert [word for word in ("hush", "nobody", "known", "123123") if any(word in line.lower() for line in lines)] == []
    assert json.loads(lines[0])["key"] == user.pk


def test_too_many_tries_are_logged(client, partner):
    for _ in range(6):
        log_in(client, partner, password="wrong")
    assert [row[3] for row in logged()] == ["password"] * 5 + ["too many tries"]


def test_new_password_is_logged_and_its_owner_is_told(client, mailoutbox):
    user = make_user(email="person@example.org", preferred_language="es", time_zone="America/Bogota")
    log_in(client, user)
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    answer = client.post("/en/account/password/change/", form, headers={"user-agent": FIREFOX})
    assert answer["Location"] == "/en/account/"
    assert logged()[1:] == [("account", user.pk, user.pk, "password changed")]
    [mail] = mailoutbox
    assert (mail.to, f"{portal.BASE_URL}/es/account/" in mail.body) == (["person@example.org"], True)
    assert ["(America/Bogota)" in mail.body, "Firefox, Windows" in mail.body, "127.0.0.1" in mail.body] == [True] * 3
    assert (mail.alternatives[0].mimetype, 'lang="es"' in mail.alternatives[0].content) == ("text/html", True)
    assert NEW not in mail.body + mail.alternatives[0].content


def test_password_set_by_mail_is_logged_and_the_mail_is_in_the_owners_language(client, mailoutbox):
    user = make_user(email="person@example.org", preferred_language="pt-br")
    client.post(RESET, {"email": "Person@example.org"})
    link = re.search(r"\S+/password/reset/key/\S+", mailoutbox[0].body)[0]
    assert (mailoutbox[0].to, link.startswith(f"{portal.BASE_URL}/pt-br/account/")) == ([user.email], True)
    form = client.get(client.get(link.removeprefix(portal.BASE_URL))["Location"])
    client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    assert logged() == [
        ("account", None, user.pk, "new password asked for"),
        ("account", user.pk, user.pk, "password set by mail"),
    ]
    assert len(mailoutbox) == 2


@pytest.mark.django_db(transaction=True)
def test_second_factor_that_comes_or_goes_is_logged_and_its_owner_is_told(client, partner, mailoutbox):
    log_in(client, partner)
    client.get("/en/account/security/app/add/")
    client.post("/en/account/security/app/add/", {"code": code_of(client.session["mfa.totp.secret"])})
    client.post("/en/account/security/codes/new/")
    client.post("/en/account/security/app/remove/")
    words = ["authenticator app added", "new recovery codes", "authenticator app taken away"]
    assert logged()[1:] == [("second_factor", partner.pk, partner.pk, word) for word in words]
    said = ["An authenticator app was added", "New recovery codes were made", "The authenticator app was taken away"]
    assert [mail.body.startswith(word) for mail, word in zip(mailoutbox, said, strict=True)] == [True] * 3


# What a log-in gives away


def asked(client, *arguments, **keywords):
    """The verbs of the statements that a request caused."""
    with CaptureQueriesContext(connection) as captured:
        client.post(*arguments, **keywords)
    return [query["sql"].split()[0] for query in captured if "django_session" not in query["sql"]]


def test_login_works_as_hard_for_an_address_without_an_account():
    make_user(email="known@example.org")
    told = []
    for name in ("known", "nobody"):
        cache.clear()
        told.append(asked(Client(), LOGIN, {"login": f"{name}@example.org", "password": "x"}))
    assert told[0] == told[1]
    assert told[0].count("INSERT") > 1


def test_mail_for_a_new_password_is_written_for_an_address_without_an_account_too(settings, monkeypatch):
    """It is only not sent: one row less in the same transaction is all that differs."""
    settings.EMAIL_BACKEND = "core.mail.QueuedEmailBackend"
    written = []
    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.attach_alternative", lambda *a: written.append(a[2]))
    make_user(email="known@example.org")
    told = {}
    for name in ("known", "known", "nobody"):  # the first mail also notes the account's address, once
        told[name] = asked(Client(), RESET, {"email": f"{name}@example.org"})
    verbs = {name: [verb for verb in told[name] if verb in {"INSERT", "UPDATE", "DELETE"}] for name in told}
    assert len(verbs["known"]) - len(verbs["nobody"]) == 1
    assert (len(written), logged()[-1]) == (3, ("account", None, None, "new password asked for"))


# Limits

TRIES = """
import django; django.setup()
from django.test import Client
from tests.second_factor import log_in
from members.models import User
for n in range({times}):
    client = Client(REMOTE_ADDR=f"10.1.0.{{n}}", headers={{"host": "localhost"}})
    assert log_in(client, User(email="{email}"), password="wrong").status_code == 200
    assert client.post("/en/account/password/reset/", {{"email": "{email}"}}).status_code == 302
"""


def try_in_another_process(email, times):
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": database_address()}
    code = TRIES.format(email=email, times=times)
    subprocess.run([sys.executable, "-c", code], cwd=portal.BASE_DIR, env=env, check=True, capture_output=True)


@pytest.mark.django_db(transaction=True)
def test_limits_of_an_account_hold_across_processes(mailoutbox):
    """Three tries there and two here are five, from five addresses."""
    user = make_user(email="person@example.org")
    try_in_another_process(user.email, 3)
    client = Client(headers={"host": "localhost"})
    for n in range(2):
        log_in(client, user, password="wrong", REMOTE_ADDR=f"10.0.0.{n}")
        assert client.post(RESET, {"email": user.email}, REMOTE_ADDR=f"10.0.0.{n}").status_code == 302
    locked = log_in(client, user, REMOTE_ADDR="10.0.0.99")
    assert (is_logged_in(client), "Too many failed login attempts" in locked.content.decode()) == (False, True)
    assert client.post(RESET, {"email": user.email}, REMOTE_ADDR="10.0.0.99").status_code == 429
    assert len(mailoutbox) == 2


def test_limit_of_an_account_is_one_whatever_the_host_is_called(client, partner):
    for n in range(5):
        log_in(client, partner, password="wrong", REMOTE_ADDR=f"10.0.0.{n}", headers={"host": f"localhost:{n}"})
    log_in(client, partner, REMOTE_ADDR="10.0.0.99", headers={"host": "127.0.0.1"})
    assert is_logged_in(client) is False


def test_behind_a_proxy_the_address_that_it_says_is_counted(settings, client):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    person = make_user()
    for n in range(10):
        said = {"x-forwarded-for": f"1.2.3.{n}, 8.8.8.8"}  # the first part is the visitor's own invention
        client.post(LOGIN, {"login": f"guess{n}@example.org", "password": "wrong"}, headers=said)
    log_in(client, person, headers={"x-forwarded-for": "8.8.8.8"})
    assert is_logged_in(client) is False
    log_in(client, person, headers={"x-forwarded-for": "9.9.9.9"})
    assert is_logged_in(client) is True
    assert AuditEntry.objects.filter(kind="sign_in").get().address == "9.9.9.9"


# Language and time


def test_login_opens_the_portal_in_the_persons_language(client):
    user = make_user(preferred_language="pt-br")
    assert log_in(client, user)["Location"] == "/pt-br/desk/"
    other = Client()
    form = {"login": user.email, "password": PASSWORD, "next": "/es/events/"}
    assert other.post(LOGIN, form)["Location"] == "/es/events/", "whoever asked for a page gets that page"


def test_preferences_are_kept_and_answered_in_the_new_language(client_for, partner):
    client = client_for(partner)
    answer = client.post(PREFERENCES, {"language": "fr", "time_zone": "America/Argentina/Buenos_Aires"})
    assert answer["Location"] == "/fr/account/preferences/"
    page = client.get(answer["Location"])
    assert "Buenos Aires" in str(next(iter(page.context["messages"])))
    kept = User.objects.get(pk=partner.pk)
    assert (kept.preferred_language, kept.time_zone) == ("fr", "America/Argentina/Buenos_Aires")
    selected = re.findall(r'<option value="([^"]+)" selected>', page.content.decode())
    assert selected == ["fr", "America/Argentina/Buenos_Aires"]
    assert reverse("notifications:preferences") in page.content.decode()


@pytest.mark.parametrize(
    "form",
    [{}, {"language": "xx", "time_zone": "UTC"}, {"language": "en", "time_zone": "Mars/Base"},
     {"language": "en", "time_zone": "../../etc/passwd"}, {"language": "e\x00n", "time_zone": "U\x00"},
     {"language": "en", "time_zone": "x" * 100_000}],
)  # fmt: skip
def test_preference_that_was_not_offered_is_refused(form, client_for, partner):
    answer = client_for(partner).post(PREFERENCES, form)
    assert (answer.status_code, bool(answer.context["form"].errors)) == (200, True)
    kept = User.objects.get(pk=partner.pk)
    assert (kept.preferred_language, kept.time_zone) == ("en", "UTC")


def test_preferences_change_nothing_else_of_the_account(client_for, partner):
    form = {"language": "es", "time_zone": "UTC", "name": "Taken", "is_staff": "on", "email": "x@example.org"}
    client_for(partner).post(PREFERENCES, form)
    kept = User.objects.get(pk=partner.pk)
    assert (kept.name, kept.email, kept.is_staff, kept.preferred_language) == (
        partner.name, partner.email, False, "es",
    )  # fmt: skip


def test_preferences_need_an_account_and_few_queries(client, client_for, partner, django_assert_num_queries):
    assert unquote(client.get(PREFERENCES)["Location"]) == f"{LOGIN}?next={PREFERENCES}"
    mine = client_for(partner)
    with django_assert_num_queries(4):
        assert len(mine.get(PREFERENCES).content) < 60_000


def test_time_zones_begin_with_their_city_and_all_of_them_are_valid():
    choices = time_zone_choices()
    zones = {name: city for _, group in choices[1:] for name, city in group}
    assert zones["America/Argentina/Buenos_Aires"] == "Buenos Aires (Argentina)"
    assert zones["America/Sao_Paulo"] == "Sao Paulo"
    assert choices[0] == ("UTC", "UTC")
    assert 350 < len(zones) < 500


def test_times_are_shown_in_the_persons_time_zone_and_say_which(client):
    user = make_user(time_zone="America/Bogota")
    log_in(client, user)
    page = client.get(SESSIONS).content.decode()
    started = AuditEntry.objects.get(kind="sign_in").at
    assert "Logged in (America/Bogota)" in page
    assert f"{(started.hour - 5) % 24:02}:{started.minute:02}" in page


# Passwords


@pytest.mark.parametrize(
    "password",
    ["IPO-Americas-2026!", "kmskmskmskms", "Unicri.OAS.CICTE", "observatório2026", "my KMS 1234567"],
)
def test_password_of_the_portals_own_words_is_refused(password, client_for, partner):
    form = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    page = client_for(partner).post("/en/account/password/change/", form).content.decode()
    assert "mostly of the portal’s own words" in page
    partner.refresh_from_db()
    assert partner.check_password(PASSWORD)


@pytest.mark.parametrize("password", [PASSWORD, NEW, "7402-5581-9036", "roast coals in observatory"])
def test_password_with_enough_besides_or_of_no_such_word_is_accepted(password):
    assert OwnWordsValidator().validate(password) is None
