"""The registry's pages: its filters, an event with everything on it, series."""

import datetime

import pytest

from core.dates import Precision
from core.labels import Label
from documents.actions import refresh_audience
from events.models import MajorEvent
from reference.querysets import today
from tests.factories import (
    make_activity,
    make_document,
    make_event,
    make_instrument,
    make_need,
    make_organisation,
    make_series,
    make_state,
    make_sub_region,
    make_theme,
)

LIST_QUERIES = 6
DETAIL_QUERIES = 19
SERIES_LIST_QUERIES = 2
SERIES_DETAIL_QUERIES = 6
DAY = datetime.timedelta(days=1)


def found(client, query=""):
    """Slugs of the rows that a query of the registry leaves, in the order of their names."""
    response = client.get(f"/en/events/?{query}")
    assert response.status_code == 200
    assert response.context["listing"].errors == []
    return sorted(event.slug for event in response.context["listing"].page)


def full_event(slug="games", children=1):
    """An event with `children` of everything that an event can have."""
    event = make_event(
        slug=slug,
        series=make_series(),
        organiser=make_organisation(),
        umbrella=make_event(),
        cities=[f"City {n}" for n in range(children)],
        other_hosts=[make_state() for _ in range(children)],
        themes=[make_theme() for _ in range(children)],
        documents=[make_document() for _ in range(children)],
    )
    for _ in range(children):
        make_event(series=event.series, cities=["A", "B"], documents=[make_document()])
        make_event(umbrella=event, cities=["A"])
        make_instrument(events=[event])
        make_activity(event=event, host_state=make_state())
        make_need(event=event, themes=[make_theme(), make_theme()])
    return event


@pytest.mark.parametrize("rows", [1, 3])
def test_event_list_needs_the_same_queries_for_one_row_and_for_three(client, db, rows, django_assert_num_queries):
    for _ in range(rows):
        make_event(cities=["A", "B"], other_hosts=[make_state()], themes=[make_theme()], documents=[make_document()])
    with django_assert_num_queries(LIST_QUERIES):
        response = client.get("/en/events/")
    assert response.context["listing"].total == rows


@pytest.mark.parametrize("children", [1, 3])
def test_event_detail_needs_the_same_queries_for_one_child_and_for_three(
    client, db, children, django_assert_num_queries
):
    event = full_event(children=children)
    with django_assert_num_queries(DETAIL_QUERIES):
        response = client.get(event.get_absolute_url())
    context = response.context
    kinds = ("parts", "editions", "needs", "made", "activities", "documents")
    assert {kind: len(context[kind]) for kind in kinds} == dict.fromkeys(kinds, children)
    assert context["umbrella"] == event.umbrella


@pytest.mark.parametrize("rows", [1, 3])
def test_series_list_needs_the_same_queries_for_one_row_and_for_three(client, db, rows, django_assert_num_queries):
    for _ in range(rows):
        make_event(series=make_series())
    with django_assert_num_queries(SERIES_LIST_QUERIES):
        response = client.get("/en/events/series/")
    assert [series.editions for series in response.context["series"]] == [1] * rows


@pytest.mark.parametrize("rows", [1, 3])
def test_series_detail_needs_the_same_queries_for_one_edition_and_for_three(
    client, db, rows, django_assert_num_queries
):
    series = make_series()
    for _ in range(rows):
        make_event(series=series, cities=["A", "B"])
    with django_assert_num_queries(SERIES_DETAIL_QUERIES):
        response = client.get(series.get_absolute_url())
    assert len(response.context["editions"]) == rows


@pytest.mark.parametrize("words", ["bogota", "BOGOTÁ", "Bogotá  cumbre", "cumbre bogota", "merica"])
def test_words_are_found_whatever_their_accents_case_and_order(client, db, words):
    make_event(slug="summit", name_en="Summit of the Americas", name_es="Cumbre de las Américas", cities=["Bogotá"])
    make_event(slug="games", name_en="Games", cities=["Lima"])
    assert found(client, f"q={words}") == ["summit"]


def test_words_look_into_venues_and_summaries_of_every_language(client, db):
    event = make_event(slug="games", name="Games", summary_pt="Cerimônia de abertura")
    event.places.create(city="Rio", venue="Maracanã")
    event.search_text = event.searchable()
    event.save()
    assert (found(client, "q=maracana"), found(client, "q=cerimonia"), found(client, "q=judo")) == (["games"],) * 2 + (
        [],
    )


def test_state_finds_what_it_hosts_alone_and_with_others_once(client, db):
    peru, chile = make_state(slug="peru"), make_state(slug="chile")
    make_event(slug="alone", host_state=peru)
    make_event(slug="shared", host_state=chile, other_hosts=[peru, make_state()])
    make_event(slug="elsewhere", host_state=chile)
    assert found(client, "state=peru") == ["alone", "shared"]
    assert found(client, "state=chile") == ["elsewhere", "shared"]


def test_sub_region_finds_events_of_co_hosts_too_and_counts_each_once(client, db):
    andean, caribbean = make_sub_region(slug="andean"), make_sub_region(slug="caribbean")
    peru, chile = make_state(sub_region=andean), make_state(sub_region=andean)
    cuba = make_state(sub_region=caribbean)
    make_event(slug="andean-twice", host_state=peru, other_hosts=[chile])
    make_event(slug="both", host_state=cuba, other_hosts=[peru, chile])
    make_event(slug="caribbean", host_state=cuba)
    assert found(client, "sub_region=andean") == ["andean-twice", "both"]
    assert found(client, "sub_region=caribbean") == ["both", "caribbean"]
    groups = client.get("/en/events/").context["listing"].groups
    counts = next({c.value: c.count for c in group.choices} for group in groups if group.name == "sub_region")
    assert counts == {"andean": 2, "caribbean": 2}


def test_kind_series_theme_and_status_narrow_the_list(client, db):
    series, theme = make_series(slug="copa"), make_theme(slug="stadiums")
    make_event(slug="cup", kind="sport", series=series, themes=[theme], status="confirmed")
    make_event(slug="bid", kind="sport", themes=[make_theme()], status="bid")
    make_event(slug="carnival", kind="cultural", status="cancelled")
    assert found(client, "kind=sport") == ["bid", "cup"]
    assert found(client, "series=copa") == ["cup"]
    assert found(client, "theme=stadiums") == ["cup"]
    assert found(client, "status=bid") == ["bid"]
    assert found(client, "kind=sport&status=cancelled") == []


def test_years_take_events_that_touch_them_however_exactly_they_are_dated(client, db):
    make_event(slug="day", start="2026-06-12")
    make_event(slug="month", start="2026-12-01", end="2026-12-31", precision=Precision.MONTH)
    make_event(slug="year", start="2027-01-01", end="2027-12-31", precision=Precision.YEAR)
    make_event(slug="new-year", start="2026-12-30", end="2027-01-02")
    assert found(client, "year_from=2027") == ["new-year", "year"]
    assert found(client, "year_to=2026") == ["day", "month", "new-year"]
    assert found(client, "year_from=2027&year_to=2027") == ["new-year", "year"]
    assert found(client, "year_from=2028") == []
    assert found(client, "year_from=2030&year_to=2020") == []


def test_past_ongoing_and_upcoming_follow_from_the_dates(client, db):
    day = today()
    make_event(slug="yesterday", start=day - DAY)
    make_event(slug="until-today", start=day - 3 * DAY, end=day)
    make_event(slug="from-today", start=day, end=day + DAY)
    make_event(slug="tomorrow", start=day + DAY)
    assert found(client, "when=past") == ["yesterday"]
    assert found(client, "when=ongoing") == ["from-today", "until-today"]
    assert found(client, "when=upcoming") == ["tomorrow"]


def test_a_month_or_year_that_has_begun_is_upcoming_until_it_is_over(client, db):
    day = today()
    year = {"start": datetime.date(day.year, 1, 1), "end": datetime.date(day.year, 12, 31)}
    make_event(slug="this-year", precision=Precision.YEAR, **year)
    make_event(slug="all-year", precision=Precision.DAY, **year)
    last = {"start": datetime.date(day.year - 1, 1, 1), "end": datetime.date(day.year - 1, 12, 31)}
    make_event(slug="last-year", precision=Precision.YEAR, **last)
    assert found(client, "when=upcoming") == ["this-year"]
    assert found(client, "when=ongoing") == ["all-year"]
    assert found(client, "when=past") == ["last-year"]


def test_drafts_and_restricted_events_are_neither_listed_nor_counted(client, client_for, secretariat):
    host = make_state(slug="peru")
    make_event(slug="open", host_state=host)
    make_event(slug="draft", host_state=host, publication="draft")
    make_event(slug="green", host_state=host, label=Label.GREEN)
    make_event(slug="red", host_state=host, label=Label.RED)
    assert found(client) == ["open"]
    groups = client.get("/en/events/").context["listing"].groups
    assert {(group.name, c.value, c.count) for group in groups for c in group.choices if c.count > 1} == set()
    assert found(client_for(secretariat)) == ["draft", "green", "open", "red"]


def test_a_row_says_how_many_documents_the_reader_may_open(client, client_for, expert):
    event = make_event(slug="games", documents=[make_document(), make_document(), make_document(label=Label.GREEN)])
    for document in event.documents.all():
        refresh_audience(document)
    assert "<span>2 documents</span>" in client.get("/en/events/").content.decode()
    assert "<span>3 documents</span>" in client_for(expert).get("/en/events/").content.decode()


SAID_OF_AN_EVENT = (
    "<h1>Pan American Games</h1>",
    '<p class="lead">Everybody comes.</p>',
    "<dt>Dates</dt><dd>12–14 June 2031</dd>",
    "<dd>Confirmed</dd>",
    "Moved from Bogotá",
    '<a href="/en/network/peru/">Peru</a> <span class="soft">Andean</span>',
    '<dt>Other hosts</dt><dd><a href="/en/network/chile/">Chile</a> ',
    "<dd>Lima; Callao</dd>",
    "<dd>450,000</dd>",
    "<dd>41</dd>",
    "<dd>Panam Sports</dd>",
    "<dd>Ministry of the Interior of Peru</dd>",
    'href="https://games.example.org/lima">games.example.org/lima</a>',
    "The Programme's own texts name this event.",
    "Official gazette 12",
    'href="https://source.example.org/x"',
    "Kind of source: official page",
    "Pan American Games (series)",
    ">Crowds</a>",
    '<span class="tlp">TLP:CLEAR</span>',
)


def test_event_detail_shows_every_field(client, db):
    event = make_event(
        slug="games",
        name="Pan American Games",
        kind="sport",
        status="confirmed",
        status_note="Moved from Bogotá",
        start="2031-06-12",
        end="2031-06-14",
        host_state=make_state(slug="peru", name="Peru", sub_region=make_sub_region(slug="andean")),
        other_hosts=[make_state(slug="chile", name="Chile")],
        cities=["Lima", "Callao"],
        expected_attendance=450_000,
        delegations=41,
        organiser=make_organisation(name="Panam Sports"),
        security_authority="Ministry of the Interior of Peru",
        website="https://games.example.org/lima",
        summary="Everybody comes.",
        ipo_support=True,
        source="Official gazette 12 ; https://source.example.org/x",
        source_kind="official-page",
        series=make_series(name="Pan American Games (series)"),
        themes=[make_theme(name="Crowds")],
    )
    page = client.get(event.get_absolute_url()).content.decode()
    for said in SAID_OF_AN_EVENT:
        assert page.count(said) >= 1, said


def test_event_detail_shows_what_hangs_on_it_from_every_side(client, db):
    series = make_series()
    umbrella = make_event(slug="umbrella", name="Umbrella")
    event = make_event(slug="games", series=series, umbrella=umbrella)
    make_event(slug="part", name="Opening ceremony", umbrella=event)
    make_event(slug="edition", name="Games before", series=series, start="2026-01-01")
    make_instrument(slug="law", title="Games Act", events=[event])
    make_activity(slug="workshop", title="Workshop for the games", event=event)
    make_need(event=event, need="Interpreters")
    document = make_document(title="The plan")
    event.documents.add(document)
    page = client.get("/en/events/games/").content.decode()
    for address in (
        "/en/events/umbrella/",
        "/en/events/part/",
        "/en/events/edition/",
        "/en/legislation/law/",
        "/en/programme/workshop/",
        document.get_absolute_url(),
    ):
        assert page.count(f'href="{address}"') == 1, address
    assert "Interpreters" in page
    assert "/en/events/games/" in client.get("/en/events/umbrella/").content.decode()
    assert "/en/events/games/" in client.get("/en/legislation/law/").content.decode()
    assert "/en/events/games/" in client.get("/en/programme/workshop/").content.decode()


def test_event_detail_hides_what_hangs_on_it_and_is_restricted(client, client_for, expert):
    event = make_event(slug="games", series=make_series())
    make_event(name="Secret edition", series=event.series, label=Label.GREEN)
    make_event(name="Secret part", umbrella=event, label=Label.GREEN)
    make_instrument(title="Secret law", events=[event], label=Label.GREEN)
    make_activity(title="Secret training", event=event, label=Label.GREEN)
    make_need(event=event, need="Secret need", label=Label.GREEN)
    event.documents.add(make_document(title="Secret plan", label=Label.GREEN))
    kinds = ("edition", "part", "law", "training", "need", "plan")
    seen = client.get("/en/events/games/").content.decode()
    assert [kind for kind in kinds if f"Secret {kind}" in seen] == []
    seen = client_for(expert).get("/en/events/games/").content.decode()
    assert [kind for kind in kinds if f"Secret {kind}" in seen] == list(kinds)


def test_a_restricted_event_is_not_found_like_an_absent_one(client, db):
    make_event(slug="red", name="Secret games", label=Label.RED)
    answers = [client.get(f"/en/events/{slug}/") for slug in ("red", "absent")]
    assert [answer.status_code for answer in answers] == [404, 404]
    pages = [answer.content.decode().replace("red", "absent") for answer in answers]
    assert pages[0] == pages[1].replace("red", "absent")
    assert "Secret" not in pages[0]


def test_an_unnamed_language_falls_back_to_the_events_own_and_is_marked(client, db):
    make_event(
        slug="games", language="pt", name_en=None, name_pt="Jogos", name_es="Juegos", summary_en="Everybody comes."
    )
    pages = {code: client.get(f"/{code}/events/games/").content.decode() for code in ("en", "es", "pt-br", "fr")}
    assert '<h1><span lang="pt">Jogos</span></h1>' in pages["en"]
    assert "<h1>Juegos</h1>" in pages["es"]
    assert "<h1>Jogos</h1>" in pages["pt-br"]
    assert '<h1><span lang="pt">Jogos</span></h1>' in pages["fr"]
    assert '<p class="lead">Everybody comes.</p>' in pages["en"]
    assert all('<p class="lead"><span lang="en">Everybody comes.</span></p>' in pages[code] for code in ("es", "fr"))
    assert all(f'<html lang="{code}">' in page for code, page in pages.items())


def test_the_other_languages_of_a_name_and_a_summary_are_one_click_away(client, db):
    make_event(
        slug="games", name_en="Games", name_es="Juegos", name_fr="Jeux", summary_en="Short.", summary_es="Corto."
    )
    page = client.get("/en/events/games/").content.decode()
    assert '<dt>Español</dt><dd lang="es">Juegos</dd><dt>Français</dt><dd lang="fr">Jeux</dd>' in page
    assert '<p lang="es">Corto.</p>' in page
    assert "<dt>English</dt>" not in page


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", "Morocco, Portugal, Spain"),
        ("es", "Marruecos, Portugal, España"),
        ("pt-br", "Marrocos, Portugal, Espanha"),
        ("fr", "Maroc, Portugal, Espagne"),
    ],
)
def test_hosts_outside_the_region_are_named_in_the_readers_language(client, db, language, names):
    make_event(slug="cup", hosts_elsewhere="MAR;PRT;ESP")
    assert names in client.get(f"/{language}/events/cup/").content.decode()


PARTIAL = [
    ("en", Precision.YEAR, "2027", "<b>2027</b>"),
    ("en", Precision.MONTH, "June 2027", "<b>June</b> 2027"),
    ("es", Precision.MONTH, "junio de 2027", "2027"),
    ("fr", Precision.MONTH, "juin 2027", "2027"),
    ("pt-br", Precision.MONTH, "junho de 2027", "2027"),
]


@pytest.mark.parametrize(("language", "precision", "said", "block"), PARTIAL)
def test_reduced_dates_keep_their_precision_on_screen(client, db, language, precision, said, block):
    last = {Precision.YEAR: "2027-12-31", Precision.MONTH: "2027-06-30"}[precision]
    first = {Precision.YEAR: "2027-01-01", Precision.MONTH: "2027-06-01"}[precision]
    make_event(slug="games", start=first, end=last, precision=precision)
    detail = client.get(f"/{language}/events/games/").content.decode()
    assert f"<dd>{said}</dd>" in detail
    assert block in client.get(f"/{language}/events/").content.decode()
    assert "31" not in detail.split('<dl class="facts">')[1].split("</dd>")[0]


def test_series_detail_lists_editions_latest_first_and_hides_restricted_ones(client, db):
    series = make_series(slug="copa", name="Copa")
    make_event(slug="first", series=series, start="2016-01-01")
    make_event(slug="second", series=series, start="2020-01-01")
    make_event(slug="third", series=series, label=Label.AMBER)
    response = client.get("/en/events/series/copa/")
    assert [event.slug for event in response.context["editions"]] == ["second", "first"]
    assert "2 editions are recorded" in response.content.decode()
    assert [one.editions for one in client.get("/en/events/series/").context["series"]] == [2]


def test_history_of_an_event_is_for_its_owner(client, client_for, focal_point, other_focal_point, brazil):
    event = make_event(slug="games", host_state=brazil, name="Games")
    event.name_en = "Games of Brazil"
    event.save()
    address = "/en/events/games/history/"
    assert client.get(address).url == "/en/account/login/?next=%2Fen%2Fevents%2Fgames%2Fhistory%2F"
    assert client_for(other_focal_point).get(address).status_code == 403
    page = client_for(focal_point).get(address).content.decode()
    assert '<td data-label="After">Games of Brazil</td>' in page
    assert '<td data-label="Before">Games</td>' in page
    assert MajorEvent.objects.get().history.count() == 2
