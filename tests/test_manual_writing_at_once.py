"""Many writers at a time: identifiers are given once, places have no gaps, and nobody waits for ever."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from moderation.refusals import Refused
from tests.factories import make_chapter, make_edition, make_final
from training import writing
from training.actions import finalise, start_edition
from training.models import Edition, EditionParagraph, Paragraph

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS, ROUNDS = 8, 5


def at_once(*acts):
    """Do each of some acts in a thread of its own, all beginning together; gives what each was answered."""
    start = threading.Barrier(len(acts), timeout=60)

    def run(act):
        start.wait()
        try:
            return act()
        except Refused as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def in_order(chapter):
    rows = list(EditionParagraph.objects.in_chapter(chapter).select_related("paragraph"))
    assert [row.order for row in rows] == list(range(1, len(rows) + 1))
    assert [row.number for row in rows] == [f"{chapter.order}.{n}" for n in range(1, len(rows) + 1)]
    return rows


def test_identifiers_are_given_once_by_writers_at_a_time():
    first = make_chapter(paragraphs=["One. Two."])
    second = make_chapter(edition=first.edition, title="Second", paragraphs=["Three."])
    other = make_chapter(edition=make_edition(work=first.edition.work), paragraphs=["In another edition."])

    def write(number):
        chapter = (first, second, other)[number % 3]
        for count in range(ROUNDS):
            row = writing.add_paragraph(chapter=chapter, text=f"{number} {count}. More.", by=None)
            writing.split_paragraph(placed=row, pieces=[f"{number} {count}.", "More."], version=1, by=None)
            if chapter != other:
                target = second if chapter == first else first
                writing.move_paragraph(placed=row, chapter=target, by=None)

    assert set(at_once(*(lambda number=number: write(number) for number in range(WRITERS)))) == {None}
    written = [row for chapter in (first, second, other) for row in in_order(chapter)]
    assert len(written) == 3 + 2 * WRITERS * ROUNDS
    serials = sorted(row.paragraph.serial for row in written)
    assert serials == list(range(1, len(written) + 1))
    assert Paragraph.objects.count() == len(written)


def test_of_splits_and_merges_at_a_time_one_is_done():
    chapter = make_chapter(paragraphs=["One. Two.", "Three."])
    row = EditionParagraph.objects.in_chapter(chapter).select_related("edition").first()

    def split(*pieces):
        return writing.split_paragraph(placed=row, pieces=pieces, version=1, by=None)

    def merge():
        return writing.merge_paragraph(placed=row, version=1, taken=(2, 1), by=None)

    answers = at_once(lambda: split("One.", "Two."), merge, lambda: split("One", ". Two."))
    assert sum(isinstance(answer, Refused) for answer in answers) == 2
    assert len(in_order(chapter)) in (1, 3)


def test_editions_begun_and_let_out_at_a_time_leave_one_final():
    edition = make_final(make_chapter(paragraphs=["One."]).edition)
    drafts = [make_edition(work=edition.work, based_on=edition) for _ in range(2)]
    begin = {"work": edition.work, "by": None, "label": edition.label, "language": "en", "based_on": edition}
    row = EditionParagraph.objects.of(edition).select_related("edition").get()
    chapter = drafts[0].chapters.get()

    def translate():
        return writing.translate_paragraph(placed=row, language="es", text="Uno.", translates=1, by=None)

    at_once(
        *(lambda draft=draft: finalise(edition=draft, by=None) for draft in drafts),
        *(lambda: start_edition(**begin) for _ in range(2)),
        translate,
        lambda: writing.add_paragraph(chapter=chapter, text="Two.", by=None),
    )
    assert Edition.objects.filter(status="final").count() == 1
    assert sorted(Edition.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5]
