"""The nouns of telling people: what they watch, what they were told, how they want to be told."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.labels import Label
from members.models import User
from notifications.kinds import KINDS, Group, Mail
from notifications.levels import Level
from notifications.querysets import NotificationQuerySet, PreferenceQuerySet, WatchQuerySet


class Notification(models.Model):
    """One thing that a person was told. Its words are made when they are read, from what the reader may know then."""

    person = models.ForeignKey(User, models.CASCADE, related_name="notifications", verbose_name=_("person"))
    kind = models.CharField(_("kind"), max_length=40)
    subject_kind = models.CharField(_("kind of record"), max_length=20, blank=True)
    subject_key = models.BigIntegerField(_("key of the record"), null=True)
    label = models.PositiveSmallIntegerField(_("audience label"), choices=Label, default=Label.CLEAR)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("caused by"))
    created = models.DateTimeField(_("created"), default=timezone.now)
    read = models.DateTimeField(_("read"), null=True)
    times = models.PositiveIntegerField(default=1, help_text="How often it happened since the person last read of it.")
    due = models.DateField(_("by when"), null=True, help_text="The last day on which something can be done about it.")
    waits_since = models.DateTimeField(null=True, help_text="Since when it waits for the next daily or weekly mail.")
    mailed = models.DateTimeField(null=True, help_text="When the last mail of it was given to the queue.")

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-pk"]
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        indexes = [
            models.Index(fields=["person", "-created"], name="notification_of_person"),
            models.Index(fields=["person"], name="notification_unread", condition=models.Q(read=None)),
            models.Index(fields=["person"], name="notification_waits", condition=models.Q(waits_since__isnull=False)),
        ]

    def __str__(self):
        return f"{self.person}: {self.kind}"

    @property
    def mail_due(self):
        return self.waits_since is not None

    def may_be_named(self, open_to_all):
        """Whether a mail may say what it is about; `open_to_all` holds what everybody may know of, see known_to_all.

        Of a person's own work, such as proposals, invitations and mandates, none does.
        """
        of_work = self.kind not in KINDS or KINDS[self.kind].group == Group.MY_WORK
        return not of_work and self.label == Label.CLEAR and (self.subject_kind, self.subject_key) in open_to_all


class Watch(models.Model):
    """What a person wants to be told of a record and of what belongs to it, or of what belongs to several at once.

    Which of several watches decides is in notifications/levels.py. `also` holds the other terms of a combination,
    sorted, as "theme:3 only:thread".
    """

    person = models.ForeignKey(User, models.CASCADE, related_name="watches", verbose_name=_("person"))
    subject_kind = models.CharField(_("kind of record"), max_length=20)
    subject_key = models.BigIntegerField(_("key of the record"))
    also = models.CharField(_("and also"), max_length=200, default="", blank=True)
    level = models.CharField(_("level"), max_length=10, choices=Level, default=Level.WATCHING)
    created = models.DateTimeField(_("created"), default=timezone.now)

    objects = WatchQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-pk"]
        verbose_name = _("watch")
        verbose_name_plural = _("watches")
        constraints = [
            models.UniqueConstraint(fields=["subject_kind", "subject_key", "also", "person"], name="watch_once"),
        ]

    def __str__(self):
        return f"{self.person}: {self.subject_kind} {self.subject_key} {self.also} {self.level}"


class Preference(models.Model):
    """How a person wants to be told by mail of one group of things; as `usual_mail` says where he chose nothing."""

    Mail = Mail

    person = models.ForeignKey(User, models.CASCADE, related_name="preferences", verbose_name=_("person"))
    group = models.CharField(_("what"), max_length=20, choices=Group)
    mail = models.CharField(_("by mail"), max_length=10, choices=Mail, default=Mail.AT_ONCE)

    objects = PreferenceQuerySet.as_manager()

    class Meta:
        ordering = ["person", "group"]
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")
        constraints = [models.UniqueConstraint(fields=["person", "group"], name="preference_once")]

    def __str__(self):
        return f"{self.person}: {self.group} {self.mail}"
