"""What moderators fill in: where a thread goes, who reads it, which posts; and the reason, which its author reads."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from community.forms import TitleField
from community.models import Forum, Thread
from community.moving import Chosen, widest
from core.inputs import Picks, RowsField
from core.labels import Label
from core.text import refuse_markup
from moderation.models import LONGEST_NOTE
from reference.models import MemberState

MOST_SHOWN = 50
LAST_NUMBER = 2**31 - 1
# The last part of the path of an address.
LAST_PART = re.compile(r"([-\w]{1,80})/?(?:[?#].*)?$", re.ASCII)


class ReasonForm(forms.Form):
    """Why it is done, and what else follows."""

    note = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_NOTE,
        validators=[refuse_markup],
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "Read by who began the conversation (where there are two: both), and by those whose reports you close."
            " Plain text."
        ),
    )
    reports = forms.BooleanField(label=_("Also close the reports of its posts: this answers them"), required=False)

    def __init__(self, *args, has_reports=False, needs_reason=True, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["note"].required = needs_reason
        if not has_reports:
            del self.fields["reports"]


class SureForm(ReasonForm):
    """The same for a change of readers, which is said where it opens anything."""

    sure = forms.BooleanField(label=_("I know that others read it then who may not read it now"))
    field_order = ["sure", "note", "reports"]

    def __init__(self, *args, change, **kwargs):
        super().__init__(*args, **kwargs)
        if not change.opens:
            del self.fields["sure"]


class RenameForm(ReasonForm):
    title = TitleField(label=_("Title"), help_text=_("Its address stays as it is."))
    field_order = ["title", "note", "reports"]


class LabelForm(forms.Form):
    """Which label a thread gets, and under TLP:RED which States it names."""

    label = forms.TypedChoiceField(label=_("Who may read it"), coerce=int, widget=forms.RadioSelect)
    states = RowsField(
        label=_("States named"),
        queryset=MemberState.objects.none(),
        required=False,
        widget=Picks,
        help_text=_("Under TLP:RED only: their mandate-holders read it, beside those of the State that began it."),
    )

    def __init__(self, *args, thread, **kwargs):
        super().__init__(*args, **kwargs)
        allowed = [label for label in Label if label >= widest(thread)]
        self.fields["label"].choices = [(label.value, label.label) for label in allowed]
        forum = thread.forum
        states = forum.named_states.all() if forum.label == Label.RED else MemberState.objects.all()
        self.fields["states"].queryset = states.order_by("name_en", "pk")
        self.initial = {"label": thread.label, "states": thread.named_states.all()}


class ForumForm(forms.Form):
    """Into which forum."""

    forum = forms.ModelChoiceField(
        label=_("Into which forum?"), queryset=Forum.objects.none(), to_field_name="slug", empty_label=_("Choose")
    )

    def __init__(self, *args, thread, reader, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["forum"].queryset = Forum.objects.visible_to(reader).exclude(pk=thread.forum_id).for_list()


class TargetForm(forms.Form):
    """Into which thread, by its address."""

    into = forms.CharField(
        label=_("Address of the conversation into which it goes"),
        max_length=500,
        help_text=_("Open that conversation, and copy its address from the browser."),
    )

    def __init__(self, *args, thread, reader, **kwargs):
        super().__init__(*args, **kwargs)
        self.thread, self.reader = thread, reader

    def clean_into(self):
        """The Thread at an address, or of the last part of one."""
        slug = LAST_PART.search(self.cleaned_data["into"])
        rows = Thread.objects.visible_to(self.reader).for_detail().filter(merged_into=None)
        found = rows.at(slug[1]).first() if slug else None
        if found is None:
            raise ValidationError(_("There is no conversation at this address."), code="absent")
        if found.pk == self.thread.pk:
            raise ValidationError(_("That is this conversation itself."), code="same")
        return found


class SplitForm(ReasonForm):
    """Which posts, by ticking some of those shown or by the number of the first; and the title they get."""

    title = TitleField(label=_("Title of the new conversation"))
    posts = forms.TypedMultipleChoiceField(label=_("These posts"), coerce=int, required=False, widget=Picks)
    onward = forms.IntegerField(
        label=_("Or all from this number on"), min_value=2, max_value=LAST_NUMBER, required=False
    )
    field_order = ["posts", "onward", "title", "note", "reports"]

    def __init__(self, *args, thread, shown, **kwargs):
        super().__init__(*args, **kwargs)
        self.thread = thread
        self.fields["posts"].choices = shown

    def clean(self):
        super().clean()
        given = self.cleaned_data
        if bool(given.get("posts")) == bool(given.get("onward")) and not {"posts", "onward"} & self.errors.keys():
            self.add_error("posts", _("Tick the posts, or give the number of the first: one of the two."))

    @property
    def chosen(self):
        """The Chosen that the form says."""
        if self.cleaned_data["posts"]:
            return Chosen.of(self.cleaned_data["posts"])
        return Chosen(((self.cleaned_data["onward"], max(self.thread.last_number, self.cleaned_data["onward"])),))
