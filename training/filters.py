"""What a reader may ask of a publication: in which language, which words. Each is bounded."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.languages import CONTENT_LANGUAGES, content_language

LONGEST_WORDS = 100


class LanguageForm(forms.Form):
    """In which language to read a text, where that is not the page's own."""

    language = forms.ChoiceField(choices=CONTENT_LANGUAGES, required=False)


class WordsForm(forms.Form):
    """Words that an edition holds."""

    q = forms.CharField(label=_("Words"), required=False, max_length=LONGEST_WORDS)


class ReadForm(forms.Form):
    """Whether a chapter counts as read from now on."""

    read = forms.ChoiceField(choices=[("1", "1"), ("0", "0")])


def language_asked(query):
    """(The language in which to read, the canonical query for that): the page's own unless another one was asked."""
    form, own = LanguageForm(query), content_language()
    asked = form.cleaned_data["language"] if form.is_valid() else ""
    return (asked, f"?language={asked}") if asked and asked != own else (own, "")
