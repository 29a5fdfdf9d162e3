"""Verbs of the secretariat on what the States said: dispose of comments, and close a consultation."""

from hashlib import sha256

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consultations.commenting import locked_consultation
from consultations.models import Comment, Consultation
from core import moments
from core.markdown import without_directions
from core.text import clean_text
from members.access import Action, can
from members.audit import audit
from members.models import AuditEntry, Mandate, User
from moderation.refusals import Refused
from notifications.actions import notify
from training.actions import give_way, locked_edition
from training.models import Edition

Disposition = Comment.Disposition
NEEDS_REASON = {Disposition.NOT_ACCEPTED, Disposition.IN_PART}
TAKES_IN = {Disposition.ACCEPTED, Disposition.IN_PART}  # what goes into the next edition
LINKED = {*TAKES_IN, Disposition.NOTED}  # what a change of the text may answer


def shows_dispositions(user, consultation):
    """Whether somebody reads how comments were disposed of: everybody who reads these once the consultation is closed,
    before that who disposes of them."""
    return consultation.closed is not None or can(user, Action.CONSULT)


def standing_of(comment):
    """A text that says what a secretary saw of a comment and of its disposition, to be compared."""
    said = (comment.version, comment.status, comment.disposition, comment.observation)
    return sha256("\n".join(map(str, said)).encode()).hexdigest()[:16]


def _still_open(consultation):
    """The consultation as it is now, locked; Refused where what became of it is published already."""
    consultation = locked_consultation(consultation)
    if consultation.closed:
        raise Refused(_("Nothing was changed: this consultation is closed, and what became of it is published."))
    return consultation


@transaction.atomic
def dispose(*, comments, disposition, observation, by, seen=None):
    """Say what becomes of one comment, or of several together: then the others are handled with the first of them.

    `seen` is {primary key: standing_of} as they were read: Refused, and nothing done, where one of them stands
    otherwise now. "" takes a disposition back. No change of the text answers what is not, or no longer, accepted. The
    same once more changes nothing. Returns the comments.
    """
    consultation = _still_open(comments[0].consultation)
    observation = without_directions(clean_text(observation)).strip()
    if disposition in NEEDS_REASON and not observation:
        raise Refused(_("Nothing was changed: say why it is not accepted, or not all of it."))
    first, *others = _as_they_are(comments, consultation)
    wanted = [(first, None), *((row, first if disposition else None) for row in others)]
    changed = [pair for pair in wanted if not _is_so(*pair, disposition, observation)]
    _refuse_overtaken([row for row, _first in changed], seen or {})
    _let_go([first, *others])
    for row, leading in changed:
        row.disposition, row.observation, row.handled_with = disposition, observation, leading
        row.disposed_by, row.disposed = (by, timezone.now()) if disposition else (None, None)
        row.save(update_fields=["disposition", "observation", "handled_with", "disposed_by", "disposed"])
        if disposition not in LINKED:
            row.changes.clear()
    return [first, *others]


@transaction.atomic
def dispose_each(*, groups, disposition, observation, by, seen=None):
    """The same for several groups of comments: all of them, or none."""
    for comments in groups:
        dispose(comments=comments, disposition=disposition, observation=observation, by=by, seen=seen)


def _as_they_are(comments, consultation):
    """The comments as they are now, locked, in the order in which they were given."""
    rows = Comment.objects.of(consultation).submitted().filter(pk__in=[row.pk for row in comments])
    found = {row.pk: row for row in rows.select_related("state").order_by("pk").locked()}
    for row in found.values():
        row.consultation = consultation
    keys = dict.fromkeys(row.pk for row in comments)
    if found.keys() != keys.keys():
        raise Refused(_("Nothing was changed: a comment was withdrawn meanwhile. Look at the list again."))
    return [found[key] for key in keys]


def _is_so(comment, leading, disposition, observation):
    now = (comment.disposition, comment.observation, comment.handled_with_id)
    return now == (disposition, observation, leading.pk if leading else None)


def _refuse_overtaken(comments, seen):
    for row in comments:
        if seen.get(row.pk, standing_of(row)) != standing_of(row):
            said = _("Nothing was changed: somebody else decided on %(code)s since you opened it. Read it again.")
            raise Refused(said % {"code": row.code})


def _let_go(comments):
    """What was handled with these before, and is not among them now, stands for itself."""
    keys = [row.pk for row in comments]
    for row in Comment.objects.filter(handled_with__in=keys).exclude(pk__in=keys).order_by("pk").locked():
        row.handled_with = None
        row.save(update_fields=["handled_with"])


def why_not_close(consultation):
    """Why a consultation cannot be closed now, as a sentence; "" where it can."""
    now = timezone.now()
    if now < consultation.ends:
        return _("States can still comment. It can be closed after %(when)s.") % {"when": _said(consultation.ends)}
    if now < consultation.endorsing_ends:
        words = _("States can still endorse comments. It can be closed after %(when)s.")
        return words % {"when": _said(consultation.endorsing_ends)}
    if waiting := Comment.objects.of(consultation).undisposed().count():
        said = ngettext("%(n)d comment has no disposition yet.", "%(n)d comments have no disposition yet.", waiting)
        return said % {"n": waiting}
    return ""


def _said(at):
    return f"{moments.moment(at)} {moments.offset(at)}"


@transaction.atomic
def close_consultation(*, consultation, by):
    """Publish what became of all comments, and tell the States that commented or endorsed. Nothing of it changes after
    that; closed already, it stays as it is. Where a later edition is final already, that takes the place of the one
    that was asked about. Returns the consultation."""
    locked_edition(consultation.edition)
    consultation = locked_consultation(consultation)
    if consultation.closed:
        return consultation
    if reason := why_not_close(consultation):
        raise Refused(_("Nothing was closed: %(reason)s") % {"reason": reason})
    consultation.closed = timezone.now()
    consultation.save(update_fields=["closed"])
    subject, label = ("consultation", consultation.pk), consultation.label
    audit(AuditEntry.Kind.PUBLICATION, by=by, subject=subject, label=label, detail="dispositions published")
    notify(to=_concerned(consultation), kind="consultation_closed", subject=subject, label=label, by=by)
    give_way(edition=consultation.edition, by=by)
    return consultation


def _concerned(consultation):
    """Who holds a mandate of a State that commented or endorsed, and who wrote what was submitted."""
    said = Comment.objects.of(consultation).submitted().order_by()
    states = set(said.values_list("state", flat=True)) | set(said.values_list("endorsements__state", flat=True))
    holders = Mandate.objects.in_force().of_states(states - {None}).order_by().values_list("person", flat=True)
    writers = said.values_list("author", flat=True)
    return User.objects.filter(pk__in=({*holders} | {*writers}) - {None}).order_by("pk")


def holds_back(edition):
    """Why an edition cannot be made final yet: what the States were asked of it is not answered; "" where it can."""
    if edition.status != Edition.Status.CONSULTATION:
        return ""
    if Consultation.objects.of(edition).unclosed().exists():
        return _("A consultation on this edition is not closed yet.")
    return ""


def looks_at(edition):
    """Sentences of what the States said of earlier editions, and is not in one that is to be made final."""
    if edition.number == 1 or edition.status not in (Edition.Status.DRAFTING, Edition.Status.CONSULTATION):
        return []
    earlier = Consultation.objects.filter(edition__work=edition.work_id, edition__number__lt=edition.number)
    said = []
    if n := earlier.unclosed().count():
        words = ngettext(
            "%(n)d consultation on an earlier edition is not closed.",
            "%(n)d consultations on earlier editions are not closed.",
            n,
        )
        said.append(words % {"n": n})
    if n := Comment.objects.filter(consultation__in=earlier).submitted().unapplied().count():
        words = ngettext(
            "%(n)d accepted proposal is not in the text yet.", "%(n)d accepted proposals are not in the text yet.", n
        )
        said.append(words % {"n": n})
    return said
