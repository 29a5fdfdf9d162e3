"""Lists of more rows than are counted: what they say, how many pages they have, that numbers stay true."""

import pytest

from core import facets, listing
from core.facets import count_facets
from core.labels import Label
from events.filters import event_facets
from events.models import MajorEvent
from legislation import filters
from tests.factories import make_event, make_instrument, make_series, make_state, make_theme

MOST = 4


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """The limit of counting, small enough for a test."""
    for module in (facets, listing, filters):
        monkeypatch.setattr(module, "MOST_COUNTED", MOST)
    monkeypatch.setattr(listing, "PER_PAGE", 2)


@pytest.fixture
def events(db):
    """Seven events: five sports in Brazil, two summits in Peru."""
    brazil = make_state(iso3="BRA", slug="brazil", name="Brazil")
    peru = make_state(iso3="PER", slug="peru", name="Peru")
    make_state(iso3="CHL", slug="chile", name="Chile")
    for number in range(5):
        make_event(slug=f"game-{number}", kind="sport", host_state=brazil, start=f"2020-01-{number + 1:02}")
    for number in range(2):
        make_event(slug=f"summit-{number}", kind="summit", host_state=peru, start=f"2021-01-{number + 1:02}")


def listing_of(client, address):
    return client.get(address).context["listing"]


def panel(listing, name):
    """{value: number} of one group as the panel holds it."""
    return {c.value: c.count for group in listing.groups if group.name == name for c in group.choices}


def test_more_rows_than_are_counted_are_said_to_be_more(client, events):
    page = client.get("/en/events/").content.decode()
    assert "<h2 data-count>More than 4 events</h2>" in page
    assert client.get("/en/events/?kind=summit").content.decode().count("<h2 data-count>2 events</h2>") == 1


def test_exactly_the_limit_is_no_more(client, db):
    host = make_state()
    for _ in range(MOST):
        make_event(host_state=host)
    listing = listing_of(client, "/en/events/")
    assert (listing.total, listing.beyond, listing.page.last) == (4, 0, 2)
    assert "More than" not in client.get("/en/events/").content.decode()


def test_pages_end_at_the_limit_and_say_so(client, events):
    first, last = listing_of(client, "/en/events/"), listing_of(client, "/en/events/?page=2")
    assert [row.slug for row in first.page] == ["summit-1", "summit-0"]
    assert [row.slug for row in last.page] == ["game-4", "game-3"]
    assert (last.next_url, first.page.last) == ("", 2)
    assert client.get("/en/events/?page=3").status_code == 404
    assert "Use a filter to see the rest" in client.get("/en/events/?page=2").content.decode()


def test_numbers_of_a_capped_panel_are_at_least_and_every_choice_is_offered(client, events):
    listing = listing_of(client, "/en/events/")
    kinds, states = panel(listing, "kind"), panel(listing, "state")
    assert sum(n for n in kinds.values() if n) == MOST + 1
    assert set(states) == {"brazil", "chile", "peru"}
    assert states["chile"] is None
    page = client.get("/en/events/").content.decode()
    assert f'value="sport"> Sport <span class="n">{kinds["sport"]}+</span>' in page
    assert "Chile <span" in page or '<option value="chile">Chile</option>' in page


def test_a_filter_that_leaves_few_has_exact_numbers_again(client, events):
    listing = listing_of(client, "/en/events/?kind=summit")
    assert panel(listing, "state") == {"peru": 2}
    assert panel(listing, "status") == {"confirmed": 2}
    assert sum(n for n in panel(listing, "kind").values() if n) == MOST + 1  # counted without its own filter
    assert panel(listing_of(client, "/en/events/?kind=sport&state=peru"), "kind") == {"summit": 2, "sport": 0}


def test_a_capped_panel_counts_nothing_hidden(client, db):
    host = make_state(slug="brazil")
    for _ in range(7):
        make_event(host_state=host, label=Label.GREEN)
    make_event(host_state=host, kind="summit")
    listing = listing_of(client, "/en/events/")
    assert (listing.total, panel(listing, "kind")) == (1, {"summit": 1})


def test_several_values_of_a_row_count_each_once(client, db):
    brazil, peru = make_state(slug="brazil", name="Brazil"), make_state(slug="peru", name="Peru")
    make_event(host_state=brazil, other_hosts=[peru], themes=[make_theme(slug="a"), make_theme(slug="b")])
    make_event(host_state=peru, series=make_series(slug="cup"))
    listing = listing_of(client, "/en/events/")
    assert panel(listing, "state") == {"brazil": 1, "peru": 2}
    assert panel(listing, "sub_region") == {"south": 2}
    assert panel(listing, "theme") == {"a": 1, "b": 1}
    assert panel(listing, "series") == {"cup": 1}


def test_texts_not_known_to_be_in_force_are_counted_to_the_limit(client, db):
    state = make_state()
    for _ in range(7):
        make_instrument(state=state)
    listing = listing_of(client, "/en/legislation/?in_force_on=2014-06-12")
    assert (listing.total, listing.unknown_total) == (0, MOST + 1)


@pytest.mark.parametrize("query", ["?kind=sport&state=brazil&when=past&status=confirmed", ""])
def test_filters_cost_no_further_query(client, events, django_assert_num_queries, query):
    with django_assert_num_queries(5):
        client.get(f"/en/events/{query}")


def test_a_list_of_which_django_knows_that_it_is_empty_is_counted_too(db):
    counts = count_facets(event_facets(), lambda without: MajorEvent.objects.none(), {"kind"})
    assert {name: (found.total, found.of) for name, found in counts.items()} == dict.fromkeys(counts, (0, {}))
