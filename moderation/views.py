"""Pages of proposals: a State writes and submits them, the secretariat accepts or returns them."""

from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from documents.views import document_response
from members.access import Action, allow, can, require, signed_in
from moderation import accepting, actions
from moderation.desk_forms import ProposalDocumentForm, ReasonsForm
from moderation.kinds import KINDS, proposing_states
from moderation.lists import proposals_of, queue_of
from moderation.models import Proposal
from moderation.pages import documents_of, draft_of, may_withdraw, new_kinds, page_of, rights_of, sheet_of
from moderation.records import begun_form, form_of, record_of
from moderation.refusals import Invalid, Overtaken, Refused
from moderation.writing import keep, version_posted

MOST_BENEATH = 10


def _kind(name):
    if name not in KINDS:
        raise Http404
    return KINDS[name]


def _done(request, proposal, act, said, **given):
    """Do something to a proposal, and go back to it with what was done or why it was not."""
    try:
        act(proposal=proposal, by=request.user, **given)
        messages.success(request, said)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(proposal)


def _late(request, proposal):
    """Back to a proposal that is past what was to be done with it."""
    messages.info(request, _("This proposal cannot be edited now."))
    return redirect(proposal)


def _proposal(request, uuid):
    """The proposal, where the reader may know of it. Whoever takes no part in proposals is told so before."""
    if not (can(request.user, Action.DRAFT_PROPOSAL) or can(request.user, Action.REVIEW)):
        raise PermissionDenied
    return get_object_or_404(Proposal.objects.visible_to(request.user).for_detail(), uuid=uuid)


@require_safe
@allow(Action.DRAFT_PROPOSAL)
def proposal_list(request):
    """What my State proposed, or what I drafted, with what is open first."""
    context = {"listing": proposals_of(request), "kinds": new_kinds(), "states": proposing_states(request.user)}
    return render(request, "moderation/proposal_list.html", context)


@require_safe
@allow(Action.REVIEW)
def proposal_queue(request):
    """What waits for the secretariat, oldest first; beneath it what waits for States."""
    waits_for_state = request.GET.get("turn") == "state"
    every = Proposal.objects.visible_to(request.user)
    listing = queue_of(request, waits_for_state=waits_for_state)
    is_whole = not waits_for_state and not listing.values and listing.page.number == 1
    context = {
        "listing": listing,
        "waits_for_state": waits_for_state,
        "submitted_count": every.waiting_for_review().count(),
        "returned_count": every.waiting_for_state().count(),
        "returned": every.waiting_for_state().for_list()[:MOST_BENEATH] if is_whole else [],
    }
    return render(request, "moderation/proposal_queue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Action.DRAFT_PROPOSAL)
def proposal_create(request, kind):
    """The empty form of a kind; what is posted is kept as a draft."""
    about = _kind(kind)
    state = proposing_states(request.user)[0]
    if request.method == "POST":
        return keep(request, about=about, state=state)
    form = begun_form(about, about.form.first_record(request.GET), state=state, reader=request.user)
    context = sheet_of(about, form, state=state, version=0, token=uuid4())
    return render(request, "moderation/proposal_edit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Action.DRAFT_PROPOSAL)
def proposal_change(request, kind, key):
    """Begin to change a live record, or go on where the State has begun already."""
    about = _kind(kind)
    record = get_object_or_404(about.model.objects.visible_to(request.user), pk=key)
    state = about.state_for(request.user, record)
    if state is None:
        raise PermissionDenied
    mine = Proposal.objects.visible_to(request.user)
    there = mine.of_record(kind, key, state.pk).open().first()
    if there is not None:
        messages.info(request, _("Your State has this proposal open for the record: go on with it."))
        return redirect(there)
    if request.method == "POST":
        try:
            proposal = actions.begin_change(about=about, record=record, state=state, by=request.user)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect(record)
        if mine.with_uuid(proposal.uuid).exists():
            return redirect("moderation:proposal_edit", proposal.uuid)
        messages.info(request, _("A colleague of your State is writing a change of this record already."))
        return redirect(record)
    return render(request, "moderation/proposal_change.html", {"about": about, "record": record, "state": state})


@require_safe
@signed_in
def proposal_detail(request, uuid):
    """One proposal: whose turn it is, what it changes, what happened, what its reader may do."""
    proposal = _proposal(request, uuid)
    return render(request, "moderation/proposal_detail.html", page_of(proposal, request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Action.DRAFT_PROPOSAL)
def proposal_edit(request, uuid):
    """The form with what the proposal holds."""
    proposal = _proposal(request, uuid)
    require(request.user, Action.DRAFT_PROPOSAL, proposal)
    if request.method == "POST":
        return keep(request, about=proposal.about, state=proposal.state, proposal=proposal)
    record = record_of(proposal, request.user)
    if record is None or not proposal.is_editable:
        return _late(request, proposal)
    form = form_of(proposal, record, reader=request.user)
    context = draft_of(proposal, form)
    return render(request, "moderation/proposal_edit.html", context)


@require_POST
@allow(Action.PROPOSE)
def proposal_submit(request, uuid):
    """Hand it to the secretariat, for the State."""
    proposal = _proposal(request, uuid)
    require(request.user, Action.PROPOSE, proposal)
    try:
        actions.submit(proposal=proposal, version=version_posted(request), by=request.user)
        messages.success(request, _("Submitted. The secretariat reviews it, and you are told what it decided."))
    except Invalid:
        messages.error(request, _("Not submitted: something has still to be given or corrected."))
        return redirect("moderation:proposal_edit", proposal.uuid)
    except Overtaken:
        messages.error(request, _("Not submitted: somebody changed it since you opened it. Look at it again."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(proposal)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Action.DRAFT_PROPOSAL)
def proposal_withdraw(request, uuid):
    """Ask once, then take it back."""
    proposal = _proposal(request, uuid)
    require(request.user, Action.DRAFT_PROPOSAL, proposal)
    if not may_withdraw(proposal, request.user):
        raise PermissionDenied
    if request.method == "POST":
        said = _("Withdrawn. Nothing is lost: you can take it up again.")
        return _done(request, proposal, actions.withdraw, said)
    if not proposal.is_open:
        said = _("Nothing was done: the proposal is already %(status)s.")
        messages.info(request, said % {"status": proposal.get_status_display()})
        return redirect(proposal)
    return render(request, "moderation/proposal_withdraw.html", {"proposal": proposal})


@require_POST
@allow(Action.REVIEW)
def proposal_accept(request, uuid):
    """Publish what the State proposes."""
    proposal = _proposal(request, uuid)
    require(request.user, Action.REVIEW, proposal)
    try:
        accepting.accept(proposal=proposal, version=version_posted(request), by=request.user)
        messages.success(request, _("Accepted and published. The State was told."))
    except Invalid as invalid:
        said = " ".join(error for errors in invalid.form.errors.values() for error in errors)
        messages.error(request, _("Not accepted: the form is no longer right. %(errors)s") % {"errors": said})
    except Overtaken:
        messages.error(request, _("Nothing was done: the proposal was changed since you opened it. Read it again."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(proposal)


@require_POST
@allow(Action.REVIEW)
def proposal_return(request, uuid):
    """Give it back to the State, with reasons."""
    proposal = _proposal(request, uuid)
    require(request.user, Action.REVIEW, proposal)
    form = ReasonsForm(request.POST)
    if not form.is_valid():
        return render(request, "moderation/proposal_detail.html", page_of(proposal, request.user, reasons=form))
    try:
        actions.give_back(proposal=proposal, by=request.user, **form.cleaned_data)
        messages.success(request, _("Returned. The State was told, and it is its turn now."))
    except Overtaken as overtaken:
        now = overtaken.proposal
        form = ReasonsForm({**form.cleaned_data, "version": now.version})
        form.add_error(None, _("Nothing was done: the proposal was changed since you opened it. Read it again."))
        return render(request, "moderation/proposal_detail.html", page_of(now, request.user, reasons=form))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(proposal)


@require_POST
@signed_in
def proposal_rebase(request, uuid):
    """Lay a change over the live record as it is now."""
    proposal = _proposal(request, uuid)
    if not rights_of(proposal, request.user)["may_rebase"]:
        raise PermissionDenied
    said = _("Done. What the proposal does not touch is now as in the published record.")
    return _done(request, proposal, actions.rebase, said)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Action.DRAFT_PROPOSAL)
def proposal_document_add(request, uuid):
    """A file that goes with the proposal."""
    proposal = _proposal(request, uuid)
    require(request.user, Action.DRAFT_PROPOSAL, proposal)
    if not proposal.takes_files:
        messages.error(request, _("Not added: propose another file as a document of its own."))
        return redirect(proposal)
    if not proposal.is_editable:
        return _late(request, proposal)
    form = ProposalDocumentForm(request.POST or None, request.FILES or None, proposal=proposal)
    if request.method == "POST" and form.is_valid():
        said = _("The file was added. It is published with the proposal, or not at all.")
        return _done(request, proposal, actions.add_document, said, form=form)
    return render(request, "moderation/proposal_document_add.html", {"proposal": proposal, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Action.DRAFT_PROPOSAL)
def proposal_document_remove(request, uuid, document):
    """Ask once, then delete a file that was not yet published."""
    proposal = _proposal(request, uuid)
    require(request.user, Action.DRAFT_PROPOSAL, proposal)
    file = _document(proposal, document, request.user)
    if request.method == "POST":
        return _done(request, proposal, actions.remove_document, _("The file was removed."), document=file)
    if not proposal.is_editable:
        return _late(request, proposal)
    return render(request, "moderation/proposal_document_remove.html", {"proposal": proposal, "document": file})


@require_safe
@signed_in
def proposal_document(request, uuid, document):
    """A file that goes with a proposal, for those who see the proposal and may read the file."""
    return document_response(request, _document(_proposal(request, uuid), document, request.user))


def _document(proposal, uuid, user):
    """One of the proposal's files that this reader may have."""
    found = next((document for document in documents_of(proposal, user) if document.uuid == uuid), None)
    if found is None:
        raise Http404
    return found
