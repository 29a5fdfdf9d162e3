"""Verbs of the community: begin a thread, answer, edit, thank. What moderators do is in community/moderating.py."""

from dataclasses import dataclass, field
from secrets import randbelow

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from community.mentions import mentioned_in
from community.models import Draft, Forum, Post, PostVersion, Thanks, Thread, ThreadStep
from community.readers import readers_key
from community.telling import tell_of_post, tell_of_waiting
from core.labels import Label
from core.languages import content_language
from core.markdown import to_html
from core.text import fold
from documents.actions import refresh_audience, refresh_documents
from documents.models import Document
from members.access import Action, Role, can, role_of
from members.audit import audit_standing
from members.models import Labelled
from moderation.refusals import Moved, Refused

LONGEST_STEM = 60


class SentBefore(Refused):
    """Another text was sent under the same token."""


@dataclass(frozen=True)
class Words:
    """What somebody sends: Markdown, the post that it answers, checked files (unsaved Documents), and the token of
    the form, so that what is sent twice is one post.

    `html` is what to_html() made of the text, where that was asked before; `seen` the readers_key() of what was
    before the writer; `draft` the version of the draft that he went on with. Where nothing was, they are empty.
    """

    text: str
    token: object
    quoted: Post | None = None
    files: list = field(default_factory=list)
    html: str = ""
    seen: str = ""
    draft: int = 0


def why_not(user, forum, thread=None):
    """Why somebody who reads a forum may not write in it now, or in one of its threads; "" where he may."""
    if not can(user, Action.POST):
        return _("Only members write here.")
    if thread is not None and (reason := _why_closed(thread)):
        return reason
    if can(user, Action.MODERATE):
        return ""
    if thread is not None and thread.is_locked:
        return _("This conversation is locked: it can be read, and no longer be answered.")
    if forum.stage == Forum.Stage.COMING:
        return _("This forum is not open yet.")
    if forum.stage == Forum.Stage.CLOSED:
        return _("This forum is closed: it can be read, and no longer be written in.")
    if forum.is_for_some and not forum.participants.contains(user):
        return _("Only its participants write in this forum.")
    return ""


def _why_closed(thread):
    """Why nobody at all writes in a thread now, "" where that is open."""
    if thread.merged_into_id:
        return _("This conversation was joined with another one: answer there.")
    if thread.publication != Labelled.Publication.PUBLISHED:
        return _("This conversation is hidden: it cannot be answered now.")
    return ""


def _sent_before(words, by):
    """The post that was sent under the token of these words already, or None. Raises SentBefore where it is another."""
    there = Post.objects.by(by).filter(token=words.token).first()
    if there is not None and there.text != words.text:
        raise _sent_already()
    return there


def _sent_already():
    return SentBefore(_("You sent a post from this window already. To send this text too, send it once more."))


def _refuse_unseen(words, place):
    """Raise Moved where others read a thread or forum now than its writer was shown."""
    if words.seen and words.seen != readers_key(place):
        raise Moved(_("Not sent: who reads it has changed since you opened it. See who reads it now, and send again."))


@transaction.atomic
def start_thread(*, forum, title, words, by, label=None, named_states=(), about=("", None)):
    """Begin a thread with its first post; returns the Post. `about` is (name of a foreign key, record) or nothing.

    `label` is at least the forum's. Raises Refused with the reason; the same token once more gives the same post.
    """
    forum = _writable_forum(forum, by)
    if there := _sent_before(words, by):
        return there
    _refuse_unseen(words, forum)
    label = max(forum.label, label or Label.CLEAR, about[1].label if about[1] else Label.CLEAR)
    thread = Thread(forum=forum, title=title, slug=words.token.hex, label=label, author=by, state=by.state)
    thread.publication, thread.language = Labelled.Publication.PUBLISHED, content_language()
    thread.search_text = fold(title)
    if about[1] is not None:
        setattr(thread, *about)
    thread.save()
    thread.slug = slug_of(thread)
    thread.save(update_fields=["slug"])
    thread.named_states.set(readers_of_red(thread, named_states))
    post = _add(thread, words, by)
    Draft.objects.visible_to(by).of_forum(forum).behind(words).delete()
    return post


def slug_of(thread):
    """The address of a new thread, from its title and key; it never changes."""
    return f"{slugify(thread.title)[:LONGEST_STEM].strip('-') or 'thread'}-{thread.pk}"


def readers_of_red(thread, named_states):
    """The States that a TLP:RED thread names: those of its forum at most, all of them where none was chosen."""
    if thread.label != Label.RED:
        return []
    if thread.forum.label != Label.RED:
        return list(named_states)
    allowed = set(thread.forum.named_states.all())
    return list(allowed & set(named_states) or allowed)


def _writable_forum(forum, by):
    """The forum, locked, where `by` may write in it; else Refused. Whoever narrows it finds the new thread then."""
    rows = Forum.objects.visible_to(by).bare().select_for_update(of=("self",), no_key=True)
    locked = rows.filter(pk=forum.pk).first()
    if locked is None:
        raise Refused(_("Nothing was sent: this forum is no longer open to you."))
    if reason := why_not(by, locked):
        raise Refused(reason)
    return locked


@transaction.atomic
def add_post(*, thread, words, by):
    """Answer in a thread; returns the Post, which may wait for the moderators. The same token again is the same post.

    The thread is locked first, so its posts are numbered in the order in which they are committed. Raises Refused
    with the reason where the thread was locked, moved, closed or forbidden meanwhile.
    """
    thread = locked_thread(thread, by)
    if there := _sent_before(words, by):
        return there
    if reason := why_not(by, thread.forum, thread):
        raise Refused(reason)
    _refuse_unseen(words, thread)
    post = _add(thread, words, by)
    Draft.objects.visible_to(by).of_thread(thread).behind(words).delete()
    return post


def locked_thread(thread, by):
    """The thread as it is now, locked, where `by` may still read it; else Refused.

    It is read with its forum after it is locked: whoever narrows a forum locks its threads, so that is as it stays.
    """
    list(Thread.objects.bare().select_for_update().filter(pk=thread.pk).values_list("pk"))
    found = Thread.objects.visible_to(by).bare().select_related("forum").filter(pk=thread.pk).first()
    if found is None:
        raise Refused(_("Nothing was done: this conversation is no longer open to you."))
    return found


def _add(thread, words, by):
    waits = must_wait(thread.forum, by)
    post = Post(thread=thread, author=by, token=words.token, quoted=words.quoted, standing=role_of(by))
    post.state, post.organisation = by.state, by.organisation
    post.status = Post.Status.WAITING if waits else Post.Status.PUBLISHED
    post.number = None if waits else thread.last_number + 1
    post.document_count = len(words.files)
    people = _write(post, words.text, words.html)
    try:
        with transaction.atomic():
            post.save()
    except IntegrityError as error:  # the same token in another thread at a time
        raise _sent_already() from error
    post.mentions.add(*people)
    attach(post, words.files, by=by)
    if waits:
        tell_of_waiting(post)
    else:
        come_out(post)
        tell_of_post(post, mentioned=people)
    return post


def must_wait(forum, by):
    """Whether what somebody writes waits for the moderators: in a moderated forum, and a partner's first post."""
    if can(by, Action.MODERATE):
        return False
    is_new = role_of(by) == Role.PARTNER and not Post.objects.by(by).numbered().exists()
    return forum.is_moderated or is_new


def _write(post, text, html=""):
    """Give a post its text and what follows from it; returns whom it mentions."""
    post.text, post.html, post.search_text = text, html or to_html(text), fold(text)
    people, _unknown = mentioned_in(post.html, post.thread)
    post.mention_count = len(people)
    return people


def come_out(post):
    """The last post of the thread after a post got its number."""
    thread = post.thread
    thread.last_number, thread.last_posted = post.number, timezone.now()
    thread.last_author, thread.last_state = post.author, post.state
    thread.save(update_fields=["last_number", "last_posted", "last_author", "last_state"])


def attach(post, files, *, by):
    """Keep checked files with a post: they are as confidential as its thread, and hidden while it waits."""
    waits = post.status == Post.Status.WAITING
    for document in files:
        document.title = document.title or document.filename[:250]
        document.state, document.author, document.label = post.state, by, post.thread.label
        document.publication = Labelled.Publication.DRAFT if waits else Labelled.Publication.PUBLISHED
        document._history_user = by
        document.save()
        post.documents.add(document)
        post.thread.documents.add(document)
        document.named_states.set(_readers_beside(post))
        refresh_audience(document)


def _readers_beside(post):
    """Ids of the States that read a file of a post beside its writer's: under TLP:RED all that read the thread."""
    thread = post.thread
    if thread.label != Label.RED:
        return set()
    return {*thread.named_states.values_list("pk", flat=True), thread.state_id} - {None, post.state_id}


def why_not_edit(post, by):
    """Why the author of a post may not give it another text now; "" where he may."""
    if post.status not in (Post.Status.PUBLISHED, Post.Status.WAITING):
        return _("The moderators took this post out of sight, so it cannot be edited.")
    if post.number and must_wait(post.thread.forum, by):
        return _("The moderators read each post of this forum before it is out. Say in a reply what you would change.")
    return why_not(by, post.thread.forum, post.thread)


@transaction.atomic
def edit_post(*, post, text, version, by):
    """Give a post another text; the earlier one is kept. `version` is what the writer had before him.

    Raises Refused where it was edited meanwhile, or where one can no longer write there.
    """
    thread = locked_thread(post.thread, by)
    post = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
    if post.thread_id != thread.pk:
        raise Refused(_("Not saved: the post was moved to another conversation. Save once more."))
    post.thread = thread
    if reason := why_not_edit(post, by):
        raise Refused(reason)
    if text == post.text:
        return post
    if post.version != version:
        raise Refused(_("Not saved: the post was edited since you opened it. Look at it again, and save once more."))
    PostVersion.objects.create(post=post, text=post.text, by=by)
    known = set(post.mentions.values_list("pk", flat=True))
    people = _write(post, text)
    post.edited, post.version = timezone.now(), version + 1
    post.save(update_fields=["text", "html", "search_text", "mention_count", "edited", "version"])
    post.mentions.set(people)
    if post.number:
        tell_of_post(post, mentioned=[person for person in people if person.pk not in known], is_new=False)
    return post


def set_thanks(*, post, on, by):
    """Thank for a post, or take the thanks back; both are safe to repeat. One's own posts one does not thank for."""
    if post.author_id == by.pk or post.status != Post.Status.PUBLISHED:
        return
    try:
        with transaction.atomic():
            rows = Thanks.objects.filter(post=post, person=by)
            changed = rows.delete()[0] * -1 if not on else int(not rows.exists())
            if changed > 0:
                Thanks.objects.create(post=post, person=by)
            Post.objects.filter(pk=post.pk).update(thanks_count=F("thanks_count") + changed)
    except IntegrityError:  # the same click twice at a time
        return


@transaction.atomic
def keep_draft(*, by, title="", text="", thread=None, forum=None, version=None, **more):
    """Keep what somebody is writing, or drop it where nothing is left; returns the Draft, or None.

    `version` is that of the draft in his window, 0 for none, None to overwrite whatever is there; `more` are other
    columns of Draft, of which `token` names the window. Raises Refused where another window kept a draft meanwhile;
    what was sent already is not kept.
    """
    mine = Draft.objects.visible_to(by).filter(thread=thread, forum=forum)
    there = mine.select_for_update(of=("self",)).first()
    if "token" in more and Post.objects.by(by).filter(token=more["token"]).exists():
        return None
    is_known = there is None or version in (None, there.version) or there.token == more.get("token")
    if not is_known and (title, text) != (there.title, there.text) and mine.unsent().exists():
        raise Refused(
            _("Not kept: another window has changed this draft. Open it there, or in the list of your drafts.")
        )
    if not (title or text):
        mine.delete()
        return None
    columns = {"title": title, "text": text, "version": there.version + 1 if there else 1 + randbelow(2**30), **more}
    return Draft.objects.update_or_create(person=by, thread=thread, forum=forum, defaults=columns)[0]


def lock_threads_of(forums):
    """Lock the threads of some forums, given by key: before one of the forums is written, which comes after them."""
    list(Thread.objects.bare().in_forums(forums).select_for_update().order_by("pk").values_list("pk"))


@transaction.atomic
def refresh_forum(forum, *, by=None):
    """After a forum's audience changed: threads that were wider become as narrow as it, and all documents follow.

    A thread that the forum makes TLP:RED names the States that the forum names. Nothing opens by itself. Its threads
    are locked, those too that came since lock_threads_of(): what is being posted is waited for, and follows too.
    """
    forum = Forum.objects.bare().select_for_update(of=("self",)).get(pk=forum.pk)
    lock_threads_of([forum.pk])
    named = list(forum.named_states.all()) if forum.label == Label.RED else []
    for thread in Thread.objects.in_forum(forum).wider_than(forum.label).order_by("pk"):
        before, was = (thread.label, thread.publication), thread.get_label_display()
        thread.label = forum.label
        thread.save(update_fields=["label", "updated"])
        thread.named_states.set(named)
        detail = f"{was} → {thread.get_label_display()}"
        ThreadStep.objects.create(thread=thread, kind=ThreadStep.Kind.RELABELLED, by=by, detail=detail)
        audit_standing(thread, before, subject=("thread", thread.pk), by=by)
    refresh_documents(Document.objects.filter(threads__forum=forum).distinct())
