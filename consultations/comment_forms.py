"""What the people of a State send: comments, notes, what is to be submitted, an answer without comments."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from consultations.models import LONGEST_COMMENT, LONGEST_NOTE, Answer, Comment
from core.inputs import WordsField
from core.languages import CONTENT_CODES, CONTENT_LANGUAGES
from training.models import LONGEST_PARAGRAPH
from training.workshop_forms import HiddenNumber

MOST_SUBMITTED = 200  # at once: as many as one page shows


def _lines(rows=4):
    return forms.Textarea(attrs={"rows": rows})


class CommentForm(forms.Form):
    """A comment on a paragraph, on a chapter or on the whole text. What a proposed change is written on is the text of
    the `subject`."""

    kind = forms.ChoiceField(
        label=_("Type of comment"),
        choices=Comment.Kind.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "Technical: what it says. Editorial: how it is said. Translation: a language version says it wrong."
        ),
    )
    text = WordsField(
        label=_("Comment"),
        max_length=LONGEST_COMMENT,
        widget=_lines(5),
        help_text=_("What should be different, or what is missing."),
    )
    proposed = WordsField(
        label=_("Proposed change"),
        max_length=LONGEST_PARAGRAPH,
        widget=_lines(8),
        required=False,
        help_text=_("Edit the text of the paragraph until it reads as it should. Left as it is, nothing is proposed."),
    )
    rationale = WordsField(
        label=_("Rationale"),
        max_length=LONGEST_COMMENT,
        widget=_lines(),
        required=False,
        help_text=_("Why: a law, an experience, a source. It helps others to endorse it."),
    )
    language = forms.ChoiceField(label=_("Language in which you write"), choices=CONTENT_LANGUAGES)
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = HiddenNumber(required=False)

    def __init__(self, *args, subject, **kwargs):
        super().__init__(*args, **kwargs)
        if subject.placed is None:
            del self.fields["proposed"]

    @property
    def words(self):
        """What was written, as commenting.draft_comment and edit_comment take it."""
        names = ("kind", "text", "proposed", "rationale", "language")
        return {name: self.cleaned_data.get(name) or "" for name in names}


class SeenForm(forms.Form):
    """The version of a draft that was before the writer."""

    version = HiddenNumber(required=False)


class NoteForm(forms.Form):
    """A note on a comment, for the people of one's own State."""

    text = WordsField(label=_("Note"), max_length=LONGEST_NOTE, widget=_lines(3))
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)


class ChosenField(forms.Field):
    """The drafts that were ticked, each with the version that was read: "17:3"; gives {key: version}."""

    widget = forms.SelectMultiple

    def clean(self, value):
        chosen = {}
        for said in value or []:
            key, _mark, version = said.partition(":")
            if not all(part.isascii() and part.isdigit() and len(part) <= 9 for part in (key, version)):
                raise ValidationError(_("Something that was chosen is no comment. Open the page once more."))
            chosen[int(key)] = int(version)
        if not chosen:
            raise ValidationError(_("Choose at least one comment to be submitted."))
        if len(chosen) > MOST_SUBMITTED:
            said = _("Choose at most %(most)d comments at once.")
            raise ValidationError(said, params={"most": MOST_SUBMITTED})
        return chosen


class SubmitForm(forms.Form):
    """The drafts that are submitted."""

    comments = ChosenField(label=_("Comments"))


class AnswerForm(forms.Form):
    """The official word of a State that has nothing to comment."""

    kind = forms.ChoiceField(label=_("Official answer"), choices=Answer.Kind.choices, widget=forms.RadioSelect)


class VoiceForm(forms.Form):
    """For which State somebody endorses a comment, or takes that back."""

    state = forms.SlugField(max_length=80)
    on = forms.TypedChoiceField(choices=[("1", ""), ("0", "")], coerce=lambda value: value == "1")


def asked_language(query):
    """The language that an address names, or ""."""
    return query.get("language") if query.get("language") in CONTENT_CODES else ""
