"""Verbs of paragraphs: write, translate, move, split and merge them. Their identity outlives all of it."""

import re

from django.db import transaction
from django.utils.translation import gettext as _

from core.markdown import is_blank, without_directions
from core.text import clean_text
from moderation.refusals import Refused
from training.actions import drafted, locked_edition, locked_work, put_paragraphs_in_order, renumber, trace
from training.models import (
    LONGEST_PARAGRAPH,
    MOST_PARAGRAPHS,
    Chapter,
    Edition,
    EditionParagraph,
    Paragraph,
    ParagraphChange,
    ParagraphText,
)

Kind, Change = EditionParagraph.Kind, ParagraphChange.Kind
ALONE = {Kind.HEADING, Kind.FIGURE}  # what is not one with the text around it


def new_paragraph(work, *, split_from=None):
    """A new identity in a publication; identifiers are never given twice."""
    return Paragraph.objects.create(work=work, serial=next_serial(work), split_from=split_from)


def next_serial(work):
    """The next free identifier of a publication; it stays locked until the transaction ends."""
    locked_work(work.pk)
    return Paragraph.objects.of(work).last_serial() + 1


def said(text, kind=Kind.TEXT):
    """A text as it is kept; Refused where it is empty or too long, or more than the one line of a heading."""
    text = without_directions(clean_text(text)).strip()
    text = re.sub(r"^#{1,6}(\s+|$)", "", text) if kind == Kind.HEADING else text
    if is_blank(text):
        raise Refused(_("Nothing was changed: a paragraph says something."))
    if len(text) > LONGEST_PARAGRAPH:
        most = {"most": LONGEST_PARAGRAPH}
        raise Refused(_("Nothing was changed: a paragraph has at most %(most)d characters.") % most)
    if kind == Kind.HEADING and "\n" in text:
        raise Refused(_("Nothing was changed: a heading is one line."))
    return text


def original_of(placed):
    """The ParagraphText of a paragraph in the language of its edition."""
    return ParagraphText.objects.get(placed=placed, language=placed.edition.language)


def _current(placed):
    """The paragraph as it stands now in its edition, which is locked and being drafted."""
    return _in(drafted(placed.edition), placed)


def _in(edition, placed):
    found = EditionParagraph.objects.of(edition).select_related("paragraph", "chapter").filter(pk=placed.pk).first()
    if found is None:
        raise Refused(_("Nothing was changed: the paragraph has left this edition."))
    found.edition = found.chapter.edition = edition
    return found


def _chapter_of(edition, chapter):
    found = Chapter.objects.of(edition).filter(pk=chapter.pk).first()
    if found is None:
        raise Refused(_("Nothing was changed: that chapter is not, or no longer, in this edition."))
    found.edition = edition
    return found


def _rows(chapter, more=0):
    """The paragraphs of a chapter in their order; Refused where so many more are too many."""
    rows = list(EditionParagraph.objects.in_chapter(chapter))
    if more and len(rows) + more > MOST_PARAGRAPHS:
        most = {"most": MOST_PARAGRAPHS}
        raise Refused(_("Nothing was changed: a chapter has at most %(most)d paragraphs.") % most)
    return rows


def _behind(rows, after):
    """The place behind a paragraph among rows, or at the beginning for None."""
    place = next((n for n, row in enumerate(rows, 1) if after and row.pk == after.pk), 0)
    if after and not place:
        raise Refused(_("Nothing was changed: the paragraph behind which it was to stand has left the chapter."))
    return place


def _place(chapter, paragraph, place, rows, *, kind, level=0, figure=None):
    """A paragraph put into a chapter, among its `rows`, whose order is written afterwards."""
    last = max((row.order for row in rows), default=0)
    row = EditionParagraph.objects.create(
        edition=chapter.edition, chapter=chapter, paragraph=paragraph, order=last + 1, kind=kind,
        level=_level(kind, level), figure=figure,
    )  # fmt: skip
    rows.insert(place, row)
    return row


def _level(kind, level):
    return max(2, min(level or 2, 4)) if kind == Kind.HEADING else 0


def _write(placed, language, text, *, translates=None):
    row = ParagraphText(placed=placed, language=language, translates=translates)
    row.write(text)
    row.save()
    return row


def _rewrite(row, text):
    """Another text of a row, as its next version; returns the one before."""
    before, row.version = row.text, row.version + 1
    row.write(text)
    row.save()
    return before


def _refuse_overtaken(row, version):
    if version is not None and row.version != version:
        raise Refused(_("Nothing was changed: somebody else changed the paragraph since you opened it."))


@transaction.atomic
def add_paragraph(*, chapter, text, by, after=None, kind=Kind.TEXT, level=0, figure=None, once=False):
    """A new paragraph behind another, or at the beginning of a chapter; returns its EditionParagraph.

    `once` where the same form may come twice: what stands there already with this text and kind is what it made.
    """
    edition = drafted(chapter.edition)
    chapter, text = _chapter_of(edition, chapter), said(text, kind)
    rows = _rows(chapter, 1)
    place = _behind(rows, after)
    there = rows[place] if once and place < len(rows) else None
    as_asked = (kind, _level(kind, level), figure.pk if figure else None)
    if there and (there.kind, there.level, there.figure_id) == as_asked:
        there.edition = edition
        if original_of(there).text == text:
            return there
    paragraph = new_paragraph(edition.work)
    placed = _place(chapter, paragraph, place, rows, kind=kind, level=level, figure=figure)
    put_paragraphs_in_order(chapter, rows)
    _write(placed, edition.language, text)
    trace(Change.ADDED, edition=edition, paragraph=paragraph, by=by, language=edition.language, after=text)
    return placed


@transaction.atomic
def edit_paragraph(*, placed, text, version, by):
    """Another text of a paragraph in the edition's language. `version` is the one that was edited: Refused where it is
    no longer the last. Translations of it are outdated then. Returns the ParagraphText."""
    placed = _current(placed)
    row, text = original_of(placed), said(text, placed.kind)
    if row.text == text:
        return row
    _refuse_overtaken(row, version)
    before = _rewrite(row, text)
    trace(Change.EDITED, edition=placed.edition, paragraph=placed.paragraph, by=by, language=row.language,
          before=before, after=text)  # fmt: skip
    return row


@transaction.atomic
def set_kind(*, placed, kind, by, level=0, figure=None):
    """Make a paragraph of another kind; a heading has a level from 2 to 4, a figure its picture."""
    placed = _current(placed)
    if kind == Kind.HEADING:
        said(original_of(placed).text, kind)
    if kind == Kind.FIGURE and not figure:
        raise Refused(_("Nothing was changed: a figure has a picture."))
    before = kind_in_words(placed)
    placed.kind, placed.level = kind, _level(kind, level)
    placed.figure = figure if kind == Kind.FIGURE else None
    placed.save(update_fields=["kind", "level", "figure"])
    if (after := kind_in_words(placed)) != before:
        renumber(placed.chapter)
        placed.refresh_from_db(fields=["number"])
        trace(Change.KIND, edition=placed.edition, paragraph=placed.paragraph, by=by, before=before, after=after)
    return placed


def kind_in_words(placed):
    """As the trace keeps it: "text", "heading 2", "figure Rings (#7)" with title and key of its picture."""
    figure = placed.figure if placed.kind == Kind.FIGURE else None
    more = f"{figure.title} (#{figure.pk})" if figure else placed.level or ""
    return f"{placed.kind} {more}".strip()


@transaction.atomic
def translate_paragraph(*, placed, language, text, translates, by, version=None):
    """What a paragraph says in another language; `translates` is the version of the original that was translated, and
    `version` that of the translation that was edited, 0 where there was none: Refused where there is a later one.

    A final edition may be translated, a superseded one not. Returns the ParagraphText.
    """
    edition = locked_edition(placed.edition)
    if edition.status == Edition.Status.SUPERSEDED or language == edition.language:
        raise Refused(_("Nothing was changed: this text is not translated any more."))
    placed = _in(edition, placed)
    text, translates = said(text, placed.kind), min(translates, original_of(placed).version)
    row = ParagraphText.objects.filter(placed=placed, language=language).first()
    row = row or ParagraphText(placed=placed, language=language, version=0)
    if row.text == text and row.translates == translates:
        return row
    _refuse_overtaken(row, version)
    row.translates = translates
    before = _rewrite(row, text)
    trace(Change.TRANSLATED, edition=edition, paragraph=placed.paragraph, by=by, language=language, before=before,
          after=text)  # fmt: skip
    return row


@transaction.atomic
def move_paragraph(*, placed, by, chapter, after=None):
    """Put a paragraph behind another of a chapter of the same edition, or at the beginning of that chapter."""
    placed = _current(placed)
    was, here, there = placed.number, placed.chapter, _chapter_of(placed.edition, chapter)
    stays = there.pk == here.pk
    if after is not None and after.pk == placed.pk:
        return placed
    rows = [row for row in _rows(there, 0 if stays else 1) if row.pk != placed.pk]
    place = _behind(rows, after)
    if stays and place == placed.order - 1:
        return placed
    if not stays:
        placed.chapter, placed.order = there, max((row.order for row in rows), default=0) + 1
        placed.save(update_fields=["chapter", "order"])
        put_paragraphs_in_order(here, _rows(here))
    rows.insert(place, placed)
    put_paragraphs_in_order(there, rows)
    trace(Change.MOVED, edition=placed.edition, paragraph=placed.paragraph, by=by, before=was, after=placed.number)
    return placed


@transaction.atomic
def split_paragraph(*, placed, pieces, version, by):
    """Make several paragraphs of one: the first piece keeps the identity, the others are new and say whence they came.

    Its translations stay with the first piece and are outdated. Returns the EditionParagraphs. The same once more does
    nothing more.
    """
    placed = _current(placed)
    pieces, row = [said(piece) for piece in pieces], original_of(placed)
    rows = _rows(placed.chapter, len(pieces) - 1)
    if len(pieces) < 2:
        raise Refused(_("Nothing was changed: leave a blank line where the paragraph is to be split."))
    place = _behind(rows, placed)
    if row.version == version + 1 and (made := _split_before(placed, pieces, rows[place - 1 :])):
        return made
    _refuse_overtaken(row, version)
    before = _rewrite(row, said(pieces[0], placed.kind))
    about = {"edition": placed.edition, "by": by, "language": row.language}
    trace(Change.SPLIT, paragraph=placed.paragraph, before=before, after=row.text, **about)
    made = [rows[place - 1]]
    for piece in pieces[1:]:
        paragraph = new_paragraph(placed.edition.work, split_from=placed.paragraph)
        kind = Kind.TEXT if placed.kind in ALONE else placed.kind
        made.append(_place(placed.chapter, paragraph, place + len(made) - 1, rows, kind=kind))
        _write(made[-1], placed.edition.language, piece)
        trace(Change.SPLIT, paragraph=paragraph, after=piece, other=placed.paragraph, **about)
    put_paragraphs_in_order(placed.chapter, rows)
    return made


def _split_before(placed, pieces, rows):
    """The rows that stand for the pieces already, or []."""
    rows = rows[: len(pieces)]
    texts = ParagraphText.objects.filter(placed__in=rows).in_languages([placed.edition.language])
    texts = dict(texts.values_list("placed", "text"))
    return rows if [texts[row.pk] for row in rows] == pieces else []


def following(placed):
    """The next paragraph of its chapter, or None."""
    rows = EditionParagraph.objects.in_chapter(placed.chapter).behind(placed.order).select_related("paragraph")
    found = rows.first()
    if found:
        found.edition = placed.edition
    return found


def why_not_merged(placed, other):
    """Why two paragraphs cannot become one, or ""."""
    if other is None:
        return _("Nothing was changed: no paragraph follows in this chapter.")
    if {placed.kind, other.kind} & ALONE:
        return _("Nothing was changed: a heading or a figure is not merged with what stands beside it.")
    return ""


@transaction.atomic
def merge_paragraph(*, placed, version, by, taken=None):
    """Take the next paragraph of the chapter into one, whose identity stays; returns the EditionParagraph.

    The identity of the other stays known, with the one into which it went. `taken` are the (serial, version) of the
    other as they were seen: Refused where another follows now, or another text. A translation that both have is merged
    too, and is up to date where both were.
    """
    placed = _current(placed)
    merged = Paragraph.objects.of(placed.edition.work).called(taken[0]).first() if taken else None
    left = merged and not EditionParagraph.objects.of(placed.edition).of_paragraph(merged).exists()
    if left and merged.merged_into_id == placed.paragraph_id and original_of(placed).version == version + 1:
        return placed  # the same form once more
    other = following(placed)
    if reason := why_not_merged(placed, other):
        raise Refused(reason)
    row, gone = original_of(placed), original_of(other)
    _refuse_overtaken(row, version)
    if taken not in (None, (other.paragraph.serial, gone.version)):
        raise Refused(_("Nothing was changed: what follows the paragraph is not what you saw."))
    was, went = row.version, gone.version
    before = _rewrite(row, said(f"{row.text}\n\n{gone.text}"))
    about = {"edition": placed.edition, "by": by, "other": other.paragraph}
    trace(Change.MERGED, paragraph=placed.paragraph, language=row.language, before=before, after=row.text, **about)
    _merge_translations(placed, other, was, went, about)
    _take_out(other, by=by, into=placed.paragraph)
    other.paragraph.merged_into = placed.paragraph
    other.paragraph.save(update_fields=["merged_into"])
    return placed


def _merge_translations(placed, other, was, went, about):
    """Put together what both say in a language; `was` and `went` are the versions of the originals."""
    theirs = {row.language: row for row in _translations(other)}
    for row in _translations(placed):
        gone = theirs.get(row.language)
        if gone is None or len(row.text) + len(gone.text) + 2 > LONGEST_PARAGRAPH:
            continue
        if row.translates == was and gone.translates == went:
            row.translates = was + 1
        before = _rewrite(row, f"{row.text}\n\n{gone.text}")
        trace(Change.MERGED, paragraph=placed.paragraph, language=row.language, before=before, after=row.text, **about)


def _translations(placed):
    return ParagraphText.objects.filter(placed=placed).exclude(language=placed.edition.language)


@transaction.atomic
def remove_paragraph(*, placed, by, version=None):
    """Take a paragraph out of the edition that is being drafted; earlier editions keep it. `version` is the one that
    was seen: Refused where it is no longer the last."""
    placed = _current(placed)
    _refuse_overtaken(original_of(placed), version)
    _take_out(placed, by=by)


def _take_out(placed, *, by, into=None):
    """Its texts stay in the trace, in each language."""
    about = {"edition": placed.edition, "paragraph": placed.paragraph, "by": by, "other": into}
    for row in ParagraphText.objects.filter(placed=placed).order_by("translates", "language"):
        trace(Change.REMOVED, language=row.language, before=row.text, **about)
    placed.delete()
    put_paragraphs_in_order(placed.chapter, _rows(placed.chapter))


@transaction.atomic
def set_evidence(*, placed, shown, chosen, by):
    """Which of the lessons that were shown are evidence of what a paragraph says: of its identity, so in all editions.
    Those that were not shown stay as they are."""
    locked_work(placed.edition.work_id)
    placed.paragraph.lessons.remove(*set(shown) - set(chosen))
    placed.paragraph.lessons.add(*chosen)
