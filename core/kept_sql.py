"""Queries by key that each list asks again and again: Django writes their SQL once, and each connection keeps it."""

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models.sql.where import WhereNode

BATCH = 25
# What stands for a value while the SQL is written: a number that a column of whole numbers takes and no row has, or a
# text that begins with a sign for private use.
FIRST, TEXT = 2_000_000_000, "\ue000"


def by_keys(rows_of, keys):
    """The dicts of `rows_of(keys)`, a values() queryset of the rows with these primary keys, in no certain order.

    `rows_of` is a function of a module, and its SQL holds for everybody: nothing in it but the keys may depend on who
    asks, in which language or when. It is no gate; the keys come from rows that passed one.
    """
    if not keys:
        return []
    # One SQL serves the pages of all lengths: what lacks to a full one is filled up with its last key.
    filled = [*keys, *[keys[-1]] * (-len(keys) % BATCH)]
    return kept_under((rows_of, "keys", len(filled)), lambda *marks: rows_of(list(marks)), filled)


def kept_rows(rows_of, *values):
    """The dicts of `rows_of(*values)`, a values() queryset, in its order; the same rules hold."""
    return kept_under((rows_of, len(values)), rows_of, values)


def kept_under(key, rows_of, values):
    """The same, kept under a key: whatever decides which SQL is written, but for the values themselves.

    Values are whole numbers and texts. The SQL is written with marks in their place.
    """
    names, compiler, sql, params = _marked(key, rows_of, values)
    if compiler.connection.vendor == "postgresql":
        used = list({_place(value): None for value in params if _is_mark(value)})
        sql, given = _prepared(key, compiler.connection, sql, params, used), [values[place] for place in used]
    else:
        given = [values[_place(value)] if _is_mark(value) else value for value in params]
    with compiler.connection.cursor() as cursor:
        cursor.execute(sql, given)
        found = cursor.fetchall()
    return [dict(zip(names, row, strict=True)) for row in compiler.results_iter([found])]


def _prepared(key, connection, sql, params, used):
    """The SQL that runs a statement which PostgreSQL has planned: for one of many tables that takes longer than to
    answer it. A statement lasts as long as the session that prepared it, whatever becomes of a transaction."""
    connection.ensure_connection()
    kept, session = vars(connection).setdefault("kept_plans", {}), connection.connection
    if kept.get("session") is not session:
        kept["session"], kept["prepared"] = session, {}
    if key not in kept["prepared"]:
        kept["prepared"][key] = _prepare(f"kept_{len(kept['prepared'])}", session, sql, params, used)
    return kept["prepared"][key]


def _prepare(name, session, sql, params, used):
    """Have a session of PostgreSQL prepare a statement; returns the SQL that runs it."""
    from psycopg2.extensions import AsIs  # the driver of PostgreSQL is not needed for another database

    signs = {place: AsIs(f"${number}") for number, place in enumerate(used, 1)}
    given = [signs[_place(value)] if _is_mark(value) else value for value in params]
    with session.cursor() as cursor:  # beside Django's own: who counts queries counts those of the page
        if name == "kept_0":
            cursor.execute("SET plan_cache_mode = force_generic_plan")  # one plan for whatever values
        cursor.execute(f"PREPARE {name} AS {sql}", given)
    return f"EXECUTE {name}" + (f" ({', '.join(['%s'] * len(used))})" if used else "")


def _is_mark(value):
    if isinstance(value, str):
        return value.startswith(TEXT)
    return isinstance(value, int) and value >= FIRST


def _place(mark):
    return int(mark.removeprefix(TEXT)) if isinstance(mark, str) else mark - FIRST


def _marked(key, rows_of, values):
    """(names of the columns, compiler, SQL, parameters with a mark for each value)."""
    connection = connections[DEFAULT_DB_ALIAS]
    kept = vars(connection).setdefault("kept_sql", {})
    if key not in kept:
        marks = [f"{TEXT}{n}" if isinstance(value, str) else FIRST + n for n, value in enumerate(values)]
        query = rows_of(*marks).query
        compiler = query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        kept[key] = list(query.selected), compiler, sql, params
    return kept[key]


class Once:
    """The conditions of a queryset, of which Django writes the SQL once for all the querysets made from it.

    Inside of another query they are written anew, under the names that their tables have there.
    """

    conditional = True

    def __init__(self, where):
        self.where, self.written = where, None
        self.contains_aggregate, self.contains_over_clause = where.contains_aggregate, where.contains_over_clause

    def as_sql(self, compiler, connection):
        if self.written is None:
            self.written = self.where.as_sql(compiler, connection)
        sql, params = self.written
        return sql, list(params)

    def relabeled_clone(self, names):
        return self.where.relabeled_clone(names)


def written_once(rows):
    """The same rows, for several querysets to be made from them."""
    rows = rows.all()
    rows.query.where = WhereNode([Once(rows.query.where)])
    return rows
