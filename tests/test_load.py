"""manage.py load: what it adds, updates and leaves alone."""

from documents.models import Document
from events.models import EventPlace, MajorEvent
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
from tests.loading import CONSENT, EVENT, LAW, as_csv, load


def test_a_new_event_is_added_and_published(brazil):
    assert load("events", EVENT) == ["events: 1 added, 0 updated, 0 unchanged"]
    event = MajorEvent.objects.get()
    assert (event.slug, event.name_en, event.host_state, event.publication) == (
        "games-2030", "Games 2030", brazil, "published",
    )  # fmt: skip


def test_a_row_of_a_known_slug_updates_only_what_its_columns_say(brazil):
    load("events", EVENT | {"summary_en": "Two weeks.", "cities": "Rio"})
    theme = make_theme(slug="crowd-safety")
    MajorEvent.objects.get().themes.add(theme)
    assert load("events", {"slug": "games-2030", "name": "Games"}) == ["events: 0 added, 1 updated, 0 unchanged"]
    event = MajorEvent.objects.get()
    assert (event.name_en, event.summary_en, list(event.themes.all())) == ("Games", "Two weeks.", [theme])


def test_an_unchanged_row_writes_nothing_and_a_changed_one_one_entry(brazil):
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


def test_an_update_keeps_the_venue_of_a_city_that_is_still_listed(brazil):
    load("events", EVENT | {"cities": "Rio;Recife"})
    EventPlace.objects.filter(city="Recife").update(venue="Arena")
    load("events", EVENT | {"cities": "Recife;Natal"})
    places = EventPlace.objects.values_list("city", "venue", "order")
    assert list(places) == [("Recife", "Arena", 0), ("Natal", "", 1)]
    assert "arena" in MajorEvent.objects.get().search_text


def test_dates_of_reduced_precision_become_whole_periods(brazil):
    load("events", EVENT | {"start_date": "2030-06", "end_date": "2030-07", "date_precision": "month"})
    event = MajorEvent.objects.get()
    assert (str(event.start), str(event.end), event.get_precision_display()) == ("2030-06-01", "2030-07-31", "month")


def test_an_absent_end_is_the_end_of_the_starts_period(brazil):
    load("events", EVENT | {"start_date": "2030", "end_date": ""})
    assert str(MajorEvent.objects.get().end) == "2030-12-31"


def test_other_hosts_may_be_anywhere_in_the_world(brazil, mexico):
    load("events", EVENT | {"other_hosts_iso3": "MEX;MAR"})
    event = MajorEvent.objects.get()
    assert (list(event.other_hosts.all()), event.hosts_elsewhere) == ([mexico], "MAR")


def test_an_umbrella_event_may_stand_later_in_the_file(brazil):
    load("events", EVENT | {"umbrella": "season-2030"}, EVENT | {"slug": "season-2030", "umbrella": ""})
    assert MajorEvent.objects.get(slug="games-2030").umbrella.slug == "season-2030"


def test_an_umbrella_that_stands_later_is_in_the_one_entry_of_the_history(brazil):
    season = EVENT | {"slug": "season-2030", "umbrella": ""}
    load("events", EVENT)
    load("events", EVENT | {"name": "Other", "umbrella": "season-2030"}, season)
    event = MajorEvent.objects.get(slug="games-2030")
    kept = event.history.values_list("history_type", "name_en", "umbrella__slug")
    assert list(kept) == [("~", "Other", "season-2030"), ("+", "Games 2030", None)]
    assert load("events", EVENT | {"name": "Other", "umbrella": "season-2030"}, season) == [
        "events: 0 added, 0 updated, 2 unchanged"
    ]


def test_texts_may_be_as_long_as_their_fields(brazil):
    load("events", EVENT | {"summary_en": "é" * 3000})
    assert len(MajorEvent.objects.get().summary_en) == 3000


def test_a_repealing_law_may_stand_later_in_the_file(brazil):
    load("instruments", LAW | {"repealed_by_slug": "bra-lei-2"}, LAW | {"slug": "bra-lei-2", "repealed_by_slug": ""})
    relation = InstrumentRelation.objects.get()
    assert (relation.instrument.slug, relation.kind, relation.target.slug) == ("bra-lei-2", "repeals", "bra-lei-1")
    load("instruments", LAW | {"repealed_by_slug": ""})
    assert not InstrumentRelation.objects.exists()


def test_an_international_instrument_belongs_to_its_organisation(db):
    make_organisation(code="UN")
    load("instruments", LAW | {"level": "international", "jurisdiction": "UN"})
    instrument = Instrument.objects.get()
    assert (instrument.organisation.code, instrument.state, instrument.title_pt) == ("UN", None, None)


def test_partners_are_organisations_by_code_or_names(brazil):
    make_organisation(code="UNICRI")
    row = {"slug": "seminar", "title": "Seminar", "kind": "training", "start_date": "2008", "end_date": "2008"}
    load("activities", row | {"partners": "UNICRI;Ministry of Justice", "country_iso3": "BRA"})
    activity = Activity.objects.get()
    assert ([partner.code for partner in activity.partners.all()], activity.other_partners, activity.host_state) == (
        ["UNICRI"], "Ministry of Justice", brazil,
    )  # fmt: skip


def test_one_row_of_treaty_status_can_hold_two_actions_or_none(brazil, mexico):
    make_treaty(slug="treaty")
    both = CONSENT | {"signed_on": "2001-11", "ratified_on": "2004", "action": "ratification", "note": "Late."}
    assert load("treaty-actions", both, CONSENT | {"iso3": "MEX", "action": "accession"}) == [
        "treaty-actions: 2 added, 0 updated, 0 unchanged"
    ]
    actions = TreatyAction.objects.order_by("date").values_list("state__iso3", "kind", "date", "note")
    assert list(actions) == [("BRA", "signature", "2001-11", "Late."), ("BRA", "ratification", "2004", "Late.")]
    assert load("treaty-actions", both | {"ratified_on": "2005"}) == ["treaty-actions: 0 added, 1 updated, 1 unchanged"]
    assert TreatyAction.objects.get(kind="ratification").date == "2005"


def test_two_actions_of_one_kind_are_told_apart_by_their_dates(brazil):
    treaty = make_treaty(slug="treaty")
    for date in ("1990", "2010"):
        make_treaty_action(instrument=treaty, state=brazil, kind="accession", date=date)
    row = {"instrument_slug": "treaty", "iso3": "BRA", "action": "accession", "date": "2010", "note": "Again."}
    load("treaty-actions", row)
    assert list(TreatyAction.objects.values_list("date", "note").order_by("date")) == [("1990", ""), ("2010", "Again.")]


def test_documents_follow_the_label_that_an_import_gives_their_event(brazil):
    document = make_document()
    make_event(slug="games-2030", host_state=brazil, documents=[document])
    load("events", {"slug": "games-2030", "label": "TLP:AMBER"})
    assert Document.objects.get().get_effective_label_display() == "TLP:AMBER"


def test_the_file_says_the_publication_where_it_has_the_column(brazil):
    load("events", EVENT | {"publication": "draft"})
    assert MajorEvent.objects.get().publication == "draft"
    load("events", EVENT)
    assert MajorEvent.objects.get().publication == "draft"


def test_a_dry_run_says_what_would_be_done_and_saves_nothing(brazil):
    load("events", EVENT)
    assert load("events", EVENT | {"name": "Other"}, EVENT | {"slug": "fresh"}, dry_run=True) == [
        "events.csv:2: games-2030: updated: name",
        "events.csv:3: fresh: added",
        "events: 1 added, 1 updated, 0 unchanged (dry run: nothing was saved)",
    ]
    assert list(MajorEvent.objects.values_list("slug", "name_en")) == [("games-2030", "Games 2030")]


def test_a_byte_order_mark_is_tolerated(brazil):
    load("events", data=b"\xef\xbb\xbf" + as_csv([EVENT]))
    assert MajorEvent.objects.count() == 1


def test_states_bring_their_sub_region_and_address(db):
    row = {"iso3": "BRA", "iso2": "BR", "name_en": "Brazil", "subregion": "Southern Cone"}
    load("states", row)
    state = MemberState.objects.get()
    assert (state.slug, state.sub_region.slug, state.sub_region.name_fr) == ("brazil", "southern-cone", "Cône Sud")


def test_a_curator_may_load_records_that_the_portal_made(db):
    event, law, activity = make_event(series=make_series()), make_instrument(), make_activity()
    for kind, record in (("events", event), ("instruments", law), ("activities", activity)):
        assert load(kind, {"slug": record.slug}) == [f"{kind}: 0 added, 0 updated, 1 unchanged"]
