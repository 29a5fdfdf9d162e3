"""Lessons beyond their own row: where they show on other pages, and whose words they are in."""

from dataclasses import dataclass
from datetime import datetime

from core.languages import CONTENT_CODES
from events.models import Lesson
from moderation.kinds import proposing_states

MOST_SHOWN, MOST_VERSIONS = 20, 200
TRANSLATED = ("title", "context", "what_happened", "what_we_did", "recommendation")
WORDS = ["evidence", *(f"{field}_{code}" for field in TRANSLATED for code in CONTENT_CODES)]


def may_write_lessons(user):
    """Whether somebody may write a lesson for a State."""
    return bool(proposing_states(user))


def lessons_of(event, user):
    """What the page of an event tells of its lessons: the latest, how many there are, who may add one."""
    lessons = Lesson.objects.visible_to(user).of_event(event)
    shown = list(lessons.for_list(user).prefetch_related(None).newest_first()[:MOST_SHOWN])
    audiences = list(lessons.values_list("label", "publication")) if len(shown) == MOST_SHOWN else []
    return {
        "lessons": shown,
        "lesson_count": len(audiences) or len(shown),
        "may_write_lessons": may_write_lessons(user),
        "shown": shown,
        "counted": audiences,
    }


@dataclass
class Versions:
    """When a lesson got its words: from its State, if from there, and then from the secretariat, if from there."""

    submitted: datetime | None = None
    edited: datetime | None = None


def versions_of(lesson):
    """The Versions of a lesson, from its history; of what only moved labels or lists it tells nothing."""
    past = lesson.history.order_by("-history_date", "-history_id")
    columns = ["history_date", "history_user__is_staff", "history_user__state", *WORDS]
    found, before = Versions(), None
    for moment, by_staff, state, *words in reversed(list(past.values_list(*columns)[:MOST_VERSIONS])):
        if words != before and state == lesson.state_id:
            found = Versions(submitted=moment)
        elif words != before and by_staff:
            found.edited = moment
        before = words
    return found
