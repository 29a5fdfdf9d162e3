"""Filters that several lists have, with bounded inputs and labels."""

import django_filters
from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from core.listing import containing

LONGEST_TEXT = 100
FIRST_YEAR, LAST_YEAR = 1800, 2100


class ListFilter(django_filters.FilterSet):
    """The filters of a list. The fields of its form are the same for everybody and made once."""

    def get_form_class(self):
        if "form_class" not in vars(type(self)):
            type(self).form_class = super().get_form_class()
        return self.form_class


class WordsFilter(django_filters.CharFilter):
    """Free text; looks into the folded `search_text` of the rows."""

    def __init__(self, **kwargs):
        kwargs.setdefault("label", _("Words"))
        super().__init__(max_length=LONGEST_TEXT, widget=forms.TextInput(attrs={"type": "search"}), **kwargs)

    def filter(self, qs, value):
        return containing(qs, value) if value else qs


class SlugFilter(django_filters.CharFilter):
    """The slug of a related row; `field_name` or `method` says of which."""

    def __init__(self, **kwargs):
        slug = RegexValidator(r"^[a-z0-9-]+$", _("There is no such choice."))
        super().__init__(max_length=80, validators=[slug], **kwargs)


class YearFilter(django_filters.NumberFilter):
    """A year between 1800 and 2100."""

    field_class = forms.IntegerField

    def __init__(self, **kwargs):
        super().__init__(min_value=FIRST_YEAR, max_value=LAST_YEAR, **kwargs)
