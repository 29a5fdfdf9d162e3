"""An edition of a standard to measure with, of 600 pages: forty chapters of three hundred paragraphs, of which some are
headings, lists and tables, in the words of the real summaries; half of it translated into Spanish."""

import random

from benchmarks.addresses import BOOK
from benchmarks.wording import Wording
from core.labels import Label
from events.models import MajorEvent
from training.actions import finalise, renumber, start_edition
from training.models import Chapter, EditionParagraph, Paragraph, ParagraphText, Publication

CHAPTERS = 40
BATCH = 1000
Kind = EditionParagraph.Kind


def fill_manual(*, paragraphs, seed=1, say=lambda text: None):
    """Bring a publication to a final edition of so many paragraphs; an edition that is there stays."""
    work = Publication.objects.get(slug=BOOK)
    if work.editions.exists():
        say(f"paragraphs: 0 made, {work.paragraphs.count()} there")
        return
    maker = ManualMaker(work, seed)
    for order in range(1, CHAPTERS + 1):
        maker.chapter(order, paragraphs // CHAPTERS)
    finalise(edition=maker.edition, by=None)
    say(f"paragraphs: {maker.serial} made")


class ManualMaker:
    """Makes the chapters of one edition."""

    def __init__(self, work, seed):
        self.rng = random.Random(f"manual {seed}")  # noqa: S311 - reproducible, not secret
        self.work, self.serial = work, 0
        self.sentences = list(
            MajorEvent.objects.exclude(summary_en=None).exclude(summary_en="").values_list("summary_en", flat=True)
        )
        self.wording = Wording(self.sentences, self.rng)
        self.edition = start_edition(work=work, by=None, label=Label.CLEAR, language="en")

    def chapter(self, order, size):
        """One chapter with its paragraphs and their texts."""
        title = self._words()[:80]
        chapter = Chapter.objects.create(edition=self.edition, order=order, title_en=title, title_es=title)
        made = [Paragraph(work=self.work, serial=self.serial + n) for n in range(1, size + 1)]
        self.serial += size
        rows = [self._placed(chapter, row, n) for n, row in enumerate(Paragraph.objects.bulk_create(made, BATCH), 1)]
        rows = EditionParagraph.objects.bulk_create(rows, BATCH)
        texts = [self._text(row, "en") for row in rows]
        texts += [self._text(row, "es", translates=1) for row in rows[::2]]
        ParagraphText.objects.bulk_create(texts, BATCH)
        renumber(chapter)

    def _placed(self, chapter, paragraph, order):
        kind = Kind.HEADING if order % 15 == 1 else Kind.TABLE if order % 60 == 30 else Kind.TEXT
        kind = Kind.LIST if order % 12 == 5 else kind
        level = 2 if kind == Kind.HEADING else 0
        return EditionParagraph(
            edition=self.edition, chapter=chapter, paragraph=paragraph, order=order, kind=kind, level=level
        )

    def _text(self, placed, language, translates=None):
        row = ParagraphText(placed=placed, language=language, translates=translates)
        row.write(self._said(placed.kind))
        return row

    def _said(self, kind):
        if kind == Kind.HEADING:
            return self._words()[:70]
        if kind == Kind.LIST:
            return "\n".join(f"- {self._words()}" for _ in range(4))
        if kind == Kind.TABLE:
            return "| Post | Task |\n| --- | --- |\n" + "\n".join(f"| {n} | {self._words()} |" for n in range(6))
        return " ".join(self._words() for _ in range(3))

    def _words(self):
        return self.wording.like(self.rng.choice(self.sentences)).replace("|", "/").strip()[:300]
