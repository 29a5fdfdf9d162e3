"""Verbs of proposals: begin, save, submit, return, withdraw, bring up to date, hand over. moderation.accepting accepts.

Each locks the proposal first and judges its status under the lock, so that two who act at a time act one after the
other, and the second is told. Whether somebody may act at all was judged by who calls.
"""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.labels import Label
from documents.actions import refresh_audience
from documents.models import Document
from members.access import Action, can
from members.audit import audit
from members.models import AuditEntry, Labelled, Mandate, User
from moderation.forms import LABEL_FIELDS
from moderation.held import held, kept_for_others, merged
from moderation.models import Proposal, ProposalStep
from moderation.records import begun_form, form_of, live_texts, record_or_refusal, title_of, version_of
from moderation.refusals import Invalid, Moved, Overtaken, Refused
from notifications.actions import notify

Status, Step = Proposal.Status, ProposalStep.Step
MOST_DOCUMENTS, MOST_OPEN = 10, 50
MOST_FILES = 200  # of one person, in all proposals that are not accepted, withdrawn ones too


def locked(proposal):
    """The proposal as it is now; nobody else writes it until the transaction ends."""
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("state", "author", "submitter", "changed_by")
    return rows.get(pk=proposal.pk)


def locked_in(proposal, status, version):
    """The same, where it still has that status and version; else Refused or Overtaken."""
    held_now = locked(proposal)
    if held_now.status != status:
        said = _("Nothing was done: the proposal is already %(status)s.")
        raise Refused(said % {"status": held_now.get_status_display()})
    if held_now.version != version:
        raise Overtaken(held_now)
    return held_now


def move(proposal, status, *, step, by, reasons=""):
    """Write a proposal's new status and the step that led to it, and log it."""
    proposal.status, proposal.since = status, timezone.now()
    proposal.version += 1
    proposal.save()
    ProposalStep.objects.create(proposal=proposal, step=step, by=by, reasons=reasons, data=proposal.data)
    log(proposal, step, by=by)


def log(proposal, act, *, by):
    detail = f"{act}: {proposal.kind} of {proposal.state.iso3}"
    audit(AuditEntry.Kind.PROPOSAL, by=by, subject=("proposal", proposal.pk), detail=detail)


def tell(proposal, kind, people, *, by):
    """Tell people of a proposal. Its mails never name it: nobody but its State and the secretariat may know of it."""
    notify(to=people, kind=kind, subject=("proposal", proposal.pk), label=Label.AMBER, by=by)


def people_of(proposal):
    """Who is told what became of it: its author and whoever speaks for its State today."""
    mandates = Mandate.objects.in_force().of_state(proposal.state)
    people = [mandate.person for mandate in mandates]
    return [*people, proposal.author] if proposal.author else people


@transaction.atomic
def create(*, about, state, token, data, by):
    """Keep a draft of a new record under the UUID `token`. Returns (proposal, whether it is new). Or raises Refused."""
    record = about.form.new_record()
    form = begun_form(about, record, state=state, reader=by)
    draft = Proposal(uuid=token, kind=about.name, state=state, author=by, changed_by=by)
    draft.data = kept_for_others(form, before={}, after=data)
    draft.title = title_of(form_of(draft, record, reader=by))
    there = Proposal.objects.with_uuid(token).first()
    if there is not None:
        return there, False
    _refuse_too_many(by)
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError:
        return Proposal.objects.get(uuid=token), False
    log(draft, "begun", by=by)
    return draft, True


def _refuse_too_many(author):
    if Proposal.objects.open().filter(author=author).count() >= MOST_OPEN:
        said = _("Nothing was begun: you have %(most)d open proposals. Submit or withdraw one of them first.")
        raise Refused(said % {"most": MOST_OPEN})


@transaction.atomic
def begin_change(*, about, record, state, by):
    """A draft that changes a live record, or the proposal for it that the State has open already. Or raises Refused."""
    _refuse_too_many(by)
    begun = held(begun_form(about, record, state=state, reader=by))
    draft = Proposal(kind=about.name, record_key=record.pk, state=state, author=by, base=version_of(record))
    draft.base_data, draft.data, draft.changed_by = begun, begun, by
    draft.title = title_of(begun_form(about, record, state=state, reader=by))
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError:
        return Proposal.objects.of_record(about.name, record.pk, state.pk).open().get()
    log(draft, "begun", by=by)
    return draft


@transaction.atomic
def save(*, proposal, version, data, by):
    """Keep what the form holds. Raises Overtaken where somebody else saved since `version`, or submitted it."""
    draft = locked(proposal)
    record = record_or_refusal(draft, by)
    form = begun_form(draft.about, record, state=draft.state, reader=by)
    data = kept_for_others(form, before=draft.data, after=data)
    if draft.data == data and draft.version == version + 1 and draft.is_editable:
        return draft  # the same post once more
    if draft.version != version or not draft.is_editable:
        raise Overtaken(draft)
    draft.data, draft.version, draft.changed_by = data, draft.version + 1, by
    if draft.status != Status.RETURNED:  # the secretariat knows that one by the title under which it was submitted
        draft.title = title_of(form_of(draft, record, reader=by))
    if draft.status == Status.WITHDRAWN:
        draft.status, draft.since = Status.DRAFT, timezone.now()
    _write(draft)
    return draft


def _write(draft):
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError as error:
        raise Refused(_("Your State has another open proposal for this record: go on with that one.")) from error


@transaction.atomic
def submit(*, proposal, version, by):
    """Hand a draft to the secretariat, for the State. Raises Invalid, Moved, Overtaken or Refused."""
    draft = locked(proposal)
    if draft.status == Status.SUBMITTED:
        raise Refused(_("It was submitted already: the secretariat has it."))
    if draft.version != version or not draft.is_editable:
        raise Overtaken(draft)
    record = record_or_refusal(draft, by)
    if draft.is_change and version_of(record) != draft.base:
        raise Moved(_("Not submitted: the record was changed meanwhile. Take the new version over first."))
    form = form_of(draft, record, reader=by)
    if not form.is_valid():
        raise Invalid(form)
    if draft.is_change and not _changes_anything(draft, record, by):
        raise Refused(_("Not submitted: it changes nothing yet."))
    draft.title, draft.submitted, draft.submitter = title_of(form), timezone.now(), by
    move(draft, Status.SUBMITTED, step=Step.SUBMITTED, by=by)
    reviewers = User.objects.of_secretariat()
    tell(draft, "proposal_submitted", reviewers, by=by)
    return draft


def _changes_anything(draft, record, reader):
    form = begun_form(draft.about, record, state=draft.state, reader=reader)
    begun = held(form)
    found = merged(form, base=draft.base_data, live=begun, data=draft.data)
    return found != begun or draft.documents.exists()


@transaction.atomic
def give_back(*, proposal, version, reasons, by):
    """Return a submitted proposal to its State, with the reasons."""
    submitted = locked_in(proposal, Status.SUBMITTED, version)
    move(submitted, Status.RETURNED, step=Step.RETURNED, by=by, reasons=reasons)
    tell(submitted, "proposal_returned", people_of(submitted), by=by)
    return submitted


@transaction.atomic
def withdraw(*, proposal, by):
    """Take a proposal out of the queue and off the desk; its State may take it up again."""
    draft = locked(proposal)
    if draft.status in {Status.ACCEPTED, Status.WITHDRAWN}:
        said = _("Nothing was done: the proposal is already %(status)s.")
        raise Refused(said % {"status": draft.get_status_display()})
    move(draft, Status.WITHDRAWN, step=Step.WITHDRAWN, by=by)
    return draft


@transaction.atomic
def rebase(*, proposal, by):
    """Lay a change over the live record as it is now: what the proposal did not touch follows the record."""
    draft = locked(proposal)
    if draft.status == Status.ACCEPTED or not draft.is_change:
        raise Refused(_("Nothing was done: there is nothing to bring up to date."))
    record = record_or_refusal(draft, by)
    if version_of(record) == draft.base:
        return draft
    reader = by if can(by, Action.DRAFT_PROPOSAL, draft) else draft.submitter or by  # who may know of what it lists
    live = live_texts(draft, record, reader=reader)
    form = begun_form(draft.about, record, state=draft.state, reader=reader)
    was = draft.base_data
    draft.data = merged(form, base=was, live=live, data=draft.data)
    _refuse_widened(draft, form_of(draft, record, reader=reader), was=was, live=live)
    draft.base_data, draft.base, draft.version = live, version_of(record), draft.version + 1
    draft.changed_by = by
    draft.save()
    log(draft, "rebased", by=by)
    return draft


def _refuse_widened(proposal, form, *, was, live):
    """What was submitted about one audience is not taken for a word about another, narrower one."""
    same_readers = all(was.get(name) == live.get(name) for name in LABEL_FIELDS)
    if proposal.status == Status.SUBMITTED and not same_readers and form.widens():
        said = _("Nothing was done: fewer people may read the record now than is proposed. Return or withdraw it.")
        raise Refused(said)


@transaction.atomic
def add_document(*, proposal, form, by):
    """Keep a checked file as a draft of the State that goes with a proposal; the same file once more is the same."""
    draft = _editable(proposal)
    if not draft.takes_files:
        raise Refused(_("Not added: propose another file as a document of its own."))
    document = form.save(commit=False)
    there = draft.documents.filter(sha256=document.sha256).first()
    if there is not None:
        return there
    if draft.documents.count() >= MOST_DOCUMENTS:
        raise Refused(_("Not added: a proposal has %(most)d files at most.") % {"most": MOST_DOCUMENTS})
    if Document.objects.proposed_by(by).count() >= MOST_FILES:
        said = _("Not added: you have %(most)d files in proposals that are not accepted. Remove some of them first.")
        raise Refused(said % {"most": MOST_FILES})
    document.state, document.author, document._history_user = draft.state, by, by
    document.save()
    refresh_audience(document)
    draft.documents.add(document)
    return document


@transaction.atomic
def remove_document(*, proposal, document, by):
    """Delete a file that goes with a proposal and was never published."""
    draft = _editable(proposal)
    if document.publication != Labelled.Publication.DRAFT:
        raise Refused(_("Not removed: the file is published."))
    draft.documents.remove(document)
    document._history_user = by
    name, storage = document.file.name, document.file.storage
    document.delete()
    transaction.on_commit(lambda: storage.delete(name))


def _editable(proposal):
    """The proposal, locked, where it is its State's turn; else Refused."""
    draft = locked(proposal)
    if not draft.is_editable:
        raise Refused(_("Nothing was done: this proposal cannot be edited now."))
    return draft


@transaction.atomic
def hand_over_proposals(*, state, giver, taker, by):
    """Make the taker the author of what the giver has open for a State; each step keeps its name. Returns how many."""
    rows = Proposal.objects.by(giver, state).select_for_update(of=("self",)).select_related("state")
    for proposal in rows:
        proposal.author = taker
        proposal.save(update_fields=["author", "changed"])
        ProposalStep.objects.create(
            proposal=proposal, step=Step.HANDED_OVER, by=by, reasons=f"{giver} → {taker}", data=proposal.data
        )
    return len(rows)
