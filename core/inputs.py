"""Inputs as people write: dates in their own way, one entry a line, many choices in a box."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.dates import FIRST_YEAR, LAST_YEAR, PartialDate
from core.markdown import is_blank, without_directions
from core.text import clean_text

# A date with its largest part last, as it is written in the Americas outside the United States; and ISO 8601.
WRITTEN = re.compile(r"(?:(?:(\d{1,2})[/.])?(\d{1,2})[/.])?(\d{4})", re.ASCII)
ISO = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?", re.ASCII)

LONGEST_KEY = 18
READ_AND_WRITE = ["GET", "HEAD", "POST"]  # the methods of a page with a form


def posted(request):
    """What a form is bound to: what was posted, or None where its page is only read."""
    return request.POST if request.method == "POST" else None


def read_date(text):
    """The PartialDate that somebody wrote: 2027, 06/2027, 12/06/2027, or 2027-06-12. Raises ValidationError."""
    text = re.sub(r"\s+", "", text)
    if found := WRITTEN.fullmatch(text):
        parts = reversed(found.groups())
    elif found := ISO.fullmatch(text):
        parts = found.groups()
    else:
        raise ValidationError(_("Write a year, a month or a day: 2027, 06/2027 or 12/06/2027."), code="invalid")
    return PartialDate("-".join(part.zfill(2) for part in parts if part))


def keys_of(values):
    """Those of the values, texts as they were posted or numbers, that may be primary keys."""
    texts = map(str, values)
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) <= LONGEST_KEY]


class WordsField(forms.CharField):
    """A text as it is kept: without signs that nobody sees; too long it is refused, and not cut by the browser."""

    def __init__(self, **kwargs):
        super().__init__(strip=False, **kwargs)
        self.widget.attrs.pop("maxlength", None)

    def to_python(self, value):
        text = without_directions(clean_text(super().to_python(value))).strip()
        return "" if is_blank(text) else text


class WrittenDateField(forms.CharField):
    """A date as exactly as it is known; gives a PartialDate, or ""."""

    def __init__(self, **kwargs):
        kwargs["max_length"] = 20
        kwargs.setdefault("help_text", _("As exactly as it is known: 2027, 06/2027 or 12/06/2027 (day first)."))
        super().__init__(**kwargs)

    def to_python(self, value):
        text = super().to_python(value)
        return read_date(text) if text else ""


class DayField(forms.DateField):
    """One day between the first and the last year that the portal knows."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **kwargs):
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)

    def validate(self, value):
        super().validate(value)
        if value and not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise ValidationError(_("The year is out of range."), code="invalid")


class LinesField(forms.CharField):
    """One entry a line; gives the list of them, trimmed, each once."""

    widget = forms.Textarea(attrs={"rows": 4})

    def __init__(self, *, most, longest, **kwargs):
        self.most, self.longest = most, longest
        super().__init__(max_length=most * (longest + 2), **kwargs)

    def to_python(self, value):
        text = super().to_python(value)
        return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))

    def validate(self, value):
        super().validate(value)
        if len(value) > self.most:
            raise ValidationError(_("These are more than %(most)d lines."), params={"most": self.most})
        if any(len(line) > self.longest for line in value):
            raise ValidationError(_("A line is longer than %(most)d characters."), params={"most": self.longest})

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def has_changed(self, initial, data):
        try:
            return (initial or []) != self.to_python(data)
        except ValidationError:
            return True


class RowsField(forms.ModelMultipleChoiceField):
    """Several rows by their keys; a number that is too large for a key is refused as any other that is none."""

    def clean(self, value):
        for key in value if isinstance(value, list | tuple) else []:
            if not keys_of([getattr(key, "pk", key)]):
                said = self.error_messages["invalid_pk_value"]
                raise ValidationError(said, code="invalid_pk_value", params={"pk": key})
        return super().clean(value)


class Picks(forms.CheckboxSelectMultiple):
    """Many choices, each with a box to tick, in a frame of its own where they are too many for the page."""

    def __init__(self, attrs=None, choices=()):
        super().__init__({"class": "picks", **(attrs or {})}, choices)
