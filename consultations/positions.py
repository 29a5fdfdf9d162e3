"""Verbs of positions: what a State says of a final edition, and how far it has taken a standard into its own rules."""

import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consultations.models import Adoption, Position
from consultations.rules import states_spoken_for
from core.dates import today
from legislation.models import Instrument
from members.access import Action
from moderation.refusals import Refused
from training.actions import locked_edition
from training.models import Edition, Publication

ASKED_FOR = datetime.timedelta(days=90)  # after an edition was made final
SHOWN_BY_EVIDENCE = {Adoption.Level.PARTIAL, Adoption.Level.ADOPTED}
ADOPTED_KINDS = {Publication.Kind.STANDARD, Publication.Kind.PROTOCOL}


def is_adopted(edition):
    """Whether States take its text into their own rules: a manual is read, a standard or protocol adopted."""
    return edition.work.kind in ADOPTED_KINDS


def why_not_stand(edition):
    """Why States say nothing new of an edition, as a sentence; "" where they can."""
    if edition.status == Edition.Status.SUPERSEDED:
        return _("A later edition has taken the place of this one. What States said of it stays as it is.")
    if edition.status != Edition.Status.FINAL or edition.publication != Edition.Publication.PUBLISHED:
        return _("States say their positions once an edition is final and published.")
    return ""


def lacks_evidence(level, link, instruments):
    """Whether a level of adoption is claimed with nothing to show for it."""
    return level in SHOWN_BY_EVIDENCE and not link and not instruments


@transaction.atomic
def take_position(*, edition, state, by, kind, text="", version):
    """Say a State's position on a final edition, or change it. `version` is that of the position that was seen, 0 where
    there was none: Refused where it is another now. Returns the Position."""
    row, edition = _seen(Position, edition, state)
    values = {"kind": kind, "text": text}
    if not _says(row, values):
        row = _write(row or Position(edition=edition, state=state), values, version, by)
    return row


@transaction.atomic
def record_adoption(*, edition, state, by, level, text="", link="", instruments=(), version):
    """Say how far a State has adopted a standard or protocol; the same way. Of the laws and rules that were evidence,
    those of which `by` may not know stay. Returns the Adoption."""
    row, edition = _seen(Adoption, edition, state)
    if not is_adopted(edition):
        raise Refused(_("Nothing was recorded: a manual is not adopted, only standards and protocols are."))
    evidence = {*instruments, *(hidden_evidence(row, by) if row else ())}
    if lacks_evidence(level, link, evidence):
        raise Refused(_("Nothing was recorded: what is adopted is shown by a law or rule, or by a link."))
    values = {"level": level, "text": text, "link": link}
    if not _says(row, values) or set(row.instruments.all()) != evidence:
        row = _write(row or Adoption(edition=edition, state=state), values, version, by)
        row.instruments.set(evidence)
    return row


def hidden_evidence(adoption, user):
    """The laws and rules that are evidence of an adoption, and of which `user` may not know."""
    return adoption.instruments.exclude(pk__in=Instrument.objects.visible_to(user).values("pk"))


def _seen(model, edition, state):
    """(What a State says now, or None; the edition as it is now, which nobody changes until the transaction ends)."""
    edition = locked_edition(edition)
    if reason := why_not_stand(edition):
        raise Refused(reason)
    return model.objects.of(edition).by_state(state).first(), edition


def _says(row, values):
    """Whether a row says just that: a form that comes twice changes nothing."""
    return row is not None and all(getattr(row, name) == value for name, value in values.items())


def _write(row, values, version, by):
    known = row.version if row.pk else 0
    if version != known:
        said = _("Nothing was recorded: somebody else spoke for %(state)s since you opened the form.")
        raise Refused(said % {"state": row.state})
    for name, value in values.items():
        setattr(row, name, value)
    row.version, row.by, row.at = known + 1, by, timezone.now()
    row.save()
    return row


def positions_due(user):
    """[(State, Edition, last day)] of the editions made final in the last 90 days on which a State that somebody
    speaks for has no position."""
    states = states_spoken_for(user, Action.TAKE_POSITION)
    if not states:
        return []
    known = Edition.objects.visible_to(user).final().for_detail()
    editions = [row for row in known if row.finalised and row.finalised + ASKED_FOR >= today()]
    said = set(Position.objects.visible_to(user).on_any(editions, states).values_list("state", "edition"))
    waiting = [(state, row) for row in editions for state in states if (state.pk, row.pk) not in said]
    return [(state, row, row.finalised + ASKED_FOR) for state, row in waiting]
