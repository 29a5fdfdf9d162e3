"""The rules of watching: which of a person's watches decides what he is told of a thing.

A watch leads to a thing where it is of the thing itself, of the room where it stands (a thread's forum), or of what it
is filed under: the record it is about, a State, its sub-region, a theme, an event, its series. A combination leads to
it where each of its terms does; a term may also be the kind of thing ("only conversations").

Of the watches that lead to a thing the nearest decides: that of the thing, before that of its room, before
combinations, before all others. Of several equally near ones muted decides before watching, watching before normal.

- Watching: he is told of each change, each conversation, each post.
- Normal: he is told where he is mentioned or answered, and of nothing else, as is who watches nothing that leads there.
- Muted: he is told of nothing, not even that; muted threads and forums are left out of what is counted as unread.

What concerns a person's own work and the records of his State is told whatever he muted.
"""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from notifications.kinds import SUBJECTS


class Level(models.TextChoices):
    WATCHING = "watching", _("Watching")
    NORMAL = "normal", _("Normal")
    MUTED = "muted", _("Muted")


STRENGTH = [Level.NORMAL, Level.WATCHING, Level.MUTED]
ONLY = "only"


def term_of(name, key):
    """A term of a combination as it is kept."""
    return f"{name}:{key}"


def terms_in(also):
    """[(subject name, key)] of the records among the kept terms of a combination."""
    pairs = [term.split(":") for term in also.split()]
    return [(name, int(key)) for name, key in pairs if name != ONLY]


def kind_in(also):
    """The name of the subject that the kept terms of a combination restrict it to, or ""."""
    return next((term.removeprefix(f"{ONLY}:") for term in also.split() if term.startswith(f"{ONLY}:")), "")


def combined(subjects, only=""):
    """(first subject, the other terms as they are kept) of a combination: the same for the same terms in any order."""
    first, *others = sorted(subjects)
    terms = [term_of(*subject) for subject in others] + [term_of(ONLY, only)] * bool(only)
    return first, " ".join(sorted(terms))


@dataclass(frozen=True)
class Place:
    """Where a thing stands: its own (subject name, key), its room or None, and all that leads to it, itself too."""

    subject: tuple
    room: tuple | None
    subjects: frozenset

    @property
    def terms(self):
        return {term_of(*subject) for subject in self.subjects} | {term_of(ONLY, self.subject[0])}

    def nearness(self, watched, also):
        """How near a watch of (subject name, key) and these other terms is; None where it does not lead here."""
        if also:
            return 1 if self.terms.issuperset(also.split()) else None
        return 3 if watched == self.subject else 2 if watched == self.room else 0


def place_of(record, subject, also=()):
    """The Place of a record; `also` names more that leads to it."""
    about = SUBJECTS[subject[0]]
    found = {subject, *also, *about.under(record)}
    room = about.room(record)
    if room:
        found.add(room)
    for name in sorted({name for name, _key in found} & SUBJECTS.keys()):
        found.update(SUBJECTS[name].wider([key for other, key in found if other == name]))
    return Place(subject, room, frozenset(found))


def deciding(place, watches):
    """{account: Level} that decides at a place, of [(account, subject name, key, other terms, level)]."""
    ranks = {}
    for person, name, key, also, level in watches:
        near = place.nearness((name, key), also)
        if near is not None:
            rank = (near, STRENGTH.index(level))
            ranks[person] = max(rank, ranks.get(person, rank))
    return {person: STRENGTH[strength] for person, (_near, strength) in ranks.items()}
