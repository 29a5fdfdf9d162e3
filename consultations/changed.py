"""One chapter of two editions: what became of each paragraph, in their order, and the comments that caused it."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import FilteredRelation, Q

from consultations.comparing import OF_ONE_KIND, SAYS_THE_SAME, beside, staying, steps_between, whether, within
from consultations.disposing import shows_dispositions
from consultations.models import Comment
from training.models import EditionParagraph, ParagraphChange, ParagraphText

NOW = ["pk", "paragraph", "paragraph__serial", "order", "number", "kind", "level", "figure"]
WAS = ["was", "was__chapter", "was__order", "was__number", "was__kind", "was__level"]
LEFT = ["to", "to__chapter", "to__chapter__order", "to__number"]
UNNUMBERED = EditionParagraph.Kind.HEADING


@dataclass(slots=True)
class Spot:
    """A paragraph at its place in one edition."""

    key: int | None = None
    chapter: int | None = None
    order: int = 0
    number: str = ""
    kind: str = ""
    level: int = 0
    figure: int | None = None


@dataclass(slots=True)
class Item:
    """What became of a paragraph: `how` are words of "changed", "added", "removed", "left" (for another chapter),
    "moved", "kind", "split" and "merged"; none where it is as it was."""

    paragraph: int
    serial: int
    now: Spot | None
    was: Spot | None
    how: set = field(default_factory=set)
    other: tuple | None = None  # (key, serial) of the paragraph from which it was split, or into which it went
    html: dict = field(default_factory=dict)  # "now", "was"
    comments: list = field(default_factory=list)

    @property
    def is_heading(self):
        return self.now is not None and self.now.kind == UNNUMBERED


def items_of(comparison, row, user, *, everything=False):
    """The Items of a ChapterCompared in their order, with the texts of those that differ and of headings; of all where
    `everything` is asked."""
    items = _standing(comparison, row) if row.now else []
    items = _with_those_gone(items, comparison, row) if row.was else items
    steps = steps_between(comparison.old, comparison.new)
    differing = [item for item in items if item.how]
    _trace(differing, steps)
    shown = items if everything else [item for item in items if item.how or item.is_heading]
    _read(shown, comparison)
    _explain(differing, steps, user)
    return items


def _standing(comparison, row):
    """The Items of the paragraphs that a chapter has now."""
    rows = beside(comparison.new, comparison.old).in_chapter(row.now)
    rows = rows.values_list(*NOW, *WAS, whether(SAYS_THE_SAME), whether(OF_ONE_KIND))
    items = []
    for pk, paragraph, serial, order, number, kind, level, figure, was, *before, same, alike in rows:
        now = Spot(pk, row.now.pk, order, number, kind, level, figure)
        item = Item(paragraph, serial, now, Spot(was, *before) if was else None)
        if was is None:
            item.how.add("added")
        else:
            item.how |= ({"changed"} if not same else set()) | ({"kind"} if not alike else set())
        items.append(item)
    own = row.was.pk if row.was else None
    stayed = [item for item in items if item.was and item.was.chapter == own]
    places = staying([item.was.order for item in stayed])
    keep = {item.paragraph for place, item in enumerate(stayed) if place in places}
    for item in items:
        if item.was and item.paragraph not in keep:
            item.how.add("moved")
    return items


def _with_those_gone(items, comparison, row):
    """The same, and where they stood those that the chapter had and has no more."""
    to = FilteredRelation("paragraph__placed", condition=Q(paragraph__placed__edition=comparison.new))
    gone = EditionParagraph.objects.in_chapter(row.was).annotate(to=to)
    here = {item.paragraph for item in items}
    left = [_gone(*said) for said in gone.values_list(*NOW, *LEFT) if said[1] not in here]
    merged = []
    for item in items:
        if item.was and item.was.chapter == row.was.pk and "moved" not in item.how:
            while left and left[0].was.order < item.was.order:
                merged.append(left.pop(0))
        merged.append(item)
    return merged + left


def _gone(pk, paragraph, serial, order, number, kind, level, figure, to, chapter, to_order, to_number):
    was = Spot(pk, None, order, number, kind, level, figure)
    if to is None:
        return Item(paragraph, serial, None, was, {"removed"})
    return Item(paragraph, serial, Spot(to, chapter, to_order, to_number), was, {"left"})


def _trace(items, steps):
    """What was split from what, and went into what, by the trace of the steps between both editions."""
    asked = {item.paragraph: item for item in items if item.how & {"added", "removed"}}
    if not asked or not steps:
        return
    kinds = [ParagraphChange.Kind.SPLIT, ParagraphChange.Kind.REMOVED]
    found = ParagraphChange.objects.filter(within(steps), paragraph__in=asked, kind__in=kinds, other__isnull=False)
    for key, other, serial in found.order_by("at", "pk").values_list("paragraph", "other", "other__serial"):
        item = asked[key]
        item.other = (other, serial)
        item.how.add("split" if "added" in item.how else "merged")


def _read(items, comparison):
    """Give some Items their texts: as they are now, and as they were where that differs."""
    old, new = comparison.old.language, comparison.new.language
    now = {item.now.key for item in items if item.now and "left" not in item.how}
    was = {item.was.key for item in items if item.was and item.how & {"changed", "removed"}}
    texts = ParagraphText.objects.filter(
        Q(placed__in=now, language=new) | Q(placed__in=was, language=old)
    ).order_by()  # fmt: skip
    said = {(key, language): html for key, language, html in texts.values_list("placed", "language", "html")}
    for item in items:
        if item.now and item.now.key in now:
            item.html["now"] = said.get((item.now.key, new), "")
        if item.was and item.was.key in was:
            item.html["was"] = said.get((item.was.key, old), "")


def _explain(items, steps, user):
    """Give the Items that differ the comments that caused it, those of which `user` may know what became of them."""
    comments = Comment.objects.visible_to(user).submitted()
    if not items or not steps or comments.query.is_empty():
        return
    changes = ParagraphChange.objects.filter(within(steps), paragraph__in=[item.paragraph for item in items])
    links = Comment.changes.through.objects.filter(paragraphchange__in=changes, comment__in=comments)
    links = set(links.values_list("paragraphchange__paragraph", "comment"))
    if not links:
        return
    found = comments.for_list().filter(pk__in={key for _paragraph, key in links}).in_matrix_order()
    shown = [comment for comment in found if shows_dispositions(user, comment.consultation)]
    by_paragraph = defaultdict(list)
    for comment in shown:
        for paragraph in {paragraph for paragraph, key in links if key == comment.pk}:
            by_paragraph[paragraph].append(comment)
    for item in items:
        item.comments = by_paragraph[item.paragraph]
