"""The nouns of contributions: what a State proposes, what readers report, and the steps either went through."""

import uuid

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.labels import Label
from documents.models import Document
from members.models import User
from moderation.kinds import KINDS
from moderation.moderated import MODERATED
from moderation.querysets import OPEN, DecisionQuerySet, FlagQuerySet, ProposalQuerySet, StepQuerySet
from reference.models import MemberState


class Proposal(models.Model):
    """A new record, or a change of one, as a State wants it. The live record stays as it is until it is accepted."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        RETURNED = "returned", _("returned")
        ACCEPTED = "accepted", _("accepted")
        WITHDRAWN = "withdrawn", _("withdrawn")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=20)
    record_key = models.BigIntegerField(
        _("record"), null=True, editable=False, help_text="The one that it changes, or that it became."
    )
    state = models.ForeignKey(MemberState, models.PROTECT, related_name="proposals", verbose_name=_("State"))
    author = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="proposals", verbose_name=_("author")
    )
    title = models.CharField(_("title"), max_length=250)
    data = models.JSONField(_("what the form held"), default=dict, help_text="{field of the form: its text or texts}")
    base = models.CharField(
        max_length=40, blank=True, editable=False, help_text="When the live record was saved last, as it was begun."
    )
    base_data = models.JSONField(default=dict, help_text="What the form held of the live record, as it was begun.")
    documents = models.ManyToManyField(Document, related_name="proposals", blank=True, verbose_name=_("documents"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    version = models.PositiveIntegerField(default=1, editable=False, help_text="Counts its saves.")
    created = models.DateTimeField(_("created"), auto_now_add=True)
    changed = models.DateTimeField(_("last changed"), auto_now=True)
    changed_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("last changed by")
    )
    since = models.DateTimeField(_("in this status since"), default=timezone.now)
    submitted = models.DateTimeField(_("last submitted"), null=True, editable=False)
    submitter = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("submitted by")
    )

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["since", "pk"]
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        indexes = [models.Index(fields=["status", "since"], name="proposal_queue")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "record_key", "state"],
                condition=models.Q(record_key__isnull=False, status__in=["draft", "submitted", "returned"]),
                name="proposal_open_once",
            )
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("moderation:proposal_detail", args=[self.uuid])

    @property
    def about(self):
        """The ProposalKind."""
        return KINDS[self.kind]

    @property
    def is_change(self):
        """Whether it changes a record that is there."""
        return self.base != ""

    @property
    def is_open(self):
        """Whether it is neither accepted nor withdrawn."""
        return self.status in OPEN

    @property
    def is_editable(self):
        """Whether it is the State's turn; a withdrawn one may be taken up again."""
        return self.status in {self.Status.DRAFT, self.Status.RETURNED, self.Status.WITHDRAWN}

    @property
    def takes_files(self):
        """Whether files may go with it; to a document that is there no second one is added."""
        return not (self.is_change and self.about.model is Document)

    @property
    def days_waiting(self):
        """For how many days it has been in its status."""
        return (timezone.now() - self.since).days


class ProposalStep(models.Model):
    """One step of a proposal: who did what when, with the reasons that were given."""

    class Step(models.TextChoices):
        SUBMITTED = "submitted", _("submitted")
        RETURNED = "returned", _("returned with reasons")
        ACCEPTED = "accepted", _("accepted")
        WITHDRAWN = "withdrawn", _("withdrawn")
        HANDED_OVER = "handed_over", _("handed over")

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="steps", verbose_name=_("proposal"))
    step = models.CharField(_("step"), max_length=12, choices=Step)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    reasons = models.TextField(_("reasons"), max_length=3000, blank=True)
    data = models.JSONField(default=dict, help_text="What the form held at this step.")

    objects = StepQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("step")
        verbose_name_plural = _("steps")

    def __str__(self):
        return f"{self.proposal}: {self.get_step_display()}"


LONGEST_NOTE = 1000


class OnThing(models.Model):
    """A row about something that moderators look after, known by its kind and key alone."""

    subject_kind = models.CharField(_("kind of record"), max_length=20)
    subject_key = models.BigIntegerField(_("key of the record"))

    class Meta:
        abstract = True

    def get_absolute_url(self):
        return reverse("moderation:flag_detail", args=[self.subject_kind, self.subject_key])

    def title_for(self, reader):
        """What it is about, where `reader` may know of that; otherwise the name of its kind."""
        about = MODERATED.get(self.subject_kind)
        record = about.rows(reader).filter(pk=self.subject_key).first() if about and reader else None
        return about.thing(record, reader).title if record else str(about.label if about else self.subject_kind)


class Flag(OnThing):
    """Somebody's report of something that he read, for the moderators; open until they decided."""

    class Category(models.TextChoices):
        CONFIDENTIAL = "confidential", _("It holds confidential information")
        NOT_POLITE = "not_polite", _("It is not polite")
        OFF_TOPIC = "off_topic", _("It does not belong here")
        SPAM = "spam", _("It is advertising")
        OTHER = "other", _("Something else")

    class Decision(models.TextChoices):
        OPEN = "open", _("waits for the moderators")
        UPHELD = "upheld", _("the moderators agreed")
        REJECTED = "rejected", _("the moderators left it as it is")

    category = models.CharField(_("reason"), max_length=12, choices=Category)
    text = models.TextField(_("what is wrong"), max_length=LONGEST_NOTE, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="flags", verbose_name=_("reported by"))
    created = models.DateTimeField(_("reported"), default=timezone.now)
    decision = models.CharField(_("decision"), max_length=8, choices=Decision, default=Decision.OPEN)
    decided_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("decided by")
    )
    decided = models.DateTimeField(_("decided"), null=True, editable=False)
    note = models.TextField(_("answer"), max_length=LONGEST_NOTE, blank=True)

    objects = FlagQuerySet.as_manager()

    class Meta:
        ordering = ["created", "pk"]
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_key", "by"], condition=models.Q(decision="open"), name="flag_open_once"
            )
        ]
        indexes = [
            models.Index(fields=["subject_kind", "subject_key"], name="flag_of_thing"),
            models.Index(fields=["created"], name="flag_open", condition=models.Q(decision="open")),
        ]

    def __str__(self):
        return self.title_for(self.by)


class Decision(OnThing):
    """One thing that moderators did to something, with the reason that its author reads.

    `data` is what undoing it needs to know.
    """

    class Act(models.TextChoices):
        HIDDEN = "hidden", _("hidden")
        RESTORED = "restored", _("shown again")
        LET_OUT = "let_out", _("published")
        REFUSED = "refused", _("not published")
        WARNED = "warned", _("the author was asked to keep to the rules")
        SETTLED = "settled", _("dealt with in another way")
        KEPT = "kept", _("left as it is")
        LOCKED = "locked", _("locked")
        UNLOCKED = "unlocked", _("unlocked")
        RENAMED = "renamed", _("renamed")
        RELABELLED = "relabelled", _("label changed")
        MOVED = "moved", _("moved to another forum")
        MERGED = "merged", _("joined with another conversation")
        SPLIT = "split", _("posts moved to a conversation of their own")

    act = models.CharField(_("act"), max_length=12, choices=Act)
    author = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="decisions", verbose_name=_("whose it is")
    )
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    note = models.TextField(_("reason"), max_length=LONGEST_NOTE, blank=True)
    label = models.PositiveSmallIntegerField(_("audience label"), choices=Label, default=Label.CLEAR)
    data = models.JSONField(default=dict)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("decision of the moderators")
        verbose_name_plural = _("decisions of the moderators")
        indexes = [models.Index(fields=["subject_kind", "subject_key", "at"], name="decision_on_thing")]

    def __str__(self):
        return self.title_for(self.author)
