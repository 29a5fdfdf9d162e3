"""Marks of events on the map of the Americas; templates/events/_map.html draws them."""

import math
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.languages import localized
from events.projection import AMERICAS, CARIBBEAN, project

# Half the side of a sign by how many digits its number has; one event has no number.
SIZES = {0: 4.5, 1: 7.5, 2: 9, 3: 11.5}
LARGEST = 15
TOUCH = 13
SHAPES = {
    "past": "M-{r} 0a{r} {r} 0 1 1 0 .1z",
    "ongoing": "M-{r}-{r}h{d}v{d}h-{d}z",
    "upcoming": "M0-{b} {b} 0 0 {b}-{b} 0z",
    "state": "M-{r} 0a{r} {r} 0 1 1 0 .1z",
}
SIGNS = {
    "upcoming": gettext_lazy("an event to come"),
    "ongoing": gettext_lazy("an event going on now"),
    "past": gettext_lazy("past events only"),
    "state": gettext_lazy("a host State, without a place"),
}
ROUNDS = 30


@dataclass
class Place:
    """A city with coordinates, or a State, and what is held there.

    `events` is empty where they are only counted. `url` is where its mark leads, `more_url` where its line in a list
    leads that does not name the events; `anchor` is the id of its heading in that list.
    """

    city: str
    latitude: object
    longitude: object
    state: object = None
    events: list = field(default_factory=list)
    count: int = 0
    coming: int = 0
    ongoing: int = 0
    url: str = ""
    more_url: str = ""
    anchor: str = ""

    @property
    def state_name(self):
        return localized(self.state, "name")[0] if self.state else ""

    @property
    def name(self):
        """City and State in the reader's language."""
        return ", ".join(part for part in (self.city, self.state_name) if part)

    def add(self, event, state):
        self.state = self.state or state
        self.events.append(event)
        self.count += 1
        self.coming += event.time != "past"
        self.ongoing += event.time == "ongoing"

    @property
    def tone(self):
        """The time that the sign tells: what goes on outweighs what comes, and that what is past."""
        return "ongoing" if self.ongoing else "upcoming" if self.coming else "past"


@dataclass
class Mark:
    """A sign on the map: where it lies in its frame, what it links to, and what it is called."""

    x: float
    y: float
    label: str
    url: str
    tone: str
    count: int = 0
    touch: float = TOUCH

    @cached_property
    def size(self):
        return SIZES.get(len(self.number), LARGEST)

    @cached_property
    def number(self):
        """How many events, where it is more than one."""
        return _said(self.count) if self.count > 1 else ""

    @property
    def sign(self):
        """The name of its sign among those that Map.signs draws."""
        return f"sign-{self.tone}-{len(self.number)}"


@dataclass(frozen=True)
class Map:
    """What templates/events/_map.html needs: the marks of both frames, the signs in use, what is left out."""

    marks: list
    inset_marks: list
    elsewhere: int = 0

    @property
    def is_empty(self):
        return not (self.marks or self.inset_marks)

    @property
    def key(self):
        """The signs in use, as [(tone, path data, what it says)]."""
        tones = {mark.tone for mark in [*self.marks, *self.inset_marks]}
        return [(tone, shape(tone, SIZES[0]), said) for tone, said in SIGNS.items() if tone in tones]

    @property
    def signs(self):
        """The signs that the marks use, drawn once, as [(name, tone, path data)]."""
        used = {(mark.sign, mark.tone, mark.size) for mark in [*self.marks, *self.inset_marks]}
        return [(sign, tone, shape(tone, size)) for sign, tone, size in sorted(used)]

    americas, caribbean = AMERICAS, CARIBBEAN
    whole = AMERICAS.box_of(AMERICAS)
    enlarged = CARIBBEAN.box_of(AMERICAS)
    framed = AMERICAS.box_of(CARIBBEAN)


def shape(tone, size):
    """The path data of a sign around its own point."""
    r = round(size * 0.9, 1) if tone == "ongoing" else size
    return SHAPES[tone].format(r=f"{r:g}", d=f"{2 * r:g}", b=f"{round(size * 1.3, 1):g}")


def map_of(events, states=(), list_url=None):
    """The Map of some events, for `{% include "events/_map.html" with map=map %}`.

    `events`: rows with their places prefetched and their host State read, as for_list() and for_detail() give them.
    `states`: MemberStates to mark with a lighter sign at their own coordinates, as the hosts of a dossier; one that
    has a place of its own on the map already, as its main host, is left out.
    `list_url`: the page that lists the events by place; the map page where it is not said, "" for this page. A mark
    of one event leads to the event, one of several to their place in that list.
    """
    places = lead(places_of(events), list_url)
    held = {place.state.pk for place in places if place.state}
    return draw(places, [state for state in states if state.pk not in held])


def places_of(events):
    """The Places of some events, each city with its coordinates once, with the events held there."""
    found = {}
    for event in events:
        for first, (city, latitude, longitude) in _spots(event):
            place = found.setdefault((city, latitude, longitude), Place(city, latitude, longitude))
            # Coordinates of a co-host's city do not say whose city it is; the first one is the main host's.
            place.add(event, event.host_state if first else None)
    return anchored(found.values())


def _spots(event):
    """(whether it is the first, (city, latitude, longitude)) of an event's cities that have coordinates, each once."""
    places = list(event.places.all())
    spots = {}
    for place in _located(places):
        spots.setdefault((place.city, place.latitude, place.longitude), place is places[0])
    return [(first, spot) for spot, first in spots.items()]


def anchored(places):
    """The places as a list, each with the anchor of its heading in the list by place."""
    taken = set()
    for place in places:
        parts = ["place", place.state.iso2.lower() if place.state else "", slugify(place.city)]
        anchor = wanted = "-".join(part for part in parts if part)
        number = 1
        while anchor in taken:
            number += 1
            anchor = f"{wanted}-{number}"
        taken.add(anchor)
        place.anchor = anchor
    return list(places)


def lead(places, list_url):
    """The places, each with the address that its mark leads to; see map_of."""
    for place in places:
        if len(place.events) == 1:
            place.url = place.events[0].get_absolute_url()
        elif list_url is None:
            place.url = f"{reverse('events:event_map')}?{urlencode({'q': place.city})}#{place.anchor}"
        else:
            place.url = f"{list_url}#{place.anchor}"
    return places


def draw(places, states=()):
    """The Map of Places that know their addresses, and of States; the largest lie undermost and are read first."""
    places = sorted(_located(places), key=lambda place: (-place.count, -place.latitude, place.longitude))
    rows = [(place, _label(place), place.url, place.tone, place.count) for place in places]
    rows += [(state, localized(state, "name")[0], state.get_absolute_url(), "state", 0) for state in _located(states)]
    marks, inset_marks, elsewhere = [], [], 0
    for placed, *said in rows:
        spot = project(float(placed.latitude), float(placed.longitude))
        if CARIBBEAN.holds(spot, margin=SIZES[2]):
            inset_marks.append(Mark(*CARIBBEAN.at(spot), *said))
        elif AMERICAS.holds(spot):
            marks.append(Mark(*AMERICAS.at(spot), *said))
        else:
            elsewhere += 1
    return Map(_spread(marks, AMERICAS), _spread(inset_marks, CARIBBEAN), elsewhere)


def _said(number):
    return number_format(number, force_grouping=True)


def _located(rows):
    return [row for row in rows if row.latitude is not None and row.longitude is not None]


def _label(place):
    """What a mark is called: the place with its one event, or with how many."""
    if len(place.events) == 1:
        event = place.events[0]
        what = f"{localized(event, 'name')[0]}, {event.dates}"
    else:
        what = ngettext("%(n)s event", "%(n)s events", place.count) % {"n": _said(place.count)}
        if place.coming:
            what += ", " + _("%(n)s to come") % {"n": _said(place.coming)}
    return _("%(place)s: %(what)s") % {"place": place.name, "what": what}


def _spread(marks, frame):
    """The marks, moved apart where they would hide each other, each with as much room to touch as there is."""
    for _round in range(ROUNDS):
        pushed = [_push(one, other) for one, other in _near(marks)]
        if not any(pushed):
            break
    for mark in marks:
        mark.x, mark.y = _within(mark.x, mark.size, frame.width), _within(mark.y, mark.size, frame.height)
    for one, other in _near(marks):
        half = math.hypot(one.x - other.x, one.y - other.y) / 2
        one.touch, other.touch = min(one.touch, half), min(other.touch, half)
    for mark in marks:
        mark.touch = round(max(mark.touch, mark.size), 1)
    return marks


def _within(middle, size, side):
    """The middle of a sign that stays inside its sheet, to a tenth of a unit."""
    return round(min(max(middle, size), side - size), 1)


def _near(marks):
    """Pairs of marks that may touch."""
    ordered = sorted(marks, key=lambda mark: mark.x)
    for index, one in enumerate(ordered):
        for other in ordered[index + 1 :]:
            if other.x - one.x > 2 * LARGEST:
                break
            if abs(other.y - one.y) <= 2 * LARGEST:
                yield one, other


def _push(one, other):
    """Move two marks apart where they overlap by much; whether that was needed."""
    x, y = other.x - one.x, other.y - one.y
    distance = math.hypot(x, y)
    lacking = 0.95 * (one.size + other.size) - distance
    if lacking < 0.5:
        return False
    if not distance:
        x = distance = 1
    shift = lacking / 2 / distance
    one.x, one.y, other.x, other.y = one.x - x * shift, one.y - y * shift, other.x + x * shift, other.y + y * shift
    return True
