"""What becomes of a posted form of a proposal: kept, kept and submitted, or given back with what is wrong."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from members.access import Action, require
from moderation import actions
from moderation.desk_forms import EnvelopeForm
from moderation.held import posted
from moderation.models import Proposal
from moderation.pages import conflict_of, sheet_of
from moderation.records import begun_form, form_of, record_of
from moderation.refusals import Invalid, Overtaken, Refused

NO_VERSION = -1


def version_posted(request):
    """The version of the proposal that was before the writer; one that there never is where it cannot be read."""
    envelope = EnvelopeForm(request.POST)
    envelope.is_valid()
    return envelope.cleaned_data.get("version", NO_VERSION)


def _token_posted(request):
    envelope = EnvelopeForm(request.POST)
    envelope.is_valid()
    return envelope.cleaned_data.get("token") or uuid.uuid4()


def keep(request, *, about, state, proposal=None):
    """Keep what was posted as a draft, a new one where there is no proposal, and submit it where that was asked."""
    if _wants_submit(request):
        require(request.user, Action.PROPOSE, proposal)
    record = _record(about, proposal, request.user)
    begun = begun_form(about, record, state=state, reader=request.user)
    try:
        data = posted(begun, request.POST)
    except ValidationError as error:
        return _refused(request, about, record, state, proposal, error)
    if proposal is None:
        token = _token_posted(request)
        try:
            proposal, is_new = actions.create(about=about, state=state, token=token, data=data, by=request.user)
        except Refused as refused:
            return _refused(request, about, record, state, proposal, str(refused))
        if is_new:
            return _kept(request, proposal, data)
        proposal = Proposal.objects.visible_to(request.user).for_detail().with_uuid(token).first()
        if proposal is None:
            raise Http404
        require(request.user, Action.DRAFT_PROPOSAL, proposal)
    return _save(request, proposal, data)


def _wants_submit(request):
    return request.POST.get("do") == "submit"


def _record(about, proposal, user):
    """What the form is laid over; where the live record is gone, at least what gives the text back."""
    record = record_of(proposal, user) if proposal else None
    return record if record is not None else about.form.new_record()


def _refused(request, about, record, state, proposal, error):
    """The form with what was posted, which is too much to be kept."""
    form = about.form(request.POST, instance=record, state=state, reader=request.user)
    form.is_valid()
    form.add_error(None, error)
    version, token = version_posted(request), _token_posted(request)
    context = sheet_of(about, form, state=state, proposal=proposal, version=version, token=token)
    return render(request, "moderation/proposal_edit.html", context)


def _save(request, proposal, data):
    try:
        saved = actions.save(proposal=proposal, version=version_posted(request), data=data, by=request.user)
    except Overtaken as overtaken:
        return _overtaken(request, overtaken.proposal, data)
    except Refused as refused:
        return _given_back(request, proposal, data, str(refused))
    return _kept(request, saved, data)


def _kept(request, proposal, data):
    """After a save: submit it where that was asked, and say what happened."""
    if not _wants_submit(request):
        messages.success(request, _("The draft is saved. It is not submitted yet."))
        return redirect(proposal)
    require(request.user, Action.PROPOSE, proposal)
    try:
        actions.submit(proposal=proposal, version=proposal.version, by=request.user)
        messages.success(request, _("Submitted. The secretariat reviews it, and you are told what it decided."))
    except Invalid as invalid:
        messages.warning(request, _("Your text is saved as a draft. It was not submitted: correct what is marked."))
        context = sheet_of(
            proposal.about, invalid.form, state=proposal.state, proposal=proposal, version=proposal.version
        )
        return render(request, "moderation/proposal_edit.html", context)
    except Overtaken as overtaken:
        return _overtaken(request, overtaken.proposal, data)
    except Refused as refused:
        messages.warning(request, str(refused))
    return redirect(proposal)


def _overtaken(request, theirs, data):
    """Somebody else saved meanwhile: both versions, field by field, and the writer's own still in the form."""
    record = _record(theirs.about, theirs, request.user)
    form = form_of(theirs, record, reader=request.user, data=data)
    context = conflict_of(theirs, form, data)
    if not context["rows"]:
        messages.info(request, _("Nothing was saved: the same text is saved already."))
        return redirect(theirs)
    return render(request, "moderation/proposal_edit.html", context, status=409)


def _given_back(request, proposal, data, said):
    """The form with what was posted and why it was not kept."""
    record = _record(proposal.about, proposal, request.user)
    form = form_of(proposal, record, reader=request.user, data=data)
    form.is_valid()
    form.add_error(None, said)
    context = sheet_of(proposal.about, form, state=proposal.state, proposal=proposal, version=version_posted(request))
    return render(request, "moderation/proposal_edit.html", context)
