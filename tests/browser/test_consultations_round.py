"""One round of a standard from Word file to positions: loaded, put to the States, commented on in the portal and
offline, disposed of, changed, published and compared; the matrix that comes out of it says what the database says."""

import csv
import datetime
import io
import re

import docx
import openpyxl
import pytest
from django.utils import timezone
from docx.enum.text import WD_BREAK
from playwright.sync_api import expect

from consultations.models import Comment, Consultation, Endorsement, Position
from notifications.models import Notification
from reference.models import MemberState
from tests.browser.test_community_writing import accessible
from tests.factories import make_mandate, make_publication, make_user
from training.models import Edition, EditionParagraph, Paragraph, ParagraphText, Publication

pytestmark = pytest.mark.browser
SLUG = "browser-round"
STAFF = "secretariat@example.org"
SEATS = {"CHL": "round.chl@example.org", "PER": "round.per@example.org", "JAM": "round.jam@example.org"}
CHAPTERS, PAGES = 4, 10  # of each chapter


@pytest.fixture
def work(portal):
    """A standard that no other test looks at, and three Focal Points; all that was said is gone afterwards."""
    for iso3, email in SEATS.items():
        make_mandate(person=make_user(email=email, state=(state := MemberState.objects.get(iso3=iso3))), state=state)
    work = make_publication(slug=SLUG, title="Standard of the browser", kind="standard")
    yield work
    Notification.objects.filter(subject_kind__in=["edition", "consultation", "publication"]).delete()
    Comment.objects.filter(consultation__edition__work=work).delete()
    Consultation.objects.filter(edition__work=work).delete()
    EditionParagraph.objects.filter(edition__work=work).delete()
    for edition in Edition.objects.filter(work=work).order_by("-number"):
        edition.delete()
    Paragraph.objects.filter(work=work).delete()
    Publication.objects.filter(pk=work.pk).delete()


def word_file():
    """A file of forty pages in four chapters, as Word makes it."""
    document = docx.Document()
    for chapter in range(1, CHAPTERS + 1):
        document.add_heading(f"Part {chapter}", 1)
        for page in range(1, PAGES + 1):
            document.add_heading(f"Page {page} of part {chapter}", 2)
            for n in range(1, 6):
                words = f"Rule {chapter}.{page}.{n}: the gates are opened early, and everybody is counted. "
                document.add_paragraph(words + "This is said at length. " * 12)
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def press(page, name):
    page.get_by_role("button", name=name).click()


class Round:
    """The steps, each as somebody in his browser."""

    def __init__(self, portal, page, sign_in):
        self.url, self.page, self.sign_in = f"{portal.url}/en/manual/", page, sign_in

    def as_(self, who):
        self.page.context.clear_cookies()
        self.sign_in(SEATS.get(who, who))

    def go(self, path):
        self.page.goto(f"{self.url}{path}")

    @property
    def asked(self):
        return Consultation.objects.get(edition__work__slug=SLUG)

    def load(self):
        page = self.page
        self.as_(STAFF)
        self.go(f"{SLUG}/start/")
        press(page, "Begin the edition")
        self.go(f"{SLUG}/1/load/")
        page.get_by_label("File").set_input_files({"name": "standard.docx", "mimeType": "", "buffer": word_file()})
        page.locator("main form button").first.click()
        page.locator("button[value=apply]").click()
        page.get_by_text("Loaded (240 new, 4 new chapters)").wait_for()

    def ask(self):
        page = self.page
        self.go(f"{SLUG}/1/consult/")
        page.get_by_label("Title (English)").fill("What do you say?")
        assert accessible(page) == []
        page.locator("main form button[type=submit]").last.click()
        expect(page.locator("h1")).to_have_text("What do you say?")

    def comment_in_portal(self):
        """Chile proposes a change of a paragraph, Peru comments on a chapter."""
        page = self.page
        self.as_("CHL")
        self.go(f"{SLUG}/1/2/")
        page.locator("#p62").get_by_role("link", name=re.compile("Comment")).click()
        page.get_by_label("Technical").check()
        page.get_by_label("Comment", exact=True).fill("Early is not an hour.")
        proposed = page.get_by_label("Proposed change")
        proposed.fill(proposed.input_value().replace("opened early", "opened two hours before"))
        page.get_by_label("Rationale").fill("Our law says two hours.")
        assert accessible(page) == []
        press(page, "Save the draft")
        page.locator("ins", has_text="two hours before").first.wait_for()
        self.submit("chile")
        self.as_("PER")
        self.go(f"consultations/{self.asked.pk}/spaces/peru/add/?chapter=3")
        page.get_by_label("General").check()
        page.get_by_label("Comment", exact=True).fill("=Nothing on drones")
        press(page, "Save the draft")
        self.submit("peru")

    def submit(self, slug):
        self.go(f"consultations/{self.asked.pk}/spaces/{slug}/submit/")
        press(self.page, re.compile("^Submit for"))
        expect(self.page.get_by_role("status").first).to_be_visible()

    def comment_offline(self):
        """Jamaica fills in the form and returns it; the same file once more adds nothing."""
        page = self.page
        self.as_("JAM")
        self.go(f"consultations/{self.asked.pk}/spaces/jamaica/return/")
        assert accessible(page) == []
        with page.expect_download() as download:
            press(page, "Download for Excel")
        file = filled_in(download.value.path().read_bytes())
        for _time in range(2):
            self.go(f"consultations/{self.asked.pk}/spaces/jamaica/return/")
            form = {"name": "form.xlsx", "mimeType": "", "buffer": file}
            page.get_by_label("The completed form").set_input_files(form)
            press(page, "Read it and keep the drafts")
            page.wait_for_load_state()
        assert Comment.objects.filter(state__iso3="JAM").count() == 2
        self.submit("jamaica")

    def endorse(self):
        page, comment = self.page, Comment.objects.get(consultation=self.asked, state__iso3="CHL")
        self.as_("PER")
        page.goto(f"{self.url}consultations/comments/{comment.pk}/")
        assert accessible(page) == []
        press(page, "Endorse it for Peru")
        page.locator("#endorsed .links", has_text="Peru").wait_for()

    def end(self):
        """Two months go by."""
        month = datetime.timedelta(days=30)
        over = {"opens": timezone.now() - 3 * month, "closes": timezone.now() - month}
        Consultation.objects.filter(pk=self.asked.pk).update(ends=over["closes"], **over)

    def dispose(self):
        """Chile's proposal is accepted and written into the next edition, Jamaica's are answered together."""
        page = self.page
        self.as_(STAFF)
        self.go(f"{SLUG}/start/")
        press(page, "Begin the edition")
        chile = Comment.objects.get(consultation=self.asked, state__iso3="CHL")
        page.goto(f"{self.url}consultations/comments/{chile.pk}/dispose/")
        page.get_by_label("Accepted", exact=True).check()
        page.get_by_role("button", name="Save", exact=True).click()
        assert accessible(page) == []
        press(page, "Write it into Edition 2")
        self.go(f"consultations/{self.asked.pk}/close/")
        assert page.get_by_role("button", name="Close it").count() == 0
        self.go(f"consultations/{self.asked.pk}/dispositions/")
        for row in page.locator("li[id^=c]", has_text="no disposition").all():
            row.get_by_role("checkbox").check()
        page.get_by_label("Not accepted").check()
        page.get_by_label("Observation of the secretariat").fill("Other rules say it.")
        page.get_by_label(re.compile("handle them together")).check()
        assert accessible(page) == []
        press(page, "Save the disposition")
        self.go(f"consultations/{self.asked.pk}/close/")
        press(page, "Close it and publish what became of the comments")

    def publish(self):
        self.go(f"{SLUG}/2/finalise/")
        press(self.page, "Make it final and publish it")
        self.page.get_by_text("Final and published.").wait_for()

    def compare(self):
        page = self.page
        self.as_("CHL")
        self.go(f"{SLUG}/2/compare/")
        assert accessible(page) == []
        self.go(f"{SLUG}/2/compare/2/")
        expect(page.locator(".prose ins")).to_have_text(re.compile("two hours before"))
        expect(page.locator(".prose del")).to_have_text(re.compile("early"))
        page.get_by_role("link", name=re.compile("CL 1")).first.click()
        expect(page.locator("h1")).to_contain_text("CL 1")

    def take_positions(self):
        page = self.page
        self.go(f"{SLUG}/2/positions/take/")
        page.get_by_label("Endorses", exact=True).check()
        press(page, "Record it for Chile")
        self.as_("PER")
        self.go(f"{SLUG}/2/positions/take/")
        page.get_by_label("Endorses with reservations").check()
        page.get_by_label("Reservations or reasons").fill("Drones are missing.")
        press(page, "Record it for Peru")
        self.go(f"{SLUG}/2/positions/")
        page.get_by_text("Drones are missing.").first.wait_for(state="attached")
        assert accessible(page) == []

    def files(self):
        """The matrix as its reader gets it: {form: bytes}."""
        self.go(f"consultations/{self.asked.pk}/matrix/")
        assert accessible(self.page) == []
        get = self.page.request.get
        address = f"{self.url}consultations/{self.asked.pk}/matrix."
        return {form: get(address + form).body() for form in ("xlsx", "csv", "docx")}


def filled_in(form):
    """A form with a comment and a proposed change, and one comment alone, in two of its rows."""
    book = openpyxl.load_workbook(io.BytesIO(form))
    sheet = next(
        sheet for sheet in book if any(cell.value == "Proposed change" for row in sheet.iter_rows() for cell in row)
    )
    head = next(row for row in sheet.iter_rows() if any(cell.value == "Proposed change" for cell in row))
    column = {cell.value: cell.column for cell in head if cell.value}
    rows = [
        row for row in sheet.iter_rows(min_row=head[0].row + 1) if "Rule 4.1." in str(row[column["Text"] - 1].value)
    ]
    for row, kind in zip(rows[:2], ("Editorial", "Technical"), strict=True):
        line = row[0].row
        sheet.cell(line, column["Type"]).value = kind
        sheet.cell(line, column["Comment"]).value = f"Offline, {kind.lower()}"
    sheet.cell(rows[0][0].row, column["Proposed change"]).value = "Gates open at eight."
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def rows_of_the_database(consultation, url):
    """What the matrix must say, read row by row from the tables."""
    found = []
    for row in Comment.objects.submitted().of(consultation).in_matrix_order().for_detail():
        endorsed = Endorsement.objects.of(row).order_by("state__iso2").values_list("state__iso2", flat=True)
        serials = row.changes.values_list("edition__number", "paragraph__serial")
        places = [f"{url}{SLUG}/{number}/p/{serial}/" for number, serial in serials]
        number = f"{row.placed.number} ({row.placed.paragraph})" if row.placed else ""
        found.append([
            row.state.iso2, str(row.serial), str(row.chapter.order), number, row.get_kind_display(), row.text,
            row.rationale, row.proposed, row.get_disposition_display(), row.observation, ", ".join(endorsed),
            "\n".join(places),
        ])  # fmt: skip
    return found


def said_in(cell):
    """The text of a cell in Word, or where its links lead."""
    links = [link.url for paragraph in cell.paragraphs for link in paragraph.hyperlinks]
    return "\n".join(links) or cell.text


def cells_of(files):
    """{form: rows of texts below the head}; what guards against formulae in spreadsheets is taken off."""
    sheet = openpyxl.load_workbook(io.BytesIO(files["xlsx"])).worksheets[0]
    (table,) = docx.Document(io.BytesIO(files["docx"])).tables
    found = {
        "xlsx": [[str(cell or "") for cell in row] for row in sheet.iter_rows(min_row=2, values_only=True)],
        "csv": list(csv.reader(io.StringIO(files["csv"].decode("utf-8-sig"))))[1:],
        "docx": [[said_in(cell) for cell in row.cells] for row in table.rows][1:],
    }
    for form in ("xlsx", "csv"):
        found[form] = [[re.sub("^'(?==)", "", cell) for cell in row] for row in found[form]]
    return found


def test_a_round_from_word_file_to_positions(portal, page, sign_in, work, watched):
    done = Round(portal, page, sign_in)
    done.load()
    done.ask()
    done.comment_in_portal()
    done.comment_offline()
    done.endorse()
    done.end()
    done.dispose()
    done.publish()
    done.compare()
    done.take_positions()
    wanted = rows_of_the_database(done.asked, done.url)
    assert len(wanted) == 4 and cells_of(done.files()) == dict.fromkeys(["xlsx", "csv", "docx"], wanted)
    first, second = Edition.objects.filter(work=work).order_by("number")
    changed = ParagraphText.objects.get(placed__edition=second, placed__paragraph__serial=62, language="en")
    assert "opened two hours before" in changed.text
    assert Position.objects.of(second).count() == 2
    assert (first.placed.count(), second.placed.count()) == (240, 240)
    assert watched.complaints == watched.strangers == []
