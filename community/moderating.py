"""Verbs of moderators on posts and threads: let out, hide, pin, lock, rename. Moving is in community/moving.py.

Each locks threads by key first, then forums by key, and judges what it finds under the lock.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from community.actions import come_out
from community.mentions import mentioned_in
from community.models import Forum, Post, Thread, ThreadStep
from community.telling import tell_of_post
from core.text import fold
from documents.actions import set_publication
from documents.models import Document
from members.audit import audit
from members.models import AuditEntry, Labelled
from moderation.flags import lock_people, tell_author, trace
from moderation.models import Decision
from moderation.refusals import Refused

Status, Kind, Act = Post.Status, ThreadStep.Kind, Decision.Act
DRAFT, PUBLISHED, WITHDRAWN = Labelled.Publication
LONGEST_DETAIL = 500


def locked_threads(keys, by):
    """{key: Thread} as they are now, locked in one order, of those that a moderator may know of. Raises Refused where
    one is gone or went into another."""
    rows = Thread.objects.visible_to(by).bare().select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    found = {thread.pk: thread for thread in rows}
    if len(found) < len(set(keys)):
        raise Refused(_("Nothing was done: this conversation is no longer there."))
    if any(thread.merged_into_id for thread in found.values()):
        raise Refused(_("Nothing was done: this conversation went into another one meanwhile."))
    return found


def locked(thread, by):
    """One thread in the same way."""
    return locked_threads([thread.pk], by)[thread.pk]


def locked_post(key, by):
    """A post as it is now, its thread locked; None where it is not there, or where its thread went into another."""
    for _attempt in range(3):  # it may go to another thread while we wait for the one it is in
        post = Post.objects.visible_to(by).filter(pk=key).first()
        if post is None:
            return None
        thread = locked_threads([post.thread_id], by)[post.thread_id]
        post = Post.objects.in_thread(thread).filter(pk=key).select_related("author", "state", "organisation").first()
        if post is not None:
            post.thread = thread
            return post
    return None


def lock_forums(keys):
    """Lock forums in one order, before a thread comes to refer to one: whoever narrows one finds the thread then."""
    list(Forum.objects.bare().select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk"))


def refresh_last(thread):
    """Who wrote in a thread last, and when: of what is out and not hidden."""
    last = Post.objects.in_thread(thread).published().order_by("created", "number").select_related("author").last()
    thread.last_posted = last.created if last else thread.created
    thread.last_author = last.author if last else None
    thread.last_state_id = last.state_id if last else None
    thread.save(update_fields=["last_number", "last_posted", "last_author", "last_state"])


def step(thread, kind, *, by, detail=""):
    """The line in a thread that says what moderators did; the detail is for them."""
    return ThreadStep.objects.create(thread=thread, kind=kind, by=by, detail=detail[:LONGEST_DETAIL])


def traced(thread, kind, *, by, note="", detail="", besides=()):
    """Keep an act on a thread, and tell whom it concerns: who began it, and the accounts `besides`."""
    step(thread, kind, by=by, detail=detail)
    authors = dict.fromkeys([thread.author, *besides])
    lock_people(authors)
    for author in authors:
        said = {"author": author, "label": thread.label, "note": note, "by": by}
        decision = trace(("thread", thread.pk), Act(kind), **said)
        tell_author(decision, "thread_changed")


# Posts, as moderation knows them: each takes (post, by=, note=) and returns what undoing it needs. The post is locked.


def let_out(post, *, by, note=""):
    """Publish a post that waits: it gets the next number of its thread, and who watches is told."""
    thread = post.thread
    if thread.publication != PUBLISHED:
        raise Refused(_("Nothing was done: the conversation is hidden. Show it again first."))
    post.status, post.number = Status.PUBLISHED, thread.last_number + 1
    post.save(update_fields=["status", "number"])
    _publish(post.documents.filter(publication=DRAFT), PUBLISHED, by)
    come_out(post)
    people, _others = mentioned_in(post.html, thread)
    tell_of_post(post, mentioned=people, then=[post.author_id])  # decide() tells him that it is out
    return {}


def refuse(post, *, by, note=""):
    """Do not publish a post that waits; its author keeps it."""
    post.status = Status.REFUSED
    post.save(update_fields=["status"])
    return {}


def hide(post, *, by, note=""):
    """Hide the words of a post, and its files; it keeps its number."""
    post.status = Status.HIDDEN
    post.save(update_fields=["status"])
    keys = _publish(post.documents.filter(publication=PUBLISHED), WITHDRAWN, by)
    refresh_last(post.thread)
    return {"documents": keys}


def restore(post, *, by, note=""):
    """Show a hidden post again, with the files that were hidden with it."""
    post.status = Status.PUBLISHED
    post.save(update_fields=["status"])
    hidden = Decision.objects.of(("post", post.pk)).with_act(Act.HIDDEN).last()
    _publish(post.documents.filter(pk__in=hidden.data.get("documents", []) if hidden else []), PUBLISHED, by)
    refresh_last(post.thread)
    return {}


def _publish(documents, publication, by):
    """Publish or withdraw some documents; returns their keys."""
    keys = list(documents.order_by("pk").values_list("pk", flat=True))
    if keys:
        set_publication(Document.objects.filter(pk__in=keys).order_by("pk"), publication, by=by)
    return keys


# Threads


@transaction.atomic
def set_pinned(*, thread, on, by):
    """Keep a thread at the top of its forum, or no longer; safe to repeat."""
    thread = locked(thread, by)
    if thread.is_pinned != on:
        thread.is_pinned = on
        thread.save(update_fields=["is_pinned", "updated"])
        step(thread, Kind.PINNED if on else Kind.UNPINNED, by=by)
        _log(thread, "pinned" if on else "unpinned", by)
    return thread


def _log(thread, act, by):
    audit(AuditEntry.Kind.MODERATION, by=by, subject=("thread", thread.pk), label=thread.label, detail=act)


@transaction.atomic
def set_locked(*, thread, on, by, note=""):
    """End a conversation, or let it go on; safe to repeat."""
    thread = locked(thread, by)
    if thread.is_locked != on:
        thread.is_locked = on
        thread.save(update_fields=["is_locked", "updated"])
        traced(thread, Kind.LOCKED if on else Kind.UNLOCKED, by=by, note=note)
    return thread


@transaction.atomic
def rename(*, thread, title, by, note=""):
    """Give a thread another title; its address stays."""
    thread = locked(thread, by)
    if thread.title == title:
        return thread
    was, thread.title, thread.search_text = thread.title, title, fold(title)
    thread.save(update_fields=["title", "search_text", "updated"])
    traced(thread, Kind.RENAMED, by=by, note=note, detail=f"{was} → {title}")
    return thread


@transaction.atomic
def set_hidden(*, thread, on, by, note=""):
    """Hide a whole thread with its files from all but moderators, or show it again; safe to repeat."""
    thread = locked(thread, by)
    wanted = WITHDRAWN if on else PUBLISHED
    if thread.publication != wanted:
        set_publication(Thread.objects.filter(pk=thread.pk), wanted, by=by)
        thread.publication = wanted
        traced(thread, Kind.HIDDEN if on else Kind.RESTORED, by=by, note=note)
    return thread
