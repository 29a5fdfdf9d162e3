"""Twenty people at one proposal at one time, on PostgreSQL: no lost update, no act done twice."""

import threading
import uuid
from collections import Counter

import pytest
from django.db import connection, connections

from events.models import MajorEvent
from moderation import accepting, actions
from moderation.kinds import KINDS
from moderation.models import Proposal
from moderation.refusals import Moved, Overtaken, Refused
from notifications.models import Notification
from tests.factories import make_event, make_mandate
from tests.proposing import EVENT, as_texts, change_of, draft_of, now, submitted

PEOPLE = 20
OFFICIAL = {"source": "https://a.example/", "source_kind": "official-page"}
# SQLite has one writer at a time.
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


def at_once(act, n=PEOPLE):
    """What `act(number)` gives or raises in each of n threads that begin together."""
    ready, found = threading.Barrier(n, timeout=60), [None] * n

    def run(number):
        try:
            ready.wait()
            found[number] = act(number)
        except Exception as error:  # noqa: BLE001 - it is what the test looks at
            found[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def kinds_of(found):
    return Counter(type(answer).__name__ for answer in found)


def test_twenty_editors_lose_nothing(focal_point):
    draft = draft_of(focal_point, summary_en="")

    def add(number):
        """Add a word to the text, beginning anew each time somebody else was first."""
        for attempt in range(PEOPLE * 2):
            seen = now(draft)
            text = seen.data.get("summary_en", [""])[0]
            data = {**seen.data, "summary_en": [f"{text} w{number}"]}
            try:
                actions.save(proposal=seen, version=seen.version, data=data, by=focal_point)
                return attempt
            except Overtaken:
                continue
        return None

    found = at_once(add)
    assert None not in found
    assert sorted(now(draft).data["summary_en"][0].split()) == sorted(f"w{n}" for n in range(PEOPLE))
    assert now(draft).version == PEOPLE + 1
    assert max(found) > 0  # some were overtaken, and so were told


def test_first_save_posted_twenty_times_is_one_draft(focal_point):
    token, data = uuid.uuid4(), as_texts(EVENT)
    found = at_once(lambda number: actions.create(
        about=KINDS["event"], state=focal_point.state, token=token, data=data, by=focal_point)[1])  # fmt: skip
    assert Counter(found) == {True: 1, False: PEOPLE - 1}
    assert Proposal.objects.count() == 1


def test_twenty_who_begin_a_change_share_one(focal_point, brazil):
    event = make_event(host_state=brazil)
    found = at_once(lambda number: actions.begin_change(
        about=KINDS["event"], record=event, state=brazil, by=focal_point).pk)  # fmt: skip
    assert set(found) == {Proposal.objects.get().pk}


def test_submitting_twenty_times_is_one_act(focal_point, secretariat):
    draft = draft_of(focal_point)
    found = at_once(lambda number: actions.submit(proposal=draft, version=1, by=focal_point))
    assert kinds_of(found) == {"Proposal": 1, "Refused": PEOPLE - 1}
    assert (now(draft).status, draft.steps.count(), Notification.objects.count()) == ("submitted", 1, 1)


def test_accepting_and_returning_at_one_time_is_one_act(focal_point, secretariat):
    draft = draft_of(focal_point)
    submitted(draft, focal_point)
    version = now(draft).version

    def decide(number):
        if number % 2:
            return accepting.accept(proposal=draft, version=version, by=secretariat)
        return actions.give_back(proposal=draft, version=version, reasons="No.", by=secretariat)

    found = at_once(decide)
    assert kinds_of(found)["Refused"] == PEOPLE - 1
    accepted = now(draft).status == "accepted"
    assert now(draft).status in {"accepted", "returned"}
    assert (MajorEvent.objects.count(), draft.steps.count()) == (int(accepted), 2)
    assert Notification.objects.filter(person=focal_point).count() == 1


def test_editing_submitting_withdrawing_and_accepting_at_one_time(focal_point, secretariat):
    """Whatever comes first: the record is what was submitted, and each act that was answered is a step."""
    draft = draft_of(focal_point)

    def act(number):
        seen = now(draft)
        if number % 4 == 0:
            data = {**seen.data, "security_authority": [f"w{number}"]}
            return "saved", actions.save(proposal=seen, version=seen.version, data=data, by=focal_point).version
        if number % 4 == 1:
            return "submitted", actions.submit(proposal=seen, version=seen.version, by=focal_point).version
        if number % 4 == 2:
            return "withdrawn", actions.withdraw(proposal=seen, by=focal_point).version
        return "accepted", accepting.accept(proposal=seen, version=seen.version, by=secretariat)

    found = at_once(act)
    done = Counter(answer[0] for answer in found if isinstance(answer, tuple))
    assert sum(done.values()) + sum(isinstance(answer, Refused) for answer in found) == PEOPLE
    assert now(draft).version == 1 + sum(done.values())
    steps = list(draft.steps.values_list("step", flat=True))
    assert Counter(steps) == {name: n for name, n in done.items() if name != "saved"}
    assert MajorEvent.objects.count() == done["accepted"]
    if done["accepted"]:
        data = draft.steps.get(step="accepted").data
        assert MajorEvent.objects.get().security_authority == data.get("security_authority", [""])[0]


def test_proposals_of_several_states_for_one_record_lose_nothing(secretariat):
    """Of those accepted at one time one is first; each other is told, takes the new version over, and follows."""
    people = [make_mandate().person for _ in range(5)]
    event = make_event(host_state=people[0].state, other_hosts=[person.state for person in people[1:]], **OFFICIAL)
    fields = {"security_authority": "Federal Police", "delegations": "32", "expected_attendance": "900",
              "website": "https://cup.example.org/", "summary_en": "New summary."}  # fmt: skip
    drafts = []
    for person, (name, value) in zip(people, fields.items(), strict=True):
        drafts.append(change_of(event, person, **{name: value}))
        submitted(drafts[-1], person)

    def accept(number):
        for attempt in range(PEOPLE):
            try:
                accepting.accept(proposal=drafts[number], version=now(drafts[number]).version, by=secretariat)
                return attempt
            except Moved:
                actions.rebase(proposal=drafts[number], by=secretariat)
        return None

    before = event.history.count()
    found = at_once(accept, n=len(drafts))
    event = MajorEvent.objects.get()
    assert (event.security_authority, event.delegations, event.expected_attendance, event.website, event.summary) == (
        "Federal Police", 32, 900, "https://cup.example.org/", "New summary.",
    )  # fmt: skip
    assert sorted(found)[0] == 0
    assert event.history.count() == before + len(drafts)
