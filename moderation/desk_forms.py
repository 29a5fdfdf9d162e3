"""The small forms around a proposal: which version was opened, reasons, a file that goes with it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.labels import Label
from core.languages import CONTENT_CODES, CONTENT_LANGUAGES, content_language
from core.text import refuse_markup
from documents.forms import DocumentForm
from documents.models import Document
from moderation.record_forms import LABELS

LARGEST_VERSION = 2**31 - 1


class EnvelopeForm(forms.Form):
    """Which version of the proposal the writer had before him, and the UUID under which a new one is kept."""

    version = forms.IntegerField(min_value=0, max_value=LARGEST_VERSION, widget=forms.HiddenInput)
    token = forms.UUIDField(required=False, widget=forms.HiddenInput)


class ReasonsForm(forms.Form):
    """Why a proposal is returned."""

    reasons = forms.CharField(
        label=_("What has to be corrected, and why"),
        max_length=3000,
        validators=[refuse_markup],
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("The State reads this. Plain text."),
    )
    version = forms.IntegerField(min_value=0, max_value=LARGEST_VERSION, widget=forms.HiddenInput)


class ProposalDocumentForm(DocumentForm):
    """A file that goes with a proposal; it is published with it, or not at all."""

    title = forms.CharField(
        label=_("Title"), max_length=250, validators=[refuse_markup], help_text=_("In the language of the file.")
    )
    language = forms.ChoiceField(label=_("Language of the file"), choices=CONTENT_LANGUAGES)
    official = forms.BooleanField(
        label=_("It is the official text"), required=False, help_text=_("A working translation is not.")
    )
    label = forms.TypedChoiceField(
        label=_("Who may read it"),
        choices=LABELS,
        coerce=int,
        widget=forms.RadioSelect,
        help_text=_("It is never open to more people than the record that it hangs on."),
    )

    class Meta:
        model = Document
        fields = ["file", "language", "official", "label"]

    def __init__(self, *args, proposal, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial |= {"language": content_language(), "label": None}
        self.order_fields(["file", "title", "language", "official", "label"])
        self.said = {}
        if proposal.about.model is Document:
            self._take_from(proposal)

    def _take_from(self, proposal):
        """The proposal of a document says all but the file itself. Until it is accepted, no label is too strict."""
        asked = {name: (proposal.data.get(name) or [""])[0] for name in ("language", "label")}
        language = asked["language"] if asked["language"] in CONTENT_CODES else content_language()
        label = int(asked["label"]) if asked["label"] in {str(value) for value in Label.values} else Label.AMBER
        self.said = {"title": proposal.title, "language": language, "label": label, "official": False}
        for name in self.said:
            del self.fields[name]

    def save(self, commit=True):
        said = {**self.cleaned_data, **self.said}
        for name in ("language", "official", "label"):
            setattr(self.instance, name, said[name])
        setattr(self.instance, f"title_{said['language']}", said["title"])
        return super().save(commit)
