"""What a reader may know of, by SQL that is written once for all readers with the same rights.

Django writes the SQL of a gate anew for each request, which takes longer than the database needs to answer it. Rights
follow from the role alone; besides, a gate holds the key of the reader and the States he speaks for.
"""

from types import SimpleNamespace

from core.kept_sql import kept_under
from members.access import role_of, state_ids_of


def kept_for(reader, rows_of, *values):
    """The dicts of `rows_of(reader, *values)`, a values() queryset, in its order.

    `rows_of` is a function of a module, which asks nothing of the reader but his role, his key and his States, nor of
    the values; they are whole numbers and texts.
    """
    member = reader.is_authenticated
    states = sorted(state_ids_of(reader)) if member else []
    role = role_of(reader)

    def written(*marks):
        own, of_states, rest = marks[0], marks[1 : len(states) + 1], marks[len(states) + 1 :]
        return rows_of(_stand_in(reader, role, own, of_states) if member else reader, *rest)

    return kept_under((rows_of, member, role, len(states)), written, [reader.pk or 0, *states, *values])


def _stand_in(reader, role, key, states):
    """An account with the rights of a reader, with marks for what is his alone."""
    rights = {name: getattr(reader, name) for name in ("is_active", "is_staff", "is_superuser", "state_id")}
    stand_in = reader._meta.concrete_model(pk=key, **rights)
    stand_in.mandates_in_force = [SimpleNamespace(role=role, state_id=state) for state in states]
    return stand_in
