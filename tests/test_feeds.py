"""Atom: what RFC 4287 asks of a feed and its entries, what a feed reader makes of them, and what stays hidden."""

import datetime
import re
from xml.etree import ElementTree

import feedparser
import pytest
from django.utils import translation

from core.feeds import MOST_ENTRIES
from core.identity import record_uuid
from core.labels import Label
from events.models import MajorEvent
from legislation.models import Instrument
from tests.factories import make_activity, make_event, make_instrument, make_series, make_theme

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
FEEDS = ["events", "legislation", "programme"]
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"  # RFC 3339
UTC = datetime.UTC


def content_of(client, path):
    response = client.get(path)
    assert (response.status_code, response["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    return response.content


def feed_at(client, path="/en/events.atom"):
    return ElementTree.fromstring(content_of(client, path))


def texts(element, name):
    return [child.text for child in element.findall(ATOM + name)]


def links(element, relation):
    return [link.get("href") for link in element.findall(f"{ATOM}link") if link.get("rel") == relation]


def changed(record, *, at):
    type(record).objects.filter(pk=record.pk).update(created=at, updated=at)


@pytest.mark.parametrize("name", FEEDS)
def test_feed_holds_what_the_standard_asks(client, name):
    for _ in range(3):
        make_event(themes=[make_theme()], series=make_series(), summary_en="Two days.")
        make_instrument(summary_en="About venues.", adopted_on="2012-06")
        make_activity()
    feed = feed_at(client, f"/en/{name}.atom")
    assert feed.tag == f"{ATOM}feed"
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 3
    for element in (feed, *entries):
        for required in ("id", "title", "updated"):
            [text] = texts(element, required)
            assert text
        assert re.fullmatch(MOMENT, texts(element, "updated")[0])
        assert re.fullmatch("urn:uuid:[0-9a-f-]{36}", texts(element, "id")[0])
        [alternate] = links(element, "alternate")
        assert alternate.startswith("http://localhost:8000/en/")
    assert links(feed, "self") == [f"http://localhost:8000/en/{name}.atom"]
    assert links(feed, "alternate") == [f"http://localhost:8000/en/{name}/"]
    assert texts(feed.find(f"{ATOM}author"), "name") == ["IPO Americas"]  # and so each entry has one
    ids = [texts(element, "id")[0] for element in (feed, *entries)]
    assert len(set(ids)) == len(ids)
    assert texts(feed, "updated") == [max(texts(entry, "updated")[0] for entry in entries)]
    assert {entry.find(f"{ATOM}summary").get("type") for entry in entries} == {"text"}
    assert all(re.fullmatch(MOMENT, texts(entry, "published")[0]) for entry in entries)


def test_feed_reader_gets_each_entry_as_it_is_recorded(client, brazil):
    event = make_event(
        slug="games",
        name_en="Games <b> & more",
        summary_en="Two days.",
        host_state=brazil,
        cities=["Rio", "Niterói"],
        series=make_series(name="The Games"),
        themes=[make_theme(name="Crowds")],
    )
    created, updated = (datetime.datetime(2026, 1, day, 3, 4, 5, tzinfo=UTC) for day in (2, 3))
    MajorEvent.objects.update(created=created, updated=updated)
    read = feedparser.parse(content_of(client, "/en/events.atom?state=brazil"))
    assert (read.bozo, read.version, read.feed.language) == (False, "atom10", "en")
    assert (read.feed.title, read.feed.link) == (
        "Major events · Brazil: changes",
        "http://localhost:8000/en/events/?state=brazil",
    )
    [entry] = read.entries
    assert entry.title_detail.type == entry.summary_detail.type == "text/plain"
    assert (entry.id, entry.link) == (record_uuid(event).urn, "http://localhost:8000/en/events/games/")
    assert (entry.title, entry.summary) == ("Games <b> & more", "1 June 2030. Rio, Niterói, Brazil. Two days.")
    assert [tag.term for tag in entry.tags] == ["Sport", "The Games", "Crowds"]
    assert (entry.published_parsed[:6], entry.updated_parsed[:6]) == ((2026, 1, 2, 3, 4, 5), (2026, 1, 3, 3, 4, 5))


def test_entry_of_legislation_tells_its_status_and_date(client, brazil):
    make_instrument(title_en="Act 1", state=brazil, status="in-force", adopted_on="2012-06", summary_en="About venues.")
    [entry] = feedparser.parse(content_of(client, "/en/legislation.atom")).entries
    assert (entry.title, entry.summary) == ("Act 1", "Brazil · In force · adopted June 2012. About venues.")
    assert [tag.term for tag in entry.tags] == ["Act", "Brazil"]


def test_last_changed_comes_first_whatever_order_is_asked_for(client):
    events = [make_event(name=f"Event {number}") for number in range(3)]
    for event, day in zip(events, (2, 4, 3), strict=True):
        changed(event, at=datetime.datetime(2026, 1, day, tzinfo=UTC))
    wanted = ["Event 1", "Event 2", "Event 0"]
    for path in ("/en/events.atom", "/en/events.atom?sort=name", "/en/events.atom?page=2"):
        feed = feed_at(client, path)
        assert [texts(entry, "title")[0] for entry in feed.findall(f"{ATOM}entry")] == wanted
    assert texts(feed, "updated")[0].startswith("2026-01-04")


def test_feed_ends_after_fifty_entries(client):
    for number in range(MOST_ENTRIES + 1):
        make_event(slug=f"event-{number}")
    entries = feed_at(client).findall(f"{ATOM}entry")
    assert len(entries) == MOST_ENTRIES
    assert "/event-0/" not in "".join(links(entry, "alternate")[0] for entry in entries)


def test_ids_stay_and_tell_feeds_of_two_languages_and_filters_apart(client, settings):
    make_event(slug="old")
    paths = ["/en/events.atom", "/es/events.atom", "/en/events.atom?kind=sport", "/en/legislation.atom"]
    before = {path: texts(feed_at(client, path), "id")[0] for path in paths}
    entry_ids = [texts(feed_at(client, path).find(f"{ATOM}entry"), "id")[0] for path in paths[:3]]
    assert (len(set(before.values())), len(set(entry_ids))) == (4, 1)
    MajorEvent.objects.update(slug="new", name_en="New")
    settings.BASE_URL = "https://kms.example.org"
    assert {path: texts(feed_at(client, path), "id")[0] for path in paths} == before
    assert texts(feed_at(client).find(f"{ATOM}entry"), "id") == entry_ids[:1]


def test_feed_in_the_readers_language(client):
    make_event(name_en="Games", name_es="Juegos")
    read = feedparser.parse(content_of(client, "/es/events.atom"))
    translation.activate("en")
    assert (read.feed.language, read.entries[0].title) == ("es", "Juegos")
    assert read.entries[0].link.startswith("http://localhost:8000/es/events/")


def test_characters_that_xml_forbids_are_left_out(client):
    make_event(name_en="A\x0bB\ufffe\x1b", summary_en="]]> <script>\x08&amp;")
    [entry] = feed_at(client).findall(f"{ATOM}entry")
    assert texts(entry, "title") == ["A\nB"]
    assert texts(entry, "summary")[0].endswith("]]> <script>&amp;")


def test_feed_of_nothing_is_a_feed(client):
    feed = feed_at(client, "/en/events.atom?kind=summit")
    assert feed.findall(f"{ATOM}entry") == []
    assert texts(feed, "title") == ["Major events · Summit: changes"]
    assert re.fullmatch(MOMENT, texts(feed, "updated")[0])


def test_change_of_a_hidden_record_is_told_to_nobody_else(client, client_for, secretariat):
    make_event(name="Open")
    make_event(name="Zx hidden", label=Label.AMBER)
    make_instrument(original_title="Zx draft", title="Zx draft", publication=Instrument.Publication.DRAFT)
    assert b"Zx" not in content_of(client, "/en/events.atom") + content_of(client, "/en/legislation.atom")
    assert b"Zx hidden" in content_of(client_for(secretariat), "/en/events.atom")
    assert b"Zx draft" in content_of(client_for(secretariat), "/en/legislation.atom")
