"""Dates of reduced precision (ISO 8601: 2027, 2026-06, 2026-06-12) and how they are said."""

import calendar
import datetime
import re
from functools import lru_cache

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import dateformat
from django.utils.formats import date_format, get_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
FIRST_YEAR, LAST_YEAR = 1800, 2200


class Precision(models.IntegerChoices):
    """How exactly a date is known; in the order in which equal dates are sorted."""

    DAY = 1, _("day")
    MONTH = 2, _("month")
    YEAR = 3, _("year")


class PartialDate(str):
    """An ISO 8601 date of reduced precision; sorts and compares as its text."""

    __slots__ = ()

    def __new__(cls, text):
        """Takes "2027", "2026-06" or "2026-06-12"; raises ValidationError for anything else."""
        match = PARTIAL.fullmatch(text)
        if match is None:
            raise ValidationError(_("Write a year, a month or a day: 2027, 2026-06 or 2026-06-12."), code="invalid")
        year, month, day = (int(part or 1) for part in match.groups())
        try:
            datetime.date(year, month, day)
        except ValueError as error:
            raise ValidationError(_("There is no such date."), code="invalid") from error
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValidationError(_("The year is out of range."), code="invalid")
        return super().__new__(cls, text)

    @property
    def precision(self):
        return {4: Precision.YEAR, 7: Precision.MONTH, 10: Precision.DAY}[len(self)]

    @property
    def first(self):
        """First day of the period."""
        return first_day(int(self[:4]), int(self[5:7] or 1), int(self[8:] or 1), self.precision)

    @property
    def last(self):
        """Last day of the period."""
        return period_end(self.first, self.precision)

    def said(self):
        """The date in the reader's language, as exact as it is known."""
        return say_date(self.first, self.precision)


def today():
    """Today's date in UTC, by which every list of the portal tells past from future."""
    return datetime.datetime.now(datetime.UTC).date()


def first_day(year, month, day, precision):
    """The first day of the day, month or year that the numbers name."""
    if precision == Precision.YEAR:
        return datetime.date(year, 1, 1)
    return datetime.date(year, month, 1 if precision == Precision.MONTH else day)


def period_start(date, precision):
    """The first day of the period of that precision which holds `date`."""
    return first_day(date.year, date.month, date.day, precision)


def period_end(date, precision):
    """The last day of the period of that precision which holds `date`."""
    if precision == Precision.YEAR:
        return datetime.date(date.year, 12, 31)
    if precision == Precision.MONTH:
        return date.replace(day=calendar.monthrange(date.year, date.month)[1])
    return date


def undecided_periods(date):
    """The reduced dates that hold `date` but may lie after it, as strings.

    On 2004-06-30: only "2004", since June has ended that day.
    """
    text = date.isoformat()
    periods = {text[:4]: Precision.YEAR, text[:7]: Precision.MONTH}
    return [partial for partial, precision in periods.items() if period_end(date, precision) != date]


def say_date(date, precision):
    """12 June 2026, June 2026 or 2026, in the reader's language."""
    if precision == Precision.YEAR:
        return str(date.year)
    name = "YEAR_MONTH_FORMAT" if precision == Precision.MONTH else "DATE_FORMAT"
    return _formatted(date.year, date.month, date.day, name, get_language())


@lru_cache(maxsize=4096)
def _formatted(year, month, day, name, language):
    """A day in one of the formats of a language, which must be the reader's; lists say the same days many times."""
    return _written(date_format(datetime.date(year, month, day), name))


def say_period(start, end, precision):
    """A period in the reader's language: 12–14 June 2026; 28 May – 2 June 2026; June 2026; 2026."""
    first, last = say_date(start, precision), say_date(end, precision)
    if first == last:
        return first
    if precision == Precision.YEAR:
        return f"{first}–{last}"
    if precision == Precision.DAY and start.year == end.year:
        if start.month == end.month:
            days = _escaped(f"{start.day}–{end.day}")
            return _written(dateformat.format(end, get_format("DATE_FORMAT").replace("j", days, 1)))
        return f"{_written(date_format(start, 'MONTH_DAY_FORMAT'))} – {last}"
    return f"{first} – {last}"


def _written(date):
    """A date as it is written; Django's Portuguese names of months begin with capitals, Portuguese ones do not."""
    return date.lower() if get_language() == "pt-br" else date


def _escaped(text):
    """Text that dateformat prints as it stands."""
    return "".join(f"\\{letter}" for letter in text)


class PartialDateFormField(forms.CharField):
    """A text input for a date of reduced precision."""

    def __init__(self, **kwargs):
        kwargs["max_length"] = 10
        kwargs.setdefault("help_text", _("A year, a month or a day: 2027, 2026-06 or 2026-06-12."))
        super().__init__(**kwargs)

    def clean(self, value):
        text = super().clean(value)
        return PartialDate(text) if text else ""


class PartialDateField(models.CharField):
    """A column that keeps a date of reduced precision as its ISO 8601 text, "" where unknown."""

    def __init__(self, *args, **kwargs):
        kwargs["max_length"] = 10
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs

    def from_db_value(self, value, expression, connection):
        return PartialDate(value) if value else ""

    def to_python(self, value):
        text = super().to_python(value)
        return PartialDate(text) if text else ""

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": PartialDateFormField, **kwargs})
