"""What the secretariat does to the text of an edition: identity, order, numbers, translations and the trace."""

import pytest

from moderation.refusals import Refused
from tests.factories import make_chapter, make_document, make_edition, make_final, make_paragraph
from training import actions, writing
from training.models import Chapter, EditionParagraph, Paragraph, ParagraphChange, ParagraphText
from training.paragraph_history import MOST_SHOWN, original_at

pytestmark = pytest.mark.django_db
Kind = EditionParagraph.Kind


def lines(chapter):
    """(identifier, number, original) of each paragraph, in order."""
    rows = EditionParagraph.objects.in_chapter(chapter).select_related("paragraph", "edition")
    assert [row.order for row in rows] == list(range(1, len(rows) + 1))
    return [(row.paragraph.identifier, row.number, writing.original_of(row).text) for row in rows]


def placed(chapter, name):
    return EditionParagraph.objects.in_chapter(chapter).at(name).select_related("paragraph", "edition", "chapter").get()


def translate(row, language, text, translates=1):
    return writing.translate_paragraph(placed=row, language=language, text=text, translates=translates, by=None)


def states(chapter, name):
    """{language: (text, version, translates)} of a paragraph."""
    rows = ParagraphText.objects.filter(placed=placed(chapter, name))
    return {row.language: (row.text, row.version, row.translates) for row in rows}


@pytest.fixture
def chapter(db):
    return make_chapter(paragraphs=["One.", "Two.", "Three."])


def test_numbers_follow_the_order_and_headings_have_none(chapter):
    make_paragraph(chapter=chapter, text="## Part", after=placed(chapter, "p1"), kind=Kind.HEADING, level=2)
    assert lines(chapter) == [("p1", "1.1", "One."), ("p4", "", "Part"), ("p2", "1.2", "Two."), ("p3", "1.3", "Three.")]
    writing.set_kind(placed=placed(chapter, "p4"), kind=Kind.TEXT, by=None)
    assert [number for _name, number, _text in lines(chapter)] == ["1.1", "1.2", "1.3", "1.4"]
    writing.set_kind(placed=placed(chapter, "p1"), kind=Kind.HEADING, level=3, by=None)
    assert [number for _name, number, _text in lines(chapter)] == ["", "1.1", "1.2", "1.3"]
    assert ParagraphChange.objects.filter(kind="kind").values_list("before", "after").last() == ("text", "heading 3")


def test_numbers_beyond_ten_move_as_numbers(chapter):
    for _ in range(10):
        make_paragraph(chapter=chapter, text="More.", after=placed(chapter, "p1"))
    writing.move_paragraph(placed=placed(chapter, "p3"), chapter=chapter, by=None)
    assert [number for _name, number, _text in lines(chapter)] == [f"1.{n}" for n in range(1, 14)]
    assert lines(chapter)[0][0] == "p3"


def test_heading_is_one_line(chapter):
    with pytest.raises(Refused, match="one line"):
        make_paragraph(chapter=chapter, text="A\nB", kind=Kind.HEADING, level=2)
    row = make_paragraph(chapter=chapter, text="A\n\nB")
    with pytest.raises(Refused, match="one line"):
        writing.set_kind(placed=row, kind=Kind.HEADING, level=2, by=None)
    with pytest.raises(Refused, match="picture"):
        writing.set_kind(placed=row, kind=Kind.FIGURE, by=None)


def test_form_of_a_new_paragraph_of_another_kind_is_another_form(chapter):
    given = {"chapter": chapter, "text": "Same.", "by": None, "once": True}
    kinds = [("text", 0), ("box", 0), ("heading", 2), ("heading", 3)]
    made = [writing.add_paragraph(kind=kind, level=level, **given) for kind, level in kinds for _ in range(2)]
    assert [row.pk for row in made[::2]] == [row.pk for row in made[1::2]]
    assert len({row.pk for row in made}) == 4


def test_another_picture_of_a_figure_is_in_the_trace(chapter):
    one, two = (make_document(title="Gate", filename=f"{name}.png") for name in "ab")
    for picture in (one, one, two):
        writing.set_kind(placed=placed(chapter, "p1"), kind="figure", figure=picture, by=None)
    kinds = ParagraphChange.objects.filter(kind="kind").order_by("pk").values_list("before", "after")
    figures = [f"figure Gate (#{picture.pk})" for picture in (one, two)]
    assert list(kinds) == [("text", figures[0]), tuple(figures)]


def test_what_the_original_said_is_found_behind_any_number_of_changes(chapter):
    for n in range(2, 5):
        writing.edit_paragraph(placed=placed(chapter, "p1"), text=f"v{n}", version=n - 1, by=None)
    make_edition(work=make_final(chapter.edition).work, based_on=chapter.edition)
    there = Chapter.objects.get(edition__number=2)
    for n in range(5, MOST_SHOWN + 9):
        writing.edit_paragraph(placed=placed(there, "p1"), text=f"v{n}", version=n - 1, by=None)
    now = placed(there, "p1")
    versions = range(2, MOST_SHOWN + 8)
    assert [original_at(now, writing.original_of(now), n) for n in versions] == [f"v{n}" for n in versions]


def test_paragraph_is_not_put_behind_one_that_has_left(chapter):
    gone = placed(chapter, "p2")
    writing.remove_paragraph(placed=gone, by=None)
    with pytest.raises(Refused, match="has left the chapter"):
        make_paragraph(chapter=chapter, text="Four.", after=gone)
    with pytest.raises(Refused, match="has left the chapter"):
        writing.move_paragraph(placed=placed(chapter, "p3"), chapter=chapter, after=gone, by=None)
    assert [name for name, _number, _text in lines(chapter)] == ["p1", "p3"]


def test_identifier_of_a_paragraph_that_left_is_not_given_again(chapter):
    writing.remove_paragraph(placed=placed(chapter, "p3"), by=None)
    assert make_paragraph(chapter=chapter, text="New.").paragraph.identifier == "p4"


def test_edit_refuses_an_older_version_and_takes_the_same_text_twice(chapter):
    row = placed(chapter, "p1")
    writing.edit_paragraph(placed=row, text="Uno.", version=1, by=None)
    with pytest.raises(Refused, match="somebody else"):
        writing.edit_paragraph(placed=row, text="Eins.", version=1, by=None)
    assert writing.edit_paragraph(placed=row, text="Uno.", version=1, by=None).version == 2
    assert ParagraphChange.objects.filter(kind="edited").count() == 1


def test_translation_is_outdated_once_its_original_changed(chapter):
    row = placed(chapter, "p1")
    translate(row, "es", "Uno.")
    assert not ParagraphText.objects.in_chapter(chapter).outdated().exists()
    writing.edit_paragraph(placed=row, text="One and only.", version=1, by=None)
    assert [text.text for text in ParagraphText.objects.in_chapter(chapter).outdated()] == ["Uno."]
    assert translate(row, "es", "El único.", 9).translates == 2  # no version that is not there yet
    with pytest.raises(Refused, match="somebody else"):
        writing.translate_paragraph(placed=row, language="es", text="Otro.", translates=2, version=1, by=None)


def test_final_edition_is_translated_and_not_written_and_a_superseded_one_neither(chapter):
    row = placed(chapter, "p1")
    make_final(chapter.edition)
    for act in (
        lambda: writing.edit_paragraph(placed=row, text="Else.", version=1, by=None),
        lambda: writing.remove_paragraph(placed=row, by=None),
        lambda: writing.set_kind(placed=row, kind=Kind.BOX, by=None),
        lambda: actions.move_chapter(chapter=chapter, order=1, by=None),
        lambda: actions.edit_chapter(chapter=chapter, title_en="Else", by=None),
    ):
        with pytest.raises(Refused, match="only while it is being drafted"):
            act()
    translate(row, "es", "Uno.")
    assert actions.edit_chapter(chapter=chapter, title_es="Plan", by=None).title_es == "Plan"
    following = make_edition(work=chapter.edition.work, based_on=chapter.edition)
    make_final(following)
    with pytest.raises(Refused, match="not translated any more"):
        translate(row, "es", "Otro.")


def test_split_gives_new_identities_and_leaves_translations_with_the_first(chapter):
    row = placed(chapter, "p2")
    translate(row, "es", "Dos.")
    made = writing.split_paragraph(placed=row, pieces=["Two", "and", "a half."], version=1, by=None)
    assert [one.paragraph.identifier for one in made] == ["p2", "p4", "p5"]
    assert [name for name, _number, _text in lines(chapter)] == ["p1", "p2", "p4", "p5", "p3"]
    assert states(chapter, "p2") == {"en": ("Two", 2, None), "es": ("Dos.", 1, 1)}
    assert made[1].paragraph.split_from.identifier == "p2"
    with pytest.raises(Refused, match="somebody else"):
        writing.split_paragraph(placed=row, pieces=["Two", "again"], version=1, by=None)


def test_form_of_a_split_or_a_merge_that_comes_twice_is_done_once(chapter):
    row = placed(chapter, "p2")
    for _ in range(2):
        writing.split_paragraph(placed=row, pieces=["Two", "and a half."], version=1, by=None)
    assert [name for name, _number, _text in lines(chapter)] == ["p1", "p2", "p4", "p3"]
    for _ in range(2):
        writing.merge_paragraph(placed=row, version=2, taken=(4, 1), by=None)
    assert lines(chapter)[1:] == [("p2", "1.2", "Two\n\nand a half."), ("p3", "1.3", "Three.")]


def test_merge_puts_translations_together_and_keeps_the_rest_in_the_trace(chapter):
    one, two = placed(chapter, "p1"), placed(chapter, "p2")
    translate(one, "es", "Uno.")
    translate(two, "es", "Dos.")
    translate(one, "fr", "Un.")
    translate(two, "pt", "Dois.")
    writing.merge_paragraph(placed=one, version=1, taken=(2, 1), by=None)
    assert [name for name, _number, _text in lines(chapter)] == ["p1", "p3"]
    found = states(chapter, "p1")
    assert found == {"en": ("One.\n\nTwo.", 2, None), "es": ("Uno.\n\nDos.", 2, 2), "fr": ("Un.", 1, 1)}
    removed = ParagraphChange.objects.filter(kind="removed", paragraph__serial=2)
    assert set(removed.values_list("language", "before")) == {("en", "Two."), ("es", "Dos."), ("pt", "Dois.")}
    assert Paragraph.objects.get(serial=2).merged_into.identifier == "p1"


def test_merge_of_an_outdated_translation_stays_outdated(chapter):
    one, two = placed(chapter, "p1"), placed(chapter, "p2")
    translate(one, "es", "Uno.")
    translate(two, "es", "Dos.")
    writing.edit_paragraph(placed=two, text="Two!", version=1, by=None)
    writing.merge_paragraph(placed=one, version=1, by=None)
    assert states(chapter, "p1")["es"] == ("Uno.\n\nDos.", 2, 1)


def test_merge_refuses_what_was_not_seen_and_what_does_not_belong_together(chapter):
    one = placed(chapter, "p1")
    for taken in ((3, 1), (2, 2)):
        with pytest.raises(Refused, match="not what you saw"):
            writing.merge_paragraph(placed=one, version=1, taken=taken, by=None)
    with pytest.raises(Refused, match="no paragraph follows"):
        writing.merge_paragraph(placed=placed(chapter, "p3"), version=1, by=None)
    writing.set_kind(placed=placed(chapter, "p2"), kind=Kind.HEADING, level=2, by=None)
    with pytest.raises(Refused, match="heading"):
        writing.merge_paragraph(placed=one, version=1, by=None)
    assert len(lines(chapter)) == 3


def test_paragraph_moves_into_another_chapter_with_all_it_has(chapter):
    other = make_chapter(edition=chapter.edition, title="Transport", paragraphs=["Four."])
    translate(placed(chapter, "p2"), "es", "Dos.")
    writing.move_paragraph(placed=placed(chapter, "p2"), chapter=other, after=placed(other, "p4"), by=None)
    assert lines(chapter) == [("p1", "1.1", "One."), ("p3", "1.2", "Three.")]
    assert lines(other) == [("p4", "2.1", "Four."), ("p2", "2.2", "Two.")]
    assert states(other, "p2")["es"][0] == "Dos."
    foreign = make_chapter(paragraphs=["Elsewhere."])
    with pytest.raises(Refused, match="not, or no longer, in this edition"):
        writing.move_paragraph(placed=placed(other, "p2"), chapter=foreign, by=None)


def test_paragraph_that_stays_leaves_no_trace(chapter):
    writing.move_paragraph(placed=placed(chapter, "p2"), chapter=chapter, after=placed(chapter, "p1"), by=None)
    assert not ParagraphChange.objects.filter(kind="moved").exists()


def test_full_chapter_takes_no_more_but_is_put_in_another_order(chapter, monkeypatch):
    monkeypatch.setattr(writing, "MOST_PARAGRAPHS", 3)
    with pytest.raises(Refused, match="at most 3"):
        make_paragraph(chapter=chapter)
    with pytest.raises(Refused, match="at most 3"):
        writing.split_paragraph(placed=placed(chapter, "p1"), pieces=["O", "ne."], version=1, by=None)
    writing.move_paragraph(placed=placed(chapter, "p3"), chapter=chapter, by=None)
    assert [name for name, _number, _text in lines(chapter)] == ["p3", "p1", "p2"]


def test_removed_paragraph_leaves_its_texts_in_the_trace(chapter):
    row = placed(chapter, "p2")
    translate(row, "pt", "Dois.")
    with pytest.raises(Refused, match="somebody else"):
        writing.remove_paragraph(placed=row, version=2, by=None)
    writing.remove_paragraph(placed=row, version=1, by=None)
    kept = ParagraphChange.objects.filter(kind="removed").values_list("language", "before")
    assert set(kept) == {("en", "Two."), ("pt", "Dois.")}
    with pytest.raises(Refused, match="has left this edition"):
        writing.edit_paragraph(placed=row, text="Back.", version=1, by=None)


def test_chapters_move_with_the_numbers_of_their_paragraphs(chapter):
    edition = chapter.edition
    second = make_chapter(edition=edition, title="Second", paragraphs=["Four."])
    third = make_chapter(edition=edition, title="Third")
    actions.move_chapter(chapter=second, order=1, by=None)
    assert list(Chapter.objects.of(edition).order_by("order")) == [second, chapter, third]
    assert [number for _name, number, _text in lines(second)] == ["1.1"]
    assert [number for _name, number, _text in lines(chapter)] == ["2.1", "2.2", "2.3"]
    with pytest.raises(Refused, match="still has paragraphs"):
        actions.remove_chapter(chapter=second, by=None)
    actions.remove_chapter(chapter=third, by=None)
    with pytest.raises(Refused, match="has left"):
        actions.remove_chapter(chapter=third, by=None)


def test_chapter_refuses_what_somebody_else_changed(chapter):
    seen = actions.standing_of(chapter)
    actions.edit_chapter(chapter=chapter, title_en="Plans", seen=seen, by=None)
    with pytest.raises(Refused, match="somebody else"):
        actions.edit_chapter(chapter=chapter, title_en="Planes", seen=seen, by=None)
    assert chapter.history.count() == 2


def test_next_edition_begins_with_all_of_another_and_leaves_it_alone(chapter):
    translate(placed(chapter, "p1"), "es", "Uno.")
    edition = make_final(chapter.edition)
    following = make_edition(work=edition.work, based_on=edition, number=2)
    mine = Chapter.objects.of(following).get()
    assert lines(mine) == lines(chapter)
    assert states(mine, "p1") == states(chapter, "p1")
    writing.edit_paragraph(placed=placed(mine, "p1"), text="Changed.", version=1, by=None)
    assert lines(chapter)[0][2] == "One."
    with pytest.raises(Refused, match="begun meanwhile"):
        make_edition(work=edition.work, number=2)
    with pytest.raises(Refused, match="original language"):
        make_edition(work=edition.work, based_on=edition, language="es")
    with pytest.raises(Refused, match="original language"):
        make_edition(based_on=edition)
