"""Commenting forms as they are downloaded: every paragraph, the drafts of one State, closed but for what is filled."""

import datetime
import io

import docx
import pytest
from django.utils import timezone

from consultations import form_files
from consultations.form_rows import FREE_LINES
from core.labels import Label
from members.models import AuditEntry
from tests.factories import (
    make_chapter,
    make_comment,
    make_consultation,
    make_edition,
    make_paragraph,
    make_state,
    make_submitted,
)
from tests.returned_forms import COLUMNS, FORMS, HEAD_LINE, address, downloaded, rows_in, sheet_in
from training.models import EditionParagraph
from training.writing import translate_paragraph

FORMULA = "=SUM(A1:A9) is no text"
LIST = "- gates\n- routes"


@pytest.fixture
def chapter(db):
    chapter = make_chapter(edition=make_edition(label=Label.GREEN), paragraphs=["Begin early.", LIST, FORMULA])
    make_chapter(edition=chapter.edition, title="Crowds", paragraphs=["Count them."])
    return chapter


@pytest.fixture
def consultation(chapter):
    return make_consultation(edition=chapter.edition, questions="Is it short enough?")


def placed(chapter, order):
    return EditionParagraph.objects.select_related("paragraph", "chapter").get(chapter=chapter, order=order)


def empty_row(name, number, words):
    cells = dict.fromkeys(COLUMNS, "") | {"place": name, "number": number, "words": words, "key": f"{name}-en"}
    return [cells[column] for column in COLUMNS]


@pytest.mark.parametrize("form", FORMS)
def test_form_export_has_a_row_for_each_paragraph_and_each_draft(
    form, client_for, focal_point, brazil, consultation, chapter
):
    on_list = make_comment(
        consultation=consultation, state=brazil, placed=placed(chapter, 2), text="More\nof them.", kind="technical",
        proposed="- gates", rationale="=Nobody knows.", base=LIST, author=focal_point,
    )  # fmt: skip
    whole = make_comment(consultation=consultation, state=brazil, text="In general good.", author=focal_point)
    rows = rows_in(downloaded(client_for(focal_point), consultation, brazil, form), form)
    names = [f"p{placed(chapter, order).paragraph.serial}" for order in (1, 2, 3)]
    numbers = [placed(chapter, order).number for order in (1, 2, 3)]
    crowds = chapter.edition.placed.get(chapter__order=2)
    shown = {"xlsx": lambda text: f"'{text}", "docx": lambda text: text}[form]  # a workbook would take it for a formula
    asked = "The whole text\n\nIs it short enough?"
    assert [[row[column] for column in COLUMNS] for row in rows] == [
        [f"all-en-d{whole.pk}v1", "all", "", asked, "General", "In general good.", "", ""],
        empty_row("c1", "1", "Planning"),
        empty_row(names[0], numbers[0], "Begin early."),
        [
            f"{names[1]}-en-d{on_list.pk}v1", names[1], numbers[1], shown(LIST), "Technical", "More\nof them.",
            shown("=Nobody knows."), shown("- gates"),
        ],
        empty_row(names[2], numbers[2], shown(FORMULA)),
        empty_row("c2", "2", "Crowds"),
        empty_row(f"p{crowds.paragraph.serial}", crowds.number, "Count them."),
    ]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_form_export_says_whose_it_is_and_what_to_do(form, client_for, focal_point, brazil, consultation):
    content = downloaded(client_for(focal_point), consultation, brazil, form)
    if form == "xlsx":
        said = [sheet_in(content).cell(line, 1).value for line in (1, 2, 3)]
        printed = sheet_in(content).oddHeader.center.text
    else:
        document = docx.Document(io.BytesIO(content))
        said = [paragraph.text for paragraph in document.paragraphs]
        printed = document.sections[0].header.paragraphs[0].text
    whose = "TLP:AMBER. Commenting form of Brazil with the drafts of its own space: it stays within Brazil."
    assert printed == whose
    assert str(consultation) in said[0]
    assert whose in "\n".join(said)
    assert f"/en/manual/consultations/{consultation.pk}/spaces/brazil/return/" in "\n".join(said)
    assert f"KMS-FORM-{consultation.pk}-BR-" in said[-1]


def test_form_export_is_closed_but_for_what_is_filled(client_for, focal_point, brazil, consultation):
    sheet = sheet_in(downloaded(client_for(focal_point), consultation, brazil))
    rows = list(sheet.iter_rows(HEAD_LINE + 1))
    assert sheet.protection.sheet is True
    assert len(rows) == 7 + FREE_LINES
    open_columns = {tuple(not cell.protection.locked for cell in row) for row in rows[:7]}
    assert open_columns == {(False, False, False, False, True, True, True, True)}
    assert {tuple(not cell.protection.locked for cell in row) for row in rows[7:]} == {
        (False, True, False, False, True, True, True, True)
    }
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}
    assert {cell.number_format for row in rows for cell in row} == {"@"}
    choice = sheet.data_validations.dataValidation[0]
    assert choice.formula1 == '"General,Technical,Editorial,Translation"'
    assert str(choice.sqref) == f"E{HEAD_LINE + 1}:E{HEAD_LINE + 7 + FREE_LINES}"


def test_form_export_in_word_lets_the_type_be_chosen(client_for, focal_point, brazil, consultation):
    document = docx.Document(io.BytesIO(downloaded(client_for(focal_point), consultation, brazil, "docx")))
    cell = document.tables[0].rows[1].cells[COLUMNS.index("kind")]
    offered = [item.get(docx.oxml.ns.qn("w:value")) for item in cell._tc.iter(docx.oxml.ns.qn("w:listItem"))]
    assert offered == ["General", "Technical", "Editorial", "Translation"]
    assert len(document.tables[0].rows) == 1 + 7 + FREE_LINES


@pytest.mark.parametrize("form", FORMS)
def test_form_export_of_a_chapter_has_only_that(form, client_for, focal_point, brazil, consultation, chapter):
    make_comment(consultation=consultation, state=brazil, text="In general good.")
    on_it = make_comment(
        consultation=consultation, state=brazil, text="On crowds.", chapter=chapter.edition.chapters.get(order=2)
    )
    rows = rows_in(downloaded(client_for(focal_point), consultation, brazil, form, chapter="2"), form)
    assert [(row["key"], row["text"]) for row in rows] == [(f"c2-en-d{on_it.pk}v1", "On crowds."), ("p4-en", "")]


def test_form_export_leaves_out_chapters_on_which_nobody_is_asked(client_for, focal_point, brazil, chapter):
    consultation = make_consultation(edition=chapter.edition, chapters=[chapter])
    rows = rows_in(downloaded(client_for(focal_point), consultation, brazil))
    assert [row["place"] for row in rows] == ["all", "c1", "p1", "p2", "p3"]
    answer = client_for(focal_point).get(address(consultation, brazil, "form.xlsx"), {"chapter": "2"}, follow=True)
    assert "This text has no such chapter or language." in answer.content.decode()


def test_form_export_gives_the_text_in_a_language_and_else_the_original(
    client_for, focal_point, brazil, consultation, chapter
):
    translate_paragraph(placed=placed(chapter, 1), language="es", text="Empiece pronto.", by=None, translates=1)
    drafted = make_comment(
        consultation=consultation, state=brazil, placed=placed(chapter, 1), text="Sooner.", proposed="Begin at once.",
        base="Begin early.", text_language="en",
    )  # fmt: skip
    rows = rows_in(downloaded(client_for(focal_point), consultation, brazil, language="es"))
    assert [(row["key"], row["words"]) for row in rows if row["place"] in ("p1", "p2")] == [
        (f"p1-en-d{drafted.pk}v1", "Begin early."),  # a change was proposed on the English text
        ("p2-en", f"'{LIST}"),
    ]
    drafted.delete()
    rows = rows_in(downloaded(client_for(focal_point), consultation, brazil, language="es"))
    assert [(row["key"], row["words"]) for row in rows if row["place"] == "p1"] == [("p1-es", "Empiece pronto.")]


def test_form_export_in_another_language_of_the_portal(client_for, focal_point, brazil, consultation):
    path = address(consultation, brazil, "form.xlsx").replace("/en/", "/es/")
    content = b"".join(client_for(focal_point).get(path).streaming_content)
    assert [cell.value for cell in list(sheet_in(content).iter_rows(HEAD_LINE, HEAD_LINE))[0]][0]


def test_form_export_holds_nothing_of_other_states_and_no_submitted_comment(
    client_for, focal_point, mexico, brazil, consultation, chapter
):
    make_comment(consultation=consultation, state=mexico, placed=placed(chapter, 1), text="A secret of Mexico.")
    make_submitted(consultation=consultation, state=brazil, placed=placed(chapter, 1), text="Said already.")
    rows = rows_in(downloaded(client_for(focal_point), consultation, brazil))
    assert [row["text"] for row in rows] == [""] * 7


@pytest.mark.parametrize("where", ["form.xlsx", "form.docx", "return/"])
def test_forms_are_for_the_people_of_the_state(
    where, client, client_for, expert, alternate, other_focal_point, partner, secretariat, brazil, consultation
):
    path = address(consultation, brazil, where)
    assert client.get(path).status_code == 302
    assert client.post(path).status_code in (302, 405)
    statuses = [client_for(user).get(path).status_code for user in (expert, alternate, other_focal_point)]
    assert statuses == [200, 200, 404]
    assert [client_for(user).get(path).status_code for user in (partner, secretariat)] == [403, 403]
    if where == "return/":
        sent = [client_for(user).post(path).status_code for user in (expert, other_focal_point, partner, secretariat)]
        assert sent == [200, 404, 403, 403]


def test_forms_of_a_text_that_one_may_not_read_are_not_found(client_for, expert, brazil):
    consultation = make_consultation(
        edition=make_chapter(edition=make_edition(label=Label.AMBER), paragraphs=["Begin."]).edition
    )
    for page in ("form.xlsx", "return/"):
        assert client_for(expert).get(address(consultation, brazil, page)).status_code == 404


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"chapter": "99"}, "This text has no such chapter or language."),
        ({"chapter": "1' or 1=1"}, "This text has no such chapter or language."),
        ({"chapter": "\0"}, "This text has no such chapter or language."),
        ({"language": "xx"}, "form"),
    ],
)
def test_form_export_bears_bad_input(asked, said, client_for, focal_point, brazil, consultation):
    answer = client_for(focal_point).get(address(consultation, brazil, "form.xlsx"), asked, follow=True)
    if answer.status_code == 200 and not answer.streaming:
        assert said in answer.content.decode()


def test_form_export_is_not_made_before_the_opening_nor_after_the_closing(client_for, focal_point, brazil, chapter):
    now, day = timezone.now(), datetime.timedelta(days=1)
    coming = make_consultation(edition=chapter.edition, opens=now + day, closes=now + 2 * day)
    past = make_consultation(edition=chapter.edition, opens=now - 2 * day, closes=now - day)
    for consultation, reason in ((coming, "has not opened yet."), (past, "The time to comment is over.")):
        for form in FORMS:
            answer = client_for(focal_point).get(address(consultation, brazil, f"form.{form}"), follow=True)
            page = answer.content.decode()
            assert reason in page
            assert 'type="file"' not in page


def test_form_export_is_not_made_for_a_state_that_is_not_asked(client_for, focal_point, brazil, chapter):
    consultation = make_consultation(edition=chapter.edition, states=[make_state()])
    page = client_for(focal_point).get(address(consultation, brazil, "form.xlsx"), follow=True).content.decode()
    assert "Brazil is not among the States that are asked." in page


def test_form_return_says_before_that_word_takes_chapters_only(
    monkeypatch, client_for, focal_point, brazil, consultation
):
    client = client_for(focal_point)
    assert "in Word, choose a chapter" not in client.get(address(consultation, brazil)).content.decode()
    monkeypatch.setattr(form_files, "MOST_IN_WORD", 3)
    assert (
        "The text has 4 paragraphs: in Word, choose a chapter."
        in client.get(address(consultation, brazil)).content.decode()
    )
    answer = client.get(address(consultation, brazil, "form.docx"), follow=True)
    assert "The whole text is too long for one form in Word. Choose a chapter." in answer.content.decode()
    assert client.get(address(consultation, brazil, "form.docx"), {"chapter": "1"}).streaming
    assert client.get(address(consultation, brazil, "form.xlsx")).streaming


def test_form_export_of_a_text_that_is_not_open_is_traced(client_for, focal_point, brazil, consultation):
    downloaded(client_for(focal_point), consultation, brazil)
    entry = AuditEntry.objects.about("edition", consultation.edition_id).get(kind=AuditEntry.Kind.DOWNLOAD)
    assert (entry.person, entry.label, entry.detail) == (focal_point, Label.GREEN, "commenting form xlsx BR")


def test_form_export_of_an_open_text_is_not_traced(client_for, focal_point, brazil):
    consultation = make_consultation()
    downloaded(client_for(focal_point), consultation, brazil)
    assert not AuditEntry.objects.about("edition", consultation.edition_id).filter(kind="download").exists()


def test_form_export_is_not_kept_by_others(client_for, focal_point, brazil, consultation):
    answer = client_for(focal_point).get(address(consultation, brazil, "form.xlsx"))
    name = f"ipo-americas-comments-{consultation.pk}-br-{timezone.now().date()}.xlsx"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("where", ["form.xlsx", "form.docx", "return/"])
def test_forms_ask_the_database_as_often_for_three_drafts_as_for_one(
    where, client_for, focal_point, brazil, consultation, chapter, django_assert_num_queries
):
    client, counts = client_for(focal_point), {"form.xlsx": 15, "form.docx": 15, "return/": 11}
    make_comment(consultation=consultation, state=brazil, placed=placed(chapter, 1))
    client.get(address(consultation, brazil, where))
    with django_assert_num_queries(counts[where]):
        client.get(address(consultation, brazil, where))
    for order in (2, 3):
        make_comment(consultation=consultation, state=brazil, placed=placed(chapter, order), proposed="x", base="y")
    make_paragraph(chapter=make_chapter(edition=make_edition()))
    with django_assert_num_queries(counts[where]):
        client.get(address(consultation, brazil, where))
