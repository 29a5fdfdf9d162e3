"""The forms of allauth with bounded inputs, each refusal logged; and the form of one's preferences."""

from allauth.account import forms as account_forms
from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.mfa.adapter import get_adapter as get_factor_adapter
from allauth.mfa.base import forms as factor_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as passkey_forms
from django import forms
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from core.text import refuse_markup
from members import mfa
from members.adapter import nobody
from members.preferences import time_zone_choices

EMAIL_LENGTH, PASSWORD_LENGTH, CODE_LENGTH, NAME_LENGTH = 254, 1024, 32, 50
CREDENTIAL_LENGTH = 20_000
# What reading a made-up passkey may end in.
GARBAGE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def _bound(field, length):
    """Limit a text field's length in the form and in the browser."""
    field.max_length = length
    field.validators.append(MaxLengthValidator(length))
    field.widget.attrs["maxlength"] = str(length)


class LoginForm(account_forms.LoginForm):
    """The log-in; an address or password of any length would be an error of the database otherwise."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _bound(self.fields["login"], EMAIL_LENGTH)
        _bound(self.fields["password"], PASSWORD_LENGTH)


class ResetPasswordForm(account_forms.ResetPasswordForm):
    """The mail for a new password; the same work is done where there is no such account."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _bound(self.fields["email"], EMAIL_LENGTH)

    def save(self, request, **kwargs):
        if not self.users:
            self.users, kwargs["token_generator"] = [nobody()], default_token_generator
        return super().save(request, **kwargs)


# Codes


def _code(field, label):
    _bound(field, CODE_LENGTH)
    field.label = label
    field.widget.attrs.update(inputmode="numeric", placeholder="")


def _used_once(form, code):
    if not mfa.use_once(form.user, code):
        raise get_factor_adapter().validation_error("incorrect_code")
    return code


def _proved(form, clean):
    """A right code; a wrong one is logged."""
    try:
        return _used_once(form, clean())
    except ValidationError:
        get_account_adapter().refuse(form.user, "code")
        raise


class AuthenticateForm(factor_forms.AuthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _code(self.fields["code"], _("Code from your app, or a recovery code"))

    def clean_code(self):
        return _proved(self, super().clean_code)


class ReauthenticateForm(factor_forms.ReauthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _code(self.fields["code"], _("Code from your app, or a recovery code"))

    def clean_code(self):
        return _proved(self, super().clean_code)


class ActivateTOTPForm(totp_forms.ActivateTOTPForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _code(self.fields["code"], _("Code from the app"))

    def clean_code(self):
        return _used_once(self, super().clean_code())


# Passkeys


class CredentialField(forms.JSONField):
    """What a browser says about a passkey: an object of bounded size, which is never given back."""

    widget = forms.HiddenInput

    def to_python(self, value):
        if isinstance(value, str) and len(value) > CREDENTIAL_LENGTH:
            raise get_factor_adapter().validation_error("incorrect_passkey")
        try:
            found = super().to_python(value)
        except RecursionError as error:
            raise get_factor_adapter().validation_error("incorrect_passkey") from error
        if found is not None and not isinstance(found, dict):
            raise get_factor_adapter().validation_error("incorrect_passkey")
        return found

    def bound_data(self, data, initial):
        return None

    def prepare_value(self, value):
        return ""


def _passkey(credential, clean):
    """The result of `clean`, where the credential is one of this portal's pages."""
    refused = get_factor_adapter().validation_error("incorrect_passkey")
    try:
        if mfa.is_from_here(credential):
            return clean()
    except (ValidationError, *GARBAGE) as error:
        raise refused from error
    raise refused


def _proved_by_passkey(form, clean):
    """The passkey that proves somebody; a refusal is logged."""
    try:
        return _passkey(form.cleaned_data["credential"], clean)
    except ValidationError:
        get_account_adapter().refuse(form.user, "passkey")
        raise


class AddPasskeyForm(passkey_forms.AddWebAuthnForm):
    """A new passkey; one that needs no password unless its owner says otherwise."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        name, passwordless = self.fields["name"], self.fields["passwordless"]
        self.fields["credential"] = CredentialField()
        _bound(name, NAME_LENGTH)
        name.validators.append(refuse_markup)
        name.label = _("Name")
        name.help_text = _("By which you know it again, such as “My phone”.")
        passwordless.initial = True
        passwordless.label = _("Log in with it alone, without the password")
        passwordless.help_text = _("Untick this for a security key that has neither a PIN nor a fingerprint reader.")

    def clean(self):
        credential = self.cleaned_data.get("credential")
        return _passkey(credential, super().clean) if credential else self.cleaned_data


class AuthenticatePasskeyForm(passkey_forms.AuthenticateWebAuthnForm):
    credential = CredentialField()

    def clean_credential(self):
        return _proved_by_passkey(self, super().clean_credential)


class LoginPasskeyForm(passkey_forms.LoginWebAuthnForm):
    credential = CredentialField()

    def clean_credential(self):
        return _proved_by_passkey(self, super().clean_credential)


class ReauthenticatePasskeyForm(passkey_forms.ReauthenticateWebAuthnForm):
    credential = CredentialField()

    def clean_credential(self):
        return _proved_by_passkey(self, super().clean_credential)


# Preferences


class PreferencesForm(forms.Form):
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_("After the log-in the portal opens in this language, and writes its mail in it."),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zone_choices,
        help_text=_("Times are shown in it. Choose the city whose clocks show your time."),
    )
