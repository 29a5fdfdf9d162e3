"""What nobody gets by a side door: a longer mandate, a seat on the word of who left it, somebody else's watches."""

import datetime

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse

from kms import seats
from members import actions, invitations
from members.invitations import CannotAccept
from members.models import Invitation, Mandate, User
from notifications.actions import watch
from reference.querysets import today
from tests.admin_pages import form_data
from tests.factories import PASSWORD, make_invitation, make_mandate, make_user

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
LAST = today() + 5 * DAY
LAST_ADMINISTRATOR = "This is the last administrator's account."


def end_of(mandate):
    return reverse("kms:mandate_end", args=[mandate.pk])


def successor(state, since, by):
    person = make_user(state=state)
    return actions.appoint(state=state, person=person, role="focal_point", since=since, by=by)


def answer(invitation):
    return seats.accept(invitation, name="Ivo", password=PASSWORD, language="en")


# Taking back


def test_holder_whose_mandate_was_ended_does_not_prolong_it(client_for, focal_point, secretariat, brazil):
    held = focal_point.mandates.get()
    seats.end_mandate(held, last_day=LAST, by=secretariat)
    next_one = successor(brazil, LAST + DAY, secretariat)
    assert client_for(focal_point).post(end_of(next_one)).status_code == 403
    assert Mandate.objects.filter(pk=next_one.pk).exists()
    assert client_for(secretariat).post(end_of(next_one)).status_code == 302
    assert [(row.pk, row.until) for row in Mandate.objects.all()] == [(held.pk, LAST)]


def test_hand_over_from_the_day_after_a_given_last_day_is_taken_back_to_that_day(client_for, focal_point, secretariat):
    held, expert = focal_point.mandates.get(), make_user(state=focal_point.state)
    seats.end_mandate(held, last_day=LAST, by=secretariat)
    given = seats.hand_over(held, taker=expert, first_day=LAST + DAY, by=focal_point)
    assert client_for(focal_point).get(end_of(given)).context["until"] == LAST
    assert client_for(focal_point).post(end_of(given)).status_code == 302
    assert [(row.pk, row.until) for row in Mandate.objects.all()] == [(held.pk, LAST)]


def test_last_day_that_was_confirmed_after_a_hand_over_stays(client_for, focal_point, secretariat):
    held, expert = focal_point.mandates.get(), make_user(state=focal_point.state)
    given = seats.hand_over(held, taker=expert, first_day=LAST + DAY, by=focal_point)
    actions.confirm_mandate(held, by=focal_point)
    assert actions.until_without(Mandate.objects.get(pk=held.pk), given.since) is None
    seats.end_mandate(held, last_day=LAST, by=secretariat)
    assert client_for(focal_point).post(end_of(given)).status_code == 403
    assert Mandate.objects.get(pk=held.pk).until == LAST


def test_hand_over_by_the_secretariat_is_taken_back_by_it_alone(client_for, focal_point, secretariat):
    held, expert = focal_point.mandates.get(), make_user(state=focal_point.state)
    given = seats.hand_over(held, taker=expert, first_day=LAST + DAY, by=secretariat)
    assert client_for(focal_point).post(end_of(given)).status_code == 403
    assert client_for(secretariat).post(end_of(given)).status_code == 302
    assert Mandate.objects.get().until is None


def test_taking_back_promises_no_seat_to_who_left_it_long_ago(client_for, secretariat, brazil):
    make_mandate(state=brazil, until=today() - 400 * DAY)
    next_one = successor(brazil, LAST, secretariat)
    page = client_for(secretariat).get(end_of(next_one)).content.decode()
    assert "keeps the seat" not in page
    assert seats.take_back(next_one, by=secretariat) is None


# Invitations of those who left


@pytest.mark.parametrize("role", ["focal_point", "alternate", "expert"])
def test_invitation_dies_with_the_mandate_of_who_sent_it(role, focal_point, secretariat, brazil):
    held = focal_point.mandates.get()
    succeeds = held if role == "focal_point" else None
    invitation = make_invitation(role=role, state=brazil, invited_by=focal_point, succeeds=succeeds)
    others = make_invitation(role="expert", state=brazil, invited_by=secretariat)
    seats.end_mandate(held, last_day=today() - DAY, by=secretariat)
    assert Invitation.objects.get(pk=invitation.pk).revoked
    assert not Invitation.objects.get(pk=others.pk).revoked
    with pytest.raises(CannotAccept):
        answer(invitation)


@pytest.mark.parametrize("role", ["focal_point", "alternate", "expert"])
def test_invitation_is_not_accepted_on_the_word_of_who_no_longer_speaks_for_the_state(role, client, brazil):
    held = make_mandate(state=brazil, until=today() - DAY)
    succeeds = held if role == "focal_point" else None
    invitation = make_invitation(role=role, state=brazil, invited_by=held.person, succeeds=succeeds)
    with pytest.raises(CannotAccept, match="may no longer do so"):
        answer(invitation)
    assert client.get(reverse("kms:invitation_accept", args=[invitation.token])).status_code == 409
    assert not User.objects.filter(email=invitation.email).exists()


def test_invitation_that_the_secretariat_sends_again_is_on_its_own_word(secretariat, brazil):
    gone = make_mandate(state=brazil, role="alternate", until=today() - DAY).person
    sent = today() - 3 * DAY
    moment = datetime.datetime.combine(sent, datetime.time(), datetime.UTC)
    invitation = make_invitation(state=brazil, invited_by=gone, sent=moment)
    invitations.resend(invitation, by=secretariat)
    assert answer(Invitation.objects.get()).account.state == brazil


def test_invitations_that_were_revoked_count_for_the_day(focal_point, brazil, monkeypatch):
    monkeypatch.setattr(invitations, "MOST_A_DAY", 2)
    for number in range(2):
        guest = Invitation(role="expert", email=f"q{number}@example.org", name="Q", state=brazil)
        actions.revoke(invitations.invite(guest, by=focal_point), by=focal_point)
    guest = Invitation(role="expert", email="q@example.org", name="Q", state=brazil)
    with pytest.raises(ValidationError, match="within a day"):
        invitations.invite(guest, by=focal_point)
    assert len(mail.outbox) == 2


def test_invitation_to_a_seat_holds_the_seat_first(secretariat, brazil, monkeypatch):
    """Two inviters hold different rows of their own; the State's is the one that both need."""
    held = []
    monkeypatch.setattr(invitations, "lock_seat", held.append)
    guest = Invitation(role="focal_point", email="q@example.org", name="Q", state=brazil, note="7")
    invitations.invite(guest, by=secretariat)
    assert held == [brazil]


def test_second_press_on_make_the_account_leads_to_the_desk(client, brazil):
    address = reverse("kms:invitation_accept", args=[make_invitation(state=brazil).token])
    form = {"name": "Ivo", "language": "en", "password": PASSWORD, "again": PASSWORD}
    assert client.post(address, form).status_code == 302
    again = client.post(address, form)
    assert (again.status_code, again["Location"]) == (302, reverse("kms:desk"))
    assert client.get(address).status_code == 410
    Invitation.objects.update(accepted=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    assert client.post(address, form).status_code == 410


# Accounts that were closed otherwise than by ending their access


def closed_by_hand(state, **fields):
    """A mandate that nobody ended when its holder's account was closed."""
    left = make_mandate(state=state, **fields)
    User.objects.filter(pk=left.person_id).update(is_active=False)
    return left


def test_seat_of_a_closed_account_is_given_to_the_next(client_for, secretariat, brazil):
    left, guest = closed_by_hand(brazil), make_invitation(role="focal_point", state=brazil, invited_by=secretariat)
    to_come = closed_by_hand(brazil, since=LAST)
    held = answer(guest).mandate
    left.refresh_from_db()
    assert (left.until, held.follows) == (today() - DAY, left)
    assert list(Mandate.objects.order_by("pk")) == [left, held]
    assert not Mandate.objects.filter(pk=to_come.pk).exists()
    actions.give_access(left.person, by=secretariat)
    assert [mandate.person for mandate in Mandate.objects.in_force().of_seat(brazil)] == [held.person]


def test_admin_appoints_to_the_seat_of_a_closed_account(client_for, secretariat, brazil):
    left, person = closed_by_hand(brazil), make_user(state=brazil)
    client, url = client_for(secretariat), reverse("admin:members_mandate_add")
    fields = {"state": brazil.pk, "person": person.pk, "role": "focal_point", "since": today().isoformat()}
    assert client.post(url, form_data(client.get(url), **fields)).status_code == 302
    left.refresh_from_db()
    assert (left.until, Mandate.objects.in_force().get().person) == (today() - DAY, person)


def test_days_that_a_closed_account_held_the_seat_stay_its_own(secretariat, brazil):
    left = closed_by_hand(brazil, until=today() - DAY)
    with pytest.raises(ValidationError, match="another National Focal Point in this time"):
        successor(brazil, left.until, secretariat)


# What goes with a seat


@pytest.mark.parametrize("case", ["long ago", "joined the secretariat", "went to another State"])
def test_watches_of_who_did_not_give_the_seat_stay_his(case, secretariat, brazil, mexico):
    until = today() - (500 if case == "long ago" else 1) * DAY
    giver = make_mandate(state=brazil, until=until).person
    watch(giver, ("state", brazil.pk))
    if case == "joined the secretariat":
        actions.set_staff(giver, True, by=None)
    if case == "went to another State":
        User.objects.filter(pk=giver.pk).update(state=mexico)
    taken = successor(brazil, today(), secretariat)
    seats.take_over_if_begun(taken, by=secretariat)
    assert (giver.watches.count(), taken.person.watches.count()) == (1, 0)
    assert Mandate.objects.get(pk=taken.pk).taken_over


# Whose access is ended by whom


def test_focal_point_keeps_nobody_of_the_secretariat_out(client_for, focal_point, alternate):
    actions.set_staff(alternate, True, by=None)
    mandate, client = alternate.mandates.get(), client_for(focal_point)
    response = client.post(end_of(mandate), {"last_day": today(), "close": "on"})
    assert list(response.context["form"].errors) == ["close"]
    assert (User.objects.get(pk=alternate.pk).is_active, alternate.mandates.get().until) == (True, None)
    assert client.post(end_of(mandate), {"last_day": today()}).status_code == 302


def test_last_administrator_is_not_kept_out(administrator, secretariat):
    with pytest.raises(ValidationError, match=LAST_ADMINISTRATOR):
        actions.end_access(administrator, by=secretariat)
    make_user(is_staff=True, is_superuser=True)
    actions.end_access(administrator, by=secretariat)
    assert not User.objects.get(pk=administrator.pk).is_active


@pytest.mark.parametrize("field", ["is_active", "is_superuser"])
def test_the_admin_keeps_the_last_administrator(field, client_for, administrator):
    client, url = client_for(administrator), reverse("admin:members_user_change", args=[administrator.pk])
    response = client.post(url, form_data(client.get(url), **{field: None}))
    assert LAST_ADMINISTRATOR.replace("'", "&#x27;") in response.text
    kept = User.objects.get(pk=administrator.pk)
    assert (kept.is_active, kept.is_superuser) == (True, True)


# Mandates made in the admin


def test_mandate_to_a_seat_made_in_the_admin_is_an_appointment(client_for, secretariat, alternate, brazil):
    last = make_mandate(state=brazil, until=today() - DAY)
    fields = {"state": brazil.pk, "person": alternate.pk, "role": "focal_point", "since": today()}
    response = client_for(secretariat).post(reverse("admin:members_mandate_add"), fields)
    assert response.status_code == 302, response.context["adminform"].form.errors
    assert alternate.mandates.of_focal_points().get().follows == last
    assert alternate.mandates.as_role("alternate").get().until == today() - DAY


def test_mandate_kept_after_another_was_made_is_refused(focal_point, secretariat, brazil):
    """As where two forms were found right before either was saved."""
    second = Mandate(state=brazil, person=make_user(state=brazil), role="focal_point", since=today())
    with pytest.raises(ValidationError):
        actions.keep_mandate(second, by=secretariat)
    assert Mandate.objects.of_focal_points().count() == 1


def test_the_admin_takes_no_two_mandates_of_one_role_in_one_form(client_for, secretariat, expert, brazil):
    url, client = reverse("admin:members_user_change", args=[expert.pk]), client_for(secretariat)
    line = {"state": brazil.pk, "role": "focal_point", "since": "2026-01-01"}
    rows = {f"mandates-{n}-{name}": value for n in range(2) for name, value in line.items()}
    response = client.post(url, form_data(client.get(url), **rows, **{"mandates-TOTAL_FORMS": "2"}))
    assert "This person has the same role already in this time." in response.text
    assert expert.mandates.count() == 0
