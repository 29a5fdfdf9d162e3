"""What people can watch in this room and be told of, and under which State, theme or event it is filed."""

from django.utils.translation import gettext_lazy as _

from events.subjects import themes_of
from notifications.kinds import Subject, register_subject
from programme.models import Activity


def above_activity(activity):
    """Its host, those who took part, the event that it prepared, its themes."""
    states = {activity.host_state_id, *activity.participations.values_list("state", flat=True)} - {None}
    events = [("event", activity.event_id)] if activity.event_id else []
    return [*(("state", key) for key in states), *events, *themes_of(activity)]


def register_subjects():
    rows, above = Activity.objects.visible_to, above_activity
    register_subject(Subject("activity", _("Activity"), rows, watchable=True, under=above))
