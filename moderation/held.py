"""What a form holds, as {field: [texts]}: from a post, from a record, and brought up to date with a record."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from core.text import clean_text

MOST_TEXTS, LONGEST_TEXT, LONGEST_IN_ALL = 500, 25_000, 200_000
LONGEST_KEY = 18


def offered(form):
    """The names of the fields whose texts are kept: neither files nor what is shown without a choice."""
    return [name for name, field in form.fields.items() if not (field.disabled or isinstance(field, forms.FileField))]


def posted(form, data):
    """The texts of a post for what the form offers, and for nothing else.

    Raises ValidationError where they are too many or too long to be kept.
    """
    found = {name: [clean_text(text) for text in data.getlist(name)] for name in offered(form) if name in data}
    texts = [text for several in found.values() for text in several]
    too_long = any(len(text) > LONGEST_TEXT for text in texts) or len(texts) > MOST_TEXTS
    if too_long or sum(len(text.encode()) for text in texts) > LONGEST_IN_ALL:
        raise ValidationError(_("Nothing was saved: this is more text than a proposal can hold. Shorten it."))
    return {name: several for name, several in found.items() if any(several)}


def held(form):
    """The texts with which the form begins; of other records only those that its reader may choose."""
    found = {name: _begun(form[name]) for name in offered(form)}
    return {name: texts for name, texts in found.items() if any(texts)}


def _begun(bound):
    field, value = bound.field, bound.value()
    if isinstance(field, forms.BooleanField):
        return ["on"] if value else []
    if isinstance(field, forms.ModelChoiceField):
        values = value if isinstance(value, list | tuple) else [value]
        return known([str(key) for key in values if key not in (None, "")], field)
    value = field.widget.format_value(value)
    values = value if isinstance(value, list | tuple) else [value]
    return [clean_text(str(text)) for text in values if text is not None]


def known(keys, field):
    """Those of the keys whose record may be chosen in the field, in their order."""
    names = names_of(keys, field)
    return [key for key in keys if key in names]


def names_of(keys, field):
    """{key: name} of those records among a field's choices."""
    sane = {key for key in keys if key.isascii() and key.isdigit() and len(key) <= LONGEST_KEY}
    if not sane:
        return {}
    return {str(row.pk): str(field.label_from_instance(row)) for row in field.queryset.filter(pk__in=sane)}


def bound(about, data, *, record, state, reader):
    """The form of a kind with kept texts in it; of other records only those that its reader may choose."""
    form = about.form(MultiValueDict(data), instance=record, state=state, reader=reader)
    for name in _choosing(form):
        form.data.setlist(name, known(form.data.getlist(name), form.fields[name]))
    return form


def _choosing(form):
    """The names of the fields that choose other records."""
    return [name for name in offered(form) if isinstance(form.fields[name], forms.ModelChoiceField)]


def kept_for_others(form, *, before, after):
    """New texts of a proposal, with the records that others chose before and this form's reader may not know of.

    What he himself chose and may not know of is left out.
    """
    found = dict(after)
    for name in _choosing(form):
        field, old, new = form.fields[name], before.get(name, []), after.get(name, [])
        names = names_of([*old, *new], field)
        chosen = [key for key in new if key in names]
        hidden = [key for key in old if key not in names]
        found[name] = chosen + hidden if several(field) else chosen or hidden
    return {name: texts for name, texts in found.items() if texts}


def same(field, one, other):
    """Whether two texts of a field say the same; the order of several choices says nothing."""
    one, other = ([text.strip() for text in texts if text.strip()] for texts in (one, other))
    if several(field):
        return set(one) == set(other)
    return one == other or [meant(field, text) for text in one] == [meant(field, text) for text in other]


def several(field):
    """Whether a field takes several choices."""
    return getattr(field.widget, "allow_multiple_selected", False)


def meant(field, text):
    """The value that a field makes of a text, or the text itself: "12/06/2027" and "2027-06-12" mean the same day."""
    if isinstance(field, forms.ModelChoiceField | forms.BooleanField):
        return text
    try:
        return field.to_python(text)
    except ValidationError:
        return text


def merged(form, *, base, live, data):
    """What becomes of a live record: where the proposal left the base as it was, the live text; else the proposal's.

    Of several choices only what was added and taken away counts, so that those which its author could not know of
    stay.
    """
    found = {}
    for name in offered(form):
        before, now, wanted = (texts.get(name, []) for texts in (base, live, data))
        if same(form.fields[name], before, wanted):
            found[name] = now
        elif several(form.fields[name]):
            kept = [key for key in now if key in wanted or key not in before]
            found[name] = kept + [key for key in wanted if key not in before and key not in kept]
        else:
            found[name] = wanted
    return {name: texts for name, texts in found.items() if texts}
