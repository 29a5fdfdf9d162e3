"""The way of a PDF: asked for, made once in the queue, kept, given to whom it is for, forgotten; and what may fail."""

import datetime
import io
import subprocess
import threading
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from django_q.models import OrmQ
from django_q.signing import SignedPackage
from pypdf import PdfReader

from core.labels import Label
from members.models import AuditEntry
from tests.factories import make_chapter, make_edition, make_final
from tests.worker import run_worker
from training import pdf_files, typesetting
from training.models import EditionFile, EditionParagraph
from training.pdf import Part
from training.pdf_files import NotMade, ask_file, make_next, tend_files
from training.writing import edit_paragraph, original_of, translate_paragraph

pytestmark = pytest.mark.django_db
FAKE = b"%PDF-1.7 fake 0123456789"
State = EditionFile.State


@pytest.fixture(autouse=True)
def libraries(monkeypatch):
    """This machine has the libraries, whatever it has."""
    monkeypatch.setattr(pdf_files, "can_make", lambda: True)
    monkeypatch.setattr("training.pdf_views.can_make", lambda: True)


@pytest.fixture
def made(monkeypatch):
    """A list of the documents that were typeset, each as a file of a few bytes."""
    made = []

    def typeset(document, path):
        made.append(document["html"])
        path.write_bytes(FAKE)
        return 3

    monkeypatch.setattr(pdf_files, "typeset", typeset)
    return made


def written(label=Label.CLEAR, **fields):
    return make_chapter(edition=make_edition(label=label, **fields), paragraphs=["Zx first.", "Zx second."])


def address(chapter, part="edition"):
    base = chapter.edition.get_absolute_url()
    return f"{base}edition.pdf" if part == "edition" else f"{base}{chapter.order}/chapter.pdf"


def body(response):
    return b"".join(response.streaming_content)


def states():
    return sorted(EditionFile.objects.values_list("state", flat=True))


def wait_for_pdf(client, url):
    """Ask for a PDF as a member does, and let the queue make it."""
    answer = client.post(url)
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, url)
    run_worker()


@pytest.mark.parametrize("part", ["edition", "chapter"])
def test_member_has_a_pdf_made_and_gets_it(client_for, secretariat, made, part):
    chapter, client = written(), client_for(secretariat)
    url = address(chapter, part)
    assert "Make the PDF" in client.get(url).content.decode()
    assert EditionFile.objects.count() == 0  # to look changes nothing
    answer = client.post(url, follow=True)
    text = answer.content.decode()
    assert "The PDF is being made." in text and "Make the PDF" not in text and "Look whether it is there" in text
    run_worker()
    answer = client.get(url)
    name = f"{chapter.edition.work.slug}-1{'-1' if part == 'chapter' else ''}-en.pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert (answer["Content-Type"], body(answer)) == ("application/pdf", FAKE)
    assert answer["X-Content-Type-Options"] == "nosniff" and "sandbox" in answer["Content-Security-Policy"]
    file = EditionFile.objects.get()
    assert (file.state, file.pages, file.size, OrmQ.objects.count()) == (State.READY, 3, len(FAKE), 0)


def test_finished_file_is_given_again_without_being_made(client_for, secretariat, made):
    client, url = client_for(secretariat), address(written())
    wait_for_pdf(client, url)
    wait_for_pdf(client, url)
    assert body(client.get(url)) == body(client.get(url)) == FAKE
    assert (len(made), EditionFile.objects.count()) == (1, 1)


def test_part_of_a_file_may_be_fetched(client_for, secretariat, made):
    client, url = client_for(secretariat), address(written())
    wait_for_pdf(client, url)
    part = client.get(url, headers={"Range": "bytes=5-7"})
    assert (part.status_code, body(part), part["Content-Range"]) == (206, b"1.7", f"bytes 5-7/{len(FAKE)}")
    assert client.get(url, headers={"If-None-Match": part["ETag"]}).status_code == 304


def test_many_who_ask_at_once_make_one_task(client_for, secretariat, administrator, made):
    url = address(written())
    for person in (secretariat, administrator, secretariat):
        client_for(person).post(url)
    assert (states(), OrmQ.objects.count()) == (["queued"], 1)
    run_worker()
    assert len(made) == 1


@pytest.mark.django_db(transaction=True)
def test_those_who_ask_in_the_same_moment_make_one_task(made):
    part = Part(written().edition, None, "en")
    begin, errors = threading.Barrier(4), []

    def ask():
        try:
            begin.wait()
            ask_file(part=part)
        except Exception as error:  # noqa: BLE001 - told by the test itself
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (errors, states(), OrmQ.objects.count()) == ([], ["queued"], 1)


def test_changed_text_is_another_file(client_for, secretariat, made):
    chapter, client = written(), client_for(secretariat)
    url = address(chapter)
    wait_for_pdf(client, url)
    placed = EditionParagraph.objects.of(chapter.edition).select_related("edition").first()
    edit_paragraph(placed=placed, text="Zx changed.", version=original_of(placed).version, by=secretariat)
    assert "Make the PDF" in client.get(url).content.decode()
    wait_for_pdf(client, url)
    assert "Zx changed." in made[1] and EditionFile.objects.count() == 2


def test_text_that_changes_while_its_file_waits_is_made_as_it_is_then(client_for, secretariat, made):
    chapter, client = written(), client_for(secretariat)
    client.post(address(chapter))
    placed = EditionParagraph.objects.of(chapter.edition).select_related("edition").first()
    edit_paragraph(placed=placed, text="Zx changed.", version=original_of(placed).version, by=secretariat)
    run_worker()
    assert (made, states()) == ([], ["queued"])  # under another digest
    run_worker()
    assert body(client.get(address(chapter))) == FAKE
    assert len(made) == 1 and "Zx changed." in made[0]


def test_final_edition_is_made_for_everybody_with_its_chapters(client, made):
    chapter = written()
    make_chapter(edition=chapter.edition, title="Zx other", paragraphs=["Zx"])
    translate_paragraph(
        placed=EditionParagraph.objects.of(chapter.edition)[0], language="es", text="Zx", translates=1, by=None
    )
    make_final(chapter.edition)
    assert OrmQ.objects.count() == 1
    assert "The PDF is being made." in client.get(address(chapter)).content.decode()
    while OrmQ.objects.exists():
        run_worker()
    assert (len(made), states()) == (3, ["ready"] * 3)
    for part in ("edition", "chapter"):
        answer = client.get(address(chapter, part))
        assert body(answer) == FAKE and answer["Cache-Control"] == "public, no-cache"
    assert AuditEntry.objects.filter(kind=AuditEntry.Kind.DOWNLOAD).count() == 0


def test_visitor_cannot_have_a_pdf_made_and_is_led_to_what_is_there(client, made):
    chapter = written()
    translate_paragraph(
        placed=EditionParagraph.objects.of(chapter.edition)[0], language="es", text="Zx", translates=1, by=None
    )
    make_final(chapter.edition)
    while OrmQ.objects.exists():
        run_worker()
    spanish = address(chapter).replace("/en/", "/es/")
    text = client.get(spanish).content.decode()
    assert "<form" not in text.split("<main")[1] and 'href="?language=en"' in text
    answer = client.post(spanish)
    assert answer.status_code == 302 and "/account/login/" in answer["Location"]
    assert EditionFile.objects.filter(language="es").count() == OrmQ.objects.count() == 0
    assert body(client.get(f"{spanish}?language=en")) == FAKE


@pytest.mark.parametrize("asked", ["xx", "", "EN", "en'", "\x00", "e" * 500])
def test_language_that_is_none_is_the_readers(client_for, secretariat, asked):
    answer = client_for(secretariat).get(address(written()), {"language": asked})
    assert answer.status_code == 200 and "Make the PDF" in answer.content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("part", ["edition", "chapter"])
def test_who_may_not_know_of_an_edition_finds_no_pdf(client_for, visitor, partner, focal_point, made, method, part):
    amber, draft = written(Label.AMBER), written()
    ask_file(part=Part(amber.edition, None, "en"))
    ask_file(part=Part(draft.edition, None, "en"))
    make_final(amber.edition)
    while OrmQ.objects.exists():
        run_worker()
    for person, chapter in ((visitor, amber), (partner, amber), (visitor, draft), (focal_point, draft)):
        answer = getattr(client_for(person), method)(address(chapter, part))
        assert answer.status_code == 404, (person, chapter)
    assert body(client_for(focal_point).get(address(amber))) == FAKE


def test_restricted_download_is_logged_once_an_hour_and_not_kept_by_caches(client_for, focal_point, made):
    chapter = written(Label.AMBER)
    make_final(chapter.edition)
    while OrmQ.objects.exists():
        run_worker()
    client, logged = client_for(focal_point), AuditEntry.objects.filter(kind=AuditEntry.Kind.DOWNLOAD)
    client.head(address(chapter))
    assert logged.count() == 0
    assert client.get(address(chapter))["Cache-Control"] == "private, no-store"
    for _part in range(2):
        client.get(address(chapter), headers={"Range": "bytes=0-3"})
    entry = logged.get()
    assert (entry.person, entry.subject_kind, entry.subject_key) == (focal_point, "edition", chapter.edition.pk)
    assert entry.label == Label.AMBER and entry.detail.startswith("pdf en ")
    client.get(address(chapter))
    assert logged.count() == 2


def test_pdf_of_a_relabelled_publication_is_not_given_with_its_old_label(client_for, focal_point, made):
    chapter = written()
    make_final(chapter.edition)
    while OrmQ.objects.exists():
        run_worker()
    work = chapter.edition.work
    work.label = Label.AMBER
    work.save()
    text = client_for(focal_point).get(address(chapter)).content.decode()
    assert "There is no PDF of this text as it stands now." in text
    wait_for_pdf(client_for(focal_point), address(chapter))
    assert "TLP:AMBER" in made[-1]


@pytest.mark.parametrize("error", [NotMade("it took too long"), MemoryError(), OSError("disk full")], ids=repr)
def test_what_fails_is_said_and_may_be_tried_again(client_for, secretariat, made, monkeypatch, caplog, error):
    def fail(document, path):
        raise error

    client, url = client_for(secretariat), address(written())
    with monkeypatch.context() as broken:
        broken.setattr(pdf_files, "typeset", fail)
        wait_for_pdf(client, url)
    text = client.get(url).content.decode()
    assert "The PDF could not be made." in text and "Try again" in text
    assert states() == ["failed"] and "was not made" in caplog.text and OrmQ.objects.count() == 0
    wait_for_pdf(client, url)
    assert body(client.get(url)) == FAKE


def test_one_that_is_lost_on_its_way_may_be_asked_for_anew(client_for, secretariat, made):
    client, url = client_for(secretariat), address(written())
    client.post(url)
    OrmQ.objects.all().delete()  # as where the portal was killed too often
    client.post(url)
    assert OrmQ.objects.count() == 0
    EditionFile.objects.update(created=timezone.now() - datetime.timedelta(hours=2))
    assert "Try again" in client.get(url).content.decode()
    wait_for_pdf(client, url)
    assert body(client.get(url)) == FAKE


def test_killed_worker_leaves_a_task_that_makes_it_later(client_for, secretariat, made, monkeypatch):
    client, url = client_for(secretariat), address(written())
    client.post(url)

    def killed(document, path):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(pdf_files, "typeset", killed)
        with pytest.raises(KeyboardInterrupt):
            make_next()
    assert (states(), OrmQ.objects.count()) == (["queued"], 1)
    run_worker()
    assert body(client.get(url)) == FAKE


def test_one_file_is_made_at_a_time_and_none_is_forgotten(client_for, secretariat, made):
    client = client_for(secretariat)
    first, second = address(written()), address(written())
    client.post(first)
    client.post(second)
    with pdf_files._alone() as is_alone:
        assert is_alone
        run_worker()  # somebody else is at it: both tasks go away
        assert (made, OrmQ.objects.count()) == ([], 0)
    ask_file(part=Part(written().edition, None, "en"))
    while OrmQ.objects.exists():
        run_worker()
    assert (len(made), states()) == (3, ["ready"] * 3)


def test_task_has_time_enough_for_a_long_text():
    ask_file(part=Part(written().edition, None, "en"))
    task = SignedPackage.loads(OrmQ.objects.get().payload)
    assert task["func"] == "training.pdf_files.make_next" and task["timeout"] > pdf_files.LONGEST >= 15 * 60


def test_missing_libraries_are_said_and_nothing_is_queued(client_for, secretariat, monkeypatch):
    monkeypatch.setattr("training.pdf_views.can_make", lambda: False)
    monkeypatch.setattr(pdf_files, "can_make", lambda: False)
    chapter, client = written(), client_for(secretariat)
    text = client.get(address(chapter)).content.decode()
    assert "PDFs cannot be made on this portal" in text and "Make the PDF" not in text
    client.post(address(chapter))
    make_final(chapter.edition)
    assert (EditionFile.objects.count(), OrmQ.objects.count()) == (0, 0)


def test_libraries_that_are_missing_are_found():
    assert typesetting._opens("libc.so.6") and not typesetting._opens("libzx-1.0.so.0")


def test_nightly_upkeep_forgets_what_is_past_and_makes_what_readers_want(client_for, secretariat, made):
    chapter, client = written(), client_for(secretariat)
    wait_for_pdf(client, address(chapter))
    old = EditionFile.objects.get()
    stored = Path(old.file.path)
    make_final(chapter.edition)
    while OrmQ.objects.exists():
        run_worker()
    out = io.StringIO()
    assert stored.exists() and EditionFile.objects.count() == 3
    call_command("tend_edition_files", stdout=out)
    assert out.getvalue() == "1 file deleted.\n"
    assert not stored.exists() and sorted(EditionFile.objects.values_list("state", flat=True)) == ["ready"] * 2
    assert (tend_files(), OrmQ.objects.count()) == (0, 0)
    default_storage.delete(EditionFile.objects.first().file.name)
    EditionFile.objects.last().delete()
    assert tend_files() == 1
    while OrmQ.objects.exists():
        run_worker()
    assert (states(), len(made)) == (["ready"] * 2, 5)


def test_nightly_upkeep_forgets_what_failed_or_was_lost_a_day_ago():
    ask_file(part=Part(written().edition, None, "en"))
    assert tend_files() == 0
    EditionFile.objects.update(created=timezone.now() - datetime.timedelta(days=2))
    assert tend_files() == 1


def test_typesetting_is_given_no_variable_of_the_portal_and_is_ended_in_time(tmp_path, monkeypatch):
    asked = {}

    def run(command, **options):
        asked.update(options, command=command)
        raise subprocess.TimeoutExpired(command, options["timeout"])

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(NotMade, match="longer than"):
        pdf_files.typeset({"html": "", "css": "", "base": "", "pictures": {}}, tmp_path / "a.pdf")
    assert asked["env"].keys() == {"PATH", "HOME", "LANG"} and "-I" in asked["command"]
    assert asked["timeout"] == pdf_files.LONGEST


def test_typesetting_that_fails_says_why(tmp_path):
    with pytest.raises(NotMade, match="KeyError: 'pictures'"):
        pdf_files.typeset({"html": "", "css": "", "base": ""}, tmp_path / "a.pdf")


@pytest.mark.skipif(bool(typesetting.missing_libraries()), reason="no Pango on this machine")
def test_real_pdf_comes_through_the_queue(client_for, secretariat):
    client, url = client_for(secretariat), address(written(), "chapter")
    wait_for_pdf(client, url)
    reader = PdfReader(io.BytesIO(body(client.get(url))))
    assert EditionFile.objects.get().pages == len(reader.pages) == 2
    assert "1.1 Zx first. 1.2 Zx second." in " ".join(reader.pages[1].extract_text().split())


@pytest.mark.parametrize("part", ["edition", "chapter"])
@pytest.mark.parametrize("chapters", [1, 3])
def test_pdf_page_reads_little(client_for, secretariat, django_assert_num_queries, part, chapters):
    chapter, client = written(), client_for(secretariat)
    for n in range(chapters - 1):
        make_chapter(edition=chapter.edition, title=f"Zx {n}", paragraphs=["Zx"])
    client.get(address(chapter, part))
    with django_assert_num_queries(12):
        client.get(address(chapter, part))
