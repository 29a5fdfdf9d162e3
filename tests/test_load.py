"""manage.py load: what it takes, what it refuses with line, column and reason, and that a bad file saves nothing."""

import csv
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core import tables
from documents.models import Document
from events.models import EventPlace, MajorEvent, Series
from legislation.models import Instrument, InstrumentRelation, TreatyAction
from programme.models import Activity
from reference.models import MemberState
from tests.factories import (
    make_activity,
    make_document,
    make_event,
    make_instrument,
    make_organisation,
    make_series,
    make_theme,
    make_treaty,
    make_treaty_action,
)

EVENT = {
    "slug": "games-2030",
    "name": "Games 2030",
    "kind": "sport",
    "host_country_iso3": "BRA",
    "start_date": "2030-06-12",
    "end_date": "2030-06-14",
}
LAW = {
    "slug": "bra-lei-1",
    "title": "Lei 1",
    "language": "pt",
    "level": "national",
    "jurisdiction": "BRA",
    "kind": "act",
}
CONSENT = {"instrument_slug": "treaty", "iso3": "BRA", "signed_on": "", "ratified_on": "", "action": "", "note": ""}


@pytest.fixture
def load(tmp_path):
    """A function that loads rows, or bytes, and returns what was printed."""

    def run(kind, *rows, data=None, **options):
        path = tmp_path / f"{kind}.csv"
        path.write_bytes(as_csv(rows) if data is None else data)
        out = StringIO()
        call_command("load", kind, path, stdout=out, **options)
        return out.getvalue().splitlines()

    return run


@pytest.fixture
def refused(load, capsys):
    """A function that loads what must be refused, and returns the problems that were printed."""

    def run(kind, *rows, data=None):
        with pytest.raises(CommandError, match="nothing was saved"):
            load(kind, *rows, data=data)
        return capsys.readouterr().err.splitlines()

    return run


def as_csv(rows):
    columns = list(dict.fromkeys(column for row in rows for column in row))
    text = StringIO(newline="")
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


# What it does


def test_a_new_event_is_added_and_published(brazil, load):
    assert load("events", EVENT) == ["events: 1 added, 0 updated, 0 unchanged"]
    event = MajorEvent.objects.get()
    assert (event.slug, event.name_en, event.host_state, event.publication) == (
        "games-2030", "Games 2030", brazil, "published",
    )  # fmt: skip


def test_a_row_of_a_known_slug_updates_only_what_its_columns_say(brazil, load):
    load("events", EVENT | {"summary_en": "Two weeks.", "cities": "Rio"})
    theme = make_theme(slug="crowd-safety")
    MajorEvent.objects.get().themes.add(theme)
    assert load("events", {"slug": "games-2030", "name": "Games"}) == ["events: 0 added, 1 updated, 0 unchanged"]
    event = MajorEvent.objects.get()
    assert (event.name_en, event.summary_en, list(event.themes.all())) == ("Games", "Two weeks.", [theme])


def test_an_unchanged_row_writes_nothing_and_a_changed_one_one_entry(brazil, load):
    make_theme(slug="crowd-safety")
    row = EVENT | {"cities": "Rio;Recife", "latitude": "-22.9", "longitude": "-43.2", "themes": "crowd-safety"}
    load("events", row)
    updated = MajorEvent.objects.get().updated
    assert load("events", row) == ["events: 0 added, 0 updated, 1 unchanged"]
    assert (MajorEvent.history.count(), EventPlace.history.count()) == (1, 2)
    assert MajorEvent.objects.get().updated == updated
    load("events", row | {"name": "Other", "themes": ""})
    assert list(MajorEvent.history.values_list("history_type", flat=True)) == ["~", "+"]
    assert MajorEvent.objects.get().updated > updated


def test_an_update_keeps_the_venue_of_a_city_that_is_still_listed(brazil, load):
    load("events", EVENT | {"cities": "Rio;Recife"})
    EventPlace.objects.filter(city="Recife").update(venue="Arena")
    load("events", EVENT | {"cities": "Recife;Natal"})
    places = EventPlace.objects.values_list("city", "venue", "order")
    assert list(places) == [("Recife", "Arena", 0), ("Natal", "", 1)]
    assert "arena" in MajorEvent.objects.get().search_text


def test_dates_of_reduced_precision_become_whole_periods(brazil, load):
    load("events", EVENT | {"start_date": "2030-06", "end_date": "2030-07", "date_precision": "month"})
    event = MajorEvent.objects.get()
    assert (str(event.start), str(event.end), event.get_precision_display()) == ("2030-06-01", "2030-07-31", "month")


def test_an_absent_end_is_the_end_of_the_starts_period(brazil, load):
    load("events", EVENT | {"start_date": "2030", "end_date": ""})
    assert str(MajorEvent.objects.get().end) == "2030-12-31"


def test_other_hosts_may_be_anywhere_in_the_world(brazil, mexico, load):
    load("events", EVENT | {"other_hosts_iso3": "MEX;MAR"})
    event = MajorEvent.objects.get()
    assert (list(event.other_hosts.all()), event.hosts_elsewhere) == ([mexico], "MAR")


def test_an_umbrella_event_may_stand_later_in_the_file(brazil, load):
    load("events", EVENT | {"umbrella": "season-2030"}, EVENT | {"slug": "season-2030", "umbrella": ""})
    assert MajorEvent.objects.get(slug="games-2030").umbrella.slug == "season-2030"


def test_a_repealing_law_may_stand_later_in_the_file(brazil, load):
    load("instruments", LAW | {"repealed_by_slug": "bra-lei-2"}, LAW | {"slug": "bra-lei-2", "repealed_by_slug": ""})
    relation = InstrumentRelation.objects.get()
    assert (relation.instrument.slug, relation.kind, relation.target.slug) == ("bra-lei-2", "repeals", "bra-lei-1")
    load("instruments", LAW | {"repealed_by_slug": ""})
    assert not InstrumentRelation.objects.exists()


def test_an_international_instrument_belongs_to_its_organisation(load, db):
    make_organisation(code="UN")
    load("instruments", LAW | {"level": "international", "jurisdiction": "UN"})
    instrument = Instrument.objects.get()
    assert (instrument.organisation.code, instrument.state, instrument.title_pt) == ("UN", None, None)


def test_partners_are_organisations_by_code_or_names(brazil, load):
    make_organisation(code="UNICRI")
    row = {"slug": "seminar", "title": "Seminar", "kind": "training", "start_date": "2008", "end_date": "2008"}
    load("activities", row | {"partners": "UNICRI;Ministry of Justice", "country_iso3": "BRA"})
    activity = Activity.objects.get()
    assert ([partner.code for partner in activity.partners.all()], activity.other_partners, activity.host_state) == (
        ["UNICRI"], "Ministry of Justice", brazil,
    )  # fmt: skip


def test_one_row_of_treaty_status_can_hold_two_actions_or_none(brazil, mexico, load):
    make_treaty(slug="treaty")
    both = CONSENT | {"signed_on": "2001-11", "ratified_on": "2004", "action": "ratification", "note": "Late."}
    assert load("treaty-actions", both, CONSENT | {"iso3": "MEX", "action": "accession"}) == [
        "treaty-actions: 2 added, 0 updated, 0 unchanged"
    ]
    actions = TreatyAction.objects.order_by("date").values_list("state__iso3", "kind", "date", "note")
    assert list(actions) == [("BRA", "signature", "2001-11", "Late."), ("BRA", "ratification", "2004", "Late.")]
    assert load("treaty-actions", both | {"ratified_on": "2005"}) == ["treaty-actions: 0 added, 1 updated, 1 unchanged"]
    assert TreatyAction.objects.get(kind="ratification").date == "2005"


def test_two_actions_of_one_kind_are_told_apart_by_their_dates(brazil, load):
    treaty = make_treaty(slug="treaty")
    for date in ("1990", "2010"):
        make_treaty_action(instrument=treaty, state=brazil, kind="accession", date=date)
    row = {"instrument_slug": "treaty", "iso3": "BRA", "action": "accession", "date": "2010", "note": "Again."}
    load("treaty-actions", row)
    assert list(TreatyAction.objects.values_list("date", "note").order_by("date")) == [("1990", ""), ("2010", "Again.")]


def test_documents_follow_the_label_that_an_import_gives_their_event(brazil, load):
    document = make_document()
    make_event(slug="games-2030", host_state=brazil, documents=[document])
    load("events", {"slug": "games-2030", "label": "TLP:AMBER"})
    assert Document.objects.get().get_effective_label_display() == "TLP:AMBER"


def test_the_file_says_the_publication_where_it_has_the_column(brazil, load):
    load("events", EVENT | {"publication": "draft"})
    assert MajorEvent.objects.get().publication == "draft"
    load("events", EVENT)
    assert MajorEvent.objects.get().publication == "draft"


def test_a_dry_run_says_what_would_be_done_and_saves_nothing(brazil, load):
    load("events", EVENT)
    assert load("events", EVENT | {"name": "Other"}, EVENT | {"slug": "new"}, dry_run=True) == [
        "events.csv:2: games-2030: updated: name",
        "events.csv:3: new: added",
        "events: 1 added, 1 updated, 0 unchanged (dry run: nothing was saved)",
    ]
    assert list(MajorEvent.objects.values_list("slug", "name_en")) == [("games-2030", "Games 2030")]


def test_a_byte_order_mark_is_tolerated(brazil, load):
    load("events", data=b"\xef\xbb\xbf" + as_csv([EVENT]))
    assert MajorEvent.objects.count() == 1


def test_states_bring_their_sub_region_and_address(load, db):
    row = {"iso3": "BRA", "iso2": "BR", "name_en": "Brazil", "subregion": "Southern Cone"}
    load("states", row)
    state = MemberState.objects.get()
    assert (state.slug, state.sub_region.slug, state.sub_region.name_fr) == ("brazil", "southern-cone", "Cône Sud")


# What it refuses: (what is wrong with the row, what is said of its line)

BAD_EVENTS = [
    ({"end_date": "2030-06-11"}, "end_date: The end is before the start."),
    ({"end_date": "2030-06"}, "end_date: Give the end as exactly as the start."),
    ({"start_date": "12 June"}, "start_date: Write a year, a month or a day: 2027, 2026-06 or 2026-06-12."),
    ({"start_date": "2030-02-30"}, "start_date: There is no such date."),
    ({"start_date": ""}, "start_date: Write a year, a month or a day: 2027, 2026-06 or 2026-06-12."),
    ({"date_precision": "year"}, "date_precision: This is not the precision of start_date."),
    ({"host_country_iso3": "ATL"}, "host_country_iso3: Unknown State: ATL"),
    ({"host_country_iso3": ""}, "host_country_iso3: This field cannot be null."),
    ({"other_hosts_iso3": "BRA;XQZ"}, "other_hosts_iso3: Not an ISO 3166-1 alpha-3 code: XQZ"),
    ({"kind": "party"}, "kind: “party” is none of: sport, summit, cultural, religious, festival, other."),
    ({"kind": ""}, "kind: This field cannot be blank."),
    ({"series": "nowhere"}, "series: Unknown series: nowhere"),
    ({"organiser": "NOBODY"}, "organiser: Unknown organisation: NOBODY"),
    ({"themes": "crowd;none"}, "themes: Unknown theme: crowd, none"),
    ({"umbrella": "nowhere"}, "umbrella: Unknown major event: nowhere"),
    ({"umbrella": "games-2030"}, "umbrella: A record does not refer to itself."),
    ({"name": "<b>Games</b>"}, "name: Plain text only: HTML markup is not accepted here."),
    ({"name_es": "Juegos&nbsp;2030"}, "name_es: Plain text only: HTML markup is not accepted here."),
    ({"summary_en": "<script>alert(1)"}, "summary_en: Plain text only: HTML markup is not accepted here."),
    ({"cities": "Rio;<i>Recife</i>"}, "cities: Plain text only: HTML markup is not accepted here."),
    ({"name": ""}, "name: This field cannot be blank."),
    ({"name": "x" * 201}, "name: Ensure this value has at most 200 characters (it has 201)."),
    ({"slug": "Not a slug"}, "slug: Enter a valid “slug” consisting of letters, numbers, underscores or hyphens."),
    ({"slug": ""}, "slug: This field cannot be blank."),
    ({"official_website": "javascript:alert(1)"}, "official_website: Enter a valid URL."),
    ({"expected_attendance": "many"}, "expected_attendance: Write a whole number in digits only."),
    ({"expected_attendance": "-5"}, "expected_attendance: Write a whole number in digits only."),
    ({"ipo_support": "maybe"}, "ipo_support: “maybe” is none of: yes, no."),
    ({"cities": "Rio", "latitude": "-95", "longitude": "-43"}, "latitude: This must lie between -60 and 84."),
    ({"cities": "Rio", "latitude": "-43.2", "longitude": "22.9"}, "longitude: This must lie between -180 and -25."),
    ({"cities": "Rio", "latitude": "-22.9", "longitude": ""}, "latitude: Latitude and longitude go together."),
    ({"cities": "Rio", "latitude": "-22,9", "longitude": "-43"}, "latitude: Write a number with a decimal point."),
    ({"cities": "", "latitude": "-22", "longitude": "-43"},
     "latitude: Coordinates are those of the first city, and there is none."),
    ({"label": "TLP:PINK"}, "label: “TLP:PINK” is none of: TLP:CLEAR, TLP:GREEN, TLP:AMBER, TLP:RED, CLEAR, GREEN, AMBER, RED."),
    ({"source_kind": "rumour"},
     "source_kind: “rumour” is none of: official-page, secondary-page, repo-data, computed, general-knowledge."),
    *[({"name": text}, "name: The cell looks like a formula: it begins with = + - @ or a tab.")
      for text in ("=1+1", "+1", "@SUM(A1)", "-2+3+cmd|' /C calc'!A0", "\t=1", " =1", "-HYPERLINK(1)", "＝1")],
    ({"summary_en": "nul\0"}, "summary_en: The cell holds a control character."),
    ({"slug": "nul\0"}, "slug: The cell holds a control character."),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "reason"), BAD_EVENTS, ids=lambda value: str(value)[:40])
def test_a_bad_event_is_reported_with_line_column_and_reason(brazil, refused, wrong, reason):
    good = {key: "" for key in wrong} | EVENT | {"slug": "good"}
    assert refused("events", good, EVENT | wrong) == [f"events.csv:3: {reason}"]
    assert not MajorEvent.objects.exists() and not MajorEvent.history.exists()


def test_a_bad_update_leaves_the_record_and_its_history(brazil, load, refused):
    load("events", EVENT | {"cities": "Rio"})
    assert refused("events", EVENT | {"name": "Other", "cities": "Natal"}, EVENT | {"slug": "b", "kind": "x"}) == [
        "events.csv:3: kind: “x” is none of: sport, summit, cultural, religious, festival, other."
    ]
    assert list(MajorEvent.objects.values_list("name_en", "places__city")) == [("Games 2030", "Rio")]
    assert MajorEvent.history.count() == 1


def test_every_problem_of_every_row_is_reported(brazil, refused):
    said = refused("events", EVENT | {"kind": "x", "name": "<b>"}, EVENT | {"slug": "b", "host_country_iso3": "X"})
    assert [line.split(": ")[:2] for line in said] == [
        ["events.csv:2", "name"], ["events.csv:2", "kind"], ["events.csv:3", "host_country_iso3"],
    ]  # fmt: skip


def test_swapped_columns_get_a_reason_per_row(brazil, refused):
    rows = [EVENT | {"slug": slug, "kind": f"Games {slug}", "name": "sport"} for slug in ("a", "b")]
    said = refused("events", *rows)
    assert said == [
        f"events.csv:{line}: kind: “Games {slug}” is none of: sport, summit, cultural, religious, festival, other."
        for line, slug in ((2, "a"), (3, "b"))
    ]


def test_a_slug_twice_in_one_file_is_refused(brazil, refused):
    assert refused("events", EVENT, EVENT | {"slug": "b"}, EVENT | {"name": "Again"}) == [
        "events.csv:4: slug: Twice in this file: line 2 has it too."
    ]


def test_unknown_missing_and_repeated_columns_are_named(brazil, refused):
    assert refused("events", EVENT | {"colour": "red", "id": "1"}) == ["events.csv: Unknown columns: colour, id"]
    assert refused("events", {"name": "Games"}) == ["events.csv: Missing column: slug"]
    assert refused("events", {"slug": "a", "start_date": "2030"}) == ["events.csv: Missing column: end_date"]
    assert refused("events", data=b"slug,name,name\na,b,c\n") == ["events.csv: Column named twice: name"]


def test_lines_are_counted_through_quoted_line_breaks(brazil, refused):
    good = EVENT | {"slug": "good", "summary_en": "One\r\ntwo\nthree"}
    assert refused("events", good, EVENT | {"kind": "x", "summary_en": ""})[0].startswith("events.csv:5: kind: ")


def test_bytes_that_are_not_utf_8_are_refused_with_their_line(brazil, refused):
    data = as_csv([EVENT, EVENT | {"slug": "b", "name": "Jogos de São Paulo"}]).decode().encode("latin-1")
    assert refused("events", data=data) == ["events.csv:3: This is not UTF-8. Save the file as CSV in UTF-8."]


def test_rows_that_do_not_fit_the_header_are_refused(refused, db):
    assert refused("series", data=b"slug,name_en\na,A\nb\n\nc,C,C\n") == [
        "series.csv:3: The row has 1 cells, the header has 2.",
        "series.csv:5: The row has 3 cells, the header has 2.",
    ]
    assert not Series.objects.exists()


def test_a_broken_quote_an_empty_file_and_a_missing_file_are_refused(refused, load, tmp_path, db):
    assert refused("series", data=b'slug,name_en\na,"A\n')[0].startswith("series.csv:2: This is not valid CSV: ")
    assert refused("series", data=b"") == ["series.csv: The file is empty."]
    with pytest.raises(CommandError, match="No such file"):
        call_command("load", "series", tmp_path / "none.csv")


def test_files_are_limited_in_rows_and_bytes(refused, monkeypatch, db):
    monkeypatch.setattr(tables, "MAX_ROWS", 2)
    rows = [{"slug": f"s{number}", "name_en": "S"} for number in range(3)]
    assert refused("series", *rows) == ["series.csv: The file has more than 2 rows."]
    big = b"slug,name_en\n" + b"a" * tables.MAX_BYTES
    assert refused("series", data=big) == ["series.csv: The file is larger than 20 MB."]


BAD_LAWS = [
    ({"jurisdiction": "UN"}, "jurisdiction: Unknown State: UN"),
    ({"level": "regional"}, "jurisdiction: Unknown organisation: BRA"),
    ({"level": "local"}, "level: “local” is none of: international, regional, national."),
    ({"jurisdiction": ""}, "jurisdiction: Say whose text it is: a State of a national one, else an organisation."),
    ({"repealed_by_slug": "nowhere"}, "repealed_by_slug: Unknown instrument: nowhere"),
    ({"repealed_by_slug": "bra-lei-1"}, "repealed_by_slug: A record does not refer to itself."),
    ({"adopted_on": "2010", "repealed_on": "2009-12"}, "repealed_on: Repealed before it was adopted."),
    ({"adopted_on": "2010/05"}, "adopted_on: Write a year, a month or a day: 2027, 2026-06 or 2026-06-12."),
    ({"related_event_slugs": "nowhere"}, "related_event_slugs: Unknown major event: nowhere"),
    ({"language": "de"}, "language: “de” is none of: en, es, pt, fr."),
    ({"title": ""}, "title: This field cannot be blank."),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "reason"), BAD_LAWS, ids=lambda value: str(value)[:40])
def test_a_bad_instrument_is_reported_with_line_column_and_reason(brazil, refused, wrong, reason):
    make_organisation(code="UN")
    assert refused("instruments", LAW | wrong) == [f"instruments.csv:2: {reason}"]
    assert not Instrument.objects.exists()


BAD_CONSENTS = [
    ({"ratified_on": "2004"}, "action: This field cannot be blank."),
    ({"ratified_on": "soon", "action": "accession"},
     "ratified_on: Write a year, a month or a day: 2027, 2026-06 or 2026-06-12."),
    ({"signed_on": "2004-13"}, "signed_on: There is no such date."),
    ({"iso3": "XQZ"}, "iso3: Unknown State: XQZ"),
    ({"instrument_slug": "nowhere"}, "instrument_slug: Unknown instrument: nowhere"),
    ({"action": "maybe"}, "action: “maybe” is none of: signature, ratification, accession, acceptance, approval, "
     "succession, withdrawal."),
    ({"signed_on": "2004", "ratified_on": "2005", "action": "signature"},
     "action: Twice in this file: line 2 has it too."),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "reason"), BAD_CONSENTS, ids=lambda value: str(value)[:40])
def test_a_bad_row_of_treaty_status_is_reported_with_line_column_and_reason(brazil, refused, wrong, reason):
    make_treaty(slug="treaty")
    assert refused("treaty-actions", CONSENT | wrong) == [f"treaty-actions.csv:2: {reason}"]
    assert not TreatyAction.objects.exists()


def test_a_treaty_and_a_state_twice_in_one_file_is_refused(brazil, refused):
    make_treaty(slug="treaty")
    rows = [CONSENT | {"signed_on": "2001"}, CONSENT | {"signed_on": "2002"}]
    assert refused("treaty-actions", *rows) == ["treaty-actions.csv:3: action: Twice in this file: line 2 has it too."]


def test_bad_states_and_organisations_are_refused(refused, db):
    row = {"iso3": "BRA", "iso2": "BR", "name_en": "Brazil", "subregion": "Southern Cone"}
    assert refused("states", row | {"iso3": "BR", "iso2": "BRA"}) == [
        "states.csv:2: iso3: “BR” does not fit here.", "states.csv:2: iso2: “BRA” does not fit here.",
    ]  # fmt: skip
    assert refused("states", row | {"subregion": "Atlantis"}) == ["states.csv:2: subregion: Unknown sub-region: Atlantis"]
    assert refused("organisations", {"code": "<b>", "name_en": "B"}) == [
        "organisations.csv:2: code: Plain text only: HTML markup is not accepted here."
    ]


def test_a_curator_may_load_records_that_the_portal_made(load, db):
    event, law, activity = make_event(series=make_series()), make_instrument(), make_activity()
    for kind, record in (("events", event), ("instruments", law), ("activities", activity)):
        assert load(kind, {"slug": record.slug}) == [f"{kind}: 0 added, 0 updated, 1 unchanged"]
