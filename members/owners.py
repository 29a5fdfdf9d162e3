"""Whose word counts for a label: only the owner of a record widens it."""

from members.access import Action, Scope, scope, state_ids_of
from members.models import Mandate


def may_release(user, record):
    """Whether `user` may widen the label of a record, or say that it stays as it is for longer.

    Its State's Focal Point may; the secretariat for its own records, and for those of a State whose seat is vacant.
    """
    reach = scope(user, Action.RELEASE)
    if record.state_id is None or reach == Scope.NONE:
        return reach == Scope.ANY
    if record.state_id in state_ids_of(user):
        return True
    return reach == Scope.ANY and record.state_id not in Mandate.objects.in_force().seats()
