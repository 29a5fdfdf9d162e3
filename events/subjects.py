"""What people can watch in this room and be told of, and under which State, theme or event each is filed."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.models import CooperationNeed, Lesson, MajorEvent, Series
from notifications.kinds import Group, NotificationKind, Subject, register_kind, register_subject
from notifications.models import Watch
from reference.querysets import named


def themes_of(record):
    """The [(subject name, key)] of a record's themes."""
    return [("theme", key) for key in record.themes.values_list("pk", flat=True)]


def above_event(event):
    hosts = {event.host_state_id, *event.other_hosts.values_list("pk", flat=True)}
    return [("state", key) for key in hosts] + themes_of(event)


def above_lesson(lesson):
    events = [("event", lesson.event_id)] if lesson.event_id else []
    return [("state", lesson.state_id), *events, *themes_of(lesson)]


def series_of(keys):
    """The [(subject name, key)] of the series that events belong to."""
    rows = MajorEvent.objects.filter(pk__in=keys, series__isnull=False).order_by().values_list("series", flat=True)
    return [("series", key) for key in rows.distinct()]


def watched_events(user):
    """The events that somebody watches, by their names: what he may combine with other things."""
    keys = Watch.objects.chosen_by(user, "event")
    return MajorEvent.objects.visible_to(user).filter(pk__in=keys).order_by(named(), "pk")


def needs_for(user):
    """The needs that somebody can find: they are on the pages of their events, which may be hidden from him."""
    events = MajorEvent.objects.visible_to(user)
    return CooperationNeed.objects.visible_to(user).filter(event__in=events).select_related("event")


def register_subjects():
    said, bare = _("Tell others what you learned at %(title)s."), _("Tell others what you learned at your event.")
    register_kind(NotificationKind("debrief_due", Group.MY_WORK, said, bare))
    more = {"under": above_event, "wider": series_of, "choices": watched_events}
    register_subject(Subject("event", _("Event"), MajorEvent.objects.visible_to, watchable=True, **more))
    series = Series.objects.visible_to
    label = pgettext_lazy("one series of events", "Series")
    register_subject(Subject("series", label, series, watchable=True, choices=lambda user: series(user).by_name()))
    register_subject(Subject("need", _("Cooperation need"), needs_for))
    register_subject(Subject("lesson", _("Lesson"), Lesson.objects.visible_to, watchable=True, under=above_lesson))
