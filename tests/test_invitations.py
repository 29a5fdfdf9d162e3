"""Invitations: who may send which, what is refused and never stored, the note."""

import datetime
import re
import uuid

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from core.labels import Label
from documents.models import Document
from members.invitations import LASTS, MOST_OPEN, digest_of
from members.models import AuditEntry, Invitation
from reference.querysets import today
from tests.factories import (
    PDF,
    make_invitation,
    make_mandate,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db
NEW = "/en/desk/invitations/new/"


def form(**fields):
    """What the form of an invitation posts."""
    posted = {"name": "Ivo Guest", "email": "ivo@example.org", "language": "en", "note_text": "Note 12/2026"}
    posted["note_label"] = "3"
    return posted | {"key": uuid.uuid4()} | fields


def post(client, role, **fields):
    return client.post(f"{NEW}?role={role}", form(**fields))


def link_in(message):
    [link] = re.findall(r"http\S+/account/invitation/\S+", message.body)
    return link


# Who may offer what


@pytest.mark.parametrize(
    ("name", "role", "status"),
    [
        ("visitor", "expert", "login"),
        ("partner", "expert", 403),
        ("expert", "expert", 403),
        ("alternate", "expert", 302),
        ("alternate", "alternate", 302),
        ("alternate", "focal_point", 403),
        ("focal_point", "expert", 302),
        ("focal_point", "alternate", 302),
        ("focal_point", "focal_point", 403),
        ("focal_point", "partner", 403),
        ("secretariat", "expert", 302),
        ("secretariat", "focal_point", 302),
        ("administrator", "focal_point", 302),
    ],
)
def test_invitation_create_is_for_those_whom_the_table_lets_offer_the_role(name, role, status, request, client_for):
    client, brazil = client_for(request.getfixturevalue(name)), request.getfixturevalue("brazil")
    response = post(client, role, state=brazil.pk)
    if status == "login":
        assert response["Location"].startswith("/en/account/login/")
    else:
        assert response.status_code == status
    sent = [(row.role, row.state, row.email) for row in Invitation.objects.all()]
    assert sent == ([(role, brazil, "ivo@example.org")] if status == 302 else [])
    assert len(mail.outbox) == len(sent)


def test_invitation_create_offers_each_the_roles_that_he_may_give(client_for, focal_point, secretariat):
    pages = [client_for(user).get(NEW) for user in (focal_point, secretariat)]
    offered = [[role.value for role, *_rest in page.context["offers"]] for page in pages]
    assert offered == [["alternate", "expert"], ["focal_point", "alternate", "expert", "partner"]]


def test_invitation_create_refuses_a_state_that_the_form_did_not_offer(client_for, focal_point, mexico):
    response = post(client_for(focal_point), "expert", state=mexico.pk)
    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["state"]
    assert (Invitation.objects.count(), mail.outbox) == (0, [])


def test_invitation_create_does_not_store_what_the_form_did_not_ask(client_for, focal_point, brazil, mexico):
    """A role, an organisation, days of a mandate, another inviter: posted beside what an expert's form asks."""
    extra = {"role": "focal_point", "organisation": make_organisation().pk, "since": "2027-01-01"}
    extra |= {"until": "2028-01-01", "invited_by": make_user().pk, "accepted": "2026-01-01", "note_text": "x"}
    client_for(focal_point).post(f"{NEW}?role=expert", form(state=brazil.pk) | extra)
    sent = Invitation.objects.get()
    stored = (sent.role, sent.organisation, sent.since, sent.until, sent.invited_by, sent.accepted, sent.note)
    assert stored == ("expert", None, None, None, focal_point, None, "")


@pytest.mark.parametrize("role", ["secretariat", "administrator", "visitor", "x" * 500])
def test_invitation_create_knows_no_other_role(role, client_for, secretariat):
    client = client_for(secretariat)
    assert [client.get(NEW, {"role": role}).status_code, post(client, role).status_code] == [404, 404]


def test_invitation_create_is_over_with_the_mandate(client_for, brazil):
    mandate = make_mandate(state=brazil)
    client = client_for(mandate.person)
    assert client.get(f"{NEW}?role=expert").status_code == 200
    mandate.until = today() - datetime.timedelta(days=1)
    mandate.save()
    assert post(client, "expert", state=brazil.pk).status_code == 403
    assert Invitation.objects.count() == 0


# What is sent


def test_invitation_create_mails_a_link_of_which_only_the_digest_is_kept(client_for, focal_point, brazil):
    response = post(client_for(focal_point), "alternate", state=brazil.pk, email="Ivo@Example.org", language="es")
    invitation, [message] = Invitation.objects.get(), mail.outbox
    assert response["Location"] == invitation.get_absolute_url()
    assert (message.to, invitation.email) == (["ivo@example.org"], "ivo@example.org")
    link = link_in(message)
    token = link.rstrip("/").rsplit("/", 1)[1]
    assert link.startswith("http://localhost:8000/es/account/invitation/")
    assert len(token) == 43
    assert invitation.digest == digest_of(token)
    assert link in message.alternatives[0].content
    assert "focal_point" in message.body
    stored = [str(value) for row in AuditEntry.objects.values() for value in row.values()]
    assert [text for text in stored if token in text] == []
    assert timezone.now() + LASTS - invitation.expires < datetime.timedelta(minutes=1)


def test_invitation_create_is_noted_in_the_log(client_for, focal_point, brazil):
    post(client_for(focal_point), "expert", state=brazil.pk)
    entry = AuditEntry.objects.get(kind="invitation")
    said = (entry.person, entry.subject_kind, entry.subject_key, entry.detail)
    assert said == (focal_point, "invitation", Invitation.objects.get().pk, "sent: expert of BRA")


def test_invitation_create_twice_pressed_sends_once(client_for, focal_point, brazil):
    client, posted = client_for(focal_point), form(state=brazil.pk)
    answers = [client.post(f"{NEW}?role=expert", posted)["Location"] for _press in range(2)]
    assert answers[0] == answers[1]
    assert (Invitation.objects.count(), len(mail.outbox)) == (1, 1)


def test_invitation_create_for_a_partner_takes_an_organisation(client_for, secretariat):
    organisation = make_organisation(code="FIFA")
    assert post(client_for(secretariat), "partner", organisation=organisation.pk).status_code == 302
    sent = Invitation.objects.get()
    assert (sent.organisation, sent.state) == (organisation, None)


REFUSED = [
    ({"email": "no-address"}, "email"),
    ({"email": f"{'x' * 250}@example.org"}, "email"),
    ({"name": ""}, "name"),
    ({"name": "x" * 151}, "name"),
    ({"name": "<b>Ivo</b>"}, "name"),
    ({"language": "xx"}, "language"),
    ({"since": "2027-02-30"}, "since"),
    ({"since": "0001-01-01"}, "since"),
    ({"since": "2027-02-02", "until": "2027-02-01"}, "until"),
    ({"until": "2020-01-01"}, "until"),
    ({"note_text": "x" * 301}, "note_text"),
    ({"note_text": ""}, "note_text"),
    ({"state": "999999999999999999999"}, "state"),
    ({"name": "Iv\x00o"}, "name"),
    ({"key": "none"}, "key"),
]


@pytest.mark.parametrize(("bad", "field"), REFUSED, ids=lambda part: str(part)[:40])
def test_invitation_create_says_at_the_field_what_is_wrong_and_gives_the_rest_back(
    bad, field, client_for, secretariat, brazil
):
    response = post(client_for(secretariat), "focal_point", **({"state": brazil.pk, "email": "ivo@example.org"} | bad))
    assert (response.status_code, list(response.context["form"].errors)) == (200, [field])
    if field != "email":
        assert 'value="ivo@example.org"' in response.content.decode()
    assert (Invitation.objects.count(), mail.outbox) == (0, [])


def test_name_becomes_one_line(client_for, focal_point, brazil):
    post(client_for(focal_point), "expert", state=brazil.pk, name=" Ivo\r\nSubject: x\n ")
    assert Invitation.objects.get().name == "Ivo Subject: x"


# What stands in the way


def refusal(response, field):
    assert response.status_code == 200
    return [str(error) for error in response.context["form"].errors[field]]


def test_seat_that_somebody_holds_takes_no_invitation(client_for, secretariat, focal_point, brazil):
    said = refusal(post(client_for(secretariat), "focal_point", state=brazil.pk), "since")
    assert said == ["focal_point holds this seat. It is free once that mandate has a last day."]
    focal_point.mandates.update(until=today() + datetime.timedelta(days=9))
    day_after = today() + datetime.timedelta(days=10)
    assert post(client_for(secretariat), "focal_point", state=brazil.pk, since=day_after).status_code == 302


def test_seat_takes_one_invitation_at_a_time(client_for, secretariat, brazil):
    make_invitation(role="focal_point", state=brazil, name="First")
    said = refusal(post(client_for(secretariat), "focal_point", state=brazil.pk), "state")
    assert said == ["First is invited to this seat already. Revoke that invitation first."]


def test_address_is_invited_once_to_the_same(client_for, focal_point, brazil):
    make_invitation(state=brazil, email="ivo@example.org", expires=timezone.now())
    said = refusal(post(client_for(focal_point), "expert", state=brazil.pk, email="IVO@example.org"), "email")
    assert said[0].startswith("This address was invited to the same on ")


def test_focal_point_does_not_learn_that_an_address_has_an_account_elsewhere(
    client_for, focal_point, secretariat, partner, brazil, mexico
):
    foreign = make_user(email="foreign@example.org", state=mexico)
    closed = make_user(email="closed@example.org", is_active=False)
    for person in (partner, foreign, closed, secretariat):
        assert post(client_for(focal_point), "expert", state=brazil.pk, email=person.email).status_code == 302
    said = [
        refusal(post(client_for(secretariat), "alternate", state=brazil.pk, email=person.email), "email")[0]
        for person in (foreign, closed, secretariat)
    ]
    assert said == [
        "The account of this address belongs to Mexico. The secretariat can change that.",
        "The account of this address is closed. The secretariat can open it again.",
        "This is the address of an account of the secretariat.",
    ]


def test_person_of_the_state_is_not_invited_to_what_he_is(client_for, focal_point, expert, alternate, brazil):
    client = client_for(focal_point)
    said = [refusal(post(client, row.role, state=brazil.pk, email=email), "email") for row, email in [
        (Invitation(role="expert"), expert.email), (Invitation(role="alternate"), alternate.email)
    ]]  # fmt: skip
    assert said == [["This person belongs to the State already."], ["This person has this role already."]]
    assert post(client, "alternate", state=brazil.pk, email=expert.email).status_code == 302


def test_state_has_so_many_open_invitations_at_most(client_for, focal_point, secretariat, brazil):
    for _number in range(MOST_OPEN):
        make_invitation(state=brazil, invited_by=secretariat)
    response = post(client_for(focal_point), "expert", state=brazil.pk)
    assert response.context["form"].non_field_errors() == [
        f"{MOST_OPEN} invitations of this State have no answer yet. Revoke some first."
    ]
    assert post(client_for(secretariat), "expert", state=brazil.pk).status_code == 302


# The government's note


def upload(name="note.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


@pytest.fixture
def openable(monkeypatch):
    """The tests of documents open files for real."""
    monkeypatch.setattr("documents.checks.opened", lambda upload, kind: upload)


def test_note_is_kept_as_a_published_document_of_the_state(client_for, secretariat, brazil, mexico, openable):
    fields = {"state": brazil.pk, "note_file": upload(), "note_label": "3", "note_text": "", "language": "pt-br"}
    response = post(client_for(secretariat), "focal_point", **fields)
    note, invitation = Document.objects.get(), Invitation.objects.get()
    assert (note.state, note.label, note.effective_label, note.publication) == (brazil, 3, Label.RED, "published")
    assert (note.invitation, note.author, note.language) == (invitation, secretariat, "pt")
    assert note.title_en == "Appointment note: Ivo Guest"
    page = client_for(secretariat).get(response["Location"])
    assert list(page.context["notes"]) == [note]
    assert note.get_absolute_url() in page.content.decode()
    readers = {"brazil": make_mandate(state=brazil).person, "mexico": make_mandate(state=mexico).person}
    seen = {name: Document.objects.visible_to(person).count() for name, person in readers.items()}
    assert seen == {"brazil": 1, "mexico": 0}


def test_note_for_all_focal_points_is_amber(client_for, secretariat, brazil, openable):
    post(client_for(secretariat), "focal_point", state=brazil.pk, note_file=upload(), note_label="2")
    assert Document.objects.get().effective_label == Label.AMBER


@pytest.mark.parametrize("label", ["0", "1", "9", "x"])
def test_note_is_not_kept_under_a_wider_label(label, client_for, secretariat, brazil, openable):
    response = post(client_for(secretariat), "focal_point", state=brazil.pk, note_file=upload(), note_label=label)
    assert list(response.context["form"].errors) == ["note_label"]
    assert (Document.objects.count(), Invitation.objects.count()) == (0, 0)


def test_note_that_is_not_what_it_says_is_refused(client_for, secretariat, brazil):
    bad = upload(content=b"MZ this is a program")
    response = post(client_for(secretariat), "focal_point", state=brazil.pk, note_file=bad)
    assert list(response.context["form"].errors) == ["note_file"]
    assert (Document.objects.count(), Invitation.objects.count(), mail.outbox) == (0, 0, [])
