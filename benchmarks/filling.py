"""Fills a database with events and instruments that are distributed like the real ones."""

from contextlib import contextmanager
from itertools import islice

from django.db import transaction
from django.utils import translation

from benchmarks.made_events import EventMaker
from benchmarks.made_instruments import InstrumentMaker
from events.models import MajorEvent
from legislation.models import Instrument

BATCH = 2000


def fill(*, events, instruments, seed=1, say=lambda text: None):
    """Bring the database to so many events and instruments, in one transaction; the same ones for the same seed."""
    wanted = {EventMaker: events, InstrumentMaker: instruments}
    with translation.override("en"), transaction.atomic(), _times_as_given(MajorEvent, Instrument):
        for kind, number in wanted.items():
            maker = kind(seed)
            missing = max(number - maker.model.objects.count(), 0)
            made = maker.make(missing)
            while batch := list(islice(made, BATCH)):
                maker.store(batch)
            say(f"{maker.model._meta.verbose_name_plural}: {missing} made, {maker.model.objects.count()} there")


@contextmanager
def _times_as_given(*models):
    """Saving keeps the times of recording that a record has, instead of writing the present one."""
    fields = [model._meta.get_field(name) for model in models for name in ("created", "updated")]
    before = [(field.auto_now, field.auto_now_add) for field in fields]
    for field in fields:
        field.auto_now = field.auto_now_add = False
    try:
        yield
    finally:
        for field, (now, now_add) in zip(fields, before, strict=True):
            field.auto_now, field.auto_now_add = now, now_add
