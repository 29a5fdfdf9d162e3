"""What people can be told of, and of which records: each app registers its own."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Group(models.TextChoices):
    """What a person chooses the mail for."""

    MY_WORK = "my_work", _("what waits for me, and what became of it")
    WATCHED = "watched", _("changes of what I watch")
    MY_STATE = "my_state", _("changes of my State's records by others")
    ANSWERS = "answers", _("answers to my posts, and where I am mentioned")
    DISCUSSIONS = "discussions", _("new conversations and posts in what I watch")


class Mail(models.TextChoices):
    """When a mail about it comes. Once a day is one mail of all that waits, with what comes once a week on Mondays."""

    AT_ONCE = "at_once", _("at once")
    DAILY = "daily", _("once a day")
    WEEKLY = "weekly", _("once a week, on Monday")
    NEVER = "never", _("no mail")


# Of these, each is mailed to those who want it at once; of all others one mail a day for each record.
EACH_AT_ONCE = {Group.MY_WORK, Group.ANSWERS, Group.DISCUSSIONS}


def usual_mail(group):
    """How somebody is told who chose nothing: at once, but of conversations once a day."""
    return Mail.DAILY if group == Group.DISCUSSIONS else Mail.AT_ONCE


@dataclass(frozen=True)
class NotificationKind:
    """One thing people are told of. `said` names the record as %(title)s, who caused it as %(by)s if at all, and
    may be a lazy plural by "n", how often it happened since the reader last read of it; `bare` is the sentence for
    those who may not know the title, or where it may not be written down. `query` ("?…") follows the record's address
    where the news of it is to be opened."""

    name: str
    group: str
    said: object
    bare: str
    query: str = ""


def _nothing(_record):
    return []


def _none(_record):
    return None


@dataclass(frozen=True)
class Subject:
    """Records that can be told of: `rows(user)` gives those that a user may know of; each has `str()`, `pk`, `label`
    where it carries one, and get_absolute_url() where it has a page. `watchable` where people may watch it.

    `under(record)` gives the [(subject name, key)] of what it is filed under, such as States and themes: who watches
    one of them is told of the record too. `wider(keys)` gives what these of its records lie in themselves, as States
    lie in sub-regions. `room(record)` is the (subject name, key) of the room where it stands, whose watches are nearer
    to it than others, and `root(record)` of what its mails are grouped under, if not itself. `is_talk` where people
    write in it, and can be mentioned and answered. `choices(user)` gives the rows that may be part of a combination.
    `read_by(user, keys)` gives those of the keys that a user has read all of in the portal.
    """

    name: str
    label: str
    rows: object
    watchable: bool = False
    under: object = _nothing
    wider: object = _nothing
    room: object = _none
    root: object = _none
    is_talk: bool = False
    choices: object = None
    read_by: object = None

    @property
    def is_filed(self):
        """Whether what people watch may lead to it."""
        return self.under is not _nothing


KINDS, SUBJECTS = {}, {}


def register_kind(kind):
    KINDS[kind.name] = kind
    return kind


def register_subject(subject):
    SUBJECTS[subject.name] = subject
    return subject
