"""The version of the content: a token in the database that every write of content changes, whoever writes.

Triggers change it, so that admin, import, bulk update and plain SQL all count. Under PostgreSQL they fire when the
transaction commits: the token is then the last row that a transaction locks, so two writers wait for each other and
never block each other, and nobody reads the new token before the new content.
"""

from zlib import crc32

from django.core.cache import caches
from django.db import connection

TRIGGER = "kms_content_changed"
MAKE_TABLE = (
    "CREATE TABLE IF NOT EXISTS kms_content_version (id integer PRIMARY KEY CHECK (id = 1), token varchar(36) NOT NULL)"
)
FIRST_ROW = (
    "INSERT INTO kms_content_version (id, token) SELECT 1, 'first' WHERE NOT EXISTS (SELECT 1 FROM kms_content_version)"
)
# Once a transaction is enough: a load of 100,000 rows would otherwise pile up as many dead versions of one row.
FUNCTION = """
CREATE OR REPLACE FUNCTION kms_content_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('kms.changed_in', true) IS DISTINCT FROM txid_current()::text THEN
        PERFORM set_config('kms.changed_in', txid_current()::text, true);
        UPDATE kms_content_version SET token = gen_random_uuid()::text;
    END IF;
    RETURN NULL;
END $$
"""


def content_version():
    """The token of the content that a query made from now on reads at least, in one short query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM kms_content_version")
        return cursor.fetchone()[0]


def version_for(request):
    """The token as it was when this request first asked; read once a request."""
    if not hasattr(request, "content_version"):
        request.content_version = content_version()
    return request.content_version


def remembered(request, key, make):
    """What `make()` gives, kept in this process until the content changes; `key` is a short text of safe letters."""
    name = f"{key}:{version_for(request)}"
    kept = caches["pages"].get(name)
    if kept is None:
        kept = make()
        caches["pages"].set(name, kept)
    return kept


def watch(tables):
    """Make the token, and the triggers on `tables`: {name: columns whose change counts, or () for all}."""
    with connection.cursor() as cursor:
        cursor.execute(MAKE_TABLE)
        cursor.execute(FIRST_ROW)
        (_watch_postgresql if connection.vendor == "postgresql" else _watch_sqlite)(cursor, tables)


def _name(columns):
    """The trigger's name; it tells which columns it is for, so that a change of these makes a new one."""
    return f"{TRIGGER}_{crc32(' '.join(columns).encode()):08x}" if columns else TRIGGER


def _watch_sqlite(cursor, tables):
    """A trigger for each table and kind of write; altering a table drops them, so this runs after each migration."""
    quote = connection.ops.quote_name
    for table, columns in tables.items():
        of = f" OF {', '.join(map(quote, columns))}" if columns else ""
        for event, what in {"insert": "INSERT", "update": f"UPDATE{of}", "delete": "DELETE"}.items():
            name = quote(f"{_name(columns)}_{table}_{event}")
            cursor.execute(
                f"CREATE TRIGGER IF NOT EXISTS {name} AFTER {what} ON {quote(table)} "  # noqa: S608 - names of our models
                "BEGIN UPDATE kms_content_version SET token = lower(hex(randomblob(16))); END"
            )


def _watch_postgresql(cursor, tables):
    """A trigger for each table, deferred to the commit, and one for TRUNCATE; those that are there are left alone."""
    quote = connection.ops.quote_name
    cursor.execute(FUNCTION)
    cursor.execute(
        "SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE tgname LIKE %s",
        [f"{TRIGGER}%"],
    )
    there = set(cursor.fetchall())
    for table, columns in tables.items():
        name = _name(columns)
        of = f" OF {', '.join(map(quote, columns))}" if columns else ""
        for _, old in {row for row in there if row[0] == table and not row[1].startswith(name)}:
            cursor.execute(f"DROP TRIGGER {quote(old)} ON {quote(table)}")
        if (table, name) not in there:
            cursor.execute(
                f"CREATE CONSTRAINT TRIGGER {quote(name)} AFTER INSERT OR DELETE OR UPDATE{of} ON {quote(table)} "
                f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {TRIGGER}()"
            )
            cursor.execute(
                f"CREATE TRIGGER {quote(name + '_truncate')} AFTER TRUNCATE ON {quote(table)} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {TRIGGER}()"
            )
