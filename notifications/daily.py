"""The daily mail: what waits for it, gathered into one for each person. On Mondays it holds what waited for a week."""

import datetime

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone, translation

from core.dates import today
from members.models import User
from notifications.kinds import KINDS, SUBJECTS, Mail, usual_mail
from notifications.mails import mail_of_day
from notifications.models import Notification, Preference
from notifications.telling import is_to_come, known_to_all, records_for, subject_of, told

MOST_NAMED = 30


def send_daily_mails():
    """Give the queue one mail for each person for whom something waits; returns how many.

    Each mail and the note that it went are one transaction: run twice, or again after it was killed, it sends none
    twice and leaves none out.
    """
    waiting = Notification.objects.due().order_by("person").values_list("person", flat=True).distinct()
    return sum(_send_to(key) for key in list(waiting))


@transaction.atomic
def _send_to(key):
    """Whether the person got a mail: not where all was read meanwhile, or the account was closed, or wants no mail."""
    person = User.objects.select_for_update(no_key=True).get(pk=key)
    due = Notification.objects.visible_to(person).due()
    chosen = dict(Preference.objects.visible_to(person).values_list("group", "mail"))
    rows = [row for row in due.for_list() if _goes_today(row, chosen)]
    with translation.override(person.preferred_language):
        items = _still_new([row for row in rows if _mode(row, chosen) != Mail.NEVER], person)
        if items:
            _mail(person, items).send()
    due.filter(pk__in=[item.row.pk for item in items]).update(mailed=timezone.now())
    due.filter(pk__in=[row.pk for row in rows]).update(waits_since=None)
    return bool(items)


def _goes_today(row, chosen):
    """Whether it is no longer to wait: what comes once a week waits until the Monday (UTC) after it was told."""
    return _mode(row, chosen) != Mail.WEEKLY or row.waits_since < _monday()


def _mode(row, chosen):
    """When the person wants mail of it; none of what the portal no longer knows."""
    group = KINDS[row.kind].group if row.kind in KINDS else None
    return chosen.get(group, usual_mail(group)) if group else Mail.NEVER


def _monday():
    """The moment at which this week began."""
    day = today()
    return datetime.datetime.combine(day - datetime.timedelta(days=day.weekday()), datetime.time(), datetime.UTC)


def _still_new(rows, person):
    """What to tell of these rows: what the person may still know of and has not read all of in the portal."""
    if not person.is_active:
        return []
    items = [item for item in told(rows, person) if item.record is not None or not item.row.subject_kind]
    read = _read_by(person, {subject_of(item.row) for item in items})
    return [item for item in items if subject_of(item.row) not in read]


def _read_by(person, subjects):
    """Of some (subject name, key) those that the person has read all of."""
    found = set()
    for name in {name for name, _key in subjects if name and SUBJECTS[name].read_by}:
        keys = [key for other, key in subjects if other == name]
        found |= {(name, key) for key in SUBJECTS[name].read_by(person, keys)}
    return found


def _mail(person, items):
    """The mail, in the language that is active; it names what everybody may know of, and counts the rest."""
    open_to_all = known_to_all([item.row for item in items])
    named = [item for item in items if item.row.may_be_named(open_to_all)][:MOST_NAMED]
    groups = {KINDS[item.row.kind].group for item in items}
    days = [item.row.due for item in items if is_to_come(item.row.due)]
    return mail_of_day(person, _by_room(named), len(items) - len(named), groups, min(days, default=None))


def _by_room(items):
    """[(heading, items)]: first what stands in no room, then each room that everybody may know of by its name."""
    rooms = {}
    for item in items:
        room = SUBJECTS[item.row.subject_kind].room(item.record) if item.record else None
        rooms.setdefault(room, []).append(item)
    names = records_for(AnonymousUser(), [room for room in rooms if room])
    found = [(str(names.get(room, "")), items) for room, items in rooms.items()]
    return sorted(found, key=lambda section: section[0])
