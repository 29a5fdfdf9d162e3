"""What the pages of a proposal show to their reader."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from documents.models import Document
from members.access import READING, Action, can
from members.audiences import called
from moderation.desk_forms import EnvelopeForm, ReasonsForm
from moderation.differences import differences, given, three_ways
from moderation.held import held, kept_for_others, merged
from moderation.kinds import KINDS
from moderation.models import Proposal, ProposalStep
from moderation.records import begun_form, form_of, live_of, record_of, version_of

Status, Step = Proposal.Status, ProposalStep.Step
WITH_SECRETARIAT = (Status.SUBMITTED, Status.ACCEPTED)


def page_of(proposal, user, *, reasons=None):
    """Context of the proposal's page."""
    record = record_of(proposal, user)
    over = record if record is not None else proposal.about.form.new_record()
    form = begun_form(proposal.about, over, state=proposal.state, reader=user)
    rights = rights_of(proposal, user)
    is_moved = _is_moved(proposal, record)
    steps = steps_of(proposal, user)
    rows, moved = _rows(proposal, form, record, user, is_moved=is_moved)
    documents = documents_of(proposal, user)
    problems = _problems(proposal, record, user) if rights["may_edit"] and record is not None else []
    is_gone = record is None and proposal.is_open
    return {
        "proposal": proposal,
        "author": called(proposal.author, user, proposal.state.name),
        "record": record if proposal.is_change else live_of(proposal, user),
        "is_gone": is_gone,
        "rows": rows,
        "moved": moved,
        "is_moved": is_moved,
        "problems": problems,
        "is_ready": not (problems or is_moved or is_gone) and bool(rows or documents),
        "documents": documents,
        "steps": steps,
        "returned": next((told.step for told in steps if told.step.step == Step.RETURNED), None),
        "reasons_form": reasons or ReasonsForm(initial={"version": proposal.version}),
        "return_url": reverse("moderation:proposal_return", args=[proposal.uuid]),
        **rights,
    }


def rights_of(proposal, user):
    """What this reader may do with it now."""
    writes, speaks = can(user, Action.DRAFT_PROPOSAL, proposal), can(user, Action.PROPOSE, proposal)
    reviews = can(user, Action.REVIEW, proposal) and proposal.status == Status.SUBMITTED
    return {
        "may_edit": writes and proposal.is_editable,
        "may_submit": speaks and proposal.is_editable,
        "may_withdraw": proposal.is_open and may_withdraw(proposal, user),
        "may_review": reviews,
        "may_rebase": proposal.is_open and (reviews or speaks or (writes and proposal.is_editable)),
        "is_reviewer": can(user, Action.REVIEW, proposal),
    }


def may_withdraw(proposal, user):
    """What was submitted for a State is taken back by who speaks for it, a draft by who writes it."""
    return can(user, Action.DRAFT_PROPOSAL if proposal.submitted is None else Action.PROPOSE, proposal)


def _is_moved(proposal, record):
    """Whether the live record was changed since an open proposal was begun."""
    is_open_change = proposal.is_open and proposal.is_change
    return bool(is_open_change and record is not None and version_of(record) != proposal.base)


def _rows(proposal, form, record, user, *, is_moved):
    """(what the proposal would write, or wrote; where the live record moved on): two lists of Differences."""
    data = _shown(proposal, user)
    if not proposal.is_change:
        return given(form, data), []
    live = held(form) if record is not None and proposal.status != Status.ACCEPTED else proposal.base_data
    wanted = merged(form, base=proposal.base_data, live=live, data=data)
    moved = three_ways(form, base=proposal.base_data, live=live, data=wanted) if is_moved else []
    return differences(form, old=live, new=wanted), moved


def _shown(proposal, user):
    """What a reviewer reads is what was submitted last, not what its State writes now."""
    if proposal.status in WITH_SECRETARIAT or not can(user, Action.REVIEW, proposal):
        return proposal.data
    return ProposalStep.objects.last_submission(proposal).data


def _problems(proposal, record, user):
    """What keeps it from being submitted: [(field, message)] of a form that is not valid."""
    form = form_of(proposal, record, reader=user)
    return [(form[name] if name in form.fields else None, errors[0]) for name, errors in form.errors.items()]


def documents_of(proposal, user):
    """The proposal's files that this reader may have; a reviewer those that came with what was submitted."""
    rows = proposal.documents.official_first()
    if proposal.status == Status.ACCEPTED:
        return list(rows.visible_to(user))
    if can(user, Action.REVIEW, proposal) and proposal.status != Status.SUBMITTED:
        rows = rows.filter(created__lte=proposal.submitted)
    return [document for document in rows if can(user, READING[document.effective_label], document)]


@dataclass(frozen=True)
class StepTold:
    """A step as its reader sees it."""

    step: ProposalStep
    by: str


def steps_of(proposal, user):
    """What happened, the latest first; people are named to those to whom they show their name."""
    rows = ProposalStep.objects.of(proposal)
    return [StepTold(step, called(step.by, user, _whose(step, proposal))) for step in reversed(rows)]


def _whose(step, proposal):
    """On whose side a step was taken, for those to whom its person is not named."""
    return _("the secretariat") if step.step in {Step.RETURNED, Step.ACCEPTED} else proposal.state.name


def sheet_of(about, form, *, state, version, proposal=None, token=None):
    """Context of the page of the form."""
    return {
        "about": about,
        "form": form,
        "parts": form.laid_out(),
        "state": state,
        "proposal": proposal,
        "may_submit": can(form.reader, Action.PROPOSE, proposal),
        "record": form.instance if form.instance.pk and proposal and proposal.is_change else None,
        "envelope": EnvelopeForm(initial={"version": version, "token": token}),
    }


def draft_of(proposal, form):
    """The same for what a proposal holds: what is only missing yet is told above the form, and is no error."""
    empty = [
        name
        for name, errors in form.errors.items()
        if name in form.fields and all(error.code == "required" for error in errors.as_data())
    ]
    for name in empty:
        del form.errors[name]
    sheet = sheet_of(proposal.about, form, state=proposal.state, proposal=proposal, version=proposal.version)
    return {**sheet, "missing": [form[name] for name in empty]}


def conflict_of(theirs, form, data):
    """Context of the form where somebody else saved meanwhile: both versions, and the writer's own in the form."""
    mine = kept_for_others(form, before=theirs.data, after=data)
    return {
        **draft_of(theirs, form),
        "theirs": theirs,
        "rows": differences(form, old=theirs.data, new=mine),
        "by": called(theirs.changed_by, form.reader, theirs.state.name),
    }


def new_kinds():
    """The kinds that may be proposed, in the order of their rooms; documents, which belong to all of them, last."""
    return sorted(KINDS.values(), key=lambda about: about.model is Document)
