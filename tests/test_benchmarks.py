"""What the benchmark measures with: made-up records that could be real, in scratch databases only; its verdicts."""

import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from benchmarks.addresses import BOOK
from benchmarks.filling import fill
from benchmarks.made_manual import fill_manual
from benchmarks.management.commands.fill import Command
from benchmarks.measuring import Target
from benchmarks.pages import KEPT, MEMBER, NEW, PAGES
from benchmarks.report import Run, markdown, plain
from core.dates import Precision
from core.labels import Label
from events.models import EventPlace, MajorEvent
from legislation.models import Instrument, InstrumentRelation, TreatyAction
from reference.models import MemberState
from tests.factories import (
    make_event,
    make_instrument,
    make_organisation,
    make_publication,
    make_series,
    make_theme,
    make_treaty_action,
)
from training.models import ParagraphText

EVENTS, INSTRUMENTS = 60, 50
SUMMARY = "Thousands of visitors came by road; police of nine States shared one command centre."


@pytest.fixture
def real(brazil, mexico):
    """A few records of every sort that the makers tell apart."""
    theme = make_theme()
    games = make_event(host_state=brazil, start=datetime.date(2007, 7, 13), end=datetime.date(2007, 7, 29),
                       kind="sport", name="Pan American Games 2007", name_es="Juegos Panamericanos de 2007",
                       series=make_series(), cities=["Rio de Janeiro"], summary=SUMMARY, delegations=42)  # fmt: skip
    EventPlace.objects.filter(event=games).update(latitude="-22.90000", longitude="-43.20000")
    make_event(host_state=mexico, other_hosts=[brazil], cities=["Guadalajara", "Manaus"], kind="sport", name="Cup 2026")
    make_event(host_state=mexico, start=datetime.date(2028, 1, 1), end=datetime.date(2028, 12, 31), kind="summit",
               precision=Precision.YEAR, name="Summit of the Americas 2028")  # fmt: skip
    old = make_instrument(state=brazil, original_title="Lei 9.034 sobre organizações criminosas",
                          title="Organised crime", language="pt", adopted_on="1995-05-03",
                          in_force_on="1995-05", themes=[theme])  # fmt: skip
    new = make_instrument(
        state=brazil, original_title="Lei 12.850", adopted_on="2013", events=[games], status="in-force"
    )
    new.relations.create(kind="repeals", target=old)
    make_instrument(level="regional", organisation=make_organisation(code="OAS"), adopted_on="", kind="resolution")
    make_treaty_action()
    return games


@pytest.fixture
def filled(real):
    fill(events=EVENTS, instruments=INSTRUMENTS)


def test_a_made_up_edition_is_final_and_numbered(real):
    work = make_publication(slug=BOOK)
    fill_manual(paragraphs=120)
    fill_manual(paragraphs=240)
    edition = work.editions.get()
    assert (edition.status, edition.placed.count(), work.paragraphs.count()) == ("final", 120, 120)
    assert list(edition.chapters.get(order=2).placed.values_list("number", flat=True)) == ["", "2.1", "2.2"]
    assert set(ParagraphText.objects.outdated()) == set()


def made(model):
    return model.objects.filter(slug__regex=r"-x[0-9]+$").order_by("pk")


def test_fill_brings_the_database_to_the_numbers(filled):
    assert (MajorEvent.objects.count(), Instrument.objects.count()) == (EVENTS, INSTRUMENTS)
    assert (made(MajorEvent).count(), made(Instrument).count()) == (EVENTS - 3, INSTRUMENTS - 4)
    assert TreatyAction.objects.count() == 1
    fill(events=EVENTS, instruments=10)
    assert (MajorEvent.objects.count(), Instrument.objects.count()) == (EVENTS, INSTRUMENTS)


def test_made_records_are_valid_and_found_by_their_words(filled):
    for record in [*made(MajorEvent), *made(Instrument)]:
        record.full_clean()
        assert record.search_text == record.searchable()


def test_made_events_are_like_the_real_ones(filled):
    events = made(MajorEvent)
    assert set(events.values_list("kind", "host_state__slug")) == {
        ("sport", "brazil"), ("sport", "mexico"), ("summit", "mexico"),
    }  # fmt: skip
    assert {event.start.year for event in events} == {2007, 2028, 2030}
    games = events.filter(host_state__slug="brazil").first()
    assert (games.series_id is None, games.delegations, games.end - games.start) == (False, 42, datetime.timedelta(16))
    assert [place.city for place in games.places.all()] == ["Rio de Janeiro"]
    assert (len(games.summary), games.summary != SUMMARY, bool(games.name_es)) == (len(SUMMARY), True, True)
    assert str(games.start.year) in games.name
    cup = events.filter(other_hosts__slug="brazil").first()
    assert [place.city for place in cup.places.all()] == ["Guadalajara", "Manaus"]
    whole_year = events.filter(precision=Precision.YEAR).first()
    assert (whole_year.start.month, whole_year.end.month, whole_year.end.day) == (1, 12, 31)


def test_made_instruments_are_like_the_real_ones(filled):
    laws = made(Instrument)
    assert set(laws.values_list("level", "state__slug", "organisation__code")) >= {
        ("national", "brazil", None), ("regional", None, "OAS"),
    }  # fmt: skip
    assert {len(date) for date in laws.values_list("adopted_on", flat=True)} == {0, len("2013"), len("1995-05-03")}
    assert {law.themes.count() for law in laws} == {0, 1}
    assert {law.events.first().host_state.slug for law in laws if law.events.exists()} == {"brazil"}
    relations = InstrumentRelation.objects.filter(instrument__in=laws)
    assert {(relation.kind, relation.target.state.slug) for relation in relations} == {("repeals", "brazil")}


def test_some_made_records_are_not_for_everybody(real):
    fill(events=600, instruments=4)
    events = made(MajorEvent)
    assert set(events.values_list("label", flat=True)) == set(Label)
    assert set(events.values_list("publication", flat=True)) >= {"published", "draft"}
    assert {event.named_states.count() for event in events.filter(label=Label.RED)} == {2}
    assert events.exclude(label=Label.RED).filter(named_states__isnull=False).count() == 0


def test_same_seed_makes_the_same_records(real):
    texts = []
    for seed in (1, 1, 2):
        fill(events=20, instruments=20, seed=seed)
        texts.append(
            [*made(MajorEvent).values_list("slug", "search_text"), *made(Instrument).values_list("slug", "url")]
        )
        made(Instrument).delete()
        made(MajorEvent).delete()
    assert texts[0] == texts[1] != texts[2]


def test_times_of_recording_are_spread_and_kept_by_nobody_else(filled, real):
    created = set(made(MajorEvent).values_list("created", flat=True))
    assert len(created) > EVENTS / 2
    before = real.updated
    real.save()
    assert real.updated > before


@pytest.mark.parametrize("said", ["1", ""])
def test_fill_refuses_a_database_that_is_not_a_scratch_one(real, monkeypatch, said):
    monkeypatch.setenv("KMS_BENCH", said)
    with pytest.raises(CommandError, match="only into a scratch database"):
        call_command(Command(), events=100, instruments=100)
    assert (MajorEvent.objects.count(), MemberState.objects.filter(iso3="BRA").count()) == (3, 1)


def test_fill_wants_the_variable_besides_the_name(real, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "NAME", "/tmp/kms_bench_1.sqlite3")
    monkeypatch.delenv("KMS_BENCH", raising=False)
    with pytest.raises(CommandError, match="KMS_BENCH=1"):
        call_command(Command(), events=100, instruments=100)
    assert MajorEvent.objects.count() == 3


def target(key, way, *, a, d, queries=3):
    return Target(key, way, "/", queries, 20_000, (1, 1), "", costs=[d / 100], ratios={"a": [a], "d": [d]})


def test_report_judges_by_the_bars():
    targets = [
        target("a", KEPT, a=1, d=0.04),
        target("d", MEMBER, a=25, d=1),
        target("events", KEPT, a=1.9, d=0.08),
        target("events", NEW, a=30, d=1.2),
        target("events", MEMBER, a=50, d=2),
        target("events, deepest page", NEW, a=35, d=1.4, queries=9),
        target("home", KEPT, a=2.1, d=0.1),
    ]
    run = Run("SQLite", targets, ["matrix"], 170_000_000, 10_000)
    assert [run.line(row)[-1] for row in targets] == [
        "", "", "ok", "ok", "MISSED 1.5 d", "MISSED 8 queries, 1.1 the first page", "MISSED 2 a",
    ]  # fmt: skip
    assert list(run.words()) == [
        "Bars: 5 met, 4 missed.",
        "Not there yet: matrix.",
        "Memory of the worker after 10,000 mixed requests: 170 MB (bar: 160 MB): MISSED.",
    ]
    assert "MISSED 2 a" in plain(run)
    assert markdown(run).count("\n| ") == len(targets) + 2


def test_pages_have_names_of_their_own_and_bars_of_pages_that_are_there():
    keys = [page.key for page in PAGES]
    assert len(set(keys)) == len(keys)
    assert {bar.of for page in PAGES for _, bar in page.bars} <= set(keys)
