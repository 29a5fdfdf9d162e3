"""Second factors: of whom one is demanded, what a person has, and how their secrets are kept."""

import base64
import json
from functools import lru_cache, wraps
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.access import Role, role_of
from members.audit import audit
from members.models import AuditEntry, User
from members.sessions import end_sessions

Type = Authenticator.Type
DEFAULT_PORTS = {"https": 443, "http": 80}
TAKEN_AWAY = gettext_lazy("Your second factors and recovery codes were taken away at your request; add a new one.")


def is_demanded(user):
    """Whether the portal demands a second factor of an account, by its role today."""
    if not settings.REQUIRE_MFA:
        return False
    role = role_of(user)
    if role in (Role.SECRETARIAT, Role.ADMINISTRATOR):
        return True
    return role in (Role.ALTERNATE, Role.FOCAL_POINT) and settings.REQUIRE_MFA_OF_FOCAL_POINTS


def factors_of(user):
    """The second factors of an account; recovery codes only stand in for one."""
    return Authenticator.objects.filter(user_id=user.pk).exclude(type=Type.RECOVERY_CODES).order_by("created_at")


def must_enrol(user):
    """Whether somebody has to add a second factor before he sees anything else."""
    return user.is_authenticated and is_demanded(user) and not factors_of(user).exists()


def security_of(user):
    """What the pages about one's account say of the log-in: {app, passkeys, since, codes_left, codes_unseen, …}."""
    rows = list(Authenticator.objects.filter(user_id=user.pk).order_by("created_at"))
    apps, codes, passkeys = (
        [row for row in rows if row.type == kind] for kind in (Type.TOTP, Type.RECOVERY_CODES, Type.WEBAUTHN)
    )
    demanded = is_demanded(user)
    return {
        "app": next(iter(apps), None),
        "passkeys": [{"key": row.pk, "name": row.data["name"], "row": row} for row in passkeys],
        "since": min((row.created_at for row in apps + passkeys), default=None),
        "codes_left": app_settings.RECOVERY_CODE_COUNT - codes[0].data["used_mask"].bit_count() if codes else None,
        "codes_unseen": bool(codes) and not codes[0].wrap().did_view,
        "demanded": demanded,
        "must_enrol": demanded and not apps and not passkeys,
    }


def unseen_codes(user):
    """The RecoveryCodes that their owner has not yet confirmed to have kept, or None."""
    row = Authenticator.objects.filter(user_id=user.pk, type=Type.RECOVERY_CODES).first()
    return row.wrap() if row and not row.wrap().did_view else None


def _one_at_a_time(request):
    """Of two posts at a time the second sees what the first left."""
    if request.method == "POST" and request.user.is_authenticated:
        User.objects.select_for_update().get(pk=request.user.pk)


def adding_an_app(view):
    """The view that adds an app, once: a second post of the same form leads where the first one did."""

    @wraps(view)
    @transaction.atomic
    def guarded(request, *args, **kwargs):
        _one_at_a_time(request)
        if request.user.is_authenticated and factors_of(request.user).filter(type=Type.TOTP).exists():
            return redirect("mfa_view_recovery_codes" if unseen_codes(request.user) else "mfa_index")
        return view(request, *args, **kwargs)

    return guarded


def keeping_a_factor(view):
    """A view that takes a factor away, except the last one of somebody of whom one is demanded."""

    @wraps(view)
    @transaction.atomic
    def guarded(request, *args, **kwargs):
        user = request.user
        _one_at_a_time(request)
        if user.is_authenticated and is_demanded(user) and factors_of(user).count() == 1:
            said = _("Your account must keep a second factor. Add another one first, then take this one away.")
            messages.error(request, said)
            return redirect("mfa_index")
        return view(request, *args, **kwargs)

    return guarded


@transaction.atomic
def forget_second_factors(*, user, by):
    """Take all second factors from somebody who lost them, and end his sessions. Returns how many there were."""
    rows = Authenticator.objects.filter(user_id=user.pk)
    number = factors_of(user).count()
    rows.delete()
    end_sessions(user)
    audit(AuditEntry.Kind.SECOND_FACTOR, by=by, subject=("account", user.pk), detail="second factors taken away")
    get_account_adapter().tell(user, TAKEN_AWAY)
    return number


def use_once(user, code):
    """Note that a code was used; False where it was used before, for as long as it would be right."""
    lasts = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
    digits = "".join(sign for sign in code if sign.isalnum())
    return cache.add(f"members.mfa.used:{user.pk}:{digits}", True, timeout=lasts)


def origin():
    """Scheme, host and port of the portal, as browsers write them."""
    parts = urlsplit(settings.BASE_URL)
    port = "" if parts.port in (None, DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname}{port}"


def is_from_here(credential):
    """Whether a browser made a passkey's answer on a page of this portal; garbage raises what it is."""
    said = credential["response"]["clientDataJSON"]
    padded = said + "=" * (-len(said) % 4)
    return json.loads(base64.urlsafe_b64decode(padded))["origin"] == origin()


# Secrets


def encrypt(text):
    return _cipher(*_keys()).encrypt(text.encode()).decode()


def decrypt(text):
    from cryptography.fernet import InvalidToken

    try:
        return _cipher(*_keys()).decrypt(text.encode()).decode()
    except InvalidToken as error:
        raise ImproperlyConfigured("KMS_MFA_KEYS lacks the key that encrypted this second factor.") from error


def _keys():
    return settings.MFA_KEYS or [_derived(settings.SECRET_KEY)]


@lru_cache(maxsize=4)
def _cipher(*keys):
    """The first key encrypts, all decrypt."""
    from cryptography.fernet import Fernet, MultiFernet

    return MultiFernet([Fernet(key) for key in keys])


@lru_cache(maxsize=4)
def _derived(secret):
    """The demo's key."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"second factors").derive(secret.encode())
    return base64.urlsafe_b64encode(made).decode()


@transaction.atomic
def encrypt_anew():
    """Encrypt every secret with the first key, so that the others can go. Returns how many factors that were."""
    rows = Authenticator.objects.select_for_update().exclude(type=Type.WEBAUTHN)
    for row in rows:
        row.data |= {name: encrypt(decrypt(row.data[name])) for name in ("secret", "seed") if name in row.data}
        row.save(update_fields=["data"])
    return len(rows)
