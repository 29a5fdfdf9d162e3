"""What people say of themselves and to whom, and what they ask of the directory; each input bounded."""

from allauth.account.forms import ReauthenticateForm
from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxLengthValidator, RegexValidator
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core.text import split_list
from members.directory import SPOKEN
from members.forms import PASSWORD_LENGTH
from members.models import User
from members.photos import check_photo
from reference.models import SubRegion

LONGEST_WORDS = 100
PHONE = RegexValidator(
    r"^\+?[0-9(][0-9 ()./-]{3,30}( ?(ext\.?|x) ?[0-9]{1,6})?$",
    _("Give a telephone number in digits, such as +55 61 2025-0000 ext. 12."),
)


class ProfileForm(forms.ModelForm):
    """One's own entry in the directory. Reads `languages` and `photo` beside the fields of the account."""

    languages = forms.MultipleChoiceField(
        label=_("Languages you speak"),
        choices=list(SPOKEN.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    photo = forms.FileField(
        label=_("Photo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png"}),
        help_text=_(
            "JPEG or PNG, up to 10 MB. The portal keeps the square in its middle, small, without the place and time "
            "that a camera writes into it."
        ),
    )
    remove_photo = forms.BooleanField(label=_("Remove the photo that is there"), required=False)

    class Meta:
        model = User
        fields = ["name", "office", "phone", "reach", "name_shown_to", "photo_shown_to", "contact_shown_to"]
        labels = {
            "office": _("Office"),
            "phone": _("Telephone"),
            "reach": _("How to reach you"),
            "name_shown_to": _("Who sees your name, office and languages"),
            "photo_shown_to": _("Who sees your photo"),
            "contact_shown_to": _("Who sees how to reach you"),
        }
        help_texts = {
            "office": _("Your ministry, agency or unit, as you would write it on a card."),
            "phone": _("With the country code, such as +55 61 2025-0000."),
            "reach": _("Anything that helps: hours, a duty desk, another person. 500 characters at most."),
            "name_shown_to": _("Counterparts have to know whom to write to, so they always see your name."),
            "photo_shown_to": _("It is never shown to somebody who does not see your name."),
            "contact_shown_to": _(
                "Your e-mail address, telephone and what you write under “How to reach you”. The secretariat always "
                "sees them."
            ),
        }
        widgets = {
            "reach": forms.Textarea(attrs={"rows": 4}),
            "name_shown_to": forms.RadioSelect,
            "photo_shown_to": forms.RadioSelect,
            "contact_shown_to": forms.RadioSelect,
        }

    field_order = ["name", "office", "languages", "phone", "reach", "photo", "remove_photo"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["phone"].validators.append(PHONE)
        for name in ("name_shown_to", "photo_shown_to", "contact_shown_to"):
            field = self.fields[name]
            field.choices = [(value, capfirst(label)) for value, label in field.choices if value]
        self.initial["languages"] = split_list(self.instance.spoken_languages)
        self.initial.pop("photo", None)
        if not self.instance.photo:
            del self.fields["remove_photo"]

    def clean_photo(self):
        upload = self.cleaned_data["photo"]
        return check_photo(upload) if isinstance(upload, UploadedFile) else None

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("photo") and cleaned.get("remove_photo"):
            self.add_error("remove_photo", _("Either remove the photo or send another one."))
        self.instance.spoken_languages = ";".join(cleaned.get("languages", ()))
        return cleaned


class CloseAccountForm(ReauthenticateForm):
    """The password once more, and a sign that one has read what closing does."""

    understood = forms.BooleanField(
        label=_("I have read what is deleted and what stays, and that this cannot be undone."),
        error_messages={"required": _("Tick the box to say that you have read this.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"].validators.append(MaxLengthValidator(PASSWORD_LENGTH))
        self.fields["password"].widget.attrs["maxlength"] = str(PASSWORD_LENGTH)


class DirectoryForm(forms.Form):
    """What to show of the directory. A field that makes no sense asks nothing, and says so."""

    q = forms.CharField(label=_("Name, office or State"), max_length=LONGEST_WORDS, required=False)
    sub_region = forms.ModelChoiceField(
        SubRegion.objects.none(), label=_("Sub-region"), to_field_name="slug", required=False, empty_label=_("All")
    )
    language = forms.ChoiceField(label=_("Speaks"), choices=[("", _("Any language")), *SPOKEN.items()], required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sub_region"].queryset = SubRegion.objects.by_name()

    def asked(self):
        """{"sub_region", "language", "words"} as directory_of takes them."""
        self.is_valid()
        found = self.cleaned_data
        return {
            "sub_region": found.get("sub_region"),
            "language": found.get("language", ""),
            "words": found.get("q", ""),
        }

    @property
    def refused(self):
        """Which fields asked nothing, and why, as the notice of a list takes it."""
        return {"errors": [(self.fields[name].label, " ".join(said)) for name, said in self.errors.items()]}
