"""What a State asks for and sends back on the page of its commenting form."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.form_cells import MOST_BYTES, check_name, read_form
from consultations.form_files import is_too_long
from consultations.form_rows import WHOLE
from core.languages import CONTENT_LANGUAGES, content_language, language_name
from documents.checks import LONGEST_NAME


class PartForm(forms.Form):
    """Of what a form is made: of all that the States are asked about or one chapter, with the text in a language."""

    chapter = forms.ChoiceField(label=gettext_lazy("Part of the text"))
    language = forms.ChoiceField(label=gettext_lazy("Language of the text"))

    def __init__(self, query=None, *, chapters, sizes, languages):
        reader = content_language()
        begun = {"chapter": WHOLE, "language": reader if reader in languages else next(iter(languages), "")}
        data = None if query is None else begun | {name: query[name] for name in begun if query.get(name)}
        super().__init__(data, initial=begun, auto_id="of_%s", use_required_attribute=False)
        self.chapters, self.sizes = {str(row.order): row for row in chapters}, sizes
        self.total = sum(sizes.values())
        named = [(order, str(row)) for order, row in self.chapters.items()]
        self.fields["chapter"].choices = [(WHOLE, _("The whole text")), *named]
        self.fields["language"].choices = [(code, language_name(code)) for code in languages]
        if len(languages) < 2:
            del self.fields["language"]

    @property
    def is_too_long(self):
        """Whether a form in Word is made of a chapter alone."""
        return is_too_long(self.total)

    @property
    def chosen(self):
        """The Chapter that was asked for, or None."""
        return self.chapters.get(self.cleaned_data.get("chapter", ""))

    @property
    def asked_language(self):
        """The language that was asked for, or the only one."""
        return self.cleaned_data.get("language") or self.initial["language"]


class ReturnForm(forms.Form):
    """A completed form, of one State and consultation. It is read while it is checked: `cleaned_data["returned"]`."""

    use_required_attribute = False

    file = forms.FileField(
        label=gettext_lazy("The completed form"),
        max_length=LONGEST_NAME,
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.docx"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of your comments"), choices=CONTENT_LANGUAGES)
    replace = forms.BooleanField(
        label=gettext_lazy("Put the text of the form in place of what was changed or removed in the portal meanwhile"),
        required=False,
        help_text=gettext_lazy("What the drafts say now stays in their history."),
    )

    def __init__(self, *args, consultation, state, **kwargs):
        super().__init__(*args, initial={"language": content_language()}, **kwargs)
        self.consultation, self.state = consultation, state
        self.fields["file"].help_text = _("XLSX or DOCX, up to %(most)d MB.") % {"most": MOST_BYTES // 1024**2}

    def clean_file(self):
        file = self.cleaned_data["file"]
        check_name(file)
        return file

    def clean(self):
        data = super().clean()
        if not self.errors:
            try:
                data["returned"] = read_form(data["file"])
                self._refuse_foreign(data["returned"].code)
            except ValidationError as error:
                self.add_error("file", error)
        return data

    def _refuse_foreign(self, code):
        """Raise ValidationError for the form of another State or consultation."""
        if code.state != self.state.iso2:
            said = _("This is the form of another State, %(code)s. You are in the space of %(state)s.")
            raise ValidationError(said % {"code": code.state, "state": self.state})
        if code.consultation != self.consultation.pk:
            raise ValidationError(_("This is a form of another consultation. Return it on the page of that one."))
