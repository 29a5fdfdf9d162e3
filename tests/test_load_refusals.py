"""manage.py load: what it refuses, with line, column and reason, and that a bad file saves nothing."""

import pytest
from django.core.management import CommandError, call_command

from core import tables
from events.models import MajorEvent, Series
from legislation.models import Instrument, TreatyAction
from tests.factories import make_organisation, make_treaty
from tests.loading import CONSENT, EVENT, LAW, as_csv, load, refused

# (what is wrong with the row, what is said of its line)
BAD_EVENTS = [
    ({"end_date": "2030-06-11"}, "end_date: The end is before the start."),
    ({"end_date": "2030-06"}, "end_date: Give the end as exactly as the start."),
    ({"start_date": "12 June"}, "start_date: Write a year, a month or a day: 2027, 2026-06 or 2026-06-12."),
    ({"start_date": "2030-02-30"}, "start_date: There is no such date."),
    ({"start_date": ""}, "start_date: Write a year, a month or a day: 2027, 2026-06 or 2026-06-12."),
    ({"date_precision": "year"}, "date_precision: This is not the precision of start_date."),
    ({"host_country_iso3": "ATL"}, "host_country_iso3: Unknown State: ATL"),
    ({"host_country_iso3": ""}, "host_country_iso3: This field cannot be null."),
    ({"other_hosts_iso3": "MEX;BRA"}, "other_hosts_iso3: The main host is not one of the other hosts."),
    ({"other_hosts_iso3": "MEX;XQZ"}, "other_hosts_iso3: Not an ISO 3166-1 alpha-3 code: XQZ"),
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
    ({"summary_en": "x" * 3001}, "summary_en: Ensure this value has at most 3000 characters (it has 3001)."),
    ({"summary_fr": "x" * 100_000}, "summary_fr: Ensure this value has at most 3000 characters (it has 100000)."),
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
    ({"label": "TLP:PINK"},
     "label: “TLP:PINK” is none of: TLP:CLEAR, TLP:GREEN, TLP:AMBER, TLP:RED, CLEAR, GREEN, AMBER, RED."),
    ({"source_kind": "rumour"},
     "source_kind: “rumour” is none of: official-page, secondary-page, repo-data, computed, general-knowledge."),
    *[({"name": text}, "name: The cell looks like a formula: it begins with = + - @ or a tab.")
      for text in ("=1+1", "+1", "@SUM(A1)", "-2+3+cmd|' /C calc'!A0", "\t=1", " =1", "-HYPERLINK(1)", "＝1")],
    ({"summary_en": "nul\0"}, "summary_en: The cell holds a control character."),
    ({"slug": "nul\0"}, "slug: The cell holds a control character."),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "reason"), BAD_EVENTS, ids=lambda value: str(value)[:40])
def test_a_bad_event_is_reported_with_line_column_and_reason(brazil, wrong, reason):
    good = dict.fromkeys(wrong, "") | EVENT | {"slug": "good"}
    assert refused("events", good, EVENT | wrong) == [f"events.csv:3: {reason}"]
    assert not MajorEvent.objects.exists() and not MajorEvent.history.exists()


def test_a_bad_update_leaves_the_record_and_its_history(brazil):
    load("events", EVENT | {"cities": "Rio"})
    assert refused("events", EVENT | {"name": "Other", "cities": "Natal"}, EVENT | {"slug": "b", "kind": "x"}) == [
        "events.csv:3: kind: “x” is none of: sport, summit, cultural, religious, festival, other."
    ]
    assert list(MajorEvent.objects.values_list("name_en", "places__city")) == [("Games 2030", "Rio")]
    assert MajorEvent.history.count() == 1


def test_new_events_that_name_each_other_as_their_umbrella_are_refused(brazil):
    names = {"a": "b", "b": "c", "c": "a"}
    rows = [EVENT | {"slug": slug, "umbrella": other} for slug, other in names.items()]
    assert refused("events", *rows) == ["events.csv:4: umbrella: An event is not a part of itself."]
    assert not MajorEvent.objects.exists() and not MajorEvent.history.exists()


def test_a_known_event_does_not_become_a_part_of_its_own_new_part(brazil):
    load("events", EVENT)
    part = EVENT | {"slug": "part", "umbrella": "games-2030"}
    assert refused("events", EVENT | {"umbrella": "part"}, part) == [
        "events.csv:2: umbrella: An event is not a part of itself."
    ]
    assert (MajorEvent.objects.get().umbrella, MajorEvent.history.count()) == (None, 1)


def test_every_problem_of_every_row_is_reported(brazil):
    said = refused("events", EVENT | {"kind": "x", "name": "<b>"}, EVENT | {"slug": "b", "host_country_iso3": "X"})
    assert [line.split(": ")[:2] for line in said] == [
        ["events.csv:2", "name"], ["events.csv:2", "kind"], ["events.csv:3", "host_country_iso3"],
    ]  # fmt: skip


def test_swapped_columns_get_a_reason_per_row(brazil):
    rows = [EVENT | {"slug": slug, "kind": f"Games {slug}", "name": "sport"} for slug in ("a", "b")]
    said = refused("events", *rows)
    assert said == [
        f"events.csv:{line}: kind: “Games {slug}” is none of: sport, summit, cultural, religious, festival, other."
        for line, slug in ((2, "a"), (3, "b"))
    ]


def test_a_slug_twice_in_one_file_is_refused(brazil):
    assert refused("events", EVENT, EVENT | {"slug": "b"}, EVENT | {"name": "Again"}) == [
        "events.csv:4: slug: Twice in this file: line 2 has it too."
    ]


def test_unknown_missing_and_repeated_columns_are_named(brazil):
    assert refused("events", EVENT | {"colour": "red", "id": "1"}) == ["events.csv: Unknown columns: colour, id"]
    assert refused("events", {"name": "Games"}) == ["events.csv: Missing column: slug"]
    assert refused("events", {"slug": "a", "start_date": "2030"}) == ["events.csv: Missing column: end_date"]
    assert refused("events", data=b"slug,name,name\na,b,c\n") == ["events.csv: Column named twice: name"]


def test_lines_are_counted_through_quoted_line_breaks(brazil):
    good = EVENT | {"slug": "good", "summary_en": "One\r\ntwo\nthree"}
    assert refused("events", good, EVENT | {"kind": "x", "summary_en": ""})[0].startswith("events.csv:5: kind: ")


def test_bytes_that_are_not_utf_8_are_refused_with_their_line(brazil):
    data = as_csv([EVENT, EVENT | {"slug": "b", "name": "Jogos de São Paulo"}]).decode().encode("latin-1")
    assert refused("events", data=data) == ["events.csv:3: This is not UTF-8. Save the file as CSV in UTF-8."]


def test_rows_that_do_not_fit_the_header_are_refused(db):
    assert refused("series", data=b"slug,name_en\na,A\nb\n\nc,C,C\n") == [
        "series.csv:3: The row has 1 cells, the header has 2.",
        "series.csv:5: The row has 3 cells, the header has 2.",
    ]
    assert not Series.objects.exists()


def test_a_broken_quote_an_empty_file_and_a_missing_file_are_refused(tmp_path, db):
    assert refused("series", data=b'slug,name_en\na,"A\n')[0].startswith("series.csv:2: This is not valid CSV: ")
    assert refused("series", data=b"") == ["series.csv: The file is empty."]
    with pytest.raises(CommandError, match="No such file"):
        call_command("load", "series", tmp_path / "none.csv")


def test_files_are_limited_in_rows_and_bytes(monkeypatch, db):
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
    ({"adopted_on": "2010", "repealed_on": "2009-12"}, "repealed_on: Repealed before it was adopted or in force."),
    ({"adopted_on": "2010/05"}, "adopted_on: Write a year, a month or a day: 2027, 2026-06 or 2026-06-12."),
    ({"related_event_slugs": "nowhere"}, "related_event_slugs: Unknown major event: nowhere"),
    ({"language": "de"}, "language: “de” is none of: en, es, pt, fr."),
    ({"title": ""}, "title: This field cannot be blank."),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "reason"), BAD_LAWS, ids=lambda value: str(value)[:40])
def test_a_bad_instrument_is_reported_with_line_column_and_reason(brazil, wrong, reason):
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
def test_a_bad_row_of_treaty_status_is_reported_with_line_column_and_reason(brazil, wrong, reason):
    make_treaty(slug="treaty")
    assert refused("treaty-actions", CONSENT | wrong) == [f"treaty-actions.csv:2: {reason}"]
    assert not TreatyAction.objects.exists()


def test_a_treaty_and_a_state_twice_in_one_file_is_refused(brazil):
    make_treaty(slug="treaty")
    rows = [CONSENT | {"signed_on": "2001"}, CONSENT | {"signed_on": "2002"}]
    assert refused("treaty-actions", *rows) == ["treaty-actions.csv:3: action: Twice in this file: line 2 has it too."]


def test_long_texts_are_refused_wherever_their_fields_have_a_limit(brazil):
    make_treaty(slug="treaty")
    limit = TreatyAction._meta.get_field("reservation").max_length
    assert refused("treaty-actions", CONSENT | {"signed_on": "2004", "reservation": "x" * (limit + 1)}) == [
        f"treaty-actions.csv:2: reservation: Ensure this value has at most {limit} characters (it has {limit + 1})."
    ]
    page = {"slug": "page", "title_en": "Page", "body_en": "Text", "body_es": f"<p>{'x' * 50_000}</p>"}
    assert refused("pages", page) == [
        "pages.csv:2: body_es: Ensure this value has at most 50000 characters (it has 50007)."
    ]
    load("pages", page | {"body_es": f"<p>{'x' * 49_993}</p>"})


def test_bad_states_and_organisations_are_refused(db):
    row = {"iso3": "BRA", "iso2": "BR", "name_en": "Brazil", "subregion": "Southern Cone"}
    assert refused("states", row | {"iso3": "BR", "iso2": "BRA"}) == [
        "states.csv:2: iso3: “BR” does not fit here.", "states.csv:2: iso2: “BRA” does not fit here.",
    ]  # fmt: skip
    assert refused("states", row | {"subregion": "Atlantis"}) == [
        "states.csv:2: subregion: Unknown sub-region: Atlantis"
    ]
    assert refused("organisations", {"code": "<b>", "name_en": "B"}) == [
        "organisations.csv:2: code: Plain text only: HTML markup is not accepted here."
    ]
