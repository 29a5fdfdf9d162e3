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

    def with_undisposed(self):
        """Each with how many of its comments wait for a disposition."""
        waiting = Q(comments__status="submitted", comments__disposition="")
        return self.annotate(undisposed=models.Count("comments", filter=waiting))

    def under_way(self):
        """Those that are open, or not open yet."""
        return self.filter(closed=None, ends__gt=timezone.now())

    def with_key(self, key):
        return self.filter(pk=key)

    def for_list(self):
        return self.select_related("edition__work").order_by("-closes", "-pk")

    def for_part(self, chapter):
        """Those on a chapter, or for None on any part of their edition, the latest first."""
        rows = self.order_by("-closes", "-pk")
        return rows.filter(Q(chapters=None) | Q(chapters=chapter)) if chapter else rows

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

    def outside_states(self, keys):
        """Those of other States than these."""
        return self.exclude(state__in=keys)

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

    def for_list(self):
        return self.select_related("state").order_by("state__iso2")

    def until(self, moment):
        """Extensions that end by a moment."""
        return self.filter(closes__lte=moment)


class CommentQuerySet(WithinConsultation):
    def visible_to(self, user):
        """Those of one's own State, and those that others submitted where these are shown already; the secretariat
        knows of each as soon as it is submitted, and of no draft."""
        shown = Q(consultation__shown="at_once") | Q(consultation__ends__lte=timezone.now())
        return self._known(user)._heard_by(user, shown)

    def visible_within(self, consultations, user):
        """The same, in some consultations that passed the gate and are at hand: nothing is read of them again."""
        now = timezone.now()
        shown = [row.pk for row in consultations if row.shown == "at_once" or row.ends <= now]
        within = self.filter(consultation__in=[row.pk for row in consultations])
        return within._heard_by(user, Q(consultation__in=shown))

    def _heard_by(self, user, shown):
        reach = scope(user, Action.READ_COMMENTS)
        if reach == Scope.NONE:
            return self.none()
        allowed = Q(state__in=spaces_of(user))
        if can(user, Action.CONSULT):
            allowed |= ~Q(status="draft")
        elif reach == Scope.ANY:
            allowed |= Q(status="submitted", is_hidden=False) & shown
        return self.filter(allowed)

    def with_key(self, key):
        return self.filter(pk=key)

    def with_keys(self, keys):
        return self.filter(pk__in=keys)

    def by_token(self, token):
        return self.filter(token=token)

    def with_status(self, status):
        return self.filter(status=status)

    def counted_by_status(self):
        """{status: how many}."""
        return dict(self.order_by().values_list("status").annotate(n=models.Count("pk")))

    def unsubmitted(self):
        """What a State can submit: its drafts, and what it withdrew."""
        return self.exclude(status="submitted")

    def standing(self):
        """Drafts, and what was submitted and not taken back."""
        return self.exclude(status="withdrawn")

    def on_paragraphs_of(self, chapter):
        """Said twice of the chapter: PostgreSQL would read the paragraphs of all editions otherwise."""
        return self.filter(chapter=chapter, placed__chapter=chapter)

    def with_notes(self):
        """Each with how many notes its State made on it."""
        return self.annotate(note_count=models.Count("notes"))

    def drafts(self):
        return self.filter(status="draft")

    def submitted(self):
        """What was officially said, and not taken back."""
        return self.filter(status="submitted")

    def undisposed(self):
        return self.submitted().filter(disposition="")

    def in_chapter(self, chapter):
        return self.filter(chapter=chapter)

    def outside_chapters(self, keys):
        """Those on other chapters than these; what is said of the whole text is on none."""
        return self.exclude(chapter=None).exclude(chapter__in=keys)

    def about(self, paragraph):
        """Those on one paragraph, whatever its edition."""
        return self.filter(placed__paragraph=paragraph)

    def on(self, placed):
        return self.filter(placed=placed)

    def proposing(self):
        """Those that propose another text."""
        return self.exclude(proposed="")

    def with_disposition(self, disposition):
        return self.filter(disposition=disposition)

    def coded(self, codes):
        """Those of some codes, given as [(code of the State, number)]: "BR 12" is ("BR", 12)."""
        wanted = Q(pk__in=[])
        for code, number in codes:
            wanted |= Q(state__iso2=code, serial=number)
        return self.filter(wanted)

    def with_rivals(self):
        """Each with `has_rivals`: whether another submitted one would have its paragraph say something else."""
        others = self.model.objects.submitted().proposing().order_by()
        others = others.filter(placed=models.OuterRef("placed"), text_language=models.OuterRef("text_language"))
        others = others.exclude(proposed=models.OuterRef("proposed")).exclude(pk=models.OuterRef("pk"))
        return self.annotate(has_rivals=models.Exists(others))

    def rivalling(self):
        """Those that propose another text than others do for the same paragraph."""
        return self.with_rivals().proposing().filter(has_rivals=True)

    def together_with(self, comment):
        """The others that are handled together with one."""
        first = comment.handled_with_id or comment.pk
        return self.filter(Q(handled_with=first) | Q(pk=first)).exclude(pk=comment.pk)

    def unapplied(self):
        """Accepted proposals that no change of the text answers yet."""
        return self.filter(disposition__in=["accepted", "in_part"], changes=None).proposing()

    def in_matrix_order(self):
        """General comments first, then chapter after chapter, paragraph after paragraph, State after State."""
        return self.order_by(
            models.F("chapter__order").asc(nulls_first=True), models.F("placed__order").asc(nulls_first=True),
            "state__iso2", "serial", "pk",
        )  # fmt: skip

    def for_list(self):
        """With what a list says of each."""
        return self.select_related("consultation", "state", "chapter", "placed__paragraph")

    def with_author(self):
        """With who drafted each."""
        return self.select_related("author")

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

    def on_current(self):
        """On the editions that hold."""
        return self.filter(edition__status="final").select_related("edition__work")

    def on_any(self, editions, states):
        """What some States say of some editions."""
        return self.filter(edition__in=editions, state__in=states)
