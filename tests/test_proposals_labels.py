"""By whose word a proposal lets more people read a record, who is told of it, and how many one may have open."""

import pytest
from django.urls import reverse

from core.labels import Label
from events.models import MajorEvent
from members.models import Mandate
from moderation import actions
from moderation.models import Proposal
from moderation.refusals import Invalid, Refused
from notifications.actions import watch
from notifications.models import Notification
from tests.factories import make_event
from tests.proposing import EVENT, accepted, change_of, draft_of, now, page, submitted

pytestmark = pytest.mark.django_db
OFFICIAL = {"source": "https://a.example/", "source_kind": "official-page", "summary_en": "Twelve matches."}
WIDENED = "only the National Focal Point may do that"


def event_of(state, label, **more):
    return make_event(slug="cup", name="Cup", host_state=state, label=label, **OFFICIAL, **more)


def relabelled(label):
    """The record as somebody else closed it meanwhile."""
    event = MajorEvent.objects.get()
    event.label = label
    event.save()


def label_now():
    return MajorEvent.objects.get().label


@pytest.mark.parametrize("presses", ["alternate", "secretariat", "focal_point"])
def test_what_would_open_a_record_now_stays_not_submitted(
    presses, alternate, focal_point, secretariat, brazil, client_for
):
    draft = submitted(change_of(event_of(brazil, Label.CLEAR), alternate, label="1"), alternate)
    relabelled(Label.RED)
    who = {"alternate": alternate, "secretariat": secretariat, "focal_point": focal_point}[presses]
    answer = client_for(who).post(page("rebase", draft), follow=True)
    assert "fewer people may read the record now than is proposed" in answer.content.decode()
    client_for(secretariat).post(page("accept", draft), {"version": now(draft).version})
    assert (now(draft).status, label_now()) == ("submitted", Label.RED)


def test_word_about_one_audience_is_none_about_another(focal_point, alternate, secretariat, brazil):
    draft = submitted(change_of(event_of(brazil, Label.GREEN), focal_point, label="0"), focal_point)
    relabelled(Label.RED)
    with pytest.raises(Refused, match="fewer people"):
        actions.rebase(proposal=draft, by=alternate)
    actions.withdraw(proposal=draft, by=alternate)
    actions.rebase(proposal=draft, by=alternate)
    with pytest.raises(Invalid) as invalid:
        submitted(draft, alternate)
    assert WIDENED in str(invalid.value.form.errors)
    submitted(draft, focal_point)
    accepted(draft, secretariat)
    assert label_now() == Label.CLEAR


def test_acceptance_asks_by_whose_word_it_opens(alternate, focal_point, secretariat, brazil, client_for):
    """Where a wider label of an alternate got as far as the secretariat, it ends there."""
    draft = submitted(change_of(event_of(brazil, Label.RED), focal_point, label="1"), focal_point)
    Proposal.objects.update(submitter=alternate)
    answer = client_for(secretariat).post(page("accept", draft), {"version": now(draft).version}, follow=True)
    assert WIDENED in answer.content.decode()
    Proposal.objects.update(submitter=None)
    with pytest.raises(Invalid):
        accepted(draft, secretariat)
    assert label_now() == Label.RED
    Proposal.objects.update(submitter=focal_point)
    accepted(draft, secretariat)
    assert label_now() == Label.GREEN


def test_word_of_a_focal_point_ends_with_his_mandate(focal_point, secretariat, brazil):
    draft = submitted(change_of(event_of(brazil, Label.RED), focal_point, label="1"), focal_point)
    Mandate.objects.update(until="2021-01-01")
    with pytest.raises(Invalid):
        accepted(draft, secretariat)
    assert label_now() == Label.RED


def test_new_version_that_leaves_the_audience_alone_is_taken_over(focal_point, secretariat, brazil):
    draft = submitted(change_of(event_of(brazil, Label.RED), focal_point, label="1"), focal_point)
    event = MajorEvent.objects.get()
    event.delegations = 32
    event.save()
    actions.rebase(proposal=draft, by=secretariat)
    accepted(draft, secretariat)
    assert label_now() == Label.GREEN


@pytest.mark.parametrize("day", ["", "2032-01-01", "2030-01-01"])
def test_day_of_a_label_is_moved_by_the_focal_point_alone(day, alternate, focal_point, secretariat, brazil):
    event = event_of(brazil, Label.AMBER, restricted_until="2031-01-01")
    draft = change_of(event, alternate, restricted_until=day)
    with pytest.raises(Invalid) as invalid:
        submitted(draft, alternate)
    assert invalid.value.form.errors["restricted_until"] == [
        "Only the National Focal Point changes this day or takes it out."
    ]
    submitted(draft, focal_point)
    accepted(draft, secretariat)
    assert str(MajorEvent.objects.get().restricted_until or "") == day


def test_alternate_may_say_a_day_where_there_is_none(alternate, secretariat, brazil):
    draft = change_of(event_of(brazil, Label.GREEN), alternate, label="2", restricted_until="2032-01-01")
    accepted(submitted(draft, alternate), secretariat)
    assert (label_now(), str(MajorEvent.objects.get().restricted_until)) == (Label.AMBER, "2032-01-01")


def test_owner_is_told_of_what_a_co_host_changed(focal_point, other_focal_point, secretariat, brazil, mexico):
    event = event_of(brazil, Label.GREEN, other_hosts=[mexico])
    watch(focal_point, ("event", event.pk))
    draft = submitted(change_of(event, other_focal_point, delegations="32"), other_focal_point)
    Notification.objects.all().delete()
    accepted(draft, secretariat)
    assert sorted((row.person.email, row.kind) for row in Notification.objects.select_related("person")) == [
        (focal_point.email, "record_changed_by_secretariat"),
        (other_focal_point.email, "proposal_accepted"),
    ]


def test_there_is_an_end_to_what_one_person_has_open(client_for, focal_point, alternate, brazil, monkeypatch):
    monkeypatch.setattr(actions, "MOST_OPEN", 2)
    event, drafts, client = event_of(brazil, Label.CLEAR), [draft_of(focal_point) for _ in range(2)], client_for
    said = "you have 2 open proposals"
    form = {**EVENT, "version": 0, "token": "6f0dc4f5-5f0f-4f53-9f2a-5d2a54bd3e2c", "summary_en": "What I wrote."}
    new = reverse("moderation:proposal_create", args=["event"])
    answer = client(focal_point).post(new, form).content.decode()
    assert said in answer
    assert "What I wrote." in answer
    change = reverse("moderation:proposal_change", args=["event", event.pk])
    assert said in client(focal_point).post(change, follow=True).content.decode()
    assert Proposal.objects.count() == 2
    client(alternate).post(change)
    assert Proposal.objects.count() == 3
    actions.withdraw(proposal=drafts[0], by=focal_point)
    client(focal_point).post(new, form)
    client(focal_point).post(new, form)  # the same once more is the same
    assert Proposal.objects.filter(author=focal_point).open().count() == 2
