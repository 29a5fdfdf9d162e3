"""What the pages show on which an edition is written: how far it is, what it lacks, its paragraphs with their acts."""

from collections import defaultdict
from dataclasses import dataclass
from html import escape

from django.db.models import Count
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.labels import Label
from core.languages import CONTENT_LANGUAGES, content_language
from core.markdown import clean
from training.actions import HOLDS
from training.models import Chapter, ChapterLoad, Edition, EditionParagraph, ParagraphText
from training.paragraph_rows import ONE_PARAGRAPH

MOST_SHOWN = 300  # paragraphs on one page
WARNS = []
COLUMNS = ["pk", "order", "number", "kind", "level", "paragraph__serial", "figure__title", "evidence_count"]


def warn_of(what_to_look_at):
    """Let `what_to_look_at(edition)`, of an app to the right, give sentences of what to look at before it is final."""
    if what_to_look_at not in WARNS:
        WARNS.append(what_to_look_at)


def languages_of(edition):
    """[(code, own name)] of the languages into which an edition is translated."""
    return [(code, name) for code, name in CONTENT_LANGUAGES if code != edition.language]


@dataclass(frozen=True)
class Translated:
    """How far a text is translated into a language; `missing` and `outdated` paragraphs are still to do."""

    code: str
    name: str
    current: int
    outdated: int
    missing: int

    @property
    def is_begun(self):
        return bool(self.current or self.outdated)


@dataclass(frozen=True)
class ChapterState:
    chapter: Chapter
    languages: list


def chapters_with_states(edition):
    """The chapters of an edition with how far each is translated, and the same for all of it."""
    texts = ParagraphText.objects.in_edition(edition).order_by().values("placed__chapter", "language")
    said, old = _counted(texts), _counted(texts.outdated())
    chapters = list(Chapter.objects.of(edition).for_contents())
    rows = [
        ChapterState(chapter, _states(edition, said, old, {chapter.pk: chapter.paragraph_count}))
        for chapter in chapters
    ]
    return rows, _states(edition, said, old, {chapter.pk: chapter.paragraph_count for chapter in chapters})


def _counted(texts):
    """{(chapter, language): how many texts}."""
    rows = texts.annotate(n=Count("pk"))
    return {(row["placed__chapter"], row["language"]): row["n"] for row in rows}


def _states(edition, said, old, totals):
    """[Translated] of some chapters, {key: how many paragraphs}."""
    found, total = [], sum(totals.values())
    for code, name in languages_of(edition):
        there = sum(said.get((key, code), 0) for key in totals)
        outdated = sum(old.get((key, code), 0) for key in totals)
        found.append(Translated(code, name, there - outdated, outdated, total - there))
    return found


def missing(edition, rows, states):
    """Sentences of what an edition lacks before it should be final: (what keeps it from it, what is only said)."""
    keeps, said = [], []
    empty = [row.chapter.order for row in rows if not row.chapter.paragraph_count]
    if len(empty) == len(rows):
        keeps.append(_("It has no text yet."))
    elif empty:
        numbers = ", ".join(map(str, empty))
        words = ngettext("Chapter %(n)s has no text.", "Chapters %(n)s have no text.", len(empty))
        said.append(words % {"n": numbers})
    if waiting := ChapterLoad.objects.of(edition).waiting().count():
        words = ngettext("%(n)d loaded text waits for confirmation.", "%(n)d loaded texts wait for it.", waiting)
        said.append(words % {"n": waiting})
    if edition.is_drafted and (now := final_now(edition)) and now.pk != edition.based_on_id:
        words = _("“%(edition)s” is final and is not what this draft was begun from: what changed in it is not here.")
        said.append(words % {"edition": now.label_of_edition})
    keeps += [reason for why_not in HOLDS if (reason := why_not(edition))]
    said += [words for what_to_look_at in WARNS for words in what_to_look_at(edition)]
    if edition.work.publication != edition.work.Publication.PUBLISHED:
        said.append(_("The publication itself is not published: nobody will find the edition."))
    for state in states:
        if state.is_begun and (state.outdated or state.missing):
            numbers = {"language": state.name, "outdated": state.outdated, "missing": state.missing}
            said.append(_("%(language)s: %(missing)d paragraphs without translation, %(outdated)d outdated.") % numbers)
    return keeps, said


def who_will_read(edition):
    """A sentence: who reads an edition that is published, by its label and by that of its publication."""
    label = edition.strictest.label
    if label == Label.CLEAR:
        return _("Everybody reads it, on the open internet.")
    if label == Label.GREEN:
        return _("Every member of this portal reads it, partners and experts too.")
    if label == Label.AMBER:
        return _("The Focal Points and alternates of all States read it, and the secretariat.")
    return _("The Focal Points and alternates of the States that it names read it, and the secretariat.")


def final_now(edition):
    """The edition of the same publication that is final today, or None."""
    return Edition.objects.of(edition.work).exclude(pk=edition.pk).filter(status=Edition.Status.FINAL).first()


def page_of(order):
    """The number of the first paragraph on the page of a chapter on which one stands."""
    return (max(order, 1) - 1) // MOST_SHOWN * MOST_SHOWN + 1


def writing_url(chapter, placed=None):
    """The page on which a chapter is written, at one of its paragraphs."""
    edition = chapter.edition
    url = reverse("training:chapter_write", args=[edition.work.slug, edition.number, chapter.order])
    if placed is None:
        return url
    begin = page_of(placed.order)
    return f"{url}{f'?from={begin}' if begin > 1 else ''}#{placed.paragraph.identifier}"


def shown(html):
    """The HTML of a text as a page prints it, cleaned once more."""
    return mark_safe(clean(html))  # noqa: S308 - cleaned in this line


class Sheet:
    """The paragraphs of a chapter from one place on, as finished text with the links of their acts."""

    def __init__(self, chapter, begin):
        self.chapter, self.edition = chapter, chapter.edition
        self.may_write = self.edition.is_drafted
        self.may_translate = self.edition.status != Edition.Status.SUPERSEDED
        placed = EditionParagraph.objects.in_chapter(chapter)
        self.total = placed.count()
        self.begin = begin if begin <= self.total else 1
        on_page = placed.between(self.begin, self.begin + MOST_SHOWN - 1)
        self.rows = list(on_page.annotate(evidence_count=Count("paragraph__lessons")).values(*COLUMNS))
        self.texts, self.states = self._read([row["pk"] for row in self.rows])
        self.languages, self.words = languages_of(self.edition), _words()
        self.kinds = {kind.value: escape(str(kind.label)) for kind in EditionParagraph.Kind}
        self.lang = "" if self.edition.language == content_language() else f' lang="{self.edition.language}"'

    def _read(self, keys):
        """({key: HTML of the original}, {key: {language: (version, translates)}})."""
        texts = ParagraphText.objects.filter(placed__in=keys).order_by()
        states = defaultdict(dict)
        for key, language, version, translates in texts.values_list("placed", "language", "version", "translates"):
            states[key][language] = (version, translates)
        originals = texts.in_languages([self.edition.language])
        return dict(originals.values_list("placed", "html")), states

    @property
    def pages(self):
        """[(first, last, whether it is this one)] where there are more pages than one."""
        if self.total <= MOST_SHOWN:
            return []
        firsts = range(1, self.total + 1, MOST_SHOWN)
        return [(first, min(first + MOST_SHOWN - 1, self.total), first == self.begin) for first in firsts]

    def html(self):
        return mark_safe("".join(map(self._row, self.rows)))  # noqa: S308 - each part is escaped or cleaned

    def _row(self, row):
        serial = row["paragraph__serial"]
        name, number = f"p{serial}", f"{row['number']} " if row["number"] else ""
        level = f" {row['level']}" if row["level"] else ""
        facts = f"{name} · {self.kinds[row['kind']]}{level}"
        picture = f'<p class="soft">{escape(row["figure__title"] or "")}</p>' if row["kind"] == "figure" else ""
        return (
            f'<article class="post" id="{name}" aria-labelledby="{name}-n"><h2 id="{name}-n">{number}'
            f'<span class="soft">{facts}</span></h2>{picture}'
            f'<div class="prose"{self.lang}>{self._body(row)}</div>'
            f'<div class="post__acts no-print">{self._acts(f"../../p/{serial}/", name, row)}</div></article>\n'
        )

    def _body(self, row):
        html = clean(self.texts.get(row["pk"], ""))
        only = ONE_PARAGRAPH.fullmatch(html) if row["kind"] == "heading" else None
        return f"<h3>{only[1]}</h3>" if only else html

    def _acts(self, url, name, row):
        words, said = self.words, []
        if self.may_write:
            said += [f'<a href="{url}edit/">{words["edit"]}<span class="sr"> {name}</span></a>']
            said += [f'<a href="../add/?after={name}">{words["add"]}<span class="sr"> {name}</span></a>']
        said += self._translations(url, self.states[row["pk"]])
        acts = ["split", "merge", "move", "kind", "remove"] if self.may_write else []
        links = [f'<a href="{url}{act}/">{words[act]}</a>' for act in acts]
        tagged = f" ({row['evidence_count']})" if row["evidence_count"] else ""
        links.append(f'<a href="{url}evidence/">{words["evidence"]}{tagged}</a>')
        links.append(f'<a href="{url}history/">{words["history"]}</a>')
        more = f'<summary>{words["more"]}<span class="sr"> {name}</span></summary>'
        return f'{" ".join(said)} <details class="fold">{more}<div class="post__acts">{" ".join(links)}</div></details>'

    def _translations(self, url, states):
        """A link for each language, with whether there is a translation, and whether it is up to date."""
        original = states.get(self.edition.language, (1, None))[0]
        for code, language in self.languages:
            state = "none"
            if code in states:
                state = "outdated" if (states[code][1] or 0) < original else "current"
            said, href = f"{language}: {self.words[state]}", f"{url}translate/?language={code}"
            yield f'<a href="{href}">{said}</a>' if self.may_translate else f"<span>{said}</span>"


def _words():
    """The words that every paragraph needs, escaped."""
    words = {
        "edit": _("Edit"),
        "add": _("Add after"),
        "more": _("More"),
        "split": _("Split"),
        "merge": _("Merge with the next"),
        "move": _("Move"),
        "kind": _("Change its kind"),
        "remove": _("Remove"),
        "evidence": _("Evidence"),
        "history": _("History"),
        "none": _("not translated"),
        "outdated": _("outdated"),
        "current": _("up to date"),
    }
    return {key: escape(said) for key, said in words.items()}
