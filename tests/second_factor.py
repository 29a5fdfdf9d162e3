"""Second factors for tests: an authenticator app in a few lines, built on allauth's own arithmetic."""

import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value

from tests.factories import PASSWORD

START = "/en/desk/"  # where a log-in leads
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PERIOD = 30


def code_of(secret=SECRET, periods=0):
    """What the app shows now, or so many half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD + periods))


def give_app(user, *, codes=False):
    """Give an account an authenticator app, and recovery codes where they are asked for."""
    app = TOTP.activate(user, SECRET).instance
    if codes:
        RecoveryCodes.activate(user).mark_as_viewed()
    return app


def log_in(client, user, *, code=None, password=PASSWORD, **extra):
    """The answer to the log-in form, or to the code after it."""
    answer = client.post("/en/account/login/", {"login": user.email, "password": password}, **extra)
    return client.post("/en/account/security/confirm/", {"code": code}, **extra) if code else answer
