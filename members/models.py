"""The nouns of people and rights: accounts, mandates, invitations, and what every labelled record carries."""

import uuid
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.dates import today
from core.labels import Label
from core.languages import CONTENT_LANGUAGES
from core.text import refuse_markup
from members.access import Role, role_of
from members.audiences import Audience
from members.querysets import (
    CONFIRMED_FOR,
    AccountManager,
    AuditQuerySet,
    InvitationQuerySet,
    LabelledQuerySet,
    MandateQuerySet,
)
from reference.models import MemberState, Organisation


def validate_time_zone(name):
    """Validator: a name of the IANA time zone database."""
    if name not in available_timezones():
        raise ValidationError(_("There is no such time zone: “%(name)s”."), params={"name": name})


def photo_name(user, filename):
    """A generated name under which a photo is kept."""
    return f"photos/{uuid.uuid4().hex}"


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
    preferred_language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=40, default="UTC", validators=[validate_time_zone])
    office = models.CharField(_("office"), max_length=200, blank=True, validators=[refuse_markup])
    spoken_languages = models.CharField(_("languages"), max_length=100, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True, validators=[refuse_markup])
    reach = models.TextField(_("how to reach me"), max_length=500, blank=True, validators=[refuse_markup])
    photo = models.FileField(_("photo"), upload_to=photo_name, max_length=200, blank=True)
    name_shown_to = models.CharField(
        _("name and office are shown to"), max_length=12, choices=Audience.choices[1:], default=Audience.COUNTERPARTS
    )
    photo_shown_to = models.CharField(
        _("photo is shown to"), max_length=12, choices=Audience, default=Audience.COUNTERPARTS
    )
    contact_shown_to = models.CharField(
        _("e-mail address, telephone and how to reach me are shown to"),
        max_length=12,
        choices=Audience,
        default=Audience.COUNTERPARTS,
    )
    unread_notifications = models.PositiveIntegerField(default=0, editable=False)

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
    confirmed = models.DateField(
        _("confirmed on"), null=True, blank=True, help_text=_("When the holder last said that the mandate still holds.")
    )
    follows = models.ForeignKey(
        "self", models.SET_NULL, null=True, editable=False, related_name="followed_by", verbose_name=_("follows")
    )
    taken_over = models.DateTimeField(
        null=True, editable=False, help_text="When the holder got what was open of who held the seat before."
    )

    objects = MandateQuerySet.as_manager()

    author_id = None  # it is judged by its State alone

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

    def get_absolute_url(self):
        return reverse("kms:seat_detail", args=[self.state.slug])

    def clean(self):
        super().clean()
        if self.state_id is None or self.since is None:
            return
        if self.person_id is not None and self.person.state_id != self.state_id:
            raise ValidationError({"person": _("This account does not belong to that State.")})
        others = Mandate.objects.of_state(self.state).exclude(pk=self.pk).overlapping(self.since, self.until)
        if self.role == Role.FOCAL_POINT and others.holding().of_seat(self.state).exists():
            raise ValidationError({"since": _("The State has another National Focal Point in this time.")})
        if others.held_by(self.person_id).as_role(self.role).exists():
            raise ValidationError({"since": _("This person has the same role already in this time.")})

    @property
    def fills_seat(self):
        """Whether it is that of the National Focal Point."""
        return self.role == Role.FOCAL_POINT

    @property
    def has_begun(self):
        return self.since <= today()

    @property
    def has_ended(self):
        return self.until is not None and self.until < today()

    @property
    def confirm_by(self):
        """The day on which the holder is asked whether it still holds: a year after he last said so."""
        return (self.confirmed or self.since) + CONFIRMED_FOR


class Invitation(models.Model):
    """An account offered to one address: for a State's seat, to a State's expert, or to an organisation's member.

    The secret of its link is kept only as a digest.
    """

    class InvitedRole(models.TextChoices):
        FOCAL_POINT = Role.FOCAL_POINT.value, Role.FOCAL_POINT.label
        ALTERNATE = Role.ALTERNATE.value, Role.ALTERNATE.label
        EXPERT = Role.EXPERT.value, Role.EXPERT.label
        PARTNER = Role.PARTNER.value, Role.PARTNER.label

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    role = models.CharField(_("role"), max_length=20, choices=InvitedRole)
    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=150, validators=[refuse_markup])
    language = models.CharField(_("language of the mail"), max_length=5, choices=settings.LANGUAGES, default="en")
    state = models.ForeignKey(
        MemberState, models.PROTECT, null=True, blank=True, related_name="invitations", verbose_name=_("State")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="invitations", verbose_name=_("organisation")
    )
    since = models.DateField(_("mandate from"), null=True, blank=True)
    until = models.DateField(_("mandate until"), null=True, blank=True, help_text=_("The last day, in UTC."))
    note = models.CharField(_("appointment note"), max_length=300, blank=True, validators=[refuse_markup])
    digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        User, models.PROTECT, editable=False, related_name="invitations_sent", verbose_name=_("invited by")
    )
    created = models.DateTimeField(_("created"), auto_now_add=True)
    sent = models.DateTimeField(_("last sent"), default=timezone.now, editable=False)
    expires = models.DateTimeField(_("expires"), editable=False)
    accepted = models.DateTimeField(_("accepted"), null=True, editable=False)
    account = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="invitations_accepted", verbose_name=_("account")
    )
    mandate = models.OneToOneField(
        Mandate, models.SET_NULL, null=True, editable=False, related_name="invitation", verbose_name=_("mandate")
    )
    succeeds = models.ForeignKey(
        Mandate, models.SET_NULL, null=True, editable=False, related_name="successions", verbose_name=_("hands over")
    )
    revoked = models.DateTimeField(_("revoked"), null=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    author_id = None  # it is judged by its State, not by who sent it

    class Meta:
        ordering = ["-created", "-pk"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(role=Role.PARTNER, state=None, organisation__isnull=False)
                    | ~Q(role=Role.PARTNER) & Q(state__isnull=False)
                ),
                name="invitation_to_state_or_organisation",
                violation_error_message=_("A partner belongs to an organisation, everybody else to a State."),
            )
        ]

    def __str__(self):
        return f"{self.name} · {self.get_role_display()} · {self.state or self.organisation}"

    def get_absolute_url(self):
        return reverse("kms:invitation_detail", args=[self.uuid])

    @property
    def state_of_things(self):
        """ "accepted", "revoked", "expired" or "pending"."""
        if self.accepted:
            return "accepted"
        if self.revoked:
            return "revoked"
        return "expired" if self.expires <= timezone.now() else "pending"


class AuditEntry(models.Model):
    """One line of the log of what people did with the portal: kept, never changed."""

    class Kind(models.TextChoices):
        SIGN_IN = "sign_in", _("signed in")
        SIGN_IN_REFUSED = "sign_in_refused", _("sign-in refused")
        SIGN_OUT = "sign_out", _("signed out")
        SECOND_FACTOR = "second_factor", _("second factor changed")
        ACCOUNT = "account", _("account changed")
        RIGHTS = "rights", _("rights changed")
        INVITATION = "invitation", _("invitation")
        REFUSED = "refused", _("refused")
        DOWNLOAD = "download", _("downloaded")
        EXPORT = "export", _("exported")
        IMPORT = "import", _("imported")
        LABEL = "label", _("label changed")
        PUBLICATION = "publication", _("publication changed")
        PROPOSAL = "proposal", _("proposal")
        MODERATION = "moderation", _("moderation")
        ADMIN = "admin", _("act in the administration")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    person = models.ForeignKey(User, models.SET_NULL, null=True, related_name="audit_entries", verbose_name=_("who"))
    address = models.GenericIPAddressField(_("network address"), null=True)
    subject_kind = models.CharField(_("kind of record"), max_length=20, blank=True)
    subject_key = models.BigIntegerField(_("key of the record"), null=True)
    label = models.PositiveSmallIntegerField(_("audience label"), choices=Label, null=True)
    detail = models.CharField(_("detail"), max_length=500, blank=True)

    objects = AuditQuerySet.as_manager()

    label_field = "label"

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("log entry")
        verbose_name_plural = _("log entries")
        indexes = [models.Index(fields=["subject_kind", "subject_key", "-at"], name="audit_subject")]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_kind_display()}"

    def save(self, **options):
        if not self._state.adding:
            raise TypeError("A line of the log is written once and never changed.")
        super().save(**options)


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
    partners_field = ""  # the column that says whether partners may know of it, or "" where the label alone decides
    is_word_of_owner = False  # whether what is being saved was submitted by the owner

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
        if self.pk and not self.is_word_of_owner:
            for stored in type(self)._base_manager.filter(pk=self.pk):
                self._leave_to_owner(stored)

    def _leave_to_owner(self, stored):
        """Refuse a label wider than the stored one, and another owner, who could widen it next."""
        if self.label < stored.label and Mandate.objects.speak_for({stored.state_id, self.state_id}):
            said = _("Only the State that owns this record widens its label; its Focal Point does it at My desk.")
            raise ValidationError({"label": said})
        moves = self.state_id != stored.state_id and stored.strictest_label > Label.CLEAR
        if moves and Mandate.objects.speak_for({stored.state_id}):
            said = _("The record stays with its State until the State's Focal Point opens it to everybody at My desk.")
            raise ValidationError({self.owner_path.partition("__")[0]: said})

    @property
    def strictest_label(self):
        """The strictest label of what belongs to the record's owner together with it."""
        return self.label
