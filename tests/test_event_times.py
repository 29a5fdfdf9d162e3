"""Events in time: the pages of the calendar and of the timeline."""

import datetime
import re

import pytest

from core import facets, listing
from core.dates import Precision
from core.labels import Label
from events import calendars, timelines
from reference.querysets import today
from tests.factories import make_event

CALENDAR_QUERIES = 4
TIMELINE_QUERIES = 5


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
