"""Who of many may know of a record: each is asked by the same rule as for himself, fifty in one statement."""

from django.db.models import BigIntegerField, Value

from members.models import Mandate
from notifications.kinds import SUBJECTS

AT_A_TIME = 50


def readers_of(people, subject):
    """Those of some accounts that may know of (subject name, key), and its record: ([account], record).

    Of what is about no record all may know, and the record is None.
    """
    name, key = subject
    if not name:
        return people, None
    _know_mandates(people)
    rows = SUBJECTS[name].rows
    asked = [_question(rows(person).filter(pk=key), person) for person in people]
    known = set()
    for start in range(0, len(asked), AT_A_TIME):
        first, *others = asked[start : start + AT_A_TIME]
        known.update(first.union(*others, all=True))
    found = [person for person in people if person.pk in known]
    return found, rows(found[0]).filter(pk=key).first() if found else None


def _question(rows, person):
    """The primary key of a person where the rows that he may know of are not empty."""
    asked = rows.order_by().annotate(reader=Value(person.pk, output_field=BigIntegerField()))
    return asked.values_list("reader", flat=True)


def _know_mandates(people):
    """Read the mandates of today of all of them at once; each account keeps its own."""
    held = {person.pk: [] for person in people}
    for mandate in Mandate.objects.in_force().filter(person__in=held).select_related("state"):
        held[mandate.person_id].append(mandate)
    for person in people:
        person.mandates_in_force = held[person.pk]
