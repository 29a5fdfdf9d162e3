"""Numbers and boards across apps."""

from collections import Counter

from django.db.models import Count

from events.charts import event_chart
from events.models import Lesson, MajorEvent
from legislation.charts import instrument_chart
from legislation.models import Instrument, TreatyAction
from members.models import Mandate
from programme.models import Activity
from reference.models import MemberState


def of_the_portal(user):
    """Context of the home page: {"figures", "event_chart", "instrument_chart"} of what `user` may know of."""
    events = MajorEvent.objects.visible_to(user).counted_by_year()
    instruments = Instrument.objects.visible_to(user).counted_by_level()
    return {
        "figures": {
            "events": sum(n for *_, n in events),
            "instruments": sum(n for *_, n in instruments),
            "treaty_actions": TreatyAction.objects.visible_to(user).count(),
            "activities": Activity.objects.visible_to(user).count(),
            "states": MemberState.objects.visible_to(user).count(),
        },
        "event_chart": event_chart(events),
        "instrument_chart": instrument_chart(instruments),
    }


def _counted(rows, path):
    """{id: number of rows} by a foreign key or the other side of a many-to-many."""
    return dict(rows.order_by().exclude(**{path: None}).values_list(path).annotate(n=Count("pk", distinct=True)))


def _activities_by_state(user):
    """{state id: number of activities that the State hosted or took part in}.

    No UNION: the columns of a translated model come in no certain order, which only its own rows put right.
    """
    columns = ["pk", "host_state", "participations__state"]
    rows = Activity.objects.visible_to(user).order_by().values_list(*columns)
    pairs = {(key, state) for key, *states in rows for state in states if state}
    return Counter(state for _, state in pairs)


def board(user, states):
    """Context of the board: {"regions": [(sub-region, rows)], "filled", "vacant"}.

    A row is {"state", "filled", "events", "instruments", "activities", "lessons"}. Seats are counted among the States
    that take part in the Programme.
    """
    seats = Mandate.objects.in_force().seats()
    events = MajorEvent.objects.visible_to(user)
    main, shared = _counted(events, "host_state"), _counted(events, "other_hosts")
    instruments = _counted(Instrument.objects.visible_to(user), "state")
    activities = _activities_by_state(user)
    lessons = _counted(Lesson.objects.visible_to(user), "state")
    regions, filled = {}, 0
    for state in states:
        is_filled = state.pk in seats
        filled += is_filled and state.participates
        row = {
            "state": state,
            "filled": is_filled,
            "events": main.get(state.pk, 0) + shared.get(state.pk, 0),
            "instruments": instruments.get(state.pk, 0),
            "activities": activities.get(state.pk, 0),
            "lessons": lessons.get(state.pk, 0),
        }
        regions.setdefault(state.sub_region, []).append(row)
    taking_part = sum(1 for rows in regions.values() for row in rows if row["state"].participates)
    ordered = sorted(regions.items(), key=lambda item: item[0].name)
    return {"regions": ordered, "filled": filled, "vacant": taking_part - filled}


def themes(user, rows):
    """[{"theme", "events", "instruments", "activities", "lessons"}] for a queryset of themes."""
    events = _counted(MajorEvent.objects.visible_to(user), "themes")
    instruments = _counted(Instrument.objects.visible_to(user), "themes")
    activities = _counted(Activity.objects.visible_to(user), "themes")
    lessons = _counted(Lesson.objects.visible_to(user), "themes")
    return [
        {
            "theme": theme,
            "events": events.get(theme.pk, 0),
            "instruments": instruments.get(theme.pk, 0),
            "activities": activities.get(theme.pk, 0),
            "lessons": lessons.get(theme.pk, 0),
        }
        for theme in rows
    ]
