"""The nouns of the community: forums, threads, posts, and what each member has read of them."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.querysets import (
    DraftQuerySet,
    ForumQuerySet,
    PostQuerySet,
    ReadStateQuerySet,
    ThreadQuerySet,
    ThreadStepQuerySet,
)
from core.labels import Label
from core.text import refuse_markup, refuse_reserved
from documents.models import Document
from events.models import Lesson, MajorEvent
from legislation.models import Instrument
from members.models import Labelled, User
from programme.models import Activity
from reference.models import MemberState, Organisation, SubRegion, Theme
from training.models import Chapter

LONGEST_POST = 20_000
LONGEST_DRAFT = 100_000  # what is too long to be sent can still be kept, and shortened
# What a thread may be about: the name of the subject in notifications and of the foreign key alike.
ABOUT = {"event": MajorEvent, "instrument": Instrument, "activity": Activity, "lesson": Lesson, "chapter": Chapter}


class Forum(Labelled):
    """A room of the community. The secretariat owns it; who reads it follows from its label and its openness."""

    class Stage(models.TextChoices):
        COMING = "coming", _("not open yet")
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    slug = models.SlugField(_("slug"), max_length=80, unique=True, validators=[refuse_reserved])
    name = models.CharField(_("name"), max_length=120, validators=[refuse_markup])
    description = models.TextField(_("description"), max_length=1000, blank=True, validators=[refuse_markup])
    rules = models.TextField(
        _("rules of its own"),
        max_length=2000,
        blank=True,
        validators=[refuse_markup],
        help_text=_("Shown where somebody writes, beneath the rules of every forum."),
    )
    open_to_partners = models.BooleanField(
        _("open to partners"), default=False, help_text=_("For others of them the forum does not exist.")
    )
    sub_region = models.ForeignKey(
        SubRegion, models.PROTECT, null=True, blank=True, related_name="forums", verbose_name=_("sub-region")
    )
    theme = models.ForeignKey(
        Theme, models.SET_NULL, null=True, blank=True, related_name="forums", verbose_name=_("theme")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    opens = models.DateTimeField(
        _("opens"), null=True, blank=True, help_text=_("Of an e-forum: from when contributions are taken (UTC).")
    )
    closes = models.DateTimeField(
        _("closes"), null=True, blank=True, help_text=_("Of an e-forum: until when contributions are taken (UTC).")
    )
    closed_notice = models.TextField(
        _("notice once it is closed"), max_length=1000, blank=True, validators=[refuse_markup]
    )
    is_moderated = models.BooleanField(
        _("each contribution waits for the moderators"), default=False, help_text=_("As in a moderated e-forum.")
    )
    participants = models.ManyToManyField(
        User,
        related_name="forums_joined",
        blank=True,
        verbose_name=_("participants"),
        help_text=_("Only they write here, where any are named; all who may read the forum read it."),
    )

    objects = ForumQuerySet.as_manager()

    owner_path = ""
    state_id = None
    partners_field = "open_to_partners"

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("forum")
        verbose_name_plural = _("forums")
        constraints = [
            models.CheckConstraint(
                condition=Q(open_to_partners=True) | Q(label__gt=Label.CLEAR),
                name="forum_clear_is_open_to_partners",
                violation_error_message=_("What everybody reads is open to partners too."),
            ),
            models.CheckConstraint(
                condition=Q(closes=None) | Q(opens=None) | Q(closes__gt=F("opens")),
                name="forum_closes_after_it_opens",
                violation_error_message=_("The forum closes before it opens."),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("community:forum_detail", args=[self.slug])

    @cached_property
    def is_for_some(self):
        """Whether only its participants write in it; ForumQuerySet.for_detail() reads it along."""
        return self.participants.exists()

    @property
    def is_timed(self):
        """Whether it is an e-forum, open for a time."""
        return bool(self.opens or self.closes)

    @property
    def stage(self):
        """Where an e-forum stands now; any other forum is open."""
        now = timezone.now()
        if self.opens and now < self.opens:
            return self.Stage.COMING
        return self.Stage.CLOSED if self.closes and now >= self.closes else self.Stage.OPEN


class Thread(Labelled):
    """One conversation in a forum. Its label is that of the forum or narrower; its State is that of who began it.

    `last_number` is the number of its last post; posts are numbered from 1 without gaps, in the order in which they
    came out. `author_id`, `state_id` and `label` are what rights are judged by.
    """

    forum = models.ForeignKey(Forum, models.PROTECT, related_name="threads", verbose_name=_("forum"))
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=160, validators=[refuse_markup])
    state = models.ForeignKey(
        MemberState, models.PROTECT, null=True, blank=True, related_name="threads", verbose_name=_("State")
    )
    event = models.ForeignKey(MajorEvent, models.SET_NULL, null=True, blank=True, related_name="threads")
    instrument = models.ForeignKey(Instrument, models.SET_NULL, null=True, blank=True, related_name="threads")
    activity = models.ForeignKey(Activity, models.SET_NULL, null=True, blank=True, related_name="threads")
    lesson = models.ForeignKey(Lesson, models.SET_NULL, null=True, blank=True, related_name="threads")
    chapter = models.ForeignKey(Chapter, models.SET_NULL, null=True, blank=True, related_name="threads")
    documents = models.ManyToManyField(
        Document, related_name="threads", editable=False, help_text="What is attached to its posts."
    )
    is_pinned = models.BooleanField(_("pinned"), default=False)
    is_locked = models.BooleanField(_("locked"), default=False)
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, editable=False, related_name="merged")
    last_number = models.PositiveIntegerField(default=0, editable=False)
    last_posted = models.DateTimeField(default=timezone.now, editable=False)
    last_author = models.ForeignKey(User, models.SET_NULL, null=True, editable=False, related_name="+")
    last_state = models.ForeignKey(MemberState, models.SET_NULL, null=True, editable=False, related_name="+")
    search_text = models.TextField(editable=False, default="")

    objects = ThreadQuerySet.as_manager()

    class Meta:
        ordering = ["-is_pinned", "-last_posted", "-pk"]
        verbose_name = _("thread")
        verbose_name_plural = _("threads")
        indexes = [
            models.Index(fields=["forum", "-is_pinned", "-last_posted", "-id"], name="thread_in_forum"),
            models.Index(fields=["-last_posted", "-id"], name="thread_latest"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("community:thread_detail", args=[self.slug])

    @property
    def open_to_partners(self):
        """That of its forum; its documents follow it."""
        return self.forum.open_to_partners

    @property
    def room(self):
        """Only who reads the forum reads the thread and its documents."""
        return self.forum

    @property
    def about(self):
        """(kind, record) that it is about, or ("", None). The reader may not know of the record."""
        kind, key = self.about_key
        return kind, key and getattr(self, kind)

    @property
    def about_key(self):
        """(kind, its primary key) or ("", None), without reading it."""
        found = ((kind, getattr(self, f"{kind}_id")) for kind in ABOUT)
        return next((pair for pair in found if pair[1]), ("", None))


class ThreadStep(models.Model):
    """What moderators did to a thread. `detail` may hold words that its readers may not know; they see the rest."""

    class Kind(models.TextChoices):
        RENAMED = "renamed", _("renamed")
        MOVED = "moved", _("moved to another forum")
        MERGED = "merged", _("merged with another thread")
        SPLIT = "split", _("posts moved to a thread of their own")
        PINNED = "pinned", _("pinned")
        UNPINNED = "unpinned", _("no longer pinned")
        LOCKED = "locked", _("locked")
        UNLOCKED = "unlocked", _("unlocked")
        RELABELLED = "relabelled", _("label changed")
        HIDDEN = "hidden", _("hidden")
        RESTORED = "restored", _("restored")

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=12, choices=Kind)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    detail = models.CharField(max_length=500, blank=True)

    objects = ThreadStepQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("act on a thread")
        verbose_name_plural = _("acts on threads")

    def __str__(self):
        return f"{self.thread}: {self.get_kind_display()}"


class Post(models.Model):
    """One contribution to a thread, in Markdown. It has a number once it is out, and keeps it where it is hidden.

    `state` and `organisation` are for whom its author wrote then; `token` makes what was sent twice one post.
    """

    class Status(models.TextChoices):
        PUBLISHED = "published", _("published")
        WAITING = "waiting", _("waits for the moderators")
        HIDDEN = "hidden", _("hidden by the moderators")
        REFUSED = "refused", _("not published by the moderators")

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="posts", verbose_name=_("thread"))
    number = models.PositiveIntegerField(_("number"), null=True, editable=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PUBLISHED)
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="posts", verbose_name=_("author"))
    state = models.ForeignKey(MemberState, models.PROTECT, null=True, related_name="posts", verbose_name=_("State"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="posts", verbose_name=_("organisation")
    )
    standing = models.CharField(_("role"), max_length=20, help_text="The Role of its author then.")
    text = models.TextField(_("text"), max_length=LONGEST_POST)
    html = models.TextField(editable=False, help_text="The text as cleaned HTML.")
    quoted = models.ForeignKey(
        "self", models.SET_NULL, null=True, editable=False, related_name="quoted_by", verbose_name=_("answers")
    )
    mentions = models.ManyToManyField(User, related_name="+", verbose_name=_("mentions"))
    documents = models.ManyToManyField(Document, related_name="posts", verbose_name=_("documents"))
    created = models.DateTimeField(_("written"), default=timezone.now)
    edited = models.DateTimeField(_("last edited"), null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    mention_count = models.PositiveSmallIntegerField(default=0, editable=False)
    document_count = models.PositiveSmallIntegerField(default=0, editable=False)
    thanks_count = models.PositiveIntegerField(default=0, editable=False)
    token = models.UUIDField(default=uuid.uuid4, editable=False)
    search_text = models.TextField(editable=False, default="")

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["thread", "number", "pk"]
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints = [
            models.UniqueConstraint(fields=["thread", "number"], name="post_number_once"),
            models.UniqueConstraint(fields=["author", "token"], name="post_token_once"),
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "refused"], number=None)
                | Q(status__in=["published", "hidden"], number__isnull=False),
                name="post_numbered_once_it_is_out",
            ),
        ]
        indexes = [
            models.Index(fields=["thread", "created"], name="post_by_date"),
            models.Index(fields=["thread", "author", "number"], name="post_of_author"),
            models.Index(fields=["created"], name="post_waiting", condition=Q(status="waiting")),
        ]

    def __str__(self):
        words = gettext("%(title)s, post %(number)s") if self.number else "%(title)s"
        return words % {"title": self.thread, "number": self.number}

    def get_absolute_url(self):
        return reverse("community:post_detail", args=[self.pk])

    @cached_property
    def label(self):
        """That of its thread: a post has none of its own."""
        return self.thread.label

    label_field = "label"


class PostVersion(models.Model):
    """The text of a post until it was edited."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="versions")
    text = models.TextField()
    replaced = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        verbose_name = _("earlier text of a post")
        verbose_name_plural = _("earlier texts of posts")

    def __str__(self):
        return f"{self.post} · {self.replaced:%Y-%m-%d %H:%M}"


class Thanks(models.Model):
    """Somebody thanked for a post."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="thanks")
    person = models.ForeignKey(User, models.CASCADE, related_name="thanks_given")
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("thanks")
        verbose_name_plural = _("thanks")
        constraints = [models.UniqueConstraint(fields=["post", "person"], name="thanks_once")]

    def __str__(self):
        return f"{self.person}: {self.post}"


class ReadState(models.Model):
    """How far somebody has read a thread: `number` is the last post that was shown to him."""

    person = models.ForeignKey(User, models.CASCADE, related_name="read_states")
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="read_states")
    number = models.PositiveIntegerField(default=0)

    objects = ReadStateQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("read state")
        verbose_name_plural = _("read states")
        constraints = [models.UniqueConstraint(fields=["thread", "person"], name="read_state_once")]

    def __str__(self):
        return f"{self.person}: {self.thread} {self.number}"


class Draft(models.Model):
    """What somebody is writing: a reply to a thread, or a new thread in a forum. Kept until it is sent or dropped.

    `token` is that of the form that kept it last: what was sent under it is no draft any more. `version` counts what
    was kept, so that of two windows neither overwrites what the other one wrote.
    """

    person = models.ForeignKey(User, models.CASCADE, related_name="drafts")
    forum = models.ForeignKey(Forum, models.CASCADE, null=True, related_name="drafts")
    thread = models.ForeignKey(Thread, models.CASCADE, null=True, related_name="drafts")
    title = models.CharField(_("title"), max_length=160, blank=True)
    text = models.TextField(_("text"), max_length=LONGEST_DRAFT, blank=True)
    label = models.PositiveSmallIntegerField(_("audience label"), choices=Label, null=True)
    states = models.JSONField(default=list, help_text="Keys of the States that the thread is to name.")
    about = models.CharField(max_length=40, blank=True, help_text="What the thread is to be about: event:123.")
    quoted = models.ForeignKey(Post, models.SET_NULL, null=True, related_name="+")
    token = models.UUIDField(default=uuid.uuid4)
    version = models.PositiveIntegerField(default=1)
    changed = models.DateTimeField(_("last changed"), auto_now=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering = ["-changed", "-pk"]
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [
            models.CheckConstraint(
                condition=Q(forum=None, thread__isnull=False) | Q(forum__isnull=False, thread=None),
                name="draft_of_thread_or_forum",
            ),
            models.UniqueConstraint(fields=["person", "thread"], name="draft_of_thread_once"),
            models.UniqueConstraint(fields=["person", "forum"], name="draft_of_forum_once"),
        ]

    def __str__(self):
        return f"{self.person}: {self.thread or self.forum}"
