"""Debriefs: a month after an event its hosts' Focal Points are asked what others can learn from it."""

import datetime

from core.dates import today
from events.models import MajorEvent
from members.access import state_ids_of
from members.models import Mandate
from moderation.models import Proposal
from notifications.actions import notify
from notifications.models import Notification

DUE = "debrief_due"
MOST_ASKED = 20
ASKED_AFTER, ASKED_UNTIL = (datetime.timedelta(days=days) for days in (30, 120))


def events_to_debrief():
    """Events that ended between one and four months ago and are told of by no lesson."""
    day = today()
    return MajorEvent.objects.ended_between(day - ASKED_UNTIL, day - ASKED_AFTER).held().without_lesson()


def ask_debriefs():
    """Ask the Focal Points of the hosts of each such event, once. Returns how many people were told."""
    told = 0
    for event in events_to_debrief().with_hosts():
        subject = ("event", event.pk)
        if not Notification.objects.about(subject).of_kind(DUE).exists():
            told += notify(to=_focal_points(event), kind=DUE, subject=subject, label=event.label)
    return told


def _focal_points(event):
    mandates = Mandate.objects.in_force().of_focal_points().of_states([host.pk for host in event.hosts])
    return [mandate.person for mandate in mandates.select_related("person")]


def debriefs_for(user):
    """The events of which a State that somebody speaks for has not begun to tell, the latest first."""
    states = state_ids_of(user)
    if not states:
        return []
    begun = Proposal.objects.visible_to(user).open().of_kind("lesson").values_list("data__event", flat=True)
    told = {key for texts in begun for key in texts or []}
    events = events_to_debrief().visible_to(user).hosted_by_states(states).latest_first()
    return [event for event in events[:MOST_ASKED] if str(event.pk) not in told]
