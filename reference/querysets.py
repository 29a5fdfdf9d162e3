"""Adjectives of reference records and of everything that has dates."""

import datetime
from collections import Counter

from django.db import models
from django.db.models import Case, CharField, Count, Q, Value, When
from django.db.models.functions import Cast, Coalesce, Left, NullIf

from core.dates import Precision, today
from core.languages import CONTENT_CODES, content_language


def named(field="name", language=None):
    """An expression for ordering by a translated name with fallback to the other languages; the reader's first."""
    codes = dict.fromkeys([language or content_language(), *CONTENT_CODES])
    texts = (NullIf(f"{field}_{code}", Value("")) for code in codes)
    return Coalesce(*texts, output_field=models.CharField())


def name_indexes(field, prefix):
    """An index for each language by which rows are ordered by `named()`."""
    return [models.Index(named(field, code), "id", name=f"{prefix}_{field}_{code}") for code in CONTENT_CODES]


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

    def of_sub_region(self, region):
        return self.filter(sub_region=region)

    def participating(self):
        """The 34 States of the Programme, each of which has a seat."""
        return self.filter(participates=True)


def time_conditions():
    """{"past" | "ongoing" | "upcoming": Q}, from the dates alone.

    Ongoing is only what goes on today for sure: a month or a year that has begun does not say so and counts as
    upcoming until it is over.
    """
    day = today()
    return {
        "past": Q(end__lt=day),
        "ongoing": Q(start__lte=day, end__gte=day, precision=Precision.DAY),
        "upcoming": Q(end__gte=day) & (Q(start__gt=day) | Q(precision__gt=Precision.DAY)),
    }


def time_case():
    """An expression that tells "past", "ongoing" or "upcoming" of a row, by the same conditions; one always holds."""
    *others, (last, _) = time_conditions().items()
    return Case(*(When(condition, then=Value(time)) for time, condition in others), default=Value(last))


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

    def counted_by_year(self):
        """[(year of the start, kind, number of rows)] in one query.

        The year is cut from the text of the date, because SQLite would call Python for each row to extract it.
        """
        years = self.order_by().annotate(year=Left(Cast("start", CharField()), 4))
        rows = years.values_list("year", "kind").annotate(n=Count("pk"))
        return [(int(year), kind, n) for year, kind, n in rows]

    def numbers_of_years(self):
        """{year of the start: number of rows}."""
        numbers = Counter()
        for year, _kind, n in self.counted_by_year():
            numbers[year] += n
        return numbers

    def span_of_years(self):
        """Every year from the first start to the last."""
        # A page of rows, not one: for a single one SQLite would leave the index of dates and sort them all.
        first, last = (rows.values("pk")[:25] for rows in (self.soonest_first(), self.latest_first()))
        days = self.model.objects.filter(Q(pk__in=first) | Q(pk__in=last)).values_list("start", flat=True)
        return range(min(days).year, max(days).year + 1) if days else range(0)

    def beginning_in(self, first, last):
        """With a start in the years from `first` to `last`."""
        return self.filter(start__gte=datetime.date(first, 1, 1), start__lte=datetime.date(last, 12, 31))

    def touching(self, first, last):
        """With a day from `first` to `last`, or a month or year that holds one."""
        return self.filter(end__gte=first, start__lte=last)

    def last_day_before(self, day):
        """The last day, before `day`, of what ends before it; or None."""
        return self.filter(end__lt=day).order_by("-end").values_list("end", flat=True).first()

    def first_day_after(self, day):
        """The first day, after `day`, of what begins after it; or None."""
        return self.filter(start__gt=day).order_by("start").values_list("start", flat=True).first()

    def soonest_first(self):
        return self.order_by("start", "precision", "pk")

    def ending_first(self):
        return self.order_by("end", "precision", "pk")

    def latest_first(self):
        return self.order_by("-start", "-precision", "-pk")
