"""The settings: production refuses to start without its secrets, the demo stays on this machine."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured

from conftest import BACKEND
from kms.settings import mfa_keys, switch
from tests.factories import make_user

SECRETS = [
    "KMS_SECRET_KEY", "KMS_MFA_KEYS", "KMS_BASE_URL", "KMS_CONTACT_EMAIL", "DATABASE_URL", "EMAIL_HOST", "EMAIL_FROM",
]  # fmt: skip
MFA_KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEF-="


@pytest.fixture
def production(tmp_path):
    """Every variable that production needs, and nothing of the tests' own."""
    return {
        "PATH": os.environ["PATH"],
        "KMS_DATA_DIR": str(tmp_path),
        "KMS_SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-+",
        "KMS_MFA_KEYS": MFA_KEY,
        "KMS_BASE_URL": "https://kms.example.org",
        "KMS_CONTACT_EMAIL": "kms@example.org",
        "DATABASE_URL": f"sqlite:///{tmp_path}/kms.sqlite3",
        "EMAIL_HOST": "mail.example.org",
        "EMAIL_FROM": "kms@example.org",
    }


def manage(environment, *arguments):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def printed(environment, *names):
    """The values that some settings have in an environment."""
    code = f"from django.conf import settings as s; print({', '.join(f's.{name}' for name in names)})"
    done = manage(environment, "shell", "--no-imports", "-c", code)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("name", SECRETS)
def test_production_refuses_to_start_without_a_secret_and_says_which(production, name):
    del production[name]
    done = manage(production, "check")
    assert done.returncode == 1
    refusal = done.stderr.strip().splitlines()[-1]
    assert f"without: {name} (" in refusal
    assert [other for other in SECRETS if f"{other} (" in refusal] == [name]


def test_production_names_all_that_is_missing_at_once(production, tmp_path):
    done = manage({"PATH": production["PATH"], "KMS_DATA_DIR": str(tmp_path / "new")}, "check")
    assert [name for name in SECRETS if f"{name} (" in done.stderr] == SECRETS
    assert not (tmp_path / "new").exists()


def test_an_empty_secret_is_a_missing_one(production):
    done = manage(production | {"KMS_SECRET_KEY": ""}, "check")
    assert done.returncode == 1
    assert "KMS_SECRET_KEY (" in done.stderr


def test_production_passes_the_check_for_deployment(production):
    done = manage(production, "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


def test_key_that_was_replaced_counts_for_as_long_as_it_is_named(production):
    assert printed(production, "SECRET_KEY_FALLBACKS") == "[]"
    production["KMS_SECRET_KEY_FALLBACKS"] = "the-one-before, the-one-before-that"
    assert printed(production, "SECRET_KEY_FALLBACKS") == "['the-one-before', 'the-one-before-that']"


def test_production_never_debugs(production):
    assert printed(production | {"KMS_DEBUG": "1"}, "DEBUG", "DEMO") == "False False"


def test_production_serves_only_its_own_host(production):
    assert printed(production, "ALLOWED_HOSTS") == "['kms.example.org']"


def test_production_sends_its_cookies_over_https_only(production):
    names = ("SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE")
    assert printed(production, *names) == "__Host-session True __Host-csrf True"


def test_session_ends_with_the_browser_and_after_two_idle_hours(production):
    names = ("SESSION_EXPIRE_AT_BROWSER_CLOSE", "SESSION_COOKIE_AGE", "SESSION_LONGEST", "SESSION_ENGINE")
    assert printed(production, *names) == "True 7200 43200 members.sessions"


def test_static_files_are_for_no_other_origin(production):
    assert printed(production, "WHITENOISE_ALLOW_ALL_ORIGINS") == "False"


def refusal(environment):
    """The last line of a start that the settings refuse."""
    done = manage(environment, "check")
    assert done.returncode == 1
    said = done.stderr.strip().splitlines()[-1]
    assert said.startswith("django.core.exceptions.ImproperlyConfigured: ")
    return said.partition(": ")[2]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PORT", "abc", "from 1 to 65535; it is 'abc'"),
        ("PORT", "0", "from 1 to 65535; it is '0'"),
        ("PORT", "65536", "from 1 to 65535; it is '65536'"),
        ("KMS_TRUSTED_PROXY_COUNT", "one", "from 0 to 10; it is 'one'"),
        ("KMS_TRUSTED_PROXY_COUNT", "-1", "from 0 to 10; it is '-1'"),
        ("KMS_DOCUMENT_MAX_MB", "x", "from 1 to 10000; it is 'x'"),
        ("KMS_DOCUMENT_MAX_MB", "²", "from 1 to 10000; it is '²'"),
        ("EMAIL_PORT", "x", "from 1 to 65535; it is 'x'"),
    ],
)
def test_a_number_that_is_none_is_refused_with_what_is_expected(production, name, value, expected):
    environment = production | {name: value, "PYTHONUTF8": "1"}
    assert refusal(environment) == f"{name} must be a whole number {expected}."


@pytest.mark.parametrize("keys", ["hush", f"hush,{MFA_KEY}", f"{MFA_KEY},{MFA_KEY}=", MFA_KEY.replace("-", "+"), ","])
def test_key_of_second_factors_that_is_none_is_refused_and_not_printed(keys, monkeypatch):
    monkeypatch.setenv("KMS_MFA_KEYS", keys)
    with pytest.raises(ImproperlyConfigured, match="KMS_MFA_KEYS must be keys of 32 bytes") as refused:
        mfa_keys()
    assert "hush" not in str(refused.value)


def test_production_demands_second_factors_and_the_demo_only_where_it_is_told_to(production, tmp_path):
    names = ("REQUIRE_MFA", "REQUIRE_MFA_OF_FOCAL_POINTS", "MFA_KEYS")
    two = {"KMS_MFA_KEYS": f"{MFA_KEY}, {MFA_KEY}", "KMS_MFA_FOCAL_POINTS": "0"}
    assert printed(production, *names) == f"True True {[MFA_KEY]}"
    assert printed(production | two, *names) == f"True False {[MFA_KEY] * 2}"
    demo = {"PATH": os.environ["PATH"], "KMS_DEMO": "1", "KMS_DATA_DIR": str(tmp_path), "KMS_REQUIRE_MFA": "1"}
    assert printed(demo, *names) == "True True []"
    assert settings.REQUIRE_MFA is False, "the tests are a demo"


def test_second_factors_cannot_be_switched_off_in_production(production):
    assert refusal(production | {"KMS_REQUIRE_MFA": "0"}) == (
        "KMS_REQUIRE_MFA cannot be 0 in production: the secretariat needs a second factor."
    )


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("0", False), ("", True)])
def test_switch_is_on_off_or_as_it_is_by_default(value, expected, monkeypatch):
    monkeypatch.setenv("KMS_MFA_FOCAL_POINTS", value)
    assert switch("KMS_MFA_FOCAL_POINTS", True) is expected


def test_switch_that_is_neither_on_nor_off_is_refused(monkeypatch):
    monkeypatch.setenv("KMS_MFA_FOCAL_POINTS", "no")
    with pytest.raises(ImproperlyConfigured, match="^KMS_MFA_FOCAL_POINTS must be 1 or 0; it is 'no'.$"):
        switch("KMS_MFA_FOCAL_POINTS", True)


@pytest.mark.parametrize(
    "address",
    ["kms.example.org", "http://kms.example.org", "https://kms.example.org/sub", "https://", "https://[", "ftp://a",
     "https://user@kms.example.org", "https://kms.example.org?a=b", "https://kms.example.org:port"],
)  # fmt: skip
def test_production_refuses_an_address_that_is_not_https_and_a_host(production, address):
    assert refusal(production | {"KMS_BASE_URL": address}) == (
        f"KMS_BASE_URL must be https:// and a host without a path, such as https://kms.example.org; it is {address!r}."
    )


def test_the_address_may_end_in_a_slash_and_the_demo_needs_no_https(production, tmp_path):
    assert printed(production | {"KMS_BASE_URL": "https://kms.example.org:8443/"}, "BASE_URL", "ALLOWED_HOSTS") == (
        "https://kms.example.org:8443 ['kms.example.org']"
    )
    demo = {"PATH": os.environ["PATH"], "KMS_DEMO": "1", "KMS_DATA_DIR": str(tmp_path)}
    assert printed(demo | {"KMS_BASE_URL": "http://localhost:8123"}, "BASE_URL") == "http://localhost:8123"
    assert refusal(demo | {"KMS_BASE_URL": "localhost:8123"}).startswith("KMS_BASE_URL must be ")


@pytest.mark.parametrize(
    "address",
    ["mysql", "nonsense", "mysql://kms:hush@host/kms", "postgres://kms:hush@host", "postgres://kms:hush@host:port/kms",
     "postgres://kms:hush[@host/kms"],
)  # fmt: skip
def test_an_address_of_no_database_is_refused_without_its_password(production, address):
    done = manage(production | {"DATABASE_URL": address}, "check")
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(
        "django.core.exceptions.ImproperlyConfigured: DATABASE_URL must be the address of a PostgreSQL"
    )
    assert "hush" not in done.stderr


def test_a_start_that_is_refused_says_one_sentence_and_no_traceback(production):
    done = subprocess.run(
        [sys.executable, "scripts/portal.py"],
        cwd=settings.BASE_DIR,
        env=production | {"PORT": "abc"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "PORT must be a whole number from 1 to 65535; it is 'abc'.\n")


def test_messages_have_no_cookie_and_cost_a_visitor_neither_session_nor_query(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/en/nothing/")  # its frame asks for messages
    assert "messages" in response.context
    assert (dict(response.cookies), Session.objects.count()) == ({}, 0)


def test_a_message_is_shown_once(client, db):
    client.force_login(make_user(), backend=BACKEND)
    assert "messages" not in client.post("/en/community/unread/read/").cookies
    told = [len(client.get("/en/").context["messages"]) for _ in range(2)]
    assert told == [1, 0]


def test_the_demo_keeps_the_key_it_made(tmp_path):
    environment = {"PATH": os.environ["PATH"], "KMS_DEMO": "1", "KMS_DATA_DIR": str(tmp_path)}
    first, second = printed(environment, "SECRET_KEY"), printed(environment, "SECRET_KEY")
    assert first == second == (tmp_path / "keys" / "secret_key").read_text()
    assert (tmp_path / "keys" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_the_demo_never_takes_another_host(tmp_path):
    environment = {
        "PATH": os.environ["PATH"],
        "KMS_DEMO": "1",
        "KMS_DATA_DIR": str(tmp_path),
        "KMS_HOSTS": "evil.example",
    }
    assert printed(environment, "ALLOWED_HOSTS", "DEBUG") == "['localhost', '127.0.0.1', '[::1]'] False"


def test_the_demo_refuses_other_hosts(client, settings):
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]  # the test runner adds one of its own
    assert client.get("/robots.txt", headers={"host": "localhost"}).status_code == 200
    assert client.get("/robots.txt", headers={"host": "kms.example.org"}).status_code == 400


@pytest.mark.parametrize(
    ("environment", "bind"),
    [
        ({"KMS_DEMO": "1", "PORT": "8123", "KMS_BIND": "0.0.0.0:80"}, "127.0.0.1:8123"),
        ({"PORT": "8123"}, "127.0.0.1:8123"),
        ({}, "127.0.0.1:8000"),
        ({"KMS_BIND": "0.0.0.0:9000"}, "0.0.0.0:9000"),
    ],
)
def test_the_web_server_listens_on_loopback_unless_production_says_otherwise(environment, bind):
    code = "import runpy; print(runpy.run_path('gunicorn.conf.py')['bind'])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == bind
