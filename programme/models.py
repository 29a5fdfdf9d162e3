"""The nouns of the Programme: its activities, who took part, and its pages."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.languages import texts
from core.richtext import CleanHTMLField
from core.text import fold, refuse_markup, refuse_reserved, split_list
from documents.models import Document
from events.models import MajorEvent
from members.models import Labelled
from programme.querysets import ActivityQuerySet, PageQuerySet, ParticipationQuerySet
from reference.models import Dated, MemberState, Organisation, Sourced, Theme


class Activity(Labelled, Dated, Sourced):
    """Something the Programme did or will do. The secretariat owns it."""

    class Kind(models.TextChoices):
        NFP_MEETING = "nfp-meeting", _("Meeting of National Focal Points")
        TRAINING = "training", _("Training")
        WORKSHOP = "workshop", _("Workshop")
        EXERCISE = "exercise", _("Exercise")
        TECHNICAL_ASSISTANCE = "technical-assistance", _("Technical assistance")
        LAUNCH = "launch", _("Launch")

    slug = models.SlugField(_("slug"), max_length=80, unique=True, validators=[refuse_reserved])
    title = models.CharField(_("title"), max_length=250, validators=[refuse_markup])
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, db_index=True)
    city = models.CharField(_("city"), max_length=120, blank=True, validators=[refuse_markup])
    host_state = models.ForeignKey(
        MemberState, models.PROTECT, null=True, blank=True, related_name="hosted_activities", verbose_name=_("host")
    )
    event = models.ForeignKey(
        MajorEvent,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="activities",
        verbose_name=_("event it prepared"),
    )
    partners = models.ManyToManyField(Organisation, related_name="activities", blank=True, verbose_name=_("partners"))
    other_partners = models.CharField(
        _("other partners"), max_length=400, blank=True, validators=[refuse_markup], help_text=_("Separated by ;")
    )
    funders = models.CharField(
        _("funders"), max_length=400, blank=True, validators=[refuse_markup], help_text=_("Separated by ;")
    )
    summary = models.TextField(_("summary"), max_length=3000, blank=True, validators=[refuse_markup])
    participants_note = models.CharField(
        _("note on the participants"), max_length=500, blank=True, validators=[refuse_markup]
    )
    agenda = CleanHTMLField(_("agenda"), blank=True, max_length=20_000)
    outcome = CleanHTMLField(_("outcome"), blank=True, max_length=20_000)
    conclusions = CleanHTMLField(_("conclusions"), blank=True, max_length=20_000)
    regional_priorities = CleanHTMLField(_("regional priorities"), blank=True, max_length=20_000)
    needs_stated = CleanHTMLField(_("needs stated"), blank=True, max_length=20_000)
    themes = models.ManyToManyField(Theme, related_name="activities", blank=True, verbose_name=_("themes"))
    documents = models.ManyToManyField(Document, related_name="activities", blank=True, verbose_name=_("documents"))
    search_text = models.TextField(editable=False, default="")

    objects = ActivityQuerySet.as_manager()

    owner_path = ""
    state_id = None

    class Meta(Dated.Meta):
        verbose_name = _("activity")
        verbose_name_plural = _("activities")

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("programme:activity_detail", args=[self.slug])

    @property
    def other_partner_names(self):
        """Partners that are not in the list of organisations."""
        return split_list(self.other_partners)

    @property
    def funder_names(self):
        """Who paid, as a list of names."""
        return split_list(self.funders)

    def searchable(self):
        """The folded text that the list's text filter looks into."""
        host = texts(self.host_state, "name") if self.host_state else []
        return fold(" ".join([*texts(self, "title"), self.city, *texts(self, "summary"), *host]))


class Participation(models.Model):
    """How many people of a State took part in an activity."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="participations", verbose_name=_("activity"))
    state = models.ForeignKey(MemberState, models.PROTECT, related_name="participations", verbose_name=_("State"))
    people = models.PositiveIntegerField(
        _("people"), null=True, blank=True, help_text=_("Empty where the number is not known.")
    )

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        constraints = [models.UniqueConstraint(fields=["activity", "state"], name="participation_once")]

    def __str__(self):
        return f"{self.state}: {self.people if self.people is not None else '?'}"


class Page(models.Model):
    """A text page of the portal that the secretariat edits: what the Programme is, contact, accessibility."""

    slug = models.SlugField(_("slug"), unique=True)
    title = models.CharField(_("title"), max_length=200, validators=[refuse_markup])
    body = CleanHTMLField(_("text"), max_length=50_000)
    updated = models.DateTimeField(_("last changed"), auto_now=True)

    objects = PageQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        verbose_name = _("page")
        verbose_name_plural = _("pages")

    def __str__(self):
        return self.title
