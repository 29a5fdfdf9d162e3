"""Adjectives of instruments, their relations and treaty actions."""

from django.db import models
from django.db.models import Case, CharField, Count, Exists, F, Func, Max, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.db.models.lookups import GreaterThan

from core.dates import undecided_periods
from members.querysets import LabelledQuerySet
from reference.querysets import named

# The day from which an instrument is judged; "" where none is recorded.
STARTED = Func(
    "in_force_on",
    "adopted_on",
    template="COALESCE(NULLIF(%(expressions)s)",
    arg_joiner=", ''), ",
    output_field=CharField(),
)
# In force before it was adopted. SQLite takes the index of it only where the words hold no parameter.
BACKDATED = GreaterThan(F("adopted_on"), Func("in_force_on", template="NULLIF(%(expressions)s, '')"))
# Where no day of its end is recorded, a text is in force as long as its status says so.
LASTING = ["in-force", "amended"]


def _open_starts(date):
    """The values of `start` that do not tell whether a text had begun on a day."""
    return ["", *undecided_periods(date)]


def _in_force(first, last):
    """The Q of rows with their `start` that were in force for certain from the first to the last of some days."""
    lasting = Q(repealed_on__gt=last.isoformat()) | Q(repealed_on="", status__in=LASTING)
    return Q(start__lte=first.isoformat()) & ~Q(start__in=_open_starts(first)) & lasting


def _answer(first, last):
    """The expression of `in_force_answer` over rows with their `start`; see InstrumentQuerySet.answered_during."""
    ended = Q(repealed_on__gt="", repealed_on__lte=first.isoformat()) & ~Q(repealed_on__in=undecided_periods(first))
    return Case(
        When(_in_force(first, last), then=Value("yes")),
        When(Q(start__gt=last.isoformat()) | ended, then=Value("no")),
        default=Value("unknown"),
        output_field=CharField(),
    )


class InstrumentQuerySet(LabelledQuerySet):
    def answered_for(self, date):
        """Each with `in_force_answer` for a day: "yes", "no" or "unknown"; see `answered_during`."""
        return self.answered_during(date, date)

    def answered_during(self, first, last):
        """Each with `in_force_answer` for the days from `first` to `last`.

        "yes" is in force on every one of them for certain, "no" on none for certain, "unknown" the rest: for a part
        of the days only, or not known. An instrument without a day of entry into force is judged by its day of
        adoption. It is not known where a date of reduced precision leaves it open, where no start is recorded, and
        where the text has ended on a day that nobody recorded. So it is with a text that began and ended on one day.
        """
        return self.annotate(start=STARTED).annotate(in_force_answer=_answer(first, last))

    def in_force_on(self, date):
        """Instruments that were in force on a day for certain."""
        day = date.isoformat()
        # Only what was put into force for the past was adopted later. With that limit the index of the list is read
        # from the day backwards, and not from today.
        later = self.model.objects.filter(BACKDATED, adopted_on__gt=day, in_force_on__lte=day)
        latest = Subquery(later.order_by("-adopted_on").values("adopted_on")[:1])
        until = Coalesce(latest, Value(day), output_field=CharField())
        return self.alias(start=STARTED).filter(_in_force(date, date), adopted_on__lte=until)

    def maybe_in_force_on(self, date):
        """Instruments of which it is not known whether they were in force on a day."""
        day, undecided = date.isoformat(), undecided_periods(date)
        not_ended = Q(repealed_on="") | Q(repealed_on__gt=day) | Q(repealed_on__in=undecided)
        open_end = Q(repealed_on="") & ~Q(status__in=LASTING) | Q(repealed_on__in=undecided)
        open_somewhere = Q(start__in=_open_starts(date)) | open_end
        return self.alias(start=STARTED).filter(not_ended & open_somewhere, start__lte=day)

    def about(self, theme_slug):
        return self.filter(themes__slug=theme_slug)

    def of_state(self, state):
        return self.filter(state=state)

    def concerning(self, event, states):
        """The law of these States and, told apart by `made_for_it`, what was made for an event wherever it is from."""
        made = self.model.events.through.objects.filter(majorevent=event)
        rows = self.filter(Q(state__in=states) | Q(pk__in=made.values("instrument")))
        return rows.annotate(made_for_it=Exists(made.filter(instrument=OuterRef("pk"))))

    def of_level(self, level):
        return self.filter(level=level)

    def counted_by_answer(self, *paths):
        """{value of the path, or of several as a tuple: {answer: number}}; a text counts under each of its themes."""
        counts = {}
        rows = self.order_by().values_list(*paths, "in_force_answer").annotate(n=Count("pk"))
        for *values, answer, n in rows:
            counts.setdefault(tuple(values) if len(paths) > 1 else values[0], {})[answer] = n
        return counts

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

    def of_sub_region(self, region):
        """The national law of the States of a sub-region."""
        return self.filter(state__sub_region=region)

    def counted_by_sub_region(self):
        """{sub-region's id: number of texts of its States} in one query."""
        rows = self.filter(state__isnull=False).order_by()
        return dict(rows.values_list("state__sub_region").annotate(n=Count("pk")))

    def counted_by_state_and_theme(self, date):
        """Rows of (State's id, theme's id, answer for the day, texts, verified texts, day of the last verification)."""
        rows = self.answered_for(date).filter(state__isnull=False, themes__isnull=False).order_by()
        return rows.values_list("state", "themes", "in_force_answer").annotate(
            n=Count("pk"), verified=Count("verified_on"), newest=Max("verified_on")
        )

    def counted_by_level(self):
        """[(level, name of the State or None, number of texts)] in one query."""
        rows = self.order_by().values_list("level", named("state__name")).annotate(n=Count("pk"))
        return list(rows)

    def for_list(self):
        return self.select_related("state", "organisation").defer("search_text")

    def for_detail(self):
        return self.select_related("state", "organisation", "verified_by").prefetch_related("themes")


class RelationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Relations of which `user` may know both ends."""
        instruments = self.model._meta.get_field("instrument").related_model.objects.visible_to(user)
        ends = (Exists(instruments.filter(pk=OuterRef(end))) for end in ("instrument", "target"))
        return self.filter(*ends)

    def from_(self, instrument):
        return self.filter(instrument=instrument)

    def towards(self, instrument):
        return self.filter(target=instrument)

    def of_kind(self, kind):
        return self.filter(kind=kind)

    def repealing(self, instruments):
        """(key of a repealed one of these instruments, key of what repeals it)."""
        rows = self.filter(kind=self.model.Kind.REPEALS, target__in=instruments)
        return rows.values_list("target_id", "instrument_id")

    def for_list(self):
        return self.select_related("instrument", "target")


class TreatyActionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Actions on the treaties that `user` may know of."""
        instruments = self.model._meta.get_field("instrument").related_model.objects.visible_to(user)
        return self.filter(Exists(instruments.filter(pk=OuterRef("instrument"))))

    def on(self, instrument):
        return self.filter(instrument=instrument)

    def on_any(self, instruments):
        return self.filter(instrument__in=instruments)

    def of_states(self, states):
        """What these States did, whatever the treaty, by date."""
        return self.filter(state__in=states).order_by("date", "pk")

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
