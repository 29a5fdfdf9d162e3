"""Parts of addresses: the forms that a list has, as in events.<csv,xlsx,ics,atom:form>."""

from django.urls import register_converter
from django.urls.converters import StringConverter

FORMS = ["csv,xlsx", "csv,xlsx,atom", "csv,xlsx,ics,atom", "csv,xlsx,docx", "xlsx,docx"]


def register_forms():
    """Make each set of forms a converter of that name."""
    for forms in FORMS:
        register_converter(type("FormConverter", (StringConverter,), {"regex": forms.replace(",", "|")}), forms)
