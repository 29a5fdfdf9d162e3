"""allauth's forms with bounded inputs."""

from allauth.account import forms as allauth_forms
from django.core.validators import MaxLengthValidator

EMAIL_LENGTH, PASSWORD_LENGTH = 254, 1024


def _bound(field, length):
    """Limit a text field's length in the form and in the browser."""
    field.max_length = length
    field.validators.append(MaxLengthValidator(length))
    field.widget.attrs["maxlength"] = str(length)


class LoginForm(allauth_forms.LoginForm):
    """The log-in; an address or password of any length would be an error of the database otherwise."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _bound(self.fields["login"], EMAIL_LENGTH)
        _bound(self.fields["password"], PASSWORD_LENGTH)


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _bound(self.fields["email"], EMAIL_LENGTH)
