"""What a notification says to its reader: made when it is read, from what the reader may know then."""

from collections import defaultdict
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from core.dates import Precision, say_date, today
from members.audiences import audiences_of
from notifications.kinds import KINDS, SUBJECTS
from notifications.levels import kind_in, terms_in

NOTHING = ("", None)  # the subject of what is about no record


@dataclass(frozen=True)
class Told:
    """A notification or a watch as its reader sees it; `record` is None where he may not know of it.

    `others` are the other records of a combination.
    """

    row: object
    record: object
    sentence: str = ""
    others: tuple = ()

    @property
    def url(self):
        """The record's page, or "" where it has none or the reader may not know of it."""
        return url_of(self.record, getattr(self.row, "kind", ""))

    @property
    def kind_label(self):
        """What kind of record it is about."""
        return SUBJECTS[self.row.subject_kind].label if self.row.subject_kind in SUBJECTS else ""

    @property
    def is_talk(self):
        """Whether it is about something in which people are mentioned and answered, or may be."""
        return bool(self.row.also) or self.row.subject_kind in SUBJECTS and SUBJECTS[self.row.subject_kind].is_talk

    @property
    def title(self):
        """The name of what is watched, all terms of a combination; "" where the reader may not know of one."""
        only = SUBJECTS.get(kind_in(self.row.also))
        names = [self.record, *self.others, *([only.label] if only else [])]
        return "" if None in names else " + ".join(map(str, names))

    @property
    def deadline(self):
        """Until when something can be done about it, or ""."""
        return say_date(self.row.due, Precision.DAY) if is_to_come(self.row.due) else ""


def subject_of(row):
    """(subject name, key) of a notification or a watch."""
    return row.subject_kind, row.subject_key


def url_of(record, kind=""):
    """Where a record is read, or what was told of it by a kind of notification; "" where it has no page."""
    if not hasattr(record, "get_absolute_url"):
        return ""
    return record.get_absolute_url() + (KINDS[kind].query if kind in KINDS else "")


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
    return [_told(row, records, reader) for row in rows]


def _told(row, records, reader):
    record = records.get(subject_of(row))
    if hasattr(row, "kind"):
        return Told(row, record, sentence(row, record, reader))
    return Told(row, record, others=tuple(records.get(subject) for subject in terms_in(row.also)))


def _records(rows, reader):
    """{(subject name, key): record} of those that the reader may know of."""
    subjects = [subject for row in rows for subject in (subject_of(row), *terms_in(getattr(row, "also", "")))]
    return records_for(reader, subjects)


def records_for(reader, subjects):
    """{(subject name, key): record} of those that the reader may know of."""
    keys = defaultdict(set)
    for name, key in subjects:
        keys[name].add(key)
    found = {}
    for name in keys.keys() & SUBJECTS.keys():
        for record in SUBJECTS[name].rows(reader).filter(pk__in=keys[name]):
            found[name, record.pk] = record
    return found


def sentence(row, record, reader):
    """What happened, in the language that is active; without the title where there is no record to name."""
    if row.kind not in KINDS or (row.subject_kind and record is None):
        return bare_sentence(row)
    return str(KINDS[row.kind].said % {"title": record, "by": _name(row.by, reader), "n": row.times})


def bare_sentence(row):
    """That something happened, in words that may stand anywhere."""
    return str(KINDS[row.kind].bare) if row.kind in KINDS else _("There is something new.")


def is_to_come(day):
    return day is not None and day >= today()


def with_deadline(said, day):
    """A sentence with the day by which something is to be done before it, where that is still to come."""
    if not is_to_come(day):
        return said
    return _("By %(day)s: %(what)s") % {"day": say_date(day, Precision.DAY), "what": said}


def _name(person, reader):
    """Who caused it, by name for those to whom that person shows it."""
    if person is None:
        return _("the portal")
    return str(person) if person.name_shown_to in audiences_of(reader) else _("a member")
