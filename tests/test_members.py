"""Accounts: the log-in and what it gives away, the mail for a new password."""

import pydoc
import re

import pytest
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.core.mail import send_mail
from django.db import transaction
from django_q.models import OrmQ

from members.models import User
from tests.factories import PASSWORD, make_user
from tests.smtp_sink import smtp_sink

pytestmark = pytest.mark.django_db
LOGIN, RESET = "/en/account/login/", "/en/account/password/reset/"
LONG = "x" * 100_000


@pytest.fixture(autouse=True)
def no_attempts_before():
    """Rate limits count in the cache, which outlives a test."""
    cache.clear()


def log_in(client, login="person@example.org", password=PASSWORD, **fields):
    return client.post(LOGIN, {"login": login, "password": password, **fields})


def is_logged_in(client):
    return SESSION_KEY in client.session


def without_token(response):
    """A page without what differs from request to request."""
    return re.sub(r'value="[\w-]{64}"', "", response.content.decode())


# The log-in


def test_login_is_by_email_in_any_case(client):
    user = make_user(email="person@example.org")
    response = log_in(client, login="Person@Example.ORG")
    assert (response.status_code, response["Location"]) == (302, "/en/desk/")
    assert client.session[SESSION_KEY] == str(user.pk)
    assert "person" in client.get("/en/account/").content.decode()


def test_login_leads_back_to_the_page_it_came_from(client):
    make_user(email="person@example.org")
    asked = client.get("/en/account/")
    response = client.post(asked["Location"], {"login": "person@example.org", "password": PASSWORD})
    assert response["Location"] == "/en/account/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_login_leads_nowhere_else(elsewhere, client):
    make_user(email="person@example.org")
    assert log_in(client, next=elsewhere)["Location"] == "/en/desk/"


def test_login_does_not_tell_an_unknown_address_from_a_wrong_password(client):
    make_user(email="known@example.org")
    make_user(email="closed@example.org", is_active=False)
    tries = [("known@example.org", "wrong password"), ("nobody@example.org", PASSWORD), ("closed@example.org", "wrong")]
    pages = [log_in(client, login, password) for login, password in tries]
    said = [
        (page.status_code, without_token(page).replace(login, "LOGIN"))
        for page, (login, _) in zip(pages, tries, strict=True)
    ]
    assert said[1:] == [said[0]] * 2
    assert "The email address and/or password you specified are not correct." in said[0][1]
    assert is_logged_in(client) is False


def test_closed_account_does_not_log_in_with_the_right_password(client):
    make_user(email="person@example.org", is_active=False)
    log_in(client)
    assert is_logged_in(client) is False
    assert client.get("/en/account/")["Location"].startswith(LOGIN)


@pytest.mark.parametrize(
    ("address", "form"),
    [
        (LOGIN, {"login": LONG, "password": PASSWORD}),
        (LOGIN, {"login": f"{LONG}@example.org", "password": PASSWORD}),
        (LOGIN, {"login": "person@example.org", "password": LONG}),
        (LOGIN, {"login": "per\x00son@example.org", "password": "a\x00b"}),
        (LOGIN, {}),
        (RESET, {"email": f"{LONG}@example.org"}),
        (RESET, {"email": "a\x00@example.org"}),
    ],
)
def test_input_beyond_its_bounds_is_an_error_of_the_form(address, form, client):
    response = client.post(address, form)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert 'aria-invalid="true"' in response.content.decode()


def test_password_of_any_length_is_no_error_of_the_portal(client_for, partner):
    client = client_for(partner)
    for address, form in [
        ("/en/account/password/change/", {"oldpassword": LONG, "password1": LONG, "password2": LONG}),
        ("/en/account/reauthenticate/", {"password": LONG}),
    ]:
        response = client.post(address, form)
        assert (address, response.status_code, bool(response.context["form"].errors)) == (address, 200, True)


def test_failed_logins_lock_the_account_from_every_address(client):
    make_user(email="person@example.org")
    make_user(email="other@example.org")
    for n in range(5):
        client.post(LOGIN, {"login": "person@example.org", "password": "wrong"}, REMOTE_ADDR=f"10.0.0.{n}")
    locked = client.post(LOGIN, {"login": "PERSON@example.org", "password": PASSWORD}, REMOTE_ADDR="10.0.0.99")
    assert (is_logged_in(client), locked.status_code) == (False, 200)
    assert "Too many failed login attempts. Try again later." in locked.content.decode()
    client.post(LOGIN, {"login": "other@example.org", "password": PASSWORD}, REMOTE_ADDR="10.0.0.99")
    assert is_logged_in(client) is True


def test_failed_logins_lock_the_address_for_every_account(client):
    make_user(email="person@example.org")
    for n in range(10):
        log_in(client, login=f"guess{n}@example.org", password="wrong")
    log_in(client)
    assert is_logged_in(client) is False


def test_lock_of_an_account_tells_nothing_of_whether_it_exists(client):
    make_user(email="known@example.org")
    pages = []
    for login in ("known@example.org", "nobody@example.org"):
        for n in range(6):
            page = client.post(LOGIN, {"login": login, "password": "wrong"}, REMOTE_ADDR=f"10.0.{len(pages)}.{n}")
        pages.append(without_token(page).replace(login, "LOGIN"))
    assert pages[0] == pages[1]
    assert "Too many failed login attempts" in pages[0]


def test_address_behind_which_a_visitor_claims_to_be_is_not_believed(client):
    """Without a trusted proxy X-Forwarded-For is the visitor's own word."""
    make_user(email="person@example.org")
    for n in range(10):
        client.post(
            LOGIN, {"login": f"g{n}@example.org", "password": "wrong"}, headers={"x-forwarded-for": f"8.8.8.{n}"}
        )
    client.post(LOGIN, {"login": "person@example.org", "password": PASSWORD}, headers={"x-forwarded-for": "8.8.4.4"})
    assert is_logged_in(client) is False


def test_signing_up_is_closed(client):
    form = {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}
    for response in (client.get("/en/account/signup/"), client.post("/en/account/signup/", form)):
        assert response.status_code == 200
        assert "<form" not in re.search(r"(?s)<main.*</main>", response.content.decode()).group()
    assert User.objects.count() == 0


@pytest.mark.parametrize("method", ["get", "post"])
def test_admins_login_leads_to_the_portals_login(method, client, administrator):
    form = {"username": administrator.email, "password": PASSWORD, "next": "/admin/"}
    response = getattr(client, method)("/admin/login/?next=/admin/", form if method == "post" else None)
    assert (response.status_code, response["Location"]) == (302, f"{LOGIN}?next=%2Fadmin%2F")
    assert is_logged_in(client) is False


def test_logout_needs_a_post(client_for, partner):
    client = client_for(partner)
    client.get("/en/account/logout/")
    assert is_logged_in(client) is True
    client.post("/en/account/logout/")
    assert is_logged_in(client) is False


def test_new_password_ends_the_other_sessions(client_for, partner):
    here, there = client_for(partner), client_for(partner)
    new = "a rather different staple"
    here.post("/en/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert [client.get("/en/account/").status_code for client in (here, there)] == [200, 302]


# The mail for a new password


@pytest.fixture
def queue(settings):
    """The portal's own mail backend, which the test runner replaces."""
    settings.EMAIL_BACKEND = "core.mail.QueuedEmailBackend"
    settings.EMAIL_DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_HOST_USER, settings.EMAIL_USE_TLS = "127.0.0.1", "", False
    return settings


def run_queue():
    """Do what the worker does with each task of the table."""
    for row in OrmQ.objects.order_by("pk"):
        task = row.task
        pydoc.locate(task["func"])(*task["args"], **task["kwargs"])
        row.delete()


def test_mail_is_a_row_of_the_queue_and_goes_with_its_transaction(queue):
    class Undone(Exception):
        pass

    with pytest.raises(Undone), transaction.atomic():
        send_mail("Subject", "Text", None, ["person@example.org"])
        assert OrmQ.objects.count() == 1
        raise Undone
    assert OrmQ.objects.count() == 0
    send_mail("Subject", "Text", None, ["person@example.org"])
    assert OrmQ.objects.get().task["func"] == "core.mail.deliver"


def test_new_password_by_mail_from_the_form_to_the_login(queue, client):
    user = make_user(email="person@example.org")
    with smtp_sink() as (port, kept):
        queue.EMAIL_PORT = port
        response = client.post(RESET, {"email": "Person@example.org"}, headers={"host": "127.0.0.1"})
        assert (response.status_code, response["Location"], kept) == (302, f"{RESET}done/", [])
        assert OrmQ.objects.count() == 1
        run_queue()
        [(_, receivers, message)] = kept
    text = message.get_body(("plain",)).get_content()
    [link] = re.findall(r"\S+/password/reset/key/\S+", text)
    assert receivers == ["person@example.org"]
    assert link.startswith(f"{queue.BASE_URL}/en/account/password/reset/key/")
    assert link in message.get_body(("html",)).get_content()
    assert set(re.findall(r"https?://[^/\s\"<]+", text)) == {queue.BASE_URL}

    form = client.get(client.get(link.removeprefix(queue.BASE_URL))["Location"])
    new = "a rather different staple"
    client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    user.refresh_from_db()
    assert user.check_password(new) is True
    log_in(client, password=new)
    assert is_logged_in(client) is True
    again = client.get(link.removeprefix(queue.BASE_URL), follow=True)
    assert again.context["token_fail"] is True


def test_form_for_a_new_password_does_not_tell_who_has_an_account(queue, client):
    make_user(email="known@example.org")
    make_user(email="closed@example.org", is_active=False)
    answers = [client.post(RESET, {"email": f"{name}@example.org"}) for name in ("known", "nobody", "closed")]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, f"{RESET}done/")] * 3
    assert [row.task["args"][0].to for row in OrmQ.objects.all()] == [["known@example.org"]]


def test_host_that_a_visitor_makes_up_gets_no_mail_out(queue, client):
    make_user(email="person@example.org")
    assert client.post(RESET, {"email": "person@example.org"}, headers={"host": "evil.example"}).status_code == 400
    assert OrmQ.objects.count() == 0


# The page of one's account


def test_account_page_says_whom_one_speaks_for(client_for, focal_point, partner):
    pages = [client_for(user).get("/en/account/").content.decode() for user in (focal_point, partner)]
    assert ["Brazil · National Focal Point" in page for page in pages] == [True, False]
    assert "focal_point@example.org" in pages[0]


def test_account_page_is_never_stored(client_for, partner):
    assert client_for(partner).get("/en/account/")["Cache-Control"] == "private, no-store"
