"""What the profile of a State and the page of a theme gather from every part of the portal."""

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils.http import urlencode

from consultations.boards import standings_of
from core.dates import today
from documents.models import Document
from events.lessons import may_write_lessons
from events.maps import Place, draw
from events.models import Lesson, MajorEvent
from events.querysets import numbers
from legislation.models import Instrument, TreatyAction
from legislation.treaties import TreatyRow, treaty_standing
from members.directory import names_holder
from members.models import Mandate
from programme.models import Activity, Participation
from reference.models import MemberState, Theme
from training.models import Chapter, Publication

ROWS = 10
MOST_MARKS, MOST_CHAPTERS = 60, 50


def country_profile(state, user):
    """{name: value} of everything that `user` may know of a State."""
    mandates = list(Mandate.objects.visible_to(user).in_force().of_state(state))
    return {
        "seat_filled": state.pk in Mandate.objects.in_force().seats(),
        "mandates": mandates,
        "holder_is_shown": names_holder(mandates),
        **_events_in(state, user),
        **_law_of(state, user),
        **_treaties_of(state, user),
        **_training_of(state, user),
        **_lessons_in(Lesson.objects.visible_to(user).of_state(state), user),
        "chapters": Chapter.objects.visible_to(user).stewarded_by(state)[:MOST_CHAPTERS],
        "standings": standings_of(state, user),
        "documents": Document.objects.visible_to(user).of_state(state).official_first(),
    }


def _events_in(state, user):
    """What happened and what comes in a State: the nearest rows, how many there are, and where."""
    events = MajorEvent.objects.visible_to(user).hosted_by_state(state)
    rows, counts = events.for_list().prefetch_related(None), events.aggregate(**numbers())
    coming, past = list(rows.to_come().soonest_first()[:ROWS]), list(rows.past().latest_first()[:ROWS])
    prefetch_related_objects([*coming, *past], "places")
    return {
        "coming": coming,
        "coming_count": counts["n_coming"],
        "ongoing_count": counts["n_ongoing"],
        "past": past,
        "past_count": counts["n"] - counts["n_coming"],
        "map": _map_of(events, state),
    }


def _map_of(events, state):
    """The cities of a State's events, each leading to the list of what is held there."""
    places = []
    for row in events.counted_by_place()[:MOST_MARKS]:
        city, counts = row["places__city"], (row["n"], row["n_coming"], row["n_ongoing"])
        url = f"{reverse('events:event_list')}?{urlencode({'state': state.slug, 'q': city})}"
        places.append(Place(city, row["places__latitude"], row["places__longitude"], None, [], *counts, url=url))
    return draw(places)


def _law_of(state, user):
    """A State's law as it stands today: the latest texts, and numbers by theme and answer."""
    law = Instrument.objects.visible_to(user).of_state(state)
    latest = list(law.for_list().latest_first()[:ROWS])
    current = law.answered_for(today())
    answers, by_theme = current.counted_by_answer("state").get(state.pk, {}), current.counted_by_answer("themes")
    themes = list(Theme.objects.visible_to(user).by_name())
    return {
        "instruments": latest,
        "instrument_count": sum(answers.values()),
        "answers": answers,
        "law_by_theme": [(theme, by_theme[theme.pk]) for theme in themes if theme.pk in by_theme],
        "themes_without_law": [theme for theme in themes if theme.pk not in by_theme],
        "law_without_theme": by_theme.get(None, {}),
    }


def _treaties_of(state, user):
    """A State's row in each recorded treaty; an empty one means "no record"."""
    treaties = list(Instrument.objects.visible_to(user).treaties().for_list().oldest_first())
    actions = list(TreatyAction.objects.visible_to(user).of_states([state]).on_any(treaties))
    standing = treaty_standing([state], actions)
    rows = [(treaty, standing.get((state.pk, treaty.pk)) or TreatyRow(state)) for treaty in treaties]
    return {
        "treaties": rows,
        "bound_count": sum(row.is_bound for _, row in rows),
        "treaty_date": max((action.date for action in actions), default=""),
    }


def _training_of(state, user):
    """The activities that a State hosted or joined, with how many of its people took part."""
    activities = list(Activity.objects.visible_to(user).known_to([state]).for_list().latest_first())
    people = Participation.objects.visible_to(user).people_of(state)
    rows = [
        {"activity": activity, "joined": activity.pk in people, "people": people.get(activity.pk)}
        for activity in activities
    ]
    return {
        "activities": rows,
        "people": sum(number or 0 for number in people.values()),
        "uncounted": sum(row["people"] is None for row in rows),
    }


def _lessons_in(lessons, user):
    """The latest of these lessons, how many there are, and whether the reader may write one."""
    latest = list(lessons.for_list(user).newest_first()[:ROWS])
    return {
        "lessons": latest,
        "lesson_count": lessons.count() if len(latest) == ROWS else len(latest),
        "may_write_lessons": may_write_lessons(user),
    }


def theme_page(theme, user):
    """{name: value} of everything that `user` may know of a theme."""
    law = Instrument.objects.visible_to(user).about(theme.slug)
    latest = list(law.for_list().latest_first()[:ROWS])
    counts = law.answered_for(today()).counted_by_answer("level", "state")
    by_state = {state: answers for (_, state), answers in counts.items() if state}
    states = list(MemberState.objects.visible_to(user).by_name())
    events = MajorEvent.objects.visible_to(user).about(theme.slug)
    event_rows = list(events.for_list().latest_first()[:ROWS])
    activities = list(Activity.objects.visible_to(user).about(theme.slug).for_list().latest_first())
    return {
        "instruments": latest,
        "instrument_count": sum(n for answers in counts.values() for n in answers.values()),
        "law_by_state": [(state, by_state[state.pk]) for state in states if state.pk in by_state],
        "states_without_law": [state for state in states if state.pk not in by_state],
        "wider_law": [(level, answers) for (level, state), answers in sorted(counts.items(), key=str) if not state],
        "events": event_rows,
        "event_count": events.count(),
        "activities": activities,
        "publications": Publication.objects.visible_to(user).about(theme.slug),
        **_lessons_in(Lesson.objects.visible_to(user).about(theme.slug), user),
    }
