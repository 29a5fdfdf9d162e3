"""What Focal Points send of an edition: their State's position on it, and how far their State has adopted it."""

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from consultations.models import LONGEST_COMMENT, Adoption, Position
from consultations.positions import hidden_evidence, lacks_evidence
from core.inputs import Picks, RowsField, keys_of
from core.listing import containing
from core.markdown import without_directions
from core.text import clean_text
from legislation.models import Instrument
from training.workshop_forms import HiddenNumber

MOST_FOUND, LONGEST_WORDS = 50, 100  # laws and rules; what they are found by
Kind = Position.Kind


class StateTextField(forms.CharField):
    """Some paragraphs of plain text in the words of a State."""

    def __init__(self, **kwargs):
        super().__init__(max_length=LONGEST_COMMENT, required=False, widget=forms.Textarea(attrs={"rows": 6}), **kwargs)
        self.widget.attrs.pop("maxlength", None)  # a browser would cut what is pasted and say nothing

    def to_python(self, value):
        return without_directions(clean_text(super().to_python(value))).strip()


class PositionForm(forms.Form):
    """A State's position, and which version of it the form was opened on."""

    kind = forms.ChoiceField(label=_("Position"), choices=Kind.choices, widget=forms.RadioSelect)
    text = StateTextField(
        label=_("Reservations or reasons"),
        help_text=_("What your State does not agree with, and why. Every member who reads the edition reads this."),
    )
    version = HiddenNumber(initial=0)

    def clean(self):
        given = super().clean()
        if not self.errors and given["kind"] == Kind.RESERVATIONS and not given["text"]:
            self.add_error("text", _("Write what the reservations are."))
        if not self.errors and given["kind"] == Kind.ENDORSES and given["text"]:
            said = _("An endorsement has no reservations: choose “Endorses with reservations”, or leave this empty.")
            self.add_error("text", said)
        return given


class AdoptionForm(forms.Form):
    """How far a State has adopted a standard, with evidence; `hidden` says whether evidence is on record of which the
    reader may not know."""

    level = forms.ChoiceField(
        label=_("How far"),
        widget=forms.RadioSelect,
        choices=[
            (Adoption.Level.NONE.value, _("None: nothing is planned")),
            (Adoption.Level.PLANNED.value, _("Planned: work on it has begun, or is decided")),
            (Adoption.Level.PARTIAL.value, _("Partial: parts of it are in force")),
            (Adoption.Level.ADOPTED.value, _("Adopted: it is in force as a whole")),
        ],
    )
    text = StateTextField(
        label=_("What was done"), help_text=_("In a few sentences. Every member who reads the edition reads this.")
    )
    instruments = RowsField(
        label=_("Laws and rules that show it"),
        queryset=Instrument.objects.none(),
        required=False,
        widget=Picks,
        help_text=_("Shown are those of your State, and what you find. “Partial” and “adopted” need one, or a link."),
    )
    find = forms.CharField(
        label=_("Find others in the registry"),
        max_length=LONGEST_WORDS,
        required=False,
    )
    link = forms.URLField(
        label=_("Evidence on the web"),
        max_length=500,
        required=False,
        assume_scheme="https",
        validators=[URLValidator(schemes=["http", "https"])],
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    version = HiddenNumber(initial=0)
    field_order = ["level", "text", "link", "instruments", "find"]

    def __init__(self, *args, instruments, shown, hidden=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.hidden, field = hidden, self.fields["instruments"]
        field.queryset = instruments
        field.choices = [(row.pk, said_of(row)) for row in shown]
        self.fields["link"].widget.attrs.pop("maxlength", None)

    def clean(self):
        given = super().clean()
        if not self.errors:
            evidence = self.hidden or given["instruments"].exists()
            if lacks_evidence(given["level"], given["link"], evidence):
                said = _("“Partial” and “adopted” need evidence: choose a law or rule, or give a link.")
                self.add_error("instruments", said)
        return given

    @property
    def values(self):
        """What is recorded."""
        return {name: value for name, value in self.cleaned_data.items() if name != "find"}


def said_of(instrument):
    """A law or rule as a choice: its original title, where it is from, its number."""
    parts = [str(instrument), str(instrument.jurisdiction), instrument.number]
    return " · ".join(part for part in parts if part)


def begun(row):
    """What a form begins with: what is on record."""
    return {name: getattr(row, name) for name in ("kind", "level", "text", "link", "version") if hasattr(row, name)}


def adoption_form(posted, *, now, state, user):
    """The form about the adoption that is on record `now`, or about none yet. The button that finds laws and rules
    gives back all that was posted, and records nothing."""
    known = Instrument.objects.visible_to(user)
    chosen = known.for_list().filter(**_picked(posted, now)).latest_first()
    given = posted if posted is not None and "finding" not in posted else None
    initial = begun(now) | {"instruments": [row.pk for row in chosen]}
    if posted is not None:
        initial |= {name: posted.get(name, "") for name in ("level", "text", "link", "find", "version")}
    words = without_directions(clean_text(initial.get("find", "")))[:LONGEST_WORDS]
    found = list(containing(known.for_list(), words).latest_first()[:MOST_FOUND]) if words.strip() else []
    own = known.for_list().of_state(state).latest_first()[:MOST_FOUND]
    shown = {row.pk: row for row in (*chosen, *found, *own)}.values()
    hidden = now is not None and hidden_evidence(now, user).exists()
    form = AdoptionForm(given, initial=initial, instruments=known, shown=shown, hidden=hidden)
    form.found_nothing = bool(words.strip()) and not found
    return form


def _picked(posted, now):
    """Which laws and rules are ticked: those that were posted, or else those on record."""
    if posted is not None:
        return {"pk__in": keys_of(posted.getlist("instruments"))}
    return {"adoptions": now} if now else {"pk__in": []}
