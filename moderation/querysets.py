"""Adjectives of proposals."""

from django.db import models
from django.db.models import Q

from members.access import Action, Scope, scope, state_ids_of


class ProposalQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A State's mandate-holders see its proposals, an expert his own, reviewers whatever was once submitted."""
        if scope(user, Action.REVIEW) == Scope.ANY:
            return self.exclude(status=self.model.Status.DRAFT)
        reach = scope(user, Action.DRAFT_PROPOSAL)
        if reach == Scope.NONE:
            return self.none()
        mine = Q(author=user)
        return self.filter(mine | Q(state__in=state_ids_of(user)) if reach == Scope.STATE else mine)

    def for_list(self):
        return self.select_related("state", "author")
