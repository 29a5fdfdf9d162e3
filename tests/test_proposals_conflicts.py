"""Two people at one proposal, and a live record that moves on: nobody loses anything, and nothing happens twice."""

import uuid

import pytest

from core.labels import Label
from events.models import MajorEvent
from moderation import actions
from moderation.models import Proposal
from moderation.refusals import Moved, Overtaken, Refused
from notifications.models import Notification
from tests.factories import make_event, make_theme
from tests.proposing import EVENT, accepted, change_of, draft_of, now, page, returned, saved, submitted

pytestmark = pytest.mark.django_db
NEW = "/en/desk/proposals/event/new/"
OFFICIAL = {"source": "https://a.example/", "source_kind": "official-page"}


def edited_by_the_secretariat(event, **changes):
    """Save the live record as the admin does."""
    record = MajorEvent.objects.get(pk=event.pk)
    for name, value in changes.items():
        setattr(record, name, value)
    record.save()


def test_second_editor_sees_both_versions_and_loses_nothing(client_for, focal_point, alternate):
    draft = draft_of(focal_point)
    opened = now(draft).version
    saved(client_for(alternate), draft, {**EVENT, "security_authority": "Ministry of Justice"}, version=opened)
    mine = {**EVENT, "security_authority": "Federal Police", "summary_en": "Fourteen matches in two cities."}
    answer = saved(client_for(focal_point), draft, mine, version=opened)
    body = answer.content.decode()
    assert answer.status_code == 409
    assert "Saved meanwhile by alternate" in body
    assert "<del>Ministry of Justice</del>" in body
    assert "<ins>Federal Police</ins>" in body
    assert "<del>Twelve </del>matches in two cities." in body
    assert 'value="Federal Police"' in body  # still in the form
    assert now(draft).data["security_authority"] == ["Ministry of Justice"]
    assert f'name="version" value="{opened + 1}"' in body
    saved(client_for(focal_point), draft, mine, version=opened + 1)  # "Save mine over it"
    assert now(draft).data["security_authority"] == ["Federal Police"]


def test_text_is_given_back_where_it_was_submitted_meanwhile(client_for, focal_point, alternate):
    draft = draft_of(focal_point)
    opened = now(draft).version
    submitted(draft, alternate)
    answer = saved(client_for(focal_point), draft, {**EVENT, "summary_en": "What I wrote."}, version=opened)
    body = answer.content.decode()
    assert (answer.status_code, now(draft).data["summary_en"]) == (409, ["Twelve matches in two cities."])
    assert "It is submitted now, so your text was not saved." in body
    assert "What I wrote." in body
    assert "Save mine over it" not in body


def test_first_save_posted_twice_is_one_draft(client_for, focal_point):
    client, form = client_for(focal_point), {**EVENT, "version": 0, "token": uuid.uuid4()}
    answers = [client.post(NEW, form)["Location"] for _ in range(2)]
    assert Proposal.objects.get().get_absolute_url() == answers[0] == answers[1]
    assert Proposal.objects.get().version == 1


def test_first_save_posted_again_with_other_text_is_a_conflict(client_for, focal_point):
    client, form = client_for(focal_point), {**EVENT, "version": 0, "token": uuid.uuid4()}
    client.post(NEW, form)
    answer = client.post(NEW, {**form, "name_en": "Another Cup"})
    assert (answer.status_code, Proposal.objects.get().title) == (409, "Cup of Nations")
    assert "<ins>Another </ins>" in answer.content.decode()


def test_token_of_somebody_elses_proposal_opens_nothing(client_for, focal_point, other_focal_point):
    theirs = draft_of(other_focal_point, name_en="Zx hidden")
    answer = client_for(focal_point).post(NEW, {**EVENT, "version": 0, "token": theirs.uuid})
    assert answer.status_code == 404
    assert now(theirs).title == "Zx hidden"


def test_save_and_submit_posted_twice_are_one_act(client_for, focal_point, secretariat):
    client, draft = client_for(focal_point), draft_of(focal_point)
    opened = now(draft).version
    form = {**EVENT, "name_en": "Cup of All"}
    for _ in range(2):
        saved(client, draft, form, version=opened)
    assert now(draft).version == opened + 1
    for _ in range(2):
        saved(client, draft, form, version=opened + 1, do="submit")
        client.post(page("submit", draft), {"version": opened + 1})
    assert (now(draft).status, draft.steps.count(), Notification.objects.count()) == ("submitted", 1, 1)


def test_accepting_and_returning_twice_are_one_act(client_for, focal_point, secretariat):
    desk = client_for(secretariat)
    draft = draft_of(focal_point)
    submitted(draft, focal_point)
    form = {"version": now(draft).version, "reasons": "Not yet."}
    desk.post(page("return", draft), form)
    again = desk.post(page("return", draft), form, follow=True)
    assert "the proposal is already returned" in again.content.decode()
    assert draft.steps.count() == 2
    submitted(draft, focal_point)
    form = {"version": now(draft).version}
    desk.post(page("accept", draft), form)
    again = desk.post(page("accept", draft), form, follow=True)
    assert "the proposal is already accepted" in again.content.decode()
    assert (
        "the proposal is already accepted"
        in desk.post(page("return", draft), {**form, "reasons": "No."}, follow=True).content.decode()
    )
    assert (MajorEvent.objects.count(), draft.steps.count()) == (1, 4)


def test_reviewer_decides_only_about_what_he_read(client_for, focal_point, secretariat):
    """The State took it back, changed it and submitted it again while the page was open."""
    desk, draft = client_for(secretariat), draft_of(focal_point)
    submitted(draft, focal_point)
    opened = now(draft).version
    actions.withdraw(proposal=draft, by=focal_point)
    saved(client_for(focal_point), draft, {**EVENT, "name_en": "Something else"}, do="submit")
    answer = desk.post(page("accept", draft), {"version": opened}, follow=True)
    assert "was changed since you opened it" in answer.content.decode()
    answer = desk.post(page("return", draft), {"version": opened, "reasons": "What I wrote."})
    body = answer.content.decode()
    assert "was changed since you opened it" in body
    assert "What I wrote." in body
    assert (now(draft).status, MajorEvent.objects.count()) == ("submitted", 0)
    desk.post(page("accept", draft), {"version": now(draft).version})
    assert MajorEvent.objects.get().name == "Something else"


@pytest.fixture
def moved(brazil, focal_point):
    """A submitted change of a name and an authority; meanwhile the live record got another authority and a number."""
    event = make_event(slug="cup", name="Cup", host_state=brazil, security_authority="Army", **OFFICIAL)
    draft = change_of(event, focal_point, name_en="Cup of 2030", security_authority="Federal Police")
    submitted(draft, focal_point)
    edited_by_the_secretariat(event, security_authority="Ministry", delegations=32)
    return draft


def test_change_of_a_record_that_moved_on_is_not_accepted(client_for, moved, secretariat):
    answer = client_for(secretariat).post(page("accept", moved), {"version": now(moved).version}, follow=True)
    body = answer.content.decode()
    assert "the record was changed since this was begun" in body
    for text in ("As it was begun", "Published now", "As proposed", "<del>Ministry</del>", "<ins>Federal Police</ins>"):
        assert text in body
    assert (now(moved).status, MajorEvent.objects.get().name) == ("submitted", "Cup")
    with pytest.raises(Moved):
        accepted(moved, secretariat)


def test_taking_the_new_version_over_keeps_both_changes(client_for, moved, secretariat):
    desk = client_for(secretariat)
    desk.post(page("rebase", moved))
    assert "The record was changed meanwhile" not in desk.get(page("detail", moved)).content.decode()
    desk.post(page("accept", moved), {"version": now(moved).version})
    event = MajorEvent.objects.get()
    assert (event.name, event.security_authority, event.delegations) == ("Cup of 2030", "Federal Police", 32)


def test_state_takes_the_new_version_over_before_it_submits(client_for, moved, focal_point, secretariat):
    client = client_for(focal_point)
    returned(moved, secretariat)
    answer = client.post(page("submit", moved), {"version": now(moved).version}, follow=True)
    assert "Take the new version over first" in answer.content.decode()
    client.post(page("rebase", moved))
    client.post(page("submit", moved), {"version": now(moved).version})
    assert now(moved).status == "submitted"
    assert accepted(moved, secretariat).delegations == 32


def test_what_its_author_may_not_know_of_stays_in_the_lists(focal_point, secretariat, brazil, mexico):
    """An umbrella and an event of a law that are hidden from the proposing State are not dropped by its change."""
    hidden = make_event(slug="hidden", name="Zx hidden", host_state=mexico, label=Label.RED)
    event = make_event(slug="cup", host_state=mexico, other_hosts=[brazil], umbrella=hidden, **OFFICIAL)
    draft = change_of(event, focal_point, security_authority="Federal Police")
    assert "umbrella" not in draft.data
    submitted(draft, focal_point)
    accepted(draft, secretariat)
    event.refresh_from_db()
    assert (event.umbrella, event.security_authority) == (hidden, "Federal Police")


def test_lists_take_what_was_added_and_lose_what_was_taken_away(focal_point, secretariat, brazil):
    kept, dropped, added = (make_theme(slug=slug) for slug in ("kept", "dropped", "added"))
    event = make_event(host_state=brazil, themes=[kept, dropped], **OFFICIAL)
    draft = change_of(event, focal_point, themes=[str(kept.pk), str(added.pk)])
    submitted(draft, focal_point)
    later = make_theme(slug="later")
    event.themes.add(later)
    event.save()
    actions.rebase(proposal=draft, by=secretariat)
    accepted(draft, secretariat)
    assert {theme.slug for theme in event.themes.all()} == {"kept", "added", "later"}


def test_record_that_is_gone_can_neither_be_submitted_nor_accepted(client_for, focal_point, secretariat, brazil):
    event = make_event(host_state=brazil, **OFFICIAL)
    draft = change_of(event, focal_point, name_en="Another")
    MajorEvent.objects.filter(pk=event.pk).update(publication="withdrawn")
    client = client_for(focal_point)
    assert "no longer published" in client.get(page("detail", draft)).content.decode()
    assert (
        "no longer published"
        in client.post(page("submit", draft), {"version": draft.version}, follow=True).content.decode()
    )
    body = saved(client, draft, {**EVENT, "summary_en": "What I wrote."}).content.decode()
    assert "no longer published" in body
    assert "What I wrote." in body
    MajorEvent.objects.filter(pk=event.pk).update(publication="published")
    submitted(draft, focal_point)
    event.delete()
    with pytest.raises(Refused, match="no longer there"):
        accepted(draft, secretariat)
    assert client_for(secretariat).get(page("detail", draft)).status_code == 200


def test_two_proposals_for_one_record_do_not_overwrite_each_other(focal_point, other_focal_point, secretariat, brazil,
                                                                   mexico):  # fmt: skip
    event = make_event(slug="cup", host_state=brazil, other_hosts=[mexico], **OFFICIAL)
    first = change_of(event, focal_point, delegations="32")
    second = change_of(event, other_focal_point, security_authority="Guardia Nacional")
    submitted(first, focal_point)
    submitted(second, other_focal_point)
    accepted(first, secretariat)
    with pytest.raises(Moved):
        accepted(second, secretariat)
    actions.rebase(proposal=second, by=other_focal_point)
    accepted(second, secretariat)
    event.refresh_from_db()
    assert (event.delegations, event.security_authority) == (32, "Guardia Nacional")


def test_overtaken_carries_the_proposal_as_it_is_now(focal_point, alternate):
    draft = draft_of(focal_point)
    actions.save(proposal=draft, version=1, data={"name_en": ["Theirs"]}, by=alternate)
    with pytest.raises(Overtaken) as overtaken:
        actions.save(proposal=draft, version=1, data={"name_en": ["Mine"]}, by=focal_point)
    assert overtaken.value.proposal.data == {"name_en": ["Theirs"]}
