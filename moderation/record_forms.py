"""What the forms of a State's own records share: their words, and who may read what is proposed."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.inputs import Picks
from core.labels import Label
from core.languages import CONTENT_CODES, CONTENT_LANGUAGES
from members.owners import may_release
from moderation.forms import LABEL_FIELDS, ProposalForm
from reference.querysets import named

LABELS = [
    (Label.CLEAR.value, _("TLP:CLEAR – everybody, on the open internet")),
    (Label.GREEN.value, _("TLP:GREEN – every member of this portal, partners and experts too")),
    (Label.AMBER.value, _("TLP:AMBER – the Focal Points and alternates of all States")),
    (Label.RED.value, _("TLP:RED – the Focal Point and alternates of your State, and of States that you name")),
]
WORDS = {
    "label": _("Who may read it"),
    "named_states": _("States that you name"),
    "restricted_until": _("Restricted until"),
    "language": _("Language you write in"),
    "themes": _("Themes"),
}
HINTS = {
    "language": _("The form asks for your texts in this language. After choosing another, save the draft once."),
    "label": _("The secretariat reads it too. Documents that hang on it are never open to more people than it is."),
    "named_states": _("Counts under TLP:RED only."),
    "restricted_until": _("After this day you are asked whether more people may read it. Nothing opens by itself."),
}
WHO_READS = (_("Audience"), list(LABEL_FIELDS))


class RecordForm(ProposalForm):
    """A labelled record. `words` and `hints` say in plain words what a field asks for, `lines` how high the box of a
    long text is; a translated text stands there under its plain name."""

    words, hints, lines = {}, {}, {}
    asks_in_own_language = True  # else `language` is that of a text which is not written here

    label = forms.TypedChoiceField(choices=LABELS, coerce=int, widget=forms.RadioSelect)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            self._say(name, field)
            if "name_en" in _columns(getattr(field, "queryset", None)):
                field.queryset = field.queryset.order_by(named(), "pk")
            if isinstance(field, forms.ModelMultipleChoiceField):
                _choose(field, Picks())
        self.submitter = self.reader  # by whose word a label is judged; on acceptance not the reader's
        if "named_states" in self.fields:
            states = self.fields["named_states"]
            states.queryset = states.queryset.exclude(pk=self.instance.state_id)

    def _say(self, name, field):
        """The words around a field, and the height of its box."""
        words, hints = {**WORDS, **self.words}, {**HINTS, **self.hints}
        plain, code = self._plain(name)
        if isinstance(field.widget, forms.Textarea):
            field.widget.attrs["rows"] = self.lines.get(plain, 3)
        field.label = words.get(plain, field.label)
        field.help_text = hints.get(plain, "" if code else field.help_text)
        if code:
            field.label = format_lazy("{} ({})", field.label, dict(CONTENT_LANGUAGES)[code])
            field.widget.attrs["lang"] = code

    def first_language(self):
        """The one that was chosen to write in, where the form asks for that."""
        chosen = self["language"].value() if self.asks_in_own_language else ""
        return chosen if chosen in CONTENT_CODES else super().first_language()

    def _plain(self, name):
        """(plain name, language) of a translated text's field; of any other its name and ""."""
        plain, _mark, code = name.rpartition("_")
        return (plain, code) if plain in self.translated else (name, "")

    def clean(self):
        """Only who may release a record lets more people read it or moves the day; an alternate's proposal does not."""
        cleaned = super().clean()
        may = self._may_release()
        self.instance.is_word_of_owner = may and self.instance.state_id == self.state.pk
        self.is_widened = self._widens(cleaned)
        if not may and self.is_widened:
            said = _("This would let more people read it than before: only the National Focal Point may do that.")
            self.add_error("label", ValidationError(said, code="widened"))
        day = self.initial.get("restricted_until")
        if not may and day and "restricted_until" in cleaned and cleaned["restricted_until"] != day:
            said = _("Only the National Focal Point changes this day or takes it out.")
            self.add_error("restricted_until", ValidationError(said, code="prolonged"))
        return cleaned

    def _may_release(self):
        """Whether it was submitted by who may release the record; what was never out has no readers to protect."""
        if self.reader is None or self.instance.publication == self.instance.Publication.DRAFT:
            return True
        return self.submitter is not None and may_release(self.submitter, self.instance)

    def widens(self):
        """Whether what the form holds lets more people read the record than it does now."""
        self.is_valid()
        return self.is_widened

    def _widens(self, cleaned):
        """Whether more people could read the record than before."""
        before, after = self.initial.get("label"), cleaned.get("label")
        if after is None or before is None:
            return False
        named_before = {state.pk for state in self.initial.get("named_states", [])}
        named_after = {state.pk for state in cleaned.get("named_states", [])}
        return after < before or (after == before == Label.RED and bool(named_after - named_before))


def _columns(rows):
    """The names of a queryset's columns; none where there is no queryset."""
    return () if rows is None else {column.name for column in rows.model._meta.fields}


def _choose(field, widget):
    """Let a field of choices use another widget."""
    widget.is_required, widget.choices = field.required, field.choices
    field.widget = widget
