"""Adjectives of documents."""

from django.db.models import Exists, OuterRef, Q

from members.access import Action, Scope, scope
from members.querysets import LabelledQuerySet


class DocumentQuerySet(LabelledQuerySet):
    def visible_to(self, user):
        """As every record; files of proposals that are not accepted are reached through the proposal alone."""
        rows = super().visible_to(user)
        return rows.without_proposed() if scope(user, Action.READ_UNPUBLISHED) == Scope.ANY else rows

    def without_proposed(self):
        """All but the drafts that came with a proposal which is not, or not yet, accepted."""
        return self.exclude(self._is_proposed())

    def proposed_by(self, author):
        """The drafts that somebody added to proposals which are not, or not yet, accepted."""
        return self.filter(self._is_proposed(), author=author)

    def _is_proposed(self):
        came = self.model.proposals.through.objects.filter(document=OuterRef("pk"))
        accepted = came.filter(proposal__status="accepted")
        return Q(publication=self.model.Publication.DRAFT) & Exists(came) & ~Exists(accepted)

    def official_first(self):
        return self.order_by("-official", "language", "title_en", "pk")

    def on(self, record):
        """The documents that hang on a record."""
        return self.filter(pk__in=record.documents.values("pk"))

    def of_state(self, state):
        return self.filter(state=state)

    def of_invitation(self, invitation):
        """The government's notes that came with an invitation to a seat."""
        return self.filter(invitation=invitation)
