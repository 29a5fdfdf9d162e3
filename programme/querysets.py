"""Adjectives of activities, participations and pages."""

from django.db import models
from django.db.models import Count, Q

from members.querysets import LabelledQuerySet
from reference.querysets import DatedQuerySet, ReferenceQuerySet, named


class ActivityQuerySet(LabelledQuerySet, DatedQuerySet):
    def about(self, theme_slug):
        return self.filter(themes__slug=theme_slug)

    def with_partner(self, code):
        return self.filter(partners__code=code)

    def hosted_or_joined_by(self, state):
        """Activities that a State hosted or took part in."""
        return self.filter(Q(host_state=state) | Q(participations__state=state)).distinct()

    def for_list(self):
        return self.select_related("host_state").defer("search_text")

    def for_detail(self):
        return self.select_related("host_state").prefetch_related("themes", "partners")

    def partners_counted(self, organisations):
        """`organisations` that partnered in these activities, each with `activity_count`, most first."""
        counted = organisations.annotate(activity_count=Count("activities", filter=Q(activities__in=self)))
        return counted.filter(activity_count__gt=0).order_by("-activity_count", named())


class ParticipationQuerySet(models.QuerySet):
    def of(self, activity):
        return self.filter(activity=activity).select_related("state").order_by(named("state__name"))


class PageQuerySet(ReferenceQuerySet):
    """Pages are open to everybody."""

    def at(self, slug):
        """The page of an address, or None where nobody wrote it."""
        return self.filter(slug=slug).first()
