"""Lists in other forms: what each reader gets, how they are kept, sent and linked."""

import csv
import datetime
import io

import pytest
from django.test import Client
from django.utils import translation

from core import other_forms
from core.labels import Label
from events.models import MajorEvent
from legislation.models import InstrumentRelation
from tests.factories import (
    make_activity,
    make_event,
    make_instrument,
    make_organisation,
    make_series,
    make_state,
    make_theme,
)
from tests.test_exports_of_lists import FORMS, body, table, text_in

pytestmark = pytest.mark.django_db


WHO_READS = {
    "visitor": {"clear"},
    "partner": {"clear", "green"},
    "expert": {"clear", "green"},
    "focal_point": {"clear", "green", "amber", "red"},
    "alternate": {"clear", "green", "amber", "red"},
    "other_focal_point": {"clear", "green", "amber"},
    "secretariat": {"clear", "green", "amber", "red", "draft"},
}
MAKE = {
    "events": lambda name, **more: make_event(name=name, summary_en=name, **more),
    "legislation": lambda name, **more: make_instrument(original_title=name, title=name, **more),
    "programme": lambda name, **more: make_activity(title=name, **more),
}


@pytest.mark.parametrize("who", WHO_READS)
@pytest.mark.parametrize("path", FORMS)
def test_each_form_holds_what_its_reader_may_know_of(request, client_for, brazil, who, path):
    kind = path.partition(".")[0]
    owner = {"host_state" if kind != "legislation" else "state": brazil}
    for label in Label:
        MAKE[kind](f"Zx {label.name.lower()} zx", label=label, **owner)
    MAKE[kind]("Zx draft zx", publication="draft", **owner)
    said = text_in(body(client_for(request.getfixturevalue(who)).get(f"/en/{path}")), path)
    found = {name for name in ("clear", "green", "amber", "red", "draft") if f"Zx {name} zx" in said}
    no_states = {"red"} if kind == "programme" and who != "secretariat" else set()  # no State owns an activity
    assert found == WHO_READS[who] - no_states


HIDDEN = {"label": Label.RED}


@pytest.fixture
def hidden_neighbours():
    """Open records beside hidden ones: part of a hidden event, for a hidden event, repealed by a hidden law."""
    event = make_event(slug="zx-hidden-event", name="Zx", **HIDDEN)
    make_event(umbrella=event)
    make_activity(event=event)
    law = make_instrument(events=[event])
    hidden_law = make_instrument(slug="zx-hidden-law", **HIDDEN)
    InstrumentRelation.objects.create(instrument=hidden_law, kind="repeals", target=law)


@pytest.mark.parametrize("path", FORMS)
def test_hidden_neighbours_of_a_record_are_in_no_form(client, hidden_neighbours, path):
    content = body(client.get(f"/en/{path}"))
    assert "zx-hidden" not in text_in(content, path).lower()


def test_hidden_neighbours_are_there_for_those_who_may_know_of_them(client_for, secretariat, hidden_neighbours):
    client = client_for(secretariat)
    columns = {"events": "umbrella", "programme": "related_event_slug", "legislation": "related_event_slugs"}
    for kind, column in columns.items():
        assert "zx-hidden-event" in {row[column] for row in table(client, f"/en/{kind}.csv")}
    assert "zx-hidden-law" in {row["repealed_by_slug"] for row in table(client, "/en/legislation.csv")}


@pytest.mark.parametrize("path", [*FORMS, "network.csv", "themes.csv", "events/series.xlsx"])
def test_reader_who_has_it_gets_a_304_without_the_work(client, django_assert_num_queries, brazil, path):
    make_event(host_state=brazil)
    make_instrument(state=brazil)
    make_activity()
    first = client.get(f"/en/{path}")
    assert (first["Cache-Control"], first["Vary"]) == ("public, no-cache", "Cookie")
    with django_assert_num_queries(1):  # the version of the content
        again = client.get(f"/en/{path}", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert (again["Cache-Control"], again["Vary"]) == ("public, no-cache", "Cookie")


def test_tag_is_that_of_reader_address_and_content(client_for, visitor, expert, transactional_db):
    def tag(client, path="/en/events.ics"):
        response = client.get(path)
        response.close()
        return response["ETag"]

    anonymous, member = client_for(visitor), client_for(expert)
    before = tag(anonymous)
    assert before == tag(Client())
    others = [tag(member), tag(anonymous, "/es/events.ics"), tag(anonymous, "/en/events.ics?kind=sport")]
    assert len({before, *others, tag(anonymous, "/en/events.csv")}) == 5
    make_event()
    after = tag(anonymous)
    assert after != before
    MajorEvent.objects.update(name_en="Renamed")  # past save(), as an import may write
    assert tag(anonymous) not in {before, after}


def test_member_keeps_no_copy_in_a_shared_cache(client_for, expert):
    client = client_for(expert)
    first = client.get("/en/events.csv")
    again = client.get("/en/events.csv", headers={"If-None-Match": first["ETag"]})
    assert [first["Cache-Control"], again["Cache-Control"], again.status_code] == [
        "private, no-store",
        "private, no-store",
        304,
    ]


@pytest.mark.parametrize("path", FORMS)
def test_head_tells_the_same_and_sends_nothing(client, path):
    make_event()
    wanted, found = client.get(f"/en/{path}"), client.head(f"/en/{path}")
    assert wanted.getvalue() and not found.getvalue()
    names = ["Content-Type", "ETag", "Cache-Control", *(["Content-Disposition"] if "atom" not in path else [])]
    assert [found[name] for name in names] == [wanted[name] for name in names]


@pytest.mark.parametrize("path", [*FORMS, "network.csv"])
def test_forms_take_only_get_and_head(client, path):
    statuses = {client.post(f"/en/{path}").status_code, client.put(f"/en/{path}").status_code}
    assert statuses == {405}


COUNTS = {
    "events.csv": 11,
    "events.xlsx": 12,
    "events.ics": 12,
    "events.atom": 11,
    "legislation.csv": 11,
    "programme.csv": 9,
    "network.csv": 8,
    "themes.csv": 6,
    "events/series.csv": 2,
}


@pytest.mark.parametrize("path", COUNTS)
def test_form_asks_the_database_as_often_for_three_rows_as_for_one(client, django_assert_num_queries, path):
    for _ in range(3):
        theme, state = make_theme(), make_state()
        event = make_event(
            themes=[theme], host_state=state, cities=["Rio"], umbrella=make_event(), series=make_series()
        )
        law = make_instrument(themes=[theme], state=state, events=[event])
        InstrumentRelation.objects.create(instrument=make_instrument(), kind="repeals", target=law)
        make_activity(themes=[theme], host_state=state, partners=[make_organisation()], event=event)
        with django_assert_num_queries(COUNTS[path]):
            body(client.get(f"/en/{path}"))


def test_long_file_is_read_in_batches_while_it_is_sent(client, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(other_forms, "ROWS_OF_A_BATCH", 2)
    monkeypatch.setattr("core.spreadsheets.ROWS_OF_A_CHUNK", 2)
    for number in range(5):
        make_event(slug=f"event-{number}", cities=[f"City {number}"], start=datetime.date(2030, 1, 5 - number))
    parts = iter(client.get("/en/events.csv").streaming_content)
    with django_assert_num_queries(0):
        header = next(parts).decode()
    with django_assert_num_queries(8):  # four kinds of names, then the first two events and what stands beside them
        first = next(parts).decode()
    rest = b"".join(parts).decode()
    read = list(csv.DictReader(io.StringIO((header + first + rest).lstrip("\ufeff"))))
    assert [row["cities"] for row in read] == [f"City {number}" for number in range(5)]
    assert (first.count("\r\n"), rest.count("\r\n")) == (2, 3)


@pytest.mark.parametrize("form", ["csv", "ics"])
def test_file_keeps_its_language_however_late_it_is_sent(client, form):
    make_event(name_en="Games", name_es="Juegos")
    response = client.get(f"/es/events.{form}")
    with translation.override("en"):
        said = response.getvalue().decode()
    assert "Juegos" in said and "/es/events/" in said and "/en/events/" not in said


def test_lists_link_to_their_other_forms_with_the_filters_in_use(client):
    make_event(kind="sport")
    page = client.get("/en/events/?kind=sport&sort=name&page=1&colour=red").content.decode()
    query = "?kind=sport&amp;sort=name"
    links = [f'href="/en/events.{form}{query}"' for form in ("csv", "xlsx", "ics", "atom")]
    links.append(f'href="webcal://localhost:8000/en/events.ics{query}"')
    links.append(f'value="http://localhost:8000/en/events.ics{query}" readonly')
    links.append(f'<link rel="alternate" type="application/atom+xml" title="Changes" href="/en/events.atom{query}">')
    links.append(f'<link rel="alternate" type="text/calendar" title="Calendar" href="/en/events.ics{query}">')
    assert [link for link in links if link not in page] == []


def test_feeds_page_leads_to_forms_that_are_there(client, brazil):
    rows = client.get("/en/feeds/").context["rows"]
    addresses = [row[form] for row in rows for form in ("csv", "xlsx", "ics", "atom") if form in row]
    assert {"/en/events.ics", "/en/legislation.atom", "/en/events/series.csv", "/en/network.xlsx"} < set(addresses)
    assert {address: client.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 200)


def test_member_is_told_that_programs_do_not_log_in(client, client_for, expert):
    make_event()
    said = "Programs that subscribe do not log in"
    assert said in client_for(expert).get("/en/events/").content.decode()
    assert said not in client.get("/en/events/").content.decode()


@pytest.mark.parametrize(("address", "status"), [("/en/events.csv?bad=1", 400), ("/en/legislation/no/treaty.csv", 404)])
def test_an_answer_for_anything_that_is_there_is_no_answer_for_nothing(client, db, address, status):
    assert client.get(address, headers={"if-none-match": "*"}).status_code == status


@pytest.mark.parametrize("form", ["xlsx", "ics"])
def test_more_rows_than_a_worker_should_make_are_refused_and_never_cut(client, monkeypatch, form):
    monkeypatch.setitem(other_forms.MOST_ROWS, form, 2)
    for number in range(3):
        make_event(kind="summit" if number else "sport")
    response = client.get(f"/en/events.{form}")
    assert response.status_code == 400
    assert response.content.decode().splitlines()[1] == (
        f"- The list has 3 rows, and .{form} takes 2 at most. Narrow it with filters, or take .csv, which has no limit."
    )
    assert client.get(f"/en/events.{form}?kind=summit").status_code == 200
    assert len(table(client, "/en/events.csv")) == 3
