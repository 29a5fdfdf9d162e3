"""What a notification says to its reader: made when it is read, from what the reader may know then."""

from collections import defaultdict
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from members.audiences import audiences_of
from notifications.kinds import KINDS, SUBJECTS

NOTHING = ("", None)  # the subject of what is about no record


@dataclass(frozen=True)
class Told:
    """A notification or a watch as its reader sees it; `record` is None where he may not know of it."""

    row: object
    record: object
    sentence: str = ""

    @property
    def url(self):
        """The record's page, or "" where it has none or the reader may not know of it."""
        return url_of(self.record)

    @property
    def kind_label(self):
        """What kind of record it is about."""
        return SUBJECTS[self.row.subject_kind].label if self.row.subject_kind in SUBJECTS else ""


def subject_of(row):
    """(subject name, key) of a notification or a watch."""
    return row.subject_kind, row.subject_key


def url_of(record):
    return record.get_absolute_url() if hasattr(record, "get_absolute_url") else ""


def record_for(user, subject):
    """The record of (subject name, key), or None where the user may not know of it."""
    name, key = subject
    return SUBJECTS[name].rows(user).filter(pk=key).first() if name else None


def known_to_all(rows):
    """Of some notifications or watches, the (subject name, key) of the records that everybody may know of.

    Only these may be named in a mail. Without a record nothing is named.
    """
    return {NOTHING, *_records(rows, AnonymousUser())}


def told(rows, reader):
    """Each of some notifications or watches as `Told`, with one query for each kind of record among them."""
    rows = list(rows)
    records = _records(rows, reader)
    return [_told(row, records.get(subject_of(row)), reader) for row in rows]


def _told(row, record, reader):
    return Told(row, record, sentence(row, record, reader) if hasattr(row, "kind") else "")


def _records(rows, reader):
    """{(subject name, key): record} of those that the reader may know of."""
    keys = defaultdict(set)
    for row in rows:
        keys[row.subject_kind].add(row.subject_key)
    found = {}
    for name in keys.keys() & SUBJECTS.keys():
        for record in SUBJECTS[name].rows(reader).filter(pk__in=keys[name]):
            found[name, record.pk] = record
    return found


def sentence(row, record, reader):
    """What happened, in the language that is active; without the title where there is no record to name."""
    if row.kind not in KINDS or (row.subject_kind and record is None):
        return bare_sentence(row)
    return str(KINDS[row.kind].said) % {"title": record, "by": _name(row.by, reader)}


def bare_sentence(row):
    """That something happened, in words that may stand anywhere."""
    return str(KINDS[row.kind].bare) if row.kind in KINDS else _("There is something new.")


def _name(person, reader):
    """Who caused it, by name for those to whom that person shows it."""
    if person is None:
        return _("the portal")
    return str(person) if person.name_shown_to in audiences_of(reader) else _("a member")
