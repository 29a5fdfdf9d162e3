"""Pages across the parts of the portal: home, States, themes, the portal's own pages, and what machines read."""

import datetime
import re

import pytest
from django.conf import settings

from core.dates import Precision
from core.labels import Label
from events.models import EventPlace
from kms.views import NEXT_EVENTS
from programme.models import Participation
from reference.querysets import today
from tests.factories import (
    make_activity,
    make_chapter,
    make_document,
    make_edition,
    make_event,
    make_final,
    make_instrument,
    make_mandate,
    make_page,
    make_publication,
    make_series,
    make_state,
    make_sub_region,
    make_theme,
    make_treaty,
    make_treaty_action,
    make_user,
)

HOME_QUERIES = 12
BOARD_QUERIES = 8
COUNTRY_QUERIES = 19
THEME_LIST_QUERIES = 6
THEME_QUERIES = 11
PAGE_QUERIES = 2
SITEMAP_QUERIES = 1


def everything_of(state, children):
    """`children` rows of everything that a country page shows."""
    for _ in range(children):
        make_event(host_state=state, cities=["A", "B"], start="2012-01-01")
        make_event(host_state=make_state(), other_hosts=[state], cities=["C"])
        make_instrument(state=state)
        make_treaty_action(instrument=make_treaty(), state=state)
        make_activity(host_state=state)
        Participation.objects.create(activity=make_activity(), state=state)
        make_document(state=state)
        edition = make_edition()
        make_chapter(edition=edition, steward=state, paragraphs=["Begin early."])
        make_final(edition)


@pytest.mark.parametrize("rows", [1, 3])
def test_home_needs_the_same_queries_for_one_row_and_for_three(client, db, rows, django_assert_num_queries):
    for _ in range(rows):
        make_event(cities=["A", "B"])
        make_event(start=today(), cities=["A"])
        make_activity(host_state=make_state())
    with django_assert_num_queries(HOME_QUERIES):
        context = client.get("/en/").context
    kinds = ("ongoing_events", "next_events", "latest_activities")
    assert {kind: len(context[kind]) for kind in kinds} == dict.fromkeys(kinds, rows)


@pytest.mark.parametrize("rows", [1, 3])
def test_country_list_needs_the_same_queries_for_one_state_and_for_three(client, db, rows, django_assert_num_queries):
    for _ in range(rows):
        everything_of(make_mandate().state, 1)
    with django_assert_num_queries(BOARD_QUERIES):
        response = client.get("/en/network/")
    assert response.context["filled"] == rows


@pytest.mark.parametrize("children", [1, 3])
def test_country_detail_needs_the_same_queries_for_one_child_and_for_three(
    client, db, children, django_assert_num_queries
):
    state = make_mandate().state
    everything_of(state, children)
    with django_assert_num_queries(COUNTRY_QUERIES):
        context = client.get(state.get_absolute_url()).context
    found = {
        kind: len(context[kind]) for kind in ("coming", "past", "instruments", "treaties", "documents", "chapters")
    }
    assert found == dict.fromkeys(found, children)
    assert len(context["activities"]) == 2 * children


@pytest.mark.parametrize("rows", [1, 3])
def test_theme_list_needs_the_same_queries_for_one_theme_and_for_three(client, db, rows, django_assert_num_queries):
    for _ in range(rows):
        make_event(themes=[make_theme()])
    with django_assert_num_queries(THEME_LIST_QUERIES):
        response = client.get("/en/themes/")
    assert [row["events"] for row in response.context["themes"]] == [1] * rows


@pytest.mark.parametrize("children", [1, 3])
def test_theme_detail_needs_the_same_queries_for_one_child_and_for_three(
    client, db, children, django_assert_num_queries
):
    theme = make_theme()
    for _ in range(children):
        make_event(themes=[theme], cities=["A", "B"])
        make_instrument(themes=[theme])
        make_activity(themes=[theme], host_state=make_state())
        make_publication().themes.add(theme)
    with django_assert_num_queries(THEME_QUERIES):
        context = client.get(theme.get_absolute_url()).context
    kinds = ("events", "instruments", "activities", "publications")
    assert {kind: len(context[kind]) for kind in kinds} == dict.fromkeys(kinds, children)


def test_home_shows_what_comes_next_the_soonest_first(client, db):
    make_event(slug="past", start="2011-01-01")
    make_event(slug="second", start="2199-05-01", end="2199-05-31", precision=Precision.MONTH)
    make_event(slug="first", start="2199-01-01")
    make_event(slug="now", start=today())
    make_event(slug="secret", start="2199-01-01", label=Label.GREEN)
    make_activity(slug="old", start="2008-01-01")
    make_activity(slug="new", start="2012-01-01")
    context = client.get("/en/").context
    assert [event.slug for event in context["next_events"]] == ["first", "second"]
    assert [event.slug for event in context["ongoing_events"]] == ["now"]
    assert [activity.slug for activity in context["latest_activities"]] == ["new", "old"]
    assert context["figures"]["events"] == 4


def test_home_shows_a_few_of_what_goes_on_and_leads_to_the_rest(client, db):
    for days in range(NEXT_EVENTS + 1):
        make_event(slug=f"in-{days}", start=today(), end=today() + datetime.timedelta(days=NEXT_EVENTS - days))
    response = client.get("/en/")
    shown = [event.slug for event in response.context["ongoing_events"]]
    assert shown == [f"in-{days}" for days in range(NEXT_EVENTS, 0, -1)]
    assert '<a href="/en/events/?when=ongoing">' in response.content.decode()


def test_home_has_a_map_of_what_is_coming_for_those_who_may_know_of_it(client, client_for, expert):
    for slug, label in (("open", Label.CLEAR), ("secret", Label.GREEN)):
        event = make_event(slug=slug, name=f"The {slug} games", start="2199-01-01", label=label)
        EventPlace.objects.create(event=event, city=f"{slug} city", latitude="-12.05", longitude="-77.05")
    maps = {who: re.search(r'(?s)<figure class="map">.*?</figure>', reader.get("/en/").content.decode())[0]
            for who, reader in {"visitor": client, "member": client_for(expert)}.items()}  # fmt: skip
    named = {who: ("open city" in drawn, "secret" in drawn) for who, drawn in maps.items()}
    assert named == {"visitor": (True, False), "member": (True, True)}


def test_home_without_a_place_has_no_map(client, db):
    make_event(start="2199-01-01", cities=["Lima"])
    assert "<figure" not in client.get("/en/").content.decode().replace('<figure class="chart">', "")


def test_board_counts_seats_by_who_holds_them_today(client, db):
    caribbean = make_sub_region(slug="caribbean", name="Caribbean")
    filled, vacant = make_state(name="Filled", sub_region=caribbean), make_state(name="Vacant", sub_region=caribbean)
    make_state(name="Outside", sub_region=caribbean, participates=False)
    make_mandate(state=filled)
    make_mandate(state=filled, role="alternate")
    make_mandate(state=vacant, until="2021-01-01")
    make_mandate(state=make_state(name="Alternate only"), role="alternate")
    response = client.get("/en/network/")
    assert (response.context["filled"], response.context["vacant"]) == (1, 2)
    page = response.content.decode()
    assert (page.count("Seat filled"), page.count("Seat vacant"), page.count("No seat")) == (1, 2, 1)


def test_country_page_assembles_everything_of_its_state_and_nothing_of_another(client, db):
    peru, chile = make_state(slug="peru", name="Peru", capital="Lima", iso3="PER"), make_state(slug="chile")
    make_event(slug="past", host_state=peru, start="2011-01-01")
    make_event(slug="coming", host_state=peru, start="2199-01-01")
    make_event(slug="shared", host_state=chile, other_hosts=[peru], start="2012-01-01")
    make_instrument(slug="law", state=peru)
    make_treaty_action(instrument=make_treaty(slug="treaty"), state=peru, date="2003-06")
    make_activity(slug="hosted", host_state=peru)
    Participation.objects.create(activity=make_activity(slug="joined", host_state=chile), state=peru)
    Participation.objects.create(activity=make_activity(slug="both", host_state=peru), state=peru)
    document = make_document(state=peru, title="Plan of Peru")
    for other in (make_event(host_state=chile), make_instrument(state=chile), make_activity(host_state=chile)):
        assert other.get_absolute_url() not in client.get("/en/network/peru/").content.decode()
    page = client.get("/en/network/peru/").content.decode()
    addresses = [f"/en/events/{slug}/" for slug in ("past", "coming", "shared")]
    addresses += [f"/en/programme/{slug}/" for slug in ("hosted", "joined", "both")]
    addresses += ["/en/legislation/law/", "/en/legislation/treaty/treaty/", document.get_absolute_url()]
    assert {address: page.count(f'href="{address}"') for address in addresses} == dict.fromkeys(addresses, 1)
    assert "June 2003" in page and "Lima" in page and "PER" in page
    assert "The seat is vacant." in page


def test_country_page_leads_to_the_rest_of_long_sections(client, db):
    peru = make_state(slug="peru", name="Peru")
    for _ in range(11):
        make_event(host_state=peru, start="2011-01-01")
        make_instrument(state=peru)
    page = client.get("/en/network/peru/").content.decode()
    assert '<a href="/en/events/?state=peru">All events in Peru</a>' in page
    assert '<a href="/en/legislation/?state=peru">All legislation of Peru</a>' in page


def test_who_holds_a_seat_is_for_mandate_holders_and_the_secretariat(
    client, client_for, partner, expert, other_focal_point, secretariat
):
    peru = make_state(slug="peru")
    make_mandate(state=peru, person=make_user(name="Rosa Holder", state=peru))
    readers = {"visitor": client, "partner": client_for(partner), "expert": client_for(expert)}
    readers |= {"focal point": client_for(other_focal_point), "secretariat": client_for(secretariat)}
    named = {who: "Rosa Holder" in reader.get("/en/network/peru/").content.decode() for who, reader in readers.items()}
    assert named == {"visitor": False, "partner": False, "expert": False, "focal point": True, "secretariat": True}
    assert "The seat is filled." in client.get("/en/network/peru/").content.decode()


def test_states_are_named_and_ordered_in_the_readers_language(client, db):
    make_state(name_en="Dominica", name_es="Dominica")
    make_state(name_en="Canada", name_es="Canadá")
    make_state(name_en="United States", name_es="Estados Unidos")
    make_state(name_en="Brazil", name_es="Brasil")
    states = [row["state"].name for row in client.get("/es/network/").context["regions"][0][1]]
    assert states == ["Brasil", "Canadá", "Dominica", "Estados Unidos"]


def test_series_are_in_the_order_of_their_names_in_the_readers_language(client, db):
    make_series(slug="a", name_en="Zebra", name_es="Cebra")
    make_series(slug="b", name_en="Dog", name_es="Perro")
    assert [one.slug for one in client.get("/en/events/series/").context["series"]] == ["b", "a"]
    assert [one.slug for one in client.get("/es/events/series/").context["series"]] == ["a", "b"]


def test_theme_page_gathers_events_law_and_activities(client, db):
    theme = make_theme(slug="crowds", name="Crowds", description="People in numbers")
    make_event(slug="games", themes=[theme])
    make_instrument(slug="law", themes=[theme])
    make_activity(slug="training", themes=[theme])
    make_event(slug="other", themes=[make_theme()])
    page = client.get("/en/themes/crowds/").content.decode()
    assert "<h1>Crowds</h1>" in page and "People in numbers" in page
    addresses = ["/en/events/games/", "/en/legislation/law/", "/en/programme/training/"]
    assert {address: page.count(f'href="{address}"') for address in addresses} == dict.fromkeys(addresses, 1)
    assert "/en/events/other/" not in page
    counted = {row["theme"].slug: (row["instruments"], row["events"], row["activities"])
               for row in client.get("/en/themes/").context["themes"]}  # fmt: skip
    assert counted["crowds"] == (1, 1, 1)


@pytest.mark.parametrize("slug", ["about", "contact", "accessibility", "data-protection"])
def test_text_pages_show_what_the_curators_wrote(client, db, slug, django_assert_num_queries):
    assert client.get(f"/en/{slug}/").status_code == 404
    make_page(slug=slug, title="The page", body="<p>Words.</p>")
    with django_assert_num_queries(PAGE_QUERIES):
        page = client.get(f"/en/{slug}/").content.decode()
    assert "<h1>The page</h1>" in page and "<p>Words.</p>" in page


def test_contact_gives_the_address_of_the_settings(client, db):
    make_page(slug="contact")
    assert f'<a href="mailto:{settings.CONTACT_EMAIL}">' in client.get("/en/contact/").content.decode()


@pytest.mark.parametrize(
    "address",
    ["network/atlantis/", "themes/atlantis/", "events/atlantis/", "events/series/atlantis/", "legislation/atlantis/",
     "legislation/atlantis/treaty/", "programme/atlantis/", "nothing/"],
)  # fmt: skip
def test_what_is_not_there_is_a_404_page_with_a_way_to_log_in(client, db, address):
    response = client.get(f"/en/{address}?x=1")
    assert response.status_code == 404
    page = response.content.decode()
    assert "There is no such page" in page
    quoted = f"/en/{address}%3Fx%3D1"
    assert f'href="/en/account/login/?next={quoted}"' in page


def test_styleguide_is_for_the_demo_only(client, db, settings):
    assert client.get("/en/styleguide/").status_code == 200
    settings.DEMO = False
    assert client.get("/en/styleguide/").status_code == 404


def test_healthz_says_what_answers(client, db):
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (503, {"database": True, "queue": False})
    assert "no-store" in response["Cache-Control"]


def test_robots_txt_opens_the_portal_and_names_the_sitemap(client, db):
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode() == (
        f"User-agent: *\nDisallow: /admin/\nSitemap: {settings.BASE_URL}/sitemap.xml\n"
    )


def test_security_txt_has_what_rfc_9116_asks_for(client, db):
    response = client.get("/.well-known/security.txt")
    fields = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    assert set(fields) == {"Contact", "Expires", "Preferred-Languages", "Canonical"}
    assert fields["Contact"] == f"mailto:{settings.CONTACT_EMAIL}"
    assert fields["Canonical"] == f"{settings.BASE_URL}/.well-known/security.txt"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", fields["Expires"])
    assert fields["Expires"] > today().isoformat()


def test_sitemap_lists_open_records_in_every_language_and_no_others(client, db, django_assert_num_queries):
    make_event(slug="open")
    make_event(slug="secret", label=Label.GREEN)
    make_event(slug="draft", publication="draft")
    with django_assert_num_queries(SITEMAP_QUERIES):
        sitemap = client.get("/sitemap-events.xml").content.decode()
    assert [re.sub("^https?://[^/]+", "", found) for found in re.findall("<loc>(.*?)</loc>", sitemap)] == [
        f"/{code}/events/open/" for code, _ in settings.LANGUAGES
    ]
    assert ("secret" in sitemap, "draft" in sitemap) == (False, False)


def test_sitemap_index_names_its_sections_and_each_answers(client, db):
    index = client.get("/sitemap.xml").content.decode()
    addresses = [re.sub("^https?://[^/]+", "", found) for found in re.findall("<loc>(.*?)</loc>", index)]
    assert len(addresses) == 15
    assert [client.get(address).status_code for address in addresses] == [200] * 15
    assert client.get("/sitemap-nothing.xml").status_code == 404


def test_country_says_its_official_languages_by_their_own_names(client, db):
    make_state(slug="peru", official_languages="es;qu;zz")
    page = client.get("/en/network/peru/").content.decode()
    assert "<dt>Official languages</dt><dd>Español, Quechua, zz</dd>" in page
