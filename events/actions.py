"""Writes of events that touch more than the event's own row."""

from django.db import transaction

from events.models import EventPlace


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
