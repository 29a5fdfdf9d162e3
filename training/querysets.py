"""Adjectives of publications, editions, chapters and paragraphs. Who reads an edition reads what is in it."""

from django.db import models
from django.db.models import Count, Exists, F, Max, OuterRef, Q, Subquery

from core.text import fold
from members.querysets import LabelledQuerySet


class PublicationQuerySet(LabelledQuerySet):
    def for_list(self):
        return self.prefetch_related("themes")

    def called(self, slug):
        return self.filter(slug=slug)

    def about(self, slug):
        """Under the theme of a slug."""
        return self.filter(themes__slug=slug)


class EditionQuerySet(LabelledQuerySet):
    def visible_to(self, user):
        """Editions that `user` may know of: by their own label, of publications that he may know of."""
        works = self.model._meta.get_field("work").related_model.objects
        return super().visible_to(user).filter(work__in=works.visible_to(user))

    def of(self, work):
        return self.filter(work=work).select_related("work")

    def of_works(self, works):
        return self.filter(work__in=works)

    def numbered(self, number):
        return self.filter(number=number)

    def final(self):
        return self.filter(status="final")

    def for_detail(self):
        return self.select_related("work", "based_on")

    def newest_first(self):
        return self.order_by("-number")

    def let_out(self):
        """Those that are or were final, and published."""
        return self.filter(status__in=["final", "superseded"], publication="published").select_related("work")

    def last_number(self):
        """The highest number given so far, or 0."""
        return self.aggregate(last=Max("number"))["last"] or 0

    def locked(self):
        """What writes to an edition waits for who writes to it already."""
        return self.select_for_update(of=("self",), no_key=True)


class WithinEdition(models.QuerySet):
    """Rows that hang on an edition."""

    def visible_to(self, user):
        """What hangs on editions that `user` may know of."""
        editions = self.model._meta.get_field("edition").related_model.objects
        return self.filter(edition__in=editions.visible_to(user))

    def of(self, edition):
        return self.filter(edition=edition)


class ChapterQuerySet(WithinEdition):
    def with_key(self, key):
        return self.filter(pk=key)

    def numbered(self, order):
        return self.filter(order=order)

    def for_contents(self):
        """Each with how many paragraphs it has."""
        return self.select_related("steward").annotate(paragraph_count=Count("placed")).order_by("order")

    def for_detail(self):
        return self.select_related("edition__work", "steward")

    def stewarded_by(self, state):
        """Those of a State in editions that are not superseded, the newest edition first."""
        rows = self.filter(steward=state).exclude(edition__status="superseded").select_related("edition__work")
        return rows.order_by("edition__work__order", "edition__work", "-edition__number", "order")

    def in_order(self):
        return self.order_by("order")

    def of_part(self, edition, chapter):
        """One chapter, or for None all of an edition, in their order."""
        rows = self.of(edition).select_related("steward").in_order()
        return rows.filter(pk=chapter.pk) if chapter else rows

    def behind(self, order):
        return self.filter(order__gt=order)

    def last_order(self):
        return self.aggregate(last=Max("order"))["last"] or 0


class ParagraphQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those that stand, or stood, in editions that `user` may know of."""
        editions = self.model._meta.get_field("placed").related_model._meta.get_field("edition").related_model.objects
        known = editions.visible_to(user)
        return self.filter(Q(placed__edition__in=known) | Q(changes__edition__in=known)).distinct()

    def of(self, work):
        return self.filter(work=work)

    def called(self, serial):
        return self.filter(serial=serial)

    def last_serial(self):
        """The highest identifier given so far, or 0."""
        return self.aggregate(last=Max("serial"))["last"] or 0


class PlacedQuerySet(WithinEdition):
    def in_chapter(self, chapter):
        return self.filter(chapter=chapter).order_by("order")

    def last_order(self):
        return self.aggregate(last=Max("order"))["last"] or 0

    def of_part(self, edition, chapter):
        """Those of one chapter, or for None of a whole edition."""
        return self.filter(chapter=chapter) if chapter else self.of(edition)

    def behind(self, order):
        return self.filter(order__gt=order)

    def between(self, first, last):
        return self.filter(order__range=(first, last))

    def called(self, serial):
        return self.filter(paragraph__serial=serial)

    def of_paragraph(self, paragraph):
        return self.filter(paragraph=paragraph)

    def within(self, work):
        """Those of a publication's own paragraphs."""
        return self.filter(paragraph__work=work)

    def beyond(self, edition):
        """Those of other editions, the newest first."""
        return self.exclude(edition=edition).select_related("edition__work", "chapter").order_by("-edition__number")

    def waiting_for(self, language, original):
        """Those of which there is no translation of what the original says now."""
        texts = self.model._meta.get_field("texts").related_model.objects
        now = texts.filter(placed=OuterRef("placed"), language=original).values("version")
        return self.exclude(
            Exists(texts.filter(placed=OuterRef("pk"), language=language, translates__gte=Subquery(now)))
        )

    def for_writing(self):
        """With all that an act on one of them needs."""
        return self.select_related("paragraph", "figure", "chapter", "edition__work")

    def counted_by_chapter(self):
        """{chapter: how many paragraphs}."""
        return dict(self.order_by().values_list("chapter").annotate(n=Count("pk")))

    def for_text(self):
        """With what a page of the text shows of each, but the texts themselves."""
        return self.select_related("paragraph", "figure")

    def at(self, identifier):
        """Those of the paragraph of an identifier such as "p17"; none for what is no identifier."""
        serial = identifier.removeprefix("p")
        return self.filter(paragraph__serial=int(serial)) if serial.isdecimal() and len(serial) < 9 else self.none()


class ParagraphTextQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Texts of paragraphs of editions that `user` may know of."""
        placed = self.model._meta.get_field("placed").related_model.objects
        return self.filter(placed__in=placed.visible_to(user))

    def in_chapter(self, chapter):
        return self.filter(placed__chapter=chapter)

    def in_edition(self, edition):
        return self.filter(placed__edition=edition)

    def of_part(self, edition, chapter):
        """Those of one chapter, or for None of a whole edition."""
        return self.in_chapter(chapter) if chapter else self.in_edition(edition)

    def in_languages(self, languages):
        return self.filter(language__in=languages)

    def as_read(self):
        """Chapter after chapter, paragraph after paragraph."""
        return self.order_by("placed__chapter__order", "placed__order")

    def counted_by_language(self):
        """{language: how many texts}."""
        return dict(self.order_by().values_list("language").annotate(n=Count("pk")))

    def outdated(self):
        """Translations of which the original has changed since."""
        original = Q(placed__texts__language=F("placed__edition__language"))
        return self.filter(original, translates__lt=F("placed__texts__version"))

    def holding(self, words):
        """Texts that hold each of some words, whatever their accents and capitals."""
        rows = self
        for word in fold(words).split():
            rows = rows.filter(search_text__contains=word)
        return rows


class ParagraphChangeQuerySet(WithinEdition):
    def about(self, paragraph):
        return self.filter(paragraph=paragraph)

    def until(self, moment):
        return self.filter(at__lte=moment)

    def newest_first(self):
        return self.order_by("-at", "-pk")

    def for_list(self):
        return self.select_related("paragraph", "other", "by")


class TermQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Terms of publications that `user` may know of."""
        works = self.model._meta.get_field("work").related_model.objects
        return self.filter(work__in=works.visible_to(user))

    def of(self, work):
        return self.filter(work=work)


class ChapterReadQuerySet(models.QuerySet):
    def by(self, person):
        return self.filter(person=person)

    def in_edition(self, edition):
        return self.filter(chapter__edition=edition)


class ChapterLoadQuerySet(WithinEdition):
    def by(self, person):
        return self.filter(by=person)

    def waiting(self):
        """Those that were not applied yet."""
        return self.exclude(blocks=[])

    def begun_before(self, moment):
        return self.filter(created__lt=moment)

    def for_detail(self):
        return self.select_related("edition__work", "chapter")

    def newest_first(self):
        return self.order_by("-created", "-pk")


class EditionFileQuerySet(WithinEdition):
    def ready(self):
        return self.filter(state="ready")

    def queued(self):
        """What is to be made, the longest waiting first."""
        return self.filter(state="queued").order_by("created", "pk")

    def of_part(self, edition, chapter):
        """The files of one chapter, or for None those of a whole edition."""
        return self.filter(edition=edition, chapter=chapter)

    def made_of(self, digest, language):
        return self.filter(digest=digest, language=language)

    def for_making(self):
        return self.select_related("edition__work", "chapter")

    def languages(self):
        return set(self.order_by().values_list("language", flat=True))
