"""The rules of watching against a plain reading of them, for any watches: who is told of what, and by which word."""

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community.mentions import handle_of
from notifications.actions import tell_watchers, watch, watch_combination
from notifications.models import Notification, Watch
from tests.factories import (
    make_event,
    make_forum,
    make_instrument,
    make_post,
    make_series,
    make_state,
    make_sub_region,
    make_theme,
    make_thread,
    make_user,
)

pytestmark = pytest.mark.django_db

TERMS = ["north", "south", "chile", "peru", "crowds", "drones", "games", "cup", "hall", "yard", "talk", "chat", "law"]
KINDS = ["event", "thread", "instrument"]
# What each thing is, where it stands, and all that it belongs to, written down by hand.
THINGS = {
    "cup": ("event", None, {"cup", "chile", "south", "crowds", "games"}),
    "law": ("instrument", None, {"law", "peru", "north", "drones", "cup", "games"}),
    "talk": ("thread", "hall", {"talk", "hall", "peru", "north", "drones", "cup", "chile", "south", "crowds", "games"}),
    "chat": ("thread", "yard", {"chat", "yard", "chile", "south", "crowds"}),
}
single = st.tuples(st.sampled_from(TERMS).map(lambda term: frozenset({term})), st.just(""))
several = st.frozensets(st.sampled_from(TERMS), min_size=2, max_size=3)
with_kind = st.frozensets(st.sampled_from(TERMS), min_size=1, max_size=2)
combination = st.one_of(st.tuples(several, st.just("")), st.tuples(with_kind, st.sampled_from(KINDS)))
watches = st.dictionaries(st.one_of(single, combination), st.sampled_from(["watching", "normal", "muted"]), max_size=5)


def deciding_level(thing, chosen):
    """The level that decides for somebody who chose {(terms, kind): level}, or None: rule by rule, as it is written."""
    kind, room, belongs = THINGS[thing]
    leading = {what: level for what, level in chosen.items() if what[0] <= belongs and what[1] in ("", kind)}
    own = [level for what, level in leading.items() if what == (frozenset({thing}), "")]
    rooms = [level for what, level in leading.items() if what == (frozenset({room}), "")]
    combinations = [level for what, level in leading.items() if len(what[0]) + bool(what[1]) > 1]
    for levels in (own, rooms, combinations, list(leading.values())):
        for level in ("muted", "watching", "normal"):
            if level in levels:
                return level
    return None


@pytest.fixture
def world():
    """The rows that the terms stand for, and three people; one of them is mentioned."""
    rows = SimpleNamespace()
    rows.south, rows.north = (make_sub_region(slug=slug) for slug in ("south", "north"))
    rows.chile, rows.peru = make_state(sub_region=rows.south), make_state(sub_region=rows.north)
    rows.crowds, rows.drones, rows.games = make_theme(), make_theme(), make_series()
    rows.cup = make_event(host_state=rows.chile, themes=[rows.crowds], series=rows.games)
    rows.law = make_instrument(state=rows.peru, themes=[rows.drones], events=[rows.cup])
    rows.hall = make_forum(theme=rows.drones)
    rows.yard = make_forum(theme=rows.crowds, sub_region=rows.south)
    rows.talk = make_thread(forum=rows.hall, by=make_user(state=rows.peru), about=("event", rows.cup))
    rows.chat = make_thread(forum=rows.yard, by=make_user(state=rows.chile))
    names = {"south": "sub_region", "north": "sub_region", "chile": "state", "peru": "state", "crowds": "theme"}
    names |= {"drones": "theme", "games": "series", "cup": "event", "law": "instrument", "hall": "forum"}
    names |= {"yard": "forum", "talk": "thread", "chat": "thread"}
    rows.subjects = {term: (name, getattr(rows, term).pk) for term, name in names.items()}
    rows.people = [make_user(state=make_state()) for _ in range(3)]
    return rows


def choose(world, person, chosen):
    for (terms, only), level in chosen.items():
        subjects = [world.subjects[term] for term in terms]
        if only or len(subjects) > 1:
            watch_combination(person, subjects, only=only, level=level)
        else:
            watch(person, subjects[0], level)


def told():
    """{account: [kind]} of what everybody was told; it is forgotten by it."""
    found = {}
    for person, kind in Notification.objects.values_list("person", "kind"):
        found.setdefault(person, []).append(kind)
    Notification.objects.all().delete()
    return found


def expected_of_post(level, is_mentioned):
    if is_mentioned:
        return [] if level == "muted" else ["post_mentions_you"]
    return ["post_added"] if level == "watching" else []


def test_rules_of_watching_are_what_a_plain_reading_says(world):
    @settings(max_examples=60, deadline=None)
    @given(st.tuples(watches, watches, watches))
    def holds(chosen):
        Watch.objects.all().delete()
        Notification.objects.all().delete()
        for person, mine in zip(world.people, chosen, strict=True):
            choose(world, person, mine)
        by_person = dict(zip(world.people, chosen, strict=True))
        for thing in ("cup", "law"):
            tell_watchers(getattr(world, thing), subject=world.subjects[thing], kind="record_changed", by=None)
            levels = {person.pk: deciding_level(thing, mine) for person, mine in by_person.items()}
            assert told() == {key: ["record_changed"] for key, level in levels.items() if level == "watching"}
        mentioned = world.people[0]
        for thing in ("talk", "chat"):
            thread = getattr(world, thing)
            make_post(thread=thread, by=thread.author, text=f"Look, {handle_of(mentioned)}")
            expected = {
                person.pk: expected_of_post(deciding_level(thing, mine), person == mentioned)
                for person, mine in by_person.items()
            }
            assert told() == {key: kinds for key, kinds in expected.items() if kinds}

    holds()
