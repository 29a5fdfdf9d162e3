"""Pages of a State's own space in a consultation: its comments, submitting them, answering without any."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from consultations import commenting
from consultations.comment_forms import AnswerForm, SubmitForm
from consultations.comment_pages import space_of
from consultations.rules import require_voice
from consultations.spaces import Space, rows_of
from core.inputs import READ_AND_WRITE, keys_of, posted
from members.access import Action, allow
from moderation.refusals import Refused


@require_safe
@allow(Action.DRAFT_COMMENT)
def space_detail(request, key, slug):
    """The comments of a State: its drafts, which nobody else sees, and what it submitted."""
    consultation, state = space_of(request.user, key, slug)
    space = Space(consultation, state, request.user)
    listing = space.listing(request)
    context = {"consultation": consultation, "state": state, "space": space, "listing": listing}
    return render(request, "consultations/space_detail.html", context | {"rows": rows_of(listing.page)})


@require_http_methods(READ_AND_WRITE)
@allow(Action.SUBMIT_COMMENT)
def comment_submit(request, key, slug):
    """What is to be said officially for a State, to be looked through, and the button."""
    consultation, state = space_of(request.user, key, slug)
    require_voice(request.user, state.pk)
    space, form = Space(consultation, state, request.user), SubmitForm(posted(request))
    if form.is_bound and form.is_valid():
        try:
            said = {"consultation": consultation, "state": state, "versions": form.cleaned_data["comments"]}
            done = commenting.submit_comments(by=request.user, **said)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return _submitted(request, consultation, state, done)
    chosen = keys_of(request.GET.getlist("comment"))
    if form.is_bound:
        chosen = [*form.cleaned_data.get("comments", {}), 0]
    context = {"consultation": consultation, "state": state, "space": space, "form": form}
    context["rows"] = space.waiting(chosen)
    return render(request, "consultations/comment_submit.html", context)


def _submitted(request, consultation, state, comments):
    """Back to the space, with what was said."""
    said = ngettext("Submitted: %(n)d comment.", "Submitted: %(n)d comments.", len(comments)) % {"n": len(comments)}
    if not comments:
        said = _("All of this was submitted already.")
    elif consultation.shown == consultation.Shown.AT_ONCE:
        said = f"{said} {_('The other Focal Points see it now, and can endorse it.')}"
    else:
        said = f"{said} {_('The other Focal Points see it once the consultation has closed.')}"
    messages.success(request, said)
    return redirect("consultations:space_detail", consultation.pk, state.slug)


@require_http_methods(READ_AND_WRITE)
@allow(Action.SUBMIT_COMMENT)
def answer_give(request, key, slug):
    """The official word of a State that has nothing to comment."""
    consultation, state = space_of(request.user, key, slug)
    require_voice(request.user, state.pk)
    space = Space(consultation, state, request.user)
    if request.method == "POST" and "back" in request.POST:
        return _taken_back(request, consultation, state)
    form = AnswerForm(posted(request), initial={"kind": space.answer.kind if space.answer else None})
    if form.is_bound and form.is_valid():
        try:
            given = {"consultation": consultation, "state": state, "by": request.user}
            commenting.give_answer(kind=form.cleaned_data["kind"], **given)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Your official answer is given. Comments that you submit take its place."))
            return redirect("consultations:space_detail", consultation.pk, state.slug)
    context = {"consultation": consultation, "state": state, "space": space, "form": form}
    return render(request, "consultations/answer_give.html", context)


def _taken_back(request, consultation, state):
    try:
        commenting.take_back_answer(consultation=consultation, state=state, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Taken back. Your State has not answered now."))
    return redirect("consultations:space_detail", consultation.pk, state.slug)
