"""The nouns of consultations: what is asked of the States, what they say, what became of it, and their positions."""

import datetime
import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.querysets import (
    CommentNoteQuerySet,
    CommentQuerySet,
    ConsultationQuerySet,
    EndorsementQuerySet,
    SpokenQuerySet,
    StandingQuerySet,
)
from core.languages import CONTENT_LANGUAGES
from core.text import refuse_markup
from legislation.models import Instrument
from members.models import User
from reference.models import MemberState
from training.models import LONGEST_PARAGRAPH, Chapter, Edition, EditionParagraph, ParagraphChange

ENDORSED_FOR = datetime.timedelta(days=14)  # after the closing, where comments are shown only then
LONGEST_COMMENT = 5000
LONGEST_NOTE = 2000


class Consultation(models.Model):
    """What the States are asked to say of an edition, or of some of its chapters, by a day. `ends` is the latest moment
    at which any State may still comment; `closed` when every comment was disposed of and that was published."""

    class Shown(models.TextChoices):
        AT_ONCE = "at_once", _("at once")
        AFTER_CLOSING = "after_closing", _("after the closing; then they are endorsed for 14 days")

    class Stage(models.TextChoices):
        COMING = "coming", pgettext_lazy("consultation", "not open yet")
        OPEN = "open", pgettext_lazy("consultation", "open")
        REVIEW = "review", _("comments under review")
        CLOSED = "closed", pgettext_lazy("consultation", "closed")

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="consultations", verbose_name=_("edition"))
    title = models.CharField(_("title"), max_length=200, blank=True, validators=[refuse_markup])
    questions = models.TextField(_("questions to the States"), max_length=5000, blank=True, validators=[refuse_markup])
    chapters = models.ManyToManyField(
        Chapter, related_name="consultations", blank=True, verbose_name=_("chapters"),
        help_text=_("None chosen: the whole edition."),
    )  # fmt: skip
    states = models.ManyToManyField(
        MemberState, related_name="consultations", blank=True, verbose_name=_("invited States"),
        help_text=_("None chosen: all States."),
    )  # fmt: skip
    opens = models.DateTimeField(_("opens"))
    closes = models.DateTimeField(_("closes"))
    ends = models.DateTimeField(_("ends for the last State"), editable=False)
    shown = models.CharField(
        _("submitted comments are shown to all Focal Points"), max_length=13, choices=Shown, default=Shown.AT_ONCE
    )
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("opened by"))
    created = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    closed = models.DateTimeField(_("closed"), null=True, editable=False)

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        ordering = ["-closes", "-pk"]
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")
        constraints = [
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens"), ends__gte=F("closes")),
                name="consultation_closes_after_it_opens",
                violation_error_message=_("The consultation closes before it opens."),
            ),
        ]

    def __str__(self):
        return self.title or _("Consultation on %(edition)s") % {"edition": self.edition}

    def get_absolute_url(self):
        return reverse("consultations:consultation_detail", args=[self.pk])

    @property
    def label(self):
        return self.edition.strictest.label

    @property
    def stage(self):
        """Where it stands now; a State with more time than others keeps it open."""
        now = timezone.now()
        if self.closed:
            return self.Stage.CLOSED
        if now < self.opens:
            return self.Stage.COMING
        return self.Stage.OPEN if now < self.ends else self.Stage.REVIEW

    @property
    def endorsing_ends(self):
        """Until when comments of others are endorsed; a State that got more time to comment has more, where these are
        shown at once (rules.why_not_endorse)."""
        return self.ends + ENDORSED_FOR if self.shown == self.Shown.AFTER_CLOSING else self.ends

    def invites(self, state):
        """Whether a State is asked: all are, where none is named."""
        invited = {row.pk for row in self.states.all()}
        return not invited or state.pk in invited

    def closes_for(self, state):
        """The moment from which a State can no longer comment."""
        return next((row.closes for row in self.extensions.all() if row.state_id == state.pk), self.closes)


class OfState(models.Model):
    """What concerns one State in a consultation."""

    consultation = models.ForeignKey(
        Consultation, models.CASCADE, related_name="%(class)ss", verbose_name=_("consultation")
    )
    state = models.ForeignKey(MemberState, models.PROTECT, related_name="%(class)ss", verbose_name=_("State"))
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects = SpokenQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["consultation", "state"]
        constraints = [models.UniqueConstraint(fields=["consultation", "state"], name="%(class)s_once")]

    def __str__(self):
        return f"{self.consultation} · {self.state}"


class Extension(OfState):
    """That one State has more time to comment."""

    closes = models.DateTimeField(_("closes"))
    reason = models.CharField(_("reason"), max_length=300, validators=[refuse_markup])

    class Meta(OfState.Meta):
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")


class Reminder(OfState):
    """That the mandate-holders of a State were told of a consultation: each kind of reminder goes out once, and anew
    only where the day was another, `closes`."""

    class Kind(models.TextChoices):
        OPENING = "opening", _("at the opening")
        TWO_WEEKS = "two_weeks", _("14 days before the closing")
        THREE_DAYS = "three_days", _("3 days before the closing")

    by = None  # nobody: the queue sends it
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    closes = models.DateTimeField(_("closes"))

    class Meta(OfState.Meta):
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(fields=["consultation", "state", "kind", "closes"], name="reminder_once")
        ]


class Answer(OfState):
    """The official word of a State that has nothing to comment. One that comments, or says nothing, has no row."""

    class Kind(models.TextChoices):
        NO_COMMENT = "no_comment", _("No comment")
        AGREES = "agrees", _("We agree with all")

    kind = models.CharField(_("answer"), max_length=10, choices=Kind)

    class Meta(OfState.Meta):
        verbose_name = _("answer")
        verbose_name_plural = _("answers")


class Comment(models.Model):
    """What a State says of a paragraph, a chapter or, with neither, of all of it, in the terms of the ISO commenting
    template. It lives in the State's own space until its Focal Point submits it and it gets its `serial`.

    `proposed` is the paragraph as the State would have it, in Markdown, written on `base`, its text in `text_language`.
    The disposition is the secretariat's, and stands open to the States once the consultation is closed.
    """

    class Kind(models.TextChoices):
        GENERAL = "general", _("General")
        TECHNICAL = "technical", _("Technical")
        EDITORIAL = "editorial", _("Editorial")
        TRANSLATION = "translation", _("Translation")

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", pgettext_lazy("comment", "submitted")
        WITHDRAWN = "withdrawn", pgettext_lazy("comment", "withdrawn")

    class Disposition(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        IN_PART = "in_part", _("Accepted in part")
        NOT_ACCEPTED = "not_accepted", _("Not accepted")
        NOTED = "noted", _("Noted")

    consultation = models.ForeignKey(
        Consultation, models.PROTECT, related_name="comments", verbose_name=_("consultation")
    )
    state = models.ForeignKey(MemberState, models.PROTECT, related_name="comments", verbose_name=_("State"))
    serial = models.PositiveIntegerField(_("number"), null=True, editable=False)
    chapter = models.ForeignKey(
        Chapter, models.PROTECT, null=True, blank=True, related_name="comments", verbose_name=_("chapter")
    )
    placed = models.ForeignKey(
        EditionParagraph, models.PROTECT, null=True, blank=True, related_name="comments", verbose_name=_("paragraph")
    )
    kind = models.CharField(_("type of comment"), max_length=11, choices=Kind, default=Kind.GENERAL)
    language = models.CharField(_("language"), max_length=2, choices=CONTENT_LANGUAGES)
    text = models.TextField(_("comment"), max_length=LONGEST_COMMENT)
    text_language = models.CharField(_("language of the text"), max_length=2, choices=CONTENT_LANGUAGES, blank=True)
    base = models.TextField(editable=False, blank=True)
    proposed = models.TextField(_("proposed change"), max_length=LONGEST_PARAGRAPH, blank=True)
    rationale = models.TextField(_("rationale"), max_length=LONGEST_COMMENT, blank=True)
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.DRAFT, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)  # counts the edits of the draft
    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)  # of the form that made it
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("written by"))
    created = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    changed = models.DateTimeField(_("last changed"), default=timezone.now, editable=False)
    submitted_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("submitted by"))
    submitted = models.DateTimeField(_("submitted on"), null=True)
    is_hidden = models.BooleanField(_("hidden by the moderators"), default=False)
    disposition = models.CharField(_("disposition"), max_length=12, choices=Disposition, blank=True)
    observation = models.TextField(_("observation of the secretariat"), max_length=LONGEST_COMMENT, blank=True)
    disposed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("disposed by"))
    disposed = models.DateTimeField(_("disposed on"), null=True)
    handled_with = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="handled", verbose_name=_("handled together with")
    )
    changes = models.ManyToManyField(
        ParagraphChange, related_name="comments", blank=True, verbose_name=_("changes of the text")
    )

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["consultation", "state", "serial", "pk"]
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        constraints = [
            models.UniqueConstraint(fields=["consultation", "state", "serial"], name="comment_number_once"),
            models.CheckConstraint(
                condition=~Q(status="submitted") | Q(serial__isnull=False, submitted__isnull=False),
                name="comment_submitted_has_number",
            ),
            models.CheckConstraint(
                condition=Q(placed=None) | Q(chapter__isnull=False), name="comment_paragraph_has_chapter"
            ),
            models.CheckConstraint(condition=Q(proposed="") | Q(placed__isnull=False), name="comment_proposes_text"),
            models.CheckConstraint(
                condition=Q(disposition="") | Q(status="submitted"), name="comment_disposed_was_submitted"
            ),
        ]
        indexes = [models.Index(fields=["consultation", "status", "disposition"], name="comment_waiting")]

    def __str__(self):
        return f"{self.code} · {self.where}"

    def get_absolute_url(self):
        return reverse("consultations:comment_detail", args=[self.pk])

    @property
    def label(self):
        return self.consultation.label

    @property
    def code(self):
        """ "BR 12" once it was submitted, "BR" before."""
        return f"{self.state.iso2} {self.serial}" if self.serial else self.state.iso2

    @property
    def where(self):
        """What it is on, in words: "3.2 (p17)", "chapter 3", "the whole text"."""
        if self.placed_id:
            number, identifier = self.placed.number, self.placed.paragraph.identifier
            return f"{number} ({identifier})" if number else identifier
        return _("chapter %(number)d") % {"number": self.chapter.order} if self.chapter_id else _("the whole text")


class CommentNote(models.Model):
    """What people of a State say to each other of a comment, in the State's own space."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="notes", verbose_name=_("comment"))
    text = models.TextField(_("note"), max_length=LONGEST_NOTE)
    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects = CommentNoteQuerySet.as_manager()

    class Meta:
        ordering = ["comment", "at", "pk"]
        verbose_name = _("note on a comment")
        verbose_name_plural = _("notes on comments")

    def __str__(self):
        return f"{self.comment} · {self.at:%Y-%m-%d}"


class Endorsement(models.Model):
    """That a State supports the comment of another instead of repeating it."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="endorsements", verbose_name=_("comment"))
    state = models.ForeignKey(MemberState, models.PROTECT, related_name="endorsements", verbose_name=_("State"))
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects = EndorsementQuerySet.as_manager()

    class Meta:
        ordering = ["comment", "state"]
        verbose_name = _("endorsement")
        verbose_name_plural = _("endorsements")
        constraints = [models.UniqueConstraint(fields=["comment", "state"], name="endorsement_once")]

    def __str__(self):
        return f"{self.comment} · {self.state}"


class Standing(models.Model):
    """What a State says of a final edition, by its Focal Point."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="%(class)ss", verbose_name=_("edition"))
    state = models.ForeignKey(MemberState, models.PROTECT, related_name="%(class)ss", verbose_name=_("State"))
    version = models.PositiveIntegerField(default=1, editable=False)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects = StandingQuerySet.as_manager()

    author_id = None  # the State speaks, not who wrote it (members.access.can)

    class Meta:
        abstract = True
        ordering = ["edition", "state"]
        constraints = [models.UniqueConstraint(fields=["edition", "state"], name="%(class)s_once")]

    def __str__(self):
        return f"{self.state} · {self.edition}"

    @property
    def label(self):
        return self.edition.strictest.label


class Position(Standing):
    """Whether a State endorses a final edition; of one that did not answer there is no record."""

    class Kind(models.TextChoices):
        ENDORSES = "endorses", _("Endorses")
        RESERVATIONS = "reservations", _("Endorses with reservations")
        DOES_NOT = "does_not", _("Does not endorse")

    kind = models.CharField(_("position"), max_length=12, choices=Kind)
    text = models.TextField(_("reservations or reasons"), max_length=LONGEST_COMMENT, blank=True)

    class Meta(Standing.Meta):
        verbose_name = _("position")
        verbose_name_plural = _("positions")


class Adoption(Standing):
    """How far a State has taken a standard or protocol into its own rules; adopted means with evidence."""

    class Level(models.TextChoices):
        NONE = "none", pgettext_lazy("adoption", "None")
        PLANNED = "planned", _("Planned")
        PARTIAL = "partial", _("Partial")
        ADOPTED = "adopted", pgettext_lazy("adoption", "Adopted")

    level = models.CharField(_("adoption"), max_length=8, choices=Level)
    text = models.TextField(_("what was done"), max_length=LONGEST_COMMENT, blank=True)
    link = models.URLField(_("evidence on the web"), max_length=500, blank=True)
    instruments = models.ManyToManyField(
        Instrument, related_name="adoptions", blank=True, verbose_name=_("laws and rules that are evidence")
    )

    class Meta(Standing.Meta):
        verbose_name = _("adoption")
        verbose_name_plural = _("adoptions")
