"""The starting content: everything in data/ arrives, once, and nobody's edit is reverted."""

import csv
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from core.dates import Precision
from core.imports import problems
from core.labels import Label
from core.tables import CSVFile, XLSXFile
from events.models import EventPlace, MajorEvent, Series
from events.resources import EventResource
from kms.management.commands.load import KINDS
from legislation.models import Instrument, InstrumentRelation, TreatyAction
from members.models import Mandate
from programme.models import Activity, Page
from reference.models import MemberState, Organisation, SubRegion, Theme
from tests.test_exports import as_table

DATA = settings.BASE_DIR / "data"


def rows_of(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def seed(**options):
    out = StringIO()
    call_command("seed", stdout=out, **options)
    return out.getvalue().splitlines()


def test_every_row_of_the_data_arrives(seeded, db):
    counts = {
        MemberState: 35,
        Organisation: 37,
        Theme: 25,
        SubRegion: 5,
        Series: 54,
        MajorEvent: 252,
        Activity: 14,
        Instrument: 259,
        Mandate: 0,
    }
    assert {model: model.objects.count() for model in counts} == counts
    assert "events: 252 added" in seeded and "instruments: 259 added" in seeded


def test_a_treaty_action_for_every_date_in_the_file(seeded, db):
    rows = rows_of("treaty_status.csv")
    dates = [row[column] for row in rows for column in ("signed_on", "ratified_on") if row[column]]
    assert TreatyAction.objects.count() == len(dates) > 0
    assert TreatyAction.objects.filter(kind="signature").count() == sum(1 for row in rows if row["signed_on"])
    assert sorted(TreatyAction.objects.values_list("date", flat=True)) == sorted(dates)


def test_what_is_seeded_is_published_for_everybody(seeded, db):
    for model in (MajorEvent, Activity, Instrument):
        assert set(model.objects.values_list("publication", "label")) == {("published", Label.CLEAR)}


def test_each_seeded_record_has_one_entry_of_history(seeded, db):
    for model in (MajorEvent, Activity, Instrument, TreatyAction, MemberState):
        assert list(model.history.values_list("history_type", flat=True)) == ["+"] * model.objects.count()


def test_the_first_entry_of_history_holds_the_lists(seeded, db):
    row = next(row for row in rows_of("instruments.csv") if ";" in row["topics"])
    entry = Instrument.objects.get(slug=row["slug"]).history.get()
    assert sorted(theme.theme.slug for theme in entry.themes.all()) == sorted(row["topics"].split(";"))


def test_sub_regions_have_names_in_four_languages(seeded, db):
    caribbean = SubRegion.objects.get(slug="caribbean")
    names = (caribbean.name_en, caribbean.name_es, caribbean.name_pt, caribbean.name_fr)
    assert names == ("Caribbean", "Caribe", "Caribe", "Caraïbes")
    assert caribbean.states.count() == 15


def test_an_event_with_hosts_on_other_continents_keeps_all_of_them(seeded, db):
    event = MajorEvent.objects.get(slug="fifa-world-cup-2030-centenary")
    assert event.host_state.iso3 == "URY"
    assert sorted(event.other_hosts.values_list("iso3", flat=True)) == ["ARG", "PRY"]
    assert event.hosts_elsewhere == "MAR;PRT;ESP"
    assert event.status == "awarded"


def test_cities_are_in_the_order_of_the_file_and_the_first_has_the_coordinates(seeded, db):
    places = list(EventPlace.objects.filter(event__slug="cricket-world-cup-2007"))
    row = next(row for row in rows_of("events.csv") if row["slug"] == "cricket-world-cup-2007")
    assert [place.city for place in places] == row["cities"].split(";")
    assert (float(places[0].latitude), float(places[0].longitude)) == (13.1073, -59.6202)
    assert {place.latitude for place in places[1:]} == {None}


def test_dates_keep_the_precision_of_the_file(seeded, db):
    launch = Activity.objects.get(slug="ipo-americas-launch-2007")
    assert (launch.start.isoformat(), launch.end.isoformat()) == ("2007-01-01", "2007-12-31")
    assert launch.precision == Precision.YEAR
    for row in rows_of("events.csv"):
        event = MajorEvent.objects.get(slug=row["slug"])
        assert Precision(event.precision).name.lower() == row["date_precision"]
        assert event.start.isoformat().startswith(row["start_date"])


def test_partners_without_a_code_are_kept_as_names(seeded, db):
    seminar = Activity.objects.get(slug="regional-seminar-cartagena-2008")
    assert sorted(seminar.partners.values_list("code", flat=True)) == ["OAS-CICTE", "UNICRI"]
    assert seminar.other_partners == "Ministry of Interior of Spain"


def test_repeals_are_relations_from_the_text_that_repeals(seeded, db):
    expected = {(row["repealed_by_slug"], row["slug"]) for row in rows_of("instruments.csv") if row["repealed_by_slug"]}
    found = InstrumentRelation.objects.filter(kind="repeals").values_list("instrument__slug", "target__slug")
    assert set(found) == expected and expected


def test_jurisdictions_are_states_or_organisations(seeded, db):
    for row in rows_of("instruments.csv"):
        instrument = Instrument.objects.get(slug=row["slug"])
        code = instrument.state.iso3 if row["level"] == "national" else instrument.organisation.code
        assert code == row["jurisdiction"]


def test_events_are_found_by_a_name_a_summary_and_a_place(seeded, db):
    event = MajorEvent.objects.get(slug="cricket-world-cup-2007")
    assert event.search_text == event.searchable()
    assert "criquet" in event.search_text and "gros islet" in event.search_text


def test_a_second_seed_keeps_an_edit_and_adds_nothing(seeded, db):
    event = MajorEvent.objects.get(slug="cricket-world-cup-2007")
    event.name_en = "Corrected by a curator"
    event.save()
    lines = seed()
    event.refresh_from_db()
    assert event.name_en == "Corrected by a curator"
    assert "events: kept, 252 are there" in lines
    assert all(": kept, " in line for line in lines)


def test_loading_the_same_files_again_writes_no_history(seeded, db):
    files = [
        ("states", "member_states.csv", MemberState),
        ("organisations", "organisations.csv", Organisation),
        ("themes", "topics.csv", Theme),
        ("series", "series.csv", Series),
        ("events", "events.csv", MajorEvent),
        ("activities", "activities.csv", Activity),
        ("instruments", "instruments.csv", Instrument),
        ("treaty-actions", "treaty_status.csv", TreatyAction),
    ]
    for kind, name, model in files:
        out = StringIO()
        before = (model.history.count(), EventPlace.history.count(), InstrumentRelation.history.count())
        call_command("load", kind, DATA / name, stdout=out)
        assert out.getvalue() == f"{kind}: 0 added, 0 updated, {model.objects.count()} unchanged\n"
        assert (model.history.count(), EventPlace.history.count(), InstrumentRelation.history.count()) == before


@pytest.mark.parametrize("kind", KINDS)
def test_an_export_loaded_again_changes_nothing(seeded, db, kind):
    dataset = KINDS[kind]().export()
    assert len(dataset) == KINDS[kind]().get_queryset().count()
    for file_format in (CSVFile, XLSXFile):
        result = KINDS[kind]().import_data(as_table(file_format, dataset))
        assert problems(result) == []
        assert {row.import_type for row in result.rows} <= {"skip"}
        assert len(result.rows) == len(dataset)


def test_the_export_of_the_events_has_the_columns_and_cells_of_the_data(seeded, db):
    rows = {row["slug"]: row for row in rows_of("events.csv")}
    exported = csv.DictReader(StringIO(CSVFile().export_data(EventResource().export())))
    for row in exported:
        row["other_hosts_iso3"] = ";".join(sorted(row["other_hosts_iso3"].split(";")))
        expected = rows.pop(row["slug"])
        expected["other_hosts_iso3"] = ";".join(sorted(expected["other_hosts_iso3"].split(";")))
        assert {column: row[column] for column in expected} == expected
    assert not rows


def test_pages_are_seeded_where_there_is_a_file_of_them(seeded, db, tmp_path):
    Page.objects.all().delete()
    assert "pages: none, there is no pages.csv" in seed(data=tmp_path)
    (tmp_path / "pages.csv").write_text("slug,title_en,body_en\nabout,About,<p onclick=x>Text</p>\n")
    assert "pages: 1 added" in seed(data=tmp_path)
    assert Page.objects.get().body_en == "<p>Text</p>"


def test_a_folder_without_the_files_is_refused(seeded, db, tmp_path):
    TreatyAction.objects.all().delete()
    with pytest.raises(CommandError, match="treaty_status.csv: No such file"):
        seed(data=tmp_path)
    with pytest.raises(CommandError, match="is not a folder"):
        seed(data=tmp_path / "nowhere")
