"""The page that the link of an invitation leads to: an account for its address, once, and for nobody else."""

import datetime
import threading
from contextlib import suppress

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kms import seats
from members import invitations
from members.access import Role, role_of
from members.invitations import CannotAccept
from members.models import AuditEntry, Invitation, Mandate, User
from notifications.models import Notification
from reference.querysets import today
from tests.factories import PASSWORD, make_invitation, make_mandate, make_organisation, make_state, make_user

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
ACCEPT_QUERIES = 2


@pytest.fixture(autouse=True)
def nothing_refused_before():
    cache.clear()


def address_of(invitation):
    return reverse("kms:invitation_accept", args=[invitation.token])


def form(**fields):
    return {"name": "Ivo Guest", "language": "en", "password": PASSWORD, "again": PASSWORD} | fields


def state_of(invitation):
    invitation.refresh_from_db()
    return invitation.state_of_things


# A new account


@pytest.mark.parametrize(
    ("role", "wanted"),
    [
        ("expert", Role.EXPERT),
        ("alternate", Role.ALTERNATE),
        ("focal_point", Role.FOCAL_POINT),
        ("partner", Role.PARTNER),
    ],
)
def test_invitation_accept_makes_the_account_and_logs_in(role, wanted, client, brazil):
    invitation = make_invitation(role=role, state=None if role == "partner" else brazil, email="ivo@example.org")
    page = client.get(address_of(invitation))
    assert (page.status_code, page.context["form"]["name"].value()) == (200, "Ivo Guest")
    response = client.post(address_of(invitation), form(language="pt-br", name="Ivo B. Guest"))
    account = User.objects.get(email="ivo@example.org")
    assert response.status_code == 302
    assert client.session[SESSION_KEY] == str(account.pk)
    assert (account.name, account.preferred_language, account.check_password(PASSWORD)) == (
        "Ivo B. Guest", "pt-br", True,
    )  # fmt: skip
    assert (role_of(account), account.state, account.organisation) == (
        wanted, invitation.state, invitation.organisation,
    )  # fmt: skip
    assert [(row.email, row.verified, row.primary) for row in EmailAddress.objects.all()] == [
        ("ivo@example.org", True, True)
    ]
    assert (account.is_staff, account.is_superuser) == (False, False)
    assert state_of(invitation) == "accepted"
    assert (invitation.account, invitation.mandate) == (account, account.mandates.first())


def test_invitation_accept_gives_the_days_and_the_note_that_were_offered(client, brazil):
    days = {"since": today() - DAY, "until": today() + 300 * DAY}
    invitation = make_invitation(role="focal_point", state=brazil, note="Note 12/2026", **days)
    client.post(address_of(invitation), form())
    mandate = Mandate.objects.get()
    assert (mandate.since, mandate.until, mandate.note) == (*days.values(), "Note 12/2026")


def test_invitation_accept_tells_the_inviter_and_the_log(client, focal_point):
    invitation = make_invitation(role="alternate", state=focal_point.state, invited_by=focal_point)
    client.post(address_of(invitation), form())
    told = Notification.objects.get()
    account = invitation.__class__.objects.get().account
    assert (told.person, told.kind, told.subject_key, told.by) == (
        focal_point, "invitation_accepted", invitation.pk, account,
    )  # fmt: skip
    kinds = list(AuditEntry.objects.order_by("pk").values_list("kind", "detail", "person"))
    assert ("invitation", "accepted", account.pk) in kinds
    assert ("rights", f"appointed alternate of BRA from {today()}", focal_point.pk) in kinds
    assert [kind for kind, *_rest in kinds].count("sign_in") == 1


def test_invitation_accept_lands_on_a_page_that_greets(client, brazil):
    invitation = make_invitation(role="alternate", state=brazil)
    page = client.post(address_of(invitation), form(), follow=True)
    assert page.status_code == 200
    assert "Welcome, Ivo Guest. You are here as Brazil · Alternate." in page.content.decode()


def test_invitation_accept_says_who_invites_to_what_for_whom(client, focal_point):
    invitation = make_invitation(role="alternate", state=focal_point.state, invited_by=focal_point)
    page = client.get(address_of(invitation)).content.decode()
    for words in ("focal_point invites you", "Alternate · Brazil", invitation.email):
        assert words in page


REFUSED = [
    ({"name": ""}, ["name"]),
    ({"name": "<i>Ivo</i>"}, ["name"]),
    ({"name": "x" * 151}, ["name"]),
    ({"language": "xx"}, ["language"]),
    ({"password": "short", "again": "short"}, ["password"]),
    ({"password": "password1234", "again": "password1234"}, ["password"]),
    ({"again": "something else"}, ["again"]),
    ({"password": "", "again": ""}, ["password", "again"]),
    ({"password": "x" * 2000, "again": "x" * 2000}, ["password", "again"]),
    ({"password": "ivo.guest.brazil", "again": "ivo.guest.brazil"}, ["password"]),
]


@pytest.mark.parametrize(("bad", "fields"), REFUSED, ids=lambda part: str(part)[:40])
def test_invitation_accept_says_what_is_wrong_and_makes_nothing(bad, fields, client, brazil):
    invitation = make_invitation(state=brazil, email="ivo.guest.brazil@example.org")
    response = client.post(address_of(invitation), form(**bad))
    assert (response.status_code, list(response.context["form"].errors)) == (200, fields)
    assert User.objects.filter(email=invitation.email).count() == 0
    assert state_of(invitation) == "pending"


def test_invitation_accept_takes_no_other_address_and_no_standing_from_the_form(client, brazil, mexico):
    invitation = make_invitation(role="expert", state=brazil)
    extra = {"email": "other@example.org", "role": "focal_point", "state": mexico.pk, "is_staff": "on"}
    client.post(address_of(invitation), form(is_superuser="on", **extra))
    account = User.objects.get(pk=client.session[SESSION_KEY])
    assert (account.email, account.state, account.is_staff, account.is_superuser) == (
        invitation.email, brazil, False, False,
    )  # fmt: skip
    assert Mandate.objects.count() == 0


# Headers


def test_invitation_accept_is_kept_nowhere_and_told_to_no_other_site(client, client_for, partner, brazil):
    there, gone = make_invitation(state=brazil), make_invitation(state=brazil, revoked=timezone.now())
    answers = [client.get(address_of(there)), client.get(address_of(gone)), client_for(partner).get(address_of(there))]
    answers.append(client.post(address_of(there), form()))
    assert [answer.status_code for answer in answers] == [200, 410, 403, 302]
    for answer in answers:
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["Referrer-Policy"] == "same-origin"


def test_invitation_accept_needs_the_token_of_its_form(brazil):
    invitation = make_invitation(state=brazil)
    assert Client(enforce_csrf_checks=True).post(address_of(invitation), form()).status_code == 403
    assert state_of(invitation) == "pending"


# Links that do not work


def test_used_expired_and_revoked_links_say_which_and_make_no_account(client, focal_point):
    now = timezone.now()
    ends = {
        "This invitation has been used": {"accepted": now},
        "This invitation has expired": {"expires": now},
        "This invitation was withdrawn": {"revoked": now},
    }
    for heading, fields in ends.items():
        invitation = make_invitation(state=focal_point.state, invited_by=focal_point, **fields)
        accounts = User.objects.count()
        for response in (client.get(address_of(invitation)), client.post(address_of(invitation), form())):
            page = response.content.decode()
            assert (response.status_code, f"<h1>{heading}</h1>" in page) == (410, True)
            assert "<form" not in page.split("<main")[1]
        assert User.objects.count() == accounts
    assert AuditEntry.objects.filter(detail__startswith="link refused: ").count() == 6


@pytest.mark.parametrize("change", ["shorter", "longer", "other"])
def test_tampered_link_is_unknown(change, client, brazil):
    invitation = make_invitation(state=brazil)
    token = invitation.token
    invitation.token = {"shorter": token[:-1], "longer": f"{token}x", "other": token.swapcase()}[change]
    answers = [client.get(address_of(invitation)), client.post(address_of(invitation), form())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert "There is no such invitation" in answers[0].content.decode()
    assert User.objects.filter(email=invitation.email).count() == 0


def test_links_that_never_were_are_one_line_of_the_log_an_hour(client):
    for number in range(5):
        client.get(reverse("kms:invitation_accept", args=[f"made-up-{number}"]))
    client.get(reverse("kms:invitation_accept", args=["made-up"]), REMOTE_ADDR="10.0.0.9")
    lines = AuditEntry.objects.filter(detail="link refused: unknown")
    assert sorted(lines.values_list("address", flat=True)) == ["10.0.0.9", "127.0.0.1"]


def test_link_works_once(client, client_for, brazil):
    invitation = make_invitation(state=brazil)
    assert client.post(address_of(invitation), form()).status_code == 302
    stranger = Client()
    assert stranger.post(address_of(invitation), form(password="another battery staple")).status_code == 410
    assert User.objects.get(email=invitation.email).check_password(PASSWORD)
    assert SESSION_KEY not in stranger.session


# An address that has an account


def test_stranger_is_told_of_no_account(client, brazil):
    """Only the holder of the link learns that its address has one."""
    make_user(email="known@example.org")
    pages = [client.get(reverse("kms:invitation_accept", args=[token])).content.decode() for token in ("known", "none")]
    assert ["There is no such invitation" in page for page in pages] == [True, True]
    assert pages[0].replace("/known/", "/none/") == pages[1]


def test_invitation_accept_leads_the_owner_of_the_address_to_the_login_and_back(client, brazil):
    person = make_user(email="ivo@example.org", organisation=make_organisation())
    invitation = make_invitation(role="focal_point", state=brazil, email=person.email)
    page = client.get(address_of(invitation))
    login = f"/en/account/login/?next={address_of(invitation)}"
    assert (page.status_code, login in page.content.decode()) == (200, True)
    assert client.post(address_of(invitation), form()).status_code == 200
    assert (User.objects.filter(email=person.email).count(), state_of(invitation)) == (1, "pending")
    back = client.post(login, {"login": person.email, "password": PASSWORD})
    assert back["Location"] == address_of(invitation)
    assert client.get(back["Location"]).status_code == 200
    assert client.post(back["Location"])["Location"] == "/en/desk/"
    person = User.objects.get(pk=person.pk)
    assert (role_of(person), person.state, person.organisation) == (Role.FOCAL_POINT, brazil, None)
    assert (person.check_password(PASSWORD), User.objects.filter(email=person.email).count()) == (True, 1)
    assert (state_of(invitation), invitation.account) == ("accepted", person)


def test_second_invitation_of_one_person_is_accepted_too(client, client_for, brazil):
    first = make_invitation(state=brazil, email="ivo@example.org")
    client.post(address_of(first), form())
    second = make_invitation(role="focal_point", state=brazil, email="ivo@example.org")
    assert client.post(address_of(second)).status_code == 302
    assert role_of(User.objects.get(email="ivo@example.org")) == Role.FOCAL_POINT
    assert User.objects.get(email="ivo@example.org").invitations_accepted.count() == 2


def test_alternate_who_becomes_focal_point_is_no_longer_the_alternate(client_for, alternate, brazil):
    invitation = make_invitation(role="focal_point", state=brazil, email=alternate.email)
    assert client_for(alternate).post(address_of(invitation)).status_code == 302
    mandates = [(row.role, row.since, row.until) for row in alternate.mandates.order_by("since")]
    assert mandates == [("alternate", datetime.date(2020, 1, 1), today() - DAY), ("focal_point", today(), None)]


def test_invitation_of_somebody_else_is_not_accepted(client_for, partner, brazil):
    invitation = make_invitation(role="focal_point", state=brazil)
    client = client_for(partner)
    answers = [client.get(address_of(invitation)), client.post(address_of(invitation), form())]
    assert [answer.status_code for answer in answers] == [403, 403]
    page = answers[0].content.decode()
    assert ("This invitation is for somebody else" in page, partner.email in page) == (True, True)
    partner.refresh_from_db()
    assert (partner.state, Mandate.objects.count(), state_of(invitation)) == (None, 0, "pending")


HINDERED = {
    "closed": ("The account of this address is closed.", {"is_active": False}),
    "staff": ("This is the address of an account of the secretariat.", {"is_staff": True}),
    "elsewhere": ("The account of this address belongs to State XAA.", {"state": "XAA"}),
}


@pytest.mark.parametrize("case", HINDERED)
def test_account_that_cannot_take_the_offer_says_why(case, client, client_for, brazil):
    said, fields = HINDERED[case]
    if "state" in fields:
        fields = {"state": make_state(iso3="XAA")}
    person = make_user(email="ivo@example.org", **fields)
    invitation = make_invitation(role="alternate", state=brazil, email=person.email)
    for visitor in (client, client_for(person)):
        response = visitor.post(address_of(invitation), form())
        assert (response.status_code, said in response.content.decode()) == (409, True)
    before = (person.state, person.is_active)
    person.refresh_from_db()
    assert ((person.state, person.is_active), Mandate.objects.count(), state_of(invitation)) == (before, 0, "pending")


def test_seat_that_was_filled_in_between_is_refused_and_nothing_half_done(client, brazil):
    invitation = make_invitation(role="focal_point", state=brazil)
    make_mandate(state=brazil)
    accounts = User.objects.count()
    for response in (client.get(address_of(invitation)), client.post(address_of(invitation), form())):
        said = "The seat has been given to somebody else in the meantime." in response.content.decode()
        assert (response.status_code, said) == (409, True)
    assert (User.objects.count(), Mandate.objects.count(), state_of(invitation)) == (accounts, 1, "pending")


def test_mandate_that_is_over_before_it_was_accepted_is_refused(client, brazil):
    invitation = make_invitation(role="alternate", state=brazil, until=today() - DAY)
    assert client.post(address_of(invitation), form()).status_code == 409
    assert User.objects.filter(email=invitation.email).count() == 0


def test_account_that_was_made_in_between_is_not_made_again(brazil):
    invitation = make_invitation(state=brazil)
    make_user(email=invitation.email)
    with pytest.raises(CannotAccept):
        seats.accept(invitation, name="Ivo", password=PASSWORD, language="en")
    assert (User.objects.filter(email=invitation.email).count(), state_of(invitation)) == (1, "pending")


def test_link_that_was_replaced_while_the_form_was_open_is_dead(brazil):
    invitation = make_invitation(state=brazil)
    Invitation.objects.update(digest="0" * 64)
    with pytest.raises(CannotAccept):
        seats.accept(invitation, name="Ivo", password=PASSWORD, language="en")
    assert User.objects.filter(email=invitation.email).count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_who_race_on_one_link_make_one_account():
    """The row is locked, so the second sees that the first was there."""
    invitation = make_invitation(role="alternate", state=make_state(iso3="BRA"))
    outcomes, ready = [], threading.Barrier(2, timeout=20)

    def accept(name):
        try:
            ready.wait()
            seats.accept(invitation, name=name, password=PASSWORD, language="en")
            outcomes.append("accepted")
        except CannotAccept:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=accept, args=[name]) for name in ("One", "Two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["accepted", "refused"]
    assert (User.objects.filter(email=invitation.email).count(), Mandate.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_two_who_invited_each_other_and_accept_at_a_time_do_not_wait_for_each_other(monkeypatch):
    """Each writes his own account first, then tells the other one."""
    brazil, outcomes, both = make_state(iso3="BRA"), [], threading.Barrier(2)
    people = [make_mandate(state=brazil, role=role).person for role in ("focal_point", "alternate")]
    pairs = [people, people[::-1]]
    asked = [(make_invitation(state=brazil, email=guest.email, invited_by=host), guest) for guest, host in pairs]
    welcomed = invitations._welcomed

    def welcomed_at_a_time(*args):
        account = welcomed(*args)
        with suppress(threading.BrokenBarrierError):
            both.wait(timeout=2)
        return account

    def accept(invitation, guest):
        try:
            outcomes.append(seats.accept(invitation, account=guest).account.state)
        finally:
            connections.close_all()

    monkeypatch.setattr(invitations, "_welcomed", welcomed_at_a_time)
    threads = [threading.Thread(target=accept, args=pair) for pair in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [brazil, brazil]


def test_invitation_accept_needs_few_queries(client, brazil, django_assert_num_queries):
    invitation = make_invitation(state=brazil)
    with django_assert_num_queries(ACCEPT_QUERIES):
        client.get(address_of(invitation))
