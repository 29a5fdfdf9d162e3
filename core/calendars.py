"""iCalendar (RFC 5545 and 7986) of dated records: days without times, written entry by entry."""

import datetime
from dataclasses import dataclass, field
from itertools import islice

from django.conf import settings

from core.dates import Precision
from core.identity import record_uuid
from core.labels import Label
from core.spreadsheets import filename, streamed
from core.text import clean_text

CALENDAR = "text/calendar; charset=utf-8"
PRODID = "-//IPO Americas//Knowledge Management System//EN"
A_DAY = datetime.timedelta(days=1)
ENTRIES_OF_A_PART = 200
TAIL = b"END:VCALENDAR\r\n"
CONFIRMED, TENTATIVE, CANCELLED = "CONFIRMED", "TENTATIVE", "CANCELLED"


@dataclass(frozen=True)
class Entry:
    """One record of a calendar, with what its app says of it; `title` is (text, language)."""

    record: object
    title: tuple
    description: str = ""
    location: str = ""
    spot: tuple | None = None
    categories: list = field(default_factory=list)
    status: str = CONFIRMED


@dataclass(frozen=True)
class Head:
    """What a calendar says of itself; `page` and `source` are paths with their query."""

    name: str
    description: str
    page: str
    source: str


def calendar_response(name, head, entries):
    """The entries, of a generator, as an iCalendar file; `name` becomes a part of the file's name."""
    return streamed(calendar_parts(head, entries), content_type=CALENDAR, filename=filename(name, "ics"))


def calendar_parts(head, entries):
    """The file in parts: its head, many entries at a time, its end.

    It has no METHOD: what a subscription fetches is a snapshot. PUBLISH is a message between people, which needs
    an organiser on each entry, and no calendar server stores it.
    """
    yield _head(head)
    entries = iter(entries)
    part = list(islice(entries, ENTRIES_OF_A_PART))
    if not part:
        yield _utc()
    while part:
        yield b"".join(_vevent(entry) for entry in part)
        part = list(islice(entries, ENTRIES_OF_A_PART))
    yield TAIL


def _head(head):
    """VCALENDAR without its end. Older programs read the X- properties, newer ones those of RFC 7986.

    Of these it leaves out UID: vdirsyncer takes a calendar's for the one of every entry, and keeps one entry.
    """
    from icalendar import Calendar  # few ask for it

    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for names, text in [(("name", "x-wr-calname"), head.name), (("description", "x-wr-caldesc"), head.description)]:
        for name in names:
            calendar.add(name, clean_text(text))
    calendar.add("url", settings.BASE_URL + head.page)
    calendar.add("source", settings.BASE_URL + head.source, parameters={"VALUE": "URI"})
    calendar.add("refresh-interval", A_DAY, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "P1D")
    return calendar.to_ical().removesuffix(TAIL)


def _utc():
    """What stands in a calendar without entries, since RFC 5545 wants one component at least."""
    from icalendar import Timezone, TimezoneStandard

    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", "UTC")
    standard.add("dtstart", datetime.datetime(1970, 1, 1))  # noqa: DTZ001 - local time by definition
    standard.add("tzoffsetfrom", datetime.timedelta())
    standard.add("tzoffsetto", datetime.timedelta())
    zone.add_component(standard)
    return zone.to_ical()


def _vevent(entry):
    """One entry as bytes."""
    from icalendar import Event

    event = Event()
    for name, value in _properties(entry).items():
        if value or value == 0:
            event.add(name, value)
    event["summary"].params["LANGUAGE"] = entry.title[1]
    return event.to_ical()


def _properties(entry):
    """The properties of an entry; empty ones are left out. A month or a year takes all its days and is tentative."""
    record = entry.record
    exact = record.precision == Precision.DAY
    url = settings.BASE_URL + record.get_absolute_url()
    tlp = Label(record.label).label if record.is_restricted else ""
    return {
        "uid": str(record_uuid(record)),
        "dtstamp": record.updated,
        "created": record.created,
        "last-modified": record.updated,
        "sequence": max(0, int((record.updated - record.created).total_seconds())),
        "dtstart": record.start,
        "dtend": record.end + A_DAY,
        "summary": clean_text(entry.title[0]) or record.slug,
        # The address stands in the text too, since some programs do not show the property.
        "description": clean_text("\n".join(filter(None, [entry.description, tlp, url]))),
        "location": clean_text(entry.location),
        "geo": entry.spot,
        "categories": [clean_text(text) for text in entry.categories],
        "status": entry.status if exact or entry.status == CANCELLED else TENTATIVE,
        "transp": "TRANSPARENT",
        "url": url,
        "class": "CONFIDENTIAL" if tlp else "PUBLIC",
        "x-kms-tlp": tlp,
        "x-kms-date-precision": "" if exact else Precision(record.precision).name,
    }
