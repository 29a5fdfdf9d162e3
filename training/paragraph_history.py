"""How a paragraph came to its text: what was done to it, and what its original said when it was translated."""

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.languages import language_name
from moderation.differences import marked
from training.models import Edition, EditionParagraph, ParagraphChange

MOST_SHOWN = 50
Kind = ParagraphChange.Kind
NO_TEXT = {Kind.MOVED, Kind.KIND}
NOT_OF_ORIGINAL = NO_TEXT | {Kind.TRANSLATED, Kind.REMOVED}


@dataclass(frozen=True)
class Step:
    """One ParagraphChange, and both texts as safe HTML with what differs marked."""

    change: ParagraphChange
    said: str
    before: SafeString = SafeString()
    after: SafeString = SafeString()


def lineage(edition):
    """[(edition, moment until which its changes count)]: an edition, and before it those with whose text it began."""
    editions = {row.pk: row for row in Edition.objects.of(edition.work)}
    found, until = [], None
    while edition:
        found.append((edition, until))
        edition, until = editions.get(edition.based_on_id), edition.created
    return found


def changes_of(paragraph, edition, most=None):
    """What was done to a paragraph until it stood in an edition as it does, newest first; at `most` so much in each."""
    found = []
    for one, until in lineage(edition):
        rows = ParagraphChange.objects.of(one).about(paragraph).for_list().newest_first()
        for change in rows.until(until)[:most] if until else rows[:most]:
            change.edition = one
            found.append(change)
    return found


def history_of(paragraph, edition):
    """The same as [Step]."""
    return [_step(change) for change in changes_of(paragraph, edition, MOST_SHOWN)[:MOST_SHOWN]]


def _step(change):
    if change.kind in NO_TEXT:
        return Step(change, _in_words(change))
    return Step(change, _in_words(change), *marked(change.before, change.after))


def _in_words(change):
    """What was done, in a few words."""
    other = {"other": change.other, "language": language_name(change.language) if change.language else ""}
    given = {"before": _kind(change.before), "after": _kind(change.after), **other}
    if change.kind == Kind.MOVED:
        return _("Moved: its number was %(before)s, and became %(after)s.") % given
    if change.kind == Kind.KIND:
        return _("Made of another kind: %(before)s, then %(after)s.") % given
    if change.kind == Kind.TRANSLATED:
        return _("Translated: %(language)s.") % given
    if change.kind == Kind.SPLIT:
        return _("Split from %(other)s.") % given if change.other else _("Split: this is the first part.")
    if change.kind == Kind.MERGED:
        return _("Merged with %(other)s.") % given
    if change.kind == Kind.REMOVED:
        return _("Went into %(other)s.") % given if change.other else _("Removed.")
    return {Kind.LOADED: _("Loaded."), Kind.ADDED: _("Added."), Kind.EDITED: _("Edited.")}[change.kind]


def _kind(words):
    """The trace keeps a kind as "heading 2"; a number stands for itself, none for a dash."""
    kind, _space, level = words.partition(" ")
    if kind not in EditionParagraph.Kind.values:
        return words or "–"
    return f"{EditionParagraph.Kind(kind).label} {level}".strip()


def original_at(placed, original, version):
    """What the original of a paragraph said in an earlier version, or None where that is not known.

    Each version but the first was made by one act, which noted what stood there before it.
    """
    bumps = [
        change
        for change in changes_of(placed.paragraph, placed.edition)
        if change.before and change.kind not in NOT_OF_ORIGINAL and change.language in ("", original.language)
    ]
    back = original.version - version
    return bumps[back - 1].before if 0 < back <= len(bumps) else None
