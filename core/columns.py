"""Columns of imports and exports: how a cell is read, whether it changes the record, how it is written out."""

import re
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext as _
from import_export.fields import Field

from core.dates import PartialDate, Precision
from core.richtext import clean_html
from core.text import refuse_markup, split_list

WHOLE = re.compile(r"\d{1,10}", re.ASCII)
DECIMAL = re.compile(r"-?\d{1,10}(\.\d{1,10})?", re.ASCII)


class Column(Field):
    """One column for one attribute of a record; the base of all others."""

    def __init__(self, attribute, column=None, *, also=(), needs=()):
        """`also`: further attributes that it sets; `needs`: columns that must stand in the same file."""
        super().__init__(attribute=attribute, column_name=column or attribute)
        self.attributes = [attribute, *also]
        self.needs = needs

    def read(self, text):
        """The value that a cell stands for; raises ValidationError."""
        return text

    def current(self, instance):
        return getattr(instance, self.attribute)

    def take(self, instance, row):
        """Put the row's cell into the record. Returns whether that changes it."""
        value = self.read(row[self.column_name])
        if value == self.current(instance):
            return False
        setattr(instance, self.attribute, value)
        return True

    def write(self, instance, row):
        """Store what needs the record's key; called after it is saved, where take() said that it changes."""

    def export(self, instance, **kwargs):
        """The cell for a record: text, or a number."""
        value = self.current(instance)
        return "" if value is None else value


class Shown(Column):
    """A column that another one reads along with its own; alone it only exports."""

    def __init__(self, attribute, column, show, *, needs=()):
        super().__init__(attribute, column, needs=needs)
        self.show = show

    def take(self, instance, row):
        return False

    def export(self, instance, **kwargs):
        return self.show(instance)


class LimitedText(Column):
    """Text as long as its field allows: Django itself checks that of long texts in forms only."""

    def read(self, text):
        limit = self.resource._meta.model._meta.get_field(self.attribute).max_length
        if limit:
            MaxLengthValidator(limit)(text)
        return text

    def current(self, instance):
        return getattr(instance, self.attribute) or ""


class Text(LimitedText):
    """Plain text without markup, optionally of one pattern."""

    def __init__(self, attribute, column=None, *, pattern=".*", **kwargs):
        super().__init__(attribute, column, **kwargs)
        self.pattern = re.compile(pattern, re.DOTALL)

    def read(self, text):
        refuse_markup(text)
        if text and not self.pattern.fullmatch(text):
            raise ValidationError(_("“%(text)s” does not fit here.") % {"text": text[:40]})
        return super().read(text)


class Html(LimitedText):
    """Rich text, cleaned."""

    def read(self, text):
        return super().read(clean_html(text))


class Whole(Column):
    """A whole number, or nothing."""

    def read(self, text):
        if text and not WHOLE.fullmatch(text):
            raise ValidationError(_("Write a whole number in digits only."))
        return int(text) if text else None


class Number(Column):
    """A decimal number between two bounds, or nothing."""

    def __init__(self, attribute, low, high, **kwargs):
        super().__init__(attribute, **kwargs)
        self.low, self.high = low, high

    def read(self, text):
        if not text:
            return None
        if not DECIMAL.fullmatch(text):
            raise ValidationError(_("Write a number with a decimal point."))
        if not self.low <= Decimal(text) <= self.high:
            bounds = {"low": self.low, "high": self.high}
            raise ValidationError(_("This must lie between %(low)s and %(high)s.") % bounds)
        return Decimal(text)

    def export(self, instance, **kwargs):
        return plain_decimal(self.current(instance))


def plain_decimal(number):
    """A Decimal without trailing zeros or exponent; "" for None."""
    return "" if number is None else Decimal(format(number.normalize(), "f"))


# The Americas: what lies outside is most often a pair of swapped coordinates.
LATITUDES, LONGITUDES = (-60, 84), (-180, -25)


class Choice(Column):
    """One of a list of words. With `keep`, an empty cell leaves the record's value or its default."""

    def __init__(self, attribute, choices, column=None, *, keep=False):
        """`choices`: an enumeration, or a dict from words to values."""
        super().__init__(attribute, column)
        self.words = choices if isinstance(choices, dict) else {value: value for value in choices.values}
        self.keep = keep

    def read(self, text):
        if text and text not in self.words:
            accepted = {"text": text[:40], "words": ", ".join(self.words)}
            raise ValidationError(_("“%(text)s” is none of: %(words)s.") % accepted)
        return self.words[text] if text else ""

    def take(self, instance, row):
        if self.keep and not row[self.column_name]:
            return False
        return super().take(instance, row)

    def export(self, instance, **kwargs):
        value = self.current(instance)
        return next((word for word, meant in self.words.items() if meant == value), "")


def yes_or_no(attribute, column=None):
    """A column of yes and no; an empty cell leaves the record as it is."""
    return Choice(attribute, {"yes": True, "no": False}, column, keep=True)


class ReducedDate(Column):
    """A date as exact as it is known: 2027, 2026-06, 2026-06-12; or nothing."""

    def read(self, text):
        return PartialDate(text) if text else ""


class Related(Column):
    """Another record by its code, or nothing. The codes are read once per import."""

    def __init__(self, attribute, model, key, column=None, **kwargs):
        super().__init__(attribute, column, **kwargs)
        self.model, self.key = model, key

    @property
    def codes(self):
        return self.resource.codes(self.model, self.key)

    def read(self, text):
        if text and text not in self.codes:
            raise unknown(self.model, [text])
        return self.codes[text] if text else None

    def current(self, instance):
        return getattr(instance, f"{self.attribute}_id")

    def take(self, instance, row):
        value = self.read(row[self.column_name])
        if value == self.current(instance):
            return False
        setattr(instance, f"{self.attribute}_id", value)
        return True

    def export(self, instance, **kwargs):
        return self.resource.code_of(self.model, self.key, self.current(instance))


class RelatedList(Related):
    """Other records by their codes, separated by `;`."""

    def read(self, text):
        codes = split_list(text)
        missing = [code for code in codes if code not in self.codes]
        if missing:
            raise unknown(self.model, missing)
        return {self.codes[code] for code in codes}

    def current(self, instance):
        rows = getattr(instance, self.attribute).all() if instance.pk else []
        return {row.pk for row in rows}

    def take(self, instance, row):
        return self.read(row[self.column_name]) != self.current(instance)

    def write(self, instance, row):
        getattr(instance, self.attribute).set(self.read(row[self.column_name]))

    def export(self, instance, **kwargs):
        return ";".join(sorted(self.resource.code_of(self.model, self.key, pk) for pk in self.current(instance)))


def unknown(model, codes):
    """The error that names codes which no record has."""
    named = {"kind": model._meta.verbose_name, "codes": ", ".join(code[:40] for code in codes)}
    return ValidationError(_("Unknown %(kind)s: %(codes)s") % named)


class Period(Column):
    """`start`, `end` and `precision` of a dated record, from the columns start_date, end_date, date_precision."""

    def __init__(self):
        super().__init__("start", "start_date", also=["precision"], needs=["end_date"])

    def take(self, instance, row):
        start = self._read(row, "start_date")
        end = self._read(row, "end_date") if row["end_date"] else start
        self._compare(start, end, row.get("date_precision"))
        before = (instance.start, instance.end, instance.precision)
        instance.start, instance.end, instance.precision = start.first, end.last, start.precision
        return before != (instance.start, instance.end, instance.precision)

    def _read(self, row, column):
        try:
            return PartialDate(row[column])
        except ValidationError as error:
            raise ValidationError({column: error.messages}) from error

    def _compare(self, start, end, precision):
        """Refuse what does not go together; what is stored has one precision for both ends."""
        if precision and precision != start.precision.name.lower():
            raise ValidationError({"date_precision": _("This is not the precision of start_date.")})
        if end.precision != start.precision:
            raise ValidationError({"end_date": _("Give the end as exactly as the start.")})
        if end.last < start.first:
            raise ValidationError({"end_date": _("The end is before the start.")})

    def export(self, instance, **kwargs):
        return reduced(instance.start, instance.precision)


def reduced(date, precision):
    """A date cut to its precision: 2026-06."""
    return date.isoformat()[: {Precision.YEAR: 4, Precision.MONTH: 7, Precision.DAY: 10}[precision]] if date else ""


def end_date():
    """The column of a dated record's end."""
    return Shown("end", "end_date", lambda record: reduced(record.end, record.precision), needs=["start_date"])


def date_precision():
    """The column that repeats the precision of the start."""
    return Shown(
        "precision",
        "date_precision",
        lambda record: Precision(record.precision).name.lower() if record.start else "",
        needs=["start_date"],
    )
