"""The pages of one act each on one paragraph: what they do, refuse, and give back."""

import pytest

from core.labels import Label
from tests.factories import make_chapter, make_edition, make_final, make_lesson, make_paragraph, make_publication
from training import writing
from training.models import LONGEST_PARAGRAPH, EditionParagraph, ParagraphChange, ParagraphText

pytestmark = pytest.mark.django_db
HERE = "/en/manual/manual/1/"


@pytest.fixture
def chapter(db):
    work = make_publication(slug="manual", title="The manual")
    return make_chapter(edition=make_edition(work=work), paragraphs=["One.", "Two.", "Three."])


@pytest.fixture
def writer(client_for, secretariat):
    return client_for(secretariat)


def said(answer, status=200):
    assert answer.status_code == status
    return answer.content.decode()


def row(name):
    return EditionParagraph.objects.at(name).select_related("paragraph", "edition", "chapter").get()


def texts():
    rows = EditionParagraph.objects.filter(edition__work__slug="manual").order_by("chapter__order", "order")
    return [writing.original_of(placed).text for placed in rows]


def test_paragraph_add_puts_it_where_it_was_asked_once(chapter, writer):
    address = f"{HERE}1/add/?after=p1"
    assert "After 1.1 (p1)." in said(writer.get(address))
    given = {"text": "One and **a half**.\r\n\r\nAnd more.", "kind": "box"}
    for _ in range(2):
        assert writer.post(address, given).url == f"{HERE}1/write/#p4"
    assert texts() == ["One.", "One and **a half**.\n\nAnd more.", "Two.", "Three."]
    assert row("p4").kind == "box"
    assert writer.post(f"{HERE}1/add/", {"text": "## First", "kind": "heading", "level": 3}).status_code == 302
    assert (texts()[0], row("p5").level) == ("First", 3)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"text": " \n", "kind": "text"}, "This field is required."),
        ({"text": "\u200b", "kind": "text"}, "a paragraph says something"),
        ({"text": "x" * (LONGEST_PARAGRAPH + 1), "kind": "text"}, "at most 20000 characters"),
        ({"text": "A\nB", "kind": "heading", "level": 2}, "a heading is one line"),
        ({"text": "A", "kind": "poem"}, "not one of the available choices"),
        ({"text": "A", "kind": "figure"}, "not one of the available choices"),
        ({"text": "A", "kind": "heading", "level": 7}, "not one of the available choices"),
    ],
)
def test_paragraph_add_refuses_and_gives_the_text_back(given, why, chapter, writer):
    page = said(writer.post(f"{HERE}1/add/", given))
    assert why in page
    assert given["text"].strip() in page
    assert len(texts()) == 3


def test_paragraph_add_behind_one_that_has_left_gives_the_text_back(chapter, writer):
    writing.remove_paragraph(placed=row("p2"), by=None)
    page = said(writer.post(f"{HERE}1/add/?after=p2", {"text": "My words.", "kind": "text"}))
    assert "has left" in page
    assert "My words." in page
    assert writer.get(f"{HERE}1/add/?after=p2").status_code == 404
    assert writer.get(f"{HERE}1/add/?after=x").status_code == 404


def test_paragraph_edit_saves_and_leads_back_to_it(chapter, writer):
    assert "Two." in said(writer.get(f"{HERE}p/2/edit/"))
    answer = writer.post(f"{HERE}p/2/edit/", {"text": "Two, *or* three.", "version": 1})
    assert answer.url == f"{HERE}1/write/#p2"
    assert "<em>or</em>" in said(writer.get(f"{HERE}1/write/"))


def test_paragraph_edit_shows_both_texts_where_somebody_was_faster(chapter, writer, secretariat):
    writing.edit_paragraph(placed=row("p2"), text="Theirs.", version=1, by=secretariat)
    page = said(writer.post(f"{HERE}p/2/edit/", {"text": "Mine.", "version": 1}), 409)
    assert "<del>Theirs.</del>" in page
    assert "<ins>Mine.</ins>" in page
    assert 'name="version" value="2"' in page
    assert texts()[1] == "Theirs."
    assert writer.post(f"{HERE}p/2/edit/", {"text": "Mine.", "version": 2}).status_code == 302
    assert texts()[1] == "Mine."


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 12])
def test_paragraph_edit_without_its_version_is_refused(version, chapter, writer):
    assert "Mine." in said(writer.post(f"{HERE}p/2/edit/", {"text": "Mine.", "version": version}))
    assert texts()[1] == "Two."


@pytest.mark.parametrize("act", ["edit", "split", "merge", "move", "kind", "remove", "evidence", "history"])
def test_act_on_a_paragraph_that_has_left_says_so_and_gives_the_text_back(act, chapter, writer):
    writing.merge_paragraph(placed=row("p1"), version=1, by=None)
    address = f"{HERE}p/2/{act}/"
    page = said(writer.get(address), 404)
    assert "What it said went into p1." in page
    if act != "history":
        assert "My words." in said(writer.post(address, {"text": "My words.", "version": 1}), 404)
    assert writer.get(f"{HERE}p/99/{act}/").status_code == 404


def test_text_of_a_final_edition_is_refused_and_given_back(chapter, writer):
    make_final(chapter.edition)
    page = said(writer.post(f"{HERE}p/2/edit/", {"text": "Mine.", "version": 1}))
    assert "only while it is being drafted" in page
    assert "Mine." in page
    for act, given in {"split": {"text": "Tw\n\no."}, "kind": {"kind": "box"}, "remove": {}, "merge": {}}.items():
        writer.post(f"{HERE}p/2/{act}/", {"version": 1, "serial": 3, "following": 1} | given)
    assert texts() == ["One.", "Two.", "Three."]


def test_paragraph_translate_shows_what_changed_in_the_original(chapter, writer):
    address = f"{HERE}p/2/translate/?language=es"
    assert writer.post(address, {"text": "Dos.", "version": 0, "translates": 1}).url == f"{HERE}1/write/#p2"
    writing.edit_paragraph(placed=row("p2"), text="Two gates.", version=1, by=None)
    writing.edit_paragraph(placed=row("p2"), text="Three gates.", version=2, by=None)
    page = said(writer.get(address))
    assert "has changed since it was translated" in page
    assert "<del>Two.</del>" in page
    assert "<ins>Three gates.</ins>" in page
    assert 'name="translates" value="3"' in page
    assert "Dos." in page


def test_what_changed_is_found_in_the_edition_before(chapter, writer):
    writer.post(f"{HERE}p/2/translate/?language=es", {"text": "Dos.", "version": 0, "translates": 1})
    writing.edit_paragraph(placed=row("p2"), text="Two gates.", version=1, by=None)
    make_edition(work=make_final(chapter.edition).work, based_on=chapter.edition)
    page = said(writer.get("/en/manual/manual/2/p/2/translate/?language=es"))
    assert "<del>Two.</del>" in page
    assert "<ins>Two gates.</ins>" in page
    assert "Edited." in said(writer.get("/en/manual/manual/2/p/2/history/"))


def test_paragraph_translate_goes_on_to_the_next_one_that_waits(chapter, writer):
    writing.translate_paragraph(placed=row("p2"), language="es", text="Dos.", translates=1, by=None)
    given = {"text": "Uno.", "version": 0, "translates": 1, "next": "1"}
    assert writer.post(f"{HERE}p/1/translate/?language=es", given).url == f"{HERE}p/3/translate/?language=es"
    assert writer.post(f"{HERE}p/3/translate/?language=es", given | {"text": "Tres."}).url == f"{HERE}1/write/#p3"


def test_paragraph_translate_goes_on_from_the_beginning_behind_the_last(chapter, writer):
    given = {"text": "Tres.", "version": 0, "translates": 1, "next": "1"}
    assert writer.post(f"{HERE}p/3/translate/?language=es", given).url == f"{HERE}p/1/translate/?language=es"
    assert writer.post(f"{HERE}p/2/translate/?language=es", given).url == f"{HERE}p/1/translate/?language=es"
    answer = writer.post(f"{HERE}p/1/translate/?language=es", given, follow=True)
    assert "No other paragraph of this chapter waits for it." in said(answer)


def test_paragraph_translate_gives_back_what_somebody_else_translated_meanwhile(chapter, writer):
    writing.translate_paragraph(placed=row("p2"), language="es", text="Par.", translates=1, by=None)
    given = {"text": "Dos.", "version": 0, "translates": 1}
    page = said(writer.post(f"{HERE}p/2/translate/?language=es", given), 409)
    assert "<del>Par.</del>" in page
    assert "<ins>Dos.</ins>" in page
    assert writer.post(f"{HERE}p/2/translate/?language=es", given | {"version": 1}).status_code == 302
    assert "Español" in said(writer.get(f"{HERE}p/2/translate/"))
    for language in ("en", "de", "<"):
        assert writer.get(f"{HERE}p/2/translate/?language={language}").status_code == 404


def test_paragraph_split_splits_at_blank_lines_and_keeps_the_words(chapter, writer):
    writing.edit_paragraph(placed=row("p2"), text="Two gates. Three doors.", version=1, by=None)
    address = f"{HERE}p/2/split/"
    assert "blank line where" in said(writer.post(address, {"text": "Two gates. Three doors.", "version": 2}))
    page = said(writer.post(address, {"text": "Two gates.\r\n\r\nFour doors.", "version": 2}))
    assert "not those of the paragraph" in page
    assert "Four doors." in page
    answer = writer.post(address, {"text": "Two gates.\r\n \r\n\r\nThree doors.", "version": 2})
    assert answer.url == f"{HERE}1/write/#p2"
    assert texts() == ["One.", "Two gates.", "Three doors.", "Three."]


def test_paragraph_merge_shows_the_text_first(chapter, writer):
    page = said(writer.get(f"{HERE}p/1/merge/"))
    assert "<p>One.</p>\n<p>Two.</p>" in page
    given = {"version": 1, "serial": 2, "following": 1}
    writing.move_paragraph(placed=row("p2"), chapter=chapter, after=row("p3"), by=None)
    assert "not what you saw" in said(writer.post(f"{HERE}p/1/merge/", given, follow=True))
    assert writer.post(f"{HERE}p/1/merge/", given | {"serial": 3}).url == f"{HERE}1/write/#p1"
    assert texts() == ["One.\n\nThree.", "Two."]
    assert "no paragraph follows" in said(writer.get(f"{HERE}p/2/merge/"))
    assert writer.post(f"{HERE}p/1/merge/", {"version": "x"}).status_code == 200


def test_paragraph_move_chooses_a_chapter_and_a_place(chapter, writer):
    other = make_chapter(edition=chapter.edition, title="Second", paragraphs=["Four."])
    assert "1.3 · p3 · Three." in said(writer.get(f"{HERE}p/1/move/"))
    address = f"{HERE}p/1/move/?chapter=2"
    assert "2.1 · p4 · Four." in said(writer.get(address))
    foreign = make_paragraph()
    assert "not one of the available" in said(writer.post(address, {"after": foreign.pk}))
    assert (
        writer.post(address, {"after": EditionParagraph.objects.in_chapter(other).get().pk}).url == f"{HERE}2/write/#p1"
    )
    assert texts() == ["Two.", "Three.", "Four.", "One."]
    for chosen in ("9", "x", ""):
        said(writer.get(f"{HERE}p/1/move/?chapter={chosen}"))


def test_paragraph_kind_makes_a_heading_of_it(chapter, writer):
    assert writer.post(f"{HERE}p/1/kind/", {"kind": "heading", "level": 2}).url == f"{HERE}1/write/#p1"
    assert [row(name).number for name in ("p1", "p2", "p3")] == ["", "1.1", "1.2"]
    writing.edit_paragraph(placed=row("p2"), text="A\n\nB", version=1, by=None)
    assert "a heading is one line" in said(writer.post(f"{HERE}p/2/kind/", {"kind": "heading", "level": 2}))
    assert said(writer.post(f"{HERE}p/2/kind/", {"kind": "figure"}))
    assert row("p2").kind == "text"


def test_paragraph_remove_says_where_it_stays(chapter, writer):
    make_edition(work=make_final(chapter.edition).work, based_on=chapter.edition)
    there = "/en/manual/manual/2/p/2/remove/"
    assert "The manual · Edition 1" in said(writer.get(there))
    writing.edit_paragraph(placed=_of(2), text="Two!", version=1, by=None)
    assert "somebody else" in said(writer.post(there, {"version": 1}, follow=True))
    assert writer.post(there, {"version": 2}).url == "/en/manual/manual/2/1/write/"
    assert "Removed." in said(writer.post(there, {"version": 2}), 404)
    assert writer.get(f"{HERE}p/2/history/").status_code == 200


def _of(number):
    return EditionParagraph.objects.at("p2").get(edition__number=number)


def test_paragraph_history_tells_each_act_with_its_words(chapter, writer, secretariat):
    writing.edit_paragraph(placed=row("p2"), text="Two gates.", version=1, by=secretariat)
    writing.translate_paragraph(placed=row("p2"), language="es", text="Dos.", translates=2, by=secretariat)
    writing.set_kind(placed=row("p2"), kind="heading", level=3, by=secretariat)
    writing.move_paragraph(placed=row("p2"), chapter=chapter, by=secretariat)
    page = said(writer.get(f"{HERE}p/2/history/"))
    acts = ["Moved: its number was –", "Made of another kind: Text, then Heading 3.", "Translated: Español.", "Edited."]
    assert [page.index(act) for act in acts] == sorted(page.index(act) for act in acts)
    assert "<ins>Two gates.</ins>" in page
    assert str(secretariat) in page


def test_paragraph_evidence_finds_and_tags_lessons(chapter, writer):
    gates, doors = make_lesson(title="Open the gates early"), make_lesson(title="Count the doors")
    row("p2").paragraph.lessons.add(doors)
    address = f"{HERE}p/2/evidence/?q=gates"
    page = said(writer.get(address))
    assert "Open the gates early" in page
    assert "Count the doors" in page
    given = {"lessons": [gates.pk], "shown": [gates.pk, doors.pk]}
    assert writer.post(address, given).url == f"{HERE}1/write/#p2"
    assert list(row("p2").paragraph.lessons.all()) == [gates]
    writer.post(address, {"lessons": [doors.pk], "shown": [doors.pk]})  # what was not shown stays
    assert set(row("p2").paragraph.lessons.all()) == {gates, doors}
    assert "Select a valid choice" in said(writer.post(address, {"lessons": [99999]}))
    assert "No lesson holds these words." in said(writer.get(f"{HERE}p/1/evidence/?q=nowhere"))
    assert writer.get(f"{HERE}p/1/evidence/?q={'x' * 500}").status_code == 200


@pytest.mark.parametrize("field", ["lessons", "shown"])
@pytest.mark.parametrize("value", ["9" * 20, str(2**63), str(2**31), "-1", "x", "\0"])
def test_paragraph_evidence_refuses_what_is_no_lesson(value, field, chapter, writer):
    said(writer.post(f"{HERE}p/2/evidence/", {field: [value]}))
    assert not row("p2").paragraph.lessons.exists()


def test_lesson_of_narrower_readers_is_tagged_by_the_secretariat(chapter, writer):
    lesson = make_lesson(title="Secret gates", label=Label.RED)
    assert "Secret gates" in said(writer.get(f"{HERE}p/2/evidence/?q=secret"))
    writer.post(f"{HERE}p/2/evidence/", {"lessons": [lesson.pk], "shown": [lesson.pk]})
    assert list(row("p2").paragraph.lessons.all()) == [lesson]


def test_words_of_writers_are_no_markup(chapter, writer):
    evil = "<script>alert(1)</script> [x](javascript:alert(1))"
    writer.post(f"{HERE}p/1/edit/", {"text": evil, "version": 1})
    for page in ("1/write", "p/1/edit", "p/1/history", "p/1/split", "p/1/move", "p/1/merge"):
        shown = said(writer.get(f"{HERE}{page}/"))
        assert "<script>alert" not in shown
        assert 'href="javascript' not in shown
    assert ParagraphText.objects.filter(text=evil).exists()
    assert ParagraphChange.objects.filter(after=evil).exists()


@pytest.mark.parametrize(("act", "queries"), [("history", 8), ("evidence", 8), ("translate", 9), ("remove", 8)])
def test_page_of_an_act_asks_as_often_for_three_as_for_one(act, queries, chapter, writer, django_assert_num_queries):
    address = f"{HERE}p/2/{act}/?language=es&q=gates"
    lessons = [make_lesson(title="Gates")]
    writing.edit_paragraph(placed=row("p2"), text="Two 1.", version=1, by=None)
    writing.translate_paragraph(placed=row("p2"), language="es", text="Dos.", translates=1, by=None)
    writer.get(address)
    with django_assert_num_queries(queries):
        said(writer.get(address))
    lessons += [make_lesson(title=f"More gates {number}") for number in range(3)]
    row("p2").paragraph.lessons.set(lessons[:2])
    for version in (2, 3, 4):
        writing.edit_paragraph(placed=row("p2"), text=f"Two {version}.", version=version, by=None)
    with django_assert_num_queries(queries):
        said(writer.get(address))
