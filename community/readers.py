"""Who reads a thread, and who would after a change: moderators are told before they make it."""

from collections import defaultdict
from dataclasses import dataclass
from hashlib import sha256

from core.labels import Label
from members.access import READING, Action, Role, Scope, role_of, scope, state_ids_of
from members.models import Labelled, Mandate, User


@dataclass(frozen=True)
class Reach:
    """What decides who reads a thread: its forum, its label, the States (ids) it names under TLP:RED."""

    forum: object
    label: int
    named: frozenset = frozenset()

    label_field = "label"


@dataclass(frozen=True)
class Change:
    """What a change does to a thread's readers: how many there are, how many lose it, how many get it.

    `opens` is whether anybody may read it then who may not now, or might once he has an account.
    """

    reach: Reach
    readers: int
    lost: int
    gained: int
    opens: bool


def readers_key(place):
    """A short text that is another once others read a thread, or a new one of a forum that is as open as the forum."""
    forum = getattr(place, "forum", place)
    named = [sorted(_named(one)) for one in dict.fromkeys((forum, place))]
    owner = place.state_id if place.label == Label.RED else None
    said = (forum.pk, forum.label, forum.open_to_partners, place.label, owner, named)
    return sha256(repr(said).encode()).hexdigest()[:16]


def reach_of(thread):
    """The Reach of a thread as it is."""
    return Reach(thread.forum, thread.label, _named(thread))


def reach_in(thread, forum):
    """The Reach that a thread has in another forum: never wider than before, nor than the forum."""
    label = max(thread.label, forum.label)
    if label != Label.RED:
        return Reach(forum, label)
    named = _named(thread) if thread.label == Label.RED else _named(forum)
    return Reach(forum, label, named & _named(forum) if forum.label == Label.RED else named)


def _named(record):
    """Ids of the States that a record names under TLP:RED."""
    return frozenset(record.named_states.values_list("pk", flat=True)) if record.label == Label.RED else frozenset()


def change_of(thread, reach):
    """The Change that a Reach would make to a thread."""
    people = members()
    before, after = (readers_of(thread, one, people) for one in (reach_of(thread), reach))
    to_partners = reach.forum.open_to_partners and not thread.forum.open_to_partners
    names_more = thread.label == reach.label and not reach.named <= _named(thread)
    opens = bool(after - before) or to_partners or reach.label < thread.label or names_more
    return Change(reach, len(before), len(before - after), len(after - before), opens)


def change_of_merge(source, target):
    """The Change for the posts of `source` when they become a part of `target`, and how many readers that one loses."""
    people = members()
    reach = Reach(target.forum, max(source.label, target.label))
    was, theirs = readers_of(source, reach_of(source), people), readers_of(target, reach_of(target), people)
    after = readers_of(target, reach, people)
    to_partners = target.forum.open_to_partners and not source.forum.open_to_partners
    opens = bool(after - was) or to_partners
    return Change(reach, len(was), len(was - after), len(after - was), opens), len(theirs - after)


def members():
    """Every member whose account is open, with his mandates of today."""
    held = defaultdict(list)
    for mandate in Mandate.objects.in_force().select_related("state"):
        held[mandate.person_id].append(mandate)
    people = list(User.objects.in_use())
    for person in people:
        person.mandates_in_force = held[person.pk]
    return people


def readers_of(thread, reach, people):
    """Keys of those of the people who read a thread where it has that Reach: the rules of visible_to, without a row."""
    of_forum = _named(reach.forum)
    of_thread = {thread.state_id, *reach.named} - {None}
    hidden = {thread.publication, reach.forum.publication} != {Labelled.Publication.PUBLISHED}
    return {
        person.pk
        for person in people
        if _knows(person, reach.forum, hidden)
        and _reads(person, reach.forum.label, reach.forum.author_id, of_forum)
        and _reads(person, reach.label, thread.author_id, of_thread)
    }


def _knows(person, forum, hidden):
    """Whether somebody may know of what is in a forum at all."""
    if hidden and scope(person, Action.READ_UNPUBLISHED) != Scope.ANY:
        return False
    return forum.open_to_partners or role_of(person) != Role.PARTNER


def _reads(person, label, author, states):
    """Whether somebody reads what has that label, that author and those States."""
    reach = scope(person, READING[label])
    if reach in (Scope.ANY, Scope.NONE):
        return reach == Scope.ANY
    return author == person.pk or (reach == Scope.STATE and bool(state_ids_of(person) & set(states)))
