"""The cast of the tests, and what a browser test needs. The settings are in tests/settings.py."""

import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.utils import translation

from members.actions import set_staff
from tests import databases
from tests.factories import make_mandate, make_organisation, make_state, make_user

sys.path.append(str(Path(__file__).parent / "scripts"))
from catalogues import compile_catalogues

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def pytest_configure():
    compile_catalogues()


def pytest_addoption(parser):
    parser.addoption(
        "--database", action="store_true", help="only the tests that another database could answer otherwise"
    )


def pytest_collection_modifyitems(config, items):
    if config.getoption("--database"):
        left_out = [item for item in items if item.get_closest_marker("one_database") or not asks_the_database(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def asks_the_database(item):
    """Whether a test has the mark or a fixture without which pytest-django refuses every query."""
    return bool(item.get_closest_marker("django_db") or {"db", "django_db_setup"} & set(item.fixturenames))


def pytest_report_header():
    return f"database: {connection.vendor}"


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):
        databases.forget()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker):
    """A database for this worker, with the tables of today."""
    yield from _database("migrated", django_db_blocker)


@pytest.fixture(scope="module")
def own_database(django_db_setup, django_db_blocker):
    """A database for the tests of one file: what is written into it before they begin stays until they ran."""
    translation.activate("en")
    yield from _database("migrated", django_db_blocker)


@pytest.fixture(scope="module")
def seeded(django_db_setup, django_db_blocker):
    """The same with the whole starting content; gives the lines that the seeding printed."""
    for printed in _database("seeded", django_db_blocker):
        yield printed.splitlines()


def _database(kind, blocker):
    with blocker.unblock():
        before, printed = databases.use_copy_of(kind)
    yield printed
    with blocker.unblock():
        databases.drop_copy(before)


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
