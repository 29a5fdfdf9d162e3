"""The curators' form of a document."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from documents.checks import check_upload
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
        if len(upload.name) > 150:
            raise ValidationError(_("The file's name is longer than 150 characters."))
        kept, extension, sha256 = check_upload(upload)
        self.instance.filename, self.instance.extension = upload.name, extension
        self.instance.size, self.instance.sha256 = kept.size, sha256
        return kept
