"""What somebody has read of threads: what is unread, where a page begins, marking what he was shown."""

from django.db import transaction
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Least

from community.models import Post, ReadState, Thread
from notifications.actions import mark_read
from notifications.models import Notification

PER_PAGE = 25
MOST_MARKED, BATCH = 20_000, 500


def unread_of(thread, seen, person):
    """How many posts of a thread wait for a person who was shown it up to the number `seen`, or never (None).

    Those behind the last that was shown to him, without his own. Who never opened the thread has all of it before
    him, unless it fell silent before he joined the portal. ThreadQuerySet.read_by() computes the same for many.
    """
    if seen is None and thread.last_posted <= person.date_joined:
        return 0
    return Post.objects.in_thread(thread).numbered().after(seen or 0).not_by(person).count()


def begin_of(number):
    """Where the page begins on which a post stands when one reads from the start."""
    return (number - 1) // PER_PAGE * PER_PAGE + 1


def number_at(thread, day):
    """The number of the first post that was written on a day (UTC) or later; the last one where none was."""
    later = Post.objects.in_thread(thread).since(day).numbered().values_list("number", flat=True)
    return later.first() or thread.last_number


def mark_seen(thread, number, *, seen, by):
    """Note that somebody was shown a thread up to a post; `seen` is what was noted before, or None.

    Nothing is ever unread again by looking at older pages. One write, or no transaction at all where nothing changes.
    """
    if seen is None or seen < number:
        _note_seen(thread, number, seen, by)


@transaction.atomic(savepoint=False)
def _note_seen(thread, number, seen, by):
    """The write of it; where posts went to another thread since they were shown, up to the last that is there."""
    rows = Thread.objects.filter(pk=thread.pk).order_by().values("last_number")
    shown = Least(Value(number), Subquery(rows.select_for_update(no_key=True)))  # waits for who moves its posts
    if seen is None:
        ReadState.objects.bulk_create([ReadState(person=by, thread=thread, number=shown)], ignore_conflicts=True)
    else:
        ReadState.objects.visible_to(by).of(thread).filter(number__lt=number).update(number=shown)


def mark_told(thread, posts, *, by):
    """Note that somebody has read what he was told of a thread, and of these of its posts (keys)."""
    subjects = [("thread", thread.pk), *(("post", key) for key in posts)]
    if by.unread_notifications and Notification.objects.visible_to(by).unread().about_any(subjects).exists():
        mark_read(by=by, subjects=subjects)


@transaction.atomic
def mark_all_read(threads, *, by):
    """Note that somebody has read all of some threads, a queryset; returns how many were marked."""
    rows = list(threads.read_by(by).with_unread().order_by().values_list("pk", "last_number", "seen")[:MOST_MARKED])
    states = [ReadState(person=by, thread_id=pk, number=number) for pk, number, seen in rows if seen is None]
    ReadState.objects.bulk_create(states, batch_size=BATCH, ignore_conflicts=True)
    keys = [pk for pk, _number, _seen in rows]
    last = Subquery(Thread.objects.filter(pk=OuterRef("thread")).order_by().values("last_number"))
    for start in range(0, len(keys), BATCH):  # never lower: somebody may be shown more of them meanwhile
        mine = ReadState.objects.visible_to(by).filter(thread__in=keys[start : start + BATCH])
        mine.filter(number__lt=last).update(number=last)
    return len(keys)
