"""Verbs for when a record becomes a part of another, or another comes out of it: who watched goes on being told."""

from django.db import transaction

from notifications.models import Notification, Watch


@transaction.atomic
def hand_on(*, subject, to):
    """Who watched a record, given as (subject name, key), watches another in its place; news of it leads there too.

    How somebody already watches the other stays as he chose it.
    """
    name, key = to
    theirs = Watch.objects.on([subject])
    chosen = set(Watch.objects.on([to]).values_list("person", "also"))
    theirs.filter(pk__in=[row.pk for row in theirs if (row.person_id, row.also) in chosen]).delete()
    theirs.update(subject_kind=name, subject_key=key)
    Notification.objects.about(subject).update(subject_kind=name, subject_key=key)


@transaction.atomic
def watch_too(*, subject, also):
    """Who watches a record watches another from now on as well, in the same way."""
    name, key = also
    rows = list(Watch.objects.on([subject]))
    for row in rows:
        row.pk, row.subject_kind, row.subject_key = None, name, key
    Watch.objects.bulk_create(rows, ignore_conflicts=True)
