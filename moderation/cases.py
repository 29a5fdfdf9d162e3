"""What waits for the moderators, and what their pages show of it: one case for each thing."""

import datetime
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from members.access import Action, can
from members.audiences import called
from moderation.flags import acts_of
from moderation.lists import Numbered
from moderation.models import Decision, Flag
from moderation.moderated import MODERATED, Moderated, Thing

MOST_WAITING = 1000


@dataclass(frozen=True)
class Waiting:
    """A thing that waits for the moderators, by kind and key; `flags` says how many open reports there are of it."""

    kind: str
    key: int
    since: datetime.datetime
    flags: int = 0
    held: bool = False


class Found(list):
    """A list that is counted and cut as a queryset is."""

    def count(self):
        return len(self)

    def __getitem__(self, wanted):
        found = super().__getitem__(wanted)
        return Found(found) if isinstance(wanted, slice) else found


def waiting_for(user):
    """Everything that waits for a moderator: held back, or reported; the oldest first."""
    found = {}
    for about in MODERATED.values():
        for key, created in about.waiting(user).values_list("pk", "created")[:MOST_WAITING]:
            found[about.name, key] = Waiting(about.name, key, created, held=True)
    reported = list(Flag.objects.visible_to(user).waiting_things()[:MOST_WAITING])
    there = _keys_there(reported, user)
    for row in reported:
        subject = row["subject_kind"], row["subject_key"]
        if subject in there:
            held = subject in found
            since = min(row["since"], found[subject].since) if held else row["since"]
            found[subject] = Waiting(*subject, since, row["n"], held)
    return Found(sorted(found.values(), key=lambda one: (one.since, one.kind, one.key)))


def _keys_there(reported, user):
    """{(kind, key)} of the reported things that still are."""
    there = set()
    for kind in {row["subject_kind"] for row in reported} & MODERATED.keys():
        keys = [row["subject_key"] for row in reported if row["subject_kind"] == kind]
        there |= {(kind, key) for key in MODERATED[kind].rows(user).filter(pk__in=keys).values_list("pk", flat=True)}
    return there


@dataclass(frozen=True)
class Report:
    """A report as its reader sees it."""

    row: Flag
    who: str


@dataclass(frozen=True)
class Case:
    """A thing that moderators look after as its reader sees it; `thing` is None where he may no longer read it."""

    about: Moderated
    key: int
    thing: Thing | None
    waiting: Waiting | None = None
    reports: list = field(default_factory=list)
    decisions: list = field(default_factory=list)
    acts: list = field(default_factory=list)
    version: int = 0

    @property
    def name(self):
        """What a box is called that one ticks for it."""
        return f"{self.about.name}-{self.key}"


def queue_of(request):
    """The list of what waits, narrowed and cut into pages as its address says; each row a Waiting."""
    rows = waiting_for(request.user)
    counts = {"held": len([one for one in rows if one.held]), "reported": len([one for one in rows if one.flags])}
    labels = {"held": _("Waits to be published"), "reported": _("Reported")}
    found = {name: (labels[name], n) for name, n in counts.items() if n}
    return Numbered(request, rows, {"what": (_("Why"), found)}, _narrow)


def _narrow(rows, name, value):
    return Found(one for one in rows if (one.held if value == "held" else one.flags))


def cases_of(rows, reader):
    """The Cases of some Waiting, in their order; as many queries for many as for one."""
    reports, records = {}, {}
    for kind in {one.kind for one in rows}:
        keys = [one.key for one in rows if one.kind == kind]
        records |= {(kind, pk): record for pk, record in MODERATED[kind].rows(reader).in_bulk(keys).items()}
        for row in Flag.objects.visible_to(reader).of_any(kind, keys).open().for_list():
            reports.setdefault((kind, row.subject_key), []).append(row)
    return [_case(one, records[one.kind, one.key], reports, reader) for one in rows if (one.kind, one.key) in records]


def acts_for(cases):
    """What can be done to some of the cases, in one order."""
    possible = {act for case in cases for act in case.acts}
    every = (act for about in MODERATED.values() for act in acts_of(about))
    return [act for act in dict.fromkeys(every) if act in possible]


def _case(one, record, reports, reader):
    about = MODERATED[one.kind]
    acts = [act for act in acts_of(about) if act.is_open(record)]
    told = [Report(row, _who(row, reader)) for row in reports.get((one.kind, one.key), [])]
    return Case(about, one.key, about.thing(record, reader), one, told, acts=acts, version=about.version(record))


def case_of(about, key, reader):
    """One thing as its reader may see it: a moderator all of it, its author what was decided, others their report.

    None where there is nothing for him to see.
    """
    record = about.rows(reader).filter(pk=key).first()
    subject = about.name, key
    reports = [Report(row, _who(row, reader)) for row in Flag.objects.visible_to(reader).of(subject).for_list()]
    decisions = list(Decision.objects.visible_to(reader).of(subject).for_list())
    moderates = can(reader, Action.MODERATE)
    if not (reports or decisions or (moderates and record)):
        return None
    acts = [act for act in acts_of(about) if act.is_open(record)] if moderates and record else []
    if not any(report.row.decision == Flag.Decision.OPEN for report in reports):
        acts = [act for act in acts if act in about.acts]
    thing = about.thing(record, reader) if record else None
    return Case(about, key, thing, None, reports, decisions, acts, about.version(record) if record else 0)


def _who(row, reader):
    """Who reported it, by name for those to whom that person shows it."""
    if row.by is None:
        return _("a member")
    body = row.by.state or row.by.organisation
    return " · ".join(str(part) for part in (called(row.by, reader, _("a member")), body) if part)
