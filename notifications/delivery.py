"""Telling some accounts of one thing: who of them may know of it, the rows, the mails, the number in the header.

All of it is read and written for many at once. Of more than a few the queue does it, in parts, so that who writes a
post does not wait for it.
"""

import datetime
from dataclasses import dataclass

from django.core.mail import get_connection
from django.db import transaction
from django.db.models import Count, F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django_q.tasks import async_task

from core.labels import Label
from members.models import User
from notifications.kinds import EACH_AT_ONCE, KINDS, Mail, usual_mail
from notifications.mails import mail_at_once
from notifications.models import Notification, Preference
from notifications.readers import readers_of
from notifications.telling import NOTHING, known_to_all

A_DAY = datetime.timedelta(days=1)
AT_ONCE, DAILY, WEEKLY, NEVER = Mail
MOST_NOW, AT_A_TIME = 20, 50


@dataclass(frozen=True)
class News:
    """What happened to which record, by whom (a primary key); `soonest` is when a mail about it goes to those who
    want it at once, `due` the last day on which something can be done about it."""

    subject: tuple = NOTHING
    label: int = Label.CLEAR
    by: int | None = None
    soonest: str = AT_ONCE
    due: datetime.date | None = None


def tell_many(kinds, news):
    """As `tell`; the queue tells more than a few. Returns how many are told, or are to be."""
    people = sorted(kinds.keys() - {news.by})
    if len(people) <= MOST_NOW:
        return tell(kinds, news)
    for start in range(0, len(people), AT_A_TIME):
        part = {person: kinds[person] for person in people[start : start + AT_A_TIME]}
        told = (part, news.subject, int(news.label), news.by, str(news.soonest), news.due)
        async_task("notifications.delivery.tell_later", *told, q_options={"group": "news", "save": False})
    return len(people)


@transaction.atomic
def tell_later(kinds, *news):
    """Run by the queue's worker, all or nothing: it tries again when this raises, and then tells everybody once."""
    tell(kinds, News(*news))


def tell(kinds, news):
    """Tell {primary key of an account: name of the kind} of one record. Returns how many were told."""
    keys = kinds.keys() - {news.by}
    people, record = readers_of(list(locked(keys)), news.subject) if keys else ([], None)
    if not people:
        return 0
    by = User.objects.filter(pk=news.by).first() if news.by else None
    rows = _rows_for(people, kinds, news, by)
    modes = _modes_of(rows, news)
    _keep(rows, modes)
    _send([row for row in rows if modes[row.person_id] == AT_ONCE], record)
    count_unread(row.person_id for row in rows)
    return len(rows)


def locked(keys):
    """Those of the accounts that are open, locked in one order, so that two who tell wait and none is counted twice."""
    people = User.objects.select_for_update(no_key=True).filter(pk__in=keys, is_active=True)
    return people.order_by("pk")


def _rows_for(people, kinds, news, by):
    """What each is told. The same told again while it is unread is the same row, as of now."""
    unread = Notification.objects.about(news.subject).unread().filter(person__in=people)
    same = {(row.person_id, row.kind): row for row in unread.order_by("created", "pk")}
    rows, now = [], timezone.now()
    for person in people:
        row = same.get((person.pk, kinds[person.pk]))
        if row is None:
            row = Notification(kind=kinds[person.pk])
            row.subject_kind, row.subject_key = news.subject
        else:
            row.times += 1
        row.person, row.by, row.created, row.label, row.due = person, by, now, news.label, news.due
        rows.append(row)
    return rows


def _modes_of(rows, news):
    """{account: one of Mail} of some rows about one record, as each chose.

    A record that keeps changing sends one mail a day, and the rest with the daily mail; posts are mailed each.
    """
    people = [row.person_id for row in rows]
    chosen = Preference.objects.filter(person__in=people).values_list("person", "group", "mail")
    chosen = {(person, group): mail for person, group, mail in chosen}
    lately = Notification.objects.about(news.subject).filter(person__in=people)
    lately = set(lately.mailed_since(rows[0].created - A_DAY).values_list("person", flat=True))
    modes = {}
    for row in rows:
        group = KINDS[row.kind].group
        mode = chosen.get((row.person_id, group), usual_mail(group))
        if mode == AT_ONCE and group not in EACH_AT_ONCE:
            mode = DAILY if row.person_id in lately else news.soonest
        modes[row.person_id] = mode
    return modes


def _keep(rows, modes):
    """Write the rows; those that are there already by as many statements as there are ways to be told."""
    changed = {mode: [] for mode in Mail}
    for row in rows:
        mode = modes[row.person_id]
        row.mailed = row.created if mode == AT_ONCE else row.mailed
        if row.pk:
            changed[mode].append(row.pk)
        elif mode in (DAILY, WEEKLY):
            row.waits_since = row.created
    Notification.objects.bulk_create([row for row in rows if row.pk is None])
    first = rows[0]
    said = {"by": first.by, "created": first.created, "label": first.label, "due": first.due, "times": F("times") + 1}
    for mode, keys in changed.items():
        if keys:
            Notification.objects.filter(pk__in=keys).update(**said, **_waiting(mode, first.created))


def _waiting(mode, now):
    """What is noted of the mail of a row that is told again: what waits already waits on."""
    if mode in (DAILY, WEEKLY):
        return {"waits_since": Coalesce("waits_since", Value(now))}
    return {"waits_since": None} | ({"mailed": now} if mode == AT_ONCE else {})


def _send(rows, record):
    """Queue a mail for each of some rows about one record."""
    if rows:
        open_to_all = known_to_all(rows[:1])
        mails = [mail_at_once(row, record, named=row.may_be_named(open_to_all)) for row in rows]
        get_connection().send_messages(mails)


def count_unread(keys):
    """Bring the number that the header shows up to date."""
    unread = Notification.objects.unread().filter(person=OuterRef("pk")).order_by().values("person")
    number = Subquery(unread.annotate(n=Count("pk")).values("n"))
    User.objects.filter(pk__in=list(keys)).update(unread_notifications=Coalesce(number, 0))
