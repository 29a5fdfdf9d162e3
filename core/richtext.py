"""Rich text: the field, its editor and the cleaning. Another editor would be a change of this file alone."""

import nh3
from ckeditor.fields import RichTextField
from ckeditor.widgets import CKEditorWidget
from django import forms

from core.editor import ALLOWED_ATTRIBUTES, ALLOWED_TAGS


def clean_html(html):
    """HTML with only the allowed tags and attributes; safe to print unescaped. Cleaning twice changes nothing."""
    return nh3.clean(
        html or "",
        tags=ALLOWED_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )


class CleanEditorWidget(CKEditorWidget):
    """The editor, never given anything but cleaned HTML."""

    def format_value(self, value):
        return clean_html(super().format_value(value))


class CleanHTMLFormField(forms.CharField):
    """A form field whose value comes out cleaned."""

    widget = CleanEditorWidget

    def clean(self, value):
        return clean_html(super().clean(value))


class CleanHTMLField(RichTextField):
    """A text column of cleaned HTML, whichever way it is written: form, import or code."""

    def formfield(self, **kwargs):
        kwargs.update(form_class=CleanHTMLFormField, widget=CleanEditorWidget(), max_length=self.max_length)
        return super(RichTextField, self).formfield(**kwargs)

    def pre_save(self, model_instance, add):
        html = clean_html(super().pre_save(model_instance, add))
        model_instance.__dict__[self.attname] = html  # setattr would fill the reader's language too
        return html
