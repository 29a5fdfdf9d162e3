"""iCalendar: each property of an entry, the whole starting content read back, a calendar program that subscribes."""

import datetime
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils import translation
from icalendar import Calendar

from core.dates import Precision
from core.identity import record_uuid
from core.labels import Label
from events.models import EventPlace, MajorEvent
from tests.factories import make_activity, make_event, make_series, make_state, make_theme

pytestmark = pytest.mark.django_db
UTC = datetime.UTC


def calendar_at(client, path="/en/events.ics"):
    response = client.get(path)
    assert (response.status_code, response["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    return Calendar.from_ical(response.getvalue())


def entry_at(client, path="/en/events.ics"):
    [entry] = calendar_at(client, path).walk("VEVENT")
    return entry


def written(component):
    """{property: its value as it stands in the file}."""
    values = {name: value.to_ical() for name, value in component.items()}
    return {name: value if isinstance(value, str) else value.decode() for name, value in values.items()}


def test_entry_says_what_is_recorded_of_the_event(client, brazil):
    event = make_event(
        slug="games",
        name_en="Games; of, all",
        host_state=brazil,
        other_hosts=[make_state(iso3="URY", name="Uruguay")],
        series=make_series(slug="the-games", name="The Games"),
        themes=[make_theme(slug="crowds", name="Crowds, crowd control")],
        summary_en="Two days.\nOf sport.",
        start=datetime.date(2030, 6, 29),
        end=datetime.date(2030, 6, 30),
    )
    for order, (city, spot) in enumerate({"Rio": None, "Niterói": "-22.88", "Salto": "-31.38"}.items()):
        EventPlace.objects.create(event=event, city=city, latitude=spot, longitude=spot, order=order)
    MajorEvent.objects.update(
        created=datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        updated=datetime.datetime(2026, 1, 2, 3, 5, 5, 999, tzinfo=UTC),
    )
    entry = entry_at(client)
    assert written(entry) == {
        "UID": str(record_uuid(event)),
        "DTSTAMP": "20260102T030505Z",
        "CREATED": "20260102T030405Z",
        "LAST-MODIFIED": "20260102T030505Z",
        "SEQUENCE": "60",
        "DTSTART": "20300629",
        "DTEND": "20300701",
        "SUMMARY": "Games\\; of\\, all",
        "DESCRIPTION": "Two days.\\nOf sport.\\n\\nDates: 29–30 June 2030\\nhttp://localhost:8000/en/events/games/",
        "LOCATION": "Rio\\, Niterói\\, Salto\\, Brazil\\, Uruguay",
        "GEO": "-22.88;-22.88",
        "CATEGORIES": "Sport,The Games,Crowds\\, crowd control",
        "STATUS": "CONFIRMED",
        "TRANSP": "TRANSPARENT",
        "CLASS": "PUBLIC",
        "URL": "http://localhost:8000/en/events/games/",
    }
    assert (entry["DTSTART"].params, entry["DTEND"].params) == ({"VALUE": "DATE"}, {"VALUE": "DATE"})
    assert entry["SUMMARY"].params == {"LANGUAGE": "en"}
    assert entry["CATEGORIES"].cats == ["Sport", "The Games", "Crowds, crowd control"]


def test_calendar_says_what_it_is_and_where_it_is_from(client, brazil):
    make_event(host_state=brazil)
    calendar = calendar_at(client, "/en/events.ics?state=brazil&kind=sport&page=3")
    assert written(calendar) == {
        "PRODID": "-//IPO Americas//Knowledge Management System//EN",
        "VERSION": "2.0",
        "CALSCALE": "GREGORIAN",
        "NAME": "Major events · Sport · Brazil",
        "X-WR-CALNAME": "Major events · Sport · Brazil",
        "DESCRIPTION": "From the registry of IPO Americas. A month or a year stands for days that are not recorded.",
        "X-WR-CALDESC": "From the registry of IPO Americas. A month or a year stands for days that are not recorded.",
        "URL": "http://localhost:8000/en/events/?kind=sport&state=brazil",
        "SOURCE": "http://localhost:8000/en/events.ics?kind=sport&state=brazil",
        "REFRESH-INTERVAL": "P1D",
        "X-PUBLISHED-TTL": "P1D",
    }
    assert calendar["REFRESH-INTERVAL"].params == {"VALUE": "DURATION"}


MONTH = {"start": datetime.date(2031, 2, 1), "end": datetime.date(2031, 2, 28), "precision": Precision.MONTH}
YEAR = {"start": datetime.date(2031, 1, 1), "end": datetime.date(2031, 12, 31), "precision": Precision.YEAR}


@pytest.mark.parametrize(
    ("dates", "wanted"),
    [(MONTH, ("20310201", "20310301", "MONTH", "February 2031")), (YEAR, ("20310101", "20320101", "YEAR", "2031"))],
)
def test_month_or_year_takes_all_its_days_and_is_tentative(client, dates, wanted):
    make_event(**dates)
    found = written(entry_at(client))
    assert (found["DTSTART"], found["DTEND"], found["X-KMS-DATE-PRECISION"]) == wanted[:3]
    assert found["STATUS"] == "TENTATIVE"
    assert found["DESCRIPTION"].startswith(f"Dates: {wanted[3]}\\nThe exact days are not recorded.\\nhttp")


@pytest.mark.parametrize(
    ("status", "dates", "wanted"),
    [
        ("confirmed", {}, "CONFIRMED"),
        ("bid", {}, "TENTATIVE"),
        ("awarded", {}, "TENTATIVE"),
        ("postponed", {}, "TENTATIVE"),
        ("cancelled", {}, "CANCELLED"),
        ("cancelled", MONTH, "CANCELLED"),
        ("confirmed", MONTH, "TENTATIVE"),
    ],
)
def test_status_of_the_entry_follows_that_of_the_event(client, status, dates, wanted):
    event = make_event(status=status, **dates)
    found = written(entry_at(client))
    assert found["STATUS"] == wanted
    assert (f"Status: {event.get_status_display()}" in found["DESCRIPTION"]) == (status != "confirmed")


def test_one_day_ends_on_the_next(client):
    make_event(start=datetime.date(2028, 2, 28))
    assert written(entry_at(client))["DTEND"] == "20280229"


def test_uid_is_that_of_the_record_whatever_becomes_of_it(client, settings):
    make_event(slug="old", name_es="Juegos")
    before = written(entry_at(client))["UID"]
    MajorEvent.objects.update(slug="new", name_en="New")
    settings.BASE_URL = "https://kms.example.org"
    found = written(entry_at(client, "/es/events.ics"))
    assert (found["UID"], found["URL"]) == (before, "https://kms.example.org/es/events/new/")
    assert re.fullmatch("[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", before)


def test_uid_of_an_activity_with_the_same_key_is_another(client):
    activity, event = make_activity(), make_event()
    type(activity).objects.update(id=event.pk)
    assert written(entry_at(client, "/en/programme.ics"))["UID"] != written(entry_at(client))["UID"]


def test_a_change_raises_sequence_and_last_modified(client):
    event = make_event()
    MajorEvent.objects.update(created=event.created - datetime.timedelta(days=1))
    numbers = []
    for seconds in (0, 5):
        MajorEvent.objects.update(updated=event.updated + datetime.timedelta(seconds=seconds))
        found = entry_at(client)
        numbers.append((found["SEQUENCE"], found["LAST-MODIFIED"].dt))
    assert numbers[1][0] - numbers[0][0] == 5
    assert numbers[1][1] - numbers[0][1] == datetime.timedelta(seconds=5)


def test_text_breaks_out_of_no_line(client):
    attack = "A\r\nBEGIN:VEVENT\r\nATTENDEE:mailto:x@evil.example\x0bEND:VCALENDAR\u2028X:1\x85Y"
    event = make_event(name_en=attack, summary_en=attack, cities=[attack[:100]])
    event.themes.add(make_theme(slug="t", name=attack))
    content = client.get("/en/events.ics").getvalue()
    assert entry_at(client)["SUMMARY"] == "A\nBEGIN:VEVENT\nATTENDEE:mailto:x@evil.example\nEND:VCALENDAR\nX:1\nY"
    lines = content.decode().splitlines()
    assert [line for line in lines if line.startswith(("ATTENDEE", "X:", "Y"))] == []
    assert (lines.count("BEGIN:VEVENT"), lines.count("END:VCALENDAR")) == (1, 1)


def test_lines_are_folded_at_75_octets_and_end_as_they_should(client):
    make_event(name_en="Juegos de la Niñez y de la Adolescencia " * 4, summary_en="ñ, ü; 東京 " * 200)
    content = client.get("/en/events.ics").getvalue()
    assert content.startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") and content.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert entry_at(client)["SUMMARY"] == "Juegos de la Niñez y de la Adolescencia " * 4


def test_restricted_entry_says_so(client_for, focal_point, brazil):
    make_event(host_state=brazil, label=Label.AMBER)
    found = written(entry_at(client_for(focal_point)))
    assert (found["CLASS"], found["X-KMS-TLP"]) == ("CONFIDENTIAL", "TLP:AMBER")
    assert "\\nTLP:AMBER\\nhttp" in found["DESCRIPTION"]


def test_calendar_of_no_events_is_still_a_calendar(client):
    calendar = calendar_at(client, "/en/events.ics?kind=summit")
    assert [part.name for part in calendar.subcomponents] == ["VTIMEZONE"]
    assert calendar["NAME"] == "Major events · Summit"


def test_activity_as_an_entry(client, brazil):
    make_activity(
        slug="workshop",
        title_en="Workshop",
        kind="workshop",
        city="Brasília",
        host_state=brazil,
        summary_en="Two days.",
    )
    found = written(entry_at(client, "/en/programme.ics"))
    wanted = {
        "SUMMARY": "Workshop",
        "DTSTART": "20200302",
        "DTEND": "20200303",
        "LOCATION": "Brasília\\, Brazil",
        "CATEGORIES": "Workshop",
        "STATUS": "CONFIRMED",
        "DESCRIPTION": "Two days.\\n\\nDates: 2 March 2020\\nhttp://localhost:8000/en/programme/workshop/",
    }
    assert {name: found[name] for name in wanted} == wanted


def test_long_calendar_is_written_in_parts(client, monkeypatch):
    monkeypatch.setattr("core.calendars.ENTRIES_OF_A_PART", 2)
    for _ in range(5):
        make_event()
    parts = list(client.get("/en/events.ics").streaming_content)
    assert [part.count(b"BEGIN:VEVENT") for part in parts] == [0, 2, 2, 1, 0]
    assert len(Calendar.from_ical(b"".join(parts)).walk("VEVENT")) == 5


def recorded():
    """{address: (first day, last day, categories, name)} of every event, asked of the rows one by one."""
    translation.activate("en")
    found = {}
    for event in MajorEvent.objects.all():
        named = [event.series] if event.series else []
        about = {str(event.get_kind_display()), *(str(one) for one in [*named, *event.themes.all()])}
        found[f"/en/events/{event.slug}/"] = (event.start, event.end, about, event.name)
    return found


def test_every_event_is_read_back_with_its_dates_and_categories(client, seeded, db):
    entries = calendar_at(client).walk("VEVENT")
    day = datetime.timedelta(days=1)
    found = {
        entry["URL"].removeprefix("http://localhost:8000"): (
            entry["DTSTART"].dt,
            entry["DTEND"].dt - day,
            set(entry["CATEGORIES"].cats),
            str(entry["SUMMARY"]),
        )
        for entry in entries
    }
    assert len(entries) == len({entry["UID"] for entry in entries}) == 252
    assert found == recorded()
    reduced = {entry["URL"].split("/")[-2] for entry in entries if "X-KMS-DATE-PRECISION" in entry}
    assert reduced == set(MajorEvent.objects.exclude(precision=Precision.DAY).values_list("slug", flat=True)) != set()


SUBSCRIPTION = """
[general]
status_path = "{folder}/status"
[pair registry]
a = "portal"
b = "here"
collections = null
[storage portal]
type = "http"
url = "{url}"
[storage here]
type = "filesystem"
path = "{folder}/calendar"
fileext = ".ics"
"""
PROGRAM = """
[calendars]
[[registry]]
path = {folder}/calendar
[locale]
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
[sqlite]
path = {folder}/khal.db
[default]
default_calendar = registry
"""
SHOWN = "{url}\t{start-long}\t{end-long}\t{categories}\t{title}{nl}"


def run(program, folder, *words, answer=""):
    """What a program of this environment says; it knows of no other folder than its own."""
    command = [str(Path(sys.executable).with_name(program)), "-c", f"{folder}/{program}", *words]
    env = {"HOME": str(folder), "XDG_CACHE_HOME": str(folder), "LANG": "C.UTF-8", "TZ": "UTC"}
    done = subprocess.run(command, input=answer, capture_output=True, text=True, env=env, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def parts(categories):
    """What stands between commas: khal shows no others, though a category may hold one."""
    return {part for text in categories for part in text.split(",")}


def test_calendar_program_that_subscribes_shows_every_event(seeded, transactional_db, live_server, tmp_path):
    """vdirsyncer fetches the calendar as a subscriber, khal shows it: dates, categories and names as recorded."""
    (tmp_path / "calendar").mkdir()
    url = f"{live_server.url}/en/events.ics"
    (tmp_path / "vdirsyncer").write_text(SUBSCRIPTION.format(folder=tmp_path, url=url))
    (tmp_path / "khal").write_text(PROGRAM.format(folder=tmp_path))
    run("vdirsyncer", tmp_path, "discover")
    run("vdirsyncer", tmp_path, "sync")
    assert len(list((tmp_path / "calendar").iterdir())) == 252
    told = run("khal", tmp_path, "list", "--once", "--day-format", "", "--format", SHOWN, "2000-01-01", "2100-01-01")
    found = {}
    for line in filter(None, told.splitlines()):
        address, start, end, categories, name = line.split("\t")
        dates = (datetime.date.fromisoformat(start), datetime.date.fromisoformat(end))
        found[address.removeprefix("http://localhost:8000")] = (*dates, parts([categories]), name)
    wanted = recorded()
    assert found == {
        address: (first, last, parts(about), name) for address, (first, last, about, name) in wanted.items()
    }


def test_a_place_with_half_its_coordinates_breaks_no_calendar(client, db):
    event = make_event()
    EventPlace.objects.create(event=event, city="Quito", latitude=1)
    calendar = Calendar.from_ical(b"".join(client.get("/en/events.ics").streaming_content))
    found = [entry for entry in calendar.walk("VEVENT") if entry["SUMMARY"] == event.name]
    assert [("GEO" in entry, str(entry["LOCATION"]).startswith("Quito")) for entry in found] == [(False, True)]
