"""Handing a seat over: neither gap nor overlap, what goes with the seat and when, and what each day reminds of."""

import datetime
import io

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse

from kms import seats
from members import actions
from members.access import Role, role_of
from members.models import AuditEntry, Invitation, Mandate, User
from moderation.models import Proposal
from notifications.actions import watch
from notifications.models import Notification, Watch
from reference.querysets import today
from tests.factories import PASSWORD, make_invitation, make_mandate, make_user

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
KEY = "6dbdf2a2-6b3f-4f5b-9d2e-0a9d7a3a2b11"


def page(state):
    return reverse("kms:seat_hand_over", args=[state.slug])


def form(**fields):
    return {"first_day": today() + 10 * DAY, "language": "en", "note_label": "3", "key": KEY} | fields


def fresh(user):
    return User.objects.get(pk=user.pk)


def days(person):
    return [(row.role, row.since, row.until) for row in person.mandates.order_by("since")]


def propose(author, status="draft"):
    return Proposal.objects.create(kind="event", state=author.state, author=author, title="Cup", status=status)


# Naming the next holder


def test_seat_hand_over_to_an_account_leaves_no_gap_and_no_overlap(client_for, focal_point, expert, brazil):
    client = client_for(focal_point)
    assert client.get(page(brazil)).status_code == 200
    response = client.post(page(brazil), form(taker=expert.pk, until=today() + 400 * DAY, note_text="Note 7"))
    assert response["Location"] == reverse("kms:seat_detail", args=["brazil"])
    assert days(focal_point) == [("focal_point", datetime.date(2020, 1, 1), today() + 9 * DAY)]
    assert days(expert) == [("focal_point", today() + 10 * DAY, today() + 400 * DAY)]
    assert (role_of(fresh(focal_point)), role_of(fresh(expert))) == (Role.FOCAL_POINT, Role.EXPERT)
    given = expert.mandates.get()
    assert (given.follows, given.note, given.taken_over) == (focal_point.mandates.get(), "Note 7", None)


def test_both_get_a_letter_with_the_days_each_in_his_language(client_for, focal_point, expert, brazil):
    User.objects.filter(pk=expert.pk).update(preferred_language="fr")
    client_for(focal_point).post(page(brazil), form(taker=expert.pk, first_day="2030-03-01"))
    letters = {message.to[0]: message for message in mail.outbox}
    assert sorted(letters) == sorted([focal_point.email, expert.email])
    body = letters[focal_point.email].body
    assert "focal_point is National Focal Point until 28 February 2030, expert from 1 March 2030 (UTC)" in body
    assert "1 mars 2030" in letters[expert.email].body
    assert body.split("\n")[0] in letters[focal_point.email].alternatives[0].content


def test_alternate_who_gets_the_seat_is_the_alternate_until_the_day_before(client_for, focal_point, alternate, brazil):
    client_for(focal_point).post(page(brazil), form(taker=alternate.pk))
    assert days(alternate) == [
        ("alternate", datetime.date(2020, 1, 1), today() + 9 * DAY),
        ("focal_point", today() + 10 * DAY, None),
    ]


REFUSED = [
    ({"first_day": ""}, ["first_day"]),
    ({"first_day": today() - DAY}, ["first_day"]),
    ({"first_day": "2020-01-01"}, ["first_day"]),
    ({"first_day": "9999-01-01"}, ["first_day"]),
    ({"taker": "", "name": "", "email": ""}, ["taker"]),
    ({"taker": "", "name": "Ivo", "email": "nowhere"}, ["email"]),
    ({"name": "Ivo", "email": "ivo@example.org"}, ["taker"]),
    ({"taker": "99999999"}, ["taker"]),
    ({"until": today() + 9 * DAY}, None),
]


@pytest.mark.parametrize(("bad", "fields"), REFUSED, ids=lambda part: str(part)[:40])
def test_seat_hand_over_says_what_is_wrong_and_changes_nothing(bad, fields, client_for, focal_point, expert, brazil):
    before = list(Mandate.objects.values())
    response = client_for(focal_point).post(page(brazil), form(**({"taker": expert.pk} | bad)))
    assert response.status_code == 200
    assert response.context["form"].errors
    if fields:
        assert sorted(response.context["form"].errors) == sorted(fields)
    assert (list(Mandate.objects.values()), mail.outbox, Invitation.objects.count()) == (before, [], 0)


def test_seat_hand_over_does_not_leave_the_seat_empty(client_for, focal_point, expert, brazil):
    focal_point.mandates.update(until=today() + 5 * DAY)
    response = client_for(focal_point).post(page(brazil), form(taker=expert.pk, first_day=today() + 7 * DAY))
    assert list(response.context["form"].errors) == ["first_day"]
    response = client_for(focal_point).post(page(brazil), form(taker=expert.pk, first_day=today() + 6 * DAY))
    assert response.status_code == 302
    assert focal_point.mandates.get().until == today() + 5 * DAY


def test_seat_hand_over_takes_nobody_of_another_state(client_for, focal_point, partner, brazil, mexico):
    closed = make_user(state=brazil, is_active=False)
    for person in (make_user(state=mexico), partner, closed, focal_point):
        response = client_for(focal_point).post(page(brazil), form(taker=person.pk))
        assert list(response.context["form"].errors) == ["taker"]
    assert Mandate.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "status"),
    [("visitor", 302), ("partner", 403), ("expert", 403), ("alternate", 403), ("other_focal_point", 403)],
)
def test_seat_hand_over_is_the_holders(name, status, request, client_for, focal_point, brazil):
    client, taker = client_for(request.getfixturevalue(name)), make_user(state=brazil)
    assert [client.get(page(brazil)).status_code, client.post(page(brazil), form(taker=taker.pk)).status_code] == [
        status, status,
    ]  # fmt: skip
    assert taker.mandates.count() == 0


def test_secretariat_hands_a_seat_over_on_the_word_of_the_state(client_for, secretariat, focal_point, expert, brazil):
    client = client_for(secretariat)
    refused = client.post(page(brazil), form(taker=expert.pk))
    assert list(refused.context["form"].errors) == ["note_text"]
    assert client.post(page(brazil), form(taker=expert.pk, note_text="Note 9/2026")).status_code == 302
    assert expert.mandates.get().note == "Note 9/2026"
    entries = AuditEntry.objects.filter(kind="rights", person=secretariat, subject_kind="mandate")
    assert sorted(entries.values_list("detail", flat=True)) == [
        f"appointed focal_point of BRA from {today() + 10 * DAY}",
        f"handed over, ends {today() + 9 * DAY}",
    ]


def test_second_press_changes_nothing(client_for, focal_point, expert, alternate, brazil):
    client = client_for(focal_point)
    client.post(page(brazil), form(taker=expert.pk))
    for person in (expert, alternate):
        again = client.post(page(brazil), form(taker=person.pk))
        assert (again.status_code, "It is on its way already" in again.content.decode()) == (200, True)
    assert (Mandate.objects.of_focal_points().count(), len(mail.outbox)) == (2, 2)


def test_vacant_seat_is_not_handed_over(client_for, secretariat, brazil):
    response = client_for(secretariat).get(page(brazil))
    assert "there is nothing to hand over" in response.content.decode()


# Somebody new


def test_seat_hand_over_invites_who_has_no_account_and_waits_for_the_answer(client, client_for, focal_point, brazil):
    client_for(focal_point).post(page(brazil), form(name="Ivo Guest", email="ivo@example.org", first_day=today()))
    invitation = Invitation.objects.get()
    assert (invitation.role, invitation.state, invitation.succeeds) == (
        "focal_point", brazil, focal_point.mandates.get(),
    )  # fmt: skip
    assert (invitation.invited_by, len(mail.outbox), focal_point.mandates.get().until) == (focal_point, 1, None)
    assert role_of(fresh(focal_point)) == Role.FOCAL_POINT
    link = mail.outbox[0].body.split("http://localhost:8000")[1].split()[0]
    client.post(link, {"name": "Ivo Guest", "language": "en", "password": PASSWORD, "again": PASSWORD})
    taker = User.objects.get(email="ivo@example.org")
    assert days(taker) == [("focal_point", today(), None)]
    assert focal_point.mandates.get().until == today() - DAY
    assert (role_of(fresh(focal_point)), role_of(taker)) == (Role.EXPERT, Role.FOCAL_POINT)


def test_late_answer_takes_the_seat_on_the_day_it_comes(focal_point, brazil):
    """The holder keeps the seat until somebody has accepted it, so nobody is without it."""
    invitation = make_invitation(role="focal_point", state=brazil, invited_by=focal_point, since=today() - 5 * DAY)
    Invitation.objects.update(succeeds=focal_point.mandates.get())
    invitation.refresh_from_db()
    held = seats.accept(invitation, name="Ivo", password=PASSWORD, language="en")
    assert (held.mandate.since, focal_point.mandates.get().until) == (today(), today() - DAY)


def test_focal_point_takes_the_invitation_to_his_seat_back(client_for, focal_point, brazil):
    client = client_for(focal_point)
    client.post(page(brazil), form(name="Ivo Guest", email="ivo@example.org"))
    invitation = Invitation.objects.get()
    assert client.post(reverse("kms:invitation_revoke", args=[invitation.uuid])).status_code == 302
    assert client.get(page(brazil)).context["form"]


# Taking it back


def test_hand_over_is_taken_back_before_its_day(client_for, focal_point, alternate, brazil):
    old = today() + 300 * DAY
    mandate = focal_point.mandates.get()
    mandate.until = old
    mandate.save()
    client = client_for(focal_point)
    client.post(page(brazil), form(taker=alternate.pk))
    address = reverse("kms:mandate_end", args=[Mandate.objects.to_come().get().pk])
    assert client.get(address).context["until"] == old
    assert Mandate.objects.to_come().count() == 1
    assert client.post(address).status_code == 302
    assert days(focal_point) == [("focal_point", datetime.date(2020, 1, 1), old)]
    assert days(alternate) == [("alternate", datetime.date(2020, 1, 1), None)]
    assert Mandate.history.filter(history_type="-").get().history_user == focal_point
    assert Notification.objects.get().kind == "hand_over_undone"


def test_successor_does_not_take_it_back_nor_does_another_state(
    client_for, focal_point, alternate, other_focal_point, brazil
):
    client_for(focal_point).post(page(brazil), form(taker=alternate.pk))
    address = reverse("kms:mandate_end", args=[Mandate.objects.to_come().get().pk])
    assert [client_for(user).post(address).status_code for user in (alternate, other_focal_point)] == [403, 403]
    assert Mandate.objects.to_come().count() == 1


# What goes with the seat


def test_on_the_day_the_drafts_and_watches_go_over_and_history_keeps_the_names(focal_point, expert, brazil):
    moved = [propose(focal_point, status) for status in ("draft", "returned", "submitted")]
    kept = [propose(focal_point, "accepted"), propose(expert), propose(make_user(state=brazil))]
    watch(focal_point, ("state", brazil.pk))
    seats.hand_over(focal_point.mandates.get(), taker=expert, first_day=today() + DAY, by=focal_point)
    call_command("tend_seats", stdout=io.StringIO())
    assert {row.author for row in Proposal.objects.filter(pk__in=[row.pk for row in moved])} == {focal_point}
    Mandate.objects.of_focal_points().filter(person=expert).update(since=today())
    Mandate.objects.filter(person=focal_point).update(until=today() - DAY)
    for _run in range(2):
        call_command("tend_seats", stdout=io.StringIO())
    after = {row.pk: row.author for row in Proposal.objects.all()}
    assert [after[row.pk] for row in moved] == [expert] * 3
    assert [after[row.pk] for row in kept] == [row.author for row in kept]
    assert [step.reasons for step in moved[0].steps.all()] == ["focal_point → expert"]
    assert [row.person for row in Watch.objects.all()] == [expert]
    assert expert.mandates.get().taken_over is not None
    assert [row.person for row in Notification.objects.of_kind("seat_begun")] == [expert]


def test_hand_over_of_today_takes_effect_at_once(client_for, focal_point, expert, brazil):
    draft = propose(focal_point)
    client_for(focal_point).post(page(brazil), form(taker=expert.pk, first_day=today()))
    draft.refresh_from_db()
    assert (draft.author, role_of(fresh(expert)), role_of(fresh(focal_point))) == (
        expert, Role.FOCAL_POINT, Role.EXPERT,
    )  # fmt: skip


def test_new_holder_of_a_vacant_seat_gets_what_the_last_one_left_open(brazil):
    earlier = make_mandate(state=brazil, since="2018-01-01", until="2019-12-31").person
    last = make_mandate(state=brazil, since="2020-01-01", until=today() - 40 * DAY).person
    drafts = [propose(earlier), propose(last)]
    mandate = actions.appoint(state=brazil, person=make_user(state=brazil), role="focal_point", since=today(), by=None)
    seats.take_over_if_begun(mandate, by=None)
    assert [Proposal.objects.get(pk=row.pk).author for row in drafts] == [earlier, mandate.person]


def test_what_somebody_writes_after_he_left_the_seat_stays_his(focal_point, expert, brazil):
    seats.hand_over(focal_point.mandates.get(), taker=expert, first_day=today(), by=focal_point)
    later = propose(focal_point)
    call_command("tend_seats", stdout=io.StringIO())
    later.refresh_from_db()
    assert later.author == focal_point


# What a day reminds of


def tend():
    return seats.tend()["reminded"]


def reminders():
    return sorted(Notification.objects.values_list("person__email", "kind"))


def test_holder_is_asked_once_a_year_whether_it_is_still_him(focal_point):
    mandate = focal_point.mandates.get()
    mandate.since = today() - 364 * DAY
    mandate.save()
    assert (tend(), seats.confirmation_due(fresh(focal_point))) == (0, [])
    mandate.since = today() - 365 * DAY
    mandate.save()
    assert seats.confirmation_due(fresh(focal_point)) == [mandate]
    assert [tend(), tend()] == [1, 0]
    actions.confirm_mandate(mandate, by=focal_point)
    assert (tend(), seats.confirmation_due(fresh(focal_point))) == (0, [])
    assert reminders() == [(focal_point.email, "mandate_unconfirmed")]


@pytest.mark.parametrize(
    ("left", "kinds"),
    [
        (91, []),
        (90, ["mandate_ends_in_90"]),
        (31, ["mandate_ends_in_90"]),
        (30, ["mandate_ends_in_30"]),
        (0, ["mandate_ends_in_30"]),
        (-1, []),
    ],
)
def test_holder_is_told_before_the_end(left, kinds, brazil):
    mandate = make_mandate(state=brazil, confirmed=today(), until=today() + left * DAY)
    for _run in range(2):
        tend()
    assert reminders() == [(mandate.person.email, kind) for kind in kinds]


def test_mandate_that_was_prolonged_is_told_of_again(brazil):
    mandate = make_mandate(state=brazil, confirmed=today(), until=today() + 60 * DAY)
    tend()
    told = Notification.objects.get()
    Notification.objects.update(created=told.created - 400 * DAY, read=told.created)
    assert tend() == 1
    assert mandate.person.notifications.count() == 2


def test_mails_of_reminders_name_nobody(focal_point):
    tend()
    [message] = mail.outbox
    assert message.subject == "Is this still you? Confirm your mandate, as is asked once a year."
