"""Adjectives of accounts, mandates and labelled records."""

from django.contrib.auth.models import UserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone

from members.access import Action, Role, Scope, readable, scope, state_ids_of
from reference.querysets import today


class AccountManager(UserManager):
    """Makes accounts by e-mail address; the address is kept in lower case."""

    def _create_user_object(self, email, password, **fields):
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        return user

    def create_user(self, email, password=None, **fields):
        user = self._create_user_object(email, password, **fields)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email):
        return self.get(email=email.lower())


class MandateQuerySet(models.QuerySet):
    def in_force(self):
        """Mandates that give rights today (UTC); the last day counts, a closed account does not."""
        return self.filter(since__lte=today(), person__is_active=True).exclude(until__lt=today())

    def overlapping(self, since, until):
        """Mandates of which a day lies between two days; None leaves the end open."""
        rows = self.filter(Q(until__isnull=True) | Q(until__gte=since))
        return rows.filter(since__lte=until) if until else rows

    def of_seat(self, state):
        """The mandates that fill a State's seat: those of National Focal Points."""
        return self.of_state(state).filter(role=Role.FOCAL_POINT)

    def of_state(self, state):
        return self.filter(state=state).select_related("person", "state")

    def of_states(self, states):
        return self.filter(state__in=states).select_related("person", "state")

    def seats(self):
        """Ids of the States whose seat is filled by one of these mandates."""
        return set(self.filter(role=Role.FOCAL_POINT).values_list("state_id", flat=True))

    def visible_to(self, user):
        """Mandates name people, so only those who may read them get any."""
        return self if scope(user, Action.READ_MANDATES) else self.none()


class InvitationQuerySet(models.QuerySet):
    def pending(self):
        """Invitations whose link still works."""
        return self.filter(accepted=None, revoked=None, expires__gt=timezone.now())

    def visible_to(self, user):
        """All for the secretariat; those of his State for who may invite its people."""
        if scope(user, Action.INVITE_TO_SEAT) == Scope.ANY:
            return self
        if scope(user, Action.INVITE_COLLEAGUES) == Scope.STATE:
            return self.filter(state__in=state_ids_of(user))
        return self.none()

    def for_list(self):
        return self.select_related("state", "organisation", "invited_by", "account")


class AuditQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The whole log, for those who may read it; one's own lines for everybody else."""
        if scope(user, Action.READ_AUDIT) == Scope.ANY:
            return self
        return self.filter(person=user) if user.is_authenticated else self.none()

    def for_list(self):
        return self.select_related("person", "person__state", "person__organisation")

    def about(self, kind, key):
        """The lines about one record."""
        return self.filter(subject_kind=kind, subject_key=key)


class LabelledQuerySet(models.QuerySet):
    """Records that carry an audience label."""

    def visible_to(self, user):
        """The records that `user` may know of: the one gate of lists, pages, counts, exports and downloads."""
        return self.filter(readable(user, self.model))

    def bare(self):
        """Whole rows without what lists read along: long files read that in batches."""
        return self.select_related(None).prefetch_related(None).defer(None)

    def changed_last(self):
        return self.order_by("-updated", "-pk")

    def slugs_of(self, keys):
        """{primary key: slug} of those of the keys that are among these records."""
        return dict(self.filter(pk__in=keys).values_list("pk", "slug")) if keys else {}
