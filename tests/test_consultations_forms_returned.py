"""Commenting forms that come back: drafts of their State, all rows or none, each row that is wrong with its reason."""

import datetime

import pytest
from django.utils import timezone

from consultations.commenting import edit_comment, remove_draft
from consultations.models import Comment
from tests.factories import make_chapter, make_comment, make_consultation, make_edition, make_submitted
from tests.returned_forms import (
    COLUMNS,
    FORMS,
    HEAD_LINE,
    altered,
    altered_table,
    downloaded,
    filled,
    returned,
    tracked,
)
from training.models import EditionParagraph

LIST = "- gates\n- routes"
WORDS = {"kind": "Technical", "text": "Say when.", "rationale": "It is late.", "proposed": "Begin a year before."}


@pytest.fixture
def consultation(db):
    chapter = make_chapter(edition=make_edition(), paragraphs=["Begin early.", LIST, "=SUM is no formula."])
    return make_consultation(edition=chapter.edition)


@pytest.fixture
def member(client_for, focal_point):
    return client_for(focal_point)


def placed(consultation, order):
    rows = EditionParagraph.objects.select_related("paragraph", "chapter")
    return rows.get(edition=consultation.edition, order=order)


def said(consultation):
    """{(State, place): (type, comment, rationale, proposed change)} of all that is kept."""
    return {
        (row.state.iso2, row.where): (row.kind, row.text, row.rationale, row.proposed)
        for row in Comment.objects.of(consultation).for_list()
    }


def page_of(answer):
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("form", FORMS)
def test_form_return_keeps_what_was_filled_as_drafts(form, member, focal_point, brazil, consultation):
    first = placed(consultation, 1)
    content = filled(
        downloaded(member, consultation, brazil, form),
        {
            "p1": WORDS,
            "p2": {"text": "- Shorter,\n- and clearer.", "proposed": "- gates"},
            "c1": {"kind": "editorial", "text": "A long chapter."},
            "all": {"text": "=Good in general."},
        },
        form,
    )
    if form == "xlsx":  # as Excel keeps a text that begins like a formula
        content = altered(content, lambda sheet: setattr(cell_of(sheet, "all", "text"), "data_type", "s"))
    answer = returned(member, consultation, brazil, content, f"form.{form}", language="es")
    assert "4 drafts added, 0 changed, 0 unchanged." in page_of(answer)
    assert said(consultation) == {
        ("BR", first.number + " (p1)"): ("technical", "Say when.", "It is late.", "Begin a year before."),
        ("BR", placed(consultation, 2).number + " (p2)"): ("general", "- Shorter,\n- and clearer.", "", "- gates"),
        ("BR", "chapter 1"): ("editorial", "A long chapter.", "", ""),
        ("BR", "the whole text"): ("general", "=Good in general.", "", ""),
    }
    draft = Comment.objects.get(placed=first)
    assert (draft.status, draft.author, draft.language, draft.version) == ("draft", focal_point, "es", 1)
    assert (draft.base, draft.text_language, draft.chapter) == ("Begin early.", "en", first.chapter)
    assert [entry.history_user for entry in draft.history.all()] == [focal_point]


def cell_of(sheet, name, column):
    line = next(line for line in sheet.iter_rows(HEAD_LINE + 1) if name in (line[0].value, line[1].value))
    return line[COLUMNS.index(column)]


@pytest.mark.parametrize("form", FORMS)
def test_form_return_of_the_same_form_adds_nothing(form, member, brazil, consultation):
    content = filled(downloaded(member, consultation, brazil, form), {"p1": WORDS, "all": {"text": "Good."}}, form)
    returned(member, consultation, brazil, content, f"form.{form}")
    before = said(consultation)
    answer = returned(member, consultation, brazil, content, f"form.{form}")
    assert "Nothing new in the form" in page_of(answer)
    assert "0 drafts added, 0 changed, 2 unchanged." in page_of(answer)
    assert said(consultation) == before
    assert list(Comment.objects.values_list("version", flat=True)) == [1, 1]


@pytest.mark.parametrize("form", FORMS)
def test_form_return_changes_the_drafts_that_it_was_filled_with(form, member, focal_point, brazil, consultation):
    one = make_comment(consultation=consultation, state=brazil, author=focal_point, placed=placed(consultation, 1))
    two = make_comment(consultation=consultation, state=brazil, author=focal_point, placed=placed(consultation, 2))
    content = downloaded(member, consultation, brazil, form)
    answer = returned(member, consultation, brazil, content, f"form.{form}")
    assert "0 drafts added, 0 changed, 2 unchanged." in page_of(answer)
    content = filled(content, {f"p1-en-d{one.pk}v1": {"text": "Say the day.", "proposed": "On day one."}}, form)
    answer = returned(member, consultation, brazil, content, f"form.{form}")
    assert "0 drafts added, 1 changed, 1 unchanged." in page_of(answer)
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.text, one.proposed, one.base, one.version) == ("Say the day.", "On day one.", "Begin early.", 2)
    assert (two.text, two.version) == ("Say when.", 1)


def test_form_return_changes_what_the_form_itself_added(member, brazil, consultation):
    content = filled(downloaded(member, consultation, brazil), {"p1": WORDS})
    returned(member, consultation, brazil, content)
    answer = returned(member, consultation, brazil, filled(content, {"p1": {"text": "Say by when."}}))
    assert "0 drafts added, 1 changed, 0 unchanged." in page_of(answer)
    assert [row.text for row in Comment.objects.all()] == ["Say by when."]


def test_form_return_of_two_forms_with_the_same_words_is_one_draft(member, brazil, consultation):
    for _time in range(2):
        content = filled(downloaded(member, consultation, brazil, chapter="1"), {"p1": WORDS})
    other = filled(downloaded(member, consultation, brazil, "docx"), {"p1": WORDS}, "docx")
    returned(member, consultation, brazil, content)
    assert "1 unchanged." in page_of(returned(member, consultation, brazil, other, "form.docx"))


@pytest.mark.parametrize("form", FORMS)
def test_form_return_takes_the_free_lines(form, member, brazil, consultation):
    content = filled(
        downloaded(member, consultation, brazil, form),
        {
            "x1": {"place": "P1", "text": "And one more."},
            "x2": {"place": "all", "text": "Good."},
            "x3": {"place": "", "text": "Where?"},
            "x4": {"place": "p99", "text": "There is none."},
            "x5": {"place": "all", "text": "Shorter.", "proposed": "All of it."},
        },
        form,
    )
    page = page_of(returned(member, consultation, brazil, content, f"form.{form}"))
    assert "3 rows cannot be kept" in page
    assert "Write under Paragraph what it is about: p17, c3 for chapter 3, or all." in page
    assert "p99 is not, or no longer, in the text on which the States are asked." in page
    assert "A change is proposed on a paragraph." in page
    assert said(consultation) == {}
    good = {"x3": {"text": ""}, "x4": {"place": "", "text": ""}, "x5": {"proposed": ""}}
    answer = returned(member, consultation, brazil, filled(content, good, form), f"form.{form}")
    assert "3 drafts added" in page_of(answer)
    assert {row.where: row.text for row in Comment.objects.for_list().filter(placed__isnull=False)} == {
        placed(consultation, 1).number + " (p1)": "And one more."
    }


def test_form_return_takes_a_row_that_somebody_added(member, brazil, consultation):
    def add(sheet):
        sheet.cell(HEAD_LINE + 70, 2).value = "p2"
        sheet.cell(HEAD_LINE + 70, 6).value = "A row of my own."

    content = altered(downloaded(member, consultation, brazil), add)
    assert "1 draft added" in page_of(returned(member, consultation, brazil, content))
    assert "1 unchanged" in page_of(returned(member, consultation, brazil, content))


def test_form_return_takes_two_rows_that_say_the_same_for_one(member, brazil, consultation):
    def add(sheet):
        for line in (70, 71):
            sheet.cell(HEAD_LINE + line, 2).value, sheet.cell(HEAD_LINE + line, 6).value = "p2", "Twice."

    content = filled(downloaded(member, consultation, brazil), {"x1": {"place": "p2", "text": "Twice."}})
    assert "1 draft added, 0 changed, 2 unchanged." in page_of(
        returned(member, consultation, brazil, altered(content, add))
    )


REASONS = {
    "place": ({"place": "p3"}, "The row is about p1, and under Paragraph stands “p3”."),
    "number": ({"number": "9.9"}, "Under No. stands “9.9”, and p1 has “"),
    "words": ({"words": "Begin at once."}, "The text of the paragraph was changed."),
    "key": ({"key": "p1-en-d1v1; drop"}, "The key was changed."),
    "kind": ({"kind": "Whatever"}, "“Whatever” is no type of comment: choose one from the list."),
    "no comment": ({"text": ""}, "There is no comment. Say in a few words what is meant."),
    "blank comment": ({"text": "\u200b \n "}, "There is no comment."),
    "long comment": ({"text": "x" * 5001}, "Comment: more than 5000 characters."),
    "long proposal": ({"proposed": "x" * 20_001}, "Proposed change: more than 20000 characters."),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", REASONS)
def test_form_return_says_of_each_wrong_row_why_and_keeps_nothing(name, form, member, brazil, consultation):
    cells, reason = REASONS[name]
    content = filled(
        downloaded(member, consultation, brazil, form), {"p1": WORDS | cells, "all": {"text": "Good."}}, form
    )
    page = page_of(returned(member, consultation, brazil, content, f"form.{form}"))
    assert "1 row cannot be kept" in page
    assert reason in page
    assert f"Row {HEAD_LINE + 3 if form == 'xlsx' else 4}<" in page
    assert said(consultation) == {}


@pytest.mark.parametrize("form", FORMS)
def test_form_return_says_where_somebody_wrote_over_the_text(form, member, brazil, consultation):
    content = filled(downloaded(member, consultation, brazil, form), {"p1": {"words": "Begin a year before."}}, form)
    page = page_of(returned(member, consultation, brazil, content, f"form.{form}"))
    assert "The text of the paragraph was changed. Put it back, and write your own under Proposed change." in page


def test_form_return_refuses_formulae_errors_and_dates(member, brazil, consultation):
    def spoil(sheet):
        cell_of(sheet, "p1", "text").value = '=HYPERLINK("http://example.org")'
        cell_of(sheet, "p2", "text").value = "#NAME?"
        cell_of(sheet, "p2", "text").data_type = "e"
        cell = cell_of(sheet, "p3", "rationale")
        cell.value, cell.number_format = datetime.date(2027, 4, 3), "yyyy-mm-dd"

    page = page_of(returned(member, consultation, brazil, altered(downloaded(member, consultation, brazil), spoil)))
    assert "3 rows cannot be kept" in page
    for reason in (
        "Comment: this is a formula. Write its text.",
        "Comment: this is an error value of a formula. Write a text.",
        "Rationale: the program made a date of this.",
    ):
        assert reason in page
    assert said(consultation) == {}


def test_form_return_takes_numbers_as_they_are_written(member, brazil, consultation):
    content = filled(downloaded(member, consultation, brazil), {"p1": {"text": 12}, "p2": {"text": 2.5}})
    returned(member, consultation, brazil, content)
    assert sorted(row.text for row in Comment.objects.all()) == ["12", "2.5"]


def test_form_return_says_which_columns_are_missing(member, brazil, consultation):
    content = downloaded(member, consultation, brazil)
    page = page_of(returned(member, consultation, brazil, altered(content, lambda sheet: sheet.delete_cols(7, 2))))
    assert "Columns are missing: Rationale, Proposed change." in page
    twice = altered(content, lambda sheet: setattr(sheet.cell(HEAD_LINE, 7), "value", "Comment"))
    page = page_of(returned(member, consultation, brazil, twice))
    assert "A column is missing: Rationale." in page
    assert "A column is there twice: Comment." in page
    none = altered(content, lambda sheet: sheet.delete_rows(HEAD_LINE))
    assert "There is no table with the columns of the form in it." in page_of(
        returned(member, consultation, brazil, none)
    )


def test_form_return_takes_columns_in_another_order(member, brazil, consultation):
    def turn(sheet):
        for row in sheet.iter_rows(HEAD_LINE):
            row[5].value, row[6].value = row[6].value, row[5].value

    content = altered(filled(downloaded(member, consultation, brazil), {"p1": WORDS}), turn)
    returned(member, consultation, brazil, content)
    assert [(row.text, row.rationale) for row in Comment.objects.all()] == [("Say when.", "It is late.")]


def test_form_return_takes_a_form_that_was_made_in_another_language(member, brazil, consultation):
    def in_spanish(sheet):
        for cell in sheet[HEAD_LINE]:
            cell.value = spanish.get(cell.value, cell.value)

    from django.utils import translation
    from django.utils.translation import gettext

    with translation.override("es"):
        names = ["Key", "Paragraph", "No.", "Text", "Type", "Comment", "Rationale", "Proposed change"]
        spanish = {name: gettext(name) for name in names}
        kind = gettext("Technical")
    content = altered(filled(downloaded(member, consultation, brazil), {"p1": WORDS | {"kind": kind}}), in_spanish)
    assert "1 draft added" in page_of(returned(member, consultation, brazil, content))
    assert Comment.objects.get().kind == "technical"


def test_form_return_refuses_merged_cells_in_word(member, brazil, consultation):
    def merge(document):
        cells = document.tables[0].rows[3].cells
        cells[5].merge(cells[6])

    content = filled(downloaded(member, consultation, brazil, "docx"), {"p1": WORDS}, "docx")
    page = page_of(returned(member, consultation, brazil, altered_table(content, merge), "form.docx"))
    assert "Cells of this row were merged. Split them, each with its own text." in page
    assert said(consultation) == {}


def test_form_return_reads_tracked_changes_as_accepted(member, brazil, consultation):
    def change(document):
        tracked(document.tables[0].rows[3].cells[5], "Say nothing.", "Say when.")

    content = altered_table(downloaded(member, consultation, brazil, "docx"), change)
    page = page_of(returned(member, consultation, brazil, content, "form.docx"))
    assert "The file has tracked changes: it was read as if all of them were accepted." in page
    assert [row.text for row in Comment.objects.all()] == ["Say when."]


def test_form_return_reads_a_table_that_was_divided(member, brazil, consultation):
    def divide(document):
        from copy import deepcopy

        table = document.tables[0]._tbl
        rows = table.tr_lst
        second = deepcopy(table)
        for row in second.tr_lst[1:3]:
            second.remove(row)
        for row in rows[3:]:
            table.remove(row)
        table.addnext(second)
        table.addnext(document.add_paragraph("And further:")._p)

    content = filled(downloaded(member, consultation, brazil, "docx"), {"p1": WORDS, "all": {"text": "Good."}}, "docx")
    answer = returned(member, consultation, brazil, altered_table(content, divide), "form.docx")
    assert "2 drafts added" in page_of(answer)


@pytest.mark.parametrize("form", FORMS)
def test_form_return_refuses_a_row_that_was_copied_with_its_key(form, member, brazil, consultation):
    content = filled(
        downloaded(member, consultation, brazil, form),
        {"p1": WORDS, "x1": {"key": "p1-en", "place": "p1", "number": "", "text": "Once more."}},
        form,
    )
    page = page_of(returned(member, consultation, brazil, content, f"form.{form}"))
    assert "has the same key. Leave the key empty in a row that you added." in page
    assert said(consultation) == {}


def test_form_return_leaves_a_draft_whose_row_was_emptied(member, focal_point, brazil, consultation):
    draft = make_comment(consultation=consultation, state=brazil, author=focal_point, placed=placed(consultation, 1))
    cells = {"kind": None, "text": None}
    content = filled(downloaded(member, consultation, brazil), {f"p1-en-d{draft.pk}v1": cells, "p2": WORDS})
    page = page_of(returned(member, consultation, brazil, content))
    assert "emptied in the form; it stays as it is here" in page
    assert Comment.objects.get(pk=draft.pk).text == "Say when."


def test_form_return_takes_a_proposal_that_is_the_text_itself_for_none(member, brazil, consultation):
    content = filled(downloaded(member, consultation, brazil), {"p1": {"text": "Fine.", "proposed": "Begin early."}})
    returned(member, consultation, brazil, content)
    assert [(row.proposed, row.base) for row in Comment.objects.all()] == [("", "")]


def test_form_return_of_another_state_or_consultation_is_refused(
    client_for, member, other_focal_point, mexico, brazil, consultation
):
    theirs = client_for(other_focal_point)
    content = filled(downloaded(theirs, consultation, mexico), {"p1": WORDS})
    page = page_of(returned(member, consultation, brazil, content))
    assert "This is the form of another State, MX. You are in the space of Brazil." in page
    assert returned(member, consultation, mexico, content).status_code == 404
    other = make_consultation(edition=consultation.edition)
    content = filled(downloaded(member, other, brazil), {"p1": WORDS})
    assert "This is a form of another consultation." in page_of(returned(member, consultation, brazil, content))
    assert Comment.objects.count() == 0


def test_form_return_with_a_key_of_another_state_is_refused(member, mexico, brazil, consultation):
    theirs = make_comment(consultation=consultation, state=mexico, placed=placed(consultation, 1), text="A secret.")
    content = downloaded(member, consultation, brazil)
    content = filled(content, {"p1": WORDS | {"key": f"p1-en-d{theirs.pk}v1"}})
    page = page_of(returned(member, consultation, brazil, content))
    assert "The draft of this row was removed in the portal after the form was made." in page
    assert "A secret." not in page
    assert said(consultation) == {("MX", theirs.where): ("general", "A secret.", "", "")}


def test_form_return_with_a_key_of_another_paragraph_is_refused(member, focal_point, brazil, consultation):
    draft = make_comment(consultation=consultation, state=brazil, author=focal_point, placed=placed(consultation, 1))
    content = filled(downloaded(member, consultation, brazil), {"p2": WORDS | {"key": f"p2-en-d{draft.pk}v1"}})
    page = page_of(returned(member, consultation, brazil, content))
    assert "The draft of this row is on another paragraph." in page


def test_form_return_of_an_expert_changes_his_own_drafts_alone(client_for, expert, focal_point, brazil, consultation):
    theirs = make_comment(consultation=consultation, state=brazil, author=focal_point, placed=placed(consultation, 1))
    mine = make_comment(consultation=consultation, state=brazil, author=expert, placed=placed(consultation, 2))
    member = client_for(expert)
    content = filled(downloaded(member, consultation, brazil), {f"p2-en-d{mine.pk}v1": {"text": "Better."}})
    page = page_of(returned(member, consultation, brazil, content))
    assert "1 changed, 1 unchanged" in page and page.count('<th scope="row">Row ') == 2
    assert "Your Focal Point submits them." in page and "Look through and submit" not in page
    content = filled(content, {f"p1-en-d{theirs.pk}v1": {"text": "Mine now."}})
    page = page_of(returned(member, consultation, brazil, content))
    assert "Somebody else of your State wrote this draft, and you may not change it." in page
    assert Comment.objects.get(pk=theirs.pk).text == "Say when."


def test_form_return_after_the_closing_is_refused(member, brazil, consultation):
    content = filled(downloaded(member, consultation, brazil), {"p1": WORDS})
    now = timezone.now()
    type(consultation).objects.filter(pk=consultation.pk).update(closes=now, ends=now)
    answer = returned(member, consultation, brazil, content)
    assert answer.status_code == 302
    assert "Nothing was kept. The time to comment is over." in page_of(member.get(answer["Location"]))
    assert said(consultation) == {}


def test_form_return_does_not_change_what_was_submitted_meanwhile(member, focal_point, brazil, consultation):
    draft = make_comment(consultation=consultation, state=brazil, author=focal_point, placed=placed(consultation, 1))
    content = downloaded(member, consultation, brazil)
    Comment.objects.filter(pk=draft.pk).update(status="submitted", serial=1, submitted=timezone.now())
    assert "0 drafts added, 0 changed, 1 unchanged." in page_of(returned(member, consultation, brazil, content))
    content = filled(content, {f"p1-en-d{draft.pk}v1": {"text": "Other words."}, "p2": WORDS})
    page = page_of(returned(member, consultation, brazil, content))
    assert "This comment was submitted meanwhile: it is not changed any more." in page
    assert [row.text for row in Comment.objects.all()] == ["Say when."]


def test_form_return_repeats_nothing_that_was_submitted(member, brazil, consultation):
    make_submitted(consultation=consultation, state=brazil, placed=placed(consultation, 1), text="Said.")
    content = filled(downloaded(member, consultation, brazil), {"p1": {"text": "Said."}})
    assert "0 drafts added, 0 changed, 1 unchanged." in page_of(returned(member, consultation, brazil, content))


@pytest.mark.parametrize("form", FORMS)
def test_form_return_asks_before_it_overwrites_what_was_changed_meanwhile(
    form, member, focal_point, alternate, brazil, consultation
):
    draft = make_comment(consultation=consultation, state=brazil, author=focal_point, placed=placed(consultation, 1))
    name = f"p1-en-d{draft.pk}v1"
    content = filled(downloaded(member, consultation, brazil, form), {name: {"text": "Of the form."}}, form)
    words = {"text": "Of the portal.", "kind": "general", "language": "en"}
    edit_comment(comment=draft, by=alternate, version=1, **words)
    page = page_of(returned(member, consultation, brazil, content, f"form.{form}"))
    assert "This draft was changed in the portal after the form was made: look at it there first." in page
    assert 'name="replace"' in page
    assert Comment.objects.get().text == "Of the portal."
    page = page_of(returned(member, consultation, brazil, content, f"form.{form}", replace="on"))
    assert "1 changed" in page
    assert Comment.objects.get().text == "Of the form."
    texts = [entry.text for entry in Comment.objects.get().history.all()]
    assert texts == ["Of the form.", "Of the portal.", "Say when."] or texts == ["Of the form.", "Of the portal."]


def test_form_return_asks_before_it_adds_what_was_removed_meanwhile(member, focal_point, brazil, consultation):
    draft = make_comment(consultation=consultation, state=brazil, author=focal_point, placed=placed(consultation, 1))
    content = downloaded(member, consultation, brazil)
    remove_draft(comment=draft, by=focal_point)
    page = page_of(returned(member, consultation, brazil, content))
    assert "The draft of this row was removed in the portal after the form was made." in page
    assert Comment.objects.count() == 0
    for fate in ("1 draft added", "1 unchanged"):
        assert fate in page_of(returned(member, consultation, brazil, content, replace="on"))
    assert [row.text for row in Comment.objects.all()] == ["Say when."]


def test_form_return_goes_back_where_a_row_is_refused_while_they_are_written(
    monkeypatch, member, focal_point, brazil, consultation
):
    from consultations import returning
    from moderation.refusals import Refused

    def refuse(**_said):
        raise Refused("Not today.")

    draft = make_comment(consultation=consultation, state=brazil, author=focal_point, placed=placed(consultation, 1))
    monkeypatch.setattr(returning, "edit_comment", refuse)
    content = downloaded(member, consultation, brazil)
    content = filled(content, {f"p1-en-d{draft.pk}v1": {"text": "New."}, "p2": WORDS, "all": {"text": "Good."}})
    page = page_of(returned(member, consultation, brazil, content))
    assert "Not today." in page
    assert "1 row cannot be kept" in page
    assert [row.text for row in Comment.objects.all()] == ["Say when."]


def test_form_return_refuses_too_many_changes_at_once(monkeypatch, member, focal_point, brazil, consultation):
    from consultations import returning

    monkeypatch.setattr(returning, "MOST_CHANGED", 1)
    drafts = [
        make_comment(consultation=consultation, state=brazil, author=focal_point, placed=placed(consultation, order))
        for order in (1, 2)
    ]
    changes = {f"p{n}-en-d{draft.pk}v1": {"text": f"New {n}."} for n, draft in enumerate(drafts, 1)}
    content = filled(downloaded(member, consultation, brazil), changes)
    page = page_of(returned(member, consultation, brazil, content))
    assert "Nothing was kept. More than 1 drafts would be changed at once. Return the form in parts." in page
    assert {row.text for row in Comment.objects.all()} == {"Say when."}
