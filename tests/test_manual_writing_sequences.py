"""Whatever is done to the text of an edition in whatever order: every word, number and identifier is where it must be.

Beside the edition stands a plain list of what it should say; after each act both are compared whole.
"""

import random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation.refusals import Refused
from tests.factories import make_chapter, make_edition, make_final
from training import actions, writing
from training.models import Chapter, Edition, EditionParagraph, Paragraph, ParagraphText

pytestmark = pytest.mark.django_db
ACTS = ["add", "add", "edit", "translate", "translate", "split", "split", "merge", "merge", "move", "move", "remove",
        "kind", "move_chapter", "add_chapter", "remove_chapter", "next"]  # fmt: skip
STEPS = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 2**32)), min_size=1, max_size=25)


class Said:
    """A paragraph as it should be."""

    def __init__(self, serial, text, kind="text"):
        self.serial, self.text, self.kind, self.spanish = serial, text, kind, None

    def facts(self):
        return self.serial, self.text, self.kind, self.spanish


def facts_of(edition):
    """[[facts of each paragraph] of each chapter], as the database has them; asserts numbers and places."""
    found = []
    for place, chapter in enumerate(Chapter.objects.of(edition).order_by("order"), 1):
        assert chapter.order == place
        rows = list(EditionParagraph.objects.in_chapter(chapter).select_related("paragraph"))
        assert [row.order for row in rows] == list(range(1, len(rows) + 1))
        assert {row.edition_id for row in rows} <= {edition.pk}
        numbered = [row.number for row in rows if row.kind != "heading"]
        assert numbered == [f"{place}.{count}" for count in range(1, len(numbered) + 1)]
        assert {row.number for row in rows if row.kind == "heading"} <= {""}
        texts = ParagraphText.objects.in_chapter(chapter).values_list("placed", "language", "text")
        texts = {(key, language): text for key, language, text in texts}
        found.append([
            (row.paragraph.serial, texts[row.pk, "en"], row.kind, texts.get((row.pk, "es"))) for row in rows
        ])  # fmt: skip
    assert EditionParagraph.objects.of(edition).count() == sum(map(len, found))
    return found


class Manual:
    """An edition, the list of what it should say, and the editions before it as they were left."""

    def __init__(self):
        self.edition, self.left, self.words = make_edition(), {}, 0
        self.said = [[Said(1, "a"), Said(2, "b")], [Said(3, "c")]]
        for number, rows in enumerate(self.said):
            make_chapter(edition=self.edition, title=str(number), paragraphs=[row.text for row in rows])
        self.given = {1, 2, 3}
        for said in self.said[0]:  # two neighbours that both have a translation
            said.spanish = self.word()
            row = self.row(said)
            writing.translate_paragraph(placed=row, language="es", text=said.spanish, translates=1, by=None)

    def do(self, act, seed):
        self.chance = random.Random(seed)
        try:
            with transaction.atomic():
                getattr(self, act)()
        except Refused:
            return

    def check(self):
        assert facts_of(self.edition) == [[row.facts() for row in rows] for rows in self.said]
        for key, facts in self.left.items():
            assert facts_of(Edition.objects.get(pk=key)) == facts
        assert set(Paragraph.objects.values_list("serial", flat=True)) == self.given

    def word(self):
        self.words += 1
        return f"w{self.words}"

    def new(self):
        """The identifier that is next."""
        self.given.add(max(self.given) + 1)
        return max(self.given)

    def chapter(self, place):
        return Chapter.objects.of(self.edition).get(order=place + 1)

    def row(self, said):
        rows = EditionParagraph.objects.of(self.edition).called(said.serial)
        return rows.select_related("edition", "chapter", "paragraph").get()

    def any(self):
        """(chapter, place, paragraph) of one that is there."""
        found = [(c, n, row) for c, rows in enumerate(self.said) for n, row in enumerate(rows)]
        if not found:
            raise Refused
        return self.chance.choice(found)

    def version(self, said):
        return writing.original_of(self.row(said)).version

    def add(self):
        chapter = self.chance.randrange(len(self.said)) if self.said else None
        if chapter is None:
            raise Refused
        place, text = self.chance.randint(0, len(self.said[chapter])), self.word()
        after = self.row(self.said[chapter][place - 1]) if place else None
        writing.add_paragraph(chapter=self.chapter(chapter), text=text, after=after, by=None)
        self.said[chapter].insert(place, Said(self.new(), text))

    def edit(self):
        _chapter, _place, said = self.any()
        text = (
            f"{said.text} {self.word()}" if said.kind == "heading" else f"{said.text}\n\n{self.word()}\n\n{self.word()}"
        )
        writing.edit_paragraph(placed=self.row(said), text=text, version=self.version(said), by=None)
        said.text = text

    def translate(self):
        _chapter, _place, said = self.any()
        text, version = self.word(), self.version(said)
        writing.translate_paragraph(placed=self.row(said), language="es", text=text, translates=version, by=None)
        said.spanish = text

    def split(self):
        chapter, place, said = self.any()
        pieces = said.text.split("\n\n")
        writing.split_paragraph(placed=self.row(said), pieces=pieces, version=self.version(said), by=None)
        said.text = pieces[0]
        self.said[chapter][place + 1 : place + 1] = [Said(self.new(), piece, said.kind) for piece in pieces[1:]]

    def merge(self):
        chapter, place, said = self.any()
        writing.merge_paragraph(placed=self.row(said), version=self.version(said), by=None)
        gone = self.said[chapter].pop(place + 1)
        said.text = f"{said.text}\n\n{gone.text}"
        if said.spanish and gone.spanish:
            said.spanish = f"{said.spanish}\n\n{gone.spanish}"

    def move(self):
        chapter, place, said = self.any()
        there = self.chance.randrange(len(self.said))
        others = [row for row in self.said[there] if row is not said]
        behind = self.chance.randint(0, len(others))
        after = self.row(others[behind - 1]) if behind else None
        writing.move_paragraph(placed=self.row(said), chapter=self.chapter(there), after=after, by=None)
        self.said[chapter].pop(place)
        self.said[there].insert(behind, said)

    def remove(self):
        chapter, place, said = self.any()
        writing.remove_paragraph(placed=self.row(said), by=None)
        self.said[chapter].pop(place)

    def kind(self):
        _chapter, _place, said = self.any()
        kind = self.chance.choice(["heading", "text", "box"])
        writing.set_kind(placed=self.row(said), kind=kind, level=2, by=None)
        said.kind = kind

    def add_chapter(self):
        make_chapter(edition=self.edition, title="More")
        self.said.append([])

    def remove_chapter(self):
        if not self.said:
            raise Refused
        place = self.chance.randrange(len(self.said))
        actions.remove_chapter(chapter=self.chapter(place), by=None)
        assert self.said.pop(place) == []

    def move_chapter(self):
        if not self.said:
            raise Refused
        place, there = (self.chance.randrange(len(self.said)) for _ in range(2))
        actions.move_chapter(chapter=self.chapter(place), order=there + 1, by=None)
        self.said.insert(there, self.said.pop(place))

    def next(self):
        edition = make_final(self.edition)
        self.left[edition.pk] = facts_of(edition)
        self.edition = make_edition(work=edition.work, based_on=edition)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_sequence_of_acts_leaves_every_word_number_and_identifier_where_it_must_be(steps, db):
    with transaction.atomic():
        manual = Manual()
        for act, seed in steps:
            manual.do(act, seed)
            manual.check()
        transaction.set_rollback(True)
