"""From a conversation to a lesson."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community.lessons import draft_lesson
from community.models import Thread
from members.access import Action, allow
from moderation.refusals import Refused


@require_POST
@allow(Action.DRAFT_PROPOSAL)
def thread_lesson(request, slug):
    """Begin a lesson with what one's State wrote in a conversation, as a draft that nobody else sees."""
    thread = get_object_or_404(Thread.objects.visible_to(request.user), slug=slug)
    try:
        proposal = draft_lesson(thread, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(thread)
    said = _("This is a draft of your State. Put the words where they belong, and say what you recommend.")
    messages.success(request, said)
    return redirect("moderation:proposal_edit", proposal.uuid)
