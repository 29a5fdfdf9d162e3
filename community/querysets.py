"""Adjectives of forums, threads and posts; `visible_to` is the only gate."""

import datetime

from django.db import models
from django.db.models import Case, Count, Exists, F, FilteredRelation, Max, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from core.listing import containing
from members.access import Action, Scope, scope
from members.querysets import LabelledQuerySet
from notifications.models import Watch


def by_oneself(user):
    """The Q of what a user wrote; a visitor wrote nothing, neither did who is gone."""
    return Q(author_id=user.pk) if user.is_authenticated else Q(pk__in=[])


class ForumQuerySet(LabelledQuerySet):
    def for_list(self):
        return self.select_related("sub_region", "theme").order_by("order", "pk")

    def for_detail(self):
        """Each with `is_for_some`, whether only its participants write in it."""
        return self.select_related("sub_region", "theme").annotate(is_for_some=self.written_by_some(OuterRef("pk")))

    def for_reader(self, user):
        """Each with `is_for_some`, and for a member with `watch_level`, the level that he chose."""
        rows = self.annotate(is_for_some=self.written_by_some(OuterRef("pk")))
        level = Watch.objects.level_of(user, "forum", OuterRef("pk")) if user.is_authenticated else None
        return rows.annotate(watch_level=level) if level else rows

    def taking_posts_of(self, user):
        """Those that are open for contributions now, and to those of `user` where only some write."""
        now, takes_part = timezone.now(), self.model.participants.through.objects.filter(user=user)
        rows = self.filter(Q(opens=None) | Q(opens__lte=now), Q(closes=None) | Q(closes__gt=now))
        return rows.filter(~self.written_by_some(OuterRef("pk")) | Exists(takes_part.filter(forum=OuterRef("pk"))))

    def at(self, slug):
        """The one at an address."""
        return self.filter(slug=slug)

    def written_by_some(self, forum):
        """Whether anybody is named as a participant of a forum."""
        return Exists(self.model.participants.through.objects.filter(forum=forum))


class ThreadQuerySet(LabelledQuerySet):
    def visible_to(self, user):
        """Threads whose own label lets `user` read them, in forums that he may know of; once a post of them is out."""
        rows = self.meant_for(user)
        if scope(user, Action.MODERATE) == Scope.ANY:
            return rows
        return rows.filter(Q(last_number__gt=0) | by_oneself(user))

    def meant_for(self, user):
        """Those that `user` may read, or may once their first post is out."""
        forums = self.model._meta.get_field("forum").related_model.objects.visible_to(user)
        return super().visible_to(user).filter(forum__in=forums.order_by().values("pk"))

    def known_to(self, user):
        """Those that `user` may read, and those that he began and that went into one of them."""
        readable = self.model.objects.visible_to(user).order_by().values("pk")
        return self.filter(Q(pk__in=readable) | by_oneself(user) & Q(merged_into__in=readable))

    def at(self, slug):
        """The one at an address."""
        return self.filter(slug=slug)

    def in_forum(self, forum):
        return self.filter(forum=forum)

    def in_forums(self, keys):
        return self.filter(forum__in=keys)

    def whole(self):
        """Without those that went into another one."""
        return self.filter(merged_into=None)

    def wider_than(self, label):
        return self.filter(label__lt=label)

    def on(self, kind, record):
        """Threads about a record, under the name of its foreign key."""
        return self.filter(**{kind: record})

    def holding(self, text):
        """Threads whose title holds every word of a text."""
        return containing(self, text)

    def latest_first(self):
        return self.order_by("-last_posted", "-pk")

    def oldest_first(self):
        return self.order_by("last_posted", "pk")

    def pinned_first(self):
        return self.order_by("-is_pinned", "-last_posted", "-pk")

    def not_pinned(self):
        return self.filter(is_pinned=False)

    def before(self, moment, key):
        """Those that come after (moment, key) in latest_first()."""
        return self.filter(Q(last_posted__lt=moment) | Q(pk__lt=key), last_posted__lte=moment)

    def below_pinned(self, moment, key):
        """Those that come after a pinned thread of (moment, key) in pinned_first()."""
        return self.filter(Q(is_pinned=False) | Q(last_posted__lt=moment) | Q(last_posted=moment, pk__lt=key))

    def since(self, moment, key):
        """Those that come after (moment, key) in oldest_first()."""
        return self.filter(Q(last_posted__gt=moment) | Q(pk__gt=key), last_posted__gte=moment)

    def read_by(self, person):
        """Each with `seen`, the last number that was shown to a person, and `unread`, see reading.unread_of."""
        rows = self.annotate(
            mine=FilteredRelation("read_states", condition=Q(read_states__person=person)), seen=F("mine__number")
        )
        seen = Coalesce("mine__number", Value(0))
        posts = self.model._meta.get_field("posts").related_model.objects
        own = posts.filter(thread=OuterRef("pk"), author=person, number__gt=OuterRef("from_where")).order_by()
        own = Coalesce(Subquery(own.values("thread").annotate(n=Count("pk")).values("n")), Value(0))
        joined = person._meta.concrete_model._base_manager.filter(pk=person.pk).values("date_joined")
        is_new = Q(seen=None, last_posted__gt=Subquery(joined))
        waiting = When(is_new | Q(last_number__gt=F("seen")), then=F("last_number") - F("from_where") - own)
        return rows.annotate(from_where=seen).annotate(
            unread=Case(waiting, default=Value(0), output_field=models.IntegerField())
        )

    def with_unread(self):
        """Of read_by(person), those in which something waits."""
        return self.filter(unread__gt=0)

    def for_reader(self, user):
        """As for_detail(), and for a member how far he has read, and the key of the reply that he began."""
        rows = self.for_detail()
        if not user.is_authenticated:
            return rows.annotate(draft=Value(None, output_field=models.BigIntegerField()))
        drafts = self.model._meta.get_field("drafts").related_model.objects.visible_to(user)
        drafts = drafts.unsent().filter(thread=OuterRef("pk")).order_by().values("pk")[:1]
        seen = self.model._meta.get_field("read_states").related_model.objects.visible_to(user)
        seen = seen.filter(thread=OuterRef("pk")).order_by().values("number")[:1]
        level = Watch.objects.level_of(user, "thread", OuterRef("pk"))
        return rows.annotate(seen=Subquery(seen), draft=Subquery(drafts), watch_level=level)

    def latest(self, most):
        """The latest so many of them, in no order."""
        return self.model.objects.filter(pk__in=self.order_by("-last_posted", "-pk").values("pk")[:most]).order_by()

    def counted_by_forum(self):
        """{"forum", "threads", "posts", "last"} of each forum that holds any of them."""
        counts = {"threads": Count("pk"), "posts": Sum("last_number"), "last": Max("last_posted")}
        return self.order_by().values("forum").annotate(**counts)

    def not_muted_by(self, person):
        """Without those that a person muted, alone or with their forum; what he chose of a thread goes before that."""
        rows, chosen = self.exclude(pk__in=Watch.objects.muted_by(person, "thread")), Watch.objects.chosen_by
        of_forum = Q(forum__in=Watch.objects.muted_by(person, "forum"))
        return rows.exclude(of_forum & ~Q(pk__in=chosen(person, "thread")))

    def followed_by(self, person):
        """Those that a person watches, or in which he wrote."""
        watched = Watch.objects.chosen_by(person, "thread").filter(level="watching")
        return self.filter(Q(pk__in=watched) | Q(pk__in=self._of_posts_by(person)))

    def _of_posts_by(self, person):
        posts = self.model._meta.get_field("posts").related_model.objects.by(person).order_by()
        return posts.values("thread")

    def unread_by_forum(self, person, most):
        """{forum: how many of the latest so many threads hold something that a person has not read}."""
        rows = self.not_muted_by(person).latest(most).read_by(person).with_unread()
        return dict(rows.values("forum").annotate(n=Count("pk")).values_list("forum", "n"))

    def with_first(self):
        """Each with `first`, the post that began it, to read columns of."""
        return self.annotate(first=FilteredRelation("posts", condition=Q(posts__number=1)))

    def for_detail(self):
        """Each with its forum, `is_for_some` of that, and `has_steps`, whether moderators did anything."""
        forum = self.model._meta.get_field("forum").related_model.objects
        steps = self.model._meta.get_field("steps").related_model.objects.filter(thread=OuterRef("pk"))
        rows = self.select_related("forum").defer("search_text")
        return rows.annotate(is_for_some=forum.written_by_some(OuterRef("forum")), has_steps=Exists(steps))


class PostQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Posts of threads that `user` may read: those that are out, and his own that wait; moderators see all."""
        threads = self.model._meta.get_field("thread").related_model.objects.visible_to(user)
        rows = self.filter(thread__in=threads.order_by().values("pk"))
        return rows.in_sight_of(user)

    def in_sight_of(self, user):
        """Of a thread that `user` may read, the posts that he sees. A hidden one is a number without its text."""
        if scope(user, Action.MODERATE) == Scope.ANY:
            return self
        return self.filter(Q(number__isnull=False) | by_oneself(user))

    def readable_by(self, user):
        """Those whose words `user` may read."""
        if scope(user, Action.MODERATE) == Scope.ANY:
            return self
        return self.filter(Q(status="published") | by_oneself(user))

    def in_thread(self, thread):
        return self.filter(thread=thread)

    def in_forum(self, forum):
        return self.filter(thread__forum=forum)

    def on(self, kind, record):
        """Posts of threads about a record, under the name of its foreign key."""
        return self.filter(**{f"thread__{kind}": record})

    def written_between(self, first, before):
        """Posts with primary keys from one until before another."""
        return self.filter(pk__gte=first, pk__lt=before)

    def newest_first(self):
        return self.order_by("-pk")

    def latest_first(self):
        return self.order_by("-created", "-pk")

    def last_key(self):
        """The primary key of the newest post, 0 where there is none."""
        return self.aggregate(last=Max("pk"))["last"] or 0

    def numbered(self):
        """Those that are out, in the order of the thread."""
        return self.filter(number__isnull=False).order_by("number")

    def after(self, number):
        return self.filter(number__gt=number)

    def up_to(self, number):
        return self.filter(number__lte=number)

    def since(self, day):
        """Written on a day (UTC) or later."""
        return self.filter(created__gte=datetime.datetime.combine(day, datetime.time(), datetime.UTC))

    def on_page(self, first, last, with_waiting):
        """The posts with these numbers and those between; with those that wait for the moderators, if so."""
        shown = Q(number__gte=first, number__lte=last)
        return self.filter(shown | Q(number=None) if with_waiting else shown)

    def thanked_by(self, key):
        """Each with `is_thanked`, whether the member with this key thanked for it."""
        thanks = self.model._meta.get_field("thanks").related_model.objects
        return self.annotate(is_thanked=Exists(thanks.filter(post=OuterRef("pk"), person=key)))

    def published(self):
        """Those that are out and not hidden."""
        return self.filter(status="published")

    def waiting(self):
        """Those that the moderators have not let out yet, oldest first."""
        return self.filter(status="waiting").order_by("created", "pk")

    def of_state(self, state):
        return self.filter(state=state)

    def by(self, person):
        return self.filter(author=person)

    def not_by(self, person):
        return self.exclude(author=person)

    def holding(self, text):
        return containing(self, text)


class ThreadStepQuerySet(models.QuerySet):
    def visible_to(self, user):
        threads = self.model._meta.get_field("thread").related_model.objects.visible_to(user)
        return self.filter(thread__in=threads.order_by().values("pk"))

    def of(self, thread):
        return self.filter(thread=thread)

    def between(self, since, until):
        """Those from one moment until another; None leaves that end open."""
        rows = self.filter(at__gte=since) if since else self
        return rows.filter(at__lte=until) if until else rows


class OwnQuerySet(models.QuerySet):
    """Rows that belong to one person and that nobody else sees."""

    def visible_to(self, user):
        return self.filter(person_id=user.pk)


class ReadStateQuerySet(OwnQuerySet):
    def of(self, thread):
        return self.filter(thread=thread)


class DraftQuerySet(OwnQuerySet):
    def of_thread(self, thread):
        return self.filter(thread=thread)

    def of_forum(self, forum):
        return self.filter(forum=forum)

    def unsent(self):
        """All but those that came too late: their form was sent already."""
        posts = self.model._meta.get_field("quoted").related_model.objects
        return self.exclude(Exists(posts.filter(author=OuterRef("person"), token=OuterRef("token")).order_by()))

    def behind(self, words):
        """Those that became the Words which are being sent."""
        return self.filter(Q(token=words.token) | Q(version=words.draft))

    def for_list(self):
        return self.select_related("forum", "thread", "thread__forum").order_by("-changed", "-pk")
