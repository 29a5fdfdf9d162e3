"""The database of one moment as a file, and back: SQLite by itself, PostgreSQL by its own programs."""

import os
import shutil
import subprocess
from contextlib import closing
from pathlib import Path
from sqlite3 import connect

from django.apps import apps
from django.db import connection, models
from django.db.backends.postgresql.client import DatabaseClient

from kms.archives import NotDone, copy, settle

PROGRAMS = Path("/usr/lib/postgresql")
NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}


def dump(folder):
    """Write the database of one moment into a folder.

    Returns what was in it at that moment: {"tables": {name: rows}, "migrations": [[app, name]], "files": {name of a
    stored file: its SHA-256 as the database knows it, or ""}, "past": [names that only tables of history hold]}.
    """
    path = folder / NAMES[connection.vendor]
    return _dump_sqlite(path) if connection.vendor == "sqlite" else _dump_postgresql(path)


def load(path):
    """Fill the empty database from such a file."""
    connection.close()
    _load_sqlite(path) if connection.vendor == "sqlite" else _load_postgresql(path)


def is_empty():
    """Whether there is no table in the database."""
    return connection.introspection.table_names() == []


def rows_of_tables():
    """{table: number of rows} of the database as it is."""
    with connection.cursor() as cursor:
        return _facts(cursor)["tables"]


def _facts(cursor):
    """What a database holds, asked through a cursor in it."""
    tables = sorted(_tables(cursor))
    counted = {table: _rows(cursor, f"SELECT count(*) FROM {_quoted(table)}")[0][0] for table in tables}  # noqa: S608
    done = _rows(cursor, "SELECT app, name FROM django_migrations ORDER BY app, name")
    files, past = _files(cursor, tables)
    return {"tables": counted, "migrations": [list(row) for row in done], "files": files, "past": past}


def _files(cursor, tables):
    """({name of a stored file: its SHA-256 as the database knows it, or ""}, [names of what may be deleted])."""
    found, live = {}, {}
    for table, column, is_past in file_columns():
        there = _columns(cursor, table) if table in tables else []
        if column in there:  # the code may be newer than the database
            digest = _quoted("sha256") if "sha256" in there else "''"
            for name, sha256 in _rows(cursor, f"SELECT {_quoted(column)}, {digest} FROM {_quoted(table)}"):  # noqa: S608
                found[name] = found.get(name) or sha256
                live[name] = live.get(name) or not is_past
    return {name: sha256 for name, sha256 in found.items() if name}, [name for name in found if not live[name]]


def file_columns():
    """(table, column, whether it is one of history) of all that names stored files."""
    for model in apps.get_models():
        past = [model.history.model] if hasattr(model._meta, "simple_history_manager_attribute") else []
        named = [field.column for field in model._meta.fields if isinstance(field, models.FileField)]
        for each in [model, *past]:
            columns = [field.column for field in each._meta.fields if field.column in named]
            yield from ((each._meta.db_table, column, each is not model) for column in columns)


def _columns(cursor, table):
    cursor.execute(f"SELECT * FROM {_quoted(table)} LIMIT 0")  # noqa: S608
    return [column[0] for column in cursor.description]


def _quoted(name):
    return connection.ops.quote_name(name)


def _rows(cursor, statement):
    cursor.execute(statement)
    return cursor.fetchall()


def _tables(cursor):
    if connection.vendor == "sqlite":
        listed = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        return [name for (name,) in _rows(cursor, listed)]
    return connection.introspection.table_names(cursor)


# SQLite


def _dump_sqlite(path):
    """VACUUM INTO reads in one transaction, which in WAL mode holds up nobody; the copy has no deleted text in it."""
    with closing(connect(connection.settings_dict["NAME"], timeout=60, isolation_level=None)) as source:
        source.execute("VACUUM INTO ?", [str(path)])
    with path.open("rb+") as file:
        settle(file)
    with closing(connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as made:
        return _facts(made.cursor())


def _load_sqlite(path):
    place = Path(connection.settings_dict["NAME"])
    new = place.with_name(f"{place.name}.restoring")
    new.unlink(missing_ok=True)
    copy(path, new)
    for left in ("-wal", "-shm"):  # of the empty one
        place.with_name(place.name + left).unlink(missing_ok=True)
    os.replace(new, place)


# PostgreSQL


def _dump_postgresql(path):
    """pg_dump in a snapshot that a transaction of ours holds open, and in which the rows are counted too."""
    tool = _tool("pg_dump")
    with closing(connection.copy()) as own:
        own.set_autocommit(False)
        with own.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            [[snapshot]] = _rows(cursor, "SELECT pg_export_snapshot()")
            _run([tool, "--format=custom", *PLAIN, f"--snapshot={snapshot}", f"--file={path}"])
            facts = _facts(cursor)
        own.rollback()
    with path.open("rb+") as file:
        settle(file)
    return facts


def _load_postgresql(path):
    name = f"--dbname={connection.settings_dict['NAME']}"
    _run([_tool("pg_restore"), *PLAIN, "--exit-on-error", "--single-transaction", name, str(path)])


PLAIN = ["--no-owner", "--no-privileges", "--no-password"]


def _tool(name):
    """The path of one of PostgreSQL's programs; Debian keeps those of each version in a folder of its own."""
    found = shutil.which(name) or next(map(str, sorted(PROGRAMS.glob(f"*/bin/{name}"), reverse=True)), None)
    if found is None:
        raise NotDone(f"{name} is not installed. It comes with PostgreSQL: apt-get install postgresql-client")
    return found


def _run(command):
    """Run one of them against our database; its own words are the reason where it fails."""
    done = subprocess.run(command, env=os.environ | _address(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotDone(f"{Path(command[0]).name} failed: {done.stderr.strip()}")


def _address():
    """The database's address as PostgreSQL's programs read it; on a command line everybody would see the password."""
    there = connection.settings_dict
    _, options = DatabaseClient.settings_to_cmd_args_env(there, [])
    parts = {"PGHOST": there["HOST"], "PGPORT": there["PORT"], "PGUSER": there["USER"], "PGDATABASE": there["NAME"]}
    return {name: str(value) for name, value in parts.items() if value} | (options or {})
