"""What the page of an event assembles: from here, and from the apps that know more of it.

An app to the right calls `add_to_dossier` in its apps.py; so it adds its sections, and this app needs none of its
models.
"""

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils.http import urlencode

from documents.models import Document
from events.maps import draw, map_of, places_of
from events.models import CooperationNeed, MajorEvent
from members.models import Mandate
from reference.querysets import today

MOST_RELATED, MOST_EDITIONS = 20, 60
_parts = []


def add_to_dossier(part):
    """Let `part(event, user)` add to the page of every event.

    It gives {name: value} for the template. Under "shown" it lists the labelled records that it prints: the page is
    as confidential as the strictest of them.
    """
    if part not in _parts:
        _parts.append(part)


def dossier_of(event, user):
    """{name: value} of everything that `user` may know of an event."""
    context, shown = {}, [event]
    for part in (_own, *_parts):
        added = part(event, user)
        shown += added.pop("shown")
        context |= added
    strictest = max(shown, key=lambda record: getattr(record, record.label_field))
    return context | {"strictest": strictest, "asked_on": today()}


def _own(event, user):
    """What the registry itself knows: hosts, places, needs, related events, documents."""
    editions, related = _related(event, user)
    needs = list(CooperationNeed.objects.visible_to(user).of_event(event))
    documents = list(Document.objects.visible_to(user).on(event).official_first())
    return {
        "seats": _seats(event.hosts, user),
        "map": _map_of(event),
        "umbrella": next((other for other in related if other.pk == event.umbrella_id), None),
        "parts": [other for other in reversed(related) if other.umbrella_id == event.pk],
        "editions": [other for other in related if other.pk in editions[:MOST_RELATED]],
        "edition_count": len(editions),
        "needs": needs,
        "documents": documents,
        "shown": [*related, *needs, *documents],
    }


def _related(event, user):
    """(Ids of all other editions, the rows of the latest of them with the umbrella and the parts), the latest first.

    The places and hosts of all of them, and of the event, are read at once.
    """
    events = MajorEvent.objects.visible_to(user)
    editions = list(events.beside(event).latest_first().values_list("pk", flat=True))
    near = events.for_list().prefetch_related(None).near(event, editions[:MOST_RELATED])
    related = list(near.latest_first())
    prefetch_related_objects([event, *related], "places", "other_hosts")
    return editions, related


def editions_of(series, user):
    """{"editions", "edition_count", "map"} of a series: the latest, how many there are, and where."""
    events = MajorEvent.objects.visible_to(user).of_series(series)
    editions = list(events.with_hosts().latest_first()[:MOST_EDITIONS])
    return {"editions": editions, "edition_count": events.count(), "map": map_of(editions)}


def _seats(states, user):
    """[{"state", "filled", "mandates"}]: who speaks for each host, named to those who may know it."""
    filled = Mandate.objects.in_force().seats()
    named = {}
    for mandate in Mandate.objects.visible_to(user).in_force().of_states(states):
        named.setdefault(mandate.state_id, []).append(mandate)
    return [{"state": state, "filled": state.pk in filled, "mandates": named.get(state.pk, [])} for state in states]


def _map_of(event):
    """The event's own places, each leading to what else is held there, and the hosts that have none."""
    places = places_of([event])
    for place in places:
        place.url = f"{reverse('events:event_list')}?{urlencode({'q': place.city})}"
    placed = {place.state.pk for place in places if place.state}
    return draw(places, [state for state in event.hosts if state.pk not in placed])
