"""The registry as a map, a calendar and a timeline: the same events, the same filters, the same gate."""

import datetime
import re
from itertools import pairwise
from types import SimpleNamespace

import pytest

from core import facets, listing
from core.dates import Precision
from core.labels import Label
from events import atlas, calendars, timelines
from events.maps import anchored, map_of
from events.models import MajorEvent
from reference.querysets import today
from tests.factories import make_event, make_state

RIO, LIMA, BRIDGETOWN = ("Rio de Janeiro", -22.9, -43.2), ("Lima", -12.04, -77.03), ("Bridgetown", 13.1, -59.6)
MAP_QUERIES = 5
COUNTED_MAP_QUERIES = 6
CALENDAR_QUERIES = 4
TIMELINE_QUERIES = 5
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


def sheet_of(client, query):
    response = client.get(f"/en/events/calendar/{query}")
    assert response.status_code == 200
    return response.context["sheet"]


def bars(sheet):
    """The lines of each week as text: the slug of a bar for each of its days, a dot where there is none."""
    return [
        [
            " ".join(cell.event.slug if cell.event else "." for cell in line for _ in range(cell.days))
            for line in week.lines
        ]
        for week in sheet.weeks
    ]


def timeline_of(client, query=""):
    """[(year, number of all its events, slugs and "today" in order)] of a page of the timeline."""
    response = client.get(f"/en/events/timeline/{query}")
    assert response.status_code == 200
    return [
        (year.number, year.count, [getattr(row, "slug", "today") for row in year.rows])
        for year in response.context["timeline"].years
    ]


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


# The calendar


@pytest.mark.parametrize("number", [1, 3])
def test_event_calendar_needs_the_same_queries_for_one_row_and_for_three(client, db, number, django_assert_num_queries):
    for _ in range(number):
        make_event(start="2024-06-03", end="2024-06-20", cities=["A", "B"])
    with django_assert_num_queries(CALENDAR_QUERIES):
        sheet = sheet_of(client, "?month=2024-06")
    assert len(sheet.dated) == number


def test_event_calendar_draws_bars_over_the_days_of_each_week_from_monday(client, db):
    make_event(slug="a", start="2024-05-30", end="2024-06-04")
    make_event(slug="b", start="2024-06-04", end="2024-06-05")
    make_event(slug="c", start="2024-06-07", end="2024-06-07")
    make_event(slug="d", start="2024-06-30", end="2024-07-03")
    make_event(slug="before", start="2024-05-30", end="2024-05-31")
    make_event(slug="after", start="2024-07-01")
    sheet = sheet_of(client, "?month=2024-06")
    assert bars(sheet) == [
        [". . . . . a a"],
        ["a a . . c . .", ". b b . . . ."],
        [], [],
        [". . . . . . d"],
    ]  # fmt: skip
    assert [day and day.day for day in next(iter(sheet.weeks)).days] == [None] * 5 + [1, 2]
    assert [(day.day, [event.slug for event in events]) for day, events in sheet.days] == [
        (1, ["a"]), (4, ["b"]), (7, ["c"]), (30, ["d"]),
    ]  # fmt: skip
    page = client.get("/en/events/calendar/?month=2024-06").content.decode()
    assert re.findall(r'<th scope="col" abbr="(\w+)">', page)[0] == "Monday"
    assert '<td colspan="5"></td><td colspan="2"><a class="when when--past" href="/en/events/a/">' in page


def test_event_calendar_lists_apart_what_is_known_to_the_month_or_year(client, db):
    make_event(slug="day", start="2024-06-03")
    make_event(slug="month", start="2024-06-01", end="2024-06-30", precision=Precision.MONTH)
    make_event(slug="year", start="2024-01-01", end="2024-12-31", precision=Precision.YEAR)
    sheet = sheet_of(client, "?month=2024-06")
    assert ([event.slug for event in sheet.dated], [event.slug for event in sheet.undated]) == (
        ["day"],
        ["year", "month"],
    )
    assert "June 2024, day not known" in client.get("/en/events/calendar/?month=2024-06").content.decode()


def test_event_calendar_begins_with_this_month_and_marks_today(client, db):
    make_event(slug="now", start=today())
    page = client.get("/en/events/calendar/")
    assert page.context["sheet"].first == today().replace(day=1)
    assert f'<td aria-current="date"><time datetime="{today()}">' in page.content.decode()
    assert "This month" not in page.content.decode()
    assert 'aria-current="date"' not in client.get("/en/events/calendar/?month=2024-06").content.decode()


def test_event_calendar_links_to_the_months_around_and_keeps_the_filters(client, db):
    make_event(kind="sport", start="2024-06-03")
    sheet = sheet_of(client, "?kind=sport&sort=name&month=2024-01")
    assert (sheet.before, sheet.after) == (
        {"name": "December 2023", "url": "/en/events/calendar/?kind=sport&sort=name&month=2023-12"},
        {"name": "February 2024", "url": "/en/events/calendar/?kind=sport&sort=name&month=2024-02"},
    )
    response = client.get("/en/events/calendar/?kind=sport&sort=name&month=2024-01")
    assert [pill.url for pill in response.context["listing"].pills] == ["/en/events/calendar/?sort=name&month=2024-01"]
    form = re.search(r'<form class="buttons".*?</form>', response.content.decode(), re.DOTALL)[0]
    assert re.findall(r'name="(\w+)"[^>]* value="([^"]+)"', form) == [
        ("month", "2024-01"), ("kind", "sport"), ("sort", "name"),
    ]  # fmt: skip
    assert '<input type="hidden" name="month" value="2024-01">' in response.content.decode().split("data-filter")[1]


def test_event_calendar_ends_where_its_months_end(client, db):
    make_event()
    assert sheet_of(client, "?month=1800-01").before is None
    assert sheet_of(client, "?month=2100-12").after is None
    assert sheet_of(client, "?month=1800-01").after["url"].endswith("month=1800-02")


@pytest.mark.parametrize(
    "month",
    [
        "2024-13",
        "2024-00",
        "1799-12",
        "2101-01",
        "abc",
        "2024",
        "2024-6",
        "٢٠٢٤-٠٦",
        "2024-06-01",
        "9" * 900,
        "\0",
        "<b>",
    ],
)
def test_event_calendar_says_that_a_month_is_bad_and_shows_this_one(client, db, month):
    make_event()
    response = client.get("/en/events/calendar/", {"month": month})
    assert response.status_code == 200
    assert response.context["sheet"].first == today().replace(day=1)
    assert response.context["listing"].errors == [
        ("Month", "Write a month between 1800-01 and 2100-12, such as 2026-06. This month is shown.")
    ]
    assert "Write a month between 1800-01 and 2100-12" in response.content.decode()


def test_event_calendar_without_an_event_leads_to_the_nearest_months_that_have_one(client, db):
    make_event(kind="summit", start="2020-01-30", end="2020-02-02")
    make_event(kind="summit", start="2024-11-05")
    make_event(kind="sport", start="2022-05-01")
    sheet = sheet_of(client, "?kind=summit&month=2022-06")
    assert [month["url"] for month in sheet.nearest] == [
        "/en/events/calendar/?kind=summit&month=2020-02",
        "/en/events/calendar/?kind=summit&month=2024-11",
    ]
    assert "No event in June 2022" in client.get("/en/events/calendar/?kind=summit&month=2022-06").content.decode()


def test_event_calendar_of_filters_that_no_event_fits_names_the_ways_out(client, db):
    make_event(kind="sport")
    page = client.get("/en/events/calendar/?kind=sport&q=nothing&month=2022-06").content.decode()
    assert '<a href="/en/events/calendar/?kind=sport&amp;month=2022-06">Without “Words: nothing”: 1</a>' in page


def test_event_calendar_draws_so_many_events_and_says_that_there_are_more(client, db, monkeypatch):
    monkeypatch.setattr(calendars, "MOST_DRAWN", 2)
    for day in (3, 4, 5):
        make_event(slug=f"day-{day}", start=f"2024-06-{day:02}")
    assert [event.slug for event in sheet_of(client, "?month=2024-06").dated] == ["day-4", "day-5"]
    assert "These are the last 2;" in client.get("/en/events/calendar/?month=2024-06").content.decode()


def test_event_calendar_names_months_and_days_in_the_readers_language(client, db):
    make_event(start="2024-06-03")
    page = client.get("/es/events/calendar/?month=2024-06").content.decode()
    assert ("junio de 2024" in page, 'abbr="lunes"' in page, "June" in page) == (True, True, False)


def test_event_calendar_hides_what_its_reader_may_not_know(client_for, visitor, focal_point, brazil):
    make_event(slug="hidden", name="Zx hidden zx", host_state=brazil, label=Label.RED, start="2024-06-03")
    hidden, shown = (client_for(user).get("/en/events/calendar/?month=2024-06") for user in (visitor, focal_point))
    assert ("Zx" in hidden.content.decode(), "Zx" in shown.content.decode()) == (False, True)
    assert (hidden.context["sheet"].count, shown.context["sheet"].count) == (0, 1)
    far = [client_for(user).get("/en/events/calendar/?month=2022-01") for user in (visitor, focal_point)]
    assert [[month["name"] for month in page.context["sheet"].nearest] for page in far] == [[], ["June 2024"]]


# The timeline


@pytest.mark.parametrize("number", [1, 3])
def test_event_timeline_needs_the_same_queries_for_one_row_and_for_three(client, db, number, django_assert_num_queries):
    for year in range(number):
        make_event(start=datetime.date(2010 + year, 1, 1), cities=["A", "B"])
    with django_assert_num_queries(TIMELINE_QUERIES):
        assert len(timeline_of(client)) == number


def test_event_timeline_orders_years_by_the_sort_and_each_year_by_the_calendar(client, db):
    for slug, start in {"b": "2012-06-20", "a": "2012-02-01", "c": "2013-01-01", "d": "2010-05-05"}.items():
        make_event(slug=slug, start=datetime.date.fromisoformat(start))
    latest = [(2013, 1, ["c"]), (2012, 2, ["a", "b"]), (2010, 1, ["d"])]
    assert timeline_of(client) == timeline_of(client, "?sort=name") == latest
    assert timeline_of(client, "?sort=soonest") == latest[::-1]


def test_event_timeline_turns_pages_and_counts_whole_years(client, db, monkeypatch):
    monkeypatch.setattr(timelines, "PER_PAGE", 2)
    for month in (1, 2, 3):
        make_event(slug=f"m{month}", start=datetime.date(2012, month, 1))
    make_event(slug="old", start=datetime.date(2010, 1, 1))
    assert timeline_of(client) == [(2012, 3, ["m2", "m3"])]
    assert timeline_of(client, "?page=2") == [(2012, 3, ["m1"]), (2010, 1, ["old"])]
    assert client.get("/en/events/timeline/?page=3").status_code == 404


def test_event_timeline_of_more_events_than_are_counted_links_to_every_year_between_the_ends(client, db, monkeypatch):
    for module in (facets, listing):
        monkeypatch.setattr(module, "MOST_COUNTED", 3)
    monkeypatch.setattr(timelines, "PER_PAGE", 2)
    for number, day in enumerate(["2008-01-01", "2011-01-01", "2011-05-01", "2011-06-01", "2012-01-01"]):
        make_event(slug=f"event-{number}", start=datetime.date.fromisoformat(day))
    assert timeline_of(client) == [(2012, 1, ["event-4"]), (2011, 3, ["event-3"])]
    assert timeline_of(client, "?page=2") == [(2011, 3, ["event-1", "event-2"])]
    page = client.get("/en/events/timeline/")
    assert [year for year, *_ in page.context["timeline"].strip] == [2008, 2009, 2010, 2011, 2012]
    assert "More than 3 events" in page.content.decode()


def test_event_timeline_marks_today_between_what_was_and_what_comes(client, db):
    year = today().year
    make_event(slug="past", start=datetime.date(year - 1, 5, 1))
    make_event(slug="coming", start=datetime.date(year + 1, 5, 1))
    assert timeline_of(client) == [(year + 1, 1, ["coming"]), (year, 0, ["today"]), (year - 1, 1, ["past"])]
    make_event(slug="now", start=today())
    assert timeline_of(client)[1] == (year, 1, ["now", "today"])
    assert timeline_of(client, f"?year_to={year - 1}") == [(year - 1, 1, ["past"])]


def test_event_timeline_links_to_each_year_and_beside_one_year_to_its_neighbours(client, db):
    for year in (2008, 2012):
        make_event(kind="sport", start=datetime.date(year, 1, 1))
    strip = client.get("/en/events/timeline/?kind=sport").context["timeline"].strip
    assert strip == [
        (2008, "/en/events/timeline/?kind=sport&year_from=2008&year_to=2008", False),
        (2012, "/en/events/timeline/?kind=sport&year_from=2012&year_to=2012", False),
    ]
    strip = client.get("/en/events/timeline/?year_from=2012&year_to=2012").context["timeline"].strip
    assert [(year, current) for year, _, current in strip] == [(2011, False), (2012, True), (2013, False)]
    strip = client.get("/en/events/timeline/?year_from=2100&year_to=2100").context["timeline"].strip
    assert [year for year, _, _ in strip] == [2099, 2100]


def test_event_timeline_puts_an_event_into_the_column_of_its_month(client, db):
    make_event(slug="a", name="A", start="2012-03-01", end="2012-03-02")
    make_event(slug="b", name="B", start="2012-11-01", end="2012-11-30", precision=Precision.MONTH, status="cancelled")
    page = client.get("/en/events/timeline/").content.decode()
    assert (
        '<li class="when when--past m3"><a href="/en/events/a/">A</a> <small>1–2 March 2012 · Sport</small></li>'
        in page
    )
    assert '<li class="when when--off when--month m11 late"><a href="/en/events/b/">B</a>' in page
    assert '<span class="tag tag--cancelled">Cancelled</span>' in page


def test_event_timeline_hides_what_its_reader_may_not_know(client_for, visitor, focal_point, brazil):
    make_event(slug="open", host_state=brazil, start=datetime.date(2012, 1, 1))
    make_event(slug="hidden", name="Zx zx", host_state=brazil, label=Label.RED, start=datetime.date(2009, 1, 1))
    hidden, shown = (client_for(user).get("/en/events/timeline/") for user in (visitor, focal_point))
    assert ("Zx" in hidden.content.decode(), "Zx" in shown.content.decode()) == (False, True)
    assert [[year for year, *_ in page.context["timeline"].strip] for page in (hidden, shown)] == [[2012], [2009, 2012]]


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
