"""What legislation adds to the page of an event: the law of its hosts on its dates, and their standing in treaties."""

from dataclasses import dataclass, field

from django.db.models import Count, Max, Min
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from core.dates import Precision
from core.facets import MOST_COUNTED
from core.languages import localized
from legislation.models import Instrument, TreatyAction
from legislation.treaties import TreatyRow, treaty_standing

ROWS, MOST_COLUMNS = 10, 4
WIDER = [Instrument.Level.INTERNATIONAL, Instrument.Level.REGIONAL]


@dataclass
class HostLaw:
    """A host's law on the dates of an event, apart from what was made for it: {answer: ids}, and the rows to show."""

    state: object
    ids: dict = field(default_factory=lambda: {"yes": [], "unknown": [], "no": []})
    rows: dict = field(default_factory=dict)

    def _first(self, answer):
        return [self.rows[pk] for pk in self.ids[answer][:ROWS] if pk in self.rows]

    @property
    def certain(self):
        return self._first("yes")

    @property
    def doubtful(self):
        return self._first("unknown")

    @property
    def certain_count(self):
        return len(self.ids["yes"])

    @property
    def doubtful_count(self):
        return len(self.ids["unknown"])

    @property
    def other_count(self):
        """How many were in force on none of the days."""
        return len(self.ids["no"])


def law_of(event, user):
    """What was made for the event, the law of each host on its dates, and the numbers of wider law."""
    instruments = Instrument.objects.visible_to(user)
    asked = instruments.concerning(event, event.hosts).answered_during(event.start, event.end).latest_first()
    read = list(asked.values_list("label", "publication", "pk", "made_for_it", "state", "in_force_answer"))
    found = [row[2:] for row in read]
    made = {pk: answer for pk, is_made, _, answer in found if is_made}
    laws = {state.pk: HostLaw(state) for state in event.hosts}
    for pk, is_made, state, answer in found:
        if not is_made:
            laws[state].ids[answer].append(pk)
    rows = _read(instruments, event, found, [*made, *(pk for law in laws.values() for pk in _to_show(law))])
    for law in laws.values():
        law.rows = rows
    wider = [_wider(instruments, level, event.start) for level in WIDER]
    silent = [localized(law.state, "name")[0] for law in laws.values() if not any(law.ids.values())]
    return {
        "made": [rows[pk] for pk in made if pk in rows],
        "host_laws": [law for law in laws.values() if any(law.ids.values())],
        "lawless": get_text_list(silent, _("and")),
        "law_count": list(made.values()).count("yes") + sum(law.certain_count for law in laws.values()),
        "wider_law": wider,
        "shown": list(rows.values()),
        "counted": [*(row[:2] for row in read), *(pair for numbers in wider for pair in numbers["counted"])],
    }


def _to_show(law):
    """The ids of a host's rows: the latest few of which the answer is not no."""
    return [*law.ids["yes"][:ROWS], *law.ids["unknown"][:ROWS]]


def _read(instruments, event, found, wanted):
    """{id: row} with its answer, and why that is not yes. Numbers are counted from ids; only these rows are read."""
    rows = instruments.for_list().in_bulk(wanted)
    for pk, _made, _state, answer in found:
        if row := rows.get(pk):
            row.in_force_answer = answer
            row.reason = reason(row, event.start, event.end)
    return rows


def _wider(instruments, level, day):
    """How many texts of a level beyond the States were in force on a day, counted to a cap.

    "counted" has their strictest label with the first and the last publication by name: "published" twice if all are.
    """
    rows = instruments.of_level(level).in_force_on(day).order_by()[: MOST_COUNTED + 1]
    sums = rows.aggregate(n=Count("pk"), label=Max("label"), first=Min("publication"), last=Max("publication"))
    counted = [(sums["label"], sums["first"]), (sums["label"], sums["last"])] if sums["n"] else []
    n = min(sums["n"], MOST_COUNTED)
    return {"level": level, "n": n, "is_capped": sums["n"] > MOST_COUNTED, "counted": counted}


def reason(instrument, first, last):
    """Why a text was not in force on every day from `first` to `last`, or not for certain; "" where it was."""
    if instrument.in_force_answer == "yes":
        return ""
    start, end = instrument.in_force_on or instrument.adopted_on, instrument.repealed_on
    if start and start.first > last:
        return _("not before %(date)s") % {"date": start.said()}
    if instrument.in_force_answer == "no":
        return _("repealed: %(date)s") % {"date": end.said()}
    if not start:
        return _("no date of adoption or of entry into force is recorded")
    if start.first > first:
        return _("only from %(date)s, after the first day") % {"date": start.said()}
    if start.last > first:
        return _("from some day of %(date)s") % {"date": start.said()}
    return _why_ended(instrument.status, end)


def _why_ended(status, end):
    """Why it is not certain that a text lasted to the end."""
    if end and end.precision == Precision.DAY:
        return _("repealed on %(date)s, before the last day was over") % {"date": end.said()}
    if end:
        return _("repealed on some day of %(date)s") % {"date": end.said()}
    if status == Instrument.Status.REPEALED:
        return _("repealed on a day that is not recorded")
    return _("whether it is still in force is not recorded")


@dataclass
class Standing:
    """One host and one treaty: what stood on the event's first day, what came later, and what may be either."""

    state: object
    treaty: object
    held: TreatyRow | None
    unsure: list
    later: list

    @property
    def is_recorded(self):
        return bool(self.held or self.unsure or self.later)


def treaties_of(event, user):
    """Where each host stood with each recorded treaty when the event began.

    "standings" has a row for each treaty with a Standing for each host; where the hosts are many ("treaties_across")
    a row for each host with a Standing for each treaty.
    """
    hosts = event.hosts
    treaties = list(Instrument.objects.visible_to(user).treaties().for_list().oldest_first())
    actions = list(TreatyAction.objects.visible_to(user).of_states(hosts).on_any(treaties))
    cells = _standings(hosts, treaties, actions, event)
    across = len(hosts) > MOST_COLUMNS
    if across:
        rows = [(state, [cells[state.pk, treaty.pk] for treaty in treaties]) for state in hosts]
    else:
        rows = [(treaty, [cells[state.pk, treaty.pk] for state in hosts]) for treaty in treaties]
    return {
        "treaties": treaties,
        "standings": rows,
        "treaties_across": across,
        "treaty_date": max((action.date for action in actions), default=""),
        "shown": treaties,
    }


def _standings(states, treaties, actions, event):
    """{(state id, treaty id): Standing} of each State and treaty."""
    times = {"held": [], "unsure": [], "later": []}
    for action in sorted(actions, key=lambda action: action.date):
        times[_time_of(action, event)].append(action)
    held = treaty_standing(states, times["held"])
    cells = {
        (state.pk, treaty.pk): Standing(state, treaty, held.get((state.pk, treaty.pk)), [], [])
        for state in states
        for treaty in treaties
    }
    for time in ("unsure", "later"):
        for action in times[time]:
            getattr(cells[action.state_id, action.instrument_id], time).append(action)
    return cells


def _time_of(action, event):
    """Whether an action was there when the event began ("held"), came "later", or is "unsure"."""
    latest = event.start if event.precision == Precision.DAY else event.end
    if action.date.last <= event.start:
        return "held"
    return "later" if action.date.first > latest else "unsure"
