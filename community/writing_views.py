"""Pages on which members write: a conversation, a reply, an edit; the history of a post, and thanks for it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from community import actions
from community.drafts import keep_posted
from community.forms import EditForm, PostForm, about_of, tidy, token_of, version_of
from community.history import changes_of
from community.mentions import handle_of, handles_in, people_in
from community.writing import (
    Editor,
    Reply,
    draft_for,
    forum_for,
    post_for,
    preview_of,
    quotable,
    reply_of,
    thread_for,
    thread_form,
    thread_sheet,
    who_reads,
)
from core.inputs import READ_AND_WRITE
from documents.storage import stored
from members.access import Action, allow, can, require, signed_in
from moderation.differences import marked
from moderation.refusals import Refused


def _given_back(request, reason):
    """Where there is nothing to write in any more: the text, and why; 404, as for what never was."""
    if request.method != "POST":
        raise Http404
    title, text = tidy(request.POST.get("title")), tidy(request.POST.get("text"))
    context = {"reason": reason, "title": title, "text": text}
    return render(request, "community/text_back.html", context, status=404)


def _sent(request, post):
    """To the post, with what comes next."""
    if post.number is None:
        messages.success(request, _("Sent. The moderators read it before it is out; you are told once it is."))
    elif post.number == 1:
        messages.success(request, _("Your conversation has begun. Whoever watches this forum was sent a link."))
    else:
        messages.success(request, _("Your reply is out. Whoever watches this conversation was sent a link."))
    if untold := len(handles_in(post.html)) - post.mention_count:
        said = ngettext(
            "%(n)d of those you mention cannot read this, or is not there, and was not told.",
            "%(n)d of those you mention cannot read this, or are not there, and were not told.",
            untold,
        )
        messages.warning(request, said % {"n": untold})
    return redirect(post)


@require_http_methods(READ_AND_WRITE)
@allow(Action.POST)
def thread_create(request, slug):
    """Begin a conversation in a forum."""
    forum = forum_for(slug, request.user)
    if forum is None:
        return _given_back(request, _("This forum is not, or no longer, open to you."))
    if request.method == "POST":
        return _thread_posted(request, forum)
    draft = draft_for(forum, request.user)
    asked = request.GET.get("about", "") or (draft.about if draft else "")
    about = about_of(asked, request.user)
    if asked and about[1] is None:
        messages.info(request, _("What the conversation was to be about is not, or no longer, open to you."))
    initial = {"label": max(forum.label, about[1].label if about[1] else 0)}
    if draft:
        initial |= {"title": draft.title, "text": draft.text, "named_states": draft.states}
        initial["label"] = max(initial["label"], draft.label or 0)
    form = thread_form(forum, about, initial=initial)
    return _thread_page(request, form, token=token_of({}), version=draft.version if draft else 0)


def _thread_posted(request, forum):
    about = about_of(request.POST.get("about", ""), request.user)
    envelope = {"token": token_of(request.POST), "version": version_of(request.POST)}
    act = request.POST.get("do")
    if act in ("preview", "draft"):
        initial = {name: request.POST.get(name, "") for name in ("title", "text", "label")}
        initial |= {"title": tidy(initial["title"]), "named_states": request.POST.getlist("named_states")}
        form = thread_form(forum, about, initial=initial)
        if act == "preview":
            preview = preview_of(request.POST.get("text", ""), forum, request.user)
            return _thread_page(request, form, preview=preview, **envelope)
        if keep_posted(request, forum=forum):
            return redirect("community:thread_create", forum.slug)
        return _thread_page(request, form, **envelope)
    form = thread_form(forum, about, request.POST, request.FILES)
    if form.is_valid():
        try:
            return _sent(request, _begun(form, envelope["token"], request.user))
        except Refused as refused:
            form.add_error(None, str(refused))
            envelope["token"] = _token_after(refused, request)
    return _thread_page(request, form, **envelope)


def _token_after(refused, request):
    """The token of the form that is given back; where it was used for another text, a new one."""
    return token_of({} if isinstance(refused, actions.SentBefore) else request.POST)


def _begun(form, token, user):
    """The first post of the thread that a valid form asks for."""
    given = form.cleaned_data
    chosen = {"label": given["label"], "named_states": given["named_states"], "about": given["about"]}
    with stored(given["files"]):
        words = _words(form, token)
        return actions.start_thread(forum=form.forum, title=given["title"], words=words, by=user, **chosen)


def _words(form, token, **more):
    given = form.cleaned_data
    more |= {"html": form.fields["text"].html, "draft": given["version"], "seen": given["seen"]}
    return actions.Words(text=given["text"], token=token, files=given["files"], **more)


def _thread_page(request, form, **sheet):
    why_not = actions.why_not(request.user, form.forum)
    context = thread_sheet(form, request.user, why_not=why_not, **sheet)
    return render(request, "community/thread_form.html", context)


@require_http_methods(READ_AND_WRITE)
@allow(Action.POST)
def post_create(request, slug):
    """Answer in a conversation."""
    thread = thread_for(slug, request.user)
    if thread is None:
        return _given_back(request, _("This conversation is not, or no longer, open to you."))
    if request.method == "POST":
        return _reply_posted(request, thread)
    quoted = quotable(request.GET.get("quote"), thread, request.user)
    if request.GET.get("quote") and quoted is None:
        messages.info(request, _("That post cannot be quoted: it is not, or no longer, in this conversation."))
    draft = draft_for(thread, request.user)
    return _reply_page(request, thread, draft=draft, quoted=quoted)


def _reply_page(request, thread, **begun):
    reason = actions.why_not(request.user, thread.forum, thread)
    return _render_reply(request, reply_of(thread, request.user, why_not=reason, **begun))


def _render_reply(request, reply):
    people = [(handle_of(person), str(person), person.standing) for person in people_in(reply.thread, request.user)]
    context = {"thread": reply.thread, "reply": reply, "form": reply.form, "people": people}
    return render(request, "community/post_form.html", context)


def _reply_posted(request, thread):
    act = request.POST.get("do")
    if act == "draft" and keep_posted(
        request, thread=thread, quoted=quotable(request.POST.get("quoted"), thread, request.user)
    ):
        return redirect("community:post_create", thread.slug)
    if act in ("preview", "draft"):
        preview = preview_of(request.POST.get("text", ""), thread, request.user) if act == "preview" else None
        return _render_reply(request, _written(request, thread, preview=preview))
    form = PostForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            return _sent(request, _answered(form, thread, request))
        except Refused as refused:
            form.add_error(None, str(refused))
            thread = thread_for(thread.slug, request.user) or thread
            return _render_reply(request, _written(request, thread, form=form, token=_token_after(refused, request)))
    return _render_reply(request, _written(request, thread, form=form))


def _answered(form, thread, request):
    """The post that a valid form asks for."""
    given, user = form.cleaned_data, request.user
    quoted = quotable(given["quoted"], thread, user)
    words = _words(form, token_of(request.POST), quoted=quoted)
    with stored(words.files):
        return actions.add_post(thread=thread, words=words, by=user)


def _written(request, thread, *, form=None, preview=None, token=None):
    """The Reply with what was posted, whatever it is."""
    user, data = request.user, request.POST
    reason = actions.why_not(user, thread.forum, thread)
    errors = form.errors.get("text", []) if form else [preview.error] if preview and preview.error else []
    editor = Editor(label=_("Your reply"), text=tidy(data.get("text")), errors=errors, preview=preview, rows=12)
    quoted = quotable(data.get("quoted"), thread, user)
    more = {"version": version_of(data), "quoted": quoted.pk if quoted else None, "form": form}
    more["waits"] = actions.must_wait(thread.forum, user)
    return Reply(thread, reason, editor, token or token_of(data), **more)


@require_http_methods(READ_AND_WRITE)
@allow(Action.EDIT_POST)
def post_edit(request, key):
    """Give one's own post another text."""
    post = post_for(key, request.user)
    if post is None:
        return _given_back(request, _("This post is not, or no longer, open to you."))
    require(request.user, Action.EDIT_POST, post)
    if request.method == "POST":
        return _edit_posted(request, post)
    return _edit_page(request, post, EditForm(initial={"text": post.text, "version": post.version}))


def _edit_posted(request, post):
    version = version_of(request.POST)
    if request.POST.get("do") == "preview":
        preview = preview_of(request.POST.get("text", ""), post.thread, request.user)
        initial = {"text": tidy(request.POST.get("text")), "version": version}
        return _edit_page(request, post, EditForm(initial=initial), preview=preview)
    form = EditForm(request.POST)
    if form.is_valid():
        try:
            given = form.cleaned_data
            actions.edit_post(post=post, text=given["text"], version=given["version"], by=request.user)
        except Refused as refused:
            now = post_for(post.pk, request.user) or post
            if now.version != version:
                return _overtaken(request, now, given["text"])
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Saved. The earlier text stays in the history of the post."))
            return redirect(post)
    return _edit_page(request, post, form)


def _overtaken(request, post, text):
    """The post was edited meanwhile: both texts, and the writer's own still in the form."""
    theirs, mine = marked(post.text, text)
    form = EditForm(initial={"text": text, "version": post.version})
    return _edit_page(request, post, form, status=409, theirs=theirs, mine=mine)


def _edit_page(request, post, form, *, preview=None, status=200, **more):
    errors = form.errors.get("text", []) if form.is_bound else [preview.error] if preview and preview.error else []
    text, label = tidy(form["text"].value()), form.fields["text"].label
    editor = Editor(label=label, text=text, errors=errors, preview=preview, rows=12)
    reason = actions.why_not_edit(post, request.user)
    context = {"post": post, "thread": post.thread, "form": form, "editor": editor, "why_not": reason, **more}
    context["readers"] = who_reads(post.thread)
    return render(request, "community/post_edit.html", context, status=status)


@require_safe
@signed_in
def post_history(request, key):
    """When a post was edited; what its words were, for those who may read a record's history."""
    post = post_for(key, request.user)
    if post is None:
        raise Http404
    reads_words = can(request.user, Action.READ_HISTORY, post)
    context = {"post": post, "changes": changes_of(post, reads_words), "reads_words": reads_words}
    return render(request, "community/post_history.html", context)


@require_POST
@allow(Action.POST)
def post_thanks(request, key):
    """Thank for a post, or take that back."""
    post = post_for(key, request.user)
    if post is None:
        raise Http404
    if post.author_id == request.user.pk:
        raise PermissionDenied
    on = request.POST.get("on") != "0"
    actions.set_thanks(post=post, on=on, by=request.user)
    messages.success(request, _("You thanked for this post.") if on else _("Your thanks were taken back."))
    return redirect(post)
