"""Reminding the mandate-holders of the States that are asked: at the opening, and 14 and 3 days before each closing."""

import datetime
from collections import defaultdict
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from consultations.models import Answer, Comment, Consultation, Endorsement, Reminder
from consultations.rules import is_asked_of
from members.models import Mandate
from notifications.actions import levels_at, notify, tell_watchers
from notifications.delivery import locked
from reference.models import MemberState

Kind = Reminder.Kind
BEFORE = {Kind.THREE_DAYS: datetime.timedelta(days=3), Kind.TWO_WEEKS: datetime.timedelta(days=14)}  # the nearest first
SAID = {
    Kind.OPENING: "consultation_opened",
    Kind.TWO_WEEKS: "consultation_reminder",
    Kind.THREE_DAYS: "consultation_reminder",
}
A_MOMENT = datetime.timedelta(microseconds=1)


def remind():
    """Remind of every consultation that is open and can be answered, what was not said yet. Returns how many people
    were told."""
    return sum(remind_of(consultation) for consultation in Consultation.objects.open().unclosed())


@transaction.atomic
def remind_of(consultation):
    """The same of one. At the opening all States that are asked are told, and whoever watches the publication; later
    only those that have not answered. What was sent is noted with it: run twice, it sends nothing twice."""
    consultation = Consultation.objects.locked().for_detail().with_key(consultation.pk).first()
    if consultation is None or consultation.stage != Consultation.Stage.OPEN or not is_asked_of(consultation.edition):
        return 0
    sent = set(Reminder.objects.of(consultation).values_list("state", "kind", "closes"))
    opened, answered = {state for state, kind, _at in sent if kind == Kind.OPENING}, states_that_answered(consultation)
    due = {state: _due(consultation, state, sent, opened, answered) for state in invited(consultation)}
    due = {state: kind for state, kind in due.items() if kind}
    for state, kind in due.items():
        note(consultation, state, kind)
    told = tell_holders(consultation, {state.pk: SAID[kind] for state, kind in due.items()})
    return told if opened else told + _tell_watchers(consultation, due)


def _due(consultation, state, sent, opened, answered):
    """The Kind of the reminder that a State is to get now, or None."""
    closes = consultation.closes_for(state)
    left = closes - timezone.now()
    if left <= datetime.timedelta():
        return None
    if state.pk not in opened:
        return Kind.OPENING
    kind = next((kind for kind, before in BEFORE.items() if left <= before), None)
    return None if state.pk in answered or (state.pk, kind, closes) in sent else kind


def note(consultation, state, *kinds):
    """Note that a State was told now, and with it of its closing: what would be said of that by now is not said too."""
    closes = consultation.closes_for(state)
    left = closes - timezone.now()
    kinds = {*kinds, *(kind for kind, before in BEFORE.items() if left <= before)}
    rows = [Reminder(consultation=consultation, state=state, kind=kind, closes=closes) for kind in kinds]
    Reminder.objects.bulk_create(rows, ignore_conflicts=True)


def invited(consultation):
    """The States that are asked: all that take part in the Programme, where none is named."""
    named = consultation.states.all()
    return named if named else MemberState.objects.participating()


def states_that_answered(consultation):
    """Keys of those that officially said something, if only that they have no comment, or support that of another."""
    endorsed = Endorsement.objects.filter(comment__consultation=consultation, comment__status=Comment.Status.SUBMITTED)
    answers = Answer.objects.of(consultation)
    comments = Comment.objects.of(consultation).submitted().order_by().values_list("state", flat=True)
    return {*comments.distinct(), *answers.values_list("state", flat=True), *endorsed.values_list("state", flat=True)}


def tell_holders(consultation, kinds, *, by=None):
    """Tell the Focal Points and alternates of some States, {key: name of the kind}, each person once, with the last day
    on which his State can still comment, in his own time. Returns how many were told."""
    if not kinds:
        return 0
    _lock_people(consultation)
    closes = {row.state_id: row.closes for row in consultation.extensions.all()}
    groups, seen = defaultdict(list), set()
    for mandate in Mandate.objects.in_force().of_states(kinds).select_related("person").order_by("state", "pk"):
        if mandate.person_id not in seen:
            seen.add(mandate.person_id)
            at = closes.get(mandate.state_id, consultation.closes)
            groups[kinds[mandate.state_id], last_day(at, mandate.person)].append(mandate.person)
    about = {"subject": ("consultation", consultation.pk), "label": consultation.label, "by": by}
    return sum(notify(to=people, kind=kind, due=due, **about) for (kind, due), people in groups.items())


def _lock_people(consultation):
    """Lock all whom a consultation can be told in one order, whoever else tells some of them of what: they are told in
    groups, with the day that holds for each."""
    holders = Mandate.objects.in_force().of_states([state.pk for state in invited(consultation)])
    watchers = levels_at(consultation, ("consultation", consultation.pk))
    list(locked({*holders.values_list("person", flat=True), *watchers}))


def last_day(closes, person):
    """The last day on which something can be done before a moment, where a person lives."""
    return (closes - A_MOMENT).astimezone(ZoneInfo(person.time_zone)).date()


def _tell_watchers(consultation, told):
    """That it opened, for who watches the publication or a theme of it and is not told as a mandate-holder."""
    holders = Mandate.objects.in_force().of_states([state.pk for state in told]).select_related("person")
    but = [mandate.person for mandate in holders]
    subject = ("consultation", consultation.pk)
    return tell_watchers(consultation, subject=subject, kind="consultation_begun", by=consultation.author, but=but)
