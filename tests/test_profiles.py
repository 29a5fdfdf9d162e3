"""Profiles of States and pages of themes and series over the starting content, against plain rows of data/."""

import csv
import re
from collections import Counter

import pytest
from django.conf import settings

from reference.querysets import today
from tests.reading import days_of, read, said, slugs_in, table, words

STATES = ["MEX", "PER", "TTO", "GRD"]
THEMES = ["crowd-safety", "cyber-security", "stadium-violence"]
SERIES = ["pan-american-games", "fifa-world-cup", "mercosur-summit"]
KINDS = {"yes": "in force", "unknown": "not known", "no": "not in force"}


def data(name):
    with (settings.BASE_DIR / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def answer_today(row):
    """Whether a row of instruments.csv is in force today; the file holds no days of repeal."""
    start = days_of(row["in_force_on"] or row["adopted_on"])
    if start and start[0] > today():
        return "no"
    certain = start and start[1] <= today() and row["status"] in {"in-force", "amended"}
    return "yes" if certain else "unknown"


def said_of(answers):
    """The words for numbers of texts by their answer."""
    return " ".join(f"{answers[answer]} {kind}" for answer, kind in KINDS.items() if answers[answer])


def name_of(rows, key, value):
    return next(row["name_en"] for row in rows if row[key] == value)


@pytest.mark.parametrize("iso3", STATES)
def test_profile_counts_the_events_and_law_of_the_files(seeded, db, iso3):
    states, texts = data("member_states"), [row for row in data("instruments") if row["jurisdiction"] == iso3]
    slug = name_of(states, "iso3", iso3).lower().replace(" ", "-")
    _, parts, counts = read(f"/en/network/{slug}/")
    hosted = [e for e in data("events") if iso3 in [e["host_country_iso3"], *e["other_hosts_iso3"].split(";")]]
    past = [e for e in hosted if days_of(e["end_date"])[1] < today()]
    assert (counts["past"], counts["coming"]) == (len(past), len(hosted) - len(past))
    assert set(slugs_in(parts["coming"], "events")) == {e["slug"] for e in hosted if e not in past}
    latest = sorted(past, key=lambda e: e["start_date"], reverse=True)[:10]
    assert slugs_in(parts["past"].split("<h3>Where")[0], "events") == [e["slug"] for e in latest]
    cities = {(e["cities"].split(";")[0], e["latitude"], e["longitude"]) for e in hosted if e["latitude"]}
    assert parts["past"].count("<title>") == len(cities)
    assert counts["law"] == len(texts)
    topics = data("topics")
    by_theme = {}
    for row in texts:
        for code in filter(None, row["topics"].split(";")):
            by_theme.setdefault(name_of(topics, "code", code), Counter())[answer_today(row)] += 1
    shown = dict(table(parts["law"])[1:])
    assert shown == {theme: said_of(answers) for theme, answers in by_theme.items()}
    if texts:
        silent = words(parts["law"]).split("No text is recorded on: ")[1].split(". This does not")[0].split(", ")
        assert sorted(silent) == sorted({row["name_en"] for row in topics} - set(by_theme))


@pytest.mark.parametrize("iso3", STATES)
def test_profile_has_the_treaties_and_activities_of_the_files(seeded, db, iso3):
    slug = name_of(data("member_states"), "iso3", iso3).lower().replace(" ", "-")
    _, parts, counts = read(f"/en/network/{slug}/")
    status = {row["instrument_slug"]: row for row in data("treaty_status") if row["iso3"] == iso3}
    recorded = {row["instrument_slug"] for row in data("treaty_status")}
    expected = {}
    for text in data("instruments"):
        if text["slug"] in recorded:
            row = status.get(text["slug"], {"signed_on": "", "ratified_on": ""})
            consent = f"{row['action'].capitalize()}, {said(row['ratified_on'])}" if row["ratified_on"] else "no record"
            signed = said(row["signed_on"]) if row["signed_on"] else "no record"
            expected[text["title_en"] or text["title"]] = [signed, consent, "–"]
    assert {row[0]: row[1:4] for row in table(parts["treaties"])[1:]} == expected
    assert counts["treaties"] == sum(bool(row["ratified_on"]) for row in status.values())
    hosted = {a["slug"] for a in data("activities") if a["country_iso3"] == iso3}
    assert set(slugs_in(parts["programme"], "programme")) == hosted
    assert counts["programme"] == len(hosted)
    assert [row[3:] for row in table(parts["programme"])[1:]] == [["host", "not recorded"]] * len(hosted)


@pytest.mark.parametrize("code", THEMES)
def test_theme_page_counts_the_law_of_the_files_by_state(seeded, db, code):
    states, texts = data("member_states"), [i for i in data("instruments") if code in i["topics"].split(";")]
    _, parts, counts = read(f"/en/themes/{code}/")
    names = {row["iso3"]: row["name_en"] for row in states}
    levels = {"international": "International law", "regional": "Regional law"}
    by_state = {}
    for row in texts:
        name = levels.get(row["level"]) or names[row["jurisdiction"]]
        by_state.setdefault(name, Counter())[answer_today(row)] += 1
    shown = dict(table(parts["states"])[1:])
    assert shown == {name: said_of(answers) for name, answers in by_state.items()}
    with_law = set(by_state) - set(levels.values())
    assert (counts["states"], counts["law"]) == (len(with_law), len(texts))
    assert (counts["events"], counts["programme"]) == (0, 0)  # themes are filed on legislation only so far
    assert len(slugs_in(parts["states"], "network")) == len(states) - len(with_law)
    assert len(slugs_in(parts["law"], "legislation")) == min(10, len(texts))


@pytest.mark.parametrize("slug", SERIES)
def test_series_page_lists_the_editions_of_the_files_with_their_hosts(seeded, db, slug):
    page, _, _ = read(f"/en/events/series/{slug}/")
    names = {row["iso3"]: row["name_en"] for row in data("member_states")}
    editions = sorted((e for e in data("events") if e["series"] == slug), key=lambda e: e["start_date"], reverse=True)
    lines = table(page.split("<tbody>")[1].split("</tbody>")[0])
    assert [line[3].split(", ")[0] for line in lines] == [names[e["host_country_iso3"]] for e in editions]
    assert [bool(re.match(re.escape(e["name"]), line[0])) for e, line in zip(editions, lines, strict=True)] == [
        True
    ] * len(lines)
