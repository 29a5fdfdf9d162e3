"""Pages on which the community is read."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from community import reading
from community.actions import why_not
from community.feeds import forum_changes
from community.filters import ForumForm
from community.forms import about_of
from community.lessons import may_make_lesson
from community.lists import rooms_of, threads_of, unread_of
from community.models import Forum, Post, Thread
from community.opening import forum_of, thread_of
from community.rows import Saying, forum_rows, stage_sign, thread_rows
from community.searching import found_rows, search
from community.threads import Opened, at_post, is_looked_at, place_of
from core.caching import allow_keeping, kept_for_visitors
from core.conditional import conditional
from core.moments import zone
from members.access import Action, can, public, signed_in


@require_safe
@public
@kept_for_visitors
def forum_list(request):
    """All forums that the reader may know of, in groups; with "about", those in which to begin a conversation."""
    user = request.user
    kind, about = about_of(request.GET.get("about", ""), user) if user.is_authenticated else ("", None)
    tail = f"new/?about={kind}:{about.pk}" if about else ""
    found = rooms_of(user, to_begin=about is not None)
    groups = [(heading, forum_rows(rooms, user, tail)) for heading, rooms in found]
    context = {"groups": groups, "about": about, "zone": zone()}
    page = render(request, "community/forum_list.html", context)
    return _keep(page, [room.forum for _heading, rooms in found for room in rooms])


def _keep(page, forums, query=""):
    """Let a page be kept, unless one of its forums opens or closes: that changes it without a write."""
    return allow_keeping(page, None if any(forum.is_timed for forum in forums) else query)


@require_safe
@public
@kept_for_visitors
def forum_detail(request, slug):
    """The threads of one forum: pinned ones first, then by their last post."""
    user = request.user
    forum = forum_of(slug, user)
    if forum is None:
        raise Http404
    form, page = threads_of(forum, user, request.GET)
    context = {
        "forum": forum,
        "form": form,
        "page": page,
        "rows": thread_rows(page.rows, user, label=forum.label),
        "why_not": why_not(user, forum),
        "stage": stage_sign(forum),
        "span": Saying(user).span(forum.opens, forum.closes),
        "zone": zone(),
    }
    return _keep(render(request, "community/forum_detail.html", context), [forum])


@require_safe
@public
def forum_feed(request, slug):
    """The latest posts of a forum for feed readers, which do not log in."""
    forum = get_object_or_404(Forum.objects.visible_to(request.user), slug=slug)
    return conditional(request, lambda: forum_changes(forum, request.user, request.path))


@require_safe
@public
@kept_for_visitors
def thread_detail(request, slug):
    """A thread from one of its posts on; opening it marks as read what is shown."""
    user = request.user
    thread = thread_of(slug, user)
    if thread is None or thread.merged_into_id:
        return redirect(get_object_or_404(Thread.objects.visible_to(user), merged__slug=slug))
    place = place_of(thread, user, request.GET)
    if place.jump:
        return redirect(at_post(thread, place.jump))
    opened = Opened(thread, place.number, user)
    context = {"thread": thread, "opened": opened, "place": place, "zone": zone()}
    if user.is_authenticated:
        context["may_make_lesson"] = may_make_lesson(user)
        context["may_moderate"] = can(user, Action.MODERATE, thread)
    page = render(request, "community/thread_detail.html", context)
    if user.is_authenticated and opened.shown and is_looked_at(request):
        reading.mark_seen(thread, opened.shown, seen=opened.seen, by=user)
        reading.mark_told(thread, [row.pk for row in opened.posts], by=user)
    return _keep(page, [thread.forum], place.canonical)


@require_safe
@public
def post_detail(request, key):
    """The permanent address of a post: on to where it stands now."""
    post = get_object_or_404(Post.objects.visible_to(request.user).select_related("thread"), pk=key)
    return redirect(at_post(post.thread, post.number or post.thread.last_number))


@require_safe
@signed_in
def thread_unread(request):
    """The threads in which something waits for me, the latest first."""
    page = unread_of(request.user, request.GET)
    context = {"page": page, "rows": thread_rows(page.rows, request.user), "zone": zone()}
    return render(request, "community/thread_unread.html", context)


@require_POST
@signed_in
def thread_mark_read(request):
    """Mark as read everything, or all of one forum."""
    user = request.user
    form = ForumForm(request.POST, forums=Forum.objects.visible_to(user))
    if not form.is_valid():
        raise BadRequest
    forum, threads = form.cleaned_data["forum"], Thread.objects.visible_to(user)
    n = reading.mark_all_read(threads.in_forum(forum) if forum else threads, by=user)
    said = ngettext("%(n)d conversation is marked as read.", "%(n)d conversations are marked as read.", n)
    messages.success(request, said % {"n": n} if n else _("Nothing was left to read."))
    return redirect(forum or "community:thread_unread")


@require_safe
@public
def post_search(request):
    """Words in titles and posts, of what the reader may know of."""
    found = search(request.user, request.GET)
    context = {
        "found": found,
        "threads": thread_rows(found.threads, request.user),
        "posts": found_rows(found.posts, found.words, request.user, f"{reverse('community:forum_list')}posts/"),
        "zone": zone(),
    }
    return render(request, "community/post_search.html", context)
