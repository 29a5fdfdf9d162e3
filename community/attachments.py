"""Files that go with a post, checked with its form."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.languages import content_language
from documents.checks import EXTENSIONS, LONGEST_NAME, checked, tidy_name
from documents.models import Document

MOST_FILES = 5


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files in one field; gives Documents that are not saved yet, or says of each file what is wrong."""

    widget = FilesInput

    def __init__(self, **kwargs):
        types = ", ".join(EXTENSIONS).upper()
        hint = format_lazy(
            _("At most {most}, each up to {size} MB: {types}. As confidential as the conversation itself."),
            most=MOST_FILES, size=settings.DOCUMENT_MAX_BYTES // 1024**2, types=types,
        )  # fmt: skip
        super().__init__(required=False, help_text=hint, **kwargs)

    def clean(self, data, initial=None):
        uploads = data if isinstance(data, list | tuple) else [data] if data else []
        if len(uploads) > MOST_FILES:
            said = _("These are %(found)d files, and %(most)d are the most.")
            raise ValidationError(said, params={"found": len(uploads), "most": MOST_FILES})
        documents, errors = [], []
        for upload in uploads:
            try:
                documents.append(_checked(upload))
            except ValidationError as error:
                errors += [f"{tidy_name(upload.name)[:LONGEST_NAME]}: {said}" for said in error.messages]
        if errors:
            raise ValidationError(errors)
        return documents


def _checked(upload):
    """The Document of an upload that passed the checks."""
    name = tidy_name(upload.name)
    kept, columns = checked(upload, name)
    return Document(file=kept, title=name, language=content_language(), **columns)
