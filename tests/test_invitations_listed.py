"""The list of invitations, one of them, and what is done with it: sent again, revoked."""

import datetime

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from core.labels import Label
from members.access import Role
from members.invitations import OFFERING
from members.models import AuditEntry, Invitation
from tests.factories import (
    make_document,
    make_invitation,
    make_mandate,
    make_user,
)
from tests.test_invitations import link_in

pytestmark = pytest.mark.django_db

LIST = "/en/desk/invitations/"
LIST_QUERIES = 6
DETAIL_QUERIES = 5


# The list and one invitation


def test_invitation_list_shows_each_what_concerns_his_states(client_for, focal_point, alternate, secretariat, mexico):
    brazil = focal_point.state
    ours, theirs = make_invitation(state=brazil, name="Zx ours"), make_invitation(state=mexico, name="Zx theirs")
    partners = make_invitation(role="partner", name="Zx partner")
    shown = {
        user.email: sorted(row.name for row in client_for(user).get(LIST).context["page"])
        for user in (focal_point, alternate, secretariat)
    }
    assert shown == {
        focal_point.email: [ours.name],
        alternate.email: [ours.name],
        secretariat.email: sorted([ours.name, theirs.name, partners.name]),
    }


def test_invitation_list_sorts_by_what_became_of_each(client_for, focal_point):
    state, now = focal_point.state, timezone.now()
    made = {
        "pending": make_invitation(state=state),
        "expired": make_invitation(state=state, expires=now),
        "accepted": make_invitation(state=state, accepted=now, expires=now),
        "revoked": make_invitation(state=state, revoked=now),
    }
    client = client_for(focal_point)
    pages = {name: client.get(LIST, {"show": name}) for name in [*made, "all", "nonsense"]}
    shown = {name: {row.pk for row in page.context["page"]} for name, page in pages.items()}
    everything = {row.pk for row in made.values()}
    assert shown == {name: {row.pk} for name, row in made.items()} | {"all": everything, "nonsense": everything}
    assert [number for _label, number, *_rest in pages["all"].context["links"]] == [1, 1, 1, 1, 4]
    assert [row.state_of_things for row in made.values()] == list(made)


@pytest.mark.parametrize("page", ["0", "-1", "99999999999999999999", "x"])
def test_invitation_list_bears_any_number_of_page(page, client_for, focal_point):
    make_invitation(state=focal_point.state)
    assert client_for(focal_point).get(LIST, {"page": page}).context["page"].object_list


@pytest.mark.parametrize("rows", [1, 3])
def test_invitation_list_needs_the_same_queries_for_one_row_and_for_three(
    rows, client_for, focal_point, django_assert_num_queries
):
    for _number in range(rows):
        make_invitation(state=focal_point.state, invited_by=make_user())
    client = client_for(focal_point)
    with django_assert_num_queries(LIST_QUERIES):
        assert len(client.get(LIST).context["page"]) == rows


@pytest.mark.parametrize("notes", [1, 3])
def test_invitation_detail_needs_the_same_queries_for_one_note_and_for_three(
    notes, client_for, secretariat, brazil, django_assert_num_queries
):
    invitation = make_invitation(role="focal_point", state=brazil)
    for _number in range(notes):
        make_document(state=brazil, label=Label.RED, invitation=invitation)
    client = client_for(secretariat)
    with django_assert_num_queries(DETAIL_QUERIES):
        assert len(client.get(invitation.get_absolute_url()).context["notes"]) == notes


PAGES = {"invitation_detail": "get", "invitation_revoke": "post", "invitation_resend": "post"}


@pytest.mark.parametrize(("page", "method"), PAGES.items())
def test_invitation_of_another_state_is_not_there(page, method, client_for, other_focal_point, expert, brazil):
    invitation = make_invitation(state=brazil)
    address = reverse(f"kms:{page}", args=[invitation.uuid])
    answers = [getattr(client_for(user), method)(address).status_code for user in (other_focal_point, expert)]
    before = invitation.digest
    invitation.refresh_from_db()
    assert answers == [404, 403]
    assert (invitation.revoked, invitation.digest, mail.outbox) == (None, before, [])


@pytest.mark.parametrize("page", ["invitation_revoke", "invitation_resend"])
def test_focal_point_leaves_the_secretariats_invitations_to_his_seat_alone(page, client_for, brazil):
    """He sees it, but it is not his to send again or to revoke."""
    alternate = make_mandate(state=brazil, role="alternate").person
    invitation = make_invitation(role="focal_point", state=brazil)
    client = client_for(alternate)
    assert client.get(invitation.get_absolute_url()).status_code == 200
    assert client.post(reverse(f"kms:{page}", args=[invitation.uuid])).status_code == 403
    invitation.refresh_from_db()
    assert (invitation.revoked, mail.outbox) == (None, [])


def test_invitation_detail_never_shows_the_link(client_for, focal_point):
    invitation = make_invitation(state=focal_point.state)
    page = client_for(focal_point).get(invitation.get_absolute_url()).content.decode()
    assert invitation.name in page
    assert (invitation.token in page, invitation.digest in page) == (False, False)


# Again, and no longer


def earlier(invitation, **moments):
    Invitation.objects.filter(pk=invitation.pk).update(**moments)


def test_invitation_resend_sends_a_new_link_and_ends_the_old_one(client, client_for, focal_point):
    invitation = make_invitation(state=focal_point.state, expires=timezone.now())
    earlier(invitation, sent=timezone.now() - datetime.timedelta(days=20))
    client_for(focal_point).post(reverse("kms:invitation_resend", args=[invitation.uuid]))
    [message] = mail.outbox
    old = reverse("kms:invitation_accept", args=[invitation.token])
    new = link_in(message).removeprefix("http://localhost:8000")
    assert [client.get(address).status_code for address in (old, new)] == [404, 200]
    assert AuditEntry.objects.filter(kind="invitation", detail__startswith="sent again").count() == 1


def test_invitation_resend_twice_pressed_sends_once(client_for, focal_point):
    invitation = make_invitation(state=focal_point.state)
    earlier(invitation, sent=timezone.now() - datetime.timedelta(hours=1))
    for _press in range(2):
        client_for(focal_point).post(reverse("kms:invitation_resend", args=[invitation.uuid]))
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("end", ["accepted", "revoked"])
def test_invitation_resend_and_revoke_change_nothing_once_it_was_answered(end, client_for, focal_point):
    invitation = make_invitation(state=focal_point.state, **{end: timezone.now()})
    earlier(invitation, sent=timezone.now() - datetime.timedelta(hours=1))
    before = Invitation.objects.values().get()
    for page in ("invitation_resend", "invitation_revoke"):
        response = client_for(focal_point).post(reverse(f"kms:{page}", args=[invitation.uuid]), follow=True)
        assert "Nothing was" in response.content.decode()
    assert (Invitation.objects.values().get(), mail.outbox) == (before, [])


def test_invitation_revoke_asks_once_then_ends_the_link(client, client_for, focal_point):
    invitation = make_invitation(state=focal_point.state)
    address, mine = reverse("kms:invitation_revoke", args=[invitation.uuid]), client_for(focal_point)
    assert mine.get(address).status_code == 200
    invitation.refresh_from_db()
    assert invitation.state_of_things == "pending"
    assert mine.post(address)["Location"] == invitation.get_absolute_url()
    response = client.get(reverse("kms:invitation_accept", args=[invitation.token]))
    assert (response.status_code, "This invitation was withdrawn" in response.content.decode()) == (410, True)
    assert AuditEntry.objects.get(kind="invitation", detail="revoked").person == focal_point


def test_offering_covers_every_role_that_an_invitation_has():
    assert {role.value for role in OFFERING} == set(Invitation.InvitedRole.values)
    assert Role.SECRETARIAT not in OFFERING
