"""Verbs of commenting: draft, discuss, submit and withdraw comments, endorse those of others, answer without any."""

import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consultations.models import Answer, Comment, CommentNote, Consultation, Endorsement
from consultations.rules import why_not_comment, why_not_endorse
from core.languages import CONTENT_CODES
from core.markdown import is_blank, without_directions
from core.text import clean_text
from members.audit import audit
from members.models import AuditEntry
from moderation.refusals import Refused
from training.models import ParagraphText

Status = Comment.Status
WRITTEN = ["kind", "text", "proposed", "rationale", "language", "text_language"]
LONGEST = {name: Comment._meta.get_field(name).max_length for name in ("text", "proposed", "rationale")}


class ChangedMeanwhile(Refused):
    """Somebody else saved the draft since it was opened; `comment` is as it is now."""

    def __init__(self, comment):
        super().__init__(_("Nothing was done: somebody else changed this draft since you opened it."))
        self.comment = comment


def locked_consultation(consultation):
    """The consultation as it is now, which nobody else changes until the transaction ends; else Refused."""
    found = Consultation.objects.locked().select_related("edition__work").with_key(consultation.pk).first()
    if found is None:
        raise Refused(_("Nothing was done: this consultation was withdrawn."))
    return found


def _locked(comment):
    """(The comment as it is now, locked with its consultation); else Refused."""
    consultation = locked_consultation(comment.consultation)
    found = Comment.objects.locked().for_list().with_key(comment.pk).first()
    if found is None:
        raise Refused(_("Nothing was done: this comment was removed."))
    found.consultation = consultation
    return found


def _refuse_untimely(consultation, state, keep=False):
    """Raise Refused where a State cannot comment now; with `keep`, where it is not asked at all."""
    if (reason := why_not_comment(consultation, state)) and not (keep and consultation.invites(state)):
        raise Refused(reason)


@transaction.atomic
def draft_comment(
    *, consultation, state, by, text, kind, language, placed=None, chapter=None, proposed="", rationale="",
    text_language="", token=None, keep=False,
):  # fmt: skip
    """A new draft in a State's own space, on a paragraph (`placed`), a chapter or, with neither, the whole text.

    Returns the Comment. The same `token` again is the same draft, with the words that came last.

    Refused where the State cannot comment now; with `keep` it is kept all the same where the State is asked, so that no
    text is lost: nothing but its submission depends on the time.
    """
    consultation = locked_consultation(consultation)
    words = _words(text, kind, proposed, rationale, language, text_language)
    if there := token and Comment.objects.by_token(token).of(consultation).by_state(state).first():
        version = None if there.version == 1 and there.author_id == by.pk else 0
        return edit_comment(comment=there, by=by, version=version, keep=keep, **words)
    _refuse_untimely(consultation, state, keep)
    chapter = placed.chapter if placed else chapter
    _refuse_elsewhere(consultation, chapter)
    if token and Comment.objects.by_token(token).exists():
        raise Refused(_("Not saved: this form was sent before, for another State or text. Open it once more."))
    comment = Comment(consultation=consultation, state=state, placed=placed, chapter=chapter, author=by)
    comment.token = token or comment.token
    _write(comment, words)
    comment.save()
    return comment


def _refuse_elsewhere(consultation, chapter):
    """Raise Refused where a chapter is not among those on which the States are asked."""
    if chapter is None:
        return
    if chapter.edition_id != consultation.edition_id:
        raise Refused(_("Not saved: this is not, or no longer, in the text on which the States are asked."))
    asked = {row.pk for row in consultation.chapters.all()}
    if asked and chapter.pk not in asked:
        raise Refused(_("Not saved: the States are not asked about this chapter."))


def _words(text, kind, proposed, rationale, language, text_language):
    """What somebody wrote, as it is kept; Refused where it says nothing, or too much."""
    words = {"text": text, "proposed": proposed, "rationale": rationale}
    words = {name: without_directions(clean_text(said or "")).strip() for name, said in words.items()}
    if is_blank(words["text"]):
        raise Refused(_("Not saved: a comment says something."))
    for name, most in LONGEST.items():
        if len(words[name]) > most:
            label = Comment._meta.get_field(name).verbose_name
            said = {"field": label, "most": most}
            raise Refused(_("Not saved: the %(field)s has more than %(most)d characters.") % said)
    if kind not in Comment.Kind.values or language not in CONTENT_CODES or text_language not in ["", *CONTENT_CODES]:
        raise Refused(_("Not saved: the type or the language is none of those there are."))
    if is_blank(words["proposed"]):
        words["proposed"] = ""
    return words | {"kind": kind, "language": language, "text_language": text_language}


def _write(comment, words):
    """Give a comment its words; of the proposed change also the text on which it was written."""
    begun = (comment.text_language, bool(comment.base))
    for name, said in words.items():
        setattr(comment, name, said)
    comment.text_language = comment.text_language or comment.consultation.edition.language
    if comment.placed_id is None and comment.proposed:
        raise Refused(_("Not saved: a change is proposed on a paragraph. Say in the comment what you would change."))
    if not comment.proposed:
        comment.base = ""
    elif begun != (comment.text_language, True):
        comment.base = text_of(comment.placed, comment.text_language)
        if not comment.base:
            raise Refused(_("Not saved: the paragraph has no text in the language of the proposed change."))
    if comment.proposed == comment.base:
        comment.proposed = comment.base = ""
    comment.changed = timezone.now()


def text_of(placed, language):
    """What a paragraph says in a language, in Markdown, or ""."""
    row = ParagraphText.objects.filter(placed=placed).in_languages([language]).first()
    return row.text if row else ""


@transaction.atomic
def edit_comment(
    *, comment, by, version, text, kind, language, proposed="", rationale="", text_language="", keep=False, source=""
):
    """Other words for a draft, or for a comment that was withdrawn, which is a draft again then; returns the Comment.

    `version` is the one that was before the writer: ChangedMeanwhile where it is no longer the last (None asks not).
    `keep` is that of draft_comment; `source` is from where the words came, for the history.
    """
    words = _words(text, kind, proposed, rationale, language, text_language)
    comment = _locked(comment)
    if comment.status == Status.SUBMITTED:
        raise Refused(_("Not saved: the comment was submitted. Its Focal Point can withdraw it."))
    _refuse_untimely(comment.consultation, comment.state, keep)
    before = said_in(comment)
    _write(comment, words)
    if said_in(comment) == before:
        return comment
    if version not in (None, comment.version):
        raise ChangedMeanwhile(Comment.objects.for_detail().get(pk=comment.pk))
    if comment.status == Status.WITHDRAWN:
        comment.endorsements.all().delete()  # other States supported other words
    comment.status, comment.version = Status.DRAFT, comment.version + 1
    comment._history_user, comment._change_reason = by, source or None
    comment.save()
    return comment


def said_in(comment):
    """What a comment says, to be compared."""
    return [getattr(comment, name) for name in WRITTEN]


@transaction.atomic
def remove_draft(*, comment, by, version=None):
    """Take a draft away. One that was submitted before and changed since is again what was submitted, withdrawn.
    Returns the Comment that is left, or None."""
    comment = _locked(comment)
    if comment.status != Status.DRAFT:
        raise Refused(_("Not removed: it was submitted, and stays on record. Its Focal Point can withdraw it."))
    if version not in (None, comment.version):
        raise ChangedMeanwhile(comment)
    if comment.serial is None:
        comment.delete()
        return None
    said = comment.history.filter(status=Status.SUBMITTED).latest()
    for name in [*WRITTEN, "base"]:
        setattr(comment, name, getattr(said, name))
    comment.status, comment.version, comment.changed = Status.WITHDRAWN, comment.version + 1, timezone.now()
    comment.save()
    return comment


@transaction.atomic
def add_note(*, comment, text, by, token=None):
    """Say something of a comment to the people of one's own State; returns the CommentNote. The same words with the
    same token are the same note."""
    text = without_directions(clean_text(text)).strip()
    if is_blank(text):
        raise Refused(_("Not sent: a note says something."))
    if len(text) > (most := CommentNote._meta.get_field("text").max_length):
        raise Refused(_("Not sent: a note has at most %(most)d characters.") % {"most": most})
    comment = _locked(comment)
    if token is None:
        return CommentNote.objects.create(comment=comment, text=text, by=by)
    own = uuid.uuid5(token, f"{comment.pk}/{by.pk}/{text}")  # going back in the browser, one sends a form once more
    return CommentNote.objects.get_or_create(token=own, defaults={"comment": comment, "text": text, "by": by})[0]


@transaction.atomic
def submit_comments(*, consultation, state, versions, by):
    """Say drafts of a State officially, all or none; returns those that were submitted now, in their order.

    `versions` is {key: version} as the Focal Point had them before him: Refused where one was changed or removed
    meanwhile. What is submitted already is left as it is. An official answer without comments is void then.
    """
    consultation = locked_consultation(consultation)
    _refuse_untimely(consultation, state)
    mine = Comment.objects.of(consultation).by_state(state)
    chosen = list(mine.locked().for_list().with_keys(versions).in_matrix_order())
    drafts = [row for row in chosen if row.status != Status.SUBMITTED]
    if len(chosen) != len(versions) or any(row.version != versions[row.pk] for row in drafts):
        raise Refused(_("Nothing was submitted: some of it was changed or removed since you opened this page."))
    last, now = mine.last_serial(), timezone.now()
    for row in drafts:
        if row.serial is None:
            last += 1
            row.serial = last
        row.consultation, row.status, row.submitted, row.submitted_by = consultation, Status.SUBMITTED, now, by
        row.save()
    if drafts:
        Answer.objects.of(consultation).by_state(state).delete()
        _log(consultation, by, f"submitted: {', '.join(row.code for row in drafts)}")
    return drafts


@transaction.atomic
def withdraw_comment(*, comment, by):
    """Take back what a State submitted, while the secretariat has not disposed of it; returns the Comment, which can be
    edited and submitted again."""
    comment = _locked(comment)
    if comment.status != Status.SUBMITTED:
        return comment
    if comment.disposition:
        raise Refused(_("Not withdrawn: the secretariat has disposed of this comment already."))
    comment.status = Status.WITHDRAWN
    comment.save()
    _log(comment.consultation, by, f"withdrawn: {comment.code}")
    return comment


def _log(consultation, by, detail):
    """An official act of a State in the log."""
    subject = ("consultation", consultation.pk)
    audit(AuditEntry.Kind.PUBLICATION, by=by, subject=subject, label=consultation.label, detail=detail)


@transaction.atomic
def give_answer(*, consultation, state, kind, by):
    """The official word of a State that has nothing to comment, instead of the one before; returns the Answer."""
    consultation = locked_consultation(consultation)
    _refuse_untimely(consultation, state)
    if Comment.objects.of(consultation).by_state(state).submitted().exists():
        raise Refused(_("Not answered: your State has submitted comments. Withdraw them first."))
    there = Answer.objects.of(consultation).by_state(state).first()
    if there and there.kind == kind:
        return there
    _log(consultation, by, f"answered for {state.iso2}: {kind}")
    said = {"kind": kind, "by": by, "at": timezone.now()}
    return Answer.objects.update_or_create(consultation=consultation, state=state, defaults=said)[0]


@transaction.atomic
def take_back_answer(*, consultation, state, by):
    """Let a State be one that has not answered yet."""
    consultation = locked_consultation(consultation)
    _refuse_untimely(consultation, state)
    if Answer.objects.of(consultation).by_state(state).delete()[0]:
        _log(consultation, by, f"answer taken back for {state.iso2}")


@transaction.atomic
def endorse(*, comment, state, by):
    """Support the comment of another State; safe to repeat. Returns the Endorsement."""
    comment = _locked(comment)
    if reason := why_not_endorse(comment, state):
        raise Refused(reason)
    return Endorsement.objects.get_or_create(comment=comment, state=state, defaults={"by": by})[0]


@transaction.atomic
def take_back_endorsement(*, comment, state, by):
    """Support it no longer, while the time to endorse lasts; safe to repeat."""
    comment = _locked(comment)
    if reason := why_not_endorse(comment, state):
        raise Refused(reason)
    Endorsement.objects.of(comment).by_state(state).delete()
