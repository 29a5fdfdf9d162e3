"""The daily mail: what waits for it, gathered into one for each person."""

from django.db import transaction
from django.utils import timezone, translation

from members.models import User
from notifications.kinds import KINDS
from notifications.mails import mail_of_day
from notifications.models import Notification, Preference
from notifications.telling import known_to_all, told

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
    never = Preference.objects.visible_to(person).filter(mail=Preference.Mail.NEVER).values_list("group", flat=True)
    wanted = {name for name, kind in KINDS.items() if kind.group not in set(never)}
    rows = [row for row in due.for_list() if row.kind in wanted] if person.is_active else []
    if rows:
        _mail(person, rows).send()
        due.filter(pk__in=[row.pk for row in rows]).update(mailed=timezone.now())
    due.update(mail_due=False)
    return bool(rows)


def _mail(person, rows):
    """The mail; it names what everybody may know of, and counts the rest."""
    with translation.override(person.preferred_language):
        open_to_all = known_to_all(rows)
        named = [item for item in told(rows, person) if item.row.may_be_named(open_to_all)][:MOST_NAMED]
        groups = {KINDS[row.kind].group for row in rows}
        return mail_of_day(person, named, len(rows) - len(named), groups)
