"""Accounts in the admin: who makes and changes which, and what no form of it does."""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from members.access import Role, role_of
from members.models import User
from reference.querysets import today
from tests.admin_pages import form_data, save
from tests.factories import PASSWORD, make_mandate, make_state, make_user
from tests.test_members import LOGIN, RESET, is_logged_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_attempts_before():
    """Rate limits count in the cache, which outlives a test."""
    cache.clear()


def change_address(user, verb="change"):
    return reverse(f"admin:members_user_{verb}", args=[user.pk])


def test_secretariat_makes_an_account_and_gives_it_a_mandate(client_for, secretariat, brazil):
    client = client_for(secretariat)
    form = {"email": "NEW@example.org", "name": "New", "state": brazil.pk}
    page = client.get(reverse("admin:members_user_add"))
    assert 'href="/en/desk/invitations/new/"' in page.content.decode()
    response = client.post(reverse("admin:members_user_add"), form_data(page, **form))
    user = User.objects.get(email="new@example.org")
    assert (response.status_code, role_of(user)) == (302, Role.EXPERT)
    mandate = {"state": brazil.pk, "person": user.pk, "role": "focal_point", "since": today().isoformat()}
    assert client.post(reverse("admin:members_mandate_add"), mandate).status_code == 302
    assert role_of(User.objects.get(pk=user.pk)) == Role.FOCAL_POINT
    assert user.mandates.get().history.get().history_user == secretariat


def test_account_of_the_admin_has_no_password_but_its_owners(client, client_for, secretariat, mailoutbox):
    curator, address = client_for(secretariat), reverse("admin:members_user_add")
    form = {"email": "new@example.org", "name": "New", "password1": PASSWORD, "password2": PASSWORD}
    assert curator.post(address, form_data(curator.get(address), **form)).status_code == 302
    assert not User.objects.get(email="new@example.org").has_usable_password()
    client.post(RESET, {"email": "new@example.org"})
    link = re.search(r"http://localhost:8000(\S+/key/\S+)", mailoutbox[-1].body).group(1)
    form = client.get(link, follow=True)
    new = "a way to Lima and back"
    client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    client.post(LOGIN, {"login": "new@example.org", "password": new})
    assert is_logged_in(client)


@pytest.mark.parametrize("verb", ["change", "password"])
def test_secretariat_does_not_change_an_administrators_account(verb, client_for, secretariat, administrator):
    address = change_address(administrator) if verb == "change" else f"/admin/members/user/{administrator.pk}/password/"
    form = {"email": "taken@example.org", "name": "Taken", "password1": "taken over now", "password2": "taken over now"}
    before = (administrator.email, administrator.password)
    assert client_for(secretariat).post(address, form).status_code == 403
    administrator.refresh_from_db()
    assert (administrator.email, administrator.password) == before


def test_secretariat_does_not_change_a_colleagues_account(client_for, secretariat):
    colleague = make_user(email="colleague@example.org", is_staff=True)
    response = client_for(secretariat).post(change_address(colleague), {"email": "taken@example.org", "name": "Taken"})
    colleague.refresh_from_db()
    assert (response.status_code, colleague.email) == (403, "colleague@example.org")


@pytest.mark.parametrize("verb", ["change", "add"])
def test_secretariat_makes_nobody_staff(verb, client_for, secretariat):
    client, person = client_for(secretariat), make_user(email="person@example.org")
    address = change_address(person) if verb == "change" else reverse("admin:members_user_add")
    data = form_data(client.get(address), is_staff="on", is_superuser="on")
    data |= {"email": "x@example.org", "name": "X"}
    assert client.post(address, data).status_code == 302
    user = User.objects.get(email="x@example.org")
    assert (user.is_staff, user.is_superuser, user.groups.count()) == (False, False, 0)


def test_secretariat_does_not_make_itself_administrator(client_for, secretariat):
    save(client_for(secretariat), change_address(secretariat), is_superuser="on", name="Renamed")
    secretariat.refresh_from_db()
    assert (secretariat.name, secretariat.is_superuser) == ("Renamed", False)


def version_of(user):
    return reverse("admin:members_user_simple_history", args=[user.pk, user.history.earliest("history_date").pk])


def test_secretariat_does_not_change_an_account_through_its_history(client_for, secretariat, administrator):
    """The form of an old version is a form too."""
    address = version_of(administrator)
    client = client_for(secretariat)
    assert client.get(address).status_code == 200
    response = client.post(address, {"email": "taken@example.org", "name": "Taken", "is_active": "on"})
    administrator.refresh_from_db()
    assert (response.status_code, administrator.email) == (403, "administrator@example.org")


def test_old_version_of_an_account_gives_no_standing_back(client_for, secretariat):
    former = make_user(email="former@example.org", is_staff=True, is_superuser=True)
    former.is_staff = former.is_superuser = False
    former.save()
    form = {"email": "former@example.org", "name": "Former", "is_active": "on"}
    client_for(secretariat).post(version_of(former), form)
    former.refresh_from_db()
    assert (former.is_staff, former.is_superuser) == (False, False)


def test_administrator_makes_somebody_secretariat_and_ends_that(client_for, administrator):
    person, client = make_user(email="person@example.org"), client_for(administrator)
    save(client, change_address(person), is_staff="on")
    person = User.objects.get(pk=person.pk)
    assert (role_of(person), [group.name for group in person.groups.all()]) == (Role.SECRETARIAT, ["Secretariat"])
    assert person.has_perm("events.change_majorevent") is True
    save(client, change_address(person), is_staff=None)
    person = User.objects.get(pk=person.pk)
    assert (role_of(person), person.groups.count()) == (Role.PARTNER, 0)


def test_nobody_deletes_an_account(client_for, administrator, partner):
    client = client_for(administrator)
    assert client.post(change_address(partner, "delete"), {"post": "yes"}).status_code == 403
    form = {"action": "delete_selected", "_selected_action": [partner.pk], "post": "yes"}
    client.post(reverse("admin:members_user_changelist"), form)
    assert User.objects.filter(pk=partner.pk).exists() is True


def test_mandate_that_ends_before_it_begins_is_refused(client_for, secretariat):
    state, person = make_state(iso3="BRA"), make_user()
    form = {"state": state.pk, "person": person.pk, "role": "alternate", "since": "2026-05-02", "until": "2026-05-01"}
    response = client_for(secretariat).post(reverse("admin:members_mandate_add"), form)
    assert response.status_code == 200
    assert "The mandate ends before it begins." in response.content.decode()
    assert person.mandates.count() == 0


def test_filter_of_mandates_in_force_splits_them(client_for, secretariat):
    make_mandate(person=make_user(email="now@example.org"))
    make_mandate(person=make_user(email="then@example.org"), until="2021-01-01")
    address = reverse("admin:members_mandate_changelist")
    pages = [client_for(secretariat).get(f"{address}?in_force={value}") for value in ("yes", "no")]
    listed = [[row.person.email for row in page.context["cl"].result_list] for page in pages]
    assert listed == [["now@example.org"], ["then@example.org"]]
