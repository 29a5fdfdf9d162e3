"""Adjectives of notifications and watches."""

from django.db import models
from django.db.models import Q, Subquery


class NotificationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own."""
        return self.filter(person=user) if user.is_authenticated else self.none()

    def unread(self):
        return self.filter(read=None)

    def read_before(self, moment):
        return self.filter(read__lt=moment)

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

    def about_any(self, subjects):
        """Those of several records, each given as (subject name, key)."""
        wanted = Q(pk__in=[])
        for name in {name for name, _key in subjects}:
            wanted |= Q(subject_kind=name, subject_key__in=[key for other, key in subjects if other == name])
        return self.filter(wanted)

    def of_kind(self, name):
        return self.filter(kind=name)

    def since(self, day):
        """Those made after a day (UTC)."""
        return self.filter(created__date__gt=day)

    def mailed_since(self, moment):
        return self.filter(mailed__gt=moment)

    def due(self):
        """What waits for the next daily or weekly mail."""
        return self.filter(waits_since__isnull=False)

    def for_list(self):
        return self.select_related("by")


class WatchQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own."""
        return self.filter(person=user) if user.is_authenticated else self.none()

    def on(self, subjects):
        """Watches of one of these records, each given as (subject name, key), and combinations that begin with one."""
        wanted = Q(pk__in=[])
        for name, key in subjects:
            wanted |= Q(subject_kind=name, subject_key=key)
        return self.filter(wanted)

    def alone(self):
        """Without combinations."""
        return self.filter(also="")

    def combined(self):
        return self.exclude(also="")

    def alike(self, name, key, also):
        """Watches of the same: a record, and the other terms of a combination."""
        return self.filter(subject_kind=name, subject_key=key, also=also)

    def level_of(self, user, name, key):
        """The level that a user chose for a record, to be read along with that: `key` is an OuterRef."""
        return Subquery(self.visible_to(user).alike(name, key, "").order_by().values("level")[:1])

    def chosen_by(self, user, name):
        """The keys of the records of a kind for which a user chose a level, as a queryset for `pk__in`."""
        return self.visible_to(user).alone().filter(subject_kind=name).order_by().values("subject_key")

    def muted_by(self, user, name):
        """Of these the muted ones, which are left out of what is counted as unread."""
        return self.chosen_by(user, name).filter(level="muted")

    def before(self, moment, key):
        """What stands after a place in the list, newest first."""
        return self.filter(Q(created__lt=moment) | Q(created=moment, pk__lt=key))


class PreferenceQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own."""
        return self.filter(person=user) if user.is_authenticated else self.none()
