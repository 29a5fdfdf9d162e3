"""The registry as a calendar: the sheet of one month, its weeks with bars, and the way to other months."""

import calendar
import datetime
import re
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from core.dates import Precision, period_end, say_date, today
from core.filters import FIRST_YEAR, LAST_YEAR
from events.querysets import EventQuerySet

MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
MOST_DRAWN = 75
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Cell:
    """A stretch of one line of a week: a bar of an event, or nothing, over so many days."""

    days: int
    event: object = None


@dataclass(frozen=True)
class Week:
    """Seven days, None where they belong to another month, and the lines of bars beneath their numbers."""

    days: list
    lines: list


class Sheet:
    """The calendar of a month: the events of a Listing that touch it.

    `first`: the first day of the month. `dated`: events known to the day, `undated`: those known to the month or the
    year alone; `is_cut`: whether there are more than MOST_DRAWN of them, in which case the last ones are there.
    """

    def __init__(self, listing, first):
        self.listing, self.first, self.last = listing, first, period_end(first, Precision.MONTH)
        # Backwards from the end of the month, so that a full month is found without a look at all that came before.
        rows = listing.narrowed().touching(first, self.last).latest_first().for_overview()
        events = list(rows[: MOST_DRAWN + 1])
        self.is_cut, events = len(events) > MOST_DRAWN, events[:MOST_DRAWN][::-1]
        self.dated = [event for event in events if event.precision == Precision.DAY]
        self.undated = [event for event in events if event.precision != Precision.DAY]
        self.count = len(events)
        self.today = today()

    @property
    def name(self):
        """The month in the reader's language."""
        return say_date(self.first, Precision.MONTH)

    @property
    def value(self):
        """The month as an address has it."""
        return month_value(self.first)

    @property
    def is_this_month(self):
        return (self.first.year, self.first.month) == (self.today.year, self.today.month)

    @property
    def this_month(self):
        return self.link_to(self.today)

    @property
    def before(self):
        """The month before, or None where the calendar begins."""
        return self.link_to(self.first - DAY) if self.first > datetime.date(FIRST_YEAR, 1, 1) else None

    @property
    def after(self):
        """The month after, or None where the calendar ends."""
        return self.link_to(self.last + DAY) if self.last < datetime.date(LAST_YEAR, 12, 31) else None

    def link_to(self, day):
        """{"name", "url"} of the sheet that holds a day."""
        return {"name": say_date(day, Precision.MONTH), "url": self.listing.url(month=month_value(day))}

    @cached_property
    def nearest(self):
        """For an empty month: links to the last month before and the first one after that have events, if any."""
        rows = self.listing.narrowed()
        days = [rows.last_day_before(self.first), rows.first_day_after(self.last)]
        return [self.link_to(day) for day in days if day and FIRST_YEAR <= day.year <= LAST_YEAR]

    @property
    def weekdays(self):
        """A day of each weekday, Monday first, whose names head the columns."""
        monday = self.first - self.first.weekday() * DAY
        return [monday + number * DAY for number in range(7)]

    @property
    def weeks(self):
        """The Weeks of the month, Monday first."""
        for days in calendar.Calendar().monthdatescalendar(self.first.year, self.first.month):
            inside = [day if day.month == self.first.month else None for day in days]
            yield Week(inside, [_line(bars) for bars in self._lanes(inside)])

    def _lanes(self, days):
        """The events of a week in as few lines as hold them side by side, each as (first column, last, event)."""
        within = [day for day in days if day]
        lanes = []
        for event in self.dated:
            if event.end < within[0] or event.start > within[-1]:
                continue
            first, last = (days.index(min(max(day, within[0]), within[-1])) for day in (event.start, event.end))
            lane = next((lane for lane in lanes if lane[-1][1] < first), None)
            if lane is None:
                lanes.append(lane := [])
            lane.append((first, last, event))
        return lanes

    @property
    def days(self):
        """[(day, events)] of the days on which events of this month begin; what began before stands at the first."""
        found = {}
        for event in self.dated:
            found.setdefault(max(event.start, self.first), []).append(event)
        return list(found.items())


def _line(bars):
    """The Cells of a line of bars, with the stretches between them."""
    cells, column = [], 0
    for first, last, event in bars:
        if first > column:
            cells.append(Cell(first - column))
        cells.append(Cell(last - first + 1, event))
        column = last + 1
    return [*cells, Cell(7 - column)] if column < 7 else cells


def month_value(day):
    return f"{day.year:04}-{day.month:02}"


def sheet_of(listing, asked):
    """The Sheet of the month that was asked for ("2026-06"), or of this month; a bad month is said in `errors`."""
    listing.show(EventQuerySet.for_overview)
    first = today().replace(day=1)
    if asked:
        found = month_of(asked)
        if found is None:
            said = _("Write a month between %(first)s-01 and %(last)s-12, such as 2026-06. This month is shown.")
            listing.errors.append((_("Month"), said % {"first": FIRST_YEAR, "last": LAST_YEAR}))
        else:
            first = found
            listing.own["month"] = month_value(found)
    return Sheet(listing, first)


def month_of(text):
    """The first day of the month that "2026-06" names, or None for anything else."""
    match = MONTH.fullmatch(text)
    if match is None or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        return None
    return datetime.date(int(match[1]), int(match[2]), 1)
