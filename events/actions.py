"""Writes of events that touch more than the event's own row."""

from django.db import transaction

from core.labels import Label
from events.models import EventPlace, MajorEvent


@transaction.atomic
def set_places(event, *, cities, spot, by):
    """Give an event these cities in this order, and the first one the coordinates in `spot`.

    A place in a city that stays keeps its venue and coordinates, and is not written unless it changes.
    """
    places = list(event.places.all())
    moved = event.cities != cities
    for place in places:
        if place.city not in cities:
            place._history_user = by
            place.delete()
    for order, city in enumerate(cities):
        here = [place for place in places if place.city == city] or [EventPlace(event=event, city=city)]
        for place in here:
            _set(place, by, **({"order": order} if moved else {}), **(spot if place is here[0] and not order else {}))


def _set(place, by, **values):
    """Write a place where that changes it."""
    if place.pk and all(getattr(place, name) == value for name, value in values.items()):
        return
    for name, value in values.items():
        setattr(place, name, value)
    place._history_user = by
    place.save()


@transaction.atomic
def set_venues(event, *, places, by):
    """Give an event these places, [(city, venue)] in this order.

    One that stays keeps its coordinates, under another venue of its city too. A new one gets those of its city, where
    everybody may read them of another event of the same host.
    """
    left = list(event.places.all())
    if [(place.city, place.venue) for place in left] == places:
        return
    found = _matched(left, places)
    for place in left:
        if place not in found.values():
            place._history_user = by
            place.delete()
    for order, (city, venue) in enumerate(places):
        place = found.get((city, venue)) or EventPlace(event=event, city=city, **_spot_of(city, event.host_state_id))
        _set(place, by, venue=venue, order=order)


def _matched(there, places):
    """{(city, venue): the place that stays for it}: of the same venue, or else one of the same city."""
    left, found = list(there), {}
    for same in (lambda place: (place.city, place.venue), lambda place: (place.city,)):
        for pair in places:
            place = next((place for place in left if same(place) == pair[: len(same(place))]), None)
            if place and pair not in found:
                found[pair] = place
                left.remove(place)
    return found


def _spot_of(city, state_id):
    """{"latitude", "longitude"} of a city of a State, as open events have it; or nothing."""
    rows = EventPlace.objects.filter(city=city, venue="", event__host_state=state_id, latitude__isnull=False)
    rows = rows.filter(event__label=Label.CLEAR, event__publication=MajorEvent.Publication.PUBLISHED)
    return rows.values("latitude", "longitude").first() or {}
