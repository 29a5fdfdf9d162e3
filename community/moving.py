"""Verbs of moderators that change where posts stand and who reads them: relabel, move, merge, split."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext as _

from community.actions import slug_of
from community.models import Draft, Forum, Post, ReadState, Thread, ThreadStep
from community.moderating import (
    PUBLISHED,
    WITHDRAWN,
    lock_forums,
    locked,
    locked_threads,
    refresh_last,
    step,
    traced,
)
from community.readers import Reach, change_of, change_of_merge, reach_in
from core.labels import Label
from core.text import fold
from documents.actions import refresh_documents
from documents.models import Document
from members.audit import audit_standing
from moderation.refusals import Refused
from notifications.moving import hand_on, watch_too

Kind = ThreadStep.Kind
FAR = 1_000_000_000  # above any number of a post: where numbers stand while they are given anew
MOST_RANGES = 100


def widest(thread):
    """The widest label that a thread may have: that of its forum, or of the record that it is about."""
    record = thread.about[1]
    return max(thread.forum.label, record.label if record else Label.CLEAR)


def _refuse_unsaid(change, widens):
    if change.opens and not widens:
        raise Refused(_("Nothing was done: others could read it then who may not now. Look at it again, and say so."))


@transaction.atomic
def relabel(*, thread, label, by, named=(), note="", widens=False):
    """Give a thread another label, never wider than its forum's; `named` are the States that TLP:RED names.

    Its files follow where it becomes narrower. Raises Refused where it opens anything and `widens` does not say so.
    """
    thread = locked(thread, by)
    if label < widest(thread):
        raise Refused(_("Nothing was done: it cannot be wider than its forum, or than what it is about."))
    named = [state.pk for state in named] if label == Label.RED else []
    change = change_of(thread, Reach(thread.forum, label, frozenset(named)))
    _refuse_unsaid(change, widens)
    was = Label(thread.label).label
    _set_reach(thread, change.reach, by)
    traced(thread, Kind.RELABELLED, by=by, note=note, detail=f"{was} → {Label(label).label}")
    return thread


def _set_reach(thread, reach, by):
    """Write who reads a thread; its documents follow."""
    before = thread.label, thread.publication
    thread.forum, thread.label = reach.forum, reach.label
    thread.save(update_fields=["forum", "label", "updated"])
    thread.named_states.set(reach.named)
    refresh_documents(thread.documents.all())
    audit_standing(thread, before, subject=("thread", thread.pk), by=by)


@transaction.atomic
def move(*, thread, forum, by, note="", widens=False):
    """Put a thread into another forum; its label becomes that forum's where that is narrower. Refused as relabel()."""
    thread = locked(thread, by)
    lock_forums([thread.forum_id, forum.pk])
    forum = Forum.objects.visible_to(by).filter(pk=forum.pk).first()
    if forum is None or thread.forum_id == forum.pk:
        raise Refused(_("Nothing was done: it is in that forum already, or the forum is gone."))
    change = change_of(thread, reach_in(thread, forum))
    _refuse_unsaid(change, widens)
    was = thread.forum
    _set_reach(thread, change.reach, by)
    traced(thread, Kind.MOVED, by=by, note=note, detail=f"{was} → {forum}")
    return thread


@transaction.atomic
def merge(*, source, target, by, note="", widens=False):
    """Append the posts of a thread to another one, which becomes as narrow as the narrower of both.

    The address of the first leads to the second from then on. This cannot be taken back but by splitting.
    """
    keys = [source.pk, target.pk]
    if len(set(keys)) < 2:
        raise Refused(_("Nothing was done: choose another conversation."))
    found = locked_threads(keys, by)
    source, target = found[source.pk], found[target.pk]
    refuse_merge(source, target)
    change, _lost = change_of_merge(source, target)
    _refuse_unsaid(change, widens)
    _append(source, target)
    _close(source, target, by)
    _set_reach(target, change.reach, by)
    said = f"{source.title} → {target.title}"
    step(source, Kind.MERGED, by=by, detail=said)
    traced(target, Kind.MERGED, by=by, note=note, detail=said, besides=[source.author])
    return target


def refuse_merge(source, target):
    """Raise Refused where two threads cannot become one."""
    if Label.RED in (source.label, target.label):
        raise Refused(_("Nothing was done: each conversation under TLP:RED names its own readers, and stays apart."))
    if source.publication != PUBLISHED or target.publication != PUBLISHED:
        raise Refused(_("Nothing was done: one of the two is hidden. Show it again first."))


def _append(source, target):
    """The posts, files, drafts and watches of a thread become those of another, and how far people have read."""
    end = target.last_number
    posts = Post.objects.in_thread(source)
    posts.numbered().order_by().update(thread=target, number=F("number") + end)
    Post.objects.in_thread(source).update(thread=target)
    target.documents.add(*source.documents.all())
    source.documents.clear()
    _append_read(source, target, end)
    Draft.objects.filter(thread=source).exclude(person__in=Draft.objects.filter(thread=target).values("person")).update(
        thread=target
    )
    hand_on(subject=("thread", source.pk), to=("thread", target.pk))
    if not target.about[1] and source.about[1]:
        setattr(target, *source.about)
        target.save(update_fields=[source.about[0]])
    target.last_number = end + source.last_number
    refresh_last(target)


def _append_read(source, target, end):
    """Who had read all of the target has read of the source there what he had read of it here; nobody more."""
    theirs = dict(ReadState.objects.of(target).values_list("person", "number"))
    for state in ReadState.objects.of(source):
        if theirs.get(state.person_id, 0) == end:
            ReadState.objects.update_or_create(
                person_id=state.person_id, thread=target, defaults={"number": end + state.number}
            )
    ReadState.objects.of(source).delete()


def _close(source, target, by):
    """Withdraw the thread that went into another; what went into it before leads there too."""
    before = source.label, source.publication
    Thread.objects.filter(merged_into=source).update(merged_into=target)
    source.merged_into, source.publication, source.is_pinned = target, WITHDRAWN, False
    source.last_number = 0
    source.save(update_fields=["merged_into", "publication", "is_pinned", "updated"])
    refresh_last(source)
    audit_standing(source, before, subject=("thread", source.pk), by=by)


@dataclass(frozen=True)
class Chosen:
    """Some posts of a thread by their numbers, as ranges in their order: [(first, last)]."""

    ranges: tuple

    @classmethod
    def of(cls, numbers):
        """Those with these numbers."""
        ranges = []
        for number in sorted(set(numbers)):
            if ranges and ranges[-1][1] == number - 1:
                ranges[-1] = (ranges[-1][0], number)
            else:
                ranges.append((number, number))
        return cls(tuple(ranges))

    def up_to(self, number):
        """How many of them have a number up to this one."""
        return sum(max(0, min(last, number) - first + 1) for first, last in self.ranges)

    @property
    def first(self):
        return self.ranges[0][0] if self.ranges else 0

    @property
    def last(self):
        return self.ranges[-1][1] if self.ranges else 0

    @property
    def rows(self):
        """The Q of them."""
        found = Q(pk__in=[])
        for first, last in self.ranges:
            found |= Q(number__gte=first, number__lte=last)
        return found

    def numbers_there(self):
        """The expression of the number that each of them has in a thread of their own."""
        return Case(*(When(number__lte=last, then=F("number") - first + 1 + self.up_to(first - 1))
                      for first, last in self.ranges))  # fmt: skip

    def numbers_here(self):
        """The expression of the number that each of the others has once these are gone; FAR is taken off too."""
        cases = [When(number__gt=last + FAR, then=F("number") - FAR - self.up_to(last)) for _first, last in self.ranges]
        return Case(*reversed(cases), default=F("number") - Value(FAR))


@transaction.atomic
def split(*, thread, chosen, title, by, note=""):
    """Give some posts of a thread a thread of their own, in the same forum and for the same readers; returns it."""
    thread = locked(thread, by)
    total = chosen.up_to(thread.last_number)
    _refuse_split(thread, chosen, total)
    first = Post.objects.in_thread(thread).filter(number=chosen.first).get()
    lock_forums([thread.forum_id])
    new = _begin(thread, title, first.token)
    _part(thread, new, chosen)
    new.last_number, thread.last_number = total, thread.last_number - total
    refresh_last(new)
    refresh_last(thread)
    _part_read(thread, new, chosen)
    _part_documents(thread, new)
    watch_too(subject=("thread", thread.pk), also=("thread", new.pk))
    said = f"{thread.title} → {title}"
    step(thread, Kind.SPLIT, by=by, detail=said)
    traced(new, Kind.SPLIT, by=by, note=note, detail=said, besides=[first.author])
    return new


def _refuse_split(thread, chosen, total):
    if not total or chosen.last > thread.last_number or chosen.first < 1:
        raise Refused(_("Nothing was done: these posts are no longer there. Choose again."))
    if total == thread.last_number:
        raise Refused(_("Nothing was done: these are all its posts. Rename or move the conversation instead."))
    if len(chosen.ranges) > MOST_RANGES:
        raise Refused(_("Nothing was done: choose fewer posts at a time."))


def _begin(thread, title, token):
    """A thread for posts of another one. It has the author and the State of that, since these give rights to read."""
    new = Thread(forum=thread.forum, title=title, search_text=fold(title), slug=token.hex, label=thread.label)
    new.author, new.state, new.language = thread.author, thread.state, thread.language
    new.publication, new.restricted_until = thread.publication, thread.restricted_until
    kind, record = thread.about
    if kind:
        setattr(new, kind, record)
    new.save()
    new.slug = slug_of(new)
    new.save(update_fields=["slug"])
    new.named_states.set(thread.named_states.all())
    return new


def _part(thread, new, chosen):
    """Move the posts, and close the gaps: in two steps, since each number stands once at any moment."""
    posts = Post.objects.in_thread(thread)
    posts.filter(chosen.rows).update(thread=new, number=chosen.numbers_there())
    behind = posts.after(chosen.first)
    behind.update(number=F("number") + FAR)
    posts.after(FAR).update(number=chosen.numbers_here())


def _part_read(thread, new, chosen):
    """Who had read some of the posts has read them there, and so many fewer here."""
    moved = []
    for state in ReadState.objects.of(thread).filter(number__gte=chosen.first):
        gone = chosen.up_to(state.number)
        moved.append(ReadState(person_id=state.person_id, thread=new, number=gone))
        ReadState.objects.filter(pk=state.pk).update(number=F("number") - gone)
    ReadState.objects.bulk_create(moved)


def _part_documents(thread, new):
    """The files of the posts go with them."""
    files = list(Document.objects.filter(posts__thread=new).distinct())
    new.documents.set(files)
    staying = Document.objects.filter(posts__thread=thread).values("pk")
    thread.documents.remove(*Document.objects.filter(posts__thread=new).exclude(pk__in=staying))
    refresh_documents(files)
