"""The sections of a dossier: what is certain and what is not, what comes first, what is cut, what is never shown."""

import datetime
import re

import pytest
from django.conf import settings

from core.dates import Precision
from core.labels import Label
from documents.actions import refresh_audience
from events.models import MajorEvent
from legislation.models import Instrument
from programme.models import Participation
from reference.querysets import today
from tests.factories import (
    make_activity,
    make_document,
    make_event,
    make_instrument,
    make_lesson,
    make_mandate,
    make_need,
    make_series,
    make_state,
    make_thread,
    make_treaty,
    make_treaty_action,
    make_user,
)
from tests.reading import days_of, read, said, slugs_in, table, words

GAMES = "/en/events/games/"
HOSTS_QUERIES = 18

STARTS = ["", "2010", "2011", "2011-10", "2011-10-14", "2011-10-20", "2011-10-30", "2011-11", "2012"]
ENDS = ["", "2011", "2011-10", "2011-10-14", "2011-10-15", "2011-10-30", "2011-10-31", "2011-11", "2012"]
PERIODS = [("2011-10-14", "2011-10-30"), ("2011-10-14", "2011-10-14"), ("2011-10-01", "2011-10-31"),
           ("2011-01-01", "2011-12-31"), ("2010-12-28", "2011-01-05"), ("2011-10-20", "2011-11-02")]  # fmt: skip


def test_answer_for_a_period_is_that_of_all_its_days(db):
    state = make_state()
    for start in STARTS:
        for end in ENDS:
            for status in Instrument.Status:
                fields = {"in_force_on": start, "repealed_on": end, "status": status}
                if not (start and end and days_of(end)[1] < days_of(start)[0]):
                    make_instrument(state=state, adopted_on="", **fields)
    for period in PERIODS:
        first, last = (datetime.date.fromisoformat(day) for day in period)
        found = Instrument.objects.answered_during(first, last)
        shown = {(row.in_force_on, row.repealed_on, row.status): row.in_force_answer for row in found}
        expected = {key: plain_answer(first, last, *key) for key in shown}
        assert shown == expected, period
        if first == last:
            same = Instrument.objects.answered_for(first)
            assert {row.pk: row.in_force_answer for row in same} == {row.pk: row.in_force_answer for row in found}


def plain_answer(first, last, start, end, status):
    """A text that begins and ends at unknown days of its periods: the answers of all pairs of days that may be."""
    start, end = days_of(start), days_of(end)
    if start and start[0] > last or end and end[1] <= first:
        return "no"
    if not start or start[1] > first:
        return "unknown"
    if end:
        return "yes" if end[0] > last else "unknown"
    return "yes" if status in {"in-force", "amended"} else "unknown"


REASONS = [
    ({"in_force_on": "2031-06-13"}, "only from 13 June 2031, after the first day"),
    ({"in_force_on": "2031-06"}, "from some day of June 2031"),
    ({}, "no date of adoption or of entry into force is recorded"),
    ({"adopted_on": "2001", "repealed_on": "2031-06-13"}, "repealed on 13 June 2031, before the last day was over"),
    ({"adopted_on": "2001", "repealed_on": "2031"}, "repealed on some day of 2031"),
    ({"adopted_on": "2001", "status": "repealed"}, "repealed on a day that is not recorded"),
    ({"adopted_on": "2001", "status": "unknown"}, "whether it is still in force is not recorded"),
]


@pytest.mark.parametrize(("fields", "why"), REASONS)
def test_dossier_says_why_a_text_is_not_certain(client, db, fields, why):
    event = make_event(slug="games", start="2031-06-12", end="2031-06-14")
    make_instrument(slug="doubtful", state=event.host_state, **{"status": "in-force"} | fields)
    _, parts, counts = read(GAMES)
    assert table(parts["law"])[1][2] == why
    assert counts["law"] == 0
    assert "Not known, or in force on a part of the dates only" in parts["law"]


def test_what_was_made_for_the_event_comes_first_with_its_own_answer(client, db):
    event = make_event(slug="games", start="2031-06-12", end="2031-06-14")
    dates = {"act": {"adopted_on": "2030-01-01", "status": "in-force"}, "late": {"adopted_on": "2031-07"},
             "early": {"adopted_on": "2029", "repealed_on": "2030-05-04"}, "vague": {"status": "in-force"}}  # fmt: skip
    for slug, fields in dates.items():
        make_instrument(slug=slug, state=event.host_state, events=[event], **fields)
    make_instrument(slug="accord", level="regional", events=[event], adopted_on="2028", status="in-force")
    make_instrument(slug="other", state=event.host_state, adopted_on="2020", status="in-force")
    _, parts, counts = read(GAMES)
    made, _, rest = parts["law"].partition("<h3>Other law of")
    assert slugs_in(made, "legislation") == ["late", "act", "early", "accord", "vague"]
    assert [row[2] for row in table(made)[1:]] == [
        "Not in force not before July 2031",
        "In force 1 January 2030 (adopted)",
        "Not in force repealed: 4 May 2030",
        "In force 2028 (adopted)",
        "Not certain no date of adoption or of entry into force is recorded",
    ]
    assert slugs_in(rest, "legislation") == ["other"]
    assert counts["law"] == 3


def test_long_law_is_cut_at_ten_of_each_answer_with_the_number_of_all_and_the_way_to_them(client, db):
    host = make_state(slug="peru", name="Peru")
    make_event(slug="games", host_state=host, start="2031-06-12")
    for n in range(12):
        make_instrument(slug=f"sure-{n}", state=host, adopted_on=f"20{n + 10}", status="in-force")
        make_instrument(slug=f"vague-{n}", state=host, adopted_on=f"20{n + 10}", status="unknown")
    make_instrument(state=host, adopted_on="2032")
    make_instrument(state=host, adopted_on="2033")
    _, parts, counts = read(GAMES)
    law = parts["law"]
    assert slugs_in(law, "legislation") == [f"{kind}-{n}" for kind in ("sure", "vague") for n in range(11, 1, -1)]
    assert re.findall(r'</span> <span class="n">(\d+)</span></caption>', law) == ["12", "12"]
    assert counts["law"] == 12
    assert 'href="/en/legislation/?state=peru&amp;in_force_on=2031-06-12"' in law
    assert 'href="/en/legislation/?state=peru&amp;in_force_on=2031-06-12&amp;in_force=unknown"' in law
    assert "2 recorded texts: not in force on any of the dates." in law
    listed = client.get("/en/legislation/?state=peru&in_force_on=2031-06-12").context["listing"]
    assert listed.total == 12


def test_an_event_of_a_year_is_judged_by_the_whole_year_and_says_so(client, db):
    event = make_event(slug="games", start="2031-01-01", end="2031-12-31", precision=Precision.YEAR)
    make_instrument(slug="before", state=event.host_state, adopted_on="2030", status="in-force")
    make_instrument(slug="within", state=event.host_state, adopted_on="2031-03-01", status="in-force")
    treaty = make_treaty(slug="treaty")
    for kind, date in (("signature", "2030-12"), ("ratification", "2031-03-01"), ("withdrawal", "2032")):
        make_treaty_action(instrument=treaty, state=event.host_state, kind=kind, date=date)
    _, parts, _ = read(GAMES)
    assert "The exact days are not recorded, so in force means in all of 2031" in words(parts["law"])
    assert [row[0] for row in table(parts["law"])] == ["Text", "Before", "Text", "Within"]
    assert table(parts["treaties"])[1][1] == (
        "Signed only, December 2030 Perhaps after the start Ratification, 1 March 2031 After the start Withdrawal, 2032"
    )


def test_a_treaty_is_judged_by_what_stood_when_the_event_began(client, db):
    event = make_event(slug="games", start="2012-06-01", end="2012-06-09")
    acts = {
        "bound": [("signature", "2001"), ("ratification", "2003-06")],
        "left": [("accession", "2001"), ("withdrawal", "2010-05-04")],
        "back": [("accession", "2001"), ("withdrawal", "2005"), ("accession", "2007"), ("withdrawal", "2020")],
        "silent": [],
    }
    for slug, actions in acts.items():
        treaty = make_treaty(slug=slug, adopted_on="2000")
        make_treaty_action(instrument=treaty)
        for kind, date in actions:
            make_treaty_action(instrument=treaty, state=event.host_state, kind=kind, date=date)
    _, parts, _ = read(GAMES)
    assert [row[1] for row in table(parts["treaties"])[1:]] == [
        "Ratification, June 2003",
        "Withdrawn 4 May 2010",
        "Accession, 2007 After the start Withdrawal, 2020",
        "no record",
    ]
    assert "“No record” does not mean that a State is outside the treaty." in parts["treaties"]


def test_what_the_hosts_learned_before_stands_apart_from_what_prepared_the_event(client, db):
    host, other = make_state(), make_state()
    event = make_event(slug="games", host_state=host, other_hosts=[other], start="2031-06-12")
    make_activity(slug="own", event=event, host_state=host, start="2031-01-01")
    make_activity(slug="hosted", host_state=other, start="2029-01-01")
    Participation.objects.create(activity=make_activity(slug="joined", start="2030-01-01"), state=host)
    make_activity(slug="after", host_state=host, start="2031-06-12")
    make_activity(slug="perhaps-after", host_state=host, start="2031-01-01", end="2031-12-31", precision=3)
    make_activity(slug="elsewhere", host_state=make_state(), start="2029-01-01")
    _, parts, counts = read(GAMES)
    own, _, earlier = parts["preparation"].partition("<h3>Earlier")
    assert (slugs_in(own, "programme"), slugs_in(earlier, "programme")) == (["own"], ["joined", "hosted"])
    assert counts["preparation"] == 1


def test_hosts_are_named_with_their_seats_to_those_who_may_know(client, client_for, other_focal_point, brazil):
    make_event(slug="games", host_state=brazil, other_hosts=[make_state(name="Peru")])
    make_mandate(state=brazil, person=make_user(name="Rosa Holder", state=brazil))
    seen = words(client.get(GAMES).content.decode())
    assert "Brazil South · National Focal Point: seat filled" in seen
    assert "Peru · National Focal Point: seat vacant" in seen
    assert "Rosa Holder" not in seen
    assert "National Focal Point: Rosa Holder" in words(client_for(other_focal_point).get(GAMES).content.decode())


def test_nothing_restricted_shows_or_counts_in_a_dossier(client, client_for, expert):
    host, series = make_state(), make_series()
    event = make_event(slug="games", host_state=host, series=series, start="2031-06-12")
    green = {"label": Label.GREEN}
    make_instrument(title="Secret act", state=host, adopted_on="2001", status="in-force", **green)
    make_instrument(title="Secret maybe", state=host, adopted_on="2001", status="unknown", **green)
    make_instrument(
        title="Secret made", level="regional", events=[event], adopted_on="2001", status="in-force", **green
    )
    make_instrument(title="Secret wide", level="international", adopted_on="2001", status="in-force", **green)
    make_treaty_action(instrument=make_treaty(title="Secret treaty", **green), state=host)
    make_activity(title="Secret training", event=event, **green)
    make_activity(title="Secret earlier", host_state=host, start="2001-01-01", **green)
    make_event(name="Secret edition", series=series, **green)
    make_need(event=event, need="Secret need", **green)
    make_lesson(event=event, title="Secret lesson", **green)
    make_thread(title="Secret talk", about=("event", event))
    event.documents.add(document := make_document(title="Secret plan", **green))
    refresh_audience(document)
    secrets = ["act", "maybe", "made", "treaty", "training", "earlier", "edition", "need", "lesson", "talk", "plan"]
    page, parts, counts = read(GAMES)
    assert [name for name in secrets if f"Secret {name}" in page] == []
    shown = ["law", "treaties", "preparation", "editions", "lessons", "discussion", "documents"]
    assert counts == dict.fromkeys(shown, 0) and "0 international texts" in words(parts["law"])
    assert "Latest action recorded" not in page and "No treaty action is recorded yet." in page
    page = client_for(expert).get(GAMES).content.decode()
    assert [name for name in secrets if f"Secret {name}" not in page] == []
    assert re.findall(r'href="#(\w+)">[^<]*<span class="n">(\d+)<', page) == [
        ("law", "2"), ("treaties", "1"), ("preparation", "1"), ("needs", "1"), ("editions", "1"), ("lessons", "1"),
        ("discussion", "1"), ("documents", "1"),
    ]  # fmt: skip


def test_a_hidden_umbrella_or_edition_is_not_a_related_event(client, db):
    umbrella = make_event(slug="umbrella", label=Label.AMBER)
    event = make_event(slug="games", umbrella=umbrella)
    make_event(umbrella=event, publication="draft")
    page, parts, _ = read(GAMES)
    assert "related" not in parts and "umbrella" not in page


def test_the_printed_page_bears_the_strictest_label_that_it_shows(client, client_for, expert, other_focal_point):
    event = make_event(slug="games", start="2031-06-12")
    make_instrument(state=event.host_state, label=Label.GREEN, adopted_on="2001", status="in-force")
    make_need(event=event, label=Label.AMBER)
    printed = {}
    for who, reader in {
        "visitor": client,
        "expert": client_for(expert),
        "focal point": client_for(other_focal_point),
    }.items():
        page = reader.get(GAMES).content.decode()
        printed[who] = words(re.search(r'<p class="print-only printed">(.*?)</p>', page, re.S)[1])
    assert [text.split()[0] for text in printed.values()] == ["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER"]
    assert printed["visitor"].endswith(f"{settings.BASE_URL}/en/events/games/")
    assert f"As the portal stood on {said(today().isoformat())}" in printed["visitor"]


def printed_line(client):
    page = client.get(GAMES).content.decode()
    return words(re.search(r'<p class="print-only[^"]*">(.*?)</p>', page, re.S)[1])


NUMBERS = {
    "law beyond the ten rows": lambda host, n: make_instrument(
        state=host, label=(Label.GREEN if n == 0 else Label.CLEAR), adopted_on=f"{2000 + n}", status="in-force"
    ),
    "doubtful law beyond the ten rows": lambda host, n: make_instrument(
        state=host, label=(Label.GREEN if n == 0 else Label.CLEAR), adopted_on=f"{2000 + n}", status="unknown"
    ),
    "law that was not in force": lambda host, n: make_instrument(
        state=host, label=Label.GREEN, adopted_on="2001", repealed_on="2002"
    ),
    "wider law": lambda host, n: make_instrument(
        level="regional", label=Label.GREEN, adopted_on="2001", status="in-force"
    ),
    "editions beyond the twenty rows": lambda host, n: make_event(
        series=MajorEvent.objects.get(slug="games").series,
        label=(Label.GREEN if n == 0 else Label.CLEAR),
        start=f"{2000 + n}-01-01",
    ),
    "earlier activities beyond the ten rows": lambda host, n: make_activity(
        host_state=host, label=(Label.GREEN if n == 0 else Label.CLEAR), start=f"{2000 + n}-01-01"
    ),
}


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_that_includes_a_restricted_record_sets_the_printed_label(client, client_for, expert, number):
    host = make_state()
    make_event(slug="games", host_state=host, series=make_series(), start="2031-06-12")
    for n in range(22):
        NUMBERS[number](host, n)
    assert printed_line(client).split()[0] == "TLP:CLEAR"
    assert printed_line(client_for(expert)).split()[0] == "TLP:GREEN"


@pytest.mark.parametrize("hidden", ["draft", "withdrawn"])
def test_what_is_not_published_prints_as_for_the_secretariat_only(client, client_for, secretariat, hidden):
    event = make_event(slug="games", start="2031-06-12")
    assert "for readers of this label" in printed_line(client_for(secretariat))
    for make in (make_need, make_activity):
        record = make(event=event, publication=hidden)
        assert "for readers of this label" in printed_line(client)
        assert "Not published, for the secretariat only." in printed_line(client_for(secretariat))
        assert "for readers of this label" not in printed_line(client_for(secretariat))
        record.delete()
    record = make_instrument(level="regional", adopted_on="2001", status="in-force", publication=hidden)
    assert "Not published" in printed_line(client_for(secretariat))
    record.delete()
    make_instrument(state=event.host_state, adopted_on="2001", repealed_on="2002", publication=hidden)
    assert "Not published" in printed_line(client_for(secretariat))


def test_sheets_of_an_unpublished_event_are_not_marked_as_free_to_read(client_for, secretariat):
    make_event(slug="games", publication="draft")
    page = client_for(secretariat).get(GAMES).content.decode()
    line = re.search(r'<p class="(print-only[^"]*)">(.*?)</p>', page, re.S)
    assert line[1] == "print-only" and "TLP:CLEAR" not in line[2]
    MajorEvent.objects.update(label=Label.AMBER)
    page = client_for(secretariat).get(GAMES).content.decode()
    line = re.search(r'<p class="(print-only[^"]*)">(.*?)</p>', page, re.S)
    assert line[1] == "print-only printed" and "TLP:AMBER" in line[2]


def test_names_of_those_who_hold_a_seat_are_not_printed(client, client_for, other_focal_point, brazil):
    peru = make_state(name="Peru")
    make_event(slug="games", host_state=brazil, other_hosts=[peru])
    make_mandate(state=brazil, person=make_user(name="Rosa Holder", state=brazil))
    make_mandate(state=peru, person=make_user(name="Ana Deputy", state=peru), role="alternate")
    who = read(GAMES, client_for(other_focal_point))[1]["who"]
    on_paper = re.sub(r'<span class="soft no-print">.*?</span>', "", who)
    assert "Rosa Holder" in who and "Ana Deputy" in who
    assert "Holder" not in on_paper and "Deputy" not in on_paper
    only_there = [words(text) for text in re.findall(r'<span class="soft print-only">(.*?)</span>', who)]
    assert only_there == ["National Focal Point: seat filled", "National Focal Point: seat vacant"]
    assert "print-only" not in read(GAMES)[1]["who"]


def test_empty_sections_say_whom_to_tell_and_give_curators_the_form(client, client_for, secretariat):
    event = make_event(slug="games", series=make_series(slug="copa"))
    forms = {
        f"/admin/legislation/instrument/add/?events={event.pk}": "Add a text",
        "/admin/legislation/instrument/add/?level=national": "Add a text",
        f"/admin/programme/activity/add/?event={event.pk}": "Add an activity",
        f"/admin/events/majorevent/add/?series={event.series_id}": "Add an event",
        "/admin/legislation/treatyaction/add/": "Add a treaty action",
    }
    page = client.get(GAMES).content.decode()
    assert page.count(">Tell the secretariat</a>") == len(forms)
    assert "/admin/" not in page
    curator = client_for(secretariat)
    page = curator.get(GAMES).content.decode()
    talk = {f"/en/community/?about=event:{event.pk}": "Begin a conversation"}
    assert dict(re.findall(r'<a class="button button--secondary" href="([^"]+)">([^<]+)</a>', page)) == forms | talk
    assert [curator.get(address).status_code for address in forms] == [200] * len(forms)


def test_many_editions_are_cut_at_twenty_and_lead_to_the_series(client, db):
    series = make_series(slug="copa", name="Copa")
    event = make_event(slug="games", series=series, start="2031-01-01")
    for year in range(2000, 2022):
        make_event(slug=f"edition-{year}", series=series, start=f"{year}-01-01")
    make_event(slug="part", umbrella=event, series=series)
    _, parts, counts = read(GAMES)
    assert slugs_in(parts["editions"], "events") == [f"edition-{year}" for year in range(2021, 2001, -1)]
    assert counts["editions"] == 22
    assert 'href="/en/events/series/copa/"' in parts["editions"]
    assert slugs_in(parts["related"], "events") == ["part"]


@pytest.mark.parametrize("hosts", [1, 9])
def test_event_detail_needs_the_same_queries_for_one_host_and_for_nine(client, db, hosts, django_assert_num_queries):
    states = [make_state() for _ in range(hosts + 1)]
    event = make_event(host_state=states[0], other_hosts=states[1:], cities=["A"])
    treaty = make_treaty()
    for state in states:
        make_mandate(state=state)
        make_instrument(state=state, adopted_on="2001", status="in-force")
        make_treaty_action(instrument=treaty, state=state)
        make_activity(host_state=state)
    with django_assert_num_queries(HOSTS_QUERIES):
        client.get(event.get_absolute_url())


def test_a_main_host_that_is_named_again_as_another_is_one_host(client, db):
    peru = make_state(slug="peru", name="Peru")
    event = make_event(slug="games", host_state=peru, other_hosts=[peru])
    assert MajorEvent.objects.get(pk=event.pk).hosts == [peru]
    assert "Other hosts" not in read(GAMES)[1]["who"]
