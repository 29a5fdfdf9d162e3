"""The curators' form of a document."""

from django import forms
from django.core.files.uploadedfile import UploadedFile

from documents.checks import checked
from documents.models import Document


class DocumentForm(forms.ModelForm):
    """A document whose new file is checked before anything is saved."""

    class Meta:
        model = Document
        fields = ["file"]  # the admin adds the rest

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if not isinstance(upload, UploadedFile):
            return upload
        kept, columns = checked(upload, upload.name)
        for column, value in columns.items():
            setattr(self.instance, column, value)
        return kept
