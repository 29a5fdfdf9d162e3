"""What a writer sends: conversations, replies, edits, drafts; each input bounded, each text tidied."""

import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.formats import number_format
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _

from community.attachments import FilesField
from community.mentions import MOST_MENTIONED, handles_in
from community.models import ABOUT, LONGEST_DRAFT, LONGEST_POST, Thread
from core.inputs import Picks, RowsField, keys_of
from core.labels import Label
from core.markdown import is_blank, to_html, without_directions
from core.text import clean_text, refuse_markup
from notifications.kinds import SUBJECTS
from reference.models import MemberState
from reference.querysets import named

LONGEST_TITLE = Thread._meta.get_field("title").max_length
LONGEST_HTML = 10 * LONGEST_POST  # a row of a table is as wide as its head, however little is written in it
HIGHEST = 2**31 - 1
# What is drawn as nothing though Unicode counts it among letters, marks or symbols.
UNSEEN = str.maketrans("", "", "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe0e\ufe0f")


def tidy(text):
    """A text as it is kept: without controls and signs that turn its direction, without empty lines around it."""
    return without_directions(clean_text(str(text or ""))).strip("\n").rstrip()


def token_of(data):
    """The UUID of the form that was posted; a new one where it has none."""
    try:
        return uuid.UUID(data.get("token", ""))
    except ValueError:
        return uuid.uuid4()


def is_unseen(text):
    """Whether a reader of the text would see nothing."""
    return is_blank(text.translate(UNSEEN))


class TitleField(forms.CharField):
    """One line of plain text."""

    def __init__(self, **kwargs):
        super().__init__(max_length=LONGEST_TITLE, **kwargs)
        self.widget.attrs.pop("maxlength", None)  # a browser would cut what is pasted and say nothing
        self.validators.append(refuse_markup)

    def to_python(self, value):
        return " ".join(tidy(super().to_python(value)).split())

    def validate(self, value):
        if is_unseen(value):
            raise ValidationError(self.error_messages["required"], code="required")


class WordsField(forms.CharField):
    """The text of a post, in Markdown; once it was found right, `html` is what it looks like."""

    widget = forms.Textarea

    def __init__(self, **kwargs):
        super().__init__(strip=False, **kwargs)
        self.html = ""

    def to_python(self, value):
        return tidy(super().to_python(value))

    def validate(self, value):
        super().validate(value)
        if len(value) > LONGEST_POST:
            said = _("These are %(length)s characters, and %(limit)s are the most. Shorten it, or send it in parts.")
            length, limit = (number_format(number, force_grouping=True) for number in (len(value), LONGEST_POST))
            raise ValidationError(said, params={"length": length, "limit": limit})
        html = to_html(value)
        if len(html) > LONGEST_HTML:
            said = _("Its tables or links make it too long. Make them smaller, or attach them as a file.")
            raise ValidationError(said)
        if is_unseen(strip_tags(html).replace("&nbsp;", " ")):
            raise ValidationError(_("There is nothing to read in it. Write something."), code="required")
        found = len(handles_in(html))
        if found > MOST_MENTIONED:
            said = _("It mentions %(found)d people, and %(limit)d are the most. Take some of the @ signs away.")
            raise ValidationError(said, params={"found": found, "limit": MOST_MENTIONED})
        self.html = html


class PostForm(forms.Form):
    """A reply. `seen` says who read the thread when the writer was shown it."""

    text = WordsField(label=_("Your reply"), error_messages={"required": _("Write your reply.")})
    files = FilesField(label=_("Files"))
    quoted = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    version = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def clean_quoted(self):
        return next(iter(keys_of([self.cleaned_data["quoted"]])), None)

    def clean_version(self):
        return version_of(self.data)


def version_of(data):
    """The version of the draft that was in the writer's window; 0 for none."""
    found = keys_of([data.get("version", "")])
    return min(found[0], HIGHEST) if found else 0


class EditForm(forms.Form):
    """Another text for a post; `version` is that of the post which the writer had before him."""

    text = WordsField(label=_("Your post"), error_messages={"required": _("Write something.")})
    version = forms.IntegerField(min_value=1, max_value=HIGHEST, widget=forms.HiddenInput)


class ThreadForm(forms.Form):
    """A new conversation in a forum: its title, its first post, who may read it, what it is about."""

    title = TitleField(label=_("Title"), error_messages={"required": _("Give it a title.")})
    text = WordsField(label=_("Your text"), error_messages={"required": _("Write your first post.")})
    label = forms.TypedChoiceField(label=_("Who may read it"), coerce=int, widget=forms.RadioSelect, choices=())
    named_states = RowsField(MemberState.objects.none(), label=_("States that you name"), required=False, widget=Picks)
    about = forms.CharField(label=_("What it is about"), required=False, max_length=40)
    files = FilesField(label=_("Files"))
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    version = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(self, data=None, files=None, *, forum, about, labels, **kwargs):
        """`about` is the (kind, record) that is offered or was chosen; `labels` [(Label, what it means here)]."""
        super().__init__(data, files, **kwargs)
        self.forum, self.found = forum, about
        self.fields["label"].choices = labels
        states = forum.named_states.all() if forum.label == Label.RED else MemberState.objects.all()
        self.fields["named_states"].queryset = states.order_by(named(), "pk")
        self.fields["named_states"].help_text = _("Counts under TLP:RED only.")

    def clean_about(self):
        if self.cleaned_data["about"] and self.found[1] is None:
            said = _("What the conversation was to be about is not, or no longer, open to you. Send it without.")
            raise ValidationError(said)
        return self.found if self.cleaned_data["about"] else ("", None)

    def clean_version(self):
        return version_of(self.data)

    def clean(self):
        cleaned = super().clean()
        kind, record = cleaned.get("about", ("", None))
        if record is not None and cleaned.get("label", record.label) < record.label:
            said = _("What it is about is %(label)s: the conversation cannot be open to more people than that.")
            self.add_error("label", ValidationError(said, params={"label": Label(record.label).label}))
        if cleaned.get("named_states") and cleaned.get("label", Label.RED) != Label.RED:
            self.add_error("named_states", _("States are named under TLP:RED only: choose that, or name none."))
        return cleaned


def about_of(text, reader):
    """(kind, record) of "event:123", where `reader` may know of it; ("", None) for anything else."""
    kind, _mark, key = str(text)[:40].partition(":")
    keys = keys_of([key]) if kind in ABOUT else []
    record = SUBJECTS[kind].rows(reader).filter(pk=keys[0]).first() if keys else None
    return (kind, record) if record is not None else ("", None)


class DraftForm(forms.Form):
    """What is kept of an unfinished text: anything, so long as it is not endless."""

    title = forms.CharField(required=False, strip=False)
    text = forms.CharField(required=False, strip=False)
    about = forms.CharField(required=False, max_length=40)
    label = forms.TypedChoiceField(choices=Label.choices, coerce=int, required=False, empty_value=None)
    quoted = forms.CharField(required=False, max_length=20)

    def clean_title(self):
        title = " ".join(tidy(self.cleaned_data["title"]).split())
        MaxLengthValidator(LONGEST_TITLE)(title)
        return title

    def clean_text(self):
        text = tidy(self.cleaned_data["text"])
        MaxLengthValidator(LONGEST_DRAFT)(text)
        return text

    def kept(self):
        """The columns of a Draft."""
        states = keys_of(self.data.getlist("named_states"))[:100] if hasattr(self.data, "getlist") else []
        plain = {name: self.cleaned_data[name] for name in ("title", "text", "about", "label")}
        return {**plain, "states": states, "token": token_of(self.data)}


class PlaceForm(forms.Form):
    """Where one writes: in a thread, or a new one in a forum."""

    thread = forms.SlugField(required=False, max_length=80)
    forum = forms.SlugField(required=False, max_length=80)


class SuggestForm(PlaceForm):
    """Whom to mention there: at least two letters."""

    q = forms.CharField(min_length=2, max_length=40)
