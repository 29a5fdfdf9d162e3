"""Adjectives of reference records and of everything that has dates."""

import datetime

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, NullIf

from core.dates import Precision
from core.languages import CONTENT_CODES, content_language


def today():
    """Today's date in UTC, by which every list of the portal tells past from future."""
    return datetime.datetime.now(datetime.UTC).date()


def named(field="name"):
    """An expression for ordering by a translated name with fallback to the other languages."""
    codes = dict.fromkeys([content_language(), *CONTENT_CODES])
    texts = (NullIf(f"{field}_{code}", Value("")) for code in codes)
    return Coalesce(*texts, output_field=models.CharField())


class ReferenceQuerySet(models.QuerySet):
    """Open to everybody: reference data carries no label."""

    def visible_to(self, user):
        """All rows; here so that every list of the portal asks the same question."""
        return self.all()

    def by_name(self):
        """In the order of the names in the reader's language."""
        return self.order_by(named())


class MemberStateQuerySet(ReferenceQuerySet):
    def for_list(self):
        return self.select_related("sub_region")


def time_conditions():
    """{"past" | "ongoing" | "upcoming": Q}, from the dates alone.

    Ongoing is only what goes on today for sure: a month or a year that has begun does not say so and counts as
    upcoming until it is over.
    """
    day = today()
    return {
        "past": Q(end__lt=day),
        "ongoing": Q(start__lte=day, end__gte=day, precision=Precision.DAY),
        "upcoming": Q(start__gt=day) | Q(end__gte=day, precision__gt=Precision.DAY),
    }


class DatedQuerySet(models.QuerySet):
    """What is past, ongoing or upcoming, and in which years."""

    def past(self):
        return self.filter(time_conditions()["past"])

    def ongoing(self):
        return self.filter(time_conditions()["ongoing"])

    def upcoming(self):
        return self.filter(time_conditions()["upcoming"])

    def to_come(self):
        """Not over: ongoing or upcoming."""
        return self.filter(end__gte=today())

    def between_years(self, first=None, last=None):
        """Touching the years from `first` to `last`; None leaves that side open."""
        rows = self
        if first is not None:
            rows = rows.filter(end__gte=datetime.date(first, 1, 1))
        if last is not None:
            rows = rows.filter(start__lte=datetime.date(last, 12, 31))
        return rows

    def soonest_first(self):
        return self.order_by("start", "precision", "pk")

    def latest_first(self):
        return self.order_by("-start", "-precision", "-pk")
