"""Two or three versions of what a form holds, field by field, with the words marked that differ."""

import datetime
import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from django import forms
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.dates import PartialDate, Precision, say_date
from core.languages import CONTENT_CODES
from moderation.held import meant, names_of, offered, same

WORDS = re.compile(r"\S+\s*|\s+")
MOST_COMPARED = 250_000  # pairs of words; what is longer is marked as a whole


@dataclass(frozen=True)
class Difference:
    """One field that differs, its texts as safe HTML; `base` is what both began with, where that is asked."""

    name: str
    label: str
    lang: str
    before: SafeString
    after: SafeString
    base: SafeString = SafeString()


def differences(form, *, old, new):
    """Where two versions differ: [Difference], in the order of the form."""
    names = [name for name in offered(form) if not same(form.fields[name], old.get(name, []), new.get(name, []))]
    return [_difference(form, name, old.get(name, []), new.get(name, [])) for name in names]


def three_ways(form, *, base, live, data):
    """Where the live record moved on from what a proposal began with: [Difference] of live text and proposal."""
    names = [name for name in offered(form) if not same(form.fields[name], base.get(name, []), live.get(name, []))]
    return [_difference(form, name, *(texts.get(name, []) for texts in (live, data, base))) for name in names]


def given(form, data):
    """What a new record's form holds: [Difference] with nothing before, and nothing marked."""
    found = []
    for name in offered(form):
        if texts := data.get(name):
            words = _html(_teller(form.fields[name], set(texts))(texts))
            found.append(Difference(name, str(form.fields[name].label), _language(form, name), SafeString(), words))
    return found


def _difference(form, name, old, new, base=None):
    field = form.fields[name]
    said = _teller(field, {*old, *new, *(base or [])})
    begun = _html(said(base)) if base is not None else SafeString()
    return Difference(name, str(field.label), _language(form, name), *marked(said(old), said(new)), begun)


def _language(form, name):
    """The language of a translated text's column, or ""."""
    plain, _mark, code = name.rpartition("_")
    return code if code in CONTENT_CODES and plain in form.translated else ""


def _teller(field, texts):
    """A function that says the texts of a field as its form shows them."""
    if isinstance(field, forms.BooleanField):
        return lambda several: _("yes") if several else _("no")
    if isinstance(field, forms.ModelChoiceField):
        names = names_of(texts, field)
    else:
        names = dict(_flat(getattr(field, "choices", ())))
    return lambda several: ", ".join(str(names.get(text) or _unknown(field, text)) for text in several if text)


def _unknown(field, text):
    """A record that cannot be chosen is not named; any other text stands for itself."""
    return _("(not known)") if isinstance(field, forms.ModelChoiceField) else _said(field, text)


def _flat(choices):
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield str(value), label


def _said(field, text):
    """A text as it is shown: a day as days are written in the reader's language, all else as it stands."""
    value = meant(field, text)
    if isinstance(value, datetime.date):
        return say_date(value, Precision.DAY)
    return value.said() if isinstance(value, PartialDate) else text


def marked(before, after):
    """Two texts as HTML: words that only the first has in <del>, words that only the second has in <ins>."""
    old, new = WORDS.findall(before), WORDS.findall(after)
    if len(old) * len(new) > MOST_COMPARED:
        return _html(before, "del"), _html(after, "ins")
    left, right = [], []
    compared = SequenceMatcher(None, [word.rstrip() for word in old], [word.rstrip() for word in new])
    for how, i, j, k, m in compared.get_opcodes():
        left.append(_html("".join(old[i:j]), "" if how == "equal" else "del"))
        right.append(_html("".join(new[k:m]), "" if how == "equal" else "ins"))
    return SafeString("".join(left)), SafeString("".join(right))


def _html(text, element=""):
    """A text, escaped, with its line ends, inside an element of that name."""
    words = escape(text).replace("\n", "<br>")
    inside = f"<{element}>{words}</{element}>" if element and words else words
    return mark_safe(inside)  # noqa: S308 - escaped above, the element is one of ours
