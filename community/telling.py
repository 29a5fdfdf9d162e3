"""Who is told of what happens in the community."""

import datetime

from core.dates import today
from moderation.flags import tell_moderators
from notifications.actions import tell_of_part, watch_unless_chosen

INSTANT = datetime.timedelta(microseconds=1)


def tell_of_post(post, *, mentioned, is_new=True, then=()):
    """Tell of a post that came out: whom it mentions, whom it answers, and who watches; each person once.

    `mentioned` are accounts that may read it. With `is_new` false (an edit) only they are told. Who wrote it watches
    the thread from now on, unless he chose a level of it. `then` are accounts, by key, that the caller tells next.
    """
    thread, addressed = post.thread, {}
    subject = ("thread", thread.pk)
    if is_new and post.quoted and post.quoted.author_id:
        addressed[post.quoted.author_id] = "post_answers_you"
    addressed |= {person.pk: "post_mentions_you" for person in mentioned}
    kind = "thread_started" if post.number == 1 else "post_added"
    news = {"kind": kind if is_new else "", "by": post.author, "due": last_day_of(thread.forum), "then": then}
    tell_of_part(thread, subject=subject, part=("post", post.pk), addressed=addressed, **news)
    if is_new and post.author:
        watch_unless_chosen(post.author, subject)


def last_day_of(forum):
    """The last day (UTC) on which one can write in an e-forum; None for other forums, and where it is over."""
    day = (forum.closes - INSTANT).astimezone(datetime.UTC).date() if forum.closes else None
    return day if day and day >= today() else None


def tell_of_waiting(post):
    """Tell the moderators of a post that waits for them, the first of its thread; the others they find beside it."""
    if not post.thread.posts.waiting().exclude(pk=post.pk).exists():
        tell_moderators("thing_waits", ("post", post.pk), post.thread.label, by=post.author)
