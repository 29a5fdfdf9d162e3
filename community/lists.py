"""What the lists of the community show: forums in groups, the threads of one, what is unread, what is found."""

import re
from dataclasses import dataclass

from django.http import Http404
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from community.filters import WordsForm
from community.models import Forum, Thread
from community.rows import read_threads, shown
from members.kept import kept_for
from notifications.paging import moment_of, number_of

PER_PAGE = 25
MOST_LOOKED_AT, MOST_FOLLOWED = 1000, 100
CURSOR = re.compile(r"(p?)([0-9]{1,17})-([0-9]{1,18})")


@dataclass(frozen=True)
class Room:
    """A forum as the list shows it to one reader: his threads and posts of it, the last one, how many threads wait."""

    forum: Forum
    threads: int = 0
    posts: int = 0
    last: object = None
    unread: int = 0


def rooms_of(user, to_begin=False):
    """[(heading, Rooms)] of the forums that a reader may know of, in their order; or of those in which he may begin a
    conversation now."""
    threads = Thread.objects.visible_to(user)
    counts = {row.pop("forum"): row for row in threads.counted_by_forum()}
    unread = threads.unread_by_forum(user, MOST_LOOKED_AT) if user.is_authenticated else {}
    forums = Forum.objects.visible_to(user).for_list()
    forums = forums.taking_posts_of(user) if to_begin else forums
    rooms = [Room(forum, **counts.get(forum.pk, {}), unread=unread.get(forum.pk, 0)) for forum in forums]
    headings = {
        "general": _("For everything"),
        "theme": _("By theme"),
        "sub_region": _("By sub-region"),
        "timed": _("E-forums, open for a time"),
    }
    groups = [(said, [room for room in rooms if _kind(room.forum) == kind]) for kind, said in headings.items()]
    return [group for group in groups if group[1]]


def _kind(forum):
    if forum.is_timed:
        return "timed"
    return "sub_region" if forum.sub_region_id else "theme" if forum.theme_id else "general"


def unread_of(user, query):
    """The Page of the threads in which something waits for a member, the latest first."""
    rows = Thread.objects.visible_to(user).not_muted_by(user).latest(MOST_LOOKED_AT).read_by(user).with_unread()
    if "before" in query:
        _pinned, moment, key = _place(query["before"])
        rows = rows.before(moment, key)
    found = read_threads(rows.latest_first()[: PER_PAGE + 1], with_forum=True)
    if "before" in query and not found:  # nothing more waits there
        return unread_of(user, {})
    return _page(found, {}, is_first="before" not in query)


def followed_unread(user):
    """The "title", "slug" and number of "unread" posts of the threads that a member watches or wrote in, and that
    hold something new."""
    rows = Thread.objects.visible_to(user).followed_by(user).not_muted_by(user).read_by(user).with_unread()
    return list(rows.latest_first().values("title", "slug", "unread")[:MOST_FOLLOWED])


@dataclass(frozen=True)
class Page:
    """Some threads; `older` and `newer` are the query strings of the pages beside it, or ""."""

    rows: list
    older: str = ""
    newer: str = ""
    is_first: bool = True


def threads_of(forum, user, query):
    """(WordsForm, Page) of the threads of a forum: pinned ones first, then by their last post.

    `query` may hold "q", words of the title, and "before" or "after", where the page ends or begins. 404 for a place
    that cannot be.
    """
    form = WordsForm(query)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    if not (words or "before" in query or "after" in query):
        return form, _page(kept_for(user, _first_shown, forum.pk), {})
    rows = Thread.objects.visible_to(user).in_forum(forum)
    return form, page_of(rows.holding(words) if words else rows, user, query, {"q": words} if words else {})


def _first_shown(reader, forum):
    rows = Thread.objects.visible_to(reader).in_forum(forum)
    rows = rows.read_by(reader) if reader.is_authenticated else rows
    return shown(rows.pinned_first()[: PER_PAGE + 1])


def page_of(rows, user, query, kept):
    """The Page of some threads that `query` asks for; `kept` is what its addresses carry besides."""
    rows = rows.read_by(user) if user.is_authenticated else rows
    if "after" in query and (page := _newer(rows, _place(query["after"]), kept)):
        return page
    if "before" in query and (page := _older(rows, _place(query["before"]), kept)):
        return page
    return _page(read_threads(rows.pinned_first()[: PER_PAGE + 1]), kept)


def _older(rows, place, kept):
    """The page after a place, or None where there is nothing more."""
    pinned, moment, key = place
    rows = rows.below_pinned(moment, key) if pinned else rows.not_pinned().before(moment, key)
    found = read_threads(rows.pinned_first()[: PER_PAGE + 1])
    return _page(found, kept, is_first=False) if found else None


def _newer(rows, place, kept):
    """The page that ends before a place, or None where that is the first one."""
    _pinned, moment, key = place
    found = read_threads(rows.not_pinned().since(moment, key).oldest_first()[: PER_PAGE + 1])
    if len(found) <= PER_PAGE:
        return None
    shown = found[PER_PAGE - 1 :: -1]
    return Page(shown, _query("before", shown[-1], kept), _query("after", shown[0], kept), is_first=False)


def _page(found, kept, is_first=True):
    older = _query("before", found[PER_PAGE - 1], kept) if len(found) > PER_PAGE else ""
    newer = "" if is_first else _query("after", found[0], kept)
    return Page(found[:PER_PAGE], older, newer, is_first)


def _query(word, row, kept):
    pinned = "p" if row["is_pinned"] else ""
    return urlencode({**kept, word: f"{pinned}{number_of(row['last_posted'])}-{row['pk']}"})


def _place(cursor):
    """(whether pinned, moment, key) of a cursor."""
    match = CURSOR.fullmatch(cursor)
    if match is None:
        raise Http404
    return bool(match[1]), moment_of(int(match[2])), int(match[3])
