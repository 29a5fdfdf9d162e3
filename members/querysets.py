"""Adjectives of accounts, mandates, invitations and labelled records."""

import datetime

from django.contrib.auth.models import UserManager
from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from members.access import Action, Role, Scope, readable, scope, state_ids_of
from members.audiences import audiences_of
from reference.querysets import today

CONFIRMED_FOR = datetime.timedelta(days=365)


class AccountQuerySet(models.QuerySet):
    def in_use(self):
        """Accounts that are not closed."""
        return self.filter(is_active=True)

    def of_secretariat(self):
        """The accounts of the secretariat and its administrators that are not closed."""
        return self.in_use().filter(is_staff=True)

    def of_state(self, state):
        """Those that belong to a State: its experts, and whoever holds its mandates."""
        return self.filter(state=state)

    def by_name(self):
        return self.order_by("name", "email")


class AccountManager(UserManager.from_queryset(AccountQuerySet)):
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

    def holding(self):
        """All but those that are left in force, or to come, though their holder's account is closed."""
        left = Q(person__is_active=False) & (Q(until__isnull=True) | Q(until__gte=today()))
        return self.exclude(left)

    def not_over(self):
        """Mandates in force or to come."""
        return self.exclude(until__lt=today())

    def to_come(self):
        return self.filter(since__gt=today())

    def over(self):
        return self.ended_before(today())

    def ended_before(self, day):
        return self.filter(until__lt=day)

    def held_by(self, person):
        return self.filter(person=person)

    def as_role(self, role):
        return self.filter(role=role)

    def of_focal_points(self):
        """The mandates that fill seats."""
        return self.filter(role=Role.FOCAL_POINT)

    def unconfirmed(self):
        """Those in force whose holder said more than a year ago, or never within his first year, that they hold."""
        rows = self.in_force().annotate(said=Coalesce("confirmed", "since"))
        return rows.filter(said__lte=today() - CONFIRMED_FOR)

    def ending_within(self, days):
        """Those in force that end within so many days from today."""
        return self.in_force().filter(until__lte=today() + datetime.timedelta(days=days))

    def without_successor(self):
        """Those that no other is to follow."""
        return self.filter(followed_by=None)

    def to_take_over(self):
        """Those that have begun, whose holder has not yet got what was open of who held the seat before."""
        return self.in_force().filter(follows__isnull=False, taken_over=None)

    def latest_first(self):
        return self.order_by("-since", "-pk")

    def for_list(self):
        return self.select_related("person", "state")

    def of_seat(self, state):
        """The mandates that fill a State's seat: those of National Focal Points."""
        return self.of_state(state).filter(role=Role.FOCAL_POINT)

    def of_state(self, state):
        return self.filter(state=state).select_related("person", "state")

    def of_states(self, states):
        return self.filter(state__in=states).select_related("person", "state")

    def speak_for(self, states):
        """Whether one of these States (ids, or None) has a National Focal Point today, whose word counts."""
        return self.in_force().of_focal_points().filter(state__in=states - {None}).exists()

    def seats(self):
        """Ids of the States whose seat is filled by one of these mandates."""
        return set(self.filter(role=Role.FOCAL_POINT).values_list("state_id", flat=True))

    def visible_to(self, user):
        """Mandates name people: all for those who may read them; for others those of today whose holder shows his name
        to them, and their own."""
        if scope(user, Action.READ_MANDATES):
            return self
        if not user.is_authenticated:
            return self.none()
        return self.in_force().filter(Q(person__name_shown_to__in=audiences_of(user)) | Q(person=user.pk))

    def known_to(self, user):
        """The same, and one's own whether or not they are in force: what a person is told of."""
        rows = self.model.objects
        return self.filter(Q(pk__in=rows.visible_to(user).values("pk")) | Q(person=user.pk))

    def for_directory(self):
        """Those of today, with what the directory shows of their holders."""
        return self.in_force().select_related("person", "state").order_by("state", "-role", "since", "pk")


class InvitationQuerySet(models.QuerySet):
    def pending(self):
        """Invitations whose link still works."""
        return self.unanswered().filter(expires__gt=timezone.now())

    def expired(self):
        return self.unanswered().filter(expires__lte=timezone.now())

    def accepted(self):
        return self.exclude(accepted=None)

    def revoked(self):
        return self.exclude(revoked=None)

    def unanswered(self):
        """Neither accepted nor revoked: their link works, or did until it expired."""
        return self.filter(accepted=None, revoked=None)

    def to_seats(self):
        return self.filter(role=Role.FOCAL_POINT)

    def of_state(self, state):
        return self.filter(state=state)

    def sent_by(self, person):
        return self.filter(invited_by=person)

    def created_since(self, moment):
        return self.filter(created__gte=moment)

    def same_as(self, invitation):
        """Those that offer the same to the same address."""
        return self.filter(
            email=invitation.email,
            role=invitation.role,
            state=invitation.state_id,
            organisation=invitation.organisation_id,
        )

    def that_are(self, state_of_things):
        """Those that are "pending", "expired", "accepted" or "revoked"; all for anything else."""
        chosen = {
            "pending": self.pending,
            "expired": self.expired,
            "accepted": self.accepted,
            "revoked": self.revoked,
        }
        return chosen.get(state_of_things, self.all)()

    def counts(self):
        """{"pending" | "expired" | "accepted" | "revoked": how many}."""
        now, open_ones = timezone.now(), Q(accepted=None, revoked=None)
        return self.aggregate(
            pending=Count("pk", filter=open_ones & Q(expires__gt=now)),
            expired=Count("pk", filter=open_ones & Q(expires__lte=now)),
            accepted=Count("pk", filter=Q(accepted__isnull=False)),
            revoked=Count("pk", filter=Q(revoked__isnull=False)),
        )

    def latest_first(self):
        return self.order_by("-sent", "-pk")

    def visible_to(self, user):
        """All for the secretariat; those of his State for who may invite its people."""
        if scope(user, Action.INVITE_TO_SEAT) == Scope.ANY:
            return self
        if scope(user, Action.INVITE_COLLEAGUES) == Scope.STATE:
            return self.filter(state__in=state_ids_of(user))
        return self.none()

    def for_list(self):
        return self.select_related("state", "organisation", "invited_by", "account")


def _midnight(day):
    """The moment at which a day begins in UTC."""
    return datetime.datetime.combine(day, datetime.time(), datetime.UTC)


class AuditQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The whole log, for those who may read it; one's own lines for everybody else."""
        if scope(user, Action.READ_AUDIT) == Scope.ANY:
            return self
        return self.filter(person=user) if user.is_authenticated else self.none()

    def for_list(self):
        return self.select_related("person", "person__state", "person__organisation").order_by("-pk")

    def about(self, kind, key):
        """The lines about one record."""
        return self.filter(subject_kind=kind, subject_key=key)

    def downloads_of(self, document):
        """Who fetched a document; read by whoever may know that of it."""
        return self.about("document", document.pk).filter(kind=self.model.Kind.DOWNLOAD)

    def people_counted(self):
        """How many accounts these lines are of."""
        return self.order_by().values("person").distinct().count()

    def lately_by(self, user):
        """What somebody did within the last hour."""
        return self.filter(person=user, at__gte=timezone.now() - datetime.timedelta(hours=1))

    def of_account(self, user):
        """What somebody did, what was refused to whoever tried his account, and what became of it."""
        kinds = self.model.Kind
        to_it = Q(kind__in=[kinds.SIGN_IN_REFUSED, kinds.SECOND_FACTOR, kinds.ACCOUNT, kinds.RIGHTS])
        mandates = Q(subject_kind="mandate", subject_key__in=user.mandates.values("pk"))
        return self.filter(Q(person=user) | to_it & (mandates | Q(subject_kind="account", subject_key=user.pk)))

    def matching(self, *, kind="", person="", since=None, until=None):
        """Lines of a kind, of accounts whose address holds a text, from a day until a day (UTC)."""
        conditions = {"kind": kind, "person__email__icontains": person}
        if since:
            conditions["at__gte"] = _midnight(since)
        if until:
            conditions["at__lt"] = _midnight(until + datetime.timedelta(days=1))
        return self.filter(**{name: value for name, value in conditions.items() if value})

    def written_before(self, key):
        """Lines older than that one; None asks for all."""
        return self.filter(pk__lt=key) if key else self


class LabelledQuerySet(models.QuerySet):
    """Records that carry an audience label."""

    def visible_to(self, user):
        """The records that `user` may know of: the one gate of lists, pages, counts, exports and downloads."""
        return self.filter(readable(user, self.model))

    def with_day_to_ask(self):
        """Published records whose label says until when it is meant; the longest overdue first."""
        rows = self.filter(restricted_until__isnull=False, publication=self.model.Publication.PUBLISHED)
        return rows.order_by("restricted_until", "pk")

    def release_due(self):
        """Those of which the owner is now asked whether they may be released."""
        return self.with_day_to_ask().filter(restricted_until__lt=today())

    def owned_by(self, states):
        """Records of these States (ids)."""
        return self.filter(**{f"{self.model.owner_path}_id__in": states}) if self.model.owner_path else self.none()

    def not_owned_by(self, states):
        """Records of other States, and the secretariat's own."""
        return self.exclude(**{f"{self.model.owner_path}_id__in": states}) if self.model.owner_path else self.all()

    def bare(self):
        """Whole rows without what lists read along: long files read that in batches."""
        return self.select_related(None).prefetch_related(None).defer(None)

    def changed_last(self):
        return self.order_by("-updated", "-pk")

    def slugs_of(self, keys):
        """{primary key: slug} of those of the keys that are among these records."""
        return dict(self.filter(pk__in=keys).values_list("pk", "slug")) if keys else {}
