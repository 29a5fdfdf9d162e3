"""Two editions of one publication, paragraph by paragraph: what became of each, counted chapter by chapter."""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field

from django.core.cache import caches
from django.db.models import Case, Count, F, FilteredRelation, Q, Value, When, Window
from django.db.models.functions import Lag
from django.urls import reverse

from training.models import Chapter, Edition, EditionParagraph
from training.paragraph_history import lineage

PICTURE = Q(figure=None, was__figure=None) | Q(figure__sha256=F("was__figure__sha256"))
SAYS_THE_SAME = Q(text_now__text=F("text_was__text")) & PICTURE
OF_ONE_KIND = Q(kind=F("was__kind"), level=F("was__level"))


def earlier_editions(edition, user):
    """The editions before one that `user` may know of: that with whose text it began first, then the latest."""
    rows = [row for row in Edition.objects.visible_to(user).of(edition.work) if row.number < edition.number]
    return sorted(rows, key=lambda row: (row.pk != edition.based_on_id, -row.number))


def beside(new, old):
    """The paragraphs of an edition, each joined to what it was in an earlier one: `was`, with the texts
    `text_now` and `text_was`, each in the language in which its edition is written."""
    return EditionParagraph.objects.of(new).annotate(
        was=FilteredRelation("paragraph__placed", condition=Q(paragraph__placed__edition=old)),
        text_now=FilteredRelation("texts", condition=Q(texts__language=new.language)),
        text_was=FilteredRelation("was__texts", condition=Q(was__texts__language=old.language)),
    )


def whether(condition):
    """An expression: whether a row meets a condition."""
    return Case(When(condition, then=Value(True)), default=Value(False))


@dataclass
class Counts:
    """How many paragraphs became what; one that moved may have changed too, and counts for both."""

    changed: int = 0
    added: int = 0
    removed: int = 0
    moved: int = 0
    kind: int = 0
    unchanged: int = 0

    @property
    def is_any(self):
        return bool(self.changed or self.added or self.removed or self.moved or self.kind)

    def __add__(self, other):
        return Counts(*(mine + theirs for mine, theirs in zip(vars(self).values(), vars(other).values(), strict=True)))


@dataclass
class ChapterCompared:
    """A chapter of the later edition and the one that it was in the earlier edition; one of both may be None. A chapter
    has no identity: it is the one with which it has the most paragraphs in common."""

    now: Chapter | None
    was: Chapter | None
    counts: Counts = field(default_factory=Counts)
    left: int = 0  # of its paragraphs that went to other chapters

    @property
    def is_renamed(self):
        """Whether it had another title in the language of its edition."""
        return bool(self.now and self.was) and _title(self.now) != _title(self.was)

    @property
    def is_renumbered(self):
        return bool(self.now and self.was) and self.now.order != self.was.order

    @property
    def differs(self):
        return self.counts.is_any or not (self.now and self.was) or self.is_renamed or self.is_renumbered


@dataclass
class Comparison:
    """Two editions; `chapters` are those of the later one, `gone` those of the earlier one that it has no more."""

    old: Edition
    new: Edition
    chapters: list
    gone: list

    @property
    def total(self):
        return sum((row.counts for row in (*self.chapters, *self.gone)), Counts())

    @property
    def is_any(self):
        return any(row.differs for row in (*self.chapters, *self.gone))

    def row_of(self, chapter):
        """What is said of a chapter of either edition."""
        rows = (*self.chapters, *self.gone)
        return next((row for row in rows if chapter in (row.now, row.was)), None)

    def around(self, row):
        """(The chapter before, the one after) among those in which something is different."""
        rows = [one for one in self.chapters if one.differs or one is row]
        place = next((n for n, one in enumerate(rows) if one is row), None)
        if place is None:
            return None, None
        return (rows[place - 1] if place else None), next(iter(rows[place + 1 :]), None)


def compared(old, new, keep=None):
    """The Comparison of two editions that passed the gate. The database counts: there are ten thousand paragraphs;
    `keep(make)` may give what `make()` gave before."""
    before, after = _chapters(old), _chapters(new)
    pairs, counts = (keep or _now)(lambda: _counted(old, new, before, after))
    rows = [ChapterCompared(row, before.get(pairs.get(key)), *counts[key]) for key, row in after.items()]
    gone = [ChapterCompared(None, row, *counts[key]) for key, row in before.items() if key not in pairs.values()]
    return Comparison(old, new, rows, gone)


def kept(old, new):
    """A `keep` for two editions whose text stays as it is: what was counted is kept in this process until one of them
    becomes something else, whatever else is written meanwhile; None where one is drafted."""
    if old.is_drafted or new.is_drafted:
        return None
    name = "compared:" + ":".join(f"{row.pk}-{row.updated.timestamp()}" for row in (old, new))
    return lambda make: caches["pages"].get_or_set(name, make)


def _now(make):
    return make()


def _counted(old, new, before, after):
    """({chapter: the one that it was}, {chapter of either edition: (Counts, how many paragraphs left it for others)}).
    Of the earlier edition only those are among the latter that the later one has no more."""
    groups = _groups(old, new)
    pairs = _pairs(before, after, groups)
    tallies = {key: [Counts(), 0] for key in (*after, *(key for key in before if key not in pairs.values()))}
    places = {was: tallies[key] for key, was in pairs.items()} | {key: tallies[key] for key in before if key in tallies}
    for (key, was), group in groups.items():
        _count(tallies[key][0], group, is_new=was is None, moved=was != pairs.get(key))
        if was is not None and was != pairs.get(key):
            places[was][1] += group["count"]
    for key, count in _removed(old, new).items():
        places[key][0].removed += count
    for key, moved, intact in _moved_within(old, new, pairs):
        tallies[key][0].moved += moved
        tallies[key][0].unchanged -= intact
    return pairs, tallies


def _chapters(edition):
    """{key: Chapter} in their order."""
    rows = {row.pk: row for row in Chapter.objects.of(edition).in_order()}
    for row in rows.values():
        row.edition = edition
    return rows


def _title(chapter):
    return getattr(chapter, f"title_{chapter.edition.language}") or chapter.title


def _groups(old, new):
    """{(chapter, chapter in which they were, or None): how many paragraphs, and how many of them are the same in what}
    of the later edition."""
    rows = beside(new, old).order_by().values("chapter", "was__chapter")
    rows = rows.annotate(
        count=Count("pk"),
        same=Count("pk", filter=SAYS_THE_SAME),
        alike=Count("pk", filter=OF_ONE_KIND),
        intact=Count("pk", filter=SAYS_THE_SAME & OF_ONE_KIND),
    )
    return {(row["chapter"], row["was__chapter"]): row for row in rows}


def _count(counts, group, *, is_new, moved):
    """Add a group of paragraphs that came from one chapter to the Counts of the one in which they are."""
    if is_new:
        counts.added += group["count"]
        return
    counts.changed += group["count"] - group["same"]
    counts.kind += group["count"] - group["alike"]
    counts.moved += group["count"] if moved else 0
    counts.unchanged += 0 if moved else group["intact"]


def _pairs(before, after, groups):
    """{chapter: the one that it was}: those with the most paragraphs in common; then those of one title."""
    found, taken = {}, set()
    common = [(-row["count"], key, was) for (key, was), row in groups.items() if was is not None]
    named = {_title(row): key for key, row in reversed(before.items())}
    titles = [(0, key, named[_title(row)]) for key, row in after.items() if _title(row) in named]
    for _size, key, was in sorted(common) + titles:
        if key not in found and was not in taken:
            found[key] = was
            taken.add(was)
    return found


def _removed(old, new):
    """{chapter of the earlier edition: how many of its paragraphs the later one has no more}."""
    there = EditionParagraph.objects.of(new).values("paragraph")
    return EditionParagraph.objects.of(old).exclude(paragraph__in=there).counted_by_chapter()


def _moved_within(old, new, pairs):
    """[(chapter, how many paragraphs moved within it, how many of these are as they were)], where there are any.

    Only chapters are read in which a paragraph stands behind one that it stood before.
    """
    rows = beside(new, old).filter(was__isnull=False).order_by()
    before = Window(Lag("was__order"), partition_by=[F("chapter"), F("was__chapter")], order_by="order")
    crossed = rows.annotate(before=before).filter(before__gt=F("was__order"))
    keys = [key for key, was in set(crossed.values_list("chapter", "was__chapter")) if pairs.get(key) == was]
    if not keys:
        return []
    found = defaultdict(list)
    orders = rows.filter(chapter__in=keys).order_by("chapter", "order")
    orders = orders.values_list("chapter", "was__chapter", "was__order", whether(SAYS_THE_SAME & OF_ONE_KIND))
    for key, was, order, intact in orders:
        if was == pairs[key]:
            found[key].append((order, intact))
    return [(key, *_out_of_order(said)) for key, said in found.items()]


def _out_of_order(said):
    stay = staying([order for order, _intact in said])
    moved = [intact for place, (_order, intact) in enumerate(said) if place not in stay]
    return len(moved), sum(moved)


def staying(orders):
    """The places, in a list of numbers, of as many as rise from left to right: what stayed; all others moved."""
    tails, ends, before = [], [], []
    for place, order in enumerate(orders):
        at = bisect_right(tails, order)
        before.append(ends[at - 1] if at else None)
        tails[at : at + 1], ends[at : at + 1] = [order], [place]
    found, place = set(), ends[-1] if ends else None
    while place is not None:
        found.add(place)
        place = before[place]
    return found


def address_of(comparison, order):
    """The page of a chapter of the later edition, compared with the earlier one."""
    place = [comparison.new.work.slug, comparison.new.number, order]
    return f"{reverse('consultations:chapter_compare', args=place)}?with={comparison.old.number}"


def steps_between(old, new):
    """[(edition, moment until which its changes count)] in which the later text was made of the earlier one."""
    found = []
    for one, until in lineage(new):
        if one.pk == old.pk or one.number <= old.number:
            break
        found.append((one, until))
    return found


def within(steps):
    """The Q of the ParagraphChanges that were made in such steps."""
    found = Q(pk=None)
    for edition, until in steps:
        found |= Q(edition=edition, at__lte=until) if until else Q(edition=edition)
    return found
