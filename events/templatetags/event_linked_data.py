"""An event's page as schema.org's Event."""

from django import template

from core.columns import reduced
from core.languages import localized
from core.linked_data import absolute, script
from core.other_forms import text_of

register = template.Library()

STATUS = {"postponed": "EventPostponed", "cancelled": "EventCancelled"}
SCHEMA = "https://schema.org/"


@register.simple_tag
def event_linked_data(event, umbrella=None):
    """The block for an event read with for_detail(); `umbrella` is the larger event if the reader may know of it."""
    organiser = event.organiser
    above = [_series(event.series)] if event.series else []
    return script(
        {
            **_what_and_when(event),
            "description": text_of(event, "summary"),
            "inLanguage": localized(event, "name")[1],
            "eventStatus": SCHEMA + STATUS.get(event.status, "EventScheduled"),
            "eventAttendanceMode": SCHEMA + "OfflineEventAttendanceMode",
            "location": _locations(event),
            "organizer": organiser
            and {"@type": "Organization", "name": text_of(organiser, "name"), "url": organiser.url},
            "sameAs": event.website,
            "superEvent": [*([_what_and_when(umbrella)] if umbrella else []), *above],
        }
    )


def _what_and_when(event):
    """Dates are as exact as they are known: 2027, 2026-06, 2026-06-12."""
    return {
        "@type": "Event",
        "name": text_of(event, "name"),
        "url": absolute(event.get_absolute_url()),
        "startDate": reduced(event.start, event.precision),
        "endDate": reduced(event.end, event.precision),
    }


def _series(series):
    return {"@type": "EventSeries", "name": text_of(series, "name"), "url": absolute(series.get_absolute_url())}


def _locations(event):
    """Its cities; then, where there are none or several hosts, the countries: which city is whose is not recorded."""
    hosts = [event.host_state, *event.other_hosts.all()]
    alone = len(hosts) == 1 and not event.hosts_elsewhere
    cities = [_place(place, event.host_state if alone else None) for place in event.places.all()]
    countries = [{"@type": "Country", "name": text_of(state, "name"), "identifier": state.iso2} for state in hosts]
    return cities if cities and alone else cities + countries


def _place(place, state):
    spot = place.latitude is not None and place.longitude is not None
    return {
        "@type": "Place",
        "name": place.venue or place.city,
        "address": {
            "@type": "PostalAddress",
            "addressLocality": place.city,
            "addressCountry": state.iso2 if state else None,
        },
        "geo": {"@type": "GeoCoordinates", "latitude": float(place.latitude), "longitude": float(place.longitude)}
        if spot
        else None,
    }
