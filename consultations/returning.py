"""The verb of returned forms: every row judged, then all of them kept as drafts of their State, or none."""

import json
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consultations.commenting import edit_comment, locked_consultation
from consultations.drafting import add_drafts
from consultations.form_rows import FILLED, KEY, PLACE, kind_names, place_name, places_of, plain
from consultations.models import Comment
from consultations.rules import why_not_comment
from core.markdown import is_blank
from core.text import fold
from members.access import Action, can
from moderation.refusals import Refused

MOST_CHANGED = 1000
ROWS = uuid.UUID("5f4dc6a1-6f0c-4b43-9a55-1e0a4ee3b7a2")  # the space of names in which a row has its token
ADDED, CHANGED, UNCHANGED, EMPTIED, WRONG = "added", "changed", "unchanged", "emptied", "wrong"
WORDS = ["kind", "text", "proposed", "rationale"]


@dataclass
class Entry:
    """What became of a row that holds something, or why it was refused."""

    line: int
    place: str
    fate: str = WRONG
    reasons: list = field(default_factory=list)
    comment: Comment | None = None
    words: dict = field(default_factory=dict)
    token: uuid.UUID | None = None
    text_language: str = ""
    is_conflict: bool = False  # somebody else changed or removed the draft meanwhile


@dataclass
class Report:
    """What became of a returned form. Where a row is `wrong` nothing of it was kept."""

    entries: list
    remarks: list = field(default_factory=list)

    def of_fate(self, fate):
        return [entry for entry in self.entries if entry.fate == fate]

    @property
    def wrong(self):
        return self.of_fate(WRONG)

    @property
    def has_conflicts(self):
        return any(entry.is_conflict for entry in self.wrong)

    @property
    def kept(self):
        """What was added or changed."""
        return self.of_fate(ADDED) + self.of_fate(CHANGED)


class _Undone(Exception):
    """A row was refused while they were written."""


def take_in(*, returned, consultation, state, language, replace, by):
    """Keep the rows of a form as drafts, all or none; returns the Report. The same form again adds nothing.

    `replace`: what was changed in the portal after the form was made is overwritten, and what was removed is added.
    Refused where the State cannot comment now, or so many drafts would be changed that it takes too long.
    """
    judge = Judge(returned, consultation, state, replace, by)  # reads the whole text: others need not wait for that
    with transaction.atomic():
        judge.consult(locked_consultation(consultation))
        return _taken_in(returned, judge, language)


def _taken_in(returned, judge, language):
    if reason := why_not_comment(judge.consultation, judge.state):
        raise Refused(reason)
    report = Report([entry for row in returned.rows if (entry := judge.entry(row))], returned.remarks)
    if len(report.of_fate(CHANGED)) > MOST_CHANGED:
        said = _("More than %(most)d drafts would be changed at once. Return the form in parts.")
        raise Refused(said % {"most": MOST_CHANGED})
    if not report.wrong:
        with suppress(_Undone), transaction.atomic():
            _write(report, judge, language)
    return report


def _write(report, judge, language):
    said = {"consultation": judge.consultation, "state": judge.state, "by": judge.by}
    added = report.of_fate(ADDED)
    drafts, source = [_draft_of(entry, judge, language) for entry in added], str(judge.code)
    for entry, comment in zip(added, add_drafts(drafts=drafts, source=source, **said), strict=True):
        entry.comment = comment
    for entry in report.of_fate(CHANGED):
        words = entry.words | {"language": language, "text_language": entry.text_language, "source": source}
        try:
            comment = entry.comment
            entry.comment = edit_comment(comment=comment, by=judge.by, version=comment.version, **words)
        except Refused as refused:
            entry.fate, entry.reasons = WRONG, [str(refused)]
    if report.wrong:
        raise _Undone


def _draft_of(entry, judge, language):
    """The fields of the Comment that a row becomes."""
    place = judge.places[entry.place]
    where = {"placed_id": place.placed, "chapter_id": place.chapter_key}
    base = place.texts[entry.text_language] if entry.words["proposed"] else ""
    languages = {"language": language, "text_language": entry.text_language}
    return entry.words | where | languages | {"token": entry.token, "base": base}


class Judge:
    """What rows of a form are judged by: the text as it is, and what the State has said so far."""

    def __init__(self, returned, consultation, state, replace, by):
        self.code, self.consultation, self.state = returned.code, consultation, state
        self.replace, self.by = replace, by
        self.languages = {match[2] for row in returned.rows if (match := KEY.fullmatch(row["key"])) and match[2]}
        self.lines, self.new = {}, set()  # the keys so far, and what is added
        self.kinds = kind_names()
        self._read()

    def _read(self):
        """What can be commented on."""
        self.asked = {row.pk for row in self.consultation.chapters.all()}
        self.places = places_of(self.consultation, self.languages)

    def consult(self, consultation):
        """Read what the State has said, while the consultation is locked."""
        self.consultation = consultation
        if self.asked != {row.pk for row in consultation.chapters.all()}:
            self._read()
        mine = list(Comment.objects.of(consultation).by_state(self.state).for_list())
        self.by_key = {row.pk: row for row in mine}
        self.by_token = {row.token: row for row in mine}
        left = [row for row in mine if row.status != Comment.Status.WITHDRAWN]
        self.by_words = {(place_name(row), *_words_of(row)): row for row in left}

    @cached_property
    def _sources(self):
        """{comment: (of which form its words are, who returned that)} by the last entry of its history."""
        rows = Comment.history.filter(consultation_id=self.consultation.pk, state_id=self.state.pk)
        rows = rows.order_by("history_id").values_list("id", "history_change_reason", "history_user")
        return {key: source for key, *source in rows}

    def entry(self, row):
        """The Entry of a row, or None where it says nothing."""
        match = KEY.fullmatch(row["key"]) if row["key"] else None
        entry = Entry(row.line, row["place"].lower()[:20], reasons=list(row.wrong))
        if not entry.reasons and not any(row[name] for name in FILLED):
            return self._empty(row, entry, match)
        if not entry.reasons:
            self._place(row, entry, match)
        if not entry.reasons:
            self._words(row, entry)
        if not entry.reasons:
            self._fate(row, entry, match)
        return entry

    def _empty(self, row, entry, match):
        """A row on which nothing is said: wrong where the text was written over, told where there was a draft."""
        place = self.places.get(entry.place)
        if match and place and self._other_text(row, place, match):
            entry.reasons.append(_written_over())
            return entry
        if match and match[3] and int(match[3]) in self.by_key:
            entry.fate, entry.comment = EMPTIED, self.by_key[int(match[3])]
            return entry
        return None

    def _other_text(self, row, place, match):
        """Whether the text of a paragraph is not that of the form."""
        if place.placed is None or not match[2]:
            return False
        said = place.in_language(match[2], self.consultation.edition.language)[1]
        return row["words"].split() != plain(said).split()

    def _place(self, row, entry, match):
        """Whether the row is still on what its key says."""
        reasons, name = entry.reasons, entry.place
        if row["key"] and not match:
            reasons.append(_("The key was changed. Put back what the form had there, or leave it empty."))
        elif row["key"] in self.lines:
            said = _("Row %(row)d has the same key. Leave the key empty in a row that you added.")
            reasons.append(said % {"row": self.lines[row["key"]]})
        elif match and match[1] and match[1] != name:
            said = _("The row is about %(right)s, and under Paragraph stands “%(found)s”. Put back what the form had.")
            reasons.append(said % {"right": match[1], "found": row["place"][:20]})
        elif not PLACE.fullmatch(name):
            reasons.append(_("Write under Paragraph what it is about: p17, c3 for chapter 3, or all."))
        elif name not in self.places:
            said = _("%(place)s is not, or no longer, in the text on which the States are asked.")
            reasons.append(said % {"place": name})
        elif match and match[1]:
            self._unchanged(row, reasons, self.places[name], match)
        if row["key"]:
            self.lines.setdefault(row["key"], row.line)

    def _unchanged(self, row, reasons, place, match):
        if row["number"] != place.number:
            said = _("Under No. stands “%(found)s”, and %(place)s has “%(right)s”. Put back what the form had.")
            reasons.append(said % {"found": row["number"][:20], "place": place.name, "right": place.number})
        if self._other_text(row, place, match):
            reasons.append(_written_over())

    def _words(self, row, entry):
        """Whether what is said can be kept."""
        kind = self.kinds.get(fold(row["kind"]), "") if row["kind"] else Comment.Kind.GENERAL
        if not kind:
            said = _("“%(found)s” is no type of comment: choose one from the list.")
            entry.reasons.append(said % {"found": row["kind"][:40]})
        if is_blank(row["text"]):
            entry.reasons.append(_("There is no comment. Say in a few words what is meant."))
        for name in ("text", "rationale", "proposed"):
            most = Comment._meta.get_field(name).max_length
            if len(row[name]) > most:
                said = _("%(column)s: more than %(most)d characters.")
                label = Comment._meta.get_field(name).verbose_name.capitalize()
                entry.reasons.append(said % {"column": label, "most": most})
        if row["proposed"] and not entry.place.startswith("p"):
            entry.reasons.append(_("A change is proposed on a paragraph. Say in the comment what you would change."))
        entry.words = {name: row[name] for name in WORDS} | {"kind": kind}
        if is_blank(row["proposed"]):
            entry.words["proposed"] = ""

    def _fate(self, row, entry, match):
        """What is done with a row that is good in itself."""
        self._resolve(row, entry, match)
        there = self._there(row, entry, match)
        if entry.reasons or entry.fate == UNCHANGED:
            return
        if there is None:
            words = (entry.place, *(entry.words[name] for name in WORDS))
            entry.fate = UNCHANGED if words in self.new else ADDED
            self.new.add(words)
            return
        known = int(match[4]) if match and match[4] and there.pk == int(match[3]) else None
        reason = self._why_not(there)
        if not (reason or self.replace or there.version == known or self._is_of_form(there)):
            entry.is_conflict = True
            reason = _("This draft was changed in the portal after the form was made: look at it there first.")
        entry.fate = WRONG if reason else CHANGED
        entry.reasons += [reason] if reason else []

    def _resolve(self, row, entry, match):
        """The language of the text beside which something is proposed, and the token by which the row is known."""
        place, original = self.places[entry.place], self.consultation.edition.language
        asked = match[2] if match and match[2] else original
        entry.text_language, base = place.in_language(asked, original)
        if plain(base) == entry.words["proposed"]:
            entry.words["proposed"] = ""
        own = row["key"] or json.dumps([entry.place, *(entry.words[name] for name in WORDS)])
        entry.token = uuid.uuid5(ROWS, f"{self.code}/{own}")

    def _there(self, row, entry, match):
        """The comment that a row is, or None where it is a new one; a fate where that is clear by it."""
        key = int(match[3]) if match and match[3] else None
        there = self.by_key.get(key) or self.by_token.get(entry.token)
        words = [entry.words[name] for name in WORDS]
        if there and place_name(there) != entry.place:
            entry.reasons.append(_("The draft of this row is on another paragraph. Put back the key of the form."))
        same = self.by_words.get((entry.place, *words)) if there is None else there
        if same and _words_of(same) == words:
            entry.fate, entry.comment = UNCHANGED, same
        elif key and not there and not self.replace:
            entry.is_conflict = True
            entry.reasons.append(_("The draft of this row was removed in the portal after the form was made."))
        entry.comment = entry.comment or there
        return there

    def _is_of_form(self, there):
        """Whether nobody changed a comment since the same person returned the same form."""
        return self._sources.get(there.pk) == [str(self.code), self.by.pk]

    def _why_not(self, there):
        """Why a row cannot change the comment that it is, as a sentence; "" where it can."""
        if there.status == Comment.Status.SUBMITTED:
            return _("This comment was submitted meanwhile: it is not changed any more.")
        if not can(self.by, Action.DRAFT_COMMENT, there):
            return _("Somebody else of your State wrote this draft, and you may not change it. Leave it as it was.")
        return ""


def _words_of(comment):
    return [getattr(comment, name) for name in WORDS]


def _written_over():
    return _("The text of the paragraph was changed. Put it back, and write your own under Proposed change.")


def summary_of(report):
    """ "3 drafts added, 1 changed, 20 unchanged.": what a form did, in a sentence."""
    counts = [len(report.of_fate(fate)) for fate in (ADDED, CHANGED, UNCHANGED)]
    words = [
        ngettext("%(n)d draft added", "%(n)d drafts added", counts[0]),
        ngettext("%(n)d changed", "%(n)d changed", counts[1]),
        ngettext("%(n)d unchanged", "%(n)d unchanged", counts[2]),
    ]
    return ", ".join(said % {"n": n} for said, n in zip(words, counts, strict=True))
