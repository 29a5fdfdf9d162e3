"""Accepting a proposal: what it holds becomes the live record, all of it or nothing."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.imports import write_history
from documents.actions import refresh_audience, refresh_record, set_publication
from documents.models import Document
from members.audit import audit_standing
from members.models import Labelled, Mandate
from moderation.actions import Status, Step, locked_in, move, people_of, tell
from moderation.records import form_of, texts_to_save, version_of
from moderation.refusals import Invalid, Moved, Refused
from notifications.actions import notify, tell_watchers

PUBLISHED = Labelled.Publication.PUBLISHED
LONGEST_REASON = 100


def accept(*, proposal, version, by):
    """Save what a submitted proposal holds as the live record, and publish it. Returns the record.

    Raises Refused, Overtaken where the proposal is not what the reviewer saw, Moved where the live record is not what
    it was begun with, Invalid where the form no longer holds a record. Then nothing is changed.
    """
    try:
        return _accept(proposal=proposal, version=version, by=by)
    except IntegrityError as error:
        raise Refused(_("Not accepted: it clashes with another record. Return it with the reason.")) from error


@transaction.atomic
def _accept(*, proposal, version, by):
    accepted = locked_in(proposal, Status.SUBMITTED, version)
    record = _locked_record(accepted)
    before = (record.label, record.publication)
    form = form_of(accepted, record, reader=by, data=texts_to_save(accepted, record, reader=by))
    form.submitter = accepted.submitter
    if not form.is_valid():
        raise Invalid(form)
    record = _save(form, accepted, by=by)
    accepted.record_key = record.pk
    move(accepted, Status.ACCEPTED, step=Step.ACCEPTED, by=by)
    subject = (accepted.kind, record.pk)
    audit_standing(record, before, subject=subject, by=by)
    told = people_of(accepted)
    tell(accepted, "proposal_accepted", told, by=by)
    owners = _owners_of(record, accepted)
    notify(to=owners, kind="record_changed_by_secretariat", subject=subject, label=record.label, by=by)
    verb = "record_changed" if accepted.is_change else "record_published"
    tell_watchers(record, subject=subject, kind=verb, by=by, but=[*told, *owners])
    return record


def _owners_of(record, proposal):
    """Who speaks for the State that owns the record, where another one proposed the change."""
    if record.state_id in {None, proposal.state_id}:
        return []
    return [mandate.person for mandate in Mandate.objects.in_force().of_state(record.state_id)]


def _locked_record(proposal):
    """The live record, which nobody else writes until the transaction ends; or a new one."""
    if not proposal.is_change:
        return proposal.about.form.new_record(proposal)
    rows = proposal.about.model.objects.bare().select_for_update(of=("self",))
    record = rows.filter(pk=proposal.record_key).first()
    if record is None:
        raise Refused(_("Not accepted: the record that this changes is no longer there. Return it with the reason."))
    if version_of(record) != proposal.base:
        raise Moved(_("Not accepted: the record was changed since this was begun. Look at what differs."))
    return record


def _save(form, proposal, *, by):
    """Write the record, its lists and its documents, as one entry of its history, by who submitted it."""
    record, submitter = form.save(commit=False), proposal.submitter or by
    if not proposal.is_change:
        record.author, record.publication = proposal.author, PUBLISHED
    form.prepare(record, by=by)
    record._history_user = submitter
    with override("en"):
        record._change_reason = (_("Accepted by %(person)s") % {"person": by})[:LONGEST_REASON]
    is_new = record.pk is None
    record.skip_history_when_saving = True  # each list would write an entry of its own
    record.save()
    form.save_m2m()
    _attach(proposal, record, by=submitter)
    form.finish(record, by=submitter)
    del record.skip_history_when_saving
    write_history(record, created=is_new)
    refresh_audience(record) if isinstance(record, Document) else refresh_record(record)
    return record


def _attach(proposal, record, *, by):
    """Publish the proposal's files, and hang them on the record."""
    documents = proposal.documents.exclude(pk=record.pk if isinstance(record, Document) else None)
    rows = Document.objects.filter(pk__in=documents.values("pk"))
    set_publication(rows, PUBLISHED, by=by, with_proposed=True)
    if hasattr(record, "documents"):
        record.documents.add(*documents)
