"""Exports: every registry as CSV and XLSX that can be loaded again, and no cell that a spreadsheet would run."""

import csv
import io

import openpyxl
import pytest

from core.exports import escape_cell, is_formula, unescape_cell
from core.imports import problems
from core.tables import BadFile, CSVFile, XLSXFile
from events.models import EventPlace, MajorEvent
from events.resources import EventResource
from kms.management.commands.load import KINDS
from tests.factories import make_activity, make_event, make_page, make_theme, make_treaty_action, make_user


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "'=1", "''-x", "-", "＝1"])
def test_what_a_spreadsheet_could_run_is_quoted_and_comes_back(text):
    assert escape_cell(text) == f"'{text}"
    assert unescape_cell(escape_cell(text)) == text


@pytest.mark.parametrize("text", ["-34.6", "12", "-5", "a=b", "", "'quoted'", "d'Ivoire", "1-2"])
def test_plain_text_and_plain_numbers_stay_as_they_are(text):
    assert escape_cell(text) == text == unescape_cell(text)
    assert not is_formula(text)


def as_table(file_format, dataset):
    """What is read from the file that an export makes."""
    data = file_format().export_data(dataset)
    return file_format().create_dataset(data.encode() if isinstance(data, str) else data)


def test_an_export_of_many_rows_takes_as_many_queries_as_one_of_few(db, django_assert_num_queries):
    for number in range(3):
        make_event(cities=["Rio"], slug=f"event-{number}")
        with django_assert_num_queries(9):
            assert len(EventResource().export(MajorEvent.objects.order_by("pk"))) == number + 1


def test_formulae_are_quoted_and_numbers_are_numbers(db):
    event = make_event(name_en='=HYPERLINK("http://evil.example")', expected_attendance=500)
    EventPlace.objects.create(event=event, city="@Rio", latitude="-22.90", longitude="-43.2")
    dataset = EventResource().export()
    row = next(csv.DictReader(io.StringIO(CSVFile().export_data(dataset))))
    assert (row["name"], row["cities"]) == ('\'=HYPERLINK("http://evil.example")', "'@Rio")
    assert (row["latitude"], row["longitude"], row["expected_attendance"]) == ("-22.9", "-43.2", "500")
    sheet = openpyxl.load_workbook(io.BytesIO(XLSXFile().export_data(dataset))).active
    cells = dict(zip(*sheet.iter_rows(values_only=True), strict=True))
    assert cells["name"] == '\'=HYPERLINK("http://evil.example")'
    assert (cells["latitude"], cells["expected_attendance"]) == (-22.9, 500)
    assert "f" not in {cell.data_type for cell in sheet[2]}


@pytest.mark.parametrize("kind", ["events", "activities", "treaty-actions", "pages"])
def test_what_the_admin_let_in_can_be_exported_and_loaded_again(db, kind):
    make_event(name_en="=1+1", name_es="'-2", summary_en="@all\r\nwelcome", cities=["-Rio"])
    make_activity(title_en="- a list", other_partners="Somebody;Else")
    make_treaty_action(note="+1")
    make_page(body_en="<p>= 1</p>")
    for file_format in (CSVFile, XLSXFile):
        result = KINDS[kind]().import_data(as_table(file_format, KINDS[kind]().export()))
        assert problems(result) == []


# What the admin uses: drafts by a curator, formulae in workbooks, files that are none


def table(*rows):
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    file = io.BytesIO()
    workbook.save(file)
    return XLSXFile().create_dataset(file.getvalue())


HEADER = ["slug", "name", "kind", "host_country_iso3", "start_date", "end_date", "expected_attendance"]
GAMES = ["games-2030", "Games 2030", "sport", "BRA", 2030, 2030, 500.0]


def test_a_curators_import_makes_drafts_that_say_whose_they_are(brazil):
    curator = make_user()
    result = EventResource(by=curator).import_data(table(HEADER, GAMES))
    assert problems(result) == []
    event = MajorEvent.objects.get()
    assert (event.publication, event.author, event.history.get().history_user) == ("draft", curator, curator)
    assert (str(event.start), event.expected_attendance) == ("2030-01-01", 500)


def test_a_formula_in_a_workbook_is_refused_with_its_line(brazil):
    result = EventResource().import_data(table(HEADER, [None] * 7, [*GAMES[:6], "=1+1"]))
    assert problems(result) == [
        (3, "expected_attendance", "The cell looks like a formula: it begins with = + - @ or a tab.")
    ]


def test_a_bad_row_saves_nothing_even_when_nobody_asks_for_that(brazil):
    result = EventResource().import_data(table(HEADER, GAMES, ["b", *GAMES[1:3], "XXX", *GAMES[4:]]), dry_run=False)
    assert [(row.number, row.error_dict) for row in result.invalid_rows] == [
        (3, {"host_country_iso3": ["Unknown State: XXX"]})
    ]
    assert not MajorEvent.objects.exists()


def test_a_file_that_is_no_workbook_or_not_utf_8_says_so():
    with pytest.raises(BadFile, match="This is not an XLSX file."):
        XLSXFile().create_dataset(b"slug,name\n")
    with pytest.raises(BadFile) as refusal:
        CSVFile().create_dataset("slug,name\na,São Paulo".encode("latin-1"))
    assert refusal.value.messages == ["Line 2: This is not UTF-8. Save the file as CSV in UTF-8."]


def test_a_wrong_header_is_said_without_the_machines_paths(brazil):
    result = EventResource().import_data(table([*HEADER, "colour"], [*GAMES, "red"]))
    assert [(str(error.error), error.traceback) for error in result.base_errors] == [("Unknown column: colour", "")]


def test_an_import_is_one_state_of_the_record_with_its_lists_in_the_history(brazil):
    curator = make_user()
    make_theme(slug="crowds")
    header, row = [*HEADER, "themes", "cities"], [*GAMES, "crowds", "Rio"]
    EventResource().import_data(table(header, row))
    EventResource(by=curator).import_data(table(header, [*row[:-2], "", "Natal"]))
    entries = MajorEvent.history.order_by("history_id")
    assert [(entry.history_type, entry.themes.count(), entry.history_user) for entry in entries] == [
        ("+", 1, None), ("~", 0, curator),
    ]  # fmt: skip
    assert {entry.history_user for entry in EventPlace.history.exclude(history_type="+")} == {curator}
