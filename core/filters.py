"""Filters that several lists have, with bounded inputs and labels."""

import copy

import django_filters
from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from core.listing import containing

LONGEST_TEXT = 100
FIRST_YEAR, LAST_YEAR = 1800, 2100


class SharedFilters(dict):
    """The filters of a class, of which each request gets copies that share what no request changes."""

    def __deepcopy__(self, memo):
        return {name: self._copied(filter_) for name, filter_ in self.items()}

    def _copied(self, filter_):
        copied = copy.copy(filter_)
        copied.method = filter_.method  # a method is bound to the copy
        return copied


class SharedFields(dict):
    """The fields of a form's class, of which each form gets copies with the same choices, widgets and validators."""

    def __deepcopy__(self, memo):
        return {name: copy.copy(field) for name, field in self.items()}


class ListFilter(django_filters.FilterSet):
    """The filters of a list. The fields of its form are the same for everybody and made once."""

    @classmethod
    def get_filters(cls):
        return SharedFilters(super().get_filters())

    def get_form_class(self):
        if "form_class" not in vars(type(self)):
            type(self).form_class = made = super().get_form_class()
            made.base_fields = SharedFields(made.base_fields)
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
