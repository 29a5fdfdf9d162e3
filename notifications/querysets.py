"""Adjectives of notifications and watches."""

from django.db import models
from django.db.models import Q


class NotificationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own."""
        return self.filter(person=user) if user.is_authenticated else self.none()

    def unread(self):
        return self.filter(read=None)

    def before(self, moment, key):
        """What stands after a place in the list, newest first."""
        return self.filter(Q(created__lt=moment) | Q(created=moment, pk__lt=key))

    def until(self, moment):
        """What was there at a moment: later ones the reader has not seen."""
        return self.filter(created__lte=moment)

    def about(self, subject):
        """Notifications of one record, given as (subject name, key)."""
        name, key = subject
        return self.filter(subject_kind=name, subject_key=key)

    def of_kind(self, name):
        return self.filter(kind=name)

    def since(self, day):
        """Those made after a day (UTC)."""
        return self.filter(created__date__gt=day)

    def mailed_since(self, moment):
        return self.filter(mailed__gt=moment)

    def due(self):
        """What waits for the next daily mail."""
        return self.filter(mail_due=True)

    def for_list(self):
        return self.select_related("by")


class WatchQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own."""
        return self.filter(person=user) if user.is_authenticated else self.none()

    def on(self, subjects):
        """Watches of one of these records, each given as (subject name, key)."""
        wanted = Q(pk__in=[])
        for name, key in subjects:
            wanted |= Q(subject_kind=name, subject_key=key)
        return self.filter(wanted)


class PreferenceQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own."""
        return self.filter(person=user) if user.is_authenticated else self.none()
