"""The life of a proposal: drafted, submitted, returned, corrected, accepted, withdrawn, handed over."""

import uuid

import pytest

from core.labels import Label
from events.models import MajorEvent
from members.models import AuditEntry
from moderation import actions
from moderation.models import Proposal
from moderation.refusals import Refused
from notifications.actions import watch
from notifications.models import Notification
from tests.factories import make_event, make_instrument, make_theme, make_user
from tests.proposing import EVENT, accepted, change_of, draft_of, now, page, returned, saved, submitted

pytestmark = pytest.mark.django_db
NEW = "/en/desk/proposals/event/new/"
OFFICIAL = {"source": "https://a.example/", "source_kind": "official-page"}


def told():
    """Who was told what, in the order of the accounts' addresses."""
    rows = Notification.objects.order_by("person__email", "pk").values_list("person__email", "kind")
    return [(email.split("@")[0], kind) for email, kind in rows]


def test_proposal_goes_from_an_empty_form_to_the_open_registry(client_for, focal_point, secretariat, brazil, visitor):
    state, desk = client_for(focal_point), client_for(secretariat)
    token = uuid.uuid4()
    answer = state.post(NEW, {**EVENT, "start": "", "version": 0, "token": token})
    proposal = Proposal.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, proposal.get_absolute_url())
    assert (proposal.uuid, proposal.status, proposal.author, proposal.state) == (token, "draft", focal_point, brazil)
    assert saved(state, proposal, EVENT, do="submit").status_code == 302
    assert now(proposal).status == "submitted"
    desk.post(page("return", proposal), {"reasons": "Which stadium?", "version": now(proposal).version})
    assert now(proposal).status == "returned"
    assert "Which stadium?" in state.get(page("detail", proposal)).content.decode()
    saved(state, proposal, {**EVENT, "cities": "Lima: National Stadium"}, do="submit")
    assert desk.post(page("accept", proposal), {"version": now(proposal).version}).status_code == 302
    event = MajorEvent.objects.visible_to(visitor).get()
    assert (event.name, event.host_state, event.author) == ("Cup of Nations", brazil, focal_point)
    assert [str(place) for place in event.places.all()] == ["National Stadium, Lima"]
    assert [step.step for step in proposal.steps.all()] == ["submitted", "returned", "submitted", "accepted"]
    assert "Cup of Nations" in client_for(visitor).get("/en/events/?q=stadium").content.decode()


def test_live_record_stays_as_it_is_while_a_change_waits(client_for, focal_point, secretariat, brazil, visitor):
    event = make_event(slug="cup", name="Cup", host_state=brazil, **OFFICIAL)
    theme = make_theme(slug="policing")
    draft = change_of(event, focal_point, name_en="Cup of 2030", themes=[str(theme.pk)])
    for act in (lambda: None, lambda: submitted(draft, focal_point), lambda: returned(draft, secretariat),
                lambda: submitted(draft, focal_point)):  # fmt: skip
        act()
        assert "Cup of 2030" not in client_for(visitor).get("/en/events/cup/").content.decode()
    accepted(draft, secretariat)
    event.refresh_from_db()
    assert (event.name, event.slug, list(event.themes.all()), event.author) == ("Cup of 2030", "cup", [theme], None)


def test_acceptance_is_one_entry_of_the_history_by_who_submitted(focal_point, expert, secretariat):
    theme = make_theme(slug="policing")
    draft = draft_of(expert, themes=[str(theme.pk)], cities="Lima")
    submitted(draft, focal_point)
    event = accepted(draft, secretariat)
    entry = event.history.get()
    assert (entry.history_type, entry.history_user, entry.history_change_reason) == (
        "+", focal_point, "Accepted by secretariat",
    )  # fmt: skip
    assert [row.theme for row in entry.themes.all()] == [theme]
    assert event.author == expert
    draft = change_of(event, focal_point, name_en="Another name")
    submitted(draft, focal_point)
    accepted(draft, secretariat)
    assert [row.history_type for row in event.history.all()] == ["~", "+"]


def test_everybody_concerned_is_told_once(focal_point, alternate, expert, secretariat, administrator, brazil):
    follower = make_user(email="follower@example.org")
    watch(follower, ("state", brazil.pk))
    watch(focal_point, ("state", brazil.pk))
    draft = draft_of(expert)
    assert told() == []
    submitted(draft, focal_point)
    assert told() == [("administrator", "proposal_submitted"), ("secretariat", "proposal_submitted")]
    Notification.objects.all().delete()
    returned(draft, secretariat)
    assert told() == [(name, "proposal_returned") for name in ("alternate", "expert", "focal_point")]
    submitted(draft, alternate)
    Notification.objects.all().delete()
    accepted(draft, secretariat)
    assert told() == [
        ("alternate", "proposal_accepted"),
        ("expert", "proposal_accepted"),
        ("focal_point", "proposal_accepted"),
        ("follower", "record_published"),
    ]


def test_steps_are_in_the_log_without_the_title(focal_point, secretariat):
    draft = draft_of(focal_point)
    submitted(draft, focal_point)
    accepted(draft, secretariat)
    rows = AuditEntry.objects.filter(kind="proposal").order_by("pk").values_list("person__email", "detail")
    assert list(rows) == [
        ("focal_point@example.org", "begun: event of BRA"),
        ("focal_point@example.org", "submitted: event of BRA"),
        ("secretariat@example.org", "accepted: event of BRA"),
    ]
    assert AuditEntry.objects.get(kind="publication").subject_kind == "event"


def test_nothing_is_half_done_where_acceptance_fails(focal_point, secretariat, monkeypatch):
    draft = draft_of(focal_point, cities="Lima")
    submitted(draft, focal_point)
    before = now(draft).version
    monkeypatch.setattr("moderation.accepting.tell_watchers", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        accepted(draft, secretariat)
    assert (now(draft).status, now(draft).version, MajorEvent.objects.count()) == ("submitted", before, 0)
    assert (draft.steps.count(), AuditEntry.objects.filter(kind="publication").count()) == (1, 0)


def test_two_proposals_of_the_same_name_get_two_addresses(focal_point, secretariat):
    slugs = []
    for _ in range(3):
        draft = draft_of(focal_point, name_en="New")  # "new" is a word of the portal's own addresses
        submitted(draft, focal_point)
        slugs.append(accepted(draft, secretariat).slug)
    assert slugs == ["new-2", "new-3", "new-4"]


def test_withdrawn_proposal_leaves_the_queue_and_is_taken_up_again(client_for, focal_point, secretariat):
    client = client_for(focal_point)
    draft = draft_of(focal_point)
    submitted(draft, focal_point)
    assert "Withdraw “Cup of Nations”?" in client.get(page("withdraw", draft)).content.decode()
    assert now(draft).status == "submitted"
    client.post(page("withdraw", draft))
    assert (now(draft).status, list(Proposal.objects.waiting_for_review())) == ("withdrawn", [])
    for ask in (client.get, client.post):
        assert "already withdrawn" in ask(page("withdraw", draft), follow=True).content.decode()
    saved(client, draft, {**EVENT, "name_en": "Cup, once more"})
    assert (now(draft).status, now(draft).title) == ("draft", "Cup, once more")
    submitted(draft, focal_point)
    assert accepted(draft, secretariat).name == "Cup, once more"
    for ask in (client.get, client.post):
        assert "already accepted" in ask(page("withdraw", draft), follow=True).content.decode()


def test_taken_up_again_it_is_no_second_open_proposal_for_a_record(focal_point, brazil):
    event = make_event(host_state=brazil)
    first = change_of(event, focal_point)
    actions.withdraw(proposal=first, by=focal_point)
    second = change_of(event, focal_point)
    assert second.pk != first.pk
    with pytest.raises(Refused, match="another open proposal"):
        actions.save(proposal=first, version=now(first).version, data=first.data, by=focal_point)
    assert now(first).status == "withdrawn"


def test_second_change_of_a_record_leads_to_the_first(client_for, focal_point, alternate, brazil):
    event = make_event(slug="cup", host_state=brazil)
    address = f"/en/desk/proposals/event/{event.pk}/change/"
    assert "Begin the draft" in client_for(alternate).get(address).content.decode()
    assert Proposal.objects.count() == 0
    answer = client_for(alternate).post(address)
    draft = Proposal.objects.get()
    assert answer["Location"] == page("edit", draft)
    for method in ("get", "post"):
        assert getattr(client_for(focal_point), method)(address)["Location"] == page("detail", draft)
    assert Proposal.objects.count() == 1


def test_expert_is_not_shown_his_colleagues_change(client_for, focal_point, expert, brazil):
    event = make_event(slug="cup", host_state=brazil)
    change_of(event, focal_point)
    answer = client_for(expert).post(f"/en/desk/proposals/event/{event.pk}/change/", follow=True)
    assert answer.redirect_chain == [("/en/events/cup/", 302)]
    assert "A colleague of your State is writing a change" in answer.content.decode()
    assert Proposal.objects.count() == 1


def test_change_that_changes_nothing_is_not_submitted(client_for, focal_point, brazil):
    event = make_event(host_state=brazil, **OFFICIAL)
    draft = change_of(event, focal_point)
    answer = client_for(focal_point).post(page("submit", draft), {"version": draft.version}, follow=True)
    assert "it changes nothing yet" in answer.content.decode()
    assert now(draft).status == "draft"


def test_law_is_proposed_and_accepted_too(client_for, focal_point, secretariat, brazil, visitor):
    form = {
        "language": "pt", "original_title": "Lei Geral do Esporte", "kind": "act", "status": "in-force",
        "adopted_on": "14/06/2023", "url": "https://www.planalto.gov.br/", "label": "0",
    }  # fmt: skip
    client = client_for(focal_point)
    client.post("/en/desk/proposals/instrument/new/", {**form, "version": 0, "token": uuid.uuid4(), "do": "submit"})
    proposal = Proposal.objects.get()
    assert (proposal.status, proposal.title) == ("submitted", "Lei Geral do Esporte")
    law = accepted(proposal, secretariat)
    assert (law.state, law.level, law.adopted_on) == (brazil, "national", "2023-06-14")
    assert "Lei Geral do Esporte" in client_for(visitor).get(law.get_absolute_url()).content.decode()


def test_treaty_belongs_to_no_state_that_could_propose(client_for, focal_point):
    treaty = make_instrument(slug="treaty", level="international", kind="convention")
    client = client_for(focal_point)
    assert client.post(f"/en/desk/proposals/instrument/{treaty.pk}/change/").status_code == 403
    assert "Propose a change" not in client.get("/en/legislation/treaty/").content.decode()


def test_label_becomes_what_the_state_chose(focal_point, other_focal_point, secretariat, partner):
    draft = draft_of(focal_point, label=str(Label.RED.value))
    submitted(draft, focal_point)
    event = accepted(draft, secretariat)
    readers = [MajorEvent.objects.visible_to(person).count() for person in (focal_point, other_focal_point, partner)]
    assert (event.label, readers) == (Label.RED, [1, 0, 0])


def test_successor_gets_what_was_open_and_the_steps_keep_their_names(focal_point, secretariat, brazil, mexico):
    successor = make_user(email="successor@example.org", state=brazil)
    open_one, done = draft_of(focal_point), draft_of(focal_point)
    submitted(done, focal_point)
    accepted(done, secretariat)
    submitted(open_one, focal_point)
    moved = actions.hand_over_proposals(state=brazil, giver=focal_point, taker=successor, by=focal_point)
    assert (moved, now(open_one).author, now(done).author) == (1, successor, focal_point)
    steps = [(step.step, step.by, step.reasons) for step in open_one.steps.all()]
    assert steps == [("submitted", focal_point, ""), ("handed_over", focal_point, "focal_point → successor")]
    assert actions.hand_over_proposals(state=mexico, giver=successor, taker=focal_point, by=secretariat) == 0
