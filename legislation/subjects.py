"""What people can watch in this room and be told of, and under which State, theme or event it is filed."""

from django.utils.translation import gettext_lazy as _

from events.subjects import themes_of
from legislation.models import Instrument
from notifications.kinds import Subject, register_subject


def above_instrument(instrument):
    states = [("state", instrument.state_id)] if instrument.state_id else []
    events = [("event", key) for key in instrument.events.values_list("pk", flat=True)]
    return [*states, *events, *themes_of(instrument)]


def register_subjects():
    rows, above = Instrument.objects.visible_to, above_instrument
    register_subject(Subject("instrument", _("Instrument"), rows, watchable=True, under=above))
