"""The databases of a test run: each kind is made once, by the worker that needs it first, and copied for its tests."""

import fcntl
import io
import itertools
import os
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import connection

RUN = Path(os.environ["KMS_TEST_DIR"])
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
numbers = itertools.count(1)


def use_copy_of(kind):
    """Let the tests use a new copy of one of KINDS. Returns what they used before, and what its making printed."""
    before = connection.settings_dict["NAME"]
    with _alone(kind):
        printed = _make(kind)
        _use(_clone(_name(kind), f"{WORKER}_{next(numbers)}"))
    return before, printed


def drop_copy(before):
    """Remove the copy that is in use, and use again what was used before."""
    connection.creation.destroy_test_db(before, verbosity=0)


def empty_by_deleting():
    """What a test committed is few rows: to delete them is far cheaper than a TRUNCATE of each table of PostgreSQL."""
    if connection.vendor == "postgresql":
        quote = connection.ops.quote_name
        connection.ops.sql_flush = lambda style, tables, **options: [f"DELETE FROM {quote(name)}" for name in tables]


def forget():
    """Remove from a PostgreSQL what the run kept there to be copied; the files of SQLite go with their folder."""
    for kind in KINDS if connection.vendor == "postgresql" else ():
        if _note(kind).exists():
            connection.creation._destroy_test_db(_name(kind), verbosity=0)
            _note(kind).unlink()


@contextmanager
def _alone(kind):
    with (RUN / f"{kind}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _note(kind):
    """The file that tells the other workers, and the next part of `make test`, that a kind is there."""
    return RUN / f"{kind}.{connection.vendor}"


def _name(kind):
    name = "migrated" if kind == "migrated" else f"migrated_{kind}"  # as Django names a copy
    return str(RUN / f"{name}.sqlite3") if connection.vendor == "sqlite" else f"test_kms_{name}"


def _make(kind):
    if not _note(kind).exists():
        before = connection.settings_dict["NAME"]
        printed = KINDS[kind]()
        _use(before)
        _note(kind).write_text(printed)
    return _note(kind).read_text()


def _use(name):
    connection.close()
    connection.settings_dict["NAME"] = name


def _clone(source, suffix):
    """Copy a database that nobody uses; returns the name of the copy."""
    _use(source)
    connection.creation.clone_test_db(suffix, verbosity=0)
    return connection.creation.get_test_db_clone_settings(suffix)["NAME"]


def _migrated():
    connection.settings_dict["TEST"]["NAME"] = _name("migrated")
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    return ""


def _seeded():
    with _alone("migrated"):
        _make("migrated")
        _use(_clone(_name("migrated"), "seeded"))
    told = io.StringIO()
    call_command("seed", stdout=told)
    return told.getvalue()


KINDS = {"migrated": _migrated, "seeded": _seeded}
