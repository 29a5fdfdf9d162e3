"""What a State's own space in a consultation shows: its comments, what can be submitted, its official answer."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from consultations.comment_forms import MOST_SUBMITTED
from consultations.comment_pages import Change
from consultations.insertions import Effort
from consultations.models import Answer, Comment
from consultations.rules import speaks_for, why_not_comment
from moderation.lists import Numbered
from training.models import Chapter

Status = Comment.Status
LONGEST_BEGINNING = 220


@dataclass(frozen=True)
class Row:
    """A comment of a list, with the beginning of what it says."""

    comment: Comment
    beginning: str


@dataclass(frozen=True)
class Waiting:
    """A comment that can be submitted, with all that it says."""

    comment: Comment
    change: Change | None
    is_chosen: bool

    @property
    def value(self):
        return f"{self.comment.pk}:{self.comment.version}"


class Space:
    """The space of a State in a consultation, for somebody of it."""

    def __init__(self, consultation, state, user):
        self.consultation, self.state, self.user = consultation, state, user
        self.why_not = why_not_comment(consultation, state)
        self.closes = consultation.closes_for(state)

    @cached_property
    def comments(self):
        return Comment.objects.visible_to(self.user).of(self.consultation).by_state(self.state)

    @cached_property
    def counts(self):
        """{status: how many comments}."""
        return self.comments.counted_by_status()

    @property
    def submitted(self):
        return self.counts.get(Status.SUBMITTED, 0)

    @property
    def drafts(self):
        return self.counts.get(Status.DRAFT, 0)

    @property
    def has_more(self):
        """Whether more can be submitted than one page shows."""
        return sum(self.counts.values()) - self.submitted > MOST_SUBMITTED

    @cached_property
    def answer(self):
        return Answer.objects.of(self.consultation).by_state(self.state).first()

    @cached_property
    def speaks(self):
        """Whether the reader speaks officially for the State."""
        return speaks_for(self.user, self.state.pk)

    @property
    def may_answer(self):
        return self.speaks and not self.why_not and not self.submitted

    @property
    def may_submit(self):
        return self.speaks and not self.why_not and bool(self.counts.keys() - {Status.SUBMITTED})

    @cached_property
    def chapters(self):
        """Those on which the States are asked, with their titles."""
        asked = list(self.consultation.chapters.all())
        rows = sorted(asked, key=lambda row: row.order) or list(
            Chapter.objects.of(self.consultation.edition).in_order()
        )
        for row in rows:
            row.edition = self.consultation.edition
        return rows

    def listing(self, request):
        """The State's comments in the order of the text, in numbered pages, narrowed by their status."""
        statuses = {row.value: (row.label.capitalize(), self.counts[row]) for row in Status if row in self.counts}
        rows = self.comments.for_list().with_author().with_notes().in_matrix_order()
        return Numbered(request, rows, {"status": (_("Status"), statuses)}, _with_status)

    def waiting(self, chosen=()):
        """What can be submitted, at most so many at once. Those of some `chosen` keys stand first and are ticked, or
        all drafts are."""
        rows = self.comments.unsubmitted().for_list().with_author().in_matrix_order()
        first = list(rows.with_keys(chosen)[:MOST_SUBMITTED]) if chosen else []
        rows, effort = [*first, *rows.exclude(pk__in=chosen)[: MOST_SUBMITTED - len(first)]], Effort()
        return [Waiting(row, Change(row, effort) if row.proposed else None, _is_chosen(row, chosen)) for row in rows]


def _with_status(rows, _name, value):
    return rows.with_status(value)


def _is_chosen(comment, chosen):
    return comment.pk in chosen if chosen else comment.status == Status.DRAFT


def rows_of(comments):
    """The Rows of some comments."""
    return [Row(row, Truncator(row.text).chars(LONGEST_BEGINNING)) for row in comments]
