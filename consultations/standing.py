"""Where each State of a reader stands in a consultation: its drafts, what it submitted, until when it comments."""

import datetime
from dataclasses import dataclass

from django.db.models import Count, Q

from consultations.matrix import hears_all
from consultations.models import Answer, Comment
from consultations.rules import spaces_of, speaks_for, why_not_comment
from core.dates import today
from members.access import Action, Scope, scope
from reference.models import MemberState

UTC = datetime.UTC


@dataclass(frozen=True)
class Place:
    """One State, with numbers of its comments; `answer` is an Answer or None, `why_not` a sentence or ""."""

    state: MemberState
    drafts: int
    submitted: int
    answer: Answer | None
    closes: datetime.datetime
    is_extended: bool
    is_invited: bool
    why_not: str
    may_submit: bool

    @property
    def has_answered(self):
        return bool(self.submitted or self.answer)


def places_of(consultation, user):
    """[Place] of the States in whose space a reader of the consultation writes."""
    keys = spaces_of(user)
    if not keys:
        return []
    counts = _counts(consultation, keys)
    answers = {row.state_id: row for row in Answer.objects.of(consultation).filter(state__in=keys)}
    found = []
    for state in MemberState.objects.filter(pk__in=keys).by_name():
        closes = consultation.closes_for(state)
        place = Place(
            state,
            counts.get((state.pk, "draft"), 0) + counts.get((state.pk, "withdrawn"), 0),
            counts.get((state.pk, "submitted"), 0),
            answers.get(state.pk),
            closes,
            closes != consultation.closes,
            consultation.invites(state),
            why_not_comment(consultation, state),
            speaks_for(user, state.pk),
        )
        found.append(place)
    return found


def _counts(consultation, keys):
    """{(State, status): how many comments}."""
    rows = Comment.objects.of(consultation).filter(state__in=keys).order_by()
    return {(state, status): n for state, status, n in rows.values_list("state", "status").annotate(n=Count("pk"))}


def numbers_of(consultation, user):
    """{"comments", "states", "waiting", "answers"} of what a reader knows was submitted, and whether that is of all
    States ("hears_all"), or will be ("comes_later"); {} for who reads none."""
    if scope(user, Action.READ_COMMENTS) == Scope.NONE:
        return {}
    comments = Comment.objects.visible_to(user).of(consultation).submitted()
    numbers = comments.aggregate(
        comments=Count("pk"), states=Count("state", distinct=True), waiting=Count("pk", filter=Q(disposition=""))
    )
    numbers["hears_all"] = hears_all(user, consultation)
    numbers["comes_later"] = not numbers["hears_all"] and scope(user, Action.READ_COMMENTS) == Scope.ANY
    return numbers | {"answers": Answer.objects.visible_to(user).of(consultation).count()}


def changes_today(consultations, now):
    """Whether one of them opens, or takes its last comment, between a moment and the end of its day (UTC): a page that
    says how they stand changes then without a write, and is not kept until it has."""
    night = datetime.datetime.combine(today() + datetime.timedelta(days=1), datetime.time(), UTC)
    return any(now < at < night for row in consultations for at in (row.opens, row.ends))
