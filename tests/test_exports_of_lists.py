"""Lists as CSV and XLSX: the rows of the list for the same reader, exact cells, refused queries, conditional GET."""

import csv
import datetime
import io

import openpyxl
import pytest

from core.dates import Precision
from core.labels import Label
from core.tables import read_csv
from events.models import EventPlace, MajorEvent
from legislation.models import InstrumentRelation
from tests.factories import (
    make_activity,
    make_event,
    make_instrument,
    make_organisation,
    make_series,
    make_state,
    make_theme,
    make_treaty,
    make_treaty_action,
)

pytestmark = pytest.mark.django_db
LISTS = {"events": "csv xlsx ics atom", "legislation": "csv xlsx atom", "programme": "csv xlsx ics atom"}
FORMS = [f"{name}.{form}" for name, forms in LISTS.items() for form in forms.split()]
SMALL = ["network", "themes", "events/series"]


def body(response):
    assert response.status_code == 200, response.content
    return response.getvalue()


def table(client, path):
    """The rows of a CSV file, as dicts."""
    return list(csv.DictReader(io.StringIO(body(client.get(path)).decode("utf-8-sig"))))


def sheet(client, path):
    return openpyxl.load_workbook(io.BytesIO(body(client.get(path)))).active


def text_in(content, path):
    """What a file says, as one text; XLSX is a zip of XML."""
    if not path.partition("?")[0].endswith(".xlsx"):
        return content.decode()
    rows = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    return "\n".join(str(cell) for row in rows for cell in row)


@pytest.fixture
def games(brazil):
    """An event of which everything is recorded."""
    event = make_event(
        slug="games",
        name_en="Games",
        name_es="Juegos",
        language="es",
        host_state=brazil,
        other_hosts=[make_state(iso3="URY"), make_state(iso3="ARG")],
        hosts_elsewhere="ESP",
        series=make_series(slug="the-games"),
        umbrella=make_event(slug="year-of-sport", start=datetime.date(2029, 1, 1)),
        organiser=make_organisation(code="FIFA"),
        themes=[make_theme(slug="venues"), make_theme(slug="crowds")],
        start=datetime.date(2030, 6, 12),
        end=datetime.date(2030, 6, 14),
        expected_attendance=9000,
        delegations=41,
        website="https://games.example/",
        status="awarded",
        status_note_en="A note.",
        summary_en="A summary.",
        security_authority="The ministry",
        source="https://source.example/",
        source_kind="official-page",
    )
    EventPlace.objects.create(event=event, city="Rio", latitude="-22.90", longitude="-43.2", order=0)
    EventPlace.objects.create(event=event, city="Rio", venue="Maracanã", order=1)
    EventPlace.objects.create(event=event, city="Niterói", order=2)
    moment = datetime.datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=datetime.UTC)
    MajorEvent.objects.filter(pk=event.pk).update(updated=moment)
    return event


GAMES = {
    "slug": "games",
    "name": "Games",
    "name_language": "en",
    "original_name": "Juegos",
    "original_language": "es",
    "kind": "sport",
    "series": "the-games",
    "host_country_iso3": "BRA",
    "other_hosts_iso3": "ARG;URY;ESP",
    "cities": "Rio;Niterói",
    "latitude": "-22.9",
    "longitude": "-43.2",
    "start_date": "2030-06-12",
    "end_date": "2030-06-14",
    "date_precision": "day",
    "expected_attendance": "9000",
    "participating_delegations": "41",
    "official_website": "https://games.example/",
    "status": "awarded",
    "status_note": "A note.",
    "summary": "A summary.",
    "umbrella": "year-of-sport",
    "organiser": "FIFA",
    "security_authority": "The ministry",
    "themes": "crowds;venues",
    "ipo_support": "no",
    "label": "TLP:CLEAR",
    "publication": "published",
    "source": "https://source.example/",
    "source_kind": "official-page",
    "page": "http://localhost:8000/en/events/games/",
    "updated": "2026-01-02T03:04:05Z",
}


def test_events_as_csv_hold_every_public_fact(client, games):
    assert table(client, "/en/events.csv")[0] == GAMES


def test_events_as_xlsx_hold_the_same_with_real_dates_and_numbers(client, games):
    found = sheet(client, "/en/events.xlsx")
    row = dict(zip(*found.iter_rows(max_row=2, values_only=True), strict=True))
    typed = {
        "latitude": -22.9,
        "longitude": -43.2,
        "start_date": datetime.datetime(2030, 6, 12),
        "end_date": datetime.datetime(2030, 6, 14),
        "expected_attendance": 9000,
        "participating_delegations": 41,
        "updated": datetime.datetime(2026, 1, 2, 3, 4, 5),
    }
    assert row == GAMES | typed
    assert (found["M2"].number_format, found.freeze_panes, found.auto_filter.ref) == ("yyyy-mm-dd", "A2", "A1:AF3")
    assert {cell.font.bold for cell in found[1]} == {True}
    assert found.column_dimensions["A"].width >= len("year-of-sport")


def test_texts_are_in_the_readers_language_and_columns_are_not(client, games):
    row = table(client, "/es/events.csv")[0]
    told = {"name": "Juegos", "name_language": "es", "page": "http://localhost:8000/es/events/games/"}
    assert row == GAMES | told


def test_reduced_dates_stay_reduced(client):
    make_event(slug="a", start=datetime.date(2030, 6, 1), end=datetime.date(2030, 7, 31), precision=Precision.MONTH)
    make_event(slug="b", start=datetime.date(2029, 1, 1), end=datetime.date(2029, 12, 31), precision=Precision.YEAR)
    columns = ["start_date", "end_date", "date_precision"]
    wanted = [["2030-06", "2030-07", "month"], ["2029", "2029", "year"]]
    assert [[row[name] for name in columns] for row in table(client, "/en/events.csv")] == wanted
    rows = sheet(client, "/en/events.xlsx").iter_rows(min_row=2, min_col=13, max_col=15, values_only=True)
    assert [list(row) for row in rows] == wanted


def test_days_before_1900_which_excel_does_not_know_are_text(client):
    make_instrument(adopted_on="1889-11-15")
    make_instrument(adopted_on="1900-01-01")
    found = sheet(client, "/en/legislation.xlsx?sort=oldest")
    column = [cell.value for cell in found[1]].index("adopted_on")
    assert [row[column].value for row in found.iter_rows(min_row=2)] == ["1889-11-15", datetime.datetime(1900, 1, 1)]


def test_csv_is_utf8_with_a_mark_for_excel_and_the_portal_reads_it(client, games):
    content = body(client.get("/en/events.csv"))
    assert content.startswith(b"\xef\xbb\xbfslug,name,")
    assert read_csv(content).headers == list(GAMES)


ACT = {
    "slug": "lei-1",
    "title": "Act 1",
    "title_language": "en",
    "original_title": "Lei 1",
    "original_language": "pt",
    "level": "national",
    "jurisdiction": "BRA",
    "subdivision": "Rio",
    "kind": "act",
    "number": "1",
    "gazette": "DOU",
    "adopted_on": "2012-06-05",
    "in_force_on": "2012-07",
    "last_amended_on": "2013",
    "repealed_on": "2014-12-31",
    "status": "repealed",
    "repealed_by_slug": "lei-2",
    "topics": "venues",
    "related_event_slugs": "games",
    "url": "https://law.example/1",
    "summary": "About venues.",
    "verified_on": "2026-01-02",
    "label": "TLP:CLEAR",
    "publication": "published",
    "source": "DOU",
    "source_kind": "official-page",
    "page": "http://localhost:8000/en/legislation/lei-1/",
}


def test_legislation_as_csv_holds_every_public_fact(client, brazil):
    event = make_event(slug="games")
    law = make_instrument(
        slug="lei-1",
        original_title="Lei 1",
        title_en="Act 1",
        language="pt",
        state=brazil,
        number="1",
        gazette="DOU",
        subdivision="Rio",
        adopted_on="2012-06-05",
        in_force_on="2012-07",
        last_amended_on="2013",
        repealed_on="2014-12-31",
        status="repealed",
        themes=[make_theme(slug="venues")],
        events=[event],
        url="https://law.example/1",
        summary_en="About venues.",
        verified_on=datetime.date(2026, 1, 2),
        source="DOU",
        source_kind="official-page",
    )
    repealing = make_instrument(slug="lei-2", adopted_on="2010")
    InstrumentRelation.objects.create(instrument=repealing, kind="repeals", target=law)
    row = table(client, "/en/legislation.csv")[0]
    assert row.pop("updated").startswith("20")
    assert row == ACT


WORKSHOP = {
    "slug": "workshop",
    "title": "Workshop",
    "title_language": "en",
    "original_title": "Workshop",
    "original_language": "en",
    "kind": "workshop",
    "start_date": "2011-04",
    "end_date": "2011-04",
    "date_precision": "month",
    "city": "Brasília",
    "country_iso3": "BRA",
    "related_event_slug": "games",
    "partners": "CICTE;UNICRI;Ministry of Sport",
    "funders": "Canada",
    "participants_note": "Forty people.",
    "summary": "Two days.",
    "themes": "crowds",
    "label": "TLP:CLEAR",
    "publication": "published",
    "source": "A note",
    "source_kind": "",
    "page": "http://localhost:8000/en/programme/workshop/",
}


def test_activities_as_csv_hold_every_public_fact(client, brazil):
    make_activity(
        slug="workshop",
        title_en="Workshop",
        kind="workshop",
        host_state=brazil,
        city="Brasília",
        event=make_event(slug="games"),
        partners=[make_organisation(code="UNICRI"), make_organisation(code="CICTE")],
        other_partners="Ministry of Sport",
        funders="Canada",
        participants_note_en="Forty people.",
        summary_en="Two days.",
        themes=[make_theme(slug="crowds")],
        start=datetime.date(2011, 4, 1),
        end=datetime.date(2011, 4, 30),
        precision=Precision.MONTH,
        source="A note",
    )
    row = table(client, "/en/programme.csv")[0]
    assert row.pop("updated").startswith("20")
    assert row == WORKSHOP


def test_table_of_a_treaty_as_a_file(client, brazil, mexico):
    treaty = make_treaty(slug="treaty", title="Treaty")
    make_treaty_action(instrument=treaty, state=mexico, kind="signature", date="2001", source="UN")
    make_treaty_action(instrument=treaty, state=mexico, kind="accession", date="2002-03-04", note="=1+1", source="UN")
    blank = dict.fromkeys(["signed_on", "action", "ratified_on", "withdrawn_on", "note", "source"], "")
    named = {"instrument_slug": "treaty", "title": "Treaty"}
    acted = {"signed_on": "2001", "action": "accession", "ratified_on": "2002-03-04", "note": "'=1+1", "source": "UN"}
    assert table(client, "/en/legislation/treaty/treaty.csv") == [
        named | {"iso3": "BRA", "state": "Brazil"} | blank,
        named | {"iso3": "MEX", "state": "Mexico"} | blank | acted,
    ]
    assert sheet(client, "/en/legislation/treaty/treaty.xlsx")["G3"].value == datetime.datetime(2002, 3, 4)


def test_board_themes_and_series_as_files_count_as_their_pages_do(client, brazil):
    theme = make_theme(slug="crowds")
    make_event(host_state=brazil, themes=[theme], series=make_series(slug="games"))
    make_instrument(state=brazil, themes=[theme], label=Label.GREEN)
    [state] = table(client, "/en/network.csv")
    assert (state["iso3"], state["seat"], state["events"], state["instruments"]) == ("BRA", "vacant", "1", "0")
    [row] = table(client, "/en/themes.csv")
    assert (row["code"], row["events"], row["instruments"], row["activities"]) == ("crowds", "1", "0", "0")
    [series] = table(client, "/en/events/series.csv")
    assert (series["slug"], series["editions"]) == ("games", "1")
    for name in SMALL:
        assert sheet(client, f"/en/{name}.xlsx").max_row == 2


def test_cells_that_a_spreadsheet_would_run_are_quoted(client):
    make_event(name_en="=1+1", summary_en="@all", cities=["-Rio"])
    row = table(client, "/en/events.csv")[0]
    assert (row["name"], row["summary"], row["cities"]) == ("'=1+1", "'@all", "'-Rio")
    found = sheet(client, "/en/events.xlsx")
    assert (found["B2"].value, {cell.data_type for cell in found[2]} & {"f"}) == ("'=1+1", set())


def test_characters_that_no_file_may_hold_are_left_out(client):
    make_event(name_en="A\x0bB\ufffe\u2028C\x1b")
    assert table(client, "/en/events.csv")[0]["name"] == "A\nB\nC"
    assert sheet(client, "/en/events.xlsx")["B2"].value == "A\nB\nC"


QUERIES = ["", "?sort=soonest", "?kind=summit&sort=name", "?q=rio&when=upcoming", "?year_from=2031", "?page=2"]


@pytest.mark.parametrize("query", QUERIES)
def test_file_holds_the_rows_of_every_page_of_the_list_in_its_order(client, query):
    for number in range(40):
        kind = "summit" if number % 3 else "sport"
        make_event(name=f"Rio {number % 7}", kind=kind, start=datetime.date(2030 + number % 4, 1 + number % 9, 3))
    rows, address = [], f"/en/events/{query.replace('?page=2', '')}"
    while address:
        listing = client.get(address).context["listing"]
        rows += [row.slug for row in listing.page]
        address = listing.next_url
    assert [row["slug"] for row in table(client, f"/en/events.csv{query}")] == rows
    names = [row[0] for row in sheet(client, f"/en/events.xlsx{query}").iter_rows(min_row=2, values_only=True)]
    assert names == rows
    assert len(rows) > 9


WRONG = {
    "colour=red": ["colour: there is no such filter.", "The filters are: "],
    "kind=nonsense": ["kind: Select a valid choice. nonsense is not one of the available choices."],
    "state=atlantis": ["state: There is no such choice: “atlantis”."],
    "year_from=abc": ["year_from: Enter a whole number."],
    "sort=colour": ["sort: there is no such order. There are: latest, soonest,"],
    "kind=&kind=": ["kind: give it only once."],
}


@pytest.mark.parametrize("path", ["events.csv", "events.xlsx", "events.ics", "events.atom", "programme.ics"])
@pytest.mark.parametrize("query", WRONG)
def test_wrong_query_is_a_400_that_names_the_filter_and_the_reason(client, path, query):
    make_event()
    response = client.get(f"/en/{path}?{query}")
    assert (response.status_code, response["Content-Type"]) == (400, "text/plain; charset=utf-8")
    lines = response.content.decode().splitlines()
    assert lines[0] == "There is no file at this address:"
    assert [line.removeprefix("- ").startswith(said) for line, said in zip(lines[1:], WRONG[query], strict=True)] == [
        True
    ] * len(WRONG[query])
    assert not response.has_header("ETag")


@pytest.mark.parametrize("path", ["network.csv", "themes.xlsx", "events/series.csv", "legislation/treaty/treaty.csv"])
def test_files_without_filters_take_none(client, brazil, path):
    make_treaty_action(instrument=make_treaty(slug="treaty"), state=brazil)
    response = client.get(f"/en/{path}?kind=sport")
    assert response.status_code == 400
    assert response.content.decode().splitlines()[1:] == ["- kind: there is no such filter."]


@pytest.mark.parametrize("path", ["events.pdf", "legislation.ics", "network.atom", "events.csv/", "events.CSV"])
def test_a_form_that_a_list_does_not_have_is_not_there(client, path):
    assert client.get(f"/en/{path}").status_code == 404


def test_the_empty_fields_of_the_filter_form_are_no_filters(client):
    make_event(slug="games")
    assert [row["slug"] for row in table(client, "/en/events.csv?q=&kind=&state=&sort=&year_from=&page=")] == ["games"]
