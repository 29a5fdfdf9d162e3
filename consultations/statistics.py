"""Statistics of a consultation: what each State said, and what was said of each chapter.

Numbers are of the comments that the reader may know of. Whether a State answered at all is on record, though, even
where all it said was hidden by the moderators.
"""

from dataclasses import dataclass, field

from django.db.models import Count, Exists, F, OuterRef, Q, Value
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consultations.disposing import shows_dispositions
from consultations.matrix import chapter_name, comments_for, hears_all
from consultations.matrix_filters import DISPOSITIONS, UNDISPOSED, WHOLE
from consultations.models import Answer, Comment, Endorsement
from consultations.rules import spaces_of
from core.charts import by_name
from core.templatetags.texts import plain
from core.text import fold
from reference.models import MemberState
from training.models import Chapter

SILENT = ""


@dataclass
class Line:
    """The numbers of a State, or of a chapter: `answer` only of a State, `states` only of a chapter."""

    record: object
    choice: str
    comments: int = 0
    proposing: int = 0
    endorsed: int = 0
    endorses: int = 0
    states: int = 0
    answer: str = SILENT
    disposed: dict = field(default_factory=dict)

    @property
    def dispositions(self):
        """[(label, number)] in the order of the columns."""
        return [(label, self.disposed.get(value, 0)) for value, label in DISPOSITIONS.items()]


class Statistics:
    """The numbers of one consultation that passed the gate, for one reader."""

    def __init__(self, consultation, user):
        self.consultation, self.user = consultation, user
        self.hears_all = hears_all(user, consultation)
        self.shows = shows_dispositions(user, consultation)

    @cached_property
    def comments(self):
        return comments_for(self.consultation, self.user)

    @cached_property
    def by_state(self):
        """A Line for each State that is asked or spoke, in the order of their names."""
        states = self._states()
        lines = {state.pk: Line(state, state.slug) for state in states}
        self._count(lines, "state")
        endorsements = Endorsement.objects.filter(comment__in=self.comments)
        for state, n in endorsements.order_by().values_list("state").annotate(n=Count("pk")):
            if state in lines:
                lines[state].endorses, lines[state].answer = n, _("Endorsements")
        self._answers(lines, [state.pk for state in states if state.has_spoken])
        return list(lines.values())

    def _states(self):
        """The States of the lines, each with `has_spoken`: a look-up for each, as there are far more comments."""
        spoke = Comment.objects.of(self.consultation).submitted().order_by().filter(state=OuterRef("pk"))
        known = MemberState.objects.visible_to(self.user).annotate(has_spoken=Exists(spoke)).by_name()
        if not self.hears_all:
            return list(known.filter(pk__in=spaces_of(self.user)))
        named = set(self.consultation.states.order_by().values_list("pk", flat=True))
        rows = list(known)
        asked = {row.pk for row in rows if row.pk in named} or {row.pk for row in rows if row.participates}
        return [row for row in rows if row.pk in asked or row.has_spoken]

    def _answers(self, lines, spoke):
        """What each State answered as a whole, in words."""
        said = {Answer.Kind(kind): str(Answer.Kind(kind).label) for kind in Answer.Kind}
        for state, kind in Answer.objects.visible_to(self.user).of(self.consultation).values_list("state", "kind"):
            if state in lines:
                lines[state].answer = said[kind]
        for state in spoke:
            lines[state].answer = _("Comments")

    @cached_property
    def by_chapter(self):
        """A Line for the whole text, and one for each chapter that is consulted on or has comments."""
        asked = {chapter.pk for chapter in self.consultation.chapters.all()}
        lines = {None: Line(None, WHOLE)}
        chapters = Chapter.objects.of(self.consultation.edition).order_by("order")
        lines |= {chapter.pk: Line(chapter, str(chapter.order)) for chapter in chapters}
        self._count(lines, "chapter")
        for _state, chapter in {(state, chapter) for state, chapter, *_numbers in self._counted}:
            lines[chapter].states += 1
        listed = asked or set(lines) - {None}
        return [line for key, line in lines.items() if line.comments or key in listed]

    @cached_property
    def _counted(self):
        """[(State, chapter, disposition, comments, those that propose, those that are endorsed)], in one statement;
        the disposition is "" for whoever is not shown any."""
        rows = self.comments.order_by().annotate(shown=F("disposition") if self.shows else Value(""))
        endorsed = Exists(Endorsement.objects.order_by().filter(comment=OuterRef("pk")))
        counts = {"proposing": Count("pk", filter=~Q(proposed="")), "endorsed": Count("pk", filter=endorsed)}
        return list(rows.values_list("state", "chapter", "shown").annotate(n=Count("pk"), **counts))

    def _count(self, lines, name):
        """Fill in what is counted alike of States and chapters; `name` tells by which of them."""
        for state, chapter, disposition, n, proposing, endorsed in self._counted:
            line = lines.get(state if name == "state" else chapter)
            if line is None:
                continue
            line.comments += n
            line.proposing += proposing
            line.endorsed += endorsed
            if self.shows:
                value = disposition or UNDISPOSED
                line.disposed[value] = line.disposed.get(value, 0) + n

    @property
    def total(self):
        return sum(line.comments for line in self.by_chapter)

    @property
    def spoken(self):
        """How many States answered, and how many are listed."""
        return sum(line.answer != SILENT for line in self.by_state), len(self.by_state)

    @property
    def headings(self):
        """The columns of dispositions, where these are shown."""
        return list(DISPOSITIONS.values()) if self.shows else []

    @cached_property
    def chart(self):
        """The Chart of comments by State and by chapter, or None without one."""
        states = [(plain(line.record, "name"), line.comments) for line in self.by_state]
        states.sort(key=lambda row: (-row[1], fold(row[0])))
        chapters = [(name_of(line), line.comments) for line in self.by_chapter]
        groups = [(_("By State"), states), (_("By chapter"), chapters)]
        title = _title(states if self.hears_all else [])
        return by_name(groups, title=title, header=[_("State or chapter"), _("Comments")])


def name_of(line):
    """What a Line by chapter is about."""
    return chapter_name(line.record) if line.record else _("The whole text")


def _title(states):
    """The State that commented most, where it is one."""
    if not states or [n for _name, n in states].count(states[0][1]) > 1:
        return _("Comments by State and by chapter")
    name, n = states[0]
    said = ngettext("Most comments: %(state)s, with %(n)s", "Most comments: %(state)s, with %(n)s", n)
    return said % {"state": name, "n": n}
