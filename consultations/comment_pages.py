"""What pages of comments show: the text that a comment is on, how it is changed, and what its reader may do with it."""

from dataclasses import dataclass, field
from functools import cached_property

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from consultations.disposing import shows_dispositions
from consultations.insertions import in_one
from consultations.matrix import audience_for
from consultations.models import Comment, CommentNote, Consultation, Endorsement
from consultations.rules import spaces_of, speaks_for, states_spoken_for, why_not_comment, why_not_endorse
from core.inputs import keys_of
from core.languages import language_name
from core.markdown import to_html
from members.access import Action, can
from moderation.differences import Difference, marked
from moderation.refusals import Refused
from reference.models import MemberState
from training.models import Chapter, EditionParagraph, ParagraphText
from training.workshop import shown

Status = Comment.Status
COMPARED = ("text", "proposed", "rationale")


def consultation_for(user, key):
    return get_object_or_404(Consultation.objects.visible_to(user).for_detail(), pk=key)


def space_of(user, key, slug):
    """(Consultation, State) of a space in which `user` writes; 404 for what he may not know of."""
    states = MemberState.objects.filter(pk__in=spaces_of(user))
    return consultation_for(user, key), get_object_or_404(states, slug=slug)


def comment_for(user, key):
    """A comment that `user` may know of, with its consultation; else 404."""
    comment = get_object_or_404(Comment.objects.visible_to(user).for_detail(), pk=key)
    comment.consultation = consultation_for(user, comment.consultation_id)
    if comment.placed_id:
        _know(comment.placed, comment.consultation.edition)
    if comment.chapter_id:
        comment.chapter.edition = comment.consultation.edition
    return comment


def _know(placed, edition):
    """Paragraph and chapter know the same edition."""
    placed.edition = placed.chapter.edition = edition
    return placed


@dataclass
class Subject:
    """What a comment is on: a paragraph, a chapter or, with neither, the whole text."""

    consultation: Consultation
    placed: EditionParagraph | None = None
    chapter: Chapter | None = None
    language: str = ""
    texts: dict = field(default_factory=dict)

    @property
    def where(self):
        """In words, as the comment says it."""
        return Comment(consultation=self.consultation, placed=self.placed, chapter=self.chapter).where

    @property
    def url(self):
        """Where it is read."""
        return (self.placed or self.chapter or self.consultation.edition).get_absolute_url()

    @property
    def text(self):
        row = self.texts.get(self.language)
        return row.text if row else ""

    @property
    def body(self):
        row = self.texts.get(self.language)
        return shown(row.html) if row else ""

    @property
    def languages(self):
        """[(code, own name)] of the other languages in which the paragraph can be commented on."""
        return [(code, language_name(code)) for code in self.texts if code != self.language]

    @property
    def place(self):
        """What an address says of it: "p=17"."""
        if self.placed:
            return f"p={self.placed.paragraph.serial}"
        return f"chapter={self.chapter.order}" if self.chapter else ""


def asked_subject(consultation, query):
    """The Subject that an address names; Refused where there is none such in what the States are asked about."""
    edition, placed, chapter = consultation.edition, None, None
    if "p" in query:
        rows = EditionParagraph.objects.of(edition).at(query["p"]).for_writing()
        placed = rows.first()
        chapter = placed.chapter if placed else None
    elif "chapter" in query:
        numbers = keys_of([query["chapter"]])
        chapter = Chapter.objects.of(edition).numbered(numbers[0]).first() if numbers else None
    if chapter is None and ("p" in query or "chapter" in query):
        raise Refused(_("What you comment on is not, or no longer, in this text. Your comment is kept below."))
    asked = {row.pk for row in consultation.chapters.all()}
    if chapter and asked and chapter.pk not in asked:
        raise Refused(_("The States are not asked about this chapter. Your comment is kept below."))
    if chapter:
        chapter.edition = edition
    return _with_texts(Subject(consultation, placed and _know(placed, edition), chapter), query.get("language", ""))


def subject_of(comment, language=""):
    """The Subject of a comment, its text in the language in which a change was proposed, or in the one asked for."""
    subject = Subject(comment.consultation, comment.placed, comment.chapter)
    return _with_texts(subject, language or comment.text_language)


def _with_texts(subject, language):
    original = subject.consultation.edition.language
    if subject.placed:
        subject.texts = {row.language: row for row in ParagraphText.objects.filter(placed=subject.placed)}
    subject.language = language if language in subject.texts else original
    return subject


def compared(comment, words):
    """Where a draft as it is now and the words of a form differ: [Difference], what is saved before."""
    rows = []
    for name in COMPARED:
        saved, mine = getattr(comment, name), words.get(name) or ""
        if name == "proposed":
            mine = "" if mine == comment.base else mine
        if saved != mine:
            label = str(Comment._meta.get_field(name).verbose_name).capitalize()
            rows.append(Difference(name, label, "", *marked(saved, mine)))
    return rows


class Change:
    """What a comment would change in its paragraph."""

    def __init__(self, comment, effort=None):
        self.comment, self.effort = comment, effort

    @cached_property
    def _in_one(self):
        return in_one(to_html(self.comment.base), to_html(self.comment.proposed), effort=self.effort)

    @property
    def html(self):
        """Both texts as one, with insertions and deletions; None where no word differs, but only how they are set."""
        (html,), differs = self._in_one
        return html if differs else None

    @cached_property
    def sides(self):
        """(The paragraph, the paragraph as proposed) as they are written, with what differs, as safe HTML."""
        return marked(self.comment.base, self.comment.proposed)


@dataclass(frozen=True)
class Supporter:
    """A State for which the reader may endorse a comment: whether it has, or why it cannot now."""

    state: MemberState
    has: bool
    why_not: str


class Opened:
    """A comment as one reader sees it, and what he may do with it."""

    def __init__(self, comment, user):
        self.comment, self.user, self.consultation = comment, user, comment.consultation
        self.is_ours = comment.state_id in spaces_of(user)
        self.why_not = why_not_comment(self.consultation, comment.state)

    @cached_property
    def subject(self):
        return subject_of(self.comment)

    @cached_property
    def change(self):
        """The Change that is proposed, or None."""
        return Change(self.comment) if self.comment.proposed else None

    @property
    def audience(self):
        """For whom what was submitted is, as in the matrix."""
        return audience_for(self.consultation)

    @property
    def is_decided(self):
        """Whether the reader knows what became of it."""
        return bool(self.comment.disposition) and shows_dispositions(self.user, self.consultation)

    @cached_property
    def notes(self):
        return list(CommentNote.objects.visible_to(self.user).of(self.comment).for_list())

    @cached_property
    def endorsements(self):
        return list(Endorsement.objects.visible_to(self.user).of(self.comment).for_list())

    @cached_property
    def supporters(self):
        """The States for which the reader may say whether they endorse it."""
        comment = self.comment
        if comment.status != Status.SUBMITTED or comment.is_hidden or self.is_ours:
            return []
        there = {row.state_id for row in self.endorsements}
        states = states_spoken_for(self.user)
        return [Supporter(state, state.pk in there, why_not_endorse(comment, state)) for state in states]

    @property
    def may_write(self):
        """Whether the reader writes this comment, as far as his place in the State goes."""
        return self.is_ours and can(self.user, Action.DRAFT_COMMENT, self.comment)

    @property
    def may_edit(self):
        return self.may_write and self.comment.status != Status.SUBMITTED and not self.why_not

    @property
    def may_remove(self):
        return self.may_write and self.comment.status == Status.DRAFT

    @property
    def speaks(self):
        """Whether the reader speaks officially for the State of the comment."""
        return speaks_for(self.user, self.comment.state_id)

    @property
    def may_submit(self):
        return self.speaks and self.comment.status != Status.SUBMITTED and not self.why_not

    @property
    def may_withdraw(self):
        return self.speaks and self.comment.status == Status.SUBMITTED and not self.comment.disposition
