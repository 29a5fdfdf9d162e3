"""One thread as its reader opens it: which page, its posts with what hangs on them, what of it is new to him."""

from collections import defaultdict
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import cached_property

from community.actions import why_not
from community.filters import PlaceForm
from community.models import Post, ThreadStep
from community.post_rows import Posts, read_posts
from community.reading import PER_PAGE, begin_of, number_at
from community.writing import reply_beneath
from documents.models import Document
from members.access import Action, can
from members.models import User
from notifications.kinds import SUBJECTS


def at_post(thread, number):
    """The address of a post within its thread: the page on which it stands, and its place there."""
    begin = begin_of(max(1, number))
    query = f"?from={begin}" if begin > 1 else ""
    return f"{thread.get_absolute_url()}{query}#post-{max(1, number)}"


def is_looked_at(request):
    """Whether somebody reads the page, and no browser fetches it beforehand."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return request.method == "GET" and "prefetch" not in purpose


@dataclass(frozen=True)
class Place:
    """Where a thread was asked to be opened: on the page from `number`, or at the post `jump`; or why neither."""

    number: int = 1
    jump: int = 0
    form: PlaceForm | None = None

    @property
    def canonical(self):
        """The query of the page as links to it have it, for keeping it; None where it was asked for otherwise."""
        if self.number == 1:
            return "" if self.form.is_valid() else None
        return f"from={self.number}" if begin_of(self.number) == self.number else None


def place_of(thread, user, query):
    """The Place of a query: "from" a number, on or after a "date", at the first "unread"."""
    form = PlaceForm({"number": query.get("from", ""), "date": query.get("date", "")})
    if not form.is_valid():
        return Place(form=form)
    asked = form.cleaned_data
    if asked["date"]:
        return Place(jump=number_at(thread, asked["date"]), form=form)
    if "unread" in query and user.is_authenticated:
        return Place(jump=first_unread(thread, user) or thread.last_number, form=form)
    return Place(number=min(asked["number"] or 1, max(1, thread.last_number)), form=form)


def first_unread(thread, user):
    """The number of the first post that a member has not seen; None where there is none."""
    waiting = Post.objects.in_thread(thread).numbered().after(thread.seen or 0).not_by(user)
    return waiting.values_list("number", flat=True).first()


class Opened:
    """A thread from a number on, as one reader sees it; `thread` is read with for_reader(reader)."""

    def __init__(self, thread, number, reader):
        self.thread, self.reader = thread, reader
        self.begin = number
        self.end = min(number + PER_PAGE - 1, thread.last_number)
        thread.forum.is_for_some = thread.is_for_some
        self.seen = getattr(thread, "seen", None)
        self.why_not = why_not(reader, thread.forum, thread)

    @cached_property
    def posts(self):
        """The PostRows of this page; on the last one also what waits for the moderators."""
        rows = read_posts(self.thread, self.begin, self.begin + PER_PAGE - 1, self.reader, self.is_last)
        return sorted(rows, key=lambda row: (row.number is None, row.number or row.pk))

    @property
    def is_last(self):
        return self.end == self.thread.last_number

    @property
    def earlier(self):
        """The number from which the page before begins, or None."""
        return max(1, self.begin - PER_PAGE) if self.begin > 1 else None

    @property
    def later(self):
        return None if self.is_last else self.end + 1

    @property
    def last_begin(self):
        """The number from which the last page begins, where this is another."""
        return None if self.is_last else begin_of(self.thread.last_number)

    @cached_property
    def new_from(self):
        """The number of the first post on this page that is new to a reader who was here before; else 0."""
        if not self.seen:
            return 0
        fresh = (row.number for row in self.posts if row.number and row.number > self.seen)
        return next((number for number in fresh if self._by_others(number)), 0)

    def _by_others(self, number):
        return any(row.number == number and row.author != self.reader.pk for row in self.posts)

    @property
    def has_unread_later(self):
        """Whether something waits for the reader on another page than this."""
        return self.seen is not None and max(self.seen, self.shown) < self.thread.last_number

    @property
    def reply(self):
        """The box in which the thread is answered."""
        return reply_beneath(self.thread, self.reader, why_not=self.why_not)

    @property
    def shown(self):
        """The number of the last post on this page, 0 where none is out."""
        return max((row.number for row in self.posts if row.number), default=0)

    @property
    def html(self):
        printer = Posts(
            self.thread,
            self.reader,
            mentioned=self._mentioned(),
            files=self._files(),
            new_from=self.new_from,
            may_write=not self.why_not,
            sees_hidden=can(self.reader, Action.MODERATE),
        )
        return printer.html(self.posts, self._steps())

    def _steps(self):
        """What moderators did while this page was written, and since it where it is the last."""
        if not self.thread.has_steps:
            return []
        written = [row.created for row in self.posts if row.number] or [timezone.now()]
        since = None if self.begin == 1 else written[0]
        return list(ThreadStep.objects.of(self.thread).between(since, None if self.is_last else written[-1]))

    def _mentioned(self):
        """{post: the people it mentions}."""
        keys = [row.pk for row in self.posts if row.mention_count]
        return _by_post(Post.mentions.through, keys, "user", User.objects.all()) if keys else {}

    def _files(self):
        """{post: the documents attached to it that the reader may know of}."""
        keys = [row.pk for row in self.posts if row.document_count]
        if not keys:
            return {}
        files = Document.objects.visible_to(self.reader).order_by("pk")
        return _by_post(Post.documents.through, keys, "document", files)

    @cached_property
    def about(self):
        """(name of the kind, record) that the thread is about, where its reader may know of it; else None."""
        kind, key = self.thread.about_key
        record = SUBJECTS[kind].rows(self.reader).filter(pk=key).first() if kind else None
        return record and (SUBJECTS[kind].label, record)


def _by_post(through, keys, name, rows):
    """{post: its rows of the queryset}, in the order of that, through a many-to-many table."""
    pairs = defaultdict(list)
    for post, other in through.objects.filter(post__in=keys).values_list("post", name):
        pairs[other].append(post)
    found = defaultdict(list)
    for row in rows.filter(pk__in=list(pairs)):
        for post in pairs[row.pk]:
            found[post].append(row)
    return found
