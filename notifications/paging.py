"""The pages of a person's notifications, newest first, found by key and not by number."""

import datetime
import re
from dataclasses import dataclass

from django.http import Http404

PER_PAGE = 25
CURSOR = re.compile(r"([0-9]{1,17})-([0-9]{1,18})")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
MICROSECOND = datetime.timedelta(microseconds=1)


@dataclass(frozen=True)
class Page:
    """Some rows; `older` is where the next page begins, or "" where there is none."""

    rows: list
    older: str


def page_of(rows, before=""):
    """The page that begins after a cursor, or the first. 404 for a cursor that cannot be."""
    if before:
        match = CURSOR.fullmatch(before)
        if match is None:
            raise Http404
        rows = rows.before(moment_of(int(match[1])), int(match[2]))
    found = list(rows[: PER_PAGE + 1])
    last = found[PER_PAGE - 1] if len(found) > PER_PAGE else None
    return Page(found[:PER_PAGE], f"{number_of(last.created)}-{last.pk}" if last else "")


def number_of(moment):
    """A moment as a whole number, exact to what the database keeps."""
    return (moment - EPOCH) // MICROSECOND


def moment_of(number):
    """The moment of such a number of seventeen digits at most, which is in the year 5138."""
    return EPOCH + number * MICROSECOND
