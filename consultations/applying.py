"""Verbs from comment to paragraph: write what was accepted into the next edition, link comments with what changed."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from consultations.commenting import locked_consultation
from consultations.disposing import LINKED, TAKES_IN
from consultations.insertions import in_one
from consultations.models import Comment
from core.inputs import keys_of
from core.markdown import to_html
from moderation.refusals import Refused
from training.actions import locked_edition
from training.models import Edition, EditionParagraph, Paragraph, ParagraphChange, ParagraphText
from training.reading import standing_in
from training.writing import edit_paragraph, original_of, translate_paragraph

MOST_CHANGES = 20
MOST_TOGETHER = 50


@dataclass(frozen=True)
class Target:
    """Where a comment is applied: its paragraph in the next edition and what that says in the comment's language.
    `version` is 0 where there is no translation yet."""

    placed: EditionParagraph
    text: str
    version: int
    fits: bool

    @property
    def edition(self):
        return self.placed.edition


def next_edition_of(edition, user):
    """The later edition that is being drafted, the one that is based on this rather than another; or None."""
    rows = Edition.objects.visible_to(user).of(edition.work).filter(number__gt=edition.number, status="drafting")
    return max(rows, key=lambda row: (row.based_on_id == edition.pk, row.number), default=None)


def target_of(comment, user, following=None):
    """The Target of a comment on a paragraph in the edition `following`; None where its paragraph has left that."""
    following = following or next_edition_of(comment.consultation.edition, user)
    if following is None or comment.placed is None:
        return None
    placed = standing_in(following, comment.placed.paragraph.serial, user)
    if placed is None:
        return None
    placed.edition = placed.chapter.edition = following
    row = ParagraphText.objects.filter(placed=placed, language=comment.text_language).first()
    text, version = (row.text, row.version) if row else ("", 0)
    is_it = placed.paragraph_id == comment.placed.paragraph_id
    return Target(placed, text, version, bool(comment.proposed) and is_it and text == comment.base)


def why_not_apply(comment, target):
    """Why a comment cannot be written into the next edition now, as a sentence; "" where it can."""
    if comment.disposition not in TAKES_IN:
        return _("Accept the comment first, or a part of it: what is not accepted is not written into the text.")
    if comment.placed_id is None:
        return _("This comment is on no paragraph: change the text where it needs it, and link that with the comment.")
    if target is None:
        return _("There is no next edition that is being drafted, or the paragraph has left it.")
    return ""


@transaction.atomic
def apply_comment(*, comment, text, version, by, also=()):
    """Write a text into the paragraph of the next edition on which a comment is, and link that change with the comment
    and with `also`, others that it answers. `version` is that of the text that was seen: Refused where there is a later
    one. The same once more changes nothing. Returns the ParagraphChange."""
    comment, *others = _locked(comment, also)
    target = target_of(comment, by)
    if reason := why_not_apply(comment, target):
        raise Refused(_("Nothing was changed: %(reason)s") % {"reason": reason})
    said, language = {"placed": target.placed, "text": text, "version": version, "by": by}, comment.text_language
    if language == target.edition.language:
        row = edit_paragraph(**said)
    else:
        row = translate_paragraph(language=language, translates=_translated(target, language), **said)
    change = _change_to(target.placed, language, row.text)
    if change is None:
        raise Refused(_("Nothing was changed: the paragraph says this already, and did so from its beginning."))
    for one in (comment, *others):
        one.changes.add(change)
    return change


def _translated(target, language):
    """The version of the original that a translation renders: mending it does not say that it is up to date."""
    row = ParagraphText.objects.filter(placed=target.placed, language=language).first()
    return row.translates if row and row.translates else original_of(target.placed).version


def _change_to(placed, language, text):
    """The last change by which a paragraph came to say a text in a language; None where none is known."""
    rows = ParagraphChange.objects.of(placed.edition).about(placed.paragraph).newest_first()
    return rows.filter(after=text, language=language).first()


def _locked(comment, also=()):
    """Comments as they are now, which nobody disposes of otherwise until the transaction ends: the first, then others
    of `also` that a change of the text may answer. The locks are taken in the order of all who write here: publication,
    edition, consultation, comments."""
    locked_edition(comment.consultation.edition)
    locked_consultation(comment.consultation)
    rows = Comment.objects.filter(pk__in=[comment.pk, *(row.pk for row in also)]).submitted()
    rows = {row.pk: row for row in rows.for_detail().order_by("pk").locked()}
    if comment.pk not in rows:
        raise Refused(_("Nothing was changed: the comment was withdrawn meanwhile."))
    first = rows.pop(comment.pk)
    alike = [row for row in rows.values() if row.consultation_id == first.consultation_id]
    return [first, *(row for row in alike if row.disposition in LINKED)]


@transaction.atomic
def link_changes(*, comment, shown, chosen, by):
    """Say which of the changes of the text that were shown answer a comment, and which do not; others stay. Changes are
    those of later editions. It is no change of a disposition: so it can be done after the closing too."""
    (comment,) = _locked(comment)
    chosen, shown = {row.pk for row in chosen}, {row.pk for row in shown}
    if chosen and comment.disposition not in LINKED:
        raise Refused(_("Nothing was linked: the comment was not accepted."))
    known = set(later_changes(comment, by).filter(pk__in=shown | chosen).values_list("pk", flat=True))
    comment.changes.remove(*((shown & known) - chosen))
    comment.changes.add(*(chosen & known))
    return comment


def later_changes(comment, user):
    """Changes of the text in editions that came after the one on which a comment is."""
    edition, rows = comment.consultation.edition, ParagraphChange.objects.visible_to(user)
    return rows.filter(edition__work=edition.work_id, edition__number__gt=edition.number)


def changes_for(comment, user):
    """The changes of the text that answer a comment, those that somebody may know of: one of an edition that is being
    drafted is not among them for the States."""
    rows = comment.changes.filter(pk__in=ParagraphChange.objects.visible_to(user))
    return rows.select_related("edition__work", "paragraph").order_by("edition__number", "pk")


def changes_to_link(comment, user, identifier=""):
    """[ParagraphChange] that may answer a comment, the newest first: those linked already, and those of the paragraph
    of an identifier such as "p17", or else of its own."""
    rows = later_changes(comment, user).select_related("edition__work", "paragraph", "other", "by").newest_first()
    linked = list(rows.filter(comments=comment)[:MOST_CHANGES])
    serial = keys_of([identifier.strip().lower().removeprefix("p")]) if identifier else []
    if not serial and comment.placed and not identifier:
        serial = [comment.placed.paragraph.serial]
    found = rows.filter(paragraph__in=Paragraph.objects.of(comment.consultation.edition.work).filter(serial__in=serial))
    return linked + [row for row in found[:MOST_CHANGES] if row not in linked] if serial else linked


def companions_of(comment, user):
    """Other comments that the same change may answer: those on the same paragraph, and those handled with it."""
    rows = Comment.objects.visible_to(user).of(comment.consultation).submitted().exclude(pk=comment.pk)
    paragraph = rows.filter(placed=comment.placed_id) if comment.placed_id else rows.none()
    return (paragraph | rows.together_with(comment)).for_list().in_matrix_order()[:MOST_TOGETHER]


def goes_with(comment, other):
    """Whether two comments are handled together."""
    mine, theirs = comment.handled_with_id or comment.pk, other.handled_with_id or other.pk
    return mine == theirs


def two_changes(comment, target):
    """(what the comment would change, what the next edition says otherwise than the text that it was written on)."""
    return as_one(comment.base, comment.proposed), as_one(comment.base, target.text)


def as_one(before, after, effort=None):
    """Two texts in Markdown as one in safe HTML, with what left and what came marked."""
    (html,), _differ = in_one(to_html(before), to_html(after), effort=effort)
    return html
