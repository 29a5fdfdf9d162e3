"""Adjectives of documents."""

from members.querysets import LabelledQuerySet


class DocumentQuerySet(LabelledQuerySet):
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
