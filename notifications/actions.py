"""Verbs of telling people: tell, read, watch, choose."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.labels import Label
from members.access import state_ids_of
from members.models import Mandate
from notifications.delivery import AT_ONCE, DAILY, MOST_NOW, News, count_unread, locked, tell, tell_many
from notifications.kinds import Group, usual_mail
from notifications.levels import Level, combined, deciding, place_of
from notifications.models import Notification, Preference, Watch
from notifications.telling import NOTHING

MOST_COMBINATIONS = 100


class TooMany(Exception):
    """One more is not kept; the reason is a sentence for who asked."""


@transaction.atomic
def notify(*, to, kind, subject=NOTHING, label=Label.CLEAR, by=None, due=None):
    """Tell some accounts of one thing, in the portal and by mail as each prefers. Returns how many were told.

    `to` is an iterable of accounts, `kind` the name of a registered NotificationKind, `subject` the record as
    (name of a registered Subject, primary key), `label` its effective label, `by` who caused it, `due` the last day on
    which something can be done about it, which stands first in the subject of the mail. Left out are `by`, closed
    accounts, and whoever may not know of the record. A mail names the record only where everybody may know of it. Who
    has not yet read the same of the same record is not told twice.
    """
    return tell({person.pk: kind for person in to}, News(subject, label, _key(by), due=due))


@transaction.atomic
def tell_watchers(record, *, subject, kind, also=(), by, but=()):
    """Tell those who watch a record, or a State or theme it is filed under, each once. Returns how many were told.

    `subject` is (subject name, primary key); `also` names more watched things that lead here, `but` accounts that are
    told otherwise. Which of somebody's watches decides is in notifications/levels.py. More than a few are told by the
    queue, as soon as the transaction is committed.
    """
    kinds = dict.fromkeys(_watchers(levels_at(record, subject, also)) - {person.pk for person in but}, kind)
    return tell_many(kinds, News(subject, label_of(record), _key(by)))


@transaction.atomic
def tell_of_part(record, *, subject, part, addressed, kind="", by, due=None, then=()):
    """Tell of a part of a record, such as a post of a thread: whom it addresses, and who watches; each person once.

    `addressed` is {primary key of an account: name of the kind}: those are told of `part`, (subject name, key), unless
    they muted what decides here. The others who watch are told of the record itself by `kind`, or not at all without.
    `then` are accounts, by key, that the same transaction tells of something else afterwards.
    """
    levels = levels_at(record, subject)
    named = {key: name for key, name in addressed.items() if levels.get(key) != Level.MUTED}
    watchers = dict.fromkeys(_watchers(levels) - addressed.keys() - {_key(by)}, kind) if kind else {}
    now = watchers if len(watchers) <= MOST_NOW else ()
    if then or (named and now):
        list(locked([*named, *now, *then]))  # in one order, whoever tells of what
    told = tell(named, News(part, label_of(record), _key(by), due=due))
    return told + tell_many(watchers, News(subject, label_of(record), _key(by), due=due))


@transaction.atomic
def tell_of_curation(record, *, subject, published, by, in_bulk=False):
    """After the secretariat published or changed a record that is out: tell its watchers and its owner State.

    What is one of many goes into the daily mail. Returns how many were told.
    """
    verb = "published" if published else "changed"
    kinds = dict.fromkeys(_watchers(levels_at(record, subject)), f"record_{verb}")
    owners = Mandate.objects.in_force().of_states([record.state_id] if record.state_id else [])
    kinds |= dict.fromkeys(owners.values_list("person", flat=True), f"record_{verb}_by_secretariat")
    return tell_many(kinds, News(subject, label_of(record), _key(by), DAILY if in_bulk else AT_ONCE))


def levels_at(record, subject, also=()):
    """{primary key of an account: the Level that decides what it is told of a record}; who is not there chose none."""
    place = place_of(record, subject, also)
    watches = Watch.objects.on(place.subjects).order_by()
    return deciding(place, watches.values_list("person", "subject_kind", "subject_key", "also", "level"))


def _watchers(levels):
    return {person for person, level in levels.items() if level == Level.WATCHING}


def label_of(record):
    return getattr(record, record.label_field) if hasattr(record, "label_field") else Label.CLEAR


def _key(person):
    return person.pk if person else None


@transaction.atomic
def mark_read(*, by, key=None, until=None, subjects=()):
    """Note that somebody has read one of his notifications, all that were there at a moment, or those of some records,
    each given as (subject name, key)."""
    list(locked([by.pk]))
    rows = Notification.objects.visible_to(by).unread()
    rows = rows.filter(pk=key) if key else rows.until(until) if until else rows.about_any(subjects)
    rows.update(read=timezone.now(), waits_since=None)
    count_unread([by.pk])


def choices_of(person):
    """{group: one of Mail} of the groups that concern a person: what he chose, or what is usual."""
    chosen = dict(Preference.objects.visible_to(person).values_list("group", "mail"))
    groups = [group for group in Group if group != Group.MY_STATE or state_ids_of(person)]
    return {group: chosen.get(group, usual_mail(group)) for group in groups}


@transaction.atomic
def choose_mail(person, choices):
    """Keep how a person wants to be told by mail: {group: one of Preference.Mail}."""
    for group, mail in choices.items():
        Preference.objects.update_or_create(person=person, group=group, defaults={"mail": mail})


def watch(user, subject, level=Level.WATCHING):
    """Tell `user` from now on of what happens to (subject name, primary key), as the level says."""
    name, key = subject
    about = {"person": user, "subject_kind": name, "subject_key": key, "also": ""}
    Watch.objects.update_or_create(**about, defaults={"level": level})


def watch_unless_chosen(user, subject):
    """The same for who chose no level of it yet; he may do so at the same time."""
    name, key = subject
    Watch.objects.bulk_create([Watch(person=user, subject_kind=name, subject_key=key)], ignore_conflicts=True)


@transaction.atomic
def watch_combination(user, subjects, *, only="", level):
    """Watch what belongs to each of these (subject name, key), `only` records of that kind where it is given.

    Raises TooMany where somebody has a hundred combinations already.
    """
    list(locked([user.pk]))
    (name, key), also = combined(subjects, only)
    mine = Watch.objects.visible_to(user)
    same = mine.alike(name, key, also)
    if same.update(level=level):
        return
    if mine.combined().count() >= MOST_COMBINATIONS:
        raise TooMany(_("You watch %(n)d combinations already. Stop one of them first.") % {"n": MOST_COMBINATIONS})
    Watch.objects.create(person=user, subject_kind=name, subject_key=key, also=also, level=level)


def unwatch(user, subject):
    Watch.objects.visible_to(user).alone().on([subject]).delete()


def change_level(key, level, *, by):
    """Give the watch of that primary key another level, if it is one's own."""
    Watch.objects.visible_to(by).filter(pk=key).update(level=level)


def stop_watching(key, *, by):
    """End the watch of that primary key, if it is one's own."""
    Watch.objects.visible_to(by).filter(pk=key).delete()


@transaction.atomic
def hand_over_watches(*, giver, taker):
    """The taker watches from now on what the giver watched, as he did; the giver no longer does."""
    theirs = Watch.objects.visible_to(giver)
    what = theirs.values("subject_kind", "subject_key", "also", "level")
    Watch.objects.bulk_create([Watch(person=taker, **row) for row in what], ignore_conflicts=True)
    theirs.delete()
