"""The map page of the registry: marks by place, or by State where there are too many, and the list beneath them."""

from dataclasses import dataclass, field
from itertools import groupby
from math import ceil

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from core.filters import LONGEST_TEXT
from core.text import fold
from events.maps import Map, Place, anchored, draw, places_of
from events.querysets import EventQuerySet
from reference.models import MemberState

MOST_MARKS, LARGEST = 200, 100
MOST_LISTED = 300
PER_PAGE = 80


@dataclass
class Atlas:
    """The map of a list of events, and what stands beneath it.

    `shown`: the places of this page with their events on it, as [(place, events)]; or, where there are too many events
    to name them, `counted`: places that lead on. `is_by_state`: a mark is a State. `is_cut`: only the places with the
    most events are marked.
    """

    map: Map
    shown: list = field(default_factory=list)
    counted: list = field(default_factory=list)
    is_by_state: bool = False
    is_cut: bool = False


def atlas_of(listing):
    """The Atlas of a Listing of events. Where there are many they are counted in the database, never read."""
    listing.show(EventQuerySet.for_map, PER_PAGE)
    is_listed = listing.total <= MOST_LISTED
    places = read_places(listing) if is_listed else []
    is_many = len(places) > MOST_MARKS if is_listed else listing.narrowed().has_more_places_than(MOST_MARKS)
    atlas = Atlas(None)
    if is_many and "state" not in listing.values:
        marked, atlas.is_by_state = counted_states(listing), True
    else:
        marked, atlas.is_cut = largest(places or counted_places(listing), is_many), is_many
    if is_listed:
        atlas.shown = _turn_to(listing, places)
    else:
        atlas.counted = in_order(marked)
    atlas.map = draw(marked)
    return atlas


def read_places(listing):
    """The Places of a Listing with their events, in the order of the list beneath the map; the last one has none."""
    events = list(listing.ordered().for_map())
    places = in_order(places_of(events))
    placed = {event.pk for place in places for event in place.events}
    nowhere = Place(_("Without a place on the map"), None, None, anchor="place-none")
    nowhere.events = [event for event in events if event.pk not in placed]
    nowhere.count = len(nowhere.events)
    return [*places, nowhere] if nowhere.events else places


def _turn_to(listing, places):
    """The rows of the page that was asked for, as [(place, events)]; each place is told on which page it begins."""
    rows = [(place, event) for place in places for event in place.events]
    size = ceil(len(rows) / listing.page.last)
    for number, (place, event) in enumerate(rows):
        page = number // size + 1
        if len(place.events) == 1:
            place.url = event.get_absolute_url()
        elif not place.url:
            place.url = ("" if page == listing.page.number else listing.url(page=page)) + f"#{place.anchor}"
    first = (listing.page.number - 1) * size
    by_place = groupby(rows[first : first + size], key=lambda row: row[0].anchor)
    return [(group[0][0], [event for _, event in group]) for group in (list(rows) for _, rows in by_place)]


def largest(places, is_many):
    """All places, or where there are many as many of the largest as are worth marking."""
    return sorted(places, key=lambda place: -place.count)[:LARGEST] if is_many else places


def in_order(places):
    """Places by the names of their States, then of their cities."""
    return sorted(places, key=lambda place: (not place.state_name, fold(place.state_name), fold(place.city)))


def counted_places(listing):
    """The Places of a Listing with their numbers of events, as many of the largest as a map bears."""
    rows = list(listing.narrowed().counted_by_place()[:MOST_MARKS])
    states = MemberState.objects.in_bulk({row["state"] for row in rows} - {None})
    places = [
        Place(
            row["places__city"],
            row["places__latitude"],
            row["places__longitude"],
            states.get(row["state"]),
            count=row["n"],
            coming=row["n_coming"],
            ongoing=row["n_ongoing"],
        )
        for row in rows
    ]
    for place in anchored(places):
        place.url, place.more_url = f"#{place.anchor}", _table_url(listing, place)
    return places


def _table_url(listing, place):
    """The table with the same filters, looking for a city of a State."""
    query = QueryDict(listing.query, mutable=True)
    query["q"] = f"{listing.values.get('q', '')} {place.city}".strip()[:LONGEST_TEXT]
    if place.state:
        query["state"] = place.state.slug
    return f"{reverse('events:event_list')}?{query.urlencode()}"


def counted_states(listing):
    """A Place for each State that hosts some of a Listing's events, leading to the same map of that State alone."""
    counted = listing.narrowed().counted_by_state()
    places = []
    for state in MemberState.objects.visible_to(listing.request.user).in_bulk(counted).values():
        n, coming, ongoing = counted[state.pk]
        url = listing.url(state=state.slug)
        places.append(Place("", state.latitude, state.longitude, state, [], n, coming, ongoing, url=url, more_url=url))
    return anchored(places)
