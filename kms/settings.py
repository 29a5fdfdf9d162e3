"""The one settings file. Secure by default; every choice of the place it runs in is an environment variable."""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from core.editor import CKEDITOR_CONFIGS  # noqa: F401 - django-ckeditor reads it here

BASE_DIR = Path(__file__).resolve().parent.parent
env = os.environ.get

DEMO = env("KMS_DEMO") == "1"
DEBUG = env("KMS_DEBUG") == "1" and DEMO
DATA_DIR = Path(env("KMS_DATA_DIR") or BASE_DIR / "var").resolve()
VERSION = (BASE_DIR / "VERSION").read_text().strip()

# What production cannot start without, and what each is for.
REQUIRED = {
    "KMS_SECRET_KEY": "a random text of 50 characters or more that signs sessions",
    "KMS_MFA_KEYS": "the key that encrypts second factors, made by: openssl rand -base64 32 | tr '+/' '-_'",
    "KMS_BASE_URL": "the address people use, such as https://kms.example.org",
    "KMS_CONTACT_EMAIL": "the mailbox that answers questions and security reports",
    "DATABASE_URL": "the database, such as postgres://user:password@host/name",
    "EMAIL_HOST": "the SMTP server that sends the portal's mail",
    "EMAIL_FROM": "the sender of the portal's mail",
}
if not DEMO:
    missing = [f"{name} ({reason})" for name, reason in REQUIRED.items() if not env(name)]
    if missing:
        raise ImproperlyConfigured(
            "The portal does not start in production without: "
            + "; ".join(missing)
            + ". Set them, or set KMS_DEMO=1 to try the portal on this machine only."
        )


def whole(name, default, *, low=0, high):
    """A variable that is a whole number."""
    text = env(name) or str(default)
    if not (re.fullmatch("[0-9]{1,9}", text) and low <= int(text) <= high):
        raise ImproperlyConfigured(f"{name} must be a whole number from {low} to {high}; it is {text!r}.")
    return int(text)


def switch(name, default):
    """A variable that is 1 for yes or 0 for no."""
    text = env(name) or str(int(default))
    if text not in ("0", "1"):
        raise ImproperlyConfigured(f"{name} must be 1 or 0; it is {text!r}.")
    return text == "1"


def mfa_keys():
    """The keys of second factors, the newest first; what is wrong with one is not printed."""
    text = env("KMS_MFA_KEYS")
    keys = [key.strip() for key in text.split(",")] if text else []
    if not all(re.fullmatch("[A-Za-z0-9_-]{43}=", key) for key in keys):
        raise ImproperlyConfigured(
            "KMS_MFA_KEYS must be keys of 32 bytes in URL-safe Base64, separated by commas, the newest first."
            " Each is made by: openssl rand -base64 32 | tr '+/' '-_'"
        )
    return keys


def base_url():
    """The portal's own address, without a path: its pages stand at the root of their host."""
    text = env("KMS_BASE_URL") or f"http://localhost:{PORT}"
    scheme = "https?" if DEMO else "https"
    if not re.fullmatch(rf"{scheme}://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{{1,5}})?/*", text):
        raise ImproperlyConfigured(
            f"KMS_BASE_URL must be https:// and a host without a path, such as https://kms.example.org; it is {text!r}."
        )
    return text.rstrip("/")


def database():
    """The settings of the database. What is wrong with an address is not printed: it holds a password."""
    try:
        found = dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)
    except ValueError:
        found = {}
    if found.get("ENGINE", "").split(".")[-1] not in {"postgresql", "sqlite3"} or not found["NAME"]:
        raise ImproperlyConfigured(
            "DATABASE_URL must be the address of a PostgreSQL database, such as postgres://user:password@host/name"
            ", or of a SQLite file, such as sqlite:////folder/file. Special characters are percent-encoded."
        )
    return found


def scanner():
    """Where ClamAV's daemon listens: (host, port), the path of its socket, or None where files are not scanned."""
    text = env("KMS_CLAMAV") or ""
    if not text or re.fullmatch(r"/\S{1,100}", text):
        return text or None
    if match := re.fullmatch(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})", text):
        return match[1].strip("[]"), int(match[2])
    raise ImproperlyConfigured(
        f"KMS_CLAMAV must be host:port or the path of a socket, such as /run/clamav/clamd.ctl; it is {text!r}."
    )


def audit_handler():
    """Where the lines of the audit log go: beside the other lines, or into a file of their own that may be rotated."""
    text = env("KMS_AUDIT_LOG") or ""
    if not text:
        return {"class": "logging.StreamHandler", "formatter": "bare"}
    path = Path(text)
    writable = os.access(path if path.exists() else path.parent, os.W_OK)
    if not path.is_absolute() or path.is_dir() or not writable:
        raise ImproperlyConfigured(
            f"KMS_AUDIT_LOG must be the whole path of a file in a folder that the portal may write to; it is {text!r}."
        )
    options = {"filename": text, "encoding": "utf-8", "delay": True}
    return {"class": "logging.handlers.WatchedFileHandler", "formatter": "bare", **options}


def demo_secret_key():
    """The demo's own key, made once and kept in the data folder."""
    path = DATA_DIR / "keys" / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(get_random_secret_key())
    return path.read_text()


SECRET_KEY = env("KMS_SECRET_KEY") or demo_secret_key()
SECRET_KEY_FALLBACKS = (env("KMS_SECRET_KEY_FALLBACKS") or "").replace(",", " ").split()
PORT = whole("PORT", 8000, low=1, high=65535)
BASE_URL = base_url()
CONTACT_EMAIL = env("KMS_CONTACT_EMAIL") or "secretariat@kms.example"
ALLOWED_HOSTS = [host.strip() for host in (env("KMS_HOSTS") or urlsplit(BASE_URL).hostname).split(",")]
if DEMO:
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = [
    "modeltranslation",  # before the admin, whose forms it extends
    "kms",
    "core",
    "reference",
    "members",
    "documents",
    "notifications",
    "moderation",
    "events",
    "legislation",
    "programme",
    "training",
    "consultations",
    "community",
    "kms.apps.StaticFiles",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "ckeditor",
    "csp",
    "django_filters",
    "django_q",
    "import_export",
    "simple_history",
]

MIDDLEWARE = [
    "core.middleware.HeadersMiddleware",  # above all that may answer, so that every answer has them
    "csp.middleware.CSPMiddleware",
    "core.middleware.MethodsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "members.middleware.SessionLimitsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "members.middleware.LogOutMiddleware",
    "members.middleware.TimeZoneMiddleware",
    "members.middleware.SecondFactorMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "members.tracing.TraceMiddleware",
]

ROOT_URLCONF = "kms.urls"
WSGI_APPLICATION = "kms.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kms.context.frame",
            ],
        },
    }
]

DATABASE_URL = env("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'kms.sqlite3'}"
DATABASES = {"default": database()}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Rate limits of the log-in hold across workers, so they live in a table.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "kms_cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    },
    # Open pages, a worker's own; bounded, and apart from the rate limits, which it must not push out.
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "TIMEOUT": 24 * 60 * 60,
        "OPTIONS": {"MAX_ENTRIES": 500},
    },
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español"), ("pt-br", "Português"), ("fr", "Français")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["kms.formats"]
TIME_ZONE = "UTC"
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_LANGUAGES = MODELTRANSLATION_FALLBACK_LANGUAGES = ("en", "es", "pt", "fr")
MODELTRANSLATION_CUSTOM_FIELDS = ("CleanHTMLField",)

AUTH_USER_MODEL = "members.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "members.passwords.OwnWordsValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "kms:desk"
ACCOUNT_ADAPTER = "members.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_FORMS = {"login": "members.forms.LoginForm", "reset_password": "members.forms.ResetPasswordForm"}
USERSESSIONS_ADAPTER = "members.adapter.SessionsAdapter"
MFA_ADAPTER = "members.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an account's address was proved by its invitation
MFA_TOTP_ISSUER = "IPO Americas KMS"
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "members.forms.AuthenticateForm",
    "reauthenticate": "members.forms.ReauthenticateForm",
    "activate_totp": "members.forms.ActivateTOTPForm",
    "add_webauthn": "members.forms.AddPasskeyForm",
    "authenticate_webauthn": "members.forms.AuthenticatePasskeyForm",
    "login_webauthn": "members.forms.LoginPasskeyForm",
    "reauthenticate_webauthn": "members.forms.ReauthenticatePasskeyForm",
}
MFA_KEYS = mfa_keys()
REQUIRE_MFA = switch("KMS_REQUIRE_MFA", not DEMO)
REQUIRE_MFA_OF_FOCAL_POINTS = switch("KMS_MFA_FOCAL_POINTS", True)
if not (DEMO or REQUIRE_MFA):
    raise ImproperlyConfigured("KMS_REQUIRE_MFA cannot be 0 in production: the secretariat needs a second factor.")
ACCOUNT_EMAIL_VERIFICATION = "none"  # the secretariat makes the accounts; nobody signs up
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "kms:home"  # in the language of the page that was left
ACCOUNT_SESSION_REMEMBER = False
ALLAUTH_TRUSTED_PROXY_COUNT = whole("KMS_TRUSTED_PROXY_COUNT", 0, high=10)
SESSION_ENGINE = "members.sessions"
SESSION_LONGEST = 12 * 60 * 60
SESSION_COOKIE_AGE = 2 * 60 * 60  # since it was written last: the limit of idle time
SESSION_WRITTEN_EVERY = 10 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# Cookies with the __Host- prefix need HTTPS; the demo on loopback has none.
HTTPS = not DEMO
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = COOKIE_PREFIX + "session"
CSRF_COOKIE_NAME = COOKIE_PREFIX + "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no cookie of its own
CSRF_TRUSTED_ORIGINS = [BASE_URL] if HTTPS else []
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 50  # forms take fewer, and say so beside the text that they give back

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_ALLOW_ALL_ORIGINS = False
STATICFILES_DIRS = [BASE_DIR / "static"]
DOCUMENT_ROOT = DATA_DIR / "documents"
DOCUMENT_MAX_BYTES = whole("KMS_DOCUMENT_MAX_MB", 25, low=1, high=10_000) * 1024 * 1024
CLAMAV = scanner()
STORAGES = {
    "default": {"BACKEND": "documents.storage.DocumentStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

EMAIL_BACKEND = "core.mail.QueuedEmailBackend"
EMAIL_DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
if DEMO and not env("EMAIL_HOST"):
    EMAIL_DELIVERY_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_HOST = env("EMAIL_HOST") or "localhost"
EMAIL_PORT = whole("EMAIL_PORT", 25, low=1, high=65535)
EMAIL_HOST_USER = env("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = env("EMAIL_USE_TLS") == "1"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("EMAIL_FROM") or "IPO Americas KMS <no-reply@kms.example>"

Q_CLUSTER = {
    "name": "kms",
    "orm": "default",
    "workers": 2,  # one may be at a long PDF while the other sends mail
    "timeout": 120,
    "retry": 180,
    "max_attempts": 5,
    "ack_failures": False,
    "catch_up": False,
    "save_limit": 1000,
    "poll": 1,
    "bulk": 5,
    "guard_cycle": 1,
}

IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "change"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "view"

SILENCED_SYSTEM_CHECKS = ["ckeditor.W001"]  # end of life is known: core/richtext.py and docs/adr/0004

AUDIT_MONTHS = whole("KMS_AUDIT_MONTHS", 24, low=1, high=600)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "core.lines.LineFormatter", "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "bare": {"format": "%(message)s"},  # each line of the audit log is JSON
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
        "audit": audit_handler(),
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "audit": {"handlers": ["audit"], "level": "INFO", "propagate": False},
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.security.DisallowedHost": {"handlers": ["nowhere"], "propagate": False},  # anybody can cause it at will
    },
}
