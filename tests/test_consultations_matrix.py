"""The consolidated matrix: its rows for each reader, filters with counts, and the files read back cell by cell."""

import csv
import datetime
import io
import zipfile

import docx
import openpyxl
import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from consultations.models import Comment, Consultation, Endorsement
from core import other_forms
from core.labels import Label
from tests.factories import (
    make_chapter,
    make_comment,
    make_consultation,
    make_edition,
    make_publication,
    make_state,
    make_submitted,
)
from training.actions import start_edition
from training.models import Edition, ParagraphChange

pytestmark = pytest.mark.django_db
HEADER = [
    "State", "No.", "Chapter", "Paragraph", "Type", "Comment", "Rationale", "Proposed change", "Disposition",
    "Observation of the secretariat", "Endorsed by", "New paragraph",
]  # fmt: skip
PUBLISHED = Edition.Publication.PUBLISHED
DAY = datetime.timedelta(days=1)


def read(address, client):
    response = client.get(address)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def code_of(row):
    return row.th.a.text.replace("\xa0", " ")


def page_of(consultation, form=""):
    return f"/en/manual/consultations/{consultation.pk}/matrix{f'.{form}' if form else '/'}"


@pytest.fixture
def text(secretariat):
    """An edition with two chapters of two paragraphs each."""
    edition = make_edition(work=make_publication(slug="manual", title="Manual"), by=secretariat)
    make_chapter(edition=edition, title="Planning", paragraphs=["Begin early.", "Say who leads."])
    make_chapter(edition=edition, title="Crowds", paragraphs=["Count people.", "Keep exits free."])
    return edition


def at(edition, serial):
    return edition.placed.select_related("paragraph", "chapter").get(paragraph__serial=serial)


@pytest.fixture
def spoken(text, brazil, mexico, secretariat):
    """A consultation in which Brazil and Mexico commented, and of which a comment is a draft, or was withdrawn."""
    consultation = make_consultation(edition=text, title_en="First reading", by=secretariat)
    first = make_submitted(
        consultation=consultation, state=brazil, placed=at(text, 3), text="Count <twice>.\nAnd\tsay so.",
        rationale="=1+1", base="Count people.", proposed="Count people twice.", kind="technical", language="pt",
    )  # fmt: skip
    make_submitted(consultation=consultation, state=mexico, text="A good text.")
    make_submitted(consultation=consultation, state=mexico, chapter=at(text, 1).chapter, text="Too long.")
    make_comment(consultation=consultation, state=brazil, text="Brazil's draft")
    make_comment(consultation=consultation, state=mexico, text="Mexico's draft")
    gone = make_submitted(consultation=consultation, state=mexico, text="Mexico's withdrawn")
    Comment.objects.filter(pk=gone.pk).update(status="withdrawn")
    for state in (mexico, make_state(iso2="AR", slug="argentina", name="Argentina")):
        Endorsement.objects.create(comment=first, state=state)
    return consultation


def dispose(consultation, secretariat, *, close=True):
    """Accept what Brazil proposed, in the next edition; of Mexico's only the first is noted."""
    edition = consultation.edition
    following = start_edition(work=edition.work, by=secretariat, label=Label.CLEAR, language="en", based_on=edition)
    accepted, noted = Comment.objects.exclude(proposed="").get(), Comment.objects.get(text="A good text.")
    for comment, disposition, said in ((accepted, "accepted", "Agreed."), (noted, "noted", "Zx thanks")):
        comment.disposition, comment.observation = disposition, said
        comment.save()
    change = ParagraphChange.objects.create(
        edition=following, paragraph=accepted.placed.paragraph, kind="edited", language="en"
    )
    accepted.changes.add(change)
    if close:
        Consultation.objects.filter(pk=consultation.pk).update(closed=timezone.now())
    return following


def publish(edition):
    Edition.objects.filter(pk=edition.pk).update(status="consultation", publication=PUBLISHED)


def body(response):
    assert response.status_code == 200, response.content
    return response.getvalue()


def csv_rows(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def xlsx_rows(content):
    rows = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


def docx_rows(content):
    table = docx.Document(io.BytesIO(content)).tables[0]
    return [[cell.text for cell in row.cells] for row in table.rows]


READ = {"csv": csv_rows, "xlsx": xlsx_rows, "docx": docx_rows}


def rows_of(client, consultation, form="csv", query=""):
    return READ[form](body(client.get(page_of(consultation, form) + query)))


# The page


def test_matrix_shows_what_was_submitted_in_the_order_of_the_text(client_for, focal_point, spoken):
    page = read(page_of(spoken), client_for(focal_point))
    rows = page.select("#results tbody tr")
    assert [code_of(row) for row in rows] == ["MX 1", "MX 2", "BR 1"]
    general, chapter, paragraph = rows
    assert [cell.text.strip() for cell in general.select("td")][0] == "the whole text"
    assert chapter.select_one("td a")["href"] == "/en/manual/manual/1/1/"
    place, comment, proposed, supporters = paragraph.select("td")
    assert (place.a.text, place.a["href"]) == ("2.1 (p3)", "/en/manual/manual/1/p/3/")
    assert comment.select_one("[lang=pt]").p.decode_contents() == "Count &lt;twice&gt;.<br/>And\tsay so."
    assert "=1+1" in comment.text
    assert [word.text for word in proposed.select("ins")] == ["people twice."]
    assert supporters.text == "AR, MX"
    assert "3 comments" in page.select_one("[data-count]").text
    assert "draft" not in page.main.text.replace("a draft of the secretariat", "")
    assert "withdrawn" not in page.main.text


def test_matrix_says_the_strictest_audience_of_comments_even_on_an_open_text(client_for, focal_point, spoken):
    page = read(page_of(spoken), client_for(focal_point))
    assert page.select_one(".printed .tlp").text == "TLP:AMBER"


@pytest.mark.parametrize(
    "query, found",
    {
        "state=mexico": ["MX 1", "MX 2"],
        "chapter=2": ["BR 1"],
        "chapter=0": ["MX 1"],
        "kind=technical": ["BR 1"],
        "proposal=yes": ["BR 1"],
        "proposal=no": ["MX 1", "MX 2"],
        "endorsed_by=argentina": ["BR 1"],
        "endorsed_by=brazil": [],
        "q=TOO": ["MX 2"],
        "q=twice": ["BR 1"],
        "state=mexico&chapter=1": ["MX 2"],
        "sort=state": ["BR 1", "MX 1", "MX 2"],
        "sort=latest": ["MX 2", "MX 1", "BR 1"],
    }.items(),
)
def test_matrix_filters_and_sorts_page_and_file_alike(client_for, focal_point, spoken, query, found):
    client = client_for(focal_point)
    page = read(f"{page_of(spoken)}?{query}", client)
    assert [code_of(row) for row in page.select("#results tbody tr")] == found
    assert [f"{row[0]} {row[1]}" for row in rows_of(client, spoken, query=f"?{query}")[1:]] == found


def test_matrix_counts_what_each_filter_leaves(client_for, focal_point, spoken):
    page = read(f"{page_of(spoken)}?kind=general", client_for(focal_point))

    def counted(name):
        options = page.select(f"input[name={name}]")
        return {row["value"]: row.find_parent("label").select_one(".n").text for row in options if row["value"]}

    assert counted("kind") == {"general": "2", "technical": "1"}
    assert counted("state") == {"mexico": "2"}
    assert counted("chapter") == {"0": "1", "1": "1"}
    assert " ".join(page.select_one(".pills li a").text.split()) == "Remove the filter Type General"


@pytest.mark.parametrize("query", ["chapter=99", "chapter=x", "kind=bogus", "state=nowhere", "disposition=accepted"])
def test_matrix_refuses_a_filter_in_words_and_a_file_with_it(client_for, focal_point, spoken, query):
    client = client_for(focal_point)
    assert len(read(f"{page_of(spoken)}?{query}", client).select("#results tbody tr")) == 3
    response = client.get(f"{page_of(spoken, 'csv')}?{query}")
    assert (response.status_code, query.partition("=")[0] in response.content.decode()) == (400, True)


@pytest.mark.parametrize("query", ["page=0", "page=2", "page=x", "page=" + "9" * 400])
def test_matrix_has_no_other_pages(client_for, focal_point, spoken, query):
    assert client_for(focal_point).get(f"{page_of(spoken)}?{query}").status_code == 404


@pytest.mark.parametrize("query", ["q=" + "x" * 5000, "q=%00", "chapter=" + "9" * 300, "state='--"])
def test_matrix_bears_bad_input(client_for, focal_point, spoken, query):
    assert client_for(focal_point).get(f"{page_of(spoken)}?{query}").status_code == 200


def test_matrix_export_for_word_bears_words_that_no_file_may_hold(client_for, focal_point, spoken):
    assert rows_of(client_for(focal_point), spoken, "docx", "?q=%0Btoo%02%EF%BF%BE") == [HEADER]


def test_matrix_of_a_consultation_without_comments_says_so(client_for, focal_point, text):
    page = read(page_of(make_consultation(edition=text)), client_for(focal_point))
    assert page.select_one(".none h3").text == "No comment was submitted yet"
    assert not page.select("table")


def test_matrix_shows_the_rest_of_a_long_text_folded(client_for, focal_point, spoken):
    Comment.objects.filter(text="Too long.").update(text="word " * 200)
    page = read(page_of(spoken), client_for(focal_point))
    fold = page.select("#results tbody tr")[1].select_one("details")
    beginning = fold.find_previous_sibling("p").text
    assert len(beginning) < 310
    assert beginning.count("word") + fold.p.text.count("word") == 200


# Who reads what


@pytest.mark.parametrize(
    "who, found",
    {
        "expert": ["BR 1"],
        "alternate": ["MX 1", "MX 2", "BR 1"],
        "focal_point": ["MX 1", "MX 2", "BR 1"],
        "other_focal_point": ["MX 1", "MX 2", "BR 1"],
        "secretariat": ["MX 1", "MX 2", "BR 1"],
    }.items(),
)
def test_matrix_holds_what_its_reader_may_know_of_in_every_form(request, client_for, spoken, who, found):
    client = client_for(request.getfixturevalue(who))
    page = read(page_of(spoken), client)
    assert [code_of(row) for row in page.select("#results tbody tr")] == found
    for form in READ:
        assert [f"{row[0]} {row[1]}" for row in rows_of(client, spoken, form)[1:]] == found


@pytest.mark.parametrize("form", ["", *READ])
def test_matrix_refuses_who_reads_no_comments(client_for, visitor, partner, spoken, form):
    assert client_for(partner).get(page_of(spoken, form)).status_code == 403
    response = client_for(visitor).get(page_of(spoken, form))
    assert (response.status_code, "/account/login/" in response["Location"]) == (302, True)


@pytest.mark.parametrize("form", ["", *READ])
def test_matrix_of_a_text_that_one_may_not_know_of_is_not_there(client_for, focal_point, secretariat, spoken, form):
    Edition.objects.filter(pk=spoken.edition_id).update(label=Label.RED)
    assert client_for(focal_point).get(page_of(spoken, form)).status_code == 404
    assert client_for(secretariat).get(page_of(spoken, form)).status_code == 200


def test_matrix_shown_after_the_closing_holds_only_ones_own_before(client_for, focal_point, secretariat, spoken):
    Consultation.objects.filter(pk=spoken.pk).update(shown="after_closing")
    client = client_for(focal_point)
    page = read(page_of(spoken), client)
    assert [code_of(row) for row in page.select("#results tbody tr")] == ["BR 1"]
    assert "once the consultation has closed for all of them" in page.select_one("#results .notice").text
    assert len(rows_of(client, spoken)) == 2
    assert "mexico" not in {option.get("value") for option in page.select("input[name=state]")}
    assert len(rows_of(client_for(secretariat), spoken)) == 4
    before = spoken.opens
    Consultation.objects.filter(pk=spoken.pk).update(closes=before + DAY / 2, ends=before + DAY / 2)
    assert len(rows_of(client, spoken)) == 4


def test_dispositions_are_nowhere_before_the_closing_but_with_the_secretariat(
    client_for, focal_point, secretariat, spoken
):
    dispose(spoken, secretariat, close=False)
    client = client_for(focal_point)
    page = read(page_of(spoken), client)
    assert "Zx thanks" not in page.text
    assert "Disposition" not in {head.text for head in page.select("thead th")}
    assert not page.select("[name=disposition]")
    assert not rows_of(client, spoken, query="?q=Zx")[1:]
    for form in READ:
        assert {(row[8], row[9], row[11]) for row in rows_of(client, spoken, form)[1:]} == {("", "", "")}
        assert "Zx thanks" in {row[9] for row in rows_of(client_for(secretariat), spoken, form)}
    page = read(f"{page_of(spoken)}?disposition=none", client_for(secretariat))
    assert [code_of(row) for row in page.select("#results tbody tr")] == ["MX 2"]
    assert "a draft of the secretariat" in page.select_one("#results .notice").text


def test_new_paragraph_is_named_to_those_who_may_know_of_its_edition(client_for, focal_point, secretariat, spoken):
    following = dispose(spoken, secretariat)
    client, address = client_for(focal_point), "/en/manual/manual/2/p/3/"
    assert address not in str(read(page_of(spoken), client))
    assert {row[11] for row in rows_of(client, spoken)[1:]} == {""}
    publish(following)
    link = read(page_of(spoken), client).select("#results tbody tr")[2].select_one(f'a[href="{address}"]')
    assert link.text == "p3, Edition 2"


def test_hidden_comment_is_for_its_state_and_the_secretariat_and_in_no_file(
    client_for, focal_point, other_focal_point, secretariat, spoken
):
    Comment.objects.filter(text="A good text.").update(is_hidden=True, rationale="Zx reason", text="Zx text")
    client = client_for(focal_point)
    assert "Zx" not in str(read(page_of(spoken), client))
    assert [row[:2] for row in rows_of(client, spoken)[1:]] == [["MX", "2"], ["BR", "1"]]
    for person in (other_focal_point, secretariat):
        client = client_for(person)
        row = read(page_of(spoken), client).select("#results tbody tr")[0]
        assert "Zx text" in row.text
        assert "hidden by the moderators" in row.text
        for form in READ:
            rows = rows_of(client, spoken, form)
            assert (rows[1][5], rows[1][6]) == ("Hidden by the moderators.", "")
            assert "Zx" not in str(rows)


# The files


EXPECTED = [
    HEADER,
    ["MX", "1", "the whole text", "", "General", "A good text.", "", "", "Noted", "Zx thanks", "", ""],
    ["MX", "2", "1", "", "General", "Too long.", "", "", "", "", "", ""],
    ["BR", "1", "2", "2.1 (p3)", "Technical", "Count <twice>.\nAnd\tsay so.", "'=1+1", "Count people twice.",
     "Accepted", "Agreed.", "AR, MX", "http://testserver/en/manual/manual/2/p/3/"],
]  # fmt: skip


@pytest.fixture
def closed(settings, secretariat, spoken):
    settings.BASE_URL = "http://testserver"
    publish(dispose(spoken, secretariat))
    return spoken


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_matrix_export_as_a_table_equals_the_database_cell_by_cell(client_for, focal_point, closed, form):
    assert rows_of(client_for(focal_point), closed, form) == EXPECTED


def test_matrix_export_for_word_equals_the_database_cell_by_cell(client_for, focal_point, closed):
    rows = rows_of(client_for(focal_point), closed, "docx")
    in_word = {"'=1+1": "=1+1", "http://testserver/en/manual/manual/2/p/3/": "p3, Edition 2"}
    assert rows == [[in_word.get(cell, cell) for cell in row] for row in EXPECTED]


def test_matrix_export_for_word_is_a_sheet_on_its_side_that_says_for_whom_it_is(client_for, focal_point, closed):
    content = body(client_for(focal_point).get(page_of(closed, "docx")))
    document = docx.Document(io.BytesIO(content))
    section, table = document.sections[0], document.tables[0]
    assert section.page_width > section.page_height
    assert section.header.paragraphs[0].text.startswith("TLP:AMBER · For Focal Points, alternates")
    assert table.rows[0]._tr.xpath("w:trPr/w:tblHeader")
    [link] = table._tbl.xpath(".//w:hyperlink/@r:id")
    assert document.part.rels[link].target_ref == "http://testserver/en/manual/manual/2/p/3/"
    assert table._tbl.xpath(".//w:lang[@w:val='pt']")
    assert document.core_properties.title == "First reading"
    said = [paragraph.text for paragraph in document.paragraphs]
    assert said[:2] == ["First reading", "Manual, Edition 1"]
    assert "3 comments" in said
    with zipfile.ZipFile(io.BytesIO(content)) as whole:
        assert whole.testzip() is None


def test_matrix_export_names_label_and_filters(client_for, focal_point, closed):
    client = client_for(focal_point)
    response = client.get(f"{page_of(closed, 'docx')}?state=brazil")
    assert f"comments-{closed.pk}-tlp-amber-" in response["Content-Disposition"]
    document = docx.Document(io.BytesIO(body(response)))
    assert "1 comment · Brazil" in [paragraph.text for paragraph in document.paragraphs]
    sheet = openpyxl.load_workbook(io.BytesIO(body(client.get(page_of(closed, "xlsx"))))).active
    assert sheet.oddHeader.center.text.startswith("TLP:AMBER · For Focal Points")


def test_matrix_export_bears_what_no_file_may_hold(client_for, focal_point, spoken):
    Comment.objects.filter(text="Too long.").update(text="a\x0bb\x02c ]]> &amp; \ufffe <w:p/> \U0001f600")
    client = client_for(focal_point)
    for form in READ:
        assert rows_of(client, spoken, form)[2][5] == "a\nbc ]]> &amp;  <w:p/> \U0001f600"


def test_matrix_export_is_in_the_language_of_its_reader(client_for, focal_point, spoken):
    content = body(client_for(focal_point).get(page_of(spoken, "csv").replace("/en/", "/es/")))
    assert csv_rows(content)[1][5] == "A good text."
    assert csv_rows(content)[0][0] == "Estado"


@pytest.mark.parametrize("form", ["xlsx", "docx"])
def test_matrix_export_refuses_more_rows_than_a_file_takes(monkeypatch, client_for, focal_point, spoken, form):
    monkeypatch.setitem(other_forms.MOST_ROWS, form, 2)
    client = client_for(focal_point)
    assert client.get(page_of(spoken, form)).status_code == 400
    assert len(rows_of(client, spoken, form, "?state=mexico")) == 3
    assert len(rows_of(client, spoken)) == 4


def test_matrix_has_no_other_form(client_for, focal_point, spoken):
    assert client_for(focal_point).get(page_of(spoken, "atom")).status_code == 404


@pytest.mark.parametrize("path", ["", "xlsx", "docx"])
def test_matrix_asks_as_often_for_three_rows_as_for_one(
    django_assert_num_queries, client_for, focal_point, secretariat, brazil, text, path
):
    consultation, client = make_consultation(edition=text), client_for(focal_point)
    following = start_edition(work=text.work, by=secretariat, label=Label.CLEAR, language="en", based_on=text)
    publish(following)

    def comment(serial):
        made = make_submitted(
            consultation=consultation, state=brazil, placed=at(text, serial), base="a", proposed="b", text="c"
        )
        Comment.objects.filter(pk=made.pk).update(disposition="accepted")
        Endorsement.objects.create(comment=made, state=make_state())
        change = ParagraphChange.objects.create(edition=following, paragraph=made.placed.paragraph, kind="edited")
        made.changes.add(change)

    Consultation.objects.filter(pk=consultation.pk).update(closed=timezone.now())
    comment(1)
    client.get(page_of(consultation, path))
    with django_assert_num_queries(QUERIES[path]):
        client.get(page_of(consultation, path)).getvalue()
    comment(2)
    comment(3)
    client.get(page_of(consultation, path))
    with django_assert_num_queries(QUERIES[path]):
        client.get(page_of(consultation, path)).getvalue()


QUERIES = {"": 13, "xlsx": 14, "docx": 15}


def test_matrix_export_of_many_rows_is_read_in_batches(client_for, focal_point, brazil, text):
    consultation = make_consultation(edition=text)
    first = make_submitted(consultation=consultation, state=brazil, placed=at(text, 1), text="1")
    rows = []
    for serial in range(2, 1203):
        row = Comment.objects.get(pk=first.pk)
        row.pk, row.serial, row.text, row.token = None, serial, str(serial), None
        row._state.adding = True
        row.token = Comment._meta.get_field("token").default()
        rows.append(row)
    Comment.objects.bulk_create(rows)
    client = client_for(focal_point)
    for form in READ:
        assert [row[5] for row in rows_of(client, consultation, form)[1:]] == [str(n) for n in range(1, 1203)]
    page = read(page_of(consultation), client)
    assert "More than 1,000 comments" in page.select_one("[data-count]").text
    assert len(read(f"{page_of(consultation)}?page=40", client).select("#results tbody tr")) == 25


@pytest.mark.parametrize("shown", Consultation.Shown.values)
@pytest.mark.parametrize("ends", [-DAY, DAY])
@pytest.mark.parametrize(
    "name", ["partner", "expert", "alternate", "focal_point", "other_focal_point", "secretariat", "administrator"]
)
def test_comments_of_a_consultation_at_hand_are_those_that_the_gate_shows(request, spoken, name, ends, shown):
    Comment.objects.filter(text="Too long.").update(is_hidden=True)
    Consultation.objects.update(shown=shown, closes=timezone.now() + ends, ends=timezone.now() + ends)
    spoken.refresh_from_db()
    user = request.getfixturevalue(name)
    at_hand = Comment.objects.visible_within([spoken], user)
    assert set(at_hand) == set(Comment.objects.visible_to(user).of(spoken))
