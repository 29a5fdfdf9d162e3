"""What a reader may ask of the community: which page, which words, which day. Each is bounded."""

from django import forms
from django.utils.translation import gettext_lazy as _

from community.models import Forum
from core.inputs import DayField

LONGEST_WORDS = 100
HIGHEST = 2_000_000_000


class PlaceForm(forms.Form):
    """Where to open a thread: at the post of a number, at the first one of a day, at the first unread."""

    number = forms.IntegerField(required=False, min_value=1, max_value=HIGHEST)
    date = DayField(label=_("Day"), required=False)


class WordsForm(forms.Form):
    """Words that titles hold."""

    q = forms.CharField(label=_("Words in the title"), required=False, max_length=LONGEST_WORDS)


class SearchForm(forms.Form):
    """Words that posts hold, in all forums that the reader may know of or in one."""

    q = forms.CharField(label=_("Words"), required=False, max_length=LONGEST_WORDS)
    forum = forms.ModelChoiceField(
        label=_("Forum"), queryset=Forum.objects.none(), required=False, to_field_name="slug", empty_label=_("All")
    )

    def __init__(self, data, *, forums):
        super().__init__(data)
        self.fields["forum"].queryset = forums


class ForumForm(forms.Form):
    """One forum, or all."""

    forum = forms.ModelChoiceField(queryset=Forum.objects.none(), required=False, to_field_name="slug")

    def __init__(self, data, *, forums):
        super().__init__(data)
        self.fields["forum"].queryset = forums
