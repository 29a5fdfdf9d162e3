"""Verbs of reports and of moderators' decisions: report, decide, keep the trace, tell whom it concerns."""

import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.audit import audit
from members.models import AuditEntry, User
from moderation.models import Decision, Flag
from moderation.moderated import KEEP, MODERATED, SETTLE
from moderation.refusals import Refused
from notifications.actions import notify

MOST_A_DAY = 20
A_DAY = datetime.timedelta(days=1)
# The same decision with the same words within this time is the same click.
AGAIN = datetime.timedelta(minutes=10)


class Edited(Refused):
    """The thing is no longer what somebody read who decides about it."""


@transaction.atomic
def report(*, subject, label, category, text, by):
    """Report a thing, given as (kind, key) with its label, to the moderators; returns (Flag, whether it is new).

    Who has an open report of it gets that one. Raises Refused where somebody reports too much in a day.
    """
    mine = Flag.objects.by_person(by)
    if there := mine.of(subject).open().first():
        return there, False
    if mine.since(timezone.now() - A_DAY).count() >= MOST_A_DAY:
        said = _("Not reported: one person reports %(most)d things a day at most. Write to the secretariat.")
        raise Refused(said % {"most": MOST_A_DAY})
    is_first = not Flag.objects.of(subject).open().exists()
    kind, key = subject
    try:
        with transaction.atomic():
            row = Flag.objects.create(subject_kind=kind, subject_key=key, category=category, text=text, by=by)
    except IntegrityError:  # the same click twice at a time
        return mine.of(subject).open().get(), False
    audit(AuditEntry.Kind.MODERATION, by=by, subject=subject, label=label, detail=f"reported: {category}")
    if is_first:
        tell_moderators("flag_raised", ("flag", row.pk), label, by=by)
    return row, True


def tell_moderators(kind, subject, label, *, by):
    """Tell everybody who decides of something that waits for them."""
    notify(to=User.objects.of_secretariat(), kind=kind, subject=subject, label=label, by=by)


@transaction.atomic
def decide(*, kind, key, name, note, by, version=None):
    """Do the act of that name to a thing, answer its open reports, tell its author and who reported it.

    `version` is that of the thing which somebody read. Returns the Decision; the same click once more gives the same
    one. Raises Refused with the reason.
    """
    about = MODERATED[kind]
    act, record = act_named(about, name), about.locked(key, by)
    if act is None or record is None:
        raise Refused(_("Nothing was done: it is no longer there."))
    if there := _same(kind, key, name, note, by):
        return there
    if not act.is_open(record):
        raise Refused(_("Nothing was done: somebody else decided meanwhile. Look at it again."))
    if version not in (None, about.version(record)):
        raise Edited(_("Nothing was done: it was edited since you opened it. Read it again."))
    data = act.perform(record, by=by, note=note)
    thing = about.thing(record, by)
    decision = trace((kind, key), name, author=thing.author, label=thing.label, note=note, data=data, by=by)
    reports = [] if act.upholds is None else _closed(decision, upheld=act.upholds)
    lock_people([decision.author, *(row.by for row in reports)])
    tell_author(decision, act.told)
    for row in reports:
        if row.by is not None:
            notify(to=[row.by], kind="flag_decided", subject=("flag", row.pk), label=thing.label, by=by)
    return decision


@transaction.atomic
def settle(kind, keys, *, note, by):
    """Close the open reports of several things, which something else answered."""
    reports = list(Flag.objects.of_any(kind, keys).open().order_by("subject_key").select_related("by"))
    lock_people(report.by for report in reports)
    for key in dict.fromkeys(report.subject_key for report in reports):
        decide(kind=kind, key=key, name=SETTLE.name, note=note, by=by)


def act_named(about, name):
    return next((act for act in acts_of(about) if act.name == name), None)


def acts_of(about):
    """Everything that moderators can do to a kind of things; the last two concern its reports alone."""
    return (*about.acts, SETTLE, KEEP) if about.acts else ()


def _same(kind, key, name, note, by):
    """The last decision on a thing, where it is this one a moment ago."""
    last = Decision.objects.of((kind, key)).last()
    now = timezone.now()
    is_same = last and (last.act, last.note, last.by_id) == (name, note, by.pk) and last.at > now - AGAIN
    return last if is_same else None


def trace(subject, act, *, author, label, by, note="", data=None):
    """Keep what moderators did to (kind, key), and log it. Returns the Decision."""
    kind, key = subject
    decision = Decision.objects.create(
        subject_kind=kind, subject_key=key, act=act, author=author, by=by, note=note, label=label, data=data or {}
    )
    audit(AuditEntry.Kind.MODERATION, by=by, subject=subject, label=label, detail=act)
    return decision


def tell_author(decision, kind):
    """Tell whose thing it is what was decided; what has a reason leads to it, the rest to the thing itself."""
    if not kind or decision.author is None:
        return
    itself = (decision.subject_kind, decision.subject_key)
    subject = ("decision", decision.pk) if decision.note else itself
    notify(to=[decision.author], kind=kind, subject=subject, label=decision.label, by=decision.by)


def _closed(decision, *, upheld):
    """The open reports of a thing, closed by a decision."""
    rows = list(Flag.objects.of((decision.subject_kind, decision.subject_key)).open().select_for_update(of=("self",)))
    for row in rows:
        row.decision = Flag.Decision.UPHELD if upheld else Flag.Decision.REJECTED
        row.decided_by, row.decided, row.note = decision.by, decision.at, decision.note
        row.save(update_fields=["decision", "decided_by", "decided", "note"])
    return rows


def lock_people(people):
    """Lock whom we are about to tell in one order, since each is told by himself."""
    keys = {person.pk for person in people if person is not None}
    list(User.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))
