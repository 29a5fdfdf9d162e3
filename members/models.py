"""The nouns of people and rights: accounts, mandates, and what every labelled record carries."""

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.labels import Label
from core.languages import CONTENT_LANGUAGES
from core.text import refuse_markup
from members.access import Role, role_of
from members.querysets import AccountManager, LabelledQuerySet, MandateQuerySet
from reference.models import MemberState, Organisation


class User(AbstractUser):
    """An account, known by its e-mail address; what it may do follows from its mandates and standing."""

    username = None
    first_name = None
    last_name = None
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150, validators=[refuse_markup])
    state = models.ForeignKey(
        MemberState, models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("State")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("organisation")
    )

    objects = AccountManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["email"]
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self):
        return self.name or self.email

    def clean(self):
        super().clean()
        self.email = self.email.lower()
        if self.is_superuser and not self.is_staff:
            raise ValidationError({"is_staff": _("An administrator is one of the staff.")})

    @cached_property
    def mandates_in_force(self):
        """This person's mandates of today, read once a request."""
        return list(self.mandates.in_force().select_related("state"))

    @property
    def standing(self):
        """Whom this person speaks for: "Brazil · National Focal Point", or the role alone."""
        role = Role(role_of(self))
        state = next((m.state for m in self.mandates_in_force if m.role == role), None) or self.state
        return " · ".join(str(part) for part in (state or self.organisation, role.label) if part)


class Mandate(models.Model):
    """A State's seat held by a person, from a day until a day that still counts (UTC)."""

    class MandateRole(models.TextChoices):
        FOCAL_POINT = Role.FOCAL_POINT.value, Role.FOCAL_POINT.label
        ALTERNATE = Role.ALTERNATE.value, Role.ALTERNATE.label

    state = models.ForeignKey(MemberState, models.PROTECT, related_name="mandates", verbose_name=_("State"))
    person = models.ForeignKey(User, models.PROTECT, related_name="mandates", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=20, choices=MandateRole)
    since = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True, help_text=_("The last day, in UTC."))
    note = models.CharField(_("appointment note"), max_length=300, blank=True, validators=[refuse_markup])

    objects = MandateQuerySet.as_manager()

    class Meta:
        ordering = ["state", "-since"]
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")),
                name="mandate_until_after_since",
                violation_error_message=_("The mandate ends before it begins."),
            )
        ]

    def __str__(self):
        return f"{self.state} · {self.get_role_display()} · {self.person}"

    def clean(self):
        super().clean()
        if self.state_id is None or self.since is None:
            return
        if self.person_id is not None and self.person.state_id != self.state_id:
            raise ValidationError({"person": _("This account does not belong to that State.")})
        others = Mandate.objects.of_seat(self.state).exclude(pk=self.pk).overlapping(self.since, self.until)
        if self.role == Role.FOCAL_POINT and others.exists():
            raise ValidationError({"since": _("The State has another National Focal Point in this time.")})


class Labelled(models.Model):
    """What every record of the portal carries: an audience label, an author, a publication state."""

    class Publication(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn")

    label = models.PositiveSmallIntegerField(_("audience label"), choices=Label, default=Label.CLEAR)
    named_states = models.ManyToManyField(
        MemberState,
        related_name="+",
        blank=True,
        verbose_name=_("named States"),
        help_text=_("Under TLP:RED their mandate-holders read it too."),
    )
    restricted_until = models.DateField(
        _("restricted until"),
        null=True,
        blank=True,
        help_text=_("After this day the owner is asked to release it; nothing opens by itself."),
    )
    publication = models.CharField(
        _("publication"), max_length=10, choices=Publication, default=Publication.DRAFT, db_index=True
    )
    author = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, editable=False, related_name="+", verbose_name=_("author")
    )
    language = models.CharField(_("original language"), max_length=2, choices=CONTENT_LANGUAGES, default="en")
    created = models.DateTimeField(_("created"), auto_now_add=True)
    updated = models.DateTimeField(_("last changed"), auto_now=True, db_index=True)

    objects = LabelledQuerySet.as_manager()

    label_field = "label"  # which column readers are judged by
    owner_path = "state"  # the foreign key to the owning State, or "" where the secretariat owns all

    class Meta:
        abstract = True

    @classmethod
    def released(cls):
        """The Q of the rows that are out."""
        return Q(publication=cls.Publication.PUBLISHED)

    @classmethod
    def of_states(cls, states):
        """The Q of the rows that mandate-holders of these States (ids) read under TLP:RED: owner and named States."""
        named = cls.named_states.through.objects.filter(memberstate_id__in=states)
        allowed = Q(pk__in=named.values(f"{cls._meta.model_name}_id"))
        if cls.owner_path:
            allowed |= Q(**{f"{cls.owner_path}_id__in": states})
        return allowed

    @property
    def is_restricted(self):
        """Whether the label is narrower than CLEAR."""
        return self.label > Label.CLEAR

    def clean(self):
        super().clean()
        if self.restricted_until and self.label == Label.CLEAR:
            raise ValidationError({"restricted_until": _("TLP:CLEAR is not restricted.")})
