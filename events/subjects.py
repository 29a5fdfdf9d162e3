"""What people can watch in this room and be told of, and under which State, theme or event each is filed."""

from django.utils.translation import gettext_lazy as _

from events.models import CooperationNeed, Lesson, MajorEvent
from notifications.kinds import Subject, register_subject


def themes_of(record):
    """The [(subject name, key)] of a record's themes."""
    return [("theme", key) for key in record.themes.values_list("pk", flat=True)]


def above_event(event):
    hosts = {event.host_state_id, *event.other_hosts.values_list("pk", flat=True)}
    return [("state", key) for key in hosts] + themes_of(event)


def above_lesson(lesson):
    events = [("event", lesson.event_id)] if lesson.event_id else []
    return [("state", lesson.state_id), *events, *themes_of(lesson)]


def needs_for(user):
    """The needs that somebody can find: they are on the pages of their events, which may be hidden from him."""
    events = MajorEvent.objects.visible_to(user)
    return CooperationNeed.objects.visible_to(user).filter(event__in=events).select_related("event")


def register_subjects():
    register_subject(Subject("event", _("Event"), MajorEvent.objects.visible_to, watchable=True, under=above_event))
    register_subject(Subject("need", _("Cooperation need"), needs_for))
    register_subject(Subject("lesson", _("Lesson"), Lesson.objects.visible_to, watchable=True, under=above_lesson))
