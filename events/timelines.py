"""The registry as a timeline: a page of events by years, each year in the order of the calendar."""

import datetime
from dataclasses import dataclass, field

from django.utils import dateformat
from django.utils.html import format_html_join

from core.dates import today
from core.filters import FIRST_YEAR, LAST_YEAR
from events.querysets import EventQuerySet

PER_PAGE = 100
ORDERS = ("latest", "soonest")


@dataclass
class Year:
    """A year with its events on this page and the number of all its events; today has its place among `rows`."""

    number: int
    count: int
    rows: list = field(default_factory=list)


@dataclass(frozen=True)
class Today:
    """Where we are, as a row of a year; it lies between what has begun and what has not."""

    start: object


@dataclass(frozen=True)
class Timeline:
    """A page of the timeline: its Years, and links to every year that has events, as [(year, address, current)]."""

    years: list
    strip: list

    @property
    def months(self):
        """Short names of the months, as the heads of twelve columns."""
        days = (datetime.date(2000, month, 1) for month in range(1, 13))
        return format_html_join("", "<span>{}</span>", ((dateformat.format(day, "M"),) for day in days))


def timeline_of(listing):
    """The Timeline of a Listing, whose pages it makes longer and whose order a chronological one."""
    listing.show(EventQuerySet.for_overview, PER_PAGE)
    if listing.sort not in ORDERS:
        listing.sort = ORDERS[0]
    events = list(listing.page)
    shown = [event.start.year for event in events]
    rows = listing.narrowed()
    if listing.beyond:
        counts, years = rows.beginning_in(min(shown), max(shown)).numbers_of_years(), rows.span_of_years()
    else:
        counts = years = rows.numbers_of_years()
    return Timeline(_years(listing, events, counts), _strip(listing, sorted(years)))


def _years(listing, events, counts):
    """The Years of some events, with today where it belongs."""
    found = {}
    for event in events:
        year = event.start.year
        found.setdefault(year, Year(year, counts[year])).rows.append(event)
    day = today()
    if found and min(found) <= day.year <= max(found):
        found.setdefault(day.year, Year(day.year, 0)).rows.append(Today(day))
    latest_first = listing.sort == "latest"
    for year in found.values():
        year.rows.sort(key=lambda row: (row.start, isinstance(row, Today)))
    return sorted(found.values(), key=lambda year: year.number, reverse=latest_first)


def _strip(listing, years):
    """Links to the timeline of each year alone; beside a single year that is shown, to those around it."""
    chosen = listing.values.get("year_from"), listing.values.get("year_to")
    current = int(chosen[0]) if chosen[0] and chosen[0] == chosen[1] else None
    if current:
        years = [year for year in (current - 1, current, current + 1) if FIRST_YEAR <= year <= LAST_YEAR]
    return [(year, listing.url(year_from=year, year_to=year), year == current) for year in years]
