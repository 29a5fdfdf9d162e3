"""A seat has one holder at a time; an account's address and standing cannot be turned into somebody else's rights."""

import datetime

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.urls import reverse

from members.actions import DAY
from members.models import AuditEntry, Mandate, User
from reference.querysets import today
from tests.admin_pages import save
from tests.factories import PASSWORD, make_mandate, make_state, make_user

SINCE, UNTIL = datetime.date(2024, 1, 1), datetime.date(2024, 12, 31)


def problems(mandate):
    with pytest.raises(ValidationError) as caught:
        mandate.full_clean()
    return caught.value.message_dict


@pytest.mark.parametrize(
    ("since", "until"),
    [(SINCE, UNTIL), (datetime.date(2024, 12, 31), None), (datetime.date(2023, 1, 1), SINCE)],
)
def test_a_state_has_one_focal_point_at_a_time(brazil, since, until):
    make_mandate(state=brazil, person=make_user(state=brazil), since=SINCE, until=UNTIL)
    second = Mandate(state=brazil, person=make_user(state=brazil), role="focal_point", since=since, until=until)
    assert problems(second) == {"since": ["The State has another National Focal Point in this time."]}


def test_the_next_focal_point_begins_the_day_after_and_an_alternate_at_any_time(brazil):
    make_mandate(state=brazil, person=make_user(state=brazil), since=SINCE, until=UNTIL)
    for role, since in [("focal_point", datetime.date(2025, 1, 1)), ("alternate", SINCE)]:
        Mandate(state=brazil, person=make_user(state=brazil), role=role, since=since).full_clean()


def test_a_seat_goes_to_an_account_of_the_state(brazil):
    for person in (make_user(), make_user(state=make_state())):
        mandate = Mandate(state=brazil, person=person, role="alternate", since=SINCE)
        assert problems(mandate) == {"person": ["This account does not belong to that State."]}


def test_a_person_has_a_role_of_a_state_once_at_a_time(brazil, alternate):
    again = Mandate(state=brazil, person=alternate, role="alternate", since=SINCE, until=UNTIL)
    assert problems(again) == {"since": ["This person has the same role already in this time."]}
    Mandate(state=brazil, person=alternate, role="focal_point", since=SINCE).full_clean()


def test_the_admin_logs_mandates_and_who_was_kept_out(client_for, secretariat, alternate):
    curator, mandate = client_for(secretariat), alternate.mandates.get()
    save(curator, reverse("admin:members_mandate_change", args=[mandate.pk]), until="2030-01-01")
    save(curator, reverse("admin:members_user_change", args=[alternate.pk]), is_active=None)
    said = list(AuditEntry.objects.filter(kind="rights", person=secretariat).values_list("detail", flat=True))
    assert said == ["access ended", f"ends {today() - DAY}", "set: alternate of BRA from 2020-01-01 until 2030-01-01"]
    save(curator, reverse("admin:members_user_change", args=[alternate.pk]), is_active="on")
    assert AuditEntry.objects.filter(kind="rights", person=secretariat, detail="access given again").count() == 1


def test_the_admin_logs_mandates_of_an_accounts_page(client_for, secretariat, expert, brazil):
    line = {"state": brazil.pk, "role": "alternate", "since": "2026-01-01"}
    rows = {f"mandates-0-{name}": value for name, value in line.items()} | {"mandates-TOTAL_FORMS": "1"}
    save(client_for(secretariat), reverse("admin:members_user_change", args=[expert.pk]), **rows)
    entry = AuditEntry.objects.get(kind="rights", person=secretariat)
    assert (entry.subject_key, entry.detail) == (
        expert.mandates.get().pk, "set: alternate of BRA from 2026-01-01 until None",
    )  # fmt: skip


def test_a_closed_account_fills_no_seat(client, focal_point, brazil):
    assert brazil.pk in Mandate.objects.in_force().seats()
    User.objects.filter(pk=focal_point.pk).update(is_active=False)
    assert brazil.pk not in Mandate.objects.in_force().seats()
    assert "The seat is vacant." in client.get("/en/network/brazil/").content.decode()


def test_an_old_address_opens_nothing_after_the_secretariat_changed_it(client, client_for, secretariat, expert):
    EmailAddress.objects.create(user=expert, email=expert.email, primary=True, verified=True)
    curator, address = client_for(secretariat), reverse("admin:members_user_change", args=[expert.pk])
    save(curator, address, email="new@example.org")
    expert.refresh_from_db()
    assert (expert.email, EmailAddress.objects.filter(user=expert).count()) == ("new@example.org", 0)
    answers = [
        client.post("/en/account/login/", {"login": login, "password": PASSWORD}).status_code
        for login in ("expert@example.org", "new@example.org")
    ]
    assert answers == [200, 302]


def test_the_secretariat_does_not_touch_an_administrator_without_the_staff_flag(client_for, secretariat):
    hidden = make_user(is_superuser=True)
    address = reverse("admin:auth_user_password_change", args=[hidden.pk])
    form = {"password1": "another battery staple", "password2": "another battery staple"}
    assert client_for(secretariat).post(address, form).status_code == 403
    hidden.refresh_from_db()
    assert hidden.check_password(PASSWORD)


def test_an_administrator_is_one_of_the_staff():
    person = User(email="a@example.org", name="A", password="x", is_superuser=True)
    with pytest.raises(ValidationError) as caught:
        person.clean()
    assert caught.value.message_dict == {"is_staff": ["An administrator is one of the staff."]}
