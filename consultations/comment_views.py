"""Pages of one comment: read it, write it in one's State's own space, discuss, withdraw and endorse it."""

import uuid

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations import commenting
from consultations.comment_forms import CommentForm, NoteForm, SeenForm, VoiceForm, asked_language
from consultations.comment_pages import (
    Opened,
    Subject,
    asked_subject,
    comment_for,
    compared,
    space_of,
    subject_of,
)
from consultations.commenting import LONGEST
from consultations.models import Comment
from consultations.rules import require_voice, states_spoken_for, why_not_comment
from core.inputs import READ_AND_WRITE, posted
from core.languages import content_language, localized
from members.access import Action, allow, require
from moderation.refusals import Refused


@require_http_methods(READ_AND_WRITE)
@allow(Action.DRAFT_COMMENT)
def comment_add(request, key, slug):
    """A new comment in a State's own space: on a paragraph, on a chapter or on the whole text."""
    consultation, state = space_of(request.user, key, slug)
    subject, lost = _asked(request, consultation)
    why_not = why_not_comment(consultation, state)
    begun = {"proposed": subject.text, "language": content_language(), "token": uuid.uuid4()}
    begun |= {} if subject.placed else {"kind": Comment.Kind.GENERAL}
    form = CommentForm(posted(request), initial=begun, subject=subject)
    if form.is_bound and form.is_valid():
        try:
            comment = _draft(request.user, state, subject, lost, form)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return _kept(request, comment, why_not)
    context = {"consultation": consultation, "state": state, "subject": subject, "form": form, "why_not": why_not}
    return render(request, "consultations/comment_add.html", context)


def _asked(request, consultation):
    """(The Subject that the address names, ""); or what was posted on what has left: (the whole text, the reason)."""
    try:
        return asked_subject(consultation, request.GET), ""
    except Refused as refused:
        if request.method != "POST":
            raise Http404 from refused
        return Subject(consultation, language=consultation.edition.language), str(refused)


def _draft(user, state, subject, lost, form):
    if lost:
        raise Refused(lost)
    words = form.words | {"text_language": subject.language if subject.placed else ""}
    return commenting.draft_comment(
        consultation=subject.consultation, state=state, by=user, placed=subject.placed, chapter=subject.chapter,
        token=form.cleaned_data.get("token"), keep=True, **words,
    )  # fmt: skip


def _kept(request, comment, why_not):
    """To the draft, with what becomes of it now."""
    if why_not:
        said = _("%(reason)s Your text is kept as a draft, but it cannot be submitted now.") % {"reason": why_not}
        messages.warning(request, said)
    else:
        state = localized(comment.state, "name")[0]
        said = _("Saved as a draft. Only people of %(state)s see it, until the Focal Point submits it.")
        messages.success(request, said % {"state": state})
    return redirect(comment)


def _draft_for(request, key):
    """The comment as somebody sees who may write it."""
    comment = comment_for(request.user, key)
    opened = Opened(comment, request.user)
    require(request.user, Action.DRAFT_COMMENT, comment)
    if not opened.is_ours:
        raise PermissionDenied
    return opened


def _act_of(opened):
    """What the page of an act on a comment shows around it."""
    comment = opened.comment
    return {"opened": opened, "comment": comment, "consultation": opened.consultation, "state": comment.state}


@require_http_methods(READ_AND_WRITE)
@allow(Action.DRAFT_COMMENT)
def comment_edit(request, key):
    """Other words for a draft, or for a comment that was withdrawn."""
    try:
        opened = _draft_for(request, key)
    except Http404:
        if written := _written(request):
            return render(request, "consultations/text_back.html", {"fields": written}, status=404)
        raise
    comment, status, rows = opened.comment, 200, []
    if not opened.may_edit and request.method != "POST":
        messages.warning(request, opened.why_not or _("It was submitted: withdraw it before you change it."))
        return redirect(comment)
    subject = subject_of(comment, "" if comment.proposed else asked_language(request.GET))
    form = CommentForm(posted(request), initial=_words_of(comment, subject), subject=subject)
    if form.is_bound and form.is_valid():
        try:
            language = subject.language if subject.placed else ""
            given = {"version": form.cleaned_data.get("version") or 0, "text_language": language, **form.words}
            saved = commenting.edit_comment(comment=comment, by=request.user, keep=True, **given)
        except commenting.ChangedMeanwhile as overtaken:
            rows, status = compared(overtaken.comment, form.words), 409
            _again(form, str(overtaken), overtaken.comment)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return _kept(request, saved, opened.why_not)
    context = _act_of(opened) | {"subject": subject, "form": form, "rows": rows}
    return render(request, "consultations/comment_edit.html", context, status=status)


def _written(request):
    """[(field, its label, the text)] of what somebody wrote whose draft is gone."""
    labels = {name: CommentForm.base_fields[name].label for name in LONGEST}
    said = [(name, labels[name], request.POST.get(name, "")[: LONGEST[name]]) for name in LONGEST]
    return [row for row in said if row[2]]


def _words_of(comment, subject):
    said = {name: getattr(comment, name) for name in ("kind", "text", "rationale", "language", "version")}
    return said | {"proposed": comment.proposed or subject.text}


def _again(form, reason, comment):
    """A form that came too late, ready to be sent over what is there now."""
    form.add_error(None, reason)
    form.data = form.data.copy()
    form.data["version"] = str(comment.version)


@require_safe
@allow(Action.READ_COMMENTS)
def comment_detail(request, key):
    """What a State said, or is about to say, and what became of it."""
    return _detail(request, comment_for(request.user, key), NoteForm(initial={"token": uuid.uuid4()}))


def _detail(request, comment, form, status=200):
    context = {"comment": comment, "opened": Opened(comment, request.user), "form": form}
    return render(request, "consultations/comment_detail.html", context, status=status)


@require_http_methods(READ_AND_WRITE)
@allow(Action.DRAFT_COMMENT)
def comment_remove(request, key):
    """Take a draft away, or what was changed in it since it was submitted."""
    opened = _draft_for(request, key)
    comment = opened.comment
    if request.method == "POST":
        form = SeenForm(request.POST)
        form.is_valid()
        try:
            seen = form.cleaned_data.get("version")
            left = commenting.remove_draft(comment=comment, by=request.user, version=seen)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect(comment)
        if left is None:
            messages.success(request, _("The draft is removed."))
            return redirect("consultations:space_detail", comment.consultation_id, comment.state.slug)
        messages.success(request, _("The comment says again what was submitted, and is withdrawn."))
        return redirect(left)
    if not opened.may_remove:
        messages.warning(request, _("It was submitted, and stays on record. Its Focal Point can withdraw it."))
        return redirect(comment)
    return render(request, "consultations/comment_remove.html", _act_of(opened))


@require_POST
@allow(Action.DRAFT_COMMENT)
def comment_note(request, key):
    """Say something of a comment to the people of one's own State."""
    comment = comment_for(request.user, key)
    if not Opened(comment, request.user).is_ours:
        raise PermissionDenied
    form = NoteForm(request.POST)
    if form.is_valid():
        try:
            note = commenting.add_note(comment=comment, by=request.user, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Noted. Only people of your State read it."))
            return redirect(f"{comment.get_absolute_url()}#note-{note.pk}")
    return _detail(request, comment, form)


@require_http_methods(READ_AND_WRITE)
@allow(Action.SUBMIT_COMMENT)
def comment_withdraw(request, key):
    """Take back what a State submitted."""
    comment = comment_for(request.user, key)
    require_voice(request.user, comment.state_id)
    opened = Opened(comment, request.user)
    if request.method == "POST":
        try:
            commenting.withdraw_comment(comment=comment, by=request.user)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(
                request, _("Withdrawn. You can edit it, and submit it again while the consultation lasts.")
            )
        return redirect(comment)
    if not opened.may_withdraw:
        messages.warning(request, _("It cannot be withdrawn now."))
        return redirect(comment)
    return render(request, "consultations/comment_withdraw.html", _act_of(opened))


@require_POST
@allow(Action.SUBMIT_COMMENT)
def comment_endorse(request, key):
    """Support the comment of another State, or no longer."""
    comment = comment_for(request.user, key)
    form = VoiceForm(request.POST)
    if not form.is_valid():
        raise BadRequest
    state = next((row for row in states_spoken_for(request.user) if row.slug == form.cleaned_data["state"]), None)
    if state is None:
        raise PermissionDenied
    on = form.cleaned_data["on"]
    act = commenting.endorse if on else commenting.take_back_endorsement
    try:
        act(comment=comment, state=state, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        said = _("%(state)s endorses this comment.") if on else _("%(state)s endorses this comment no longer.")
        messages.success(request, said % {"state": localized(state, "name")[0]})
    return redirect(f"{comment.get_absolute_url()}#endorsed")
