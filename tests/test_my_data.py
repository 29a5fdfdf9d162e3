"""My data: everything that the portal holds about a person is in the file, and nothing of others or of secrets."""

import json

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.core.files.base import ContentFile
from django.utils import timezone

from community.actions import edit_post, set_thanks
from community.models import Draft, ThreadStep
from community.reading import mark_seen
from consultations.models import Adoption, Answer, Comment, CommentNote, Endorsement, Extension, Position
from core.labels import Label
from kms.my_data import LEFT_OUT, PARTS, histories, records_of_people
from members.actions import set_staff
from members.models import AuditEntry, User
from moderation.models import Decision, Flag, Proposal, ProposalStep
from notifications.models import Notification, Preference, Watch
from tests.factories import (
    PASSWORD,
    make_chapter,
    make_consultation,
    make_document,
    make_event,
    make_final,
    make_mandate,
    make_organisation,
    make_post,
    make_submitted,
    make_thread,
    make_user,
)
from tests.reading import words
from training.models import ChapterLoad, ChapterRead, Edition, ParagraphChange

pytestmark = pytest.mark.django_db
PAGE, FILE = "/en/account/my-data/", "/en/account/my-data.json"


@pytest.fixture
def person(brazil):
    """Somebody with a row of everything, each with a word of its own."""
    person = make_user(
        email="rosa@example.org", name="Rosa Holder", state=brazil, office="Zx office", phone="+51 1 5550"
    )
    person.photo.save("photo", ContentFile(b"the photo"))
    make_mandate(person=person, note="Zx note")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    Authenticator.objects.create(user=person, type="totp", data={"secret": "Zx-totp-secret"})
    UserSession.objects.create(user=person, ip="198.51.100.7", session_key="zx-session-key", user_agent="Zx browser")
    AuditEntry.objects.create(kind="sign_in", person=person, address="198.51.100.7", detail="Zx signed in")
    AuditEntry.objects.create(kind="sign_in_refused", subject_kind="account", subject_key=person.pk, detail="Zx tried")
    Watch.objects.create(person=person, subject_kind="state", subject_key=brazil.pk)
    Notification.objects.create(person=person, kind="record_changed", subject_kind="state", subject_key=brazil.pk)
    Preference.objects.create(person=person, group="my_work", mail="daily")
    people = {"author": person, "submitter": person, "changed_by": person}
    proposal = Proposal.objects.create(kind="event", state=brazil, title="Zx proposal", data={"a": "Zx b"}, **people)
    ProposalStep.objects.create(proposal=proposal, step="submitted", by=person, reasons="Zx reasons")
    thing = {"subject_kind": "post", "subject_key": 1}
    Flag.objects.create(by=person, category="other", text="Zx report", **thing)
    Flag.objects.create(decided_by=person, category="spam", decision="upheld", note="Zx answer", **thing)
    Decision.objects.create(author=person, act="hidden", note="Zx reason", **thing)
    Decision.objects.create(author=person, act="kept", note="Of a report that changed nothing", **thing)
    Decision.objects.create(by=person, act="warned", note="Zx warning", **thing)
    make_event(slug="mine", name="Zx event", host_state=brazil, author=person)
    make_document(title="Zx document", state=brazil, author=person)
    write_in_the_community(person)
    write_in_the_manual(person)
    return person


def write_in_the_community(person):
    """A conversation with an edited post, and what somebody leaves behind by reading."""
    thread = make_thread(by=person, title="Zx talk", text="Zx before")
    edit_post(post=thread.posts.get(), text="Zx after", version=1, by=person)
    set_thanks(post=make_post(thread=thread), on=True, by=person)
    Draft.objects.create(person=person, thread=thread, text="Zx half")
    mark_seen(thread, 2, seen=None, by=person)
    thread.forum.participants.add(person)
    ThreadStep.objects.create(thread=thread, kind="locked", by=person)


def write_in_the_manual(person):
    """A chapter with a paragraph, read, and a text that waits."""
    chapter = make_chapter(title="Zx chapter", paragraphs=["Zx paragraph"], by=person)
    ChapterRead.objects.create(person=person, chapter=chapter)
    ChapterLoad.objects.create(
        edition=chapter.edition, language="en", title="Zx load", blocks=[{"text": "Zx block"}], by=person
    )
    make_final(chapter.edition)
    speak_in_a_consultation(person, person.state)


def speak_in_a_consultation(person, state):
    """All that somebody may leave behind in one."""
    consultation = make_consultation(by=person, title="Zx consultation")
    comment = make_submitted(consultation=consultation, state=state, author=person, text="Zx comment")
    Comment.objects.filter(pk=comment.pk).update(submitted_by=person, disposed_by=person, disposition="noted")
    CommentNote.objects.create(comment=comment, by=person, text="Zx aside")
    other = make_submitted(consultation=consultation)
    Endorsement.objects.create(comment=other, state=state, by=person)
    about = {"consultation": consultation, "state": state, "by": person}
    Extension.objects.create(closes=consultation.closes, reason="Zx floods", **about)
    Answer.objects.create(kind="agrees", **about)
    about = {"edition": consultation.edition, "state": state, "by": person}
    Position.objects.create(kind="reservations", text="Zx reservation", **about)
    Adoption.objects.create(level="planned", text="Zx plan", **about)


def fetched(client):
    response = client.get(FILE)
    assert response.status_code == 200
    return json.loads(response.content)


def relations_to_people():
    """Every foreign key to an account, those without a way back included, apart from older versions of listed rows."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and field.related_model is User
        if not model._meta.model_name.startswith("historical") or field.name == "history_user"
        if not field.many_to_many
    }


def test_every_relation_to_an_account_is_in_the_file_or_left_out_for_a_reason():
    """A new model that leads to people is entered in kms/my_data.py, or this fails."""
    covered = {f"{part.model._meta.label}.{part.relation}" for part in PARTS if part.relation != "id"}
    covered |= {f"{model._meta.label}.{field.name}" for model, field in records_of_people()}
    covered |= {f"{model._meta.label}.history_user" for model in histories()}
    assert relations_to_people() - covered - set(LEFT_OUT) == set()
    assert (covered | set(LEFT_OUT)) - relations_to_people() == set()
    assert covered & set(LEFT_OUT) == set()
    assert all(LEFT_OUT.values())


def test_fields_of_the_account_are_in_the_file_or_are_no_ones_business():
    """The rest of the account: its number, a hash, a counter, and the photo, which is in the file as such."""
    from kms.my_data import ACCOUNT

    stored = {field.name for field in User._meta.concrete_fields}
    assert stored - set(ACCOUNT) == {"id", "password", "photo", "unread_notifications"}


def test_file_holds_a_row_of_everything(client_for, person):
    data = fetched(client_for(person))
    account = data["account"]
    assert (account["email"], account["office"], account["phone"]) == ("rosa@example.org", "Zx office", "+51 1 5550")
    assert account["photo_jpeg_base64"] == "dGhlIHBob3Rv"
    counts = {name: len(rows) for name, rows in data.items() if isinstance(rows, list)}
    assert {name for name, n in counts.items() if n == 0} == {
        "invitations",
        "invitations_sent",
        "administration",
        "changes",
    }
    assert [row["note"] for row in data["mandates"]] == ["Zx note"]
    assert {row["detail"] for row in data["log"]} >= {"Zx signed in", "Zx tried"}
    assert [row["text"] for row in data["posts"]] == ["Zx after"] and data["posts_before"][0]["text"] == "Zx before"
    assert data["proposals"][0]["data"] == {"a": "Zx b"}
    assert {row["title"] for row in data["records"]} == {"Zx event", "Zx document", "Zx talk"}
    assert [(row["act"], row["note"]) for row in data["decisions"]] == [("hidden", "Zx reason")]
    assert data["sessions"][-1] | {"created_at": 0, "last_seen_at": 0} == {
        "created_at": 0, "last_seen_at": 0, "ip": "198.51.100.7", "user_agent": "Zx browser",
    }  # fmt: skip


def test_file_and_page_hold_no_secret(client_for, person):
    client = client_for(person)
    for text in (client.get(PAGE).content.decode(), client.get(FILE).content.decode()):
        for secret in ("Zx-totp-secret", "zx-session-key", person.password, PASSWORD, client.session.session_key):
            assert secret not in text


def test_file_is_of_the_person_who_asks(client_for, person, alternate):
    text = client_for(alternate).get(FILE).content.decode()
    assert "Zx" not in text and "rosa@example.org" not in text
    assert json.loads(text)["account"]["email"] == "alternate@example.org"


def test_title_of_a_record_that_the_author_may_no_longer_know_of_stays_out(client_for, person):
    person.mandates.update(until="2021-01-01")
    event = make_event(name="Zx withdrawn", author=person, publication="withdrawn", label=Label.CLEAR)
    rows = {row["key"]: row["title"] for row in fetched(client_for(person))["records"] if row["kind"] == "majorevent"}
    assert rows[event.pk] == "" and "Zx event" in rows.values()


def test_proposal_that_its_author_may_no_longer_read_is_listed_without_its_words(client_for, person):
    person.mandates.all().delete()
    User.objects.filter(pk=person.pk).update(state=None, organisation=make_organisation())
    [row] = fetched(client_for(person))["proposals"]
    assert (row["title"], row["data"], row["kind"]) == ("", {}, "event")


def test_step_of_a_proposal_that_one_may_no_longer_read_is_listed_without_its_words(client_for, person):
    ProposalStep.objects.update(data={"a": "Zx secret"})
    [step] = fetched(client_for(person))["proposal_steps"]
    assert (step["reasons"], step["data"]) == ("Zx reasons", {"a": "Zx secret"})
    person.mandates.all().delete()
    User.objects.filter(pk=person.pk).update(state=None, organisation=make_organisation())
    [step] = fetched(client_for(person))["proposal_steps"]
    assert (step["step"], step["reasons"], step["data"]) == ("submitted", "", {})
    assert "Zx reasons" not in client_for(person).get(PAGE).content.decode()


def test_text_of_an_edition_that_one_may_no_longer_read_stays_out(client_for, person):
    ParagraphChange.objects.update(before="Zx of somebody else")
    data, hidden = fetched(client_for(person)), ["Zx chapter", "Zx paragraph", "Zx of somebody", "Zx load", "Zx block"]
    assert data["chapters_read"][0]["chapter"] == "1. Zx chapter" and data["texts_loaded"][0]["title"] == "Zx load"
    assert data["paragraphs_changed"][0]["before"] == "Zx of somebody else"
    Edition.objects.update(publication="withdrawn")
    for text in (client_for(person).get(PAGE).content.decode(), client_for(person).get(FILE).content.decode()):
        assert [words for words in hidden if words in text] == []
    data = fetched(client_for(person))
    assert data["chapters_read"] == []
    assert [len(data[name]) for name in ("paragraphs_changed", "texts_loaded")] == [1, 1]


def test_reviewer_who_left_takes_no_words_of_a_state_along(client_for, person, secretariat):
    Proposal.objects.update(status="returned", submitted=timezone.now())
    proposal = Proposal.objects.get()
    ProposalStep.objects.create(proposal=proposal, step="returned", by=secretariat, reasons="Zx why", data={"a": "Zx"})
    assert "Zx why" in client_for(secretariat).get(FILE).content.decode()
    set_staff(secretariat, False, by=None)
    assert "Zx" not in client_for(User.objects.get(pk=secretariat.pk)).get(FILE).content.decode()


def test_changes_are_told_without_what_they_said(client_for, person, brazil):
    event = make_event(slug="changed", host_state=brazil)
    event.name, event._history_user = "Zx later", person
    event.save()
    [change] = fetched(client_for(person))["changes"]
    assert (change["kind"], change["key"], change["change"]) == ("majorevent", event.pk, "changed")
    assert set(change) == {"kind", "key", "at", "change"}


def test_fetching_the_file_is_a_line_of_the_log(client_for, person):
    response = client_for(person).get(FILE)
    entry = AuditEntry.objects.filter(kind="export", person=person).get()
    assert entry.detail == "my data"
    assert response["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert response["Cache-Control"] == "private, no-store"


def test_page_shows_it_in_words(client_for, person):
    page = words(client_for(person).get(PAGE).content.decode())
    for said in ("Zx office", "National Focal Point", "Zx note", "Zx browser", "Zx proposal", "once a day", "Zx event"):
        assert said in page
    assert "There is nothing about you under:" in page and "How I was invited" in page


def test_page_leaves_long_lists_to_the_file(client_for, person):
    AuditEntry.objects.bulk_create(AuditEntry(kind="sign_in", person=person, detail=f"Zx {n}") for n in range(30))
    client = client_for(person)
    assert "The latest 10 of 33; the file holds them all." in words(client.get(PAGE).content.decode())
    assert len(fetched(client)["log"]) == 33


def test_page_reads_no_more_rows_than_it_shows(client_for, person, brazil, django_assert_max_num_queries):
    """Of everything that grows with the years; what one has written or changed is counted over all of its tables."""
    for n in range(12):
        event = make_event(slug=f"event-{n}", host_state=brazil, author=person)
        event._history_user = person
        event.save()
        Notification.objects.create(person=person, kind="record_changed", subject_kind="event", subject_key=event.pk)
        ProposalStep.objects.create(proposal=Proposal.objects.get(), step="returned", by=person)
    client = client_for(person)
    with django_assert_max_num_queries(94) as made:
        page = words(client.get(PAGE).content.decode())
    for total in (12, 13, 14, 15):  # changes; steps; notifications; the records of the person
        assert f"The latest 10 of {total}; the file holds them all." in page
    tables = {model._meta.db_table for model in (AuditEntry, Notification, Proposal, ProposalStep, *histories())}
    listed = [sql["sql"] for sql in made.captured_queries if any(f'FROM "{table}"' in sql["sql"] for table in tables)]
    assert len(listed) > len(tables)
    assert [sql for sql in listed if "LIMIT" not in sql and "COUNT(" not in sql] == []
    data = fetched(client)
    assert [len(data[name]) for name in ("changes", "notifications", "records")] == [12, 14, 15]


def test_visitor_is_led_to_the_login(client):
    for address in (PAGE, FILE):
        assert client.get(address)["Location"] == f"/en/account/login/?next={address.replace('/', '%2F')}"


@pytest.mark.parametrize("rows", [1, 3])
def test_page_needs_the_same_queries_for_one_row_and_for_three(
    rows, client_for, expert, brazil, django_assert_num_queries
):
    for n in range(rows):
        AuditEntry.objects.create(kind="sign_in", person=expert)
        Watch.objects.create(person=expert, subject_kind="state", subject_key=n)
        make_event(host_state=brazil, author=expert)
        Proposal.objects.create(kind="event", state=brazil, author=expert, title="A proposal")
    client = client_for(expert)
    with django_assert_num_queries(86):
        client.get(PAGE)
