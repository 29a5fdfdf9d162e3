"""The registry as a map, and what all its views share: the same events, the same filters, the same gate."""

import datetime
import re
from itertools import pairwise
from types import SimpleNamespace

import pytest

from core.labels import Label
from events import atlas
from events.maps import anchored, map_of
from events.models import MajorEvent
from reference.querysets import today
from tests.factories import make_event, make_state

RIO, LIMA, BRIDGETOWN = ("Rio de Janeiro", -22.9, -43.2), ("Lima", -12.04, -77.03), ("Bridgetown", 13.1, -59.6)
MAP_QUERIES = 5
COUNTED_MAP_QUERIES = 6
VIEWS = ["/en/events/", "/en/events/map/", "/en/events/calendar/", "/en/events/timeline/"]
DAY = datetime.timedelta(days=1)


def held_at(spot, *, order=0, **fields):
    """An event in a city with coordinates."""
    city, latitude, longitude = spot
    event = make_event(**fields)
    event.places.create(city=city, latitude=latitude, longitude=longitude, order=order)
    event.search_text = event.searchable()
    event.save()
    return event


def rows(*slugs):
    """Events as a page reads them, in the order of their slugs."""
    return MajorEvent.objects.filter(slug__in=slugs).for_list().order_by("slug")


def marks(drawn):
    return [(mark.label, mark.url, mark.number, mark.tone) for mark in [*drawn.marks, *drawn.inset_marks]]


def atlas_of(client, query=""):
    response = client.get(f"/en/events/map/{query}")
    assert response.status_code == 200
    return response.context["atlas"]


@pytest.fixture
def crowd(monkeypatch):
    """Limits of three places and two listed events, as if there were hundreds."""
    monkeypatch.setattr(atlas, "MOST_MARKS", 3)
    monkeypatch.setattr(atlas, "LARGEST", 3)
    monkeypatch.setattr(atlas, "MOST_LISTED", 2)


# The map, wherever it is shown


def test_a_place_of_one_event_leads_to_it_and_one_of_several_to_their_list(db, brazil):
    held_at(RIO, slug="games", name="Games", host_state=brazil, start=datetime.date(2016, 8, 5), end="2016-08-21")
    held_at(RIO, slug="world-cup", host_state=brazil, start=datetime.date(2014, 6, 12), end="2014-07-13")
    held_at(("Brasília", -15.8, -47.9), slug="summit", name="Summit", host_state=brazil, start="2019-11-13")
    assert marks(map_of(rows("games", "summit", "world-cup"))) == [
        ("Rio de Janeiro, Brazil: 2 events", "/en/events/map/?q=Rio+de+Janeiro#place-br-rio-de-janeiro", "2", "past"),
        ("Brasília, Brazil: Summit, 13 November 2019", "/en/events/summit/", "", "past"),
    ]


def test_the_address_behind_a_mark_of_several_events_lists_them_under_its_anchor(client, db, brazil):
    for slug in ("games", "world-cup"):
        held_at(RIO, slug=slug, host_state=brazil)
    address, anchor = marks(map_of(rows("games", "world-cup")))[0][1].split("#")
    page = client.get(address)
    assert f'id="{anchor}"' in page.content.decode()
    assert [place.name for place, _ in page.context["atlas"].shown] == ["Rio de Janeiro, Brazil"]


def test_an_event_with_two_venues_in_a_city_counts_once_there(db, brazil):
    event = held_at(RIO, slug="games", host_state=brazil)
    event.places.create(city=RIO[0], venue="Maracanã", latitude=RIO[1], longitude=RIO[2], order=1)
    assert [mark[2] for mark in marks(map_of(rows("games")))] == [""]


def test_the_sign_tells_past_from_coming_and_from_now(db):
    host, now = make_state(name="Peru", iso2="PE"), today()
    for number, start in enumerate([now - 9 * DAY, now, now + 9 * DAY]):
        held_at((f"City {number}", -12 - number, -77), slug=f"event-{number}", host_state=host, start=start)
        held_at(("Lima", -2, -77), slug=f"lima-{number}", host_state=host, start=start)
    drawn = map_of(MajorEvent.objects.for_list())
    assert {label.split(",")[0]: tone for label, _, _, tone in marks(drawn)} == {
        "City 0": "past", "City 1": "ongoing", "City 2": "upcoming", "Lima": "ongoing",
    }  # fmt: skip
    assert marks(drawn)[0][0] == "Lima, Peru: 3 events, 2 to come"
    assert [tone for tone, _, _ in drawn.key] == ["upcoming", "ongoing", "past"]
    assert len({shape for _, shape, _ in drawn.key}) == 3


def test_a_place_of_the_caribbean_is_marked_on_the_enlarged_map_alone(db, brazil):
    held_at(BRIDGETOWN, slug="cup", host_state=make_state(name="Barbados"))
    held_at(RIO, slug="games", host_state=brazil)
    drawn = map_of(rows("cup", "games"))
    assert [[mark.label.split(",")[0] for mark in part] for part in (drawn.marks, drawn.inset_marks)] == [
        ["Rio de Janeiro"],
        ["Bridgetown"],
    ]


def test_hosts_without_a_place_are_marked_at_their_own_coordinates(db, brazil):
    peru = make_state(slug="peru", name="Peru", latitude=-12, longitude=-77)
    nowhere = make_state(name="Nowhere")
    event = held_at(RIO, slug="games", host_state=brazil, other_hosts=[peru, nowhere])
    type(brazil).objects.filter(pk=brazil.pk).update(latitude=-15.8, longitude=-47.9)
    brazil.refresh_from_db()
    drawn = map_of(rows("games"), [brazil, *event.other_hosts.all()])
    assert [mark[::3] for mark in marks(drawn)] == [
        ("Rio de Janeiro, Brazil: Games, 1 June 2030", "upcoming"),
        ("Peru", "state"),
    ]
    assert drawn.marks[1].url == "/en/network/peru/"


def test_a_co_hosts_city_is_not_said_to_be_the_main_hosts(db, brazil):
    event = held_at(RIO, slug="games", name="Games", host_state=brazil)
    event.places.create(city="Lima", latitude=LIMA[1], longitude=LIMA[2], order=1)
    assert [mark[0] for mark in marks(map_of(rows("games")))] == [
        "Lima: Games, 1 June 2030",
        "Rio de Janeiro, Brazil: Games, 1 June 2030",
    ]


def test_a_map_of_nothing_and_of_places_elsewhere_is_empty(db):
    make_event(slug="nowhere", cities=["Lima"])
    held_at(("Madrid", 40.4, -3.7), slug="madrid")
    held_at(("Opposite", -5, 100), slug="opposite")
    assert map_of([]).is_empty
    drawn = map_of(rows("nowhere", "madrid", "opposite"))
    assert (drawn.is_empty, drawn.elsewhere) == (True, 2)


def test_marks_at_the_edge_of_the_sheet_stay_on_it(db):
    for number in range(3):
        held_at((f"City {number}", 21.3, -160.9), slug=f"event-{number}")
    drawn = map_of(MajorEvent.objects.for_list())
    assert [mark.x >= mark.size for mark in drawn.marks] == [True] * 3


def test_marks_that_would_hide_each_other_are_moved_apart(db, brazil):
    for number in range(4):
        held_at((f"City {number}", -22.9, -43.2), slug=f"event-{number}", host_state=brazil)
    spots = sorted((mark.x, mark.y) for mark in map_of(MajorEvent.objects.for_list()).marks)
    assert len(set(spots)) == 4
    assert all(abs(a[0] - b[0]) + abs(a[1] - b[1]) > 5 for a, b in pairwise(spots))


# The page of the map


@pytest.mark.parametrize("number", [1, 3])
def test_event_map_needs_the_same_queries_for_one_row_and_for_three(client, db, number, django_assert_num_queries):
    for index in range(number):
        held_at((f"City {index}", -12, -77), other_hosts=[make_state()])
    with django_assert_num_queries(MAP_QUERIES):
        found = atlas_of(client)
    assert len(found.shown) == len(found.map.marks) == number


def test_event_map_lists_every_event_by_place_and_those_without_one_last(client, db, brazil):
    peru = make_state(slug="peru", name="Peru", iso2="PE")
    held_at(LIMA, slug="lima-summit", host_state=peru, start="2018-04-13")
    held_at(LIMA, slug="lima-games", host_state=peru, start="2019-07-26")
    held_at(RIO, slug="rio-games", host_state=brazil)
    make_event(slug="no-coordinates", cities=["Cusco"], host_state=peru)
    make_event(slug="no-place", host_state=peru)
    found = [(place.name, place.anchor, [event.slug for event in events]) for place, events in atlas_of(client).shown]
    assert found == [
        ("Rio de Janeiro, Brazil", "place-br-rio-de-janeiro", ["rio-games"]),
        ("Lima, Peru", "place-pe-lima", ["lima-games", "lima-summit"]),
        ("Without a place on the map", "place-none", ["no-place", "no-coordinates"]),
    ]


def test_event_map_turns_pages_and_its_marks_lead_to_the_right_one(client, db, brazil, monkeypatch):
    monkeypatch.setattr(atlas, "PER_PAGE", 2)
    peru = make_state(slug="peru", name="Peru", iso2="PE")
    for number in range(2):
        held_at(RIO, slug=f"rio-{number}", host_state=brazil, kind="summit")
        held_at(LIMA, slug=f"lima-{number}", host_state=peru, kind="summit")
    held_at(LIMA, slug="lima-sport", host_state=peru, kind="sport")
    first, second = atlas_of(client, "?kind=summit"), atlas_of(client, "?kind=summit&page=2")
    assert [[place.city for place, _ in page.shown] for page in (first, second)] == [["Rio de Janeiro"], ["Lima"]]
    assert sorted(mark[1] for mark in marks(first.map)) == [
        "#place-br-rio-de-janeiro",
        "/en/events/map/?kind=summit&page=2#place-pe-lima",
    ]
    assert client.get("/en/events/map/?kind=summit&page=3").status_code == 404


def test_event_map_hides_what_its_reader_may_not_know(client_for, visitor, focal_point, other_focal_point, brazil):
    held_at(RIO, slug="open", name="Open games", host_state=brazil)
    held_at(RIO, slug="hidden", name="Zx hidden zx", host_state=brazil, label=Label.RED)
    held_at(("Zxville", -3, -60), slug="hidden-alone", name="Zx alone zx", host_state=brazil, label=Label.AMBER)
    make_event(slug="draft", name="Zx draft zx", host_state=brazil, publication="draft", cities=["Zxtown"])
    pages = {name: client_for(user).get("/en/events/map/").content.decode() for name, user in
             {"visitor": visitor, "other": other_focal_point, "focal_point": focal_point}.items()}  # fmt: skip
    assert {name: len(re.findall("[Zz]x", page)) > 0 for name, page in pages.items()} == {
        "visitor": False, "other": True, "focal_point": True,
    }  # fmt: skip
    assert "Rio de Janeiro, Brazil: Open games, 1 June 2030" in pages["visitor"]
    assert "Zx hidden zx" not in pages["other"]
    assert "Zx alone zx" in pages["other"]
    assert "Rio de Janeiro, Brazil: 2 events, 2 to come" in pages["focal_point"]
    assert "TLP:RED" in pages["focal_point"]


def test_event_map_counts_places_in_the_database_where_there_are_many_events(
    client, db, brazil, crowd, django_assert_num_queries
):
    peru = make_state(slug="peru", name="Peru", iso2="PE")
    for number in range(3):
        held_at(RIO, slug=f"rio-{number}", host_state=brazil, start="2016-08-05")
    held_at(LIMA, slug="lima", host_state=peru, start=today() + 9 * DAY)
    with django_assert_num_queries(COUNTED_MAP_QUERIES):
        found = atlas_of(client, "?kind=sport")
    assert marks(found.map) == [
        ("Rio de Janeiro, Brazil: 3 events", "#place-br-rio-de-janeiro", "3", "past"),
        ("Lima, Peru: 1 event, 1 to come", "#place-pe-lima", "", "upcoming"),
    ]
    assert (found.shown, [place.name for place in found.counted]) == ([], ["Rio de Janeiro, Brazil", "Lima, Peru"])
    assert found.counted[0].more_url == "/en/events/?kind=sport&q=Rio+de+Janeiro&state=brazil"
    assert [event.slug for event in client.get(found.counted[0].more_url).context["listing"].page] == [
        "rio-2", "rio-1", "rio-0",
    ]  # fmt: skip


def test_event_map_marks_states_where_there_are_too_many_places(client, db, brazil, crowd):
    type(brazil).objects.filter(pk=brazil.pk).update(latitude=-15.8, longitude=-47.9)
    peru = make_state(slug="peru", name="Peru", iso2="PE", latitude=-12, longitude=-77)
    for number in range(3):
        held_at((f"City {number}", -22, -43 - number), host_state=brazil, other_hosts=[peru] if number else [])
    held_at(LIMA, host_state=peru, kind="summit")
    found = atlas_of(client)
    assert (found.is_by_state, found.is_cut) == (True, False)
    assert marks(found.map) == [
        ("Peru: 3 events, 3 to come", "/en/events/map/?state=peru", "3", "upcoming"),
        ("Brazil: 3 events, 3 to come", "/en/events/map/?state=brazil", "3", "upcoming"),
    ]
    assert client.get("/en/events/map/?state=peru").context["listing"].total == 3
    assert "each mark is a State" in client.get("/en/events/map/").content.decode()


def test_event_map_of_one_state_with_too_many_places_marks_the_largest(client, db, brazil, crowd):
    for number in range(5):
        for _ in range(number + 1):
            held_at((f"City {number}", -22, -43 - number), host_state=brazil)
    found = atlas_of(client, "?state=brazil")
    assert (found.is_by_state, found.is_cut) == (False, True)
    assert [mark[0] for mark in marks(found.map)] == [
        f"City {number}, Brazil: {number + 1} events, {number + 1} to come" for number in (4, 3, 2)
    ]


def test_event_map_with_many_places_but_few_events_still_lists_them(client, db, brazil, monkeypatch):
    monkeypatch.setattr(atlas, "MOST_MARKS", 1)
    held_at(RIO, slug="rio", host_state=brazil)
    held_at(LIMA, slug="lima", host_state=make_state(slug="peru", name="Peru", latitude=-12, longitude=-77))
    found = atlas_of(client)
    assert ([mark[0] for mark in marks(found.map)], [place.city for place, _ in found.shown]) == (
        ["Peru: 1 event, 1 to come"],
        ["Rio de Janeiro", "Lima"],
    )


@pytest.mark.parametrize("view", ["map", "timeline"])
def test_a_view_of_nothing_says_so_and_leads_back(client, db, view):
    make_event(kind="sport")
    page = client.get(f"/en/events/{view}/?kind=sport&q=nothing").content.decode()
    assert "No event fits all the filters" in page
    assert f'<a href="/en/events/{view}/?kind=sport">Without “Words: nothing”: 1</a>' in page
    assert '<a href="/en/events/">Back to the table of all events</a>' in page
    assert "No event is recorded yet" not in page


# All of them


@pytest.mark.parametrize("address", VIEWS)
def test_the_switch_keeps_filters_and_order_and_marks_this_view(client, db, address):
    make_event(kind="sport")
    page = client.get(f"{address}?kind=sport&sort=soonest&page=1&month=2024-06").content.decode()
    switch = re.search(r'<ul class="switch">.*?</ul>', page, re.DOTALL)[0]
    assert re.findall(r'href="([^"?]+)\?([^"]+)"', switch) == [(view, "kind=sport&amp;sort=soonest") for view in VIEWS]
    assert re.findall(r'href="([^"?]+)[^>]*aria-current="page"', switch) == [address]
    assert f'<form class="filters__form" id="filters" method="get" action="{address}"' in page


@pytest.mark.parametrize("address", VIEWS)
def test_a_filter_that_is_no_choice_is_left_out_and_said(client, db, address):
    make_event(slug="games", cities=["Lima"], start=today())
    response = client.get(f"{address}?kind=nothing&state=nowhere&year_from=1&q={'x' * 200}")
    assert (response.status_code, response.context["listing"].total) == (200, 1)
    assert sorted(label for label, _ in response.context["listing"].errors) == [
        "From year",
        "Host State",
        "Kind",
        "Words",
    ]
    assert "Not every filter could be used." in response.content.decode()


@pytest.mark.parametrize("address", VIEWS)
def test_a_view_escapes_names_and_marks_their_language(client, db, address):
    event = held_at(("<b>Lima</b>", -12, -77), slug="games", name="", name_en="", name_es="Juegos <i>&", start=today())
    MajorEvent.objects.filter(pk=event.pk).update(language="es")
    page = client.get(address).content.decode()
    assert '<span lang="es">Juegos &lt;i&gt;&amp;</span>' in page
    assert re.findall("<i>|<b>Lima", page) == []


def test_places_of_like_names_have_anchors_of_their_own():
    state = SimpleNamespace(iso2="BR")
    places = [SimpleNamespace(state=state, city=city) for city in ("Zona", "Zona 2", "Zona", "Zona", "Zona 2")]
    found = [place.anchor for place in anchored(places)]
    assert found == ["place-br-zona", "place-br-zona-2", "place-br-zona-3", "place-br-zona-4", "place-br-zona-2-2"]
