"""Closing an account: what goes, what stays, who may, and that nobody comes in by it again."""

import uuid

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.urls import reverse

from members.actions import set_staff
from members.closing import CLOSED, close_account, is_closed
from members.models import AuditEntry, Invitation, Mandate, User
from notifications.models import Notification, Preference, Watch
from tests.factories import PASSWORD, make_event, make_mandate, make_user
from tests.reading import words

pytestmark = pytest.mark.django_db
CLOSE, LOGIN = "/en/account/close/", "/en/account/login/"
FORM = {"password": PASSWORD, "understood": "on"}


@pytest.fixture(autouse=True)
def no_attempts_before():
    cache.clear()


@pytest.fixture
def person(brazil):
    """The Focal Point of Brazil, with a row of everything that closing touches."""
    person = make_user(
        email="rosa@example.org", name="Rosa Holder", state=brazil, office="Zx office", spoken_languages="es",
        phone="+51 1 5550", reach="Zx reach", name_shown_to="members", time_zone="America/Lima",
    )  # fmt: skip
    person.photo.save("photo", ContentFile(b"the photo"))
    make_mandate(person=person)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    Authenticator.objects.create(user=person, type="totp", data={"secret": "x"})
    UserSession.objects.create(user=person, ip="198.51.100.7", session_key="key", user_agent="browser")
    Watch.objects.create(person=person, subject_kind="state", subject_key=brazil.pk)
    Notification.objects.create(person=person, kind="record_changed")
    Preference.objects.create(person=person, group="my_work", mail="daily")
    AuditEntry.objects.create(kind="sign_in", person=person)
    return person


def invite(**fields):
    values = {"role": "expert", "name": "Rosa Holder", "digest": uuid.uuid4().hex, "expires": "2199-01-01T00:00Z"}
    return Invitation.objects.create(**values | fields)


def fetched(person):
    return User.objects.get(pk=person.pk)


def texts_of_the_database():
    """Every text of every table but the log, as one."""
    from django.apps import apps

    found = []
    for model in apps.get_models(include_auto_created=True):
        if model is not AuditEntry and model._meta.managed:
            found += [str(row) for row in model._base_manager.values_list()]
    return "\n".join(found)


# What goes and what stays


def test_what_tells_of_the_person_is_nowhere_afterwards(
    person, secretariat, brazil, django_capture_on_commit_callbacks
):
    invite(email="rosa@example.org", state=brazil, invited_by=secretariat, account=person, accepted="2024-01-01T00:00Z")
    name, storage = person.photo.name, person.photo.storage
    private = ("rosa@example.org", "Zx office", "+51 1 5550", "Zx reach", name, person.password, "America/Lima")
    before = texts_of_the_database()
    assert [text for text in private if text not in before] == []
    with django_capture_on_commit_callbacks(execute=True):
        close_account(account=person, by=person)
    after = texts_of_the_database()
    assert [text for text in private if text in after] == []
    assert storage.exists(name) is False
    rows = [Watch, Notification, Preference]
    assert [model.objects.filter(person=person).count() for model in rows] == [0, 0, 0]
    assert [model.objects.filter(user=person).count() for model in (EmailAddress, Authenticator, UserSession)] == [
        0
    ] * 3


def test_name_stays_in_the_history_of_records_and_mandates(person, client_for, secretariat, brazil):
    event = make_event(slug="games", host_state=brazil)
    event._history_user, event.author = person, person
    event.save()
    close_account(account=person, by=person)
    page = client_for(secretariat).get("/en/events/games/history/").content.decode()
    assert "Rosa Holder" in page and "rosa@example.org" not in page
    assert fetched(person).name == "Rosa Holder"
    assert Mandate.objects.get(person=person).until is not None
    assert fetched(event.author).name == "Rosa Holder"
    assert AuditEntry.objects.filter(person=person, kind="sign_in").count() == 1


def test_closed_account_logs_in_no_more(person, client, client_for):
    other = client_for(person)
    assert other.get("/en/account/").status_code == 200
    close_account(account=person, by=person)
    kept = fetched(person)
    assert (kept.is_active, kept.has_usable_password(), kept.email.rsplit("@", 1)[1]) == (False, False, CLOSED)
    assert other.get("/en/account/")["Location"].startswith(LOGIN)
    for login in ("rosa@example.org", kept.email):
        client.post(LOGIN, {"login": login, "password": PASSWORD})
        assert client.get("/en/account/").status_code == 302
    assert Session.objects.count() == 0


def test_closed_account_gets_no_new_password(person, client, mailoutbox):
    close_account(account=person, by=person)
    for email in ("rosa@example.org", fetched(person).email):
        client.post("/en/account/password/reset/", {"email": email})
    assert mailoutbox == []


def test_address_of_a_closed_account_may_come_again(person):
    close_account(account=person, by=person)
    assert make_user(email="rosa@example.org").pk != person.pk


def test_open_invitations_of_the_address_and_by_the_person_are_revoked(person, secretariat, brazil):
    to_him = invite(email="rosa@example.org", state=brazil, invited_by=secretariat)
    by_him = invite(email="expert@example.org", state=brazil, invited_by=person)
    of_others = invite(email="other@example.org", state=brazil, invited_by=secretariat)
    close_account(account=person, by=person)
    assert [Invitation.objects.get(pk=row.pk).revoked is None for row in (to_him, by_him, of_others)] == [
        False,
        False,
        True,
    ]


def test_seat_is_vacant_and_the_secretariat_is_told(person, secretariat, client_for, brazil):
    close_account(account=person, by=person)
    assert "Seat vacant" in client_for(secretariat).get("/en/network/brazil/").content.decode()
    told = Notification.objects.get(person=secretariat, kind="seat_vacated")
    assert (told.subject_kind, told.subject_key) == ("state", brazil.pk)


def test_alternate_who_leaves_empties_no_seat(secretariat, alternate):
    close_account(account=alternate, by=alternate)
    assert Notification.objects.filter(person=secretariat).count() == 0
    assert Mandate.objects.in_force().filter(person=alternate).count() == 0


def test_closing_is_a_line_of_the_log_without_the_address(person, secretariat):
    close_account(account=person, by=secretariat)
    entry = AuditEntry.objects.get(kind="account", detail="closed")
    assert (entry.person, entry.subject_kind, entry.subject_key) == (secretariat, "account", person.pk)


def test_closing_twice_is_closing_once(person):
    address = close_account(account=person, by=person).email
    assert close_account(account=person, by=person).email == address
    assert AuditEntry.objects.filter(detail="closed").count() == 1


def test_last_administrator_stays(administrator, client_for):
    with pytest.raises(ValidationError, match="last administrator"):
        close_account(account=administrator, by=administrator)
    client = client_for(administrator)
    assert "This is the last administrator" in client.get(CLOSE).content.decode()
    assert client.post(CLOSE, FORM).status_code == 200
    assert fetched(administrator).is_active is True
    make_user(email="second@example.org", is_staff=True, is_superuser=True)
    close_account(account=administrator, by=administrator)
    kept = fetched(administrator)
    assert (kept.is_active, kept.is_staff, kept.is_superuser) == (False, False, False)


def test_inactive_administrator_does_not_count_as_another(administrator):
    make_user(email="second@example.org", is_staff=True, is_superuser=True, is_active=False)
    with pytest.raises(ValidationError):
        close_account(account=administrator, by=administrator)


def test_secretariat_loses_its_standing_with_the_account(secretariat):
    close_account(account=secretariat, by=secretariat)
    kept = fetched(secretariat)
    assert (kept.is_staff, kept.groups.count(), kept.is_active) == (False, 0, False)


# The page


def test_page_says_what_goes_and_what_stays_and_of_the_seat(client_for, person, expert):
    pages = {
        who: words(client_for(user).get(CLOSE).content.decode()) for who, user in (("nfp", person), ("expert", expert))
    }
    assert "You hold the seat of Brazil" in pages["nfp"] and "You hold" not in pages["expert"]
    for page in pages.values():
        assert "What is deleted at once" in page and "What stays" in page


def test_account_is_closed_by_its_page(client_for, person):
    client = client_for(person)
    response = client.post(CLOSE, FORM)
    assert (response.status_code, response["Location"]) == (302, "/en/account/closed/")
    assert response["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert is_closed(fetched(person)) is True
    page = client.get("/en/account/closed/")
    assert page.context["user"].is_authenticated is False
    assert "Your account is closed" in page.content.decode()
    assert "<form" not in page.content.decode() and "csrf" not in page.content.decode()
    assert client.post(CLOSE, FORM)["Location"].startswith(LOGIN)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (FORM | {"password": "wrong"}, "password"),
        (FORM | {"password": ""}, "password"),
        (FORM | {"password": "x" * 100_000}, "password"),
        (FORM | {"password": "a\x00b"}, "password"),
        ({"password": PASSWORD}, "understood"),
        ({}, "password"),
    ],
)
def test_account_stays_without_password_and_word(form, field, client_for, person):
    response = client_for(person).post(CLOSE, form)
    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert "There is a problem" in response.content.decode()
    assert fetched(person).is_active is True


def test_looking_at_the_page_closes_nothing(client_for, person):
    client_for(person).get(CLOSE, FORM)
    assert fetched(person).is_active is True


def test_password_is_not_guessed_on_the_page(client_for, person):
    client = client_for(person)
    for _ in range(12):
        response = client.post(CLOSE, FORM | {"password": "guess"})
    assert client.post(CLOSE, FORM).status_code == 200, "the right one, after too many wrong ones"
    assert fetched(person).is_active is True
    assert "Too many" in words(response.content.decode())


def test_visitor_is_led_to_the_login(client, db):
    for method in ("get", "post"):
        assert getattr(client, method)(CLOSE)["Location"] == f"{LOGIN}?next=%2Fen%2Faccount%2Fclose%2F"


# The secretariat's act


def act(client, *accounts, **more):
    form = {"action": "close_accounts", "_selected_action": [account.pk for account in accounts]}
    return client.post(reverse("admin:members_user_changelist"), form | more)


def test_secretariat_is_asked_and_then_closes_for_somebody(client_for, secretariat, person, expert):
    client = client_for(secretariat)
    page = act(client, person, expert).content.decode()
    assert "This cannot be undone." in page and "Rosa Holder (rosa@example.org)" in page
    assert fetched(person).is_active is True
    response = act(client, person, expert, confirmed="yes")
    assert response.status_code == 302
    assert [is_closed(fetched(one)) for one in (person, expert)] == [True, True]
    assert "2 accounts are closed." in client.get(response["Location"]).content.decode()
    assert AuditEntry.objects.filter(detail="closed", person=secretariat).count() == 2


def test_secretariat_closes_nobody_of_the_staff(client_for, secretariat, administrator, expert):
    colleague = make_user(email="colleague@example.org")
    set_staff(colleague, True, by=None)
    for other in (administrator, colleague):
        assert act(client_for(secretariat), expert, other, confirmed="yes").status_code == 403
    assert [fetched(one).is_active for one in (expert, administrator, colleague)] == [True, True, True]


def test_administrator_is_told_why_the_last_one_stays(client_for, administrator, expert):
    client = client_for(administrator)
    page = client.get(act(client, administrator, expert, confirmed="yes")["Location"]).content.decode()
    assert "This is the last administrator" in page and "1 account is closed." in page
    assert [fetched(one).is_active for one in (administrator, expert)] == [True, False]
