"""Dossiers over the starting content: their sections against plain queries over the rows of data/."""

import csv
import datetime
import html
import re

import pytest
from django.conf import settings

from tests.reading import days_of, read, said, slugs_in, table, words

SLUGS = [
    "pan-american-games-2011",
    "pan-american-games-2027",
    "fifa-world-cup-2026",
    "cricket-world-cup-2007",
    "rio-carnival-2026",
]
ROWS = 10
DAY = datetime.timedelta(days=1)


# A plain reading of the files and of the page, which shares nothing with the portal's own queries.


def data(name):
    with (settings.BASE_DIR / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def on_a_day(day, start, end, status):
    """Whether a text is in force on one day: "yes", "no" or "unknown"."""
    if start and start[0] > day or end and end[1] <= day:
        return "no"
    if not start or start[1] > day or end and end[0] <= day:
        return "unknown"
    return "yes" if end or status in {"in-force", "amended"} else "unknown"


def over_days(first, last, start, end, status):
    """The same for a period, day after day."""
    answers = {on_a_day(first + DAY * n, start, end, status) for n in range((last - first).days + 1)}
    return answers.pop() if len(answers) == 1 else "unknown"


def answer_of(row, first, last):
    """The answer for a row of instruments.csv, which holds no days of repeal."""
    return over_days(first, last, days_of(row["in_force_on"] or row["adopted_on"]), None, row["status"])


def event_of(slug):
    """(row, first day, last day, hosts as ISO codes) of an event in events.csv."""
    row = next(row for row in data("events") if row["slug"] == slug)
    first, last = days_of(row["start_date"])[0], days_of(row["end_date"])[1]
    members = {state["iso3"] for state in data("member_states")}
    return (
        row,
        first,
        last,
        [row["host_country_iso3"], *(c for c in row["other_hosts_iso3"].split(";") if c in members)],
    )


def state_names():
    return {row["iso3"]: row["name_en"] for row in data("member_states")}


@pytest.mark.parametrize("slug", SLUGS)
def test_dossier_shows_the_law_of_each_host_as_the_files_have_it(seeded, db, slug):
    _, first, last, hosts = event_of(slug)
    _, parts, counts = read(f"/en/events/{slug}/")
    texts, names = data("instruments"), state_names()
    made = {row["slug"] for row in texts if slug in row["related_event_slugs"].split(";")}
    law = parts["law"]
    groups = re.split(r"<h3>", law)
    if made:
        assert set(slugs_in(groups.pop(1), "legislation")) == made
    shown = {}
    for group in groups[1:]:
        name = words(group.split("</h3>")[0]).removeprefix("Other law of ").removeprefix("Law of ")
        for tag, body in re.findall(r'<caption><span class="tag tag--([\w-]+)">(.*?)</table>', group, re.S):
            number = int(re.search(r'<span class="n">(\d+)</span>', body)[1])
            shown[name, tag] = (number, set(slugs_in(body, "legislation")))
    expected, certain = {}, sum(answer_of(row, first, last) == "yes" for row in texts if row["slug"] in made)
    for iso3 in hosts:
        own = [row for row in texts if row["jurisdiction"] == iso3 and row["slug"] not in made]
        for answer, tag in {"yes": "in-force", "unknown": "unknown"}.items():
            found = [row for row in own if answer_of(row, first, last) == answer]
            certain += len(found) if answer == "yes" else 0
            latest = sorted(found, key=lambda row: row["adopted_on"], reverse=True)[:ROWS]
            if found:
                expected[names[iso3], tag] = (len(found), {row["slug"] for row in latest})
    assert shown == expected
    assert counts["law"] == certain
    silent = [names[iso3] for iso3 in hosts if not any(row["jurisdiction"] == iso3 for row in texts
              if row["slug"] not in made)]  # fmt: skip
    assert all(name in words(law).split("law is recorded of")[1] for name in silent)
    for level, plural in (("international", "international texts"), ("regional", "regional texts")):
        wider = [row for row in texts if row["level"] == level and answer_of(row, first, first) == "yes"]
        assert f"{len(wider)} {plural}" in words(law)


def standing_of(row, first):
    """The words of a cell of the treaty table for a row of treaty_status.csv, or for no row."""
    acts = [("Signature", row["signed_on"]), (row["action"].capitalize(), row["ratified_on"])] if row else []
    acts = [(kind, date) for kind, date in acts if date]
    held = [act for act in acts if days_of(act[1])[1] <= first]
    later = [act for act in acts if days_of(act[1])[0] > first]
    assert len(held) + len(later) == len(acts)  # no date of these rows leaves it open
    cell = []
    if held:
        kind, date = held[-1]
        cell.append(f"Signed only, {said(date)}" if kind == "Signature" else f"{kind}, {said(date)}")
    cell += [f"After the start {kind}, {said(date)}" for kind, date in later]
    return " ".join(cell) or "no record"


@pytest.mark.parametrize("slug", SLUGS)
def test_dossier_shows_the_treaty_status_as_the_files_have_it(seeded, db, slug):
    _, first, _, hosts = event_of(slug)
    _, parts, counts = read(f"/en/events/{slug}/")
    status = {(row["instrument_slug"], row["iso3"]): row for row in data("treaty_status")}
    recorded = {treaty for treaty, _ in status}
    treaties = [row for row in data("instruments") if row["slug"] in recorded]
    names = state_names()
    cells = {
        (names[iso3], row["title_en"] or row["title"]): standing_of(status.get((row["slug"], iso3)), first)
        for iso3 in hosts
        for row in treaties
    }
    head, *rows = table(parts["treaties"])
    across = len(hosts) > 4
    shown = {
        ((name, column) if across else (column, name)): cell
        for name, *line in rows
        for column, cell in zip(head[1:], line, strict=True)
    }
    assert shown == cells
    assert counts["treaties"] == len(treaties) == 5


@pytest.mark.parametrize("slug", SLUGS)
def test_dossier_shows_the_activities_and_editions_as_the_files_have_them(seeded, db, slug):
    row, first, _, hosts = event_of(slug)
    page, parts, counts = read(f"/en/events/{slug}/")
    activities = data("activities")
    own = {a["slug"] for a in activities if a["related_event_slug"] == slug}
    earlier = {
        a["slug"]
        for a in activities
        if a["country_iso3"] in hosts and a["slug"] not in own and days_of(a["end_date"] or a["start_date"])[1] < first
    }
    mine, _, before = parts["preparation"].partition("<h3>Earlier")
    assert (set(slugs_in(mine, "programme")), set(slugs_in(before, "programme"))) == (own, earlier)
    assert counts["preparation"] == len(own)
    editions = {e["slug"]: e for e in data("events") if row["series"] and e["series"] == row["series"]}
    editions.pop(slug, None)
    if row["series"]:
        assert counts["editions"] == len(editions)
        _, *lines = table(parts["editions"])
        names = state_names()
        assert {line[0].removesuffix(" Upcoming"): line[3].split(", ")[0] for line in lines} == {
            e["name"]: names[e["host_country_iso3"]] for e in editions.values()
        }
    else:
        assert "editions" not in parts and 'href="#editions"' not in page
    assert counts["documents"] == 0


@pytest.mark.parametrize("slug", SLUGS)
def test_dossier_maps_the_event_and_names_every_host(seeded, db, slug):
    row, _, _, hosts = event_of(slug)
    _, parts, _ = read(f"/en/events/{slug}/")
    names = state_names()
    signs = re.findall(r"<title>(.*?)</title>", parts["where"])
    assert len(signs) == len(hosts)  # the place that has coordinates, and the hosts without one
    signs = [html.unescape(sign) for sign in signs]
    place = [sign for sign in signs if sign.startswith(row["cities"].split(";")[0])]
    assert {*signs} - {*place} == {names[iso3] for iso3 in hosts[1:]}
    assert [name for iso3 in hosts if (name := names[iso3]) not in words(parts["who"])] == []
