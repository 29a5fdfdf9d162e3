"""Who may do what with whose proposal, over HTTP; and that nobody else learns of it."""

import datetime
import re
import uuid

import pytest
from django.core import mail
from django.urls import reverse

from core.labels import Label
from documents.models import Document
from members.models import Mandate
from moderation import actions
from moderation.models import Proposal
from reference.querysets import today
from tests.factories import make_document, make_event, make_user
from tests.proposing import EVENT, accepted, draft_of, now, page, returned, saved, submitted
from tests.worker import run_worker

pytestmark = pytest.mark.django_db
LOGIN, MARK = "login", "Zx hidden zx"
PEOPLE = [
    "visitor", "partner", "expert", "other_expert", "alternate", "focal_point", "other_focal_point", "secretariat",
    "administrator",
]  # fmt: skip


@pytest.fixture
def clients(client_for, visitor, partner, expert, alternate, focal_point, other_focal_point, secretariat, administrator,
            brazil):  # fmt: skip
    other_expert = make_user(email="other_expert@example.org", state=brazil)
    people = locals()
    return {name: client_for(people[name]) for name in PEOPLE}


def in_status(status, expert, focal_point, secretariat):
    """A proposal of Brazil's expert in that status."""
    proposal = draft_of(expert, name_en=f"{MARK} {status}")
    if status in ("submitted", "returned", "accepted", "withdrawn"):
        submitted(proposal, focal_point)
    if status == "returned":
        returned(proposal, secretariat)
    if status == "accepted":
        accepted(proposal, secretariat)
    if status in ("withdrawn", "never-submitted"):
        actions.withdraw(proposal=proposal, by=focal_point)
    return proposal


def by_status(*people):
    """One in each status; a withdrawn one that was submitted, and one that never was."""
    return {status: in_status(status, *people) for status in [*Proposal.Status.values, "never-submitted"]}


def answer(response):
    if response.status_code == 302 and response["Location"].startswith("/en/account/login/"):
        return LOGIN
    return response.status_code


def test_proposal_detail_is_for_its_state_its_author_and_once_submitted_the_secretariat(
    clients, expert, focal_point, secretariat
):
    proposals = by_status(expert, focal_point, secretariat)
    ours, reviewers = ("expert", "alternate", "focal_point"), ("secretariat", "administrator")
    answers, wanted = {}, {}
    for status, proposal in proposals.items():
        seen = {*ours, *(reviewers if status in ("submitted", "returned", "accepted", "withdrawn") else ())}
        for name, client in clients.items():
            response = client.get(page("detail", proposal))
            answers[status, name] = (answer(response), MARK in response.content.decode())
            status_code = {"visitor": LOGIN, "partner": 403}.get(name, 404)
            wanted[status, name] = (200, True) if name in seen else (status_code, False)
    assert answers == wanted


# What each person may post to a proposal, in which status, and that nothing else is done.
ACTS = {
    "edit": (("draft", "returned", "withdrawn"), ("expert", "alternate", "focal_point")),
    "submit": (("draft", "returned", "withdrawn"), ("alternate", "focal_point")),
    "withdraw": (("draft", "submitted", "returned"), ("alternate", "focal_point")),
    "accept": (("submitted",), ("secretariat", "administrator")),
    "return": (("submitted",), ("secretariat", "administrator")),
}
FORMS = {"edit": EVENT, "return": {"reasons": "No."}}


@pytest.mark.parametrize("act", ACTS)
def test_acts_on_a_proposal_are_done_by_whom_and_when_the_table_says(act, clients, expert, focal_point, secretariat):
    statuses, people = ACTS[act]
    done, wanted = set(), set()
    for status in Proposal.Status.values:
        proposal = in_status(status, expert, focal_point, secretariat)
        as_it_was = Proposal.objects.filter(pk=proposal.pk).values().get()
        for name, client in clients.items():
            response = client.post(page(act, proposal), {**FORMS.get(act, {}), "version": as_it_was["version"]})
            if now(proposal).version != as_it_was["version"]:
                done.add((status, name))
                Proposal.objects.filter(pk=proposal.pk).update(**as_it_was)
            elif name == "visitor":
                assert answer(response) == LOGIN
            may = name in people or (act == "withdraw" and name == "expert" and status == "draft")
            if status in statuses and may:
                wanted.add((status, name))
    assert done == wanted


POST_ONLY = ["submit", "accept", "return", "rebase"]


@pytest.mark.parametrize("act", POST_ONLY)
def test_nothing_is_done_by_a_link(act, clients, focal_point):
    draft = draft_of(focal_point)
    assert {name: client.get(page(act, draft)).status_code for name, client in clients.items()} == dict.fromkeys(
        PEOPLE, 405
    )


LISTS = {"proposal_list": ("expert", "other_expert", "alternate", "focal_point", "other_focal_point"),
         "proposal_queue": ("secretariat", "administrator")}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_lists_hold_what_their_reader_may_know_of(name, clients, expert, focal_point, secretariat):
    by_status(expert, focal_point, secretariat)
    address = reverse(f"moderation:{name}")
    counts = {person: client.get(address) for person, client in clients.items()}
    found = {person: (answer(response), response.content.decode().count(f">{MARK}")) for person, response in
             counts.items()}  # fmt: skip
    refused = {person: (LOGIN if person == "visitor" else 403, 0) for person in PEOPLE if person not in LISTS[name]}
    shown = {"expert": 6, "alternate": 6, "focal_point": 6, "secretariat": 2, "administrator": 2}
    assert found == refused | {person: (200, shown.get(person, 0)) for person in LISTS[name]}


def test_empty_form_is_for_those_who_may_draft(clients):
    for kind in ("event", "instrument", "lesson", "document"):
        address = f"/en/desk/proposals/{kind}/new/"
        answers = {name: answer(client.get(address)) for name, client in clients.items()}
        refused = {"visitor": LOGIN, "partner": 403, "secretariat": 403, "administrator": 403}
        assert answers == dict.fromkeys(PEOPLE, 200) | refused
    assert clients["focal_point"].get("/en/desk/proposals/nonsense/new/").status_code == 404


def test_change_of_a_record_is_begun_by_its_owner_and_its_co_hosts(clients, brazil, mexico):
    own, shared = make_event(slug="own", host_state=brazil), make_event(slug="shared", host_state=mexico)
    shared.other_hosts.add(brazil)
    foreign = make_event(slug="foreign", host_state=mexico)
    hidden = make_event(slug="hidden", host_state=mexico, label=Label.RED)
    writers = ("expert", "other_expert", "alternate", "focal_point")
    for event, people in ((own, writers), (shared, (*writers, "other_focal_point")), (foreign, ("other_focal_point",))):
        page_of_record = {name: client.get(event.get_absolute_url()) for name, client in clients.items()}
        offered = {name for name, got in page_of_record.items() if "Propose a change" in got.content.decode()}
        begun = {
            name
            for name, client in clients.items()
            if answer(client.get(f"/en/desk/proposals/event/{event.pk}/change/")) == 200
        }
        assert (offered, begun) == (set(people), set(people))
    answers = {name: answer(client.post(f"/en/desk/proposals/event/{hidden.pk}/change/"))
               for name, client in clients.items()}  # fmt: skip
    assert (answers["focal_point"], answers["expert"], answers["other_focal_point"]) == (404, 404, 302)


def test_ended_mandate_has_the_lesser_rights_at_the_very_next_request(client_for, focal_point, alternate):
    client, theirs, mine = client_for(focal_point), draft_of(alternate), draft_of(focal_point)
    assert client.get(page("detail", theirs)).status_code == 200
    Mandate.objects.filter(person=focal_point).update(until=today() - datetime.timedelta(days=1))
    assert client.get(page("detail", theirs)).status_code == 404
    assert client.post(page("submit", mine), {"version": mine.version}).status_code == 403
    assert saved(client, mine, EVENT, do="submit").status_code == 403
    assert (now(mine).status, now(mine).version) == ("draft", 1)
    assert "Submit for Brazil" not in client.get(page("edit", mine)).content.decode()
    saved(client, mine, {**EVENT, "name_en": "Still mine"})
    assert now(mine).title == "Still mine"
    focal_point.is_active = False
    focal_point.save()
    assert answer(client.get(page("detail", mine))) == LOGIN


def test_expert_of_another_state_now_sees_nothing_of_the_former(client_for, expert, mexico):
    draft = draft_of(expert)
    expert.state = mexico
    expert.save()
    assert client_for(expert).get(page("detail", draft)).status_code == 404


def test_expert_cannot_submit_by_the_button_of_the_form(client_for, expert):
    client, draft = client_for(expert), draft_of(expert)
    assert (
        client.post(
            "/en/desk/proposals/event/new/", {**EVENT, "version": 0, "token": uuid.uuid4(), "do": "submit"}
        ).status_code
        == 403
    )
    assert saved(client, draft, EVENT, do="submit").status_code == 403
    assert set(Proposal.objects.values_list("status", flat=True)) == {"draft"}


def test_secretariat_reads_what_was_submitted_and_not_what_its_state_writes_now(
    client_for, focal_point, secretariat, settings
):
    draft = draft_of(focal_point, summary_en="As it was submitted.")
    submitted(draft, focal_point)
    returned(draft, secretariat)
    saved(client_for(focal_point), draft, {**EVENT, "name_en": "Zx later name", "summary_en": "Zx later text"})
    later = make_document(title="Zx later file", publication="draft", state=draft.state)
    draft.documents.add(later)
    desk = client_for(secretariat)
    body = desk.get(page("detail", draft)).content.decode()
    assert "As it was submitted." in body
    assert "Zx later" not in body + desk.get("/en/desk/queue/").content.decode()
    assert desk.get(page("document", draft, later.uuid)).status_code == 404
    submitted(draft, focal_point)
    body = desk.get(page("detail", draft)).content.decode()
    assert all(text in body for text in ("Zx later name", "Zx later text", "Zx later file"))


def test_expert_is_not_given_what_only_mandate_holders_read(client_for, expert, focal_point):
    draft = draft_of(expert)
    labels = {label.name: make_document(title=f"Zx {label.name} file", label=label, publication="draft",
                                        state=draft.state) for label in Label}  # fmt: skip
    draft.documents.add(*labels.values())
    found = {}
    for person in (expert, focal_point):
        client = client_for(person)
        body = client.get(page("detail", draft)).content.decode()
        for name, document in labels.items():
            status = client.get(page("document", draft, document.uuid)).status_code
            found[person.name, name] = (f"Zx {name} file" in body, status)
    yes, no = (True, 200), (False, 404)
    assert found == {
        ("expert", "CLEAR"): yes, ("expert", "GREEN"): yes, ("expert", "AMBER"): no, ("expert", "RED"): no,
        ("focal_point", "CLEAR"): yes, ("focal_point", "GREEN"): yes, ("focal_point", "AMBER"): yes,
        ("focal_point", "RED"): yes,
    }  # fmt: skip


def test_proposal_leaks_nowhere_before_it_is_accepted(clients, focal_point, expert, brazil):
    """Neither it nor its file is on any page, in any file or feed of those who may not know of it."""
    draft = draft_of(focal_point, name_en=MARK, cities=MARK)
    draft.documents.add(make_document(title=MARK, publication="draft", state=brazil, author=focal_point))
    submitted(draft, focal_point)
    pages = ["/en/", "/en/events/?q=Zx", "/en/events.csv", "/en/events.atom", "/en/events.ics", "/en/network/brazil/",
             "/sitemap-events.xml", "/en/desk/proposals/", "/en/notifications/"]  # fmt: skip
    for name in ("visitor", "partner", "expert", "other_focal_point"):
        for address in pages:
            response = clients[name].get(address, follow=True)
            content = b"".join(response.streaming_content) if response.streaming else response.content
            assert (name, address, MARK.encode() in content) == (name, address, False)
    document = Document.objects.get()
    for name in ("visitor", "partner", "expert", "other_focal_point", "focal_point"):
        assert clients[name].get(document.get_absolute_url()).status_code == 404
    for name in ("alternate", "focal_point", "secretariat"):
        assert clients[name].get(page("document", draft, document.uuid)).status_code == 200
    for name in ("expert", "other_focal_point"):
        assert clients[name].get(page("document", draft, document.uuid)).status_code == 404


def test_choices_name_no_record_that_the_writer_may_not_know_of(client_for, focal_point, alternate, brazil, mexico):
    """A hidden event of the State's own is offered to its mandate-holders, a hidden one of another State to nobody."""
    make_event(slug="own", name="Zx own", host_state=brazil, label=Label.RED)
    make_event(slug="foreign", name="Zx foreign", host_state=mexico, label=Label.RED)
    expert = make_user(email="e@example.org", state=brazil)
    seen = {}
    for person in (focal_point, expert):
        for kind in ("event", "lesson", "instrument"):
            body = client_for(person).get(f"/en/desk/proposals/{kind}/new/").content.decode()
            seen[person.email[:1], kind] = ("Zx own" in body, "Zx foreign" in body)
    kinds = ("event", "lesson", "instrument")
    assert seen == {("f", kind): (True, False) for kind in kinds} | {("e", kind): (False, False) for kind in kinds}


def test_hidden_record_that_a_colleague_chose_is_not_named_and_not_lost(client_for, focal_point, expert, brazil):
    hidden = make_event(slug="own", name="Zx own", host_state=brazil, label=Label.RED)
    draft = draft_of(expert)
    saved(client_for(focal_point), draft, {**EVENT, "umbrella": str(hidden.pk)})
    client = client_for(expert)
    assert "Zx own" not in client.get(page("detail", draft)).content.decode()
    body = client.get(page("edit", draft)).content.decode()
    assert "Zx own" not in body
    saved(client, draft, {**EVENT, "name_en": "Corrected"})
    assert (now(draft).title, now(draft).data["umbrella"]) == ("Corrected", [str(hidden.pk)])


def test_record_that_is_tampered_in_is_not_kept(client_for, focal_point, mexico):
    foreign = make_event(slug="foreign", name="Zx foreign", host_state=mexico, label=Label.RED)
    draft = draft_of(focal_point)
    saved(client_for(focal_point), draft, {**EVENT, "umbrella": str(foreign.pk), "themes": ["99", "x", "²"]})
    assert {"umbrella", "themes"} & now(draft).data.keys() == set()


def test_mails_about_proposals_hold_no_title(focal_point, expert, secretariat, settings):
    settings.EMAIL_DELIVERY_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    draft = draft_of(expert, name_en=MARK, summary_en=MARK)
    submitted(draft, focal_point)
    returned(draft, secretariat, reasons=MARK)
    submitted(draft, focal_point)
    accepted(draft, secretariat)
    run_worker()
    people = sorted(to.split("@")[0] for message in mail.outbox for to in message.to)
    assert people == ["expert", "expert", "focal_point", "focal_point", "secretariat", "secretariat"]
    whole = "".join(message.message().as_string() for message in mail.outbox)
    whole = re.sub(r"/unsubscribe/[^/]+/", "", whole)  # a signature may hold any two letters
    assert "A proposal was returned with reasons." in whole
    assert ("Zx" in whole, "zx" in whole) == (False, False)


def test_history_is_signed_by_the_reviewer_where_the_submitter_is_gone(focal_point, secretariat):
    draft = draft_of(focal_point)
    submitted(draft, focal_point)
    Proposal.objects.update(submitter=None, author=None)
    event = accepted(draft, secretariat)
    assert (event.history.get().history_user, event.author) == (secretariat, None)
