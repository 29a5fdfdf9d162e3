"""JSON-LD: what schema.org's Event, Legislation, Organization and BreadcrumbList need, and nothing that is hidden."""

import datetime
import json
import re
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.html import strip_tags

from core.dates import Precision
from core.labels import Label
from core.linked_data import script
from events.models import EventPlace
from tests.factories import (
    make_activity,
    make_event,
    make_instrument,
    make_organisation,
    make_page,
    make_series,
    make_state,
    make_theme,
    make_treaty_action,
)

BASE = "http://localhost:8000/en/"
SCHEMA = "https://schema.org/"


def blocks(page):
    """{type: data} of the blocks of a page."""
    found = [json.loads(text) for text in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)]
    assert {block["@context"] for block in found} <= {"https://schema.org"}
    return {block["@type"]: block for block in found}


def block_at(client, path, kind):
    response = client.get(path)
    assert response.status_code == 200
    return blocks(response.content.decode())[kind]


ADDRESS = {"@type": "PostalAddress", "addressCountry": "BR"}
TOLD = {
    "@context": "https://schema.org",
    "@type": "Event",
    "name": "Games",
    "url": f"{BASE}events/games/",
    "startDate": "2030-06-12",
    "endDate": "2030-06-14",
    "description": "Three days.",
    "inLanguage": "en",
    "eventStatus": f"{SCHEMA}EventScheduled",
    "eventAttendanceMode": f"{SCHEMA}OfflineEventAttendanceMode",
    "location": [
        {
            "@type": "Place",
            "name": "Maracanã",
            "address": ADDRESS | {"addressLocality": "Rio"},
            "geo": {"@type": "GeoCoordinates", "latitude": -22.9121, "longitude": -43.2302},
        },
        {"@type": "Place", "name": "Niterói", "address": ADDRESS | {"addressLocality": "Niterói"}},
    ],
    "organizer": {"@type": "Organization", "name": "FIFA", "url": "https://fifa.example/"},
    "sameAs": "https://games.example/",
    "superEvent": [
        {
            "@type": "Event",
            "name": "Year of sport",
            "url": f"{BASE}events/year/",
            "startDate": "2030-01-01",
            "endDate": "2030-01-01",
        },
        {"@type": "EventSeries", "name": "The Games", "url": f"{BASE}events/series/the-games/"},
    ],
}


def test_event_is_told_with_what_is_recorded_of_it(client, brazil):
    event = make_event(
        slug="games",
        name="Games",
        host_state=brazil,
        series=make_series(slug="the-games", name="The Games"),
        umbrella=make_event(slug="year", name="Year of sport", start=datetime.date(2030, 1, 1)),
        organiser=make_organisation(name="FIFA", url="https://fifa.example/"),
        start=datetime.date(2030, 6, 12),
        end=datetime.date(2030, 6, 14),
        website="https://games.example/",
        summary_en="Three days.",
    )
    EventPlace.objects.create(event=event, city="Rio", venue="Maracanã", latitude="-22.9121", longitude="-43.2302")
    EventPlace.objects.create(event=event, city="Niterói", order=1)
    assert block_at(client, "/en/events/games/", "Event") == TOLD


@pytest.mark.parametrize(
    ("precision", "start", "end", "wanted"),
    [
        (Precision.MONTH, (2030, 6, 1), (2030, 7, 31), ("2030-06", "2030-07")),
        (Precision.YEAR, (2030, 1, 1), (2030, 12, 31), ("2030", "2030")),
    ],
)
def test_dates_of_an_event_are_as_exact_as_they_are_known(client, db, precision, start, end, wanted):
    make_event(slug="games", precision=precision, start=datetime.date(*start), end=datetime.date(*end))
    data = block_at(client, "/en/events/games/", "Event")
    assert (data["startDate"], data["endDate"]) == wanted


@pytest.mark.parametrize(
    ("status", "wanted"),
    [("bid", "Scheduled"), ("confirmed", "Scheduled"), ("postponed", "Postponed"), ("cancelled", "Cancelled")],
)
def test_status_of_an_event_is_that_of_the_vocabulary(client, db, status, wanted):
    make_event(slug="games", status=status)
    assert block_at(client, "/en/events/games/", "Event")["eventStatus"] == f"{SCHEMA}Event{wanted}"


def test_city_of_an_event_of_several_hosts_is_in_no_country_for_certain(client, brazil):
    make_event(slug="games", host_state=brazil, other_hosts=[make_state(iso2="UY", name="Uruguay")], cities=["Rio"])
    assert block_at(client, "/en/events/games/", "Event")["location"] == [
        {"@type": "Place", "name": "Rio", "address": {"@type": "PostalAddress", "addressLocality": "Rio"}},
        {"@type": "Country", "name": "Brazil", "identifier": "BR"},
        {"@type": "Country", "name": "Uruguay", "identifier": "UY"},
    ]


def test_event_without_a_city_is_in_its_country(client, brazil):
    make_event(slug="games", host_state=brazil)
    wanted = [{"@type": "Country", "name": "Brazil", "identifier": "BR"}]
    assert block_at(client, "/en/events/games/", "Event")["location"] == wanted


def test_national_law_is_told_with_what_is_recorded_of_it(client, brazil):
    make_instrument(
        slug="lei-1",
        original_title="Lei 1",
        title_en="Act 1",
        language="pt",
        state=brazil,
        subdivision="Rio",
        number="1/2012",
        adopted_on="2012-06",
        status="amended",
        url="https://law.example/1",
        summary_en="About venues.",
        verified_on=datetime.date(2026, 1, 2),
    )
    assert block_at(client, "/en/legislation/lei-1/", "Legislation") == {
        "@context": "https://schema.org",
        "@type": "Legislation",
        "name": "Act 1",
        "alternateName": "Lei 1",
        "url": f"{BASE}legislation/lei-1/",
        "sameAs": "https://law.example/1",
        "description": "About venues.",
        "inLanguage": "pt",
        "legislationIdentifier": "1/2012",
        "legislationType": "Act",
        "legislationDate": "2012-06",
        "legislationDateVersion": "2026-01-02",
        "legislationLegalForce": f"{SCHEMA}InForce",
        "legislationJurisdiction": {
            "@type": "AdministrativeArea",
            "name": "Rio",
            "containedInPlace": {"@type": "Country", "name": "Brazil", "identifier": "BR"},
        },
    }


def test_international_text_is_told_with_who_passed_it(client, db):
    un = make_organisation(name="United Nations", url="https://un.example/")
    make_instrument(slug="treaty", level="international", kind="convention", organisation=un, status="unknown")
    data = block_at(client, "/en/legislation/treaty/", "Legislation")
    wanted = {"@type": "Organization", "name": "United Nations", "url": "https://un.example/"}
    assert data["legislationPassedBy"] == wanted
    assert {"legislationLegalForce", "legislationJurisdiction", "legislationDate", "sameAs"} & set(data) == set()


def test_repealed_text_is_not_in_force(client, db):
    make_instrument(slug="old", status="repealed")
    data = block_at(client, "/en/legislation/old/", "Legislation")
    assert data["legislationLegalForce"] == f"{SCHEMA}NotInForce"


@pytest.mark.parametrize("path", ["/en/", "/en/about/"])
def test_who_makes_the_portal_is_told_on_the_start_page_and_about_it(client, db, path):
    make_page(slug="about")
    data = block_at(client, path, "Organization")
    assert (data["name"], data["url"]) == ("IPO Americas", BASE)
    assert [parent["alternateName"] for parent in data["parentOrganization"]] == ["UNICRI", "OAS"]


def test_other_text_pages_do_not_say_who_makes_the_portal(client, db):
    make_page(slug="accessibility")
    assert blocks(client.get("/en/accessibility/").content.decode()) == {}


@pytest.fixture
def pages(brazil):
    """Addresses of pages with a way above them."""
    theme, series = make_theme(slug="crowds", name="Crowds & venues"), make_series(slug="games")
    make_event(slug="cup", name_es="Copa <de> fútbol", series=series, themes=[theme])
    make_treaty_action(instrument=make_instrument(slug="law", title="Law", original_title="Lei"), state=brazil)
    make_activity(slug="workshop")
    paths = ["events/cup/", "events/series/", "events/series/games/", "legislation/law/", "legislation/law/treaty/"]
    return [*paths, "programme/workshop/", "network/brazil/", "themes/crowds/", "legislation/matrix/", "styleguide/"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_way_to_a_page_is_told_as_it_is_shown(client, pages, language):
    for path in pages:
        address = f"/{language}/{path}"
        page = client.get(address).content.decode()
        [shown] = re.findall(r'<nav class="crumbs".*?<ol class="wrap">(.*?)</ol>', page, re.DOTALL)
        steps = [unescape(strip_tags(step)).strip() for step in re.findall(r"<li>(.*?)</li>", shown)]
        links = [*re.findall(r'<a href="([^"]+)">', shown), address]
        items = blocks(page)["BreadcrumbList"]["itemListElement"]
        assert [item["name"] for item in items] == steps
        assert [item["item"] for item in items] == [f"http://localhost:8000{link}" for link in links]
        assert [item["position"] for item in items] == list(range(1, len(steps) + 1))
        assert len(steps) > 1 and shown.count('aria-current="page"') == 1


def test_every_way_is_printed_by_the_tag_that_tells_it():
    templates = settings.BASE_DIR / "templates"
    by_hand = [path for path in templates.rglob("*.html") if 'class="crumbs"' in path.read_text()]
    assert by_hand == [Path(templates / "components/_crumbs.html")]


ATTACK = "</script><script>alert(1)</script><!-- & \u2028 \"' \\"


def test_name_ends_no_block(client, db):
    make_event(slug="games", name=ATTACK[:200], summary_en=ATTACK, cities=[ATTACK[:100]])
    page = client.get("/en/events/games/").content.decode()
    assert "alert(1)</script" not in page and "\u2028" not in "".join(re.findall(r"<script type.*?</script>", page))
    found = blocks(page)
    assert found["Event"]["name"] == found["BreadcrumbList"]["itemListElement"][-1]["name"] == ATTACK
    assert found["Event"]["location"][0]["name"] == ATTACK


def test_block_is_data_in_one_line_without_what_is_not_recorded():
    block = script({"@type": "Thing", "name": "a\nb<", "url": "", "about": [], "part": {"name": None, "n": 0}})
    wanted = '{"@context":"https://schema.org","@type":"Thing","name":"a\\nb\\u003c","part":{"n":0}}'
    assert block == f'<script type="application/ld+json">{wanted}</script>'


def test_hidden_umbrella_is_told_only_to_those_who_may_know_of_it(client, client_for, secretariat):
    make_event(slug="part", umbrella=make_event(slug="zx-hidden", name="Zx hidden", label=Label.AMBER))
    assert "zx-hidden" not in client.get("/en/events/part/").content.decode()
    [above] = block_at(client_for(secretariat), "/en/events/part/", "Event")["superEvent"]
    assert above["name"] == "Zx hidden"


def test_page_of_nothing_tells_nothing(client, db):
    make_event(slug="zx-hidden", label=Label.AMBER)
    for path in ("/en/events/zx-hidden/", "/en/legislation/absent/"):
        assert blocks(client.get(path).content.decode()) == {}
