"""Adjectives of consultations, what States say in them, and their positions. Who reads an edition knows of them."""

from django.db import models
from django.db.models import Max, Q
from django.utils import timezone

from consultations.rules import spaces_of
from members.access import Action, Scope, can, scope
from training.querysets import WithinEdition


class ConsultationQuerySet(WithinEdition):
    def open(self):
        """Those in which the States comment now."""
        now = timezone.now()
        return self.filter(opens__lte=now, ends__gt=now)

    def begun(self):
        return self.filter(opens__lte=timezone.now())

    def unclosed(self):
        """Those whose comments are not all disposed of and published."""
        return self.filter(closed=None)

    def ended(self):
        return self.filter(ends__lte=timezone.now())

    def with_key(self, key):
        return self.filter(pk=key)

    def for_list(self):
        return self.select_related("edition__work").order_by("-closes", "-pk")

    def for_detail(self):
        return self.select_related("edition__work").prefetch_related("chapters", "states", "extensions")

    def locked(self):
        """What changes a consultation, or depends on how it stands, waits for who changes it already."""
        return self.select_for_update(of=("self",), no_key=True)


class WithinConsultation(models.QuerySet):
    """Rows that hang on a consultation: those whom it concerns are judged by the row's State."""

    def of(self, consultation):
        return self.filter(consultation=consultation)

    def by_state(self, state):
        return self.filter(state=state)

    def _known(self, user):
        consultations = self.model._meta.get_field("consultation").related_model.objects
        return self.filter(consultation__in=consultations.visible_to(user))


class SpokenQuerySet(WithinConsultation):
    """Answers and extensions of States: known to all mandate-holders and the secretariat, and to one's own State."""

    def visible_to(self, user):
        reach = scope(user, Action.READ_COMMENTS)
        if reach == Scope.NONE:
            return self.none()
        rows = self._known(user)
        return rows if reach == Scope.ANY else rows.filter(state__in=spaces_of(user))


class CommentQuerySet(WithinConsultation):
    def visible_to(self, user):
        """Those of one's own State, and those that others submitted where these are shown already; the secretariat
        knows of each as soon as it is submitted, and of no draft."""
        reach = scope(user, Action.READ_COMMENTS)
        if reach == Scope.NONE:
            return self.none()
        allowed = Q(state__in=spaces_of(user))
        if can(user, Action.CONSULT):
            allowed |= ~Q(status="draft")
        elif reach == Scope.ANY:
            shown = Q(consultation__shown="at_once") | Q(consultation__ends__lte=timezone.now())
            allowed |= Q(status="submitted", is_hidden=False) & shown
        return self._known(user).filter(allowed)

    def with_key(self, key):
        return self.filter(pk=key)

    def drafts(self):
        return self.filter(status="draft")

    def submitted(self):
        """What was officially said, and not taken back."""
        return self.filter(status="submitted")

    def undisposed(self):
        return self.submitted().filter(disposition="")

    def disposed(self):
        return self.submitted().exclude(disposition="")

    def in_chapter(self, chapter):
        return self.filter(chapter=chapter)

    def about(self, paragraph):
        """Those on one paragraph, whatever its edition."""
        return self.filter(placed__paragraph=paragraph)

    def on(self, placed):
        return self.filter(placed=placed)

    def proposing(self):
        """Those that propose another text."""
        return self.exclude(proposed="")

    def in_matrix_order(self):
        """General comments first, then chapter after chapter, paragraph after paragraph, State after State."""
        return self.order_by(
            models.F("chapter__order").asc(nulls_first=True), models.F("placed__order").asc(nulls_first=True),
            "state__iso2", "serial", "pk",
        )  # fmt: skip

    def for_list(self):
        """With what a list says of each."""
        return self.select_related("consultation", "state", "chapter", "placed__paragraph")

    def for_detail(self):
        return self.select_related(
            "consultation__edition__work", "state", "author", "chapter", "placed__paragraph", "placed__chapter"
        )

    def last_serial(self):
        """The highest number given so far to a submitted comment among these, or 0."""
        return self.aggregate(last=Max("serial"))["last"] or 0

    def locked(self):
        return self.select_for_update(of=("self",), no_key=True)


class WithinComment(models.QuerySet):
    """Rows that hang on a comment."""

    def visible_to(self, user):
        comments = self.model._meta.get_field("comment").related_model.objects
        return self.filter(comment__in=comments.visible_to(user))

    def of(self, comment):
        return self.filter(comment=comment)


class CommentNoteQuerySet(WithinComment):
    def visible_to(self, user):
        """What is said in one's own State's space: nobody else reads it, submitted or not."""
        return super().visible_to(user).filter(comment__state__in=spaces_of(user))

    def for_list(self):
        return self.select_related("by").order_by("at", "pk")


class EndorsementQuerySet(WithinComment):
    def by_state(self, state):
        return self.filter(state=state)

    def for_list(self):
        return self.select_related("state").order_by("state__iso2")


class StandingQuerySet(WithinEdition):
    """Positions and adoptions of States: every member who reads the edition reads them."""

    def visible_to(self, user):
        return super().visible_to(user) if user.is_authenticated else self.none()

    def by_state(self, state):
        return self.filter(state=state)

    def for_list(self):
        return self.select_related("state")
