"""Adjectives of proposals, reports and decisions."""

from django.db import models
from django.db.models import Case, Count, Min, Value, When

from members.access import Action, Scope, scope, state_ids_of

OPEN = ("draft", "submitted", "returned")
# Whose turn it is decides the order of a list: the State's first, then the secretariat's, then nobody's.
ORDER = ("returned", "draft", "submitted", "accepted", "withdrawn")
# What moderators decide on reports alone: it does not touch the author, who need not know that there was one.
UNTOLD = ("kept", "settled")


class ProposalQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A State's mandate-holders see its proposals, an expert his own, reviewers whatever is or was submitted."""
        if scope(user, Action.REVIEW) == Scope.ANY:
            return self.exclude(submitted=None).exclude(status="draft")
        reach = scope(user, Action.DRAFT_PROPOSAL)
        if reach == Scope.STATE:
            return self.filter(state__in=state_ids_of(user))
        return self.filter(author=user, state=user.state_id) if reach == Scope.OWN else self.none()

    def for_list(self):
        return self.select_related("state", "author", "submitter").defer("data", "base_data")

    def for_detail(self):
        return self.select_related("state", "author", "submitter", "changed_by")

    def open(self):
        """Neither accepted nor withdrawn."""
        return self.filter(status__in=OPEN)

    def with_status(self, status):
        return self.filter(status=status)

    def of_kind(self, kind):
        return self.filter(kind=kind)

    def of_state(self, slug):
        return self.filter(state__slug=slug)

    def of_record(self, kind, key, state_id):
        """A State's proposals to change one record."""
        return self.filter(kind=kind, record_key=key, state=state_id)

    def by(self, author, state):
        """A State's open proposals that one person wrote."""
        return self.open().filter(author=author, state=state)

    def waiting_for_review(self):
        """Submitted ones, the longest waiting first."""
        return self.filter(status="submitted").select_related("state").order_by("since", "pk")

    def waiting_for_state(self):
        """Those that were returned, the longest waiting first."""
        return self.filter(status="returned").select_related("state").order_by("since", "pk")

    def waiting_for(self, user):
        """Those that this person is to go on writing: returned ones and drafts; the longest waiting first."""
        if scope(user, Action.DRAFT_PROPOSAL) == Scope.NONE:
            return self.none()
        rows = self.visible_to(user).filter(status__in=("returned", "draft"))
        return rows.select_related("state").order_by("since", "pk")

    def by_turn(self):
        """The State's turn first, then the secretariat's, then what is done; the latest first in each."""
        ranks = [When(status=status, then=Value(rank)) for rank, status in enumerate(ORDER)]
        return self.order_by(Case(*ranks, default=Value(len(ORDER))), "-since", "-pk")

    def counted_by(self, *fields):
        """[(value …, how many)] of each combination of values."""
        return self.order_by(*fields).values_list(*fields).annotate(n=Count("pk"))

    def ended(self):
        """Accepted or withdrawn."""
        return self.exclude(status__in=OPEN)

    def with_uuid(self, uuid):
        return self.filter(uuid=uuid)

    def with_uuids(self, uuids):
        return self.filter(uuid__in=uuids)


class StepQuerySet(models.QuerySet):
    def of(self, proposal):
        return self.filter(proposal=proposal).select_related("by").defer("data")

    def last_submission(self, proposal):
        """The step at which it was submitted last, or None."""
        return self.filter(proposal=proposal, step="submitted").last()


class ThingQuerySet(models.QuerySet):
    """Rows about things that are known by kind and key."""

    def of(self, subject):
        """Those about one thing, given as (kind, key)."""
        kind, key = subject
        return self.filter(subject_kind=kind, subject_key=key)

    def of_any(self, kind, keys):
        return self.filter(subject_kind=kind, subject_key__in=keys)


class FlagQuerySet(ThingQuerySet):
    def visible_to(self, user):
        """One's own; moderators see all."""
        if scope(user, Action.MODERATE) == Scope.ANY:
            return self
        return self.filter(by=user) if user.is_authenticated else self.none()

    def by_person(self, person):
        return self.filter(by=person)

    def open(self):
        return self.filter(decision="open")

    def since(self, moment):
        return self.filter(created__gt=moment)

    def waiting_things(self):
        """[{subject_kind, subject_key, since, n}] of the things with open reports, the longest waiting first."""
        rows = self.open().order_by().values("subject_kind", "subject_key")
        return rows.annotate(since=Min("created"), n=Count("pk")).order_by("since", "subject_key")

    def for_list(self):
        return self.select_related("by", "by__state", "by__organisation", "decided_by")


class DecisionQuerySet(ThingQuerySet):
    def visible_to(self, user):
        """Those on what is one's own; moderators see all."""
        if scope(user, Action.MODERATE) == Scope.ANY:
            return self
        return self.told_to(user) if user.is_authenticated else self.none()

    def told_to(self, author):
        """Those on what is somebody's own that concern him."""
        return self.filter(author=author).exclude(act__in=UNTOLD)

    def with_act(self, act):
        return self.filter(act=act)

    def for_list(self):
        return self.select_related("by", "author")
