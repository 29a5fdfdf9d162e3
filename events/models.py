"""The nouns of the registry: series, major events, their places, the cooperation they need, the lessons they left."""

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.languages import CONTENT_CODES, texts
from core.text import fold, refuse_markup, refuse_reserved, split_list
from documents.models import Document
from events.countries import country_names, unknown_codes
from events.querysets import EventQuerySet, LessonQuerySet, NeedQuerySet, SeriesQuerySet
from members.models import Labelled, User
from reference.models import LATITUDE, LONGITUDE, Dated, MemberState, Organisation, Sourced, Theme
from reference.querysets import name_indexes, today

DEEPEST_UMBRELLA = 5


class Series(models.Model):
    """Editions that belong together, such as the Pan American Games."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=200, validators=[refuse_markup])

    objects = SeriesQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        verbose_name = pgettext_lazy("one series of events", "series")
        verbose_name_plural = pgettext_lazy("several series of events", "series")

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("events:series_detail", args=[self.slug])


def validate_countries(text):
    """Validator: every part of a `;`-separated field is an ISO 3166-1 alpha-3 code."""
    wrong = unknown_codes(split_list(text))
    if wrong:
        raise ValidationError(_("Not an ISO 3166-1 alpha-3 code: %(codes)s"), params={"codes": ", ".join(wrong)})


class MajorEvent(Labelled, Dated, Sourced):
    """An event that needs international cooperation in its security planning. Its main host owns the record."""

    class Kind(models.TextChoices):
        SPORT = "sport", _("Sport")
        SUMMIT = "summit", _("Summit")
        CULTURAL = "cultural", _("Cultural")
        RELIGIOUS = "religious", _("Religious")
        FESTIVAL = "festival", _("Festival")
        OTHER = "other", _("Other")

    class Status(models.TextChoices):
        BID = "bid", _("Bid")
        AWARDED = "awarded", _("Awarded")
        CONFIRMED = "confirmed", _("Confirmed")
        POSTPONED = "postponed", _("Postponed")
        CANCELLED = "cancelled", _("Cancelled")

    slug = models.SlugField(_("slug"), max_length=80, unique=True, validators=[refuse_reserved])
    name = models.CharField(_("name"), max_length=200, validators=[refuse_markup])
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, db_index=True)
    series = models.ForeignKey(
        Series, models.PROTECT, null=True, blank=True, related_name="events", verbose_name=_("series")
    )
    umbrella = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name=_("umbrella event"),
        help_text=_("The larger event that this one is a part of."),
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.CONFIRMED)
    status_note = models.CharField(_("note on the status"), max_length=500, blank=True, validators=[refuse_markup])
    host_state = models.ForeignKey(
        MemberState, models.PROTECT, related_name="hosted_events", verbose_name=_("main host")
    )
    other_hosts = models.ManyToManyField(
        MemberState, related_name="cohosted_events", blank=True, verbose_name=_("other hosts")
    )
    hosts_elsewhere = models.CharField(
        _("hosts outside the region"),
        max_length=200,
        blank=True,
        validators=[validate_countries],
        help_text=_("ISO 3166-1 alpha-3 codes, separated by ;"),
    )
    expected_attendance = models.PositiveIntegerField(_("expected attendance"), null=True, blank=True)
    delegations = models.PositiveIntegerField(_("participating delegations"), null=True, blank=True)
    organiser = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="events", verbose_name=_("organiser")
    )
    security_authority = models.CharField(
        _("competent security authority"), max_length=250, blank=True, validators=[refuse_markup]
    )
    website = models.URLField(_("official website"), max_length=300, blank=True)
    summary = models.TextField(_("summary"), max_length=3000, blank=True, validators=[refuse_markup])
    ipo_support = models.BooleanField(
        _("named in the Programme's texts"),
        default=False,
        help_text=_("The Programme's own texts name this event as supported or as a reason for its work."),
    )
    themes = models.ManyToManyField(Theme, related_name="events", blank=True, verbose_name=_("themes"))
    documents = models.ManyToManyField(Document, related_name="events", blank=True, verbose_name=_("documents"))
    search_text = models.TextField(editable=False, default="")

    objects = EventQuerySet.as_manager()

    owner_path = "host_state"

    class Meta(Dated.Meta):
        verbose_name = _("major event")
        verbose_name_plural = _("major events")
        indexes = [
            # Everything that the list is ordered, judged and counted by, so that it reads no whole rows for that.
            models.Index(
                fields=[
                    "start",
                    "precision",
                    "id",
                    "publication",
                    "label",
                    "author",
                    "end",
                    "kind",
                    "status",
                    "series",
                    "host_state",
                ],
                name="event_list",
            ),
            *name_indexes("name", "event"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("events:event_detail", args=[self.slug])

    @property
    def state_id(self):
        """The owning State: the main host."""
        return self.host_state_id

    @property
    def strictest_label(self):
        """The strictest of its own and those of its needs."""
        return max([self.label, *self.needs.values_list("label", flat=True)])

    def clean(self):
        super().clean()
        above, steps = self.umbrella, 0
        while above is not None and steps < DEEPEST_UMBRELLA:
            if above.pk == self.pk:
                raise ValidationError({"umbrella": _("An event is not a part of itself.")})
            above, steps = above.umbrella, steps + 1
        if steps == DEEPEST_UMBRELLA:
            raise ValidationError({"umbrella": _("Too many events within events.")})

    @property
    def hosts(self):
        """The hosts in the region, the main one first."""
        return list(dict.fromkeys([self.host_state, *self.other_hosts.all()]))

    @property
    def cities(self):
        """Its cities in their order, each once."""
        return list(dict.fromkeys(place.city for place in self.places.all()))

    @property
    def hosts_elsewhere_names(self):
        """Names of the hosts outside the region, in the reader's language."""
        return country_names(split_list(self.hosts_elsewhere))

    def searchable(self):
        """The folded text that the list's text filter looks into."""
        hosts = [self.host_state, *(self.other_hosts.all() if self.pk else [])]
        places = self.places.values_list("city", "venue") if self.pk else []
        words = [*texts(self, "name"), *texts(self, "summary"), *(word for place in places for word in place)]
        words += [name for host in hosts for name in texts(host, "name")]
        return fold(" ".join(words))


class EventPlace(models.Model):
    """A city of an event, with the venue there where one is known."""

    event = models.ForeignKey(MajorEvent, models.CASCADE, related_name="places", verbose_name=_("event"))
    city = models.CharField(_("city"), max_length=120, validators=[refuse_markup])
    venue = models.CharField(_("venue"), max_length=200, blank=True, validators=[refuse_markup])
    latitude = models.DecimalField(
        _("latitude"),
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=LATITUDE,
    )
    longitude = models.DecimalField(
        _("longitude"),
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=LONGITUDE,
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("place")
        verbose_name_plural = _("places")

    def __str__(self):
        return f"{self.venue}, {self.city}" if self.venue else self.city

    def clean(self):
        super().clean()
        if (self.latitude is None) != (self.longitude is None):
            raise ValidationError({"latitude": _("Latitude and longitude go together.")})


class CooperationNeed(Labelled):
    """What a host needs from others for an event, with an audience of its own."""

    event = models.ForeignKey(MajorEvent, models.CASCADE, related_name="needs", verbose_name=_("event"))
    need = models.TextField(_("need"), max_length=2000, validators=[refuse_markup])
    themes = models.ManyToManyField(Theme, related_name="needs", blank=True, verbose_name=_("themes"))

    objects = NeedQuerySet.as_manager()

    owner_path = "event__host_state"

    class Meta:
        ordering = ["pk"]
        verbose_name = _("cooperation need")
        verbose_name_plural = _("cooperation needs")

    def __str__(self):
        return self.need[:80]

    def get_absolute_url(self):
        return self.event.get_absolute_url()

    @property
    def state_id(self):
        """The owning State: the main host of the event."""
        return self.event.host_state_id


class Lesson(Labelled):
    """What a State learned at an event, told for others. The State owns it; the secretariat validates it."""

    class Kind(models.TextChoices):
        GOOD_PRACTICE = "good-practice", _("Good practice")
        LESSON = "lesson", _("Lesson")
        CHALLENGE = "challenge", _("Challenge")

    slug = models.SlugField(_("slug"), max_length=80, unique=True, validators=[refuse_reserved])
    kind = models.CharField(_("kind"), max_length=15, choices=Kind, db_index=True)
    title = models.CharField(_("title"), max_length=200, validators=[refuse_markup])
    state = models.ForeignKey(MemberState, models.PROTECT, related_name="lessons", verbose_name=_("State"))
    event = models.ForeignKey(
        MajorEvent, models.SET_NULL, null=True, blank=True, related_name="lessons", verbose_name=_("event")
    )
    context = models.TextField(_("the situation"), max_length=3000, blank=True, validators=[refuse_markup])
    what_happened = models.TextField(_("what happened"), max_length=5000, validators=[refuse_markup])
    what_we_did = models.TextField(_("what we did"), max_length=5000, blank=True, validators=[refuse_markup])
    recommendation = models.TextField(
        _("recommendation"),
        max_length=3000,
        blank=True,
        validators=[refuse_markup],
        help_text=_("Only a challenge that nobody has solved yet may do without one."),
    )
    evidence = models.TextField(
        _("evidence"),
        max_length=2000,
        blank=True,
        validators=[refuse_markup],
        help_text=_("What it rests on: reports, figures, addresses; one a line."),
    )
    themes = models.ManyToManyField(Theme, related_name="lessons", blank=True, verbose_name=_("themes"))
    documents = models.ManyToManyField(Document, related_name="lessons", blank=True, verbose_name=_("documents"))
    validated = models.DateField(_("validated on"), null=True, blank=True)
    validated_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("validated by")
    )
    search_text = models.TextField(editable=False, default="")

    objects = LessonQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        indexes = name_indexes("title", "lesson")

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("events:lesson_detail", args=[self.slug])

    def clean(self):
        super().clean()
        if self.kind != self.Kind.CHALLENGE and not texts(self, "recommendation"):
            language = self.language if self.language in CONTENT_CODES else CONTENT_CODES[0]
            said = _("Say what you recommend; what has no answer yet is a challenge.")
            raise ValidationError({f"recommendation_{language}": ValidationError(said, code="required")})
        if self.validated and self.validated > today():
            raise ValidationError({"validated": _("This day has not come yet.")})
        if self.validated_by and not self.validated:
            raise ValidationError({"validated": _("Say on which day it was validated.")})

    @property
    def evidence_lines(self):
        """The single pieces of evidence."""
        return [line.strip() for line in self.evidence.splitlines() if line.strip()]

    def searchable(self):
        """The folded text that the list's text filter looks into. An event may be hidden, so its name is left out."""
        told = ("title", "context", "what_happened", "what_we_did", "recommendation")
        words = [word for field in told for word in texts(self, field)]
        return fold(" ".join([*words, *texts(self.state, "name")]))
