"""The list, the queue and the page of a proposal: what stands on them, in which order, for how many queries."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.labels import Label
from moderation.lists import PER_PAGE
from moderation.models import Proposal
from notifications.models import Notification
from tests.factories import make_document, make_event, make_instrument, make_mandate, make_state, make_theme, make_user
from tests.proposing import accepted, change_of, draft_of, now, page, returned, saved, submitted

pytestmark = pytest.mark.django_db
LIST, QUEUE = "/en/desk/proposals/", "/en/desk/queue/"
OFFICIAL = {"source": "https://a.example/", "source_kind": "official-page"}


def queries(client, address):
    client.get(address)  # the session's own
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def waiting(proposal, days):
    Proposal.objects.filter(pk=proposal.pk).update(since=timezone.now() - datetime.timedelta(days=days))


def titles(client, address):
    """The titles on a list, in their order."""
    body = client.get(address).content.decode()
    main = body.partition("<main")[2]
    parts = main.split('/">')[1:]
    return [part.partition("</a>")[0] for part in parts if part.startswith("Zx")]


def test_queue_begins_with_what_waits_longest_and_says_for_how_long(client_for, focal_point, other_focal_point,
                                                                     secretariat):  # fmt: skip
    for name, person, days in (("Zx a", focal_point, 2), ("Zx b", other_focal_point, 9), ("Zx c", focal_point, 1)):
        draft = draft_of(person, name_en=name)
        submitted(draft, person)
        waiting(draft, days)
    back = draft_of(focal_point, name_en="Zx back")
    submitted(back, focal_point)
    returned(back, secretariat)
    draft_of(focal_point, name_en="Zx draft")
    client = client_for(secretariat)
    body = client.get(QUEUE).content.decode()
    assert titles(client, QUEUE) == ["Zx b", "Zx a", "Zx c", "Zx back"]
    assert body.index("Waiting for the State") < body.index("Zx back")
    assert [text in body for text in ("9 days", "1 day<", "other_focal_point", "Event, new")] == [True] * 4
    assert titles(client, f"{QUEUE}?turn=state") == ["Zx back"]


def test_queue_is_narrowed_by_kind_and_state_with_plain_links(client_for, focal_point, other_focal_point, secretariat):
    for person in (focal_point, other_focal_point):
        draft = draft_of(person, name_en=f"Zx {person.state}")
        submitted(draft, person)
    event = make_event(name="Zx event", host_state=focal_point.state, **OFFICIAL)
    draft = change_of(event, focal_point, name_en="Zx change")
    submitted(draft, focal_point)
    client = client_for(secretariat)
    body = client.get(QUEUE).content.decode()
    assert '<a href="/en/desk/queue/?state=mexico">Mexico <span class="n">1</span></a>' in body
    assert titles(client, f"{QUEUE}?state=brazil") == ["Zx Brazil", "Zx change"]
    assert titles(client, f"{QUEUE}?kind=event&state=mexico") == ["Zx Mexico"]
    for nonsense in ("?state=nonsense", "?kind=instrument", "?state=\x00", "?kind=" + "x" * 500):
        assert len(titles(client, QUEUE + nonsense)) == 3


def test_lists_are_cut_into_pages(client_for, focal_point, secretariat, brazil):
    Proposal.objects.bulk_create(
        Proposal(kind="event", title=f"Zx {n:03}", state=brazil, author=focal_point, status="submitted",
                 submitted=timezone.now(), submitter=focal_point) for n in range(300)
    )  # fmt: skip
    for person, address in ((focal_point, LIST), (secretariat, QUEUE)):
        client = client_for(person)
        assert len(titles(client, address)) == PER_PAGE
        first, last = titles(client, address), titles(client, f"{address}?page=12")
        assert (set(first) & set(last), len(last)) == (set(), PER_PAGE)
        assert f'href="{address}?page=2"' in client.get(address).content.decode()
        for wrong in ("0", "13", "x", "-1", "²", "9" * 30):
            assert client.get(f"{address}?page={wrong}").status_code == 404


def test_list_has_what_is_open_first_and_is_narrowed_by_status(client_for, focal_point, secretariat):
    made = {}
    for name in ("accepted", "withdrawn", "submitted", "draft", "returned"):
        made[name] = draft_of(focal_point, name_en=f"Zx {name}")
    for name in ("accepted", "submitted", "returned"):
        submitted(made[name], focal_point)
    accepted(made["accepted"], secretariat)
    returned(made["returned"], secretariat)
    Proposal.objects.filter(pk=made["withdrawn"].pk).update(status="withdrawn")
    client = client_for(focal_point)
    assert titles(client, LIST) == ["Zx returned", "Zx draft", "Zx submitted", "Zx accepted", "Zx withdrawn"]
    assert titles(client, f"{LIST}?status=draft") == ["Zx draft"]
    body = client.get(LIST).content.decode()
    for kind, words in (("event", "Propose an event"), ("instrument", "law"), ("lesson", "lesson"),
                        ("document", "document")):  # fmt: skip
        link = body.partition(f'href="/en/desk/proposals/{kind}/new/"')[2].partition("</a>")[0]
        assert words in link


def test_empty_lists_say_what_to_do(client_for, focal_point, secretariat):
    assert "Nothing is proposed yet" in client_for(focal_point).get(LIST).content.decode()
    desk = client_for(secretariat)
    assert "Nothing waits for review" in desk.get(QUEUE).content.decode()
    assert "No State has anything to correct" in desk.get(f"{QUEUE}?turn=state").content.decode()


def test_waiting_for_somebody_is_what_he_is_to_go_on_with(focal_point, expert, secretariat, visitor, partner):
    draft, mine, sent = draft_of(focal_point), draft_of(expert), draft_of(focal_point)
    submitted(sent, focal_point)
    waits = {
        person: set(Proposal.objects.waiting_for(person)) for person in (focal_point, expert, secretariat, partner)
    }
    assert waits == {focal_point: {draft, mine}, expert: {mine}, secretariat: set(), partner: set()}
    assert list(Proposal.objects.waiting_for(visitor)) == []
    assert list(Proposal.objects.waiting_for_review()) == [sent]


def test_list_asks_the_database_as_often_for_three_as_for_one(client_for, focal_point):
    draft_of(focal_point)
    client = client_for(focal_point)
    assert queries(client, LIST) == 7
    for _ in range(2):
        author = make_mandate(person=make_user(state=focal_point.state), role="alternate").person
        submitted(draft_of(author), author)
    assert queries(client, LIST) == 7


def test_queue_asks_the_database_as_often_for_three_as_for_one(client_for, focal_point, secretariat):
    def both(person):
        submitted(draft_of(person), person)
        back = draft_of(person)
        submitted(back, person)
        returned(back, secretariat)

    both(focal_point)
    client = client_for(secretariat)
    assert queries(client, QUEUE) == 11
    for _ in range(2):
        both(make_mandate(person=make_user(state=make_state())).person)
    assert queries(client, QUEUE) == 11


def test_proposal_asks_the_database_as_often_for_three_as_for_one(client_for, focal_point, secretariat, brazil):
    event = make_event(host_state=brazil, **OFFICIAL)
    draft = change_of(event, focal_point, themes=[str(make_theme().pk)], other_hosts=[str(make_state().pk)])
    submitted(draft, focal_point)
    desk, state = client_for(secretariat), client_for(focal_point)
    before = [queries(client, page("detail", draft)) for client in (state, desk)]
    for n in range(2):
        returned(draft, secretariat)
        draft.documents.add(make_document(content=b"%d" % n, publication="draft", state=brazil))
        more = {"themes": str(make_theme().pk), "other_hosts": str(make_state().pk)}
        chosen = {name: [*now(draft).data[name], key] for name, key in more.items()}
        saved(state, draft, {**now(draft).data, **chosen, "delegations": [str(n)]})
        submitted(draft, focal_point)
    after = [queries(client, page("detail", draft)) for client in (state, desk)]
    assert (before, after) == ([15, 15], [15, 15])


def test_forms_ask_the_database_as_often_for_three_choices_as_for_one(client_for, focal_point, brazil):
    client = client_for(focal_point)
    make_event(host_state=brazil)
    draft = change_of(make_event(host_state=brazil, **OFFICIAL), focal_point, themes=[str(make_theme().pk)])
    addresses = ("/en/desk/proposals/event/new/", page("edit", draft))
    before = [queries(client, address) for address in addresses]
    for _ in range(2):
        make_event(host_state=brazil)
        make_state()
        saved(client, draft, {**now(draft).data, "themes": [*now(draft).data["themes"], str(make_theme().pk)]})
    assert (before, [queries(client, address) for address in addresses]) == ([10, 18], [10, 18])


def test_buttons_to_propose_stand_where_somebody_may(client_for, focal_point, secretariat, partner, visitor, brazil):
    document = make_document(title="Zx plan", state=brazil)
    event = make_event(slug="cup", host_state=brazil, documents=[document], **OFFICIAL)
    law = make_instrument(slug="law", state=brazil)
    addresses = {
        "/en/events/": "Propose an event",
        "/en/legislation/": "Propose a law",
        "/en/events/lessons/": "Write a lesson",
        event.get_absolute_url(): f"/en/desk/proposals/event/{event.pk}/change/",
        law.get_absolute_url(): f"/en/desk/proposals/instrument/{law.pk}/change/",
        f"{event.get_absolute_url()}#documents": f"/en/desk/proposals/document/{document.pk}/change/",
    }
    for person, may in ((focal_point, True), (secretariat, False), (partner, False), (visitor, False)):
        client = client_for(person)
        found = {address: words in client.get(address).content.decode() for address, words in addresses.items()}
        assert found == dict.fromkeys(addresses, may)


def test_what_is_said_of_a_published_document_is_changed_by_a_proposal(client_for, focal_point, secretariat, brazil):
    document = make_document(title="Plan", state=brazil)
    event = make_event(host_state=brazil, documents=[document], **OFFICIAL)
    draft = change_of(document, focal_point, kind="document", title_en="National plan", label="1")
    assert "<ins>National plan</ins>" in client_for(focal_point).get(page("detail", draft)).content.decode()
    submitted(draft, focal_point)
    accepted(draft, secretariat)
    document.refresh_from_db()
    assert (document.title_en, document.effective_label) == ("National plan", Label.GREEN)
    assert list(event.documents.all()) == [document]


def test_markup_of_the_buttons_is_not_on_a_visitors_page(client_for, visitor, brazil):
    """Kept pages hold neither a form that posts nor a token."""
    event = make_event(slug="cup", host_state=brazil)
    for address in (event.get_absolute_url(), "/en/events/", "/en/legislation/"):
        body = client_for(visitor).get(address).content.decode()
        assert ('method="post"' in body, "csrf" in body) == (False, False)


def test_times_are_in_the_zone_that_they_name(client_for, focal_point, secretariat):
    """UTC where they say so, to who reads the rest in another zone too; on the desk the day is enough."""
    moment = datetime.datetime(2031, 6, 12, 0, 30, tzinfo=datetime.UTC)
    for person in (focal_point, secretariat):
        person.time_zone = "America/Sao_Paulo"
        person.save()
    draft = submitted(draft_of(focal_point), focal_point)
    Proposal.objects.update(created=moment)
    draft.steps.update(at=moment)
    body = client_for(focal_point).get(page("detail", draft)).content.decode()
    assert body.count('datetime="2031-06-12T00:30:00+00:00">12 June 2031, 00:30 UTC<') == 2
    event = accepted(draft, secretariat)
    event.history.update(history_date=moment)
    body = client_for(secretariat).get(f"/admin/events/majorevent/{event.pk}/history/").content.decode()
    assert "12 June 2031, 00:30 UTC" in body
    Notification.objects.update(created=moment)
    body = client_for(focal_point).get("/en/desk/").content.decode()
    assert "11 June 2031" in body
    assert "21:30" not in body
    assert "11 June 2031<br>21:30 -03" in client_for(focal_point).get("/en/desk/notifications/").content.decode()
