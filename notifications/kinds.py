"""What people can be told of, and of which records: each app registers its own."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Group(models.TextChoices):
    """What a person chooses the mail for."""

    MY_WORK = "my_work", _("what waits for me, and what became of it")
    WATCHED = "watched", _("changes of what I watch")
    MY_STATE = "my_state", _("changes of my State's records by others")


@dataclass(frozen=True)
class NotificationKind:
    """One thing people are told of. `said` names the record as %(title)s, and who caused it as %(by)s if at all;
    `bare` is the sentence for those who may not know the title, or where it may not be written down."""

    name: str
    group: str
    said: str
    bare: str


def _nothing(record):
    return []


@dataclass(frozen=True)
class Subject:
    """Records that can be told of: `rows(user)` gives those that a user may know of; each has `str()`, `pk`, `label`
    where it carries one, and get_absolute_url() where it has a page. `watchable` where people may watch it.
    `under(record)` gives the [(subject name, key)] of the States and themes that it is filed under: who watches one of
    them is told of the record too."""

    name: str
    label: str
    rows: object
    watchable: bool = False
    under: object = _nothing


KINDS, SUBJECTS = {}, {}


def register_kind(kind):
    KINDS[kind.name] = kind
    return kind


def register_subject(subject):
    SUBJECTS[subject.name] = subject
    return subject
