"""Files that are returned in place of a commenting form, and forms as large and as spoilt as they may be."""

import io
import zipfile

import pytest

from consultations import form_cells, form_reading
from consultations.models import Comment
from core.opening import Refused
from tests.factories import make_chapter, make_consultation, make_edition
from tests.files import office, xlsx
from tests.returned_forms import (
    FORMS,
    HEAD_LINE,
    altered,
    altered_table,
    downloaded,
    filled,
    part_of,
    returned,
    with_parts,
)
from training.loading import BATCH
from training.models import EditionParagraph, Paragraph, ParagraphText

BOMB = b"\0" * 20_000_000
DOCTYPE = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
RELATION = (
    b'<Relationship Id="rIdX" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" '
    b"%s/></Relationships>"
)
OUTSIDE = RELATION % (b"attachedTemplate", b'Target="http://127.0.0.1:9/x.dotm" TargetMode="External"')
MAIN = {"xlsx": "xl/workbook.xml", "docx": "word/document.xml"}
RELATIONS = {"xlsx": "xl/_rels/workbook.xml.rels", "docx": "word/_rels/document.xml.rels"}
MACROS = {"xlsx": "xl__vbaProject.bin", "docx": "word__vbaProject.bin"}


@pytest.fixture
def consultation(db):
    chapter = make_chapter(edition=make_edition(), paragraphs=["Begin early.", "Count them."])
    return make_consultation(edition=chapter.edition)


@pytest.fixture
def member(client_for, focal_point):
    return client_for(focal_point)


def page_of(answer):
    return " ".join(answer.content.decode().split())


def good(member, consultation, brazil, form):
    return filled(downloaded(member, consultation, brazil, form), {"p1": {"text": "Say when."}}, form)


def begun(content, name, start):
    """A file with something after the declaration of one of its parts."""
    head, mark, rest = part_of(content, name).partition(b"?>")
    part = head + mark + start + rest if mark else start + head
    return with_parts(content, **{name.replace("/", "__"): part})


def tied(content, form, relation):
    part = part_of(content, RELATIONS[form]).replace(b"</Relationships>", relation)
    return with_parts(content, **{RELATIONS[form].replace("/", "__"): part})


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        (lambda content, form: with_parts(content, **{MACROS[form]: b"macro"}), "The file contains macros"),
        (lambda content, form: with_parts(content, media=BOMB), "The file unpacks to far more than it should."),
        (lambda content, form: begun(content, MAIN[form], DOCTYPE), "The file defines entities of its own"),
        (lambda content, form: begun(content, MAIN[form], b"<x>"), "it is damaged or not what its name says."),
        (lambda content, form: content[:-60], "it is damaged or not what its name says."),
        (lambda content, form: b"nothing of the kind", "it is damaged or not what its name says."),
        (lambda content, form: b"", "file is empty"),
        (
            lambda content, form: with_parts(
                content,
                **{
                    "[Content_Types].xml": part_of(content, "[Content_Types].xml").replace(
                        b".main+xml", b".x.macroEnabled.main+xml"
                    )
                },
            ),
            "The file contains macros",
        ),
    ],
    ids=["macros", "bomb", "entities", "no XML", "truncated", "no file", "empty", "macros by type"],
)
def test_form_return_refuses_a_file_that_is_bad(spoilt, reason, form, member, brazil, consultation):
    content = spoilt(good(member, consultation, brazil, form), form)
    answer = returned(member, consultation, brazil, content, f"form.{form}")
    assert answer.status_code == 200
    assert reason in page_of(answer)
    assert Comment.objects.count() == 0


def test_form_return_refuses_macros_of_old_workbooks(member, brazil, consultation):
    content = with_parts(good(member, consultation, brazil, "xlsx"), xl__macrosheets__sheet1="<x/>")
    assert "The file contains macros" in page_of(returned(member, consultation, brazil, content))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("form.xlsm", xlsx, "The file contains macros"),
        ("form.docm", lambda: office("docx"), "The file contains macros"),
        ("form.pdf", lambda: b"%PDF-1.7", "Only forms in XLSX and DOCX are read."),
        ("form", xlsx, "Only forms in XLSX and DOCX are read."),
        ("form.xlsx", lambda: office("docx"), "it is damaged or not what its name says."),
        ("form.docx", xlsx, "it is damaged or not what its name says."),
        ("form.xlsx", xlsx, "This is no form of this page, or the line with its code is gone."),
    ],
)
def test_form_return_refuses_other_files(name, content, reason, member, brazil, consultation):
    page = page_of(returned(member, consultation, brazil, content(), name))
    assert reason in page
    assert "There is a problem" in page


def test_form_return_without_a_file_says_so(member, brazil, consultation):
    answer = member.post(f"/en/manual/consultations/{consultation.pk}/spaces/brazil/return/", {"language": "xx"})
    assert "This field is required." in page_of(answer)
    assert "Select a valid choice." in page_of(answer)


def test_form_return_refuses_a_file_that_is_too_large(monkeypatch, member, brazil, consultation):
    monkeypatch.setattr(form_cells, "MOST_BYTES", 1024**2)
    answer = returned(member, consultation, brazil, b"PK\x03\x04" + b"\0" * 1024**2)
    assert "The file is larger than 1 MB." in page_of(answer)


def test_form_return_refuses_a_form_whose_code_is_gone(member, brazil, consultation):
    content = altered(good(member, consultation, brazil, "xlsx"), lambda sheet: setattr(sheet["A3"], "value", "Form"))
    assert "This is no form of this page" in page_of(returned(member, consultation, brazil, content))


@pytest.mark.parametrize("form", FORMS)
def test_form_return_fetches_nothing_and_says_what_was_left_out(form, member, brazil, consultation):
    content = tied(good(member, consultation, brazil, form), form, OUTSIDE)
    content = tied(content, form, RELATION % (b"oleObject", b'Target="embeddings/x.bin"'))
    page = page_of(returned(member, consultation, brazil, content, f"form.{form}"))
    assert "What the file takes from other files or addresses was left out; nothing was fetched." in page
    assert "Files within the file were left out." in page
    assert [row.text for row in Comment.objects.all()] == ["Say when."]


def test_form_return_says_that_pictures_were_left_out(member, brazil, consultation):
    from tests.manual_files import picture

    def draw(document):
        document.tables[0].rows[3].cells[5].paragraphs[0].add_run().add_picture(picture())

    content = altered_table(good(member, consultation, brazil, "docx"), draw)
    page = page_of(returned(member, consultation, brazil, content, "form.docx"))
    assert "Pictures in the table were left out: a comment is text." in page
    assert [row.text for row in Comment.objects.all()] == ["Say when."]


def test_form_return_takes_links_for_text(member, brazil, consultation):
    def link(sheet):
        sheet.cell(HEAD_LINE + 3, 6).hyperlink = "https://example.org/"

    page = page_of(returned(member, consultation, brazil, altered(good(member, consultation, brazil, "xlsx"), link)))
    assert "1 draft added" in page
    assert "left out" not in page


def test_more_rows_than_any_form_has_are_refused(monkeypatch, tmp_path):
    import openpyxl

    monkeypatch.setattr(form_reading, "MOST_ROWS", 20)
    book = openpyxl.Workbook()
    for _row in range(21):
        book.active.append(["a"])
    book.save(tmp_path / "form.xlsx")
    with pytest.raises(Refused, match="rows"):
        form_reading.read_xlsx(tmp_path / "form.xlsx", {})


def test_a_sheet_that_is_no_form_is_passed_by(member, brazil, consultation):
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(good(member, consultation, brazil, "xlsx")))
    book.create_sheet("Notes", 0).append(["Our own notes"])
    out = io.BytesIO()
    book.save(out)
    assert "1 draft added" in page_of(returned(member, consultation, brazil, out.getvalue()))


def many(count):
    """A consultation on a text of so many paragraphs."""
    chapter = make_chapter(edition=make_edition(), paragraphs=["The first."])
    work, texts = chapter.edition.work, []
    paragraphs = Paragraph.objects.bulk_create(
        [Paragraph(work=work, serial=serial) for serial in range(2, count + 1)], batch_size=BATCH
    )
    said = {"edition": chapter.edition, "chapter": chapter, "kind": "text"}
    rows = EditionParagraph.objects.bulk_create(
        [EditionParagraph(paragraph=row, order=row.serial, number=f"1.{row.serial}", **said) for row in paragraphs],
        batch_size=BATCH,
    )
    for row in rows:
        text = ParagraphText(placed=row, language="en")
        text.write(f"Paragraph {row.order}.")
        texts.append(text)
    ParagraphText.objects.bulk_create(texts, batch_size=BATCH)
    return make_consultation(edition=chapter.edition)


def write_all(content, cells):
    def write(sheet):
        for row in sheet.iter_rows(HEAD_LINE + 1):
            if (row[1].value or "").startswith("p"):
                for place, text in cells.items():
                    row[place].value = text

    return altered(content, write)


@pytest.mark.one_database
def test_form_return_of_5000_rows_is_kept_whole_or_not_at_all(member, brazil, django_assert_max_num_queries):
    consultation = many(5000)
    content = downloaded(member, consultation, brazil)
    wrong = write_all(content, {4: "Nonsense", 5: "Say when."})
    page = page_of(returned(member, consultation, brazil, wrong))
    assert "5000 rows cannot be kept" in page
    assert page.count("is no type of comment") == 200
    assert "And 4800 more rows." in page
    assert Comment.objects.count() == 0
    right = write_all(content, {4: "Editorial", 5: "Say when."})
    with django_assert_max_num_queries(400):
        page = page_of(returned(member, consultation, brazil, right))
    assert "5000 drafts added, 0 changed, 0 unchanged." in page
    assert Comment.objects.of(consultation).drafts().count() == 5000
    assert Comment.history.count() == 5000
    assert "5000 unchanged." in page_of(returned(member, consultation, brazil, right))


def test_no_part_of_a_form_is_code(member, brazil, consultation):
    """What is sent out passes the checks of what is taken in."""
    for form in FORMS:
        with zipfile.ZipFile(io.BytesIO(downloaded(member, consultation, brazil, form))) as archive:
            assert not [name for name in archive.namelist() if "vba" in name.lower()]
        content = downloaded(member, consultation, brazil, form)
        page = page_of(returned(member, consultation, brazil, content, f"form.{form}"))
        assert "Nothing new in the form" in page
        assert "left out" not in page
