"""What the secretariat sends of a consultation: what is asked, of whom, from when until when."""

import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultations.consulting import TEXTS, standing_of
from consultations.models import Consultation, Extension
from core.dates import LAST_YEAR
from core.inputs import Picks, RowsField, WordsField
from core.languages import CONTENT_LANGUAGES
from core.text import clean_text, refuse_markup
from reference.models import MemberState
from training.models import Chapter

WRITTEN = "%Y-%m-%dT%H:%M"
USUAL = datetime.timedelta(days=60)
A_DAY = datetime.timedelta(days=1)
LONGEST = {"title": 200, "questions": 5000}


def _zone():
    """The zone in which moments are written; not how far from UTC it is, which may differ on the day that is meant."""
    return timezone.get_current_timezone_name().replace("_", " ")


class MomentField(forms.DateTimeField):
    """A day and a time in the zone of who writes it."""

    def __init__(self, **kwargs):
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=WRITTEN)
        super().__init__(input_formats=[WRITTEN, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"], widget=widget, **kwargs)
        self.error_messages["invalid"] = _("Write the day and the time: 2027-06-30 23:59.")

    def to_python(self, value):
        if isinstance(value, str) and len(value) > 30:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)

    def validate(self, value):
        super().validate(value)
        if value and not 2000 <= value.year <= LAST_YEAR:
            raise ValidationError(_("The year is out of range."), code="invalid")


class ConsultationForm(forms.Form):
    """What is asked of whom, and by when."""

    opens = MomentField(label=_("Opens"))
    closes = MomentField(label=_("Closes"))
    chapters = RowsField(
        label=_("What it is about"),
        queryset=Chapter.objects.none(),
        required=False,
        widget=Picks,
        help_text=_("Tick the chapters on which you ask. None ticked: the whole edition."),
    )
    states = RowsField(
        label=_("States that are asked"),
        queryset=MemberState.objects.none(),
        required=False,
        widget=Picks,
        help_text=_("None ticked: all States."),
    )
    shown = forms.ChoiceField(
        label=_("When all Focal Points read the submitted comments"),
        choices=Consultation.Shown,
        widget=forms.RadioSelect,
        initial=Consultation.Shown.AT_ONCE,
    )

    def __init__(self, *args, edition, chapters, states, consultation=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.edition = edition
        self.fields["chapters"].queryset, self.fields["states"].queryset = chapters, states
        self.fields["opens"].help_text = _("In your time zone: %(zone)s.") % {"zone": _zone()}
        self.fields["closes"].help_text = _(
            "The moment from which no comment is taken, in your time zone: %(zone)s. A State can get more time later."
        ) % {"zone": _zone()}
        for code, name in sorted(CONTENT_LANGUAGES, key=lambda language: language[0] != edition.language):
            self._ask(code, name)
        own = [f"title_{edition.language}", f"questions_{edition.language}"]
        self.order_fields([*own, "opens", "closes", "chapters", "states", "shown"])
        self.initial = (_as_it_is(consultation) if consultation else _usual()) | self.initial
        if consultation:
            hidden = forms.CharField(max_length=64, widget=forms.HiddenInput, required=False)
            self.fields["seen"], self.initial["seen"] = hidden, standing_of(consultation)

    def _ask(self, code, name):
        language = {"language": name}
        own = code == self.edition.language
        plain = {"required": False, "validators": [refuse_markup]}
        title = WordsField(max_length=LONGEST["title"], label=_("Title (%(language)s)") % language, **plain)
        questions = WordsField(
            max_length=LONGEST["questions"],
            label=_("What you ask the States (%(language)s)") % language,
            widget=forms.Textarea(attrs={"rows": 5}),
            **plain,
        )
        if own:
            title.help_text = _("None: it is called after the edition.")
            questions.help_text = _("What they should look at, questions to answer. Plain text.")
        self.fields[f"title_{code}"], self.fields[f"questions_{code}"] = title, questions

    def clean(self):
        given = super().clean()
        opens, closes = self._moment("opens"), self._moment("closes")
        given["opens"], given["closes"] = opens, closes
        if opens and opens != self.initial.get("opens") and opens < timezone.now() - A_DAY:
            self.add_error("opens", _("This day is over."))
        if opens and closes and closes <= opens:
            self.add_error("closes", _("It would close before it opens."))
        elif closes and closes != self.initial.get("closes") and closes <= timezone.now():
            self.add_error("closes", _("This moment is over."))
        return given

    def _moment(self, name):
        """A moment as it was sent, or as it is kept where it is the same to the minute."""
        sent, was = self.cleaned_data.get(name), self.initial.get(name)
        return was if sent and was and sent == was.replace(second=0, microsecond=0) else sent

    @property
    def values(self):
        """What the actions take."""
        names = {*TEXTS, "opens", "closes", "chapters", "states", "shown", "seen"}
        return {name: value for name, value in self.cleaned_data.items() if name in names}

    @property
    def main(self):
        """The fields that every consultation has."""
        return [field for field in self.visible_fields() if field not in self.others]

    @property
    def others(self):
        """The texts in other languages than that of the edition."""
        own = {f"{name}_{self.edition.language}" for name in LONGEST}
        return [self[name] for name in self.fields if name in TEXTS and name not in own]

    @property
    def has_others(self):
        """Whether one of them is written, or refused."""
        return any(field.value() or field.errors for field in self.others)


def _usual():
    """From now on, for two months, until the end of a day."""
    now = timezone.localtime().replace(second=0, microsecond=0)
    return {"opens": now, "closes": (now + USUAL).replace(hour=23, minute=59)}


def _as_it_is(consultation):
    texts = {name: getattr(consultation, name) or "" for name in TEXTS}
    many = {"chapters": list(consultation.chapters.all()), "states": list(consultation.states.all())}
    moments = {"opens": consultation.opens, "closes": consultation.closes}
    return texts | many | moments | {"shown": consultation.shown}


class ExtensionForm(forms.Form):
    """More time for one State."""

    state = forms.ModelChoiceField(label=_("State"), queryset=MemberState.objects.none(), empty_label=None)
    closes = MomentField(label=_("It comments until"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=Extension._meta.get_field("reason").max_length,
        validators=[refuse_markup],
        help_text=_("One line; all Focal Points read it."),
    )

    def __init__(self, *args, states, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["state"].queryset = states
        self.fields["closes"].help_text = _("In your time zone: %(zone)s.") % {"zone": _zone()}

    def clean_reason(self):
        return clean_text(self.cleaned_data["reason"])
