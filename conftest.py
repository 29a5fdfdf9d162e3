"""The cast of the tests, and what a browser test needs. The settings are in tests/settings.py."""

import sys
from pathlib import Path

import pytest
from _pytest import runner
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.utils import translation

from members.actions import set_staff
from members.models import User
from tests import databases
from tests.factories import make_mandate, make_organisation, make_state, make_user

sys.path.append(str(Path(__file__).parent / "scripts"))
from catalogues import compile_catalogues

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
STATES = {
    "brazil": {"iso3": "BRA", "iso2": "BR", "slug": "brazil", "name": "Brazil"},
    "mexico": {"iso3": "MEX", "iso2": "MX", "slug": "mexico", "name": "Mexico"},
}


def address_of(name):
    return f"{name}@example.org"


def holder(email, state, role="focal_point"):
    return make_mandate(person=make_user(email=email, state=state), role=role).person


def staff(email):
    user = make_user(email=email)
    set_staff(user, True, by=None)
    return user


# Each of the cast, made with an e-mail address and a function that gives the State of a name.
PEOPLE = {
    "partner": lambda email, state: make_user(email=email, organisation=make_organisation()),
    "expert": lambda email, state: make_user(email=email, state=state("brazil")),
    "alternate": lambda email, state: holder(email, state("brazil"), "alternate"),
    "focal_point": lambda email, state: holder(email, state("brazil")),
    "other_focal_point": lambda email, state: holder(email, state("mexico")),
    "secretariat": lambda email, state: staff(email),
    "administrator": lambda email, state: make_user(email=email, is_staff=True, is_superuser=True),
}


def roomy(function):
    """Make a function's frame so large that those of all it calls find room beside it.

    Python keeps frames in chunks of 16 kB: a call at the end of one maps memory for its own, and unmaps it, each time.
    """
    function.__code__ = function.__code__.replace(co_stacksize=70_000)
    return function


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


@pytest.hookimpl(tryfirst=True)
@roomy
def pytest_runtest_protocol(item, nextitem):
    """As pytest does it, but roomy."""
    return runner.pytest_runtest_protocol(item, nextitem)


def pytest_report_header():
    return f"database: {connection.vendor}"


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):
        databases.forget()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker):
    """A database for this worker, with the tables of today."""
    databases.empty_by_deleting()
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
    return make_state(**STATES["brazil"])


@pytest.fixture
def mexico(db):
    return make_state(**STATES["mexico"])


@pytest.fixture
def visitor():
    return AnonymousUser()


@pytest.fixture
def somebody(request, db):
    """A function that gives a person of the cast: made now, or there already where a file wrote its cast once."""

    def person(name):
        if "written_cast" in request.fixturenames:
            return User.objects.get(email=address_of(name))
        return PEOPLE[name](address_of(name), request.getfixturevalue)

    return person


@pytest.fixture
def partner(somebody):
    return somebody("partner")


@pytest.fixture
def expert(somebody):
    return somebody("expert")


@pytest.fixture
def alternate(somebody):
    return somebody("alternate")


@pytest.fixture
def focal_point(somebody):
    return somebody("focal_point")


@pytest.fixture
def other_focal_point(somebody):
    return somebody("other_focal_point")


@pytest.fixture
def secretariat(somebody):
    return somebody("secretariat")


@pytest.fixture
def administrator(somebody):
    return somebody("administrator")


@pytest.fixture(scope="module")
def written_cast(own_database, django_db_blocker):
    """{name: person} of the whole cast, written once for all tests of a file; each test gets its own objects of it."""
    with django_db_blocker.unblock():
        yield {name: make(address_of(name), lambda state: make_state(**STATES[state])) for name, make in PEOPLE.items()}


def log_in(user):
    client = Client()
    if user.is_authenticated:
        client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def client_for():
    """A function that gives a client which is logged in as somebody, or as nobody for the visitor."""
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
