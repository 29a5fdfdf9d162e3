"""Telling of many records at once: in the queue, a few at a time, so that a long import keeps no account locked."""

from django.apps import apps
from django.db import transaction
from django_q.tasks import async_task

from members.models import Labelled, User
from notifications.actions import tell_of_curation

AT_A_TIME = 20
PUBLISHED = Labelled.Publication.PUBLISHED


def tell_of_rows(model, keys, *, subject, published, by, in_bulk):
    """Tell of the rows of a model that are out: now of a few, by the queue of more, with the transaction's commit.

    `subject` is the name they are watched under.
    """
    if len(keys) <= AT_A_TIME:
        _tell(model, keys, subject=subject, published=published, by=by, in_bulk=in_bulk)
        return
    for start in range(0, len(keys), AT_A_TIME):
        told = (model._meta.label, keys[start : start + AT_A_TIME], subject, published, by.pk)
        async_task("moderation.bulk.tell_later", *told, q_options={"group": "news", "save": False})


@transaction.atomic
def tell_later(label, keys, subject, published, by):
    """Run by the queue's worker, all or nothing: it tries again when this raises, and nobody is told twice."""
    by = User.objects.filter(pk=by).first()
    _tell(apps.get_model(label), keys, subject=subject, published=published, by=by, in_bulk=True)


def _tell(model, keys, *, subject, published, by, in_bulk):
    for record in model.objects.filter(pk__in=keys, publication=PUBLISHED):
        tell_of_curation(record, subject=(subject, record.pk), published=published, by=by, in_bulk=in_bulk)
