"""Watching a record, a State or a theme: the button, the list, who is told, and what is handed over."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.labels import Label
from notifications.actions import hand_over_watches, tell_watchers, unwatch, watch
from notifications.models import Notification, Watch
from tests.factories import (
    make_activity,
    make_document,
    make_event,
    make_instrument,
    make_mandate,
    make_state,
    make_theme,
    make_user,
)

pytestmark = pytest.mark.django_db

LIST = "/en/desk/watches/"
LIST_QUERIES = 6  # session, account, mandates and organisation, the watches, their records


def subject(name, record):
    return (name, record.pk)


def watched_by(person):
    return set(Watch.objects.filter(person=person).values_list("subject_kind", "subject_key"))


def send(client, name, key, level="watching", **more):
    return client.post(LIST, {"subject_kind": name, "subject_key": key, "level": level} | more)


RECORDS = {
    "event": make_event,
    "instrument": make_instrument,
    "activity": make_activity,
    "state": make_state,
    "theme": make_theme,
}


# The button


@pytest.mark.parametrize("name", RECORDS)
def test_button_on_the_records_page_watches_and_stops(client_for, partner, name):
    record = RECORDS[name]()
    client, address = client_for(partner), record.get_absolute_url()
    assert ">Watch</button>" in client.get(address).content.decode()
    for _ in range(2):  # a double post is one post
        page = client.post(LIST, button(client.get(address)) | {"level": "watching"}, follow=True)
        assert page.redirect_chain == [(address, 302)]
        assert f"You watch “{record}”" in page.content.decode().replace("&#x27;", "'")
        assert ">Stop watching</button>" in page.content.decode()
    assert watched_by(partner) == {subject(name, record)}
    page = client.post(LIST, button(page) | {"level": "none"}, follow=True)
    assert f"You no longer watch “{record}”." in page.content.decode()
    assert watched_by(partner) == set()


def button(page):
    """What the hidden fields of the button's form send."""
    form = re.search(r'<form[^>]*action="/en/desk/watches/".*?</form>', page.content.decode(), re.DOTALL).group()
    return dict(re.findall(r'name="(subject_\w+)" value="([^"]*)"', form))


@pytest.mark.parametrize("name", RECORDS)
def test_page_for_visitors_holds_no_button_form_or_token(client, db, name):
    page = client.get(RECORDS[name]().get_absolute_url()).content.decode()
    assert [text for text in ("csrf", LIST, 'method="post"') if text in page] == []


def test_button_costs_one_query_for_a_member(client_for, partner):
    theme = make_theme()
    client, counts = client_for(partner), []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            client.get(theme.get_absolute_url())
        counts.append(sum("notifications_watch" in query["sql"] for query in captured))
        watch(partner, subject("theme", theme))
    assert counts == [1, 1]


@pytest.mark.parametrize("level", ["watching", "muted", "none"])
def test_record_that_the_reader_may_not_know_of_is_not_there(client_for, other_focal_point, brazil, level):
    hidden = make_event(host_state=brazil, label=Label.RED)
    draft = make_instrument(publication="draft")
    client = client_for(other_focal_point)
    for name, key in [("event", hidden.pk), ("instrument", draft.pk), ("event", hidden.pk + 99), ("theme", 1)]:
        assert send(client, name, key, level).status_code == 404
    assert Watch.objects.count() == 0


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"subject_kind": "event"},
        {"subject_kind": "gone", "subject_key": "1", "level": "watching"},
        {"subject_kind": "document", "subject_key": "1", "level": "watching"},
        {"subject_kind": "proposal", "subject_key": "1", "level": "watching"},
        {"subject_kind": "event\x00", "subject_key": "1", "level": "watching"},
        {"subject_kind": "event", "subject_key": "-1", "level": "watching"},
        {"subject_kind": "event", "subject_key": "9" * 30, "level": "watching"},
        {"subject_kind": "event", "subject_key": "1", "level": "2"},
        {"stop": "x"},
        {"stop": "9" * 30},
    ],
    ids=str,
)
def test_what_no_button_sends_is_refused(client_for, partner, sent):
    assert client_for(partner).post(LIST, sent).status_code == 400
    assert Watch.objects.count() == 0


def test_visitor_who_posts_is_led_to_the_log_in(client, db):
    event = make_event()
    assert send(client, "event", event.pk).url == f"/en/account/login/?next={LIST.replace('/', '%2F')}"
    assert client.get(LIST).url == f"/en/account/login/?next={LIST.replace('/', '%2F')}"
    assert Watch.objects.count() == 0


# The list


def test_watch_list_names_what_i_watch_and_stops_it(client_for, partner, expert):
    event, theme = make_event(name="Games", slug="games"), make_theme(name="Drones")
    for person in (partner, expert):
        watch(person, subject("event", event))
    watch(partner, subject("theme", theme))
    client = client_for(partner)
    rows = client.get(LIST).context["watches"]
    assert [(str(row.record), str(row.kind_label)) for row in rows] == [("Drones", "Theme"), ("Games", "Event")]
    own = Watch.objects.get(person=partner, subject_kind="event")
    for _ in range(2):
        page = client.post(LIST, {"stop": own.pk}, follow=True)
        assert "You no longer watch it." in page.content.decode()
    assert (watched_by(partner), watched_by(expert)) == ({subject("theme", theme)}, {subject("event", event)})


def test_somebody_elses_watch_is_not_stopped(client_for, partner, expert):
    watch(expert, subject("event", make_event()))
    client_for(partner).post(LIST, {"stop": Watch.objects.get().pk})
    assert Watch.objects.count() == 1


def test_watch_of_a_record_that_was_closed_shows_nothing_of_it_and_can_be_stopped(client_for, partner):
    event = make_event(slug="zx-secret", name="Zx secret")
    watch(partner, subject("event", event))
    client = client_for(partner)
    assert "Zx secret" in client.get(LIST).content.decode()
    type(event).objects.update(label=Label.AMBER)
    page = client.get(LIST).content.decode()
    assert [text for text in ("Zx secret", "zx-secret") if text in page] == []
    assert "A record that you may no longer read" in page
    client.post(LIST, {"stop": Watch.objects.get().pk})
    assert Watch.objects.count() == 0


def test_watch_list_without_a_row_says_what_can_be_watched(client_for, partner):
    assert "You watch nothing yet" in client_for(partner).get(LIST).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_watch_list_needs_the_same_queries_for_one_row_and_for_three(
    client_for, partner, rows, django_assert_num_queries
):
    for _ in range(rows):
        watch(partner, subject("event", make_event()))
    client = client_for(partner)
    with django_assert_num_queries(LIST_QUERIES):
        assert len(client.get(LIST).context["watches"]) == rows


# Who is told


def told(record, name, **fields):
    """The accounts that are told of a change of a record."""
    Notification.objects.all().delete()
    number = tell_watchers(record, subject=subject(name, record), kind="record_changed", **{"by": None} | fields)
    rows = list(Notification.objects.order_by("person_id"))
    assert (len(rows), {(row.subject_kind, row.subject_key) for row in rows} <= {subject(name, record)}) == (
        number,
        True,
    )
    return [row.person for row in rows]


def test_watchers_of_a_record_its_states_its_themes_and_its_event_are_told_once(db, brazil, mexico):
    theme, other = make_theme(), make_theme()
    event = make_event(host_state=brazil, other_hosts=[mexico], themes=[theme])
    records = {
        "event": event,
        "instrument": make_instrument(state=brazil, themes=[theme], events=[event]),
        "activity": make_activity(host_state=brazil, event=event, themes=[theme]),
        "document": make_document(state=brazil),
    }
    records["activity"].participations.create(state=mexico)
    above = {"brazil": ("state", brazil.pk), "mexico": ("state", mexico.pk), "theme": ("theme", theme.pk)}
    above |= {"other": ("theme", other.pk), "event": ("event", event.pk), "self": None}
    reached = {
        "event": ["brazil", "mexico", "theme", "event", "self"],
        "instrument": ["brazil", "theme", "event", "self"],
        "activity": ["brazil", "mexico", "theme", "event", "self"],
        "document": ["brazil", "self"],
    }
    for name, record in records.items():
        people = {place: make_user() for place in above}
        for place, what in above.items():
            watch(people[place], what or subject(name, record))
        watch(people["self"], ("state", brazil.pk))  # watches two of them, is told once
        assert told(record, name) == [people[place] for place in above if place in reached[name]]
        Watch.objects.all().delete()


def test_only_who_may_know_of_the_record_is_told(partner, expert, focal_point, other_focal_point, secretariat, brazil):
    for person in (partner, expert, focal_point, other_focal_point, secretariat):
        watch(person, ("state", brazil.pk))
    labels = {label: set(told(make_event(host_state=brazil, label=label), "event")) for label in Label}
    assert labels == {
        Label.CLEAR: {partner, expert, focal_point, other_focal_point, secretariat},
        Label.GREEN: {partner, expert, focal_point, other_focal_point, secretariat},
        Label.AMBER: {focal_point, other_focal_point, secretariat},
        Label.RED: {focal_point, secretariat},
    }
    assert told(make_event(host_state=brazil, publication="draft"), "event") == [secretariat]


def test_causer_and_those_who_are_told_otherwise_are_left_out(partner, expert, secretariat):
    event = make_event()
    for person in (partner, expert, secretariat):
        watch(person, subject("event", event))
    assert told(event, "event", by=secretariat, but=[expert]) == [partner]
    unwatch(partner, subject("event", event))
    assert told(event, "event", by=secretariat, but=[expert]) == []


def test_more_watched_things_may_lead_to_a_record(partner):
    event, theme = make_event(), make_theme()
    watch(partner, subject("theme", theme))
    assert told(event, "event", also=[subject("theme", theme)]) == [partner]


# Handing over


def test_hand_over_gives_the_successor_the_watches_each_once(focal_point, brazil):
    taker = make_mandate(person=make_user(state=brazil), state=brazil, role="alternate").person
    one, two = make_event(), make_event()
    for person, event in [(focal_point, one), (focal_point, two), (taker, two)]:
        watch(person, subject("event", event))
    hand_over_watches(giver=focal_point, taker=taker)
    assert (watched_by(focal_point), watched_by(taker)) == (set(), {subject("event", one), subject("event", two)})
    assert told(one, "event") == [taker]
