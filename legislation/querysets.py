"""Adjectives of instruments, their relations and treaty actions."""

from django.db import models
from django.db.models import Case, CharField, F, Max, Q, Value, When
from django.db.models.functions import Coalesce, NullIf

from core.dates import undecided_periods
from members.querysets import LabelledQuerySet


class InstrumentQuerySet(LabelledQuerySet):
    def answered_for(self, date):
        """Each with `in_force_answer` for a day: "yes", "no" or "unknown".

        An instrument without a day of entry into force is judged by its day of adoption. It is not known
        where the day falls inside a date of reduced precision, where no start is recorded, and where the text
        has ended on a day that nobody recorded.
        """
        day, undecided = date.isoformat(), undecided_periods(date)
        rows = self.annotate(start=Coalesce(NullIf("in_force_on", Value("")), NullIf("adopted_on", Value(""))))
        ended = ~Q(repealed_on="") & Q(repealed_on__lte=day) & ~Q(repealed_on__in=undecided)
        return rows.annotate(
            in_force_answer=Case(
                When(start__gt=day, then=Value("no")),
                When(ended, then=Value("no")),
                When(Q(start__isnull=True) | Q(start__in=undecided), then=Value("unknown")),
                When(repealed_on__in=undecided, then=Value("unknown")),
                When(repealed_on__gt=day, then=Value("yes")),
                When(status__in=["in-force", "amended"], then=Value("yes")),
                default=Value("unknown"),
                output_field=CharField(),
            )
        )

    def in_force_on(self, date):
        """Instruments that were in force on a day for certain."""
        return self.answered_for(date).filter(in_force_answer="yes")

    def maybe_in_force_on(self, date):
        """Instruments of which it is not known whether they were in force on a day."""
        return self.answered_for(date).filter(in_force_answer="unknown")

    def about(self, theme_slug):
        return self.filter(themes__slug=theme_slug)

    def of_state(self, state):
        return self.filter(state=state)

    def adopted_between(self, first=None, last=None):
        """Adopted in the years from `first` to `last`; None leaves that side open."""
        rows = self.exclude(adopted_on="")
        if first is not None:
            rows = rows.filter(adopted_on__gte=f"{first:04}")
        if last is not None:
            rows = rows.filter(adopted_on__lt=f"{last + 1:04}")
        return rows

    def treaties(self):
        """Instruments that States sign and ratify: those with at least one treaty action."""
        actions = self.model._meta.get_field("treaty_actions").related_model
        return self.filter(pk__in=actions.objects.values("instrument"))

    def latest_first(self):
        return self.order_by("-adopted_on", "-pk")

    def oldest_first(self):
        """By day of adoption; those without one come last."""
        return self.order_by(NullIf("adopted_on", Value("")).asc(nulls_last=True), "pk")

    def for_list(self):
        return self.select_related("state", "organisation").defer("search_text")

    def for_detail(self):
        return self.select_related("state", "organisation", "verified_by").prefetch_related("themes")


class RelationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Relations of which `user` may know both ends."""
        instruments = self.model._meta.get_field("instrument").related_model.objects.visible_to(user)
        return self.filter(instrument__in=instruments, target__in=instruments)

    def from_(self, instrument):
        return self.filter(instrument=instrument)

    def towards(self, instrument):
        return self.filter(target=instrument)

    def for_list(self):
        return self.select_related("instrument", "target")


class TreatyActionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Actions on the treaties that `user` may know of."""
        instruments = self.model._meta.get_field("instrument").related_model
        return self.filter(instrument__in=instruments.objects.visible_to(user))

    def on(self, instrument):
        return self.filter(instrument=instrument)

    def of_state(self, state):
        """What one State did with treaties, treaty by treaty."""
        return self.filter(state=state).select_related("instrument").order_by("instrument__adopted_on", "date")

    def bound_states_count(self):
        """How many States are bound: those whose latest consent is later than their latest withdrawal."""
        withdrawal = Q(kind=self.model.Kind.WITHDRAWAL)
        states = (
            self.order_by()
            .values("state")
            .annotate(
                consented=Max("date", filter=Q(kind__in=self.model.CONSENT)), withdrew=Max("date", filter=withdrawal)
            )
        )
        bound = Q(withdrew__isnull=True) | Q(consented__gt=F("withdrew"))
        return states.filter(bound, consented__isnull=False).count()
