"""Writes of law that touch more than the instrument's own row."""

from django.db import transaction

from legislation.models import Instrument, InstrumentRelation

REPEALS = InstrumentRelation.Kind.REPEALS


@transaction.atomic
def set_repealers(instrument, *, slugs, by):
    """Say that exactly these instruments repeal `instrument`."""
    relations = instrument.inverse_relations.filter(kind=REPEALS).select_related("instrument")
    for relation in relations.exclude(instrument__slug__in=slugs):
        relation._history_user = by
        relation.delete()
    there = set(relations.values_list("instrument__slug", flat=True))
    for repealer in Instrument.objects.filter(slug__in=slugs - there):
        relation = InstrumentRelation(instrument=repealer, kind=REPEALS, target=instrument)
        relation._history_user = by
        relation.save()


@transaction.atomic
def set_relations(instrument, *, kind, targets, by):
    """Say that `instrument` does this to exactly these instruments."""
    relations = instrument.relations.of_kind(kind)
    for relation in relations.exclude(target__in=targets):
        relation._history_user = by
        relation.delete()
    there = set(relations.values_list("target", flat=True))
    for target in targets:
        if target.pk not in there:
            relation = InstrumentRelation(instrument=instrument, kind=kind, target=target)
            relation._history_user = by
            relation.save()
