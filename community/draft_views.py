"""What helps while one writes: drafts, the preview, whom one can mention."""

from django.contrib import messages
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from community.drafts import begun_by, drop, keep
from community.forms import PlaceForm, SuggestForm
from community.mentions import handle_of, people_to_mention
from community.writing import forum_for, preview_of, quotable, thread_for
from members.access import Action, allow


def _place(data, user):
    """(kind, the thread or forum that a form names, or None where its reader may not know of it)."""
    form = PlaceForm(data)
    kind = "thread" if data.get("thread") else "forum"
    if not form.is_valid():
        return kind, None
    return kind, (thread_for if kind == "thread" else forum_for)(form.cleaned_data[kind], user)


@require_POST
@allow(Action.POST)
def draft_save(request):
    """Keep what is being written, for the script; says when it was kept, or why it was not."""
    kind, place = _place(request.POST, request.user)
    if place is None:
        return JsonResponse({"said": _("Not kept: this place is not, or no longer, open to you.")}, status=404)
    quoted = quotable(request.POST.get("quoted"), place, request.user) if kind == "thread" else None
    draft, refused = keep(request.POST, by=request.user, quoted=quoted, **{kind: place})
    if refused:
        return JsonResponse({"said": refused}, status=409)
    said = _("Draft saved %(time)s") % {
        "time": f"{timezone.localtime():%H:%M} ({timezone.get_current_timezone_name()})"
    }
    return JsonResponse({"said": said if draft else "", "version": draft.version if draft else 0})


@require_POST
@allow(Action.POST)
def post_preview(request):
    """What a text will look like, as a part of a page, for the script."""
    _kind, place = _place(request.POST, request.user)
    if place is None:
        raise Http404
    preview = preview_of(request.POST.get("text", ""), place, request.user)
    return render(request, "community/_preview.html", {"preview": preview})


@require_safe
@allow(Action.POST)
def person_suggestions(request):
    """Members whom one can mention, by at least two letters of their name or State, for the script."""
    form = SuggestForm(request.GET)
    place = _place(form.cleaned_data, request.user)[1] if form.is_valid() else None
    people = people_to_mention(form.cleaned_data["q"], place, request.user) if place else []
    rows = [{"handle": handle_of(person), "name": str(person), "standing": person.standing} for person in people]
    return JsonResponse({"people": rows})


@require_safe
@allow(Action.POST)
def draft_list(request):
    """What I have begun to write."""
    return render(request, "community/draft_list.html", {"drafts": begun_by(request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Action.POST)
def draft_delete(request, key):
    """Ask once, then drop a draft."""
    begun = next((row for row in begun_by(request.user) if row.draft.pk == key), None)
    if begun is None:
        raise Http404
    if request.method == "POST":
        drop(begun.draft, by=request.user)
        messages.success(request, _("The draft is deleted."))
        return redirect("community:draft_list")
    return render(request, "community/draft_delete.html", {"begun": begun})
