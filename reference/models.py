"""The nouns everything refers to: States, sub-regions, organisations, themes; and what dated records share."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.dates import FIRST_YEAR, LAST_YEAR, Precision, period_end, period_start, say_period
from core.text import refuse_markup, refuse_reserved
from reference.querysets import DatedQuerySet, MemberStateQuerySet, ReferenceQuerySet, today

LATITUDE = [MinValueValidator(-90), MaxValueValidator(90)]
LONGITUDE = [MinValueValidator(-180), MaxValueValidator(180)]
TIMES = {"upcoming": _("Upcoming"), "ongoing": _("Ongoing"), "past": _("Past")}


class Sourced(models.Model):
    """Where a row can be checked, and how far it was."""

    class SourceKind(models.TextChoices):
        OFFICIAL_PAGE = "official-page", _("official page")
        SECONDARY_PAGE = "secondary-page", _("press, law portal or other page")
        REPO_DATA = "repo-data", _("public repository with official texts or data")
        COMPUTED = "computed", _("computed from a rule")
        GENERAL_KNOWLEDGE = "general-knowledge", _("well-known fact, not yet checked in a source")

    source = models.CharField(_("source"), max_length=1000, blank=True, validators=[refuse_markup])
    source_kind = models.CharField(_("kind of source"), max_length=20, choices=SourceKind, blank=True)

    class Meta:
        abstract = True

    @property
    def sources(self):
        """The single sources, as a list of texts or addresses."""
        return [part.strip() for part in self.source.split(" ; ") if part.strip()]


class Dated(models.Model):
    """A period known to the day, the month or the year; `start` and `end` are its first and last day."""

    start = models.DateField(_("start"), db_index=True)
    end = models.DateField(_("end"), blank=True, db_index=True)
    precision = models.PositiveSmallIntegerField(_("date precision"), choices=Precision, default=Precision.DAY)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["start", "precision", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end__gte=models.F("start")),
                name="%(app_label)s_%(class)s_end_after_start",
                violation_error_message=_("The end is before the start."),
            )
        ]

    def clean(self):
        """Stretch a date of month or year precision to the whole period; an absent end is the start's period."""
        super().clean()
        if self.start is None:
            return
        for name in ("start", "end"):
            date = getattr(self, name)
            if date is not None and not FIRST_YEAR <= date.year <= LAST_YEAR:
                raise ValidationError({name: _("The year is out of range.")})
        if self.end is not None and self.end < self.start:
            raise ValidationError({"end": _("The end is before the start.")})
        self.end = period_end(self.end or self.start, self.precision)
        self.start = period_start(self.start, self.precision)

    @property
    def time(self):
        """Whether it is "past", "ongoing" or "upcoming", by the same rule as the queryset's `time_conditions`."""
        if self.end < today():
            return "past"
        certain = self.precision == Precision.DAY
        return "ongoing" if certain and self.start <= today() else "upcoming"

    @property
    def time_label(self):
        """The same in the reader's language."""
        return TIMES[self.time]

    @property
    def dates(self):
        """The period in the reader's language, as exact as it is known."""
        return say_period(self.start, self.end, self.precision)


class SubRegion(models.Model):
    """A working grouping of States for this system, not an official one."""

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=80)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        verbose_name = _("sub-region")
        verbose_name_plural = _("sub-regions")

    def __str__(self):
        return self.name


class MemberState(Sourced):
    """A State of the Americas, by its ISO 3166 codes."""

    class OasStatus(models.TextChoices):
        ACTIVE = "active", _("active member")
        WITHDRAWN = "withdrawn", _("withdrawn")
        CONTESTED = "contested", _("contested")
        NON_PARTICIPATING = "non-participating", _("not participating")

    iso3 = models.CharField(
        _("ISO 3166-1 alpha-3"), max_length=3, unique=True, validators=[RegexValidator(r"^[A-Z]{3}$")]
    )
    iso2 = models.CharField(
        _("ISO 3166-1 alpha-2"), max_length=2, unique=True, validators=[RegexValidator(r"^[A-Z]{2}$")]
    )
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120, validators=[refuse_markup])
    sub_region = models.ForeignKey(SubRegion, models.PROTECT, related_name="states", verbose_name=_("sub-region"))
    oas_status = models.CharField(_("status in the OAS"), max_length=20, choices=OasStatus, default=OasStatus.ACTIVE)
    status_note = models.CharField(_("note on the status"), max_length=500, blank=True, validators=[refuse_markup])
    participates = models.BooleanField(_("one of the 34 States of the Programme"), default=True)
    capital = models.CharField(_("capital"), max_length=120, blank=True, validators=[refuse_markup])
    latitude = models.DecimalField(
        _("latitude"), max_digits=8, decimal_places=5, null=True, blank=True, validators=LATITUDE
    )
    longitude = models.DecimalField(
        _("longitude"), max_digits=8, decimal_places=5, null=True, blank=True, validators=LONGITUDE
    )
    official_languages = models.CharField(
        _("official languages"), max_length=40, blank=True, help_text=_("ISO 639-1 codes, separated by ;")
    )

    objects = MemberStateQuerySet.as_manager()

    class Meta:
        ordering = ["iso3"]
        verbose_name = _("State")
        verbose_name_plural = _("States")

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("kms:country_detail", args=[self.slug])

    def clean(self):
        super().clean()
        try:
            refuse_reserved(self.slug)
        except ValidationError as error:
            raise ValidationError({"slug": error.messages}) from error


class Organisation(models.Model):
    """An international, regional or sports organisation, by the code it is known under."""

    code = models.CharField(_("code"), max_length=30, unique=True, validators=[RegexValidator(r"^[A-Z0-9][A-Z0-9-]*$")])
    name = models.CharField(_("name"), max_length=200, validators=[refuse_markup])
    url = models.URLField(_("website"), blank=True)
    source = models.CharField(_("source"), max_length=500, blank=True, validators=[refuse_markup])

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self):
        return f"{self.name} ({self.code})"


class Theme(models.Model):
    """A term of the controlled vocabulary."""

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=120, validators=[refuse_markup])
    description = models.CharField(_("description"), max_length=300, blank=True, validators=[refuse_markup])
    source = models.CharField(_("source"), max_length=500, blank=True, validators=[refuse_markup])

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        verbose_name = _("theme")
        verbose_name_plural = _("themes")

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("kms:theme_detail", args=[self.slug])
