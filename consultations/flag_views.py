"""The page on which a comment of another State is reported to the moderators."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consultations.moderated import comments_for, may_report, thing_of_comment
from core.inputs import posted
from members.access import Action, allow
from moderation import flags
from moderation.flag_forms import FlagForm
from moderation.models import Flag
from moderation.refusals import Refused


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Action.READ_COMMENTS)
def comment_flag(request, key):
    """Report a comment to the moderators."""
    comment = get_object_or_404(comments_for(request.user), pk=key)
    mine = Flag.objects.by_person(request.user).of(("comment", comment.pk)).open().first()
    may = may_report(comment, request.user)
    form = FlagForm(posted(request))
    if may and mine is None and form.is_bound and form.is_valid():
        return _reported(request, comment, form)
    thing = thing_of_comment(comment, request.user)
    context = {"comment": comment, "thing": thing, "form": form, "mine": mine, "may": may}
    return render(request, "consultations/comment_flag.html", context)


def _reported(request, comment, form):
    try:
        flags.report(subject=("comment", comment.pk), label=comment.label, by=request.user, **form.cleaned_data)
        messages.success(request, _("Reported. The moderators look at it, and you are told what they decided."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(comment)
