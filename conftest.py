"""The cast of the tests, and what a browser test needs. The settings are in tests/settings.py."""

import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.utils import translation

from members.actions import set_staff
from tests.factories import make_mandate, make_organisation, make_state, make_user

sys.path.append(str(Path(__file__).parent / "scripts"))
from catalogues import compile_catalogues

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def pytest_configure():
    compile_catalogues()


def pytest_report_header():
    return f"database: {connection.vendor}"


@pytest.fixture(autouse=True)
def english():
    """Every test begins in English, whatever the last page of the test before was in."""
    translation.activate("en")


@pytest.fixture
def brazil(db):
    return make_state(iso3="BRA", iso2="BR", slug="brazil", name="Brazil")


@pytest.fixture
def mexico(db):
    return make_state(iso3="MEX", iso2="MX", slug="mexico", name="Mexico")


@pytest.fixture
def visitor():
    return AnonymousUser()


@pytest.fixture
def partner(db):
    return make_user(email="partner@example.org", organisation=make_organisation())


@pytest.fixture
def expert(brazil):
    return make_user(email="expert@example.org", state=brazil)


@pytest.fixture
def alternate(brazil):
    return make_mandate(person=make_user(email="alternate@example.org", state=brazil), role="alternate").person


@pytest.fixture
def focal_point(brazil):
    return make_mandate(person=make_user(email="focal_point@example.org", state=brazil)).person


@pytest.fixture
def other_focal_point(mexico):
    return make_mandate(person=make_user(email="other_focal_point@example.org", state=mexico)).person


@pytest.fixture
def secretariat(db):
    user = make_user(email="secretariat@example.org")
    set_staff(user, True, by=None)
    return user


@pytest.fixture
def administrator(db):
    return make_user(email="administrator@example.org", is_staff=True, is_superuser=True)


@pytest.fixture
def client_for():
    """A function that gives a client which is logged in as somebody, or as nobody for the visitor."""

    def log_in(user):
        client = Client()
        if user.is_authenticated:
            client.force_login(user, backend=BACKEND)
        return client

    return log_in


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Debian's Chromium, without its own talk to other hosts."""
    return {
        **browser_type_launch_args,
        "executable_path": "/usr/bin/chromium",
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
        ],
    }
