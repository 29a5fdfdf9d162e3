"""What the page of an event assembles: from here, and from the apps that know more of it.

An app to the right calls `add_to_dossier` in its apps.py; so it adds its sections, and this app needs none of its
models.
"""

from dataclasses import dataclass

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils.http import urlencode

from core.labels import Label
from documents.models import Document
from events.lessons import lessons_of
from events.maps import draw, map_of, places_of
from events.models import CooperationNeed, MajorEvent
from members.directory import names_holder
from members.models import Mandate
from reference.querysets import today

MOST_RELATED, MOST_EDITIONS = 20, 60
_parts = []


def add_to_dossier(part):
    """Let `part(event, user)` add to the page of every event.

    It gives {name: value} for the template. Under "shown" it lists the labelled records that it prints, and under
    "counted" the (label, publication) of those that only a number includes: the page is as confidential as the
    strictest of them all.
    """
    if part not in _parts:
        _parts.append(part)


@dataclass
class Audience:
    """Whom a page is for: the strictest label on it, and whether everything on it is published."""

    label: Label
    is_published: bool

    label_field = "label"

    @property
    def is_restricted(self):
        return self.label > Label.CLEAR


def dossier_of(event, user):
    """{name: value} of everything that `user` may know of an event."""
    context, shown, counted = {}, [event], []
    for part in (_own, lessons_of, *_parts):
        added = part(event, user)
        shown += added.pop("shown")
        counted += added.pop("counted", [])
        context |= added
    return context | {"audience": audience_of(shown, counted), "asked_on": today()}


def audience_of(shown, counted=()):
    """The Audience of a page with these records, and with numbers that include those (label, publication)."""
    labels = [getattr(record, record.label_field) for record in shown]
    out = MajorEvent.Publication.PUBLISHED
    hidden = any(record.publication != out or not getattr(record, "attached", True) for record in shown)
    hidden = hidden or any(publication != out for _, publication in counted)
    return Audience(max(*labels, *(label for label, _ in counted), Label.CLEAR), not hidden)


def _own(event, user):
    """What the registry itself knows: hosts, places, needs, related events, documents."""
    others, related = _related(event, user)
    editions = [pk for pk, *_ in others]
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
        "counted": [audience for _, *audience in others],
    }


def _related(event, user):
    """(All other editions, the rows of the latest of them with the umbrella and the parts), the latest first.

    Of all editions only (id, label, publication) are read. The places and hosts of the rows, and of the event, are
    read at once.
    """
    events = MajorEvent.objects.visible_to(user)
    editions = list(events.beside(event).latest_first().values_list("pk", "label", "publication"))
    near = events.for_list().prefetch_related(None).near(event, [pk for pk, *_ in editions[:MOST_RELATED]])
    related = list(near.latest_first())
    prefetch_related_objects([event, *related], "places", "other_hosts")
    return editions, related


def editions_of(series, user):
    """{"editions", "edition_count", "map"} of a series: the latest, how many there are, and where."""
    events = MajorEvent.objects.visible_to(user).of_series(series)
    editions = list(events.with_hosts().latest_first()[:MOST_EDITIONS])
    return {"editions": editions, "edition_count": events.count(), "map": map_of(editions)}


def _seats(states, user):
    """[{"state", "filled", "mandates", "holder_is_hidden"}]: who speaks for each host, named to those who may know."""
    filled = Mandate.objects.in_force().seats()
    named = {}
    for mandate in Mandate.objects.visible_to(user).in_force().of_states(states):
        named.setdefault(mandate.state_id, []).append(mandate)
    return [_seat(state, state.pk in filled, named.get(state.pk, [])) for state in states]


def _seat(state, filled, mandates):
    hidden = filled and not names_holder(mandates)
    return {"state": state, "filled": filled, "mandates": mandates, "holder_is_hidden": hidden}


def _map_of(event):
    """The event's own places, each leading to what else is held there, and the hosts that have none."""
    places = places_of([event])
    for place in places:
        place.url = f"{reverse('events:event_list')}?{urlencode({'q': place.city})}"
    placed = {place.state.pk for place in places if place.state}
    return draw(places, [state for state in event.hosts if state.pk not in placed])
