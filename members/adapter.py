"""allauth's hooks: who comes in, what is logged and mailed of it, and how second factors are made."""

import time
from io import BytesIO
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members import mfa
from members.audit import audit
from members.models import AuditEntry, User

Kind = AuditEntry.Kind
NOBODY = 0  # the primary key of the stand-in for an account that there is not
# What allauth tells of by mail: kind and words of the log, and what its owner reads.
CHANGES = {
    "account/email/password_changed": (Kind.ACCOUNT, "password changed", _("The password was changed.")),
    "account/email/password_reset": (
        Kind.ACCOUNT,
        "password set by mail",
        _("A new password was set through a link that was mailed to you."),
    ),
    "mfa/email/totp_activated": (
        Kind.SECOND_FACTOR,
        "authenticator app added",
        _("An authenticator app was added as a second factor."),
    ),
    "mfa/email/totp_deactivated": (
        Kind.SECOND_FACTOR,
        "authenticator app taken away",
        _("The authenticator app was taken away."),
    ),
    "mfa/email/webauthn_added": (Kind.SECOND_FACTOR, "passkey added", _("A passkey was added.")),
    "mfa/email/webauthn_removed": (Kind.SECOND_FACTOR, "passkey taken away", _("A passkey was taken away.")),
    "mfa/email/recovery_codes_generated": (
        Kind.SECOND_FACTOR,
        "new recovery codes",
        _("New recovery codes were made; the old ones no longer work."),
    ),
}
FIRST_FACTOR = {"mfa/email/totp_activated", "mfa/email/webauthn_added"}


def sign_in(request, user):
    """Log somebody in who has proved himself otherwise than by a password, as by an invitation.

    Returns the answer that leads on: to his start page, or to what is still asked of him.
    """
    record_authentication(request, user, method="invitation")
    return perform_login(request, user)


def methods_of(request, user):
    """How somebody proved himself in this session, for the log: "password, totp", "passkey"."""
    records = get_authentication_records(request, user)
    words = ["passkey" if one.get("passwordless") else one.get("type", one["method"]) for one in records]
    return ", ".join(word for word in words if not (word == "password" and "passkey" in words))


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are given by invitation; what happens to one is logged, and its owner is told."""

    def is_open_for_signup(self, request):
        return False

    def get_login_redirect_url(self, request):
        """The start page in the person's own language, for whoever asked for no other page."""
        with translation.override(request.user.preferred_language):
            return super().get_login_redirect_url(request)

    def get_password_change_redirect_url(self, request):
        return reverse("members:account")

    def get_reauthentication_methods(self, user):
        words = {
            "reauthenticate": gettext("Use your password"),
            "mfa_reauthenticate": gettext("Use a code from your app, or a recovery code"),
            "mfa_reauthenticate:webauthn": gettext("Use a passkey"),
        }
        return [way | {"description": words[way["id"]]} for way in super().get_reauthentication_methods(user)]

    def is_reauthentication_required(self, *, app, **kwargs):
        """Who has only just logged in is not asked again, so that the first second factor takes one step less."""
        records = get_authentication_records(self.request, self.request.user)
        just_now = records and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT
        return not just_now and super().is_reauthentication_required(app=app, **kwargs)

    # The log

    def refuse(self, user, detail):
        """Log that somebody was not let in; `user` is the account that was tried, or None. Never what was typed."""
        subject = ("account", user.pk if user else None)
        audit(Kind.SIGN_IN_REFUSED, request=self.request, subject=subject, detail=detail)

    def _get_login_attempts_cache_key(self, request, **credentials):
        """The account alone: in allauth's own key stands the host that was asked, whose port anybody may choose."""
        return credentials.get("email", "").lower()

    def pre_authenticate(self, request, **credentials):
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            self.refuse(_account(credentials), "too many tries")
            raise

    def authentication_failed(self, request, **credentials):
        self.refuse(_account(credentials), "password")

    def pre_login(self, request, user, **kwargs):
        response = super().pre_login(request, user, **kwargs)
        if response:
            self.refuse(user, "closed account")
        return response

    def post_login(self, request, user, **kwargs):
        audit(Kind.SIGN_IN, by=user, request=request, detail=methods_of(request, user))
        return super().post_login(request, user, **kwargs)

    def logout(self, request):
        audit(Kind.SIGN_OUT, by=request.user, request=request)
        super().logout(request)

    # Mail

    @transaction.atomic
    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        """After a change of password or second factors: log it and tell the owner."""
        kind, logged, said = CHANGES[template_prefix]
        audit(kind, by=user, request=self.request, subject=("account", user.pk), detail=logged)
        if template_prefix in FIRST_FACTOR and mfa.factors_of(user).count() == 1:
            end_other_sessions(self.request, user)  # they were opened with the password alone
        agent = self.get_http_user_agent(self.request)
        self.tell(user, said, ip=self.get_client_ip(self.request), user_agent=agent)

    def tell(self, user, said, **origin):
        """Mail somebody a lazy sentence about his account, and where the change came from if he made it himself."""
        address = settings.BASE_URL + _in_language_of(user, "members:account")
        context = {"user": user, "said": said, "timestamp": timezone.now(), "account_url": address, **origin}
        self.render_mail("account/email/changed", user.email, context).send()

    @transaction.atomic
    def send_password_reset_mail(self, user, email, context):
        """Where there is no such account all of this is done but the sending, so that both take as long."""
        known = user.pk != NOBODY
        subject = ("account", user.pk if known else None)
        audit(Kind.ACCOUNT, request=self.request, subject=subject, detail="new password asked for")
        with translation.override(user.preferred_language):
            url = self.get_reset_password_from_key_url(f"{context['uid']}-{context['key']}")
        context = context | {"password_reset_url": url}
        if known:
            super().send_password_reset_mail(user, user.email, context)
        else:
            self.render_mail("account/email/password_reset_key", email, context)

    def get_reset_password_from_key_url(self, key):
        path = super().get_reset_password_from_key_url(key)
        return settings.BASE_URL + "/" + path.split("/", 3)[3]

    def render_mail(self, template_prefix, email, context, headers=None):
        """In the language and the time of its reader."""
        user = context["user"]
        with translation.override(user.preferred_language), timezone.override(ZoneInfo(user.time_zone)):
            context = {**context, "base_url": settings.BASE_URL, "time_zone": user.time_zone}
            return super().render_mail(template_prefix, email, context, headers)


def _account(credentials):
    return User.objects.filter(email=credentials.get("email", "").lower()).first()


def _in_language_of(user, name):
    with translation.override(user.preferred_language):
        return reverse(name)


def nobody():
    """The stand-in for an account that there is not."""
    return User(pk=NOBODY, email="nobody@localhost", preferred_language=translation.get_language())


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets are encrypted; passkeys belong to the portal's own address."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not right, or it was used before. Wait for the next one and try again."),
        "incorrect_passkey": _("This passkey was not accepted. Try again, or use another way."),
    }

    def encrypt(self, text):
        return mfa.encrypt(text)

    def decrypt(self, encrypted_text):
        return mfa.decrypt(encrypted_text)

    def build_totp_svg(self, url):
        """On white, so that it can be read in dark colours too."""
        from qrcode import make
        from qrcode.image.svg import SvgPathFillImage

        drawn = BytesIO()
        make(url, image_factory=SvgPathFillImage).save(drawn)
        return drawn.getvalue().decode()

    def generate_authenticator_name(self, user, type):
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)d") % {"number": number}

    def get_public_key_credential_rp_entity(self):
        return {"id": urlsplit(settings.BASE_URL).hostname, "name": settings.MFA_TOTP_ISSUER}


class SessionsAdapter(DefaultUserSessionsAdapter):
    """What ends elsewhere is logged."""

    def end_sessions(self, sessions):
        super().end_sessions(sessions)
        for person in {session.user for session in sessions}:
            number = sum(session.user == person for session in sessions)
            detail = f"{number} other sessions ended"
            audit(Kind.ACCOUNT, by=person, subject=("account", person.pk), detail=detail)
