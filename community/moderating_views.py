"""Pages of moderators on one thread, and the page on which any member reports a post."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from community import moderating, moving
from community.models import Post, Thread
from community.moderated import may_report, posts_for, thing_of_post, who_wrote
from community.moderating_forms import (
    MOST_SHOWN,
    ForumForm,
    LabelForm,
    ReasonForm,
    RenameForm,
    SplitForm,
    SureForm,
    TargetForm,
)
from community.readers import Reach, change_of, change_of_merge, reach_in
from core.inputs import keys_of
from core.labels import Label
from members.access import Action, allow, require
from moderation import flags
from moderation.flag_forms import FlagForm
from moderation.models import Flag
from moderation.refusals import Refused


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Action.POST)
def post_flag(request, key):
    """Report a post to the moderators."""
    post = get_object_or_404(posts_for(request.user), pk=key)
    mine = Flag.objects.by_person(request.user).of(("post", post.pk)).open().first()
    may = may_report(post, request.user)
    form = FlagForm(request.POST if request.method == "POST" else None)
    if may and mine is None and form.is_bound and form.is_valid():
        return _reported(request, post, form)
    context = {"post": post, "thing": thing_of_post(post, request.user), "form": form, "mine": mine, "may": may}
    return render(request, "community/post_flag.html", context)


def _reported(request, post, form):
    try:
        flags.report(subject=("post", post.pk), label=post.label, by=request.user, **form.cleaned_data)
        messages.success(request, _("Reported. The moderators look at it, and you are told what they decided."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(post)


def _thread(request, slug):
    """The thread, where a moderator may act on it; what went into another thread is no more."""
    threads = Thread.objects.visible_to(request.user).for_detail()
    thread = get_object_or_404(threads, slug=slug, merged_into=None)
    require(request.user, Action.MODERATE, thread)
    return thread


def _options(request, thread):
    """How the form of an act begins: what was posted, and whether there are reports to close with it."""
    keys = Post.objects.in_thread(thread).values("pk")
    has_reports = Flag.objects.of_any("post", keys).open().exists()
    return {"data": request.POST if request.method == "POST" else None, "has_reports": has_reports}


def _page(request, thread, name, **context):
    return render(request, f"community/{name}.html", {"thread": thread, **context})


def _done(request, thread, form, act, said, /, **given):
    """Do an act to a thread, close the reports of its posts where that was asked, and show the thread."""
    keys = list(Post.objects.in_thread(thread).values_list("pk", flat=True)) if form.cleaned_data.get("reports") else []
    note = form.cleaned_data["note"]
    try:
        with transaction.atomic():
            after = act(by=request.user, note=note, **given)
            flags.settle("post", keys, note=note, by=request.user)
        messages.success(request, said)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(thread)
    return redirect(after)


@require_POST
@allow(Action.MODERATE)
def thread_pin(request, slug):
    """Keep it at the top of its forum, or no longer."""
    thread = _thread(request, slug)
    on = request.POST.get("on") == "1"
    try:
        moderating.set_pinned(thread=thread, on=on, by=request.user)
        messages.success(request, _("Pinned: it stays at the top of its forum.") if on else _("No longer pinned."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(thread)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Action.MODERATE)
def thread_lock(request, slug):
    """End a conversation, or let it go on."""
    thread = _thread(request, slug)
    on = not thread.is_locked
    form = ReasonForm(**_options(request, thread), needs_reason=on)
    if form.is_bound and form.is_valid():
        said = _("Locked: it can be read, and no longer be answered.") if on else _("It can be answered again.")
        return _done(request, thread, form, moderating.set_locked, said, thread=thread, on=on)
    return _page(request, thread, "thread_lock", form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Action.MODERATE)
def thread_hide(request, slug):
    """Hide a whole conversation, or show it again."""
    thread = _thread(request, slug)
    on = thread.publication == Thread.Publication.PUBLISHED
    form = ReasonForm(**_options(request, thread), needs_reason=on)
    if form.is_bound and form.is_valid():
        said = _("Hidden: only moderators see it.") if on else _("Shown again, to those who could read it before.")
        return _done(request, thread, form, moderating.set_hidden, said, thread=thread, on=on)
    return _page(request, thread, "thread_hide", form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Action.MODERATE)
def thread_rename(request, slug):
    """Give it another title."""
    thread = _thread(request, slug)
    form = RenameForm(**_options(request, thread), initial={"title": thread.title})
    if form.is_bound and form.is_valid():
        given = {"thread": thread, "title": form.cleaned_data["title"]}
        return _done(request, thread, form, moderating.rename, _("Renamed. Its address is the same."), **given)
    return _page(request, thread, "thread_rename", form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Action.MODERATE)
def thread_label(request, slug):
    """Choose a label; see who reads it then; give it."""
    thread = _thread(request, slug)
    asked = LabelForm(request.GET if "label" in request.GET else None, thread=thread)
    if not asked.is_valid():
        return _page(request, thread, "thread_label", asked=asked)
    label, states = asked.cleaned_data["label"], asked.cleaned_data["states"]
    reach = Reach(thread.forum, label, frozenset(state.pk for state in states) if label == Label.RED else frozenset())
    change = change_of(thread, reach)
    form = SureForm(**_options(request, thread), change=change)
    if form.is_bound and form.is_valid():
        given = {"thread": thread, "label": label, "named": states, "widens": change.opens}
        return _done(request, thread, form, moving.relabel, _("Its label is changed, and its files follow."), **given)
    return _page(request, thread, "thread_label", asked=asked, change=change, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Action.MODERATE)
def thread_move(request, slug):
    """Choose a forum; see who reads it there; move."""
    thread = _thread(request, slug)
    asked = ForumForm(request.GET if "forum" in request.GET else None, thread=thread, reader=request.user)
    if not asked.is_valid():
        return _page(request, thread, "thread_move", asked=asked)
    forum = asked.cleaned_data["forum"]
    change = change_of(thread, reach_in(thread, forum))
    form = SureForm(**_options(request, thread), change=change)
    if form.is_bound and form.is_valid():
        given = {"thread": thread, "forum": forum, "widens": change.opens}
        return _done(request, thread, form, moving.move, _("Moved. Its address is the same."), **given)
    return _page(request, thread, "thread_move", asked=asked, forum=forum, change=change, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Action.MODERATE)
def thread_merge(request, slug):
    """Choose a conversation; see what becomes of both; append this one to it."""
    thread = _thread(request, slug)
    asked = TargetForm(request.GET if "into" in request.GET else None, thread=thread, reader=request.user)
    if not asked.is_valid():
        return _page(request, thread, "thread_merge", asked=asked)
    target = asked.cleaned_data["into"]
    change, lost = change_of_merge(thread, target)
    form = SureForm(**_options(request, thread), change=change)
    if form.is_bound and form.is_valid():
        given = {"source": thread, "target": target, "widens": change.opens}
        said = _("Joined. The address of the other conversation leads here.")
        return _done(request, thread, form, moving.merge, said, **given)
    return _page(request, thread, "thread_merge", asked=asked, target=target, change=change, lost=lost, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Action.MODERATE)
def thread_split(request, slug):
    """Give some posts a conversation of their own."""
    thread = _thread(request, slug)
    begin = next(iter(keys_of([request.GET.get("from", "")])), 1)
    begin = max(1, min(begin, thread.last_number))
    shown = _shown(thread, begin, request.user)
    form = SplitForm(**_options(request, thread), thread=thread, shown=shown, initial=_ticked(request))
    if form.is_bound and form.is_valid():
        given = {"thread": thread, "chosen": form.chosen, "title": form.cleaned_data["title"]}
        said = _("These posts are a conversation of their own now.")
        return _done(request, thread, form, moving.split, said, **given)
    later = begin + MOST_SHOWN if begin + MOST_SHOWN <= thread.last_number else None
    earlier = max(1, begin - MOST_SHOWN) if begin > 1 else None
    return _page(request, thread, "thread_split", form=form, earlier=earlier, later=later)


def _ticked(request):
    """The post from which one came here is ticked."""
    return {"posts": keys_of([request.GET.get("post", "")])}


def _shown(thread, begin, reader):
    """[(number, how the box of that post is called)] of the posts from one number on."""
    posts = Post.objects.in_thread(thread).numbered().after(begin - 1)
    posts = posts.select_related("author", "state", "organisation")[:MOST_SHOWN]
    return [
        (post.number, f"{post.number} · {who_wrote(post, reader)}: {Truncator(post.text).chars(90)}") for post in posts
    ]
