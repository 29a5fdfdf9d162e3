"""The nouns of law: instruments, how they relate, and what States did with treaties."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.dates import PartialDateField
from core.languages import texts
from core.richtext import CleanHTMLField
from core.text import fold, refuse_markup, refuse_reserved
from documents.models import Document
from events.models import MajorEvent
from legislation.querysets import BACKDATED, InstrumentQuerySet, RelationQuerySet, TreatyActionQuerySet
from members.models import Labelled, User
from reference.models import MemberState, Organisation, Sourced, Theme


class Instrument(Labelled, Sourced):
    """A legal text: a treaty, a resolution, a law, a standard. A national one is owned by its State."""

    class Level(models.TextChoices):
        INTERNATIONAL = "international", pgettext_lazy("level of law", "International")
        REGIONAL = "regional", pgettext_lazy("level of law", "Regional")
        NATIONAL = "national", pgettext_lazy("level of law", "National")

    class Kind(models.TextChoices):
        CONVENTION = "convention", _("Convention")
        PROTOCOL = "protocol", _("Protocol")
        RESOLUTION = "resolution", _("Resolution")
        DECLARATION = "declaration", _("Declaration")
        STANDARD = "standard", _("Standard")
        ACT = "act", _("Act")
        DECREE = "decree", _("Decree")
        REGULATION = "regulation", _("Regulation")

    class Status(models.TextChoices):
        IN_FORCE = "in-force", _("In force")
        AMENDED = "amended", _("In force as amended")
        REPEALED = "repealed", _("Repealed")
        UNKNOWN = "unknown", _("Not known")

    slug = models.SlugField(_("slug"), max_length=80, unique=True, validators=[refuse_reserved])
    original_title = models.CharField(_("original title"), max_length=400, validators=[refuse_markup])
    title = models.CharField(_("title"), max_length=400, blank=True, validators=[refuse_markup])
    level = models.CharField(_("level"), max_length=15, choices=Level, db_index=True)
    state = models.ForeignKey(
        MemberState, models.PROTECT, null=True, blank=True, related_name="instruments", verbose_name=_("State")
    )
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="instruments",
        verbose_name=_("organisation"),
    )
    subdivision = models.CharField(_("territorial subdivision"), max_length=120, blank=True, validators=[refuse_markup])
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, db_index=True)
    number = models.CharField(_("number or citation"), max_length=120, blank=True, validators=[refuse_markup])
    gazette = models.CharField(_("official gazette"), max_length=200, blank=True, validators=[refuse_markup])
    adopted_on = PartialDateField(_("adopted on"), blank=True, db_index=True)
    in_force_on = PartialDateField(_("in force on"), blank=True)
    last_amended_on = PartialDateField(_("last amended on"), blank=True)
    repealed_on = PartialDateField(_("repealed on"), blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.UNKNOWN, db_index=True)
    url = models.URLField(_("official source"), max_length=500, blank=True)
    summary = models.TextField(_("summary"), max_length=3000, blank=True, validators=[refuse_markup])
    commentary = CleanHTMLField(_("commentary"), blank=True, max_length=20_000)
    verified_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("verified by")
    )
    verified_on = models.DateField(_("verified on"), null=True, blank=True)
    themes = models.ManyToManyField(Theme, related_name="instruments", blank=True, verbose_name=_("themes"))
    events = models.ManyToManyField(
        MajorEvent, related_name="instruments", blank=True, verbose_name=_("events it concerns")
    )
    documents = models.ManyToManyField(Document, related_name="instruments", blank=True, verbose_name=_("documents"))
    search_text = models.TextField(editable=False, default="")

    objects = InstrumentQuerySet.as_manager()

    class Meta:
        ordering = ["-adopted_on", "pk"]
        verbose_name = _("instrument")
        verbose_name_plural = _("instruments")
        indexes = [
            # Everything that the list is ordered, judged and counted by, so that it reads no whole rows for that.
            models.Index(
                fields=[
                    "adopted_on",
                    "id",
                    "publication",
                    "label",
                    "author",
                    "level",
                    "kind",
                    "status",
                    "state",
                    "organisation",
                    "in_force_on",
                    "repealed_on",
                ],
                name="instrument_list",
            ),
            models.Index(fields=["original_title", "id"], name="instrument_title"),
            models.Index(fields=["adopted_on", "in_force_on"], condition=Q(BACKDATED), name="instrument_backdated"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(level="national", state__isnull=False, organisation__isnull=True)
                | (~Q(level="national") & Q(state__isnull=True, organisation__isnull=False)),
                name="instrument_has_its_jurisdiction",
                violation_error_message=_(
                    "A national instrument has a State; an international or regional one an organisation."
                ),
            )
        ]

    def __str__(self):
        return self.original_title

    def get_absolute_url(self):
        return reverse("legislation:instrument_detail", args=[self.slug])

    @property
    def jurisdiction(self):
        """The State or the organisation whose text it is."""
        return self.state or self.organisation

    def clean(self):
        super().clean()
        begun = [date for date in (self.adopted_on, self.in_force_on) if date]
        if self.repealed_on and any(self.repealed_on.last < date.first for date in begun):
            raise ValidationError({"repealed_on": _("Repealed before it was adopted or in force.")})

    def searchable(self):
        """The folded text that the list's text filter looks into."""
        words = [self.original_title, self.number, *texts(self, "title"), *texts(self, "summary")]
        return fold(" ".join([*words, *texts(self.jurisdiction, "name")]))


class InstrumentRelation(models.Model):
    """What one instrument does to another; shown from both ends."""

    class Kind(models.TextChoices):
        AMENDS = "amends", _("amends")
        REPEALS = "repeals", _("repeals")
        IMPLEMENTS = "implements", _("implements")
        REFERS_TO = "refers-to", _("refers to")

    INVERSE = {
        Kind.AMENDS: _("amended by"),
        Kind.REPEALS: _("repealed by"),
        Kind.IMPLEMENTS: _("implemented by"),
        Kind.REFERS_TO: _("referred to by"),
    }

    instrument = models.ForeignKey(Instrument, models.CASCADE, related_name="relations", verbose_name=_("instrument"))
    kind = models.CharField(_("relation"), max_length=10, choices=Kind)
    target = models.ForeignKey(
        Instrument, models.CASCADE, related_name="inverse_relations", verbose_name=_("other instrument")
    )

    objects = RelationQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "pk"]
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        constraints = [
            models.UniqueConstraint(fields=["instrument", "kind", "target"], name="relation_once"),
            models.CheckConstraint(
                condition=~Q(instrument=models.F("target")),
                name="relation_not_to_itself",
                violation_error_message=_("An instrument does not relate to itself."),
            ),
        ]

    def __str__(self):
        return f"{self.instrument} {self.get_kind_display()} {self.target}"

    @property
    def inverse_label(self):
        """How the relation reads from the other instrument."""
        return self.INVERSE[self.kind]


class TreatyAction(Sourced):
    """What a State did with a treaty, and when. It is read by whoever may read the treaty."""

    class Kind(models.TextChoices):
        SIGNATURE = "signature", _("Signature")
        RATIFICATION = "ratification", _("Ratification")
        ACCESSION = "accession", _("Accession")
        ACCEPTANCE = "acceptance", _("Acceptance")
        APPROVAL = "approval", _("Approval")
        SUCCESSION = "succession", _("Succession")
        WITHDRAWAL = "withdrawal", _("Withdrawal")

    CONSENT = [Kind.RATIFICATION, Kind.ACCESSION, Kind.ACCEPTANCE, Kind.APPROVAL, Kind.SUCCESSION]

    instrument = models.ForeignKey(
        Instrument, models.CASCADE, related_name="treaty_actions", verbose_name=_("instrument")
    )
    state = models.ForeignKey(MemberState, models.PROTECT, related_name="treaty_actions", verbose_name=_("State"))
    kind = models.CharField(_("action"), max_length=15, choices=Kind)
    date = PartialDateField(_("date"))
    reservation = models.TextField(
        _("reservation or declaration"), max_length=5000, blank=True, validators=[refuse_markup]
    )
    note = models.CharField(_("note"), max_length=500, blank=True, validators=[refuse_markup])

    objects = TreatyActionQuerySet.as_manager()

    class Meta:
        ordering = ["instrument", "state", "date"]
        verbose_name = _("treaty action")
        verbose_name_plural = _("treaty actions")
        constraints = [
            models.UniqueConstraint(fields=["instrument", "state", "kind", "date"], name="treaty_action_once")
        ]

    def __str__(self):
        return f"{self.state}: {self.get_kind_display()}, {self.date}"
