"""What readers report, and what moderators decide: each bounded."""

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.text import refuse_markup
from moderation.models import LONGEST_NOTE, Flag

LARGEST_VERSION = 2**31 - 1
Category = Flag.Category


class FlagForm(forms.Form):
    """Why something should be looked at."""

    category = forms.ChoiceField(label=_("What is wrong with it?"), choices=Category, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("In your words"),
        max_length=LONGEST_NOTE,
        required=False,
        validators=[refuse_markup],
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Only the moderators read this. Do not repeat what is confidential."),
    )

    def clean(self):
        super().clean()
        if self.cleaned_data.get("category") == Category.OTHER and not self.cleaned_data.get("text"):
            self.add_error("text", _("Say what is wrong."))


class VersionField(forms.IntegerField):
    """Which version of a thing somebody read; 0 where his form does not say."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs):
        super().__init__(required=False, min_value=0, max_value=LARGEST_VERSION, **kwargs)

    def clean(self, value):
        return super().clean(value) or 0


class DecisionForm(forms.Form):
    """What to do with one thing, or with several; `acts` are those that can be done."""

    act = forms.ChoiceField(
        label=_("What do you decide?"),
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("This cannot be done now: somebody may have decided meanwhile.")},
    )
    note = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_NOTE,
        required=False,
        validators=[refuse_markup],
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The author reads it, and so does whoever reported it. Nobody else does. Plain text."),
    )

    def __init__(self, *args, acts, **kwargs):
        super().__init__(*args, **kwargs)
        self.acts = {act.name: act for act in acts}
        self.fields["act"].choices = [(act.name, _said(act)) for act in acts]

    def clean(self):
        super().clean()
        act = self.acts.get(self.cleaned_data.get("act"))
        if act and act.needs_reason and not self.cleaned_data.get("note") and "note" not in self.errors:
            self.add_error("note", _("Give the reason: the author reads it."))


def _said(act):
    """What the button of an act says, and whether it asks for a reason."""
    return format_lazy(_("{act} (with a reason)"), act=act.button) if act.needs_reason else act.button


class OneForm(DecisionForm):
    """The same for the one thing that was read."""

    version = VersionField()


class ManyForm(DecisionForm):
    """The same for those things that were ticked; `names` are those on the page."""

    picked = forms.MultipleChoiceField(
        label=_("For which?"), error_messages={"required": _("Tick at least one of the things above.")}
    )

    def __init__(self, *args, names, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["picked"].choices = [(name, name) for name in names]
        self.fields |= {f"version-{name}": VersionField() for name in names}

    def version_of(self, name):
        """The version that was read of a thing, of a valid form."""
        return self.cleaned_data[f"version-{name}"]
