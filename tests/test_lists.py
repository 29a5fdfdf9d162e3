"""What every list has around its rows: pills, numbered pages, orders, refused filters, ways out of an empty one."""

import re

import pytest
from django.utils.html import escape

from core.dates import Precision
from core.listing import PER_PAGE
from tests.factories import make_activity, make_event, make_instrument, make_organisation, make_state

LISTS = ["/en/events/", "/en/legislation/", "/en/programme/"]


def listing_of(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return response.context["listing"]


def names(listing):
    return [row.slug for row in listing.page]


@pytest.fixture
def events(db):
    """Two summits and a carnival in two States."""
    brazil = make_state(iso3="BRA", slug="brazil", name="Brazil")
    peru = make_state(iso3="PER", slug="peru", name="Peru")
    make_event(slug="lima-summit", name="Lima summit", kind="summit", host_state=peru, start="2018-04-13")
    make_event(slug="rio-summit", name="Rio summit", kind="summit", host_state=brazil, start="2012-06-20")
    make_event(slug="rio-carnival", name="Rio carnival", kind="cultural", host_state=brazil, start="2019-03-01")


def test_each_pill_removes_exactly_its_filter(client, events):
    listing = listing_of(client, "/en/events/?q=rio&kind=summit&state=brazil&sort=name")
    assert [(pill.label, pill.value) for pill in listing.pills] == [
        ("Words", "rio"),
        ("Kind", "Summit"),
        ("Host State", "Brazil"),
    ]
    assert [pill.url for pill in listing.pills] == [
        "/en/events/?kind=summit&state=brazil&sort=name",
        "/en/events/?q=rio&state=brazil&sort=name",
        "/en/events/?q=rio&kind=summit&sort=name",
    ]
    assert [names(listing_of(client, pill.url)) for pill in listing.pills] == [
        ["rio-summit"],
        ["rio-carnival", "rio-summit"],
        ["rio-summit"],
    ]


def test_pills_are_on_the_page_as_links(client, events):
    page = client.get("/en/events/?kind=summit&year_from=2015").content.decode()
    assert (
        '<a href="/en/events/?kind=summit"><span class="sr">Remove the filter </span><b>From year</b> 2015</a>' in page
    )
    assert '<a class="pills__clear" href="/en/events/">Clear all</a>' in page


def test_clearing_all_filters_leads_to_the_bare_list(client, events):
    assert listing_of(client, "/en/events/?kind=summit&q=rio").clear_url == "/en/events/"


def test_choices_are_counted_as_if_their_own_group_had_no_filter(client, events):
    listing = listing_of(client, "/en/events/?kind=summit&state=brazil")
    counts = {group.name: {c.value: c.count for c in group.choices} for group in listing.groups}
    assert counts["kind"] == {"summit": 1, "cultural": 1}
    assert counts["state"] == {"brazil": 1, "peru": 1}


def test_a_choice_that_leaves_no_row_stays_with_its_name(client, events):
    make_state(iso3="CHL", slug="chile", name="Chile")
    listing = listing_of(client, "/en/events/?state=chile")
    group = next(group for group in listing.groups if group.name == "state")
    assert ("chile", "Chile", 0, True) in [(c.value, c.label, c.count, c.selected) for c in group.choices]
    assert [(pill.label, pill.value) for pill in listing.pills] == [("Host State", "Chile")]


def test_rows_stand_on_numbered_pages_of_25(client, db):
    host = make_state()
    for day in range(1, 28):
        make_event(slug=f"day-{day:02}", start=f"2020-01-{day:02}", host_state=host)
    first, second = listing_of(client, "/en/events/"), listing_of(client, "/en/events/?page=2")
    assert (PER_PAGE, first.total, second.total) == (25, 27, 27)
    assert names(first) == [f"day-{day:02}" for day in range(27, 2, -1)]
    assert names(second) == ["day-02", "day-01"]
    assert (first.previous_url, first.next_url) == ("", "/en/events/?page=2")
    assert (second.previous_url, second.next_url) == ("/en/events/", "")
    assert first.pages == [
        {"number": 1, "url": "/en/events/", "current": True},
        {"number": 2, "url": "/en/events/?page=2", "current": False},
    ]


def test_pages_keep_filters_and_order(client, db):
    host = make_state()
    for day in range(1, 28):
        make_event(start=f"2020-01-{day:02}", host_state=host, kind="summit")
    assert listing_of(client, "/en/events/?kind=summit&sort=name").next_url == (
        "/en/events/?kind=summit&sort=name&page=2"
    )


def test_a_new_filter_starts_at_the_first_page(client, db):
    host = make_state()
    for _ in range(26):
        make_event(host_state=host, kind="summit")
    listing = listing_of(client, "/en/events/?kind=summit&page=2")
    assert [pill.url for pill in listing.pills] == ["/en/events/"]
    assert all("page" not in sort["url"] for sort in listing.sort_choices)


@pytest.mark.parametrize("page", ["0", "-1", str(10**9), "abc", "1 ", "1.5", "٣", "2", "", "01x", "9" * 5000])
@pytest.mark.parametrize("address", LISTS)
def test_a_page_that_is_not_there_is_not_found(client, db, address, page):
    response = client.get(address, {"page": page})
    assert response.status_code == 404
    assert "There is no such page" in response.content.decode()


@pytest.mark.parametrize("address", LISTS)
def test_an_empty_portal_has_an_empty_first_page(client, db, address):
    listing = listing_of(client, f"{address}?page=1")
    assert (listing.total, names(listing)) == (0, [])
    assert "The secretariat adds" in client.get(address).content.decode()


def test_an_unknown_order_is_the_usual_one(client, events):
    listing = listing_of(client, "/en/events/?sort=nonsense")
    assert listing.sort == "latest"
    assert names(listing) == ["rio-carnival", "lima-summit", "rio-summit"]


def test_the_usual_order_is_not_in_the_address(client, events):
    listing = listing_of(client, "/en/events/?sort=name")
    assert {sort["value"]: sort["url"] for sort in listing.sort_choices} == {
        "latest": "/en/events/",
        "soonest": "/en/events/?sort=soonest",
        "name": "/en/events/?sort=name",
    }
    assert [sort["value"] for sort in listing.sort_choices if sort["current"]] == ["name"]


def test_equal_starts_are_ordered_by_precision(client, db):
    for name, precision in [("year", Precision.YEAR), ("day", Precision.DAY), ("month", Precision.MONTH)]:
        make_event(slug=f"a-{name}", start="2027-01-01", end="2027-12-31", precision=precision)
    make_event(slug="before", start="2026-12-31")
    make_event(slug="after", start="2027-01-02")
    soonest = names(listing_of(client, "/en/events/?sort=soonest"))
    assert soonest == ["before", "a-day", "a-month", "a-year", "after"]
    assert names(listing_of(client, "/en/events/")) == soonest[::-1]


def test_an_empty_result_says_which_filter_to_drop(client, events):
    response = client.get("/en/events/?kind=cultural&state=peru")
    listing = response.context["listing"]
    assert listing.total == 0
    assert [(pill.name, rows) for pill, rows in listing.ways_out] == [("kind", 1), ("state", 1)]
    page = response.content.decode()
    assert '<a href="/en/events/?state=peru">Without “Kind: Cultural”: 1</a>' in page
    assert '<a href="/en/events/?kind=cultural">Without “Host State: Peru”: 1</a>' in page


def test_an_empty_result_that_no_single_filter_explains_says_so(client, events):
    response = client.get("/en/events/?kind=religious&state=peru&q=nothing")
    assert (response.context["listing"].total, response.context["listing"].ways_out) == (0, [])
    assert "Try fewer filters." in response.content.decode()


BAD = [
    ("/en/events/", "kind", "nonsense", "Kind"),
    ("/en/events/", "when", "tomorrow", "When"),
    ("/en/events/", "status", "x", "Status"),
    ("/en/events/", "state", "NOT A SLUG", "Host State"),
    ("/en/events/", "state", "atlantis", "Host State"),
    ("/en/events/", "sub_region", "atlantis", "Sub-region"),
    ("/en/events/", "series", "atlantis", "Series"),
    ("/en/events/", "theme", "atlantis", "Theme"),
    ("/en/events/", "year_from", "soon", "From year"),
    ("/en/events/", "year_from", str(10**9), "From year"),
    ("/en/events/", "year_to", "-1", "To year"),
    ("/en/events/", "q", "x" * 101, "Words"),
    ("/en/events/", "q", "a\0b", "Words"),
    ("/en/legislation/", "level", "galactic", "Level"),
    ("/en/legislation/", "kind", "x", "Kind"),
    ("/en/legislation/", "organisation", "X" * 31, "Organisation"),
    ("/en/legislation/", "organisation", "ATLANTIS", "Organisation"),
    ("/en/legislation/", "in_force_on", "2014-02-30", "In force on"),
    ("/en/legislation/", "in_force_on", "yesterday", "In force on"),
    ("/en/legislation/", "in_force_on", "0001-01-01", "In force on"),
    ("/en/legislation/", "in_force_on", "12/06/2014", "In force on"),
    ("/en/legislation/", "in_force", "maybe", "On that day"),
    ("/en/legislation/", "year_from", "1", "Adopted from year"),
    ("/en/programme/", "partner", "X" * 31, "Partner"),
    ("/en/programme/", "partner", "ATLANTIS", "Partner"),
    ("/en/programme/", "when", "x", "When"),
    ("/en/programme/", "year_to", "2101", "To year"),
]


@pytest.mark.parametrize(("address", "name", "value", "label"), BAD)
def test_a_bad_filter_is_named_with_its_reason_and_left_out(client, db, address, name, value, label):
    response = client.get(address, {name: value, "sort": "soonest"})
    assert response.status_code == 200
    listing = response.context["listing"]
    assert [said for said, _ in listing.errors] == [label]
    assert all(reason for _, reason in listing.errors)
    page = response.content.decode()
    assert "Not every filter could be used." in page
    assert all(f"<li><b>{label}</b>: {escape(reason)}</li>" in page for _, reason in listing.errors)
    assert (name in listing.values, listing.pills) == (False, [])


def test_the_good_filters_beside_a_bad_one_still_apply(client, events):
    listing = listing_of(client, "/en/events/?kind=summit&year_from=soon&state=brazil")
    assert names(listing) == ["rio-summit"]
    assert [label for label, _ in listing.errors] == ["From year"]
    assert [pill.name for pill in listing.pills] == ["kind", "state"]
    assert all("year_from" not in pill.url for pill in listing.pills)


def test_of_a_repeated_filter_the_last_counts(client, events):
    assert names(listing_of(client, "/en/events/?kind=cultural&kind=summit&state=brazil")) == ["rio-summit"]


def test_unknown_parameters_change_nothing(client, events):
    listing = listing_of(client, "/en/events/?utm_source=x&kind__in=summit&host_state__slug=peru")
    assert (listing.total, listing.pills, listing.errors) == (3, [], [])


def test_a_value_of_the_address_is_escaped_on_the_page(client, events):
    response = client.get("/en/events/", {"q": '"><script>alert(1)</script>', "state": "<b>"})
    assert "<script>alert" not in response.content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in response.content.decode()


def test_words_find_by_state_city_and_organisation(client, db):
    peru, oas = (
        make_state(slug="peru", name="Perú"),
        make_organisation(code="OAS", name="Organization of American States"),
    )
    make_event(slug="games", host_state=peru, cities=["Arequipa"])
    make_instrument(slug="law", state=peru)
    make_instrument(slug="treaty", level="regional", organisation=oas)
    make_activity(slug="course", host_state=peru)
    found = {
        address: re.findall(r'<h3><a href="[^"]*/([a-z-]+)/"', client.get(f"/en/{address}").content.decode())
        for address in (
            "events/?q=peru",
            "events/?q=arequipa",
            "legislation/?q=PERU",
            "legislation/?q=american",
            "programme/?q=perú",
        )
    }
    assert list(found.values()) == [["games"], ["games"], ["law"], ["treaty"], ["course"]]


def test_an_answer_without_a_day_asks_nothing(client, db):
    make_instrument(slug="law")
    page = client.get("/en/legislation/?in_force=unknown").content.decode()
    assert ("1 instrument" in page, "pills__clear" in page) == (True, False)


def test_the_answer_for_a_day_is_named_and_kept(client, db):
    make_instrument(slug="law", status="unknown", adopted_on="2001-01-01")
    page = client.get("/en/legislation/?in_force_on=2011-10-14&in_force=unknown").content.decode()
    assert "<b>On that day</b> Not known" in page
    assert '<input type="hidden" name="in_force" value="unknown">' in page
