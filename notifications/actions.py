"""Verbs of telling people: tell, read, watch, choose."""

import datetime
from dataclasses import dataclass

from django.core.mail import get_connection
from django.db import transaction
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from core.labels import Label
from members.access import state_ids_of
from members.models import Mandate, User
from notifications.kinds import KINDS, SUBJECTS, Group
from notifications.mails import mail_at_once
from notifications.models import Notification, Preference, Watch
from notifications.telling import NOTHING, known_to_all, record_for

A_DAY = datetime.timedelta(days=1)
AT_ONCE, DAILY, NEVER = Preference.Mail


@dataclass(frozen=True)
class News:
    """What happened to which record, by whom; `soonest` is when a mail about it goes to those who want it at once."""

    subject: tuple
    label: int
    by: object
    soonest: str = AT_ONCE


@transaction.atomic
def notify(*, to, kind, subject=NOTHING, label=Label.CLEAR, by=None):
    """Tell some accounts of one thing, in the portal and by mail as each prefers. Returns how many were told.

    `to` is an iterable of accounts, `kind` the name of a registered NotificationKind, `subject` the record as
    (name of a registered Subject, primary key), `label` its effective label, `by` who caused it. Left out are `by`,
    closed accounts, and whoever may not know of the record. A mail names the record only where everybody may know of
    it. Who has not yet read the same of the same record is not told twice.
    """
    return _tell({person.pk: kind for person in to}, News(subject, label, by))


@transaction.atomic
def tell_watchers(record, *, subject, kind, also=(), by, but=()):
    """Tell those who watch a record, or a State or theme it is filed under, each once. Returns how many were told.

    `subject` is (subject name, primary key); `also` names more watched things that lead here, `but` accounts that are
    told otherwise.
    """
    watchers = set(_watchers(record, subject, also)) - {person.pk for person in but}
    return _tell(dict.fromkeys(watchers, kind), News(subject, _label(record), by))


@transaction.atomic
def tell_of_curation(record, *, subject, published, by, in_bulk=False):
    """After the secretariat published or changed a record that is out: tell its watchers and its owner State.

    What is one of many goes into the daily mail. Returns how many were told.
    """
    verb = "published" if published else "changed"
    kinds = dict.fromkeys(_watchers(record, subject), f"record_{verb}")
    owners = Mandate.objects.in_force().of_states([record.state_id] if record.state_id else [])
    kinds |= dict.fromkeys(owners.values_list("person", flat=True), f"record_{verb}_by_secretariat")
    return _tell(kinds, News(subject, _label(record), by, DAILY if in_bulk else AT_ONCE))


def _watchers(record, subject, also=()):
    """Primary keys of the accounts that watch a record or something above it."""
    above = SUBJECTS[subject[0]].under(record)
    return Watch.objects.on({subject, *also, *above}).order_by().values_list("person", flat=True).distinct()


def _label(record):
    return getattr(record, record.label_field) if hasattr(record, "label_field") else Label.CLEAR


def _tell(kinds, news):
    """Tell {primary key of an account: name of the kind} of one record."""
    keys = kinds.keys() - {news.by.pk if news.by else None}
    people = list(_locked(keys)) if keys else []
    chosen = Preference.objects.filter(person__in=people).values_list("person", "group", "mail")
    choices = {(person, group): mail for person, group, mail in chosen}
    known, mails = [], []
    for person in people:
        record = record_for(person, news.subject)
        if record is None and news.subject != NOTHING:
            continue
        row = _row_for(person, KINDS[kinds[person.pk]], news)
        mail = _when(row, choices.get((person.pk, KINDS[row.kind].group), AT_ONCE), news)
        _keep(row, mail)
        known.append(person.pk)
        if mail == AT_ONCE:
            mails.append((row, record))
    _send(mails)
    _count_unread(known)
    return len(known)


def _locked(keys):
    """Those of the accounts that are open, locked in one order, so that two who tell wait and none is counted twice."""
    people = User.objects.select_for_update(no_key=True).filter(pk__in=keys, is_active=True)
    return people.order_by("pk")


def _row_for(person, kind, news):
    """The row of what a person is told. The same told again while it is unread is the same row, as of now."""
    same = Notification.objects.visible_to(person).about(news.subject).unread().filter(kind=kind.name)
    row = same.first() or Notification(kind=kind.name)
    row.person, row.by, row.created = person, news.by, timezone.now()
    row.subject_kind, row.subject_key = news.subject
    row.label = news.label
    return row


def _when(row, mail, news):
    """When a mail about it goes: a record that keeps changing sends one a day, and the rest with the daily mail."""
    if mail != AT_ONCE or KINDS[row.kind].group == Group.MY_WORK:
        return mail
    mailed = Notification.objects.visible_to(row.person).about(news.subject).mailed_since(row.created - A_DAY)
    return DAILY if mailed.exists() else news.soonest


def _keep(row, mail):
    row.mail_due = mail == DAILY
    row.mailed = row.created if mail == AT_ONCE else row.mailed
    row.save()


def _send(rows):
    """Queue a mail for each (notification, its record)."""
    if rows:
        open_to_all = known_to_all([row for row, _record in rows[:1]])  # they are all about one record
        mails = [mail_at_once(row, record, named=row.may_be_named(open_to_all)) for row, record in rows]
        get_connection().send_messages(mails)


def _count_unread(keys):
    """Bring the number that the header shows up to date."""
    unread = Notification.objects.unread().filter(person=OuterRef("pk")).order_by().values("person")
    number = Subquery(unread.annotate(n=Count("pk")).values("n"))
    User.objects.filter(pk__in=keys).update(unread_notifications=Coalesce(number, 0))


@transaction.atomic
def mark_read(*, by, key=None, until=None):
    """Note that somebody has read one of his notifications, or all that were there at a moment."""
    list(_locked([by.pk]))
    rows = Notification.objects.visible_to(by).unread()
    rows = rows.filter(pk=key) if key else rows.until(until)
    rows.update(read=timezone.now(), mail_due=False)
    _count_unread([by.pk])


def choices_of(person):
    """{group: one of Preference.Mail} of the groups that concern a person: what he chose, or at once."""
    chosen = dict(Preference.objects.visible_to(person).values_list("group", "mail"))
    groups = [group for group in Group if group != Group.MY_STATE or state_ids_of(person)]
    return {group: chosen.get(group, AT_ONCE) for group in groups}


@transaction.atomic
def choose_mail(person, choices):
    """Keep how a person wants to be told by mail: {group: one of Preference.Mail}."""
    for group, mail in choices.items():
        Preference.objects.update_or_create(person=person, group=group, defaults={"mail": mail})


def watch(user, subject):
    """Tell `user` from now on of what happens to (subject name, primary key)."""
    name, key = subject
    Watch.objects.get_or_create(person=user, subject_kind=name, subject_key=key)


def unwatch(user, subject):
    Watch.objects.visible_to(user).on([subject]).delete()


def stop_watching(key, *, by):
    """End the watch of that primary key, if it is one's own."""
    Watch.objects.visible_to(by).filter(pk=key).delete()


@transaction.atomic
def hand_over_watches(*, giver, taker):
    """The taker watches from now on what the giver watched; the giver no longer does."""
    theirs = Watch.objects.visible_to(giver)
    rows = [Watch(person=taker, subject_kind=row.subject_kind, subject_key=row.subject_key) for row in theirs]
    Watch.objects.bulk_create(rows, ignore_conflicts=True)
    theirs.delete()
