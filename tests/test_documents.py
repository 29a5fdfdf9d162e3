"""Documents: what may be uploaded and what not, where it is kept, and the one way to read it."""

import hashlib
import io
import re
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.labels import Label
from documents.models import Document
from tests.admin_pages import form_data, save
from tests.factories import make_document
from tests.files import GOOD, REFUSED, office, pdf, picture, see_through_picture

pytestmark = pytest.mark.django_db
ADD = "/admin/documents/document/add/"
CONTENT = b"%PDF-1.4 0123456789"


@pytest.fixture
def curator(client_for, secretariat):
    return client_for(secretariat)


def upload(client, name, content, **fields):
    """Send a file through the admin's form; the answer."""
    form = form_data(client.get(ADD), title_en="Report", publication="published", **fields)
    return client.post(ADD, form | {"file": SimpleUploadedFile(name, content)})


def reasons(response):
    return " ".join(response.context["adminform"].form.errors["file"])


def stored(document):
    with document.file.open() as file:
        return file.read()


def kept_files(settings):
    return [path for path in Path(settings.DOCUMENT_ROOT).rglob("*") if path.is_file()]


# What may be uploaded


@pytest.mark.parametrize("ending", GOOD)
def test_file_of_an_accepted_type_is_kept(ending, curator, secretariat):
    content = GOOD[ending]()
    response = upload(curator, f"My report.{ending}", content)
    assert response.status_code == 302, reasons(response)
    document, kept = Document.objects.get(), stored(Document.objects.get())
    assert document.extension == {"jpg": "jpeg"}.get(ending, ending)
    assert (document.filename, document.author) == (f"My report.{ending}", secretariat)
    assert (document.size, document.sha256) == (len(kept), hashlib.sha256(kept).hexdigest())
    if ending not in {"jpg", "jpeg", "png"}:  # pictures are written anew
        assert kept == content


@pytest.mark.parametrize("ending", ["jpeg", "png"])
def test_picture_is_kept_without_what_the_camera_wrote(ending, curator):
    from PIL import Image

    content = picture(ending.upper())
    assert Image.open(io.BytesIO(content)).getexif().get_ifd(0x8825)[4] == (47.0, 52.0, 58.0)
    assert b"somebody" in content
    upload(curator, f"photo.{ending}", content)
    kept = stored(Document.objects.get())
    image = Image.open(io.BytesIO(kept))
    assert (image.size, image.format, dict(image.getexif())) == ((40, 30), ending.upper(), {})
    assert b"somebody" not in kept and b"Exif" not in kept and b"eXIf" not in kept


def test_picture_keeps_what_one_sees_through(curator):
    from PIL import Image

    upload(curator, "sign.png", see_through_picture())
    seen = Image.open(io.BytesIO(stored(Document.objects.get()))).convert("RGBA")
    assert (seen.getpixel((0, 0))[3], seen.getpixel((1, 1))) == (0, (0, 0, 128, 255))


@pytest.mark.parametrize("name", REFUSED)
def test_file_that_is_not_what_it_should_be_is_refused_with_a_reason(name, curator, settings):
    make, reason = REFUSED[name]
    before = kept_files(settings)
    response = upload(curator, name, make())
    assert response.status_code == 200
    assert reason in reasons(response)
    assert (Document.objects.count(), kept_files(settings)) == (0, before)


def test_file_larger_than_the_limit_is_refused(curator, settings):
    settings.DOCUMENT_MAX_BYTES = 1024**2
    response = upload(curator, "big.pdf", pdf() + b"\n" * 1024**2)
    assert reasons(response) == "The file is larger than 1 MB."
    assert Document.objects.count() == 0


def test_name_that_is_too_long_is_refused(curator):
    response = upload(curator, f"{'x' * 150}.pdf", pdf())
    assert (response.status_code, reasons(response)) == (200, "The file's name is longer than 150 characters.")


def test_file_that_takes_too_long_to_open_is_refused(curator, monkeypatch):
    def never_ends(*args, **kwargs):
        raise subprocess.TimeoutExpired(args, 30)

    monkeypatch.setattr("core.uploads.subprocess.run", never_ends)
    assert reasons(upload(curator, "slow.pdf", pdf())) == "The file took too long or too much memory to open."


def test_parser_has_limits_of_its_own():
    """The program that opens files may not have more memory than it says; asked in a process, as it runs."""
    from core import opening

    code = f"import runpy, resource; m = runpy.run_path({opening.__file__!r}); m['main']('pdf', '/nonexistent', ''); "
    code += "print(resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit(resource.RLIMIT_CPU)[0])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(1024**3), "20"]


def test_refused_form_gives_back_what_was_typed(curator):
    page = upload(curator, "page.html", b"<html>", title_es="Un informe").content.decode()
    assert 'value="Un informe"' in page


def test_editing_the_title_leaves_the_file_as_it_was(curator):
    upload(curator, "report.pdf", pdf())
    document = Document.objects.get()
    before = (document.file.name, document.sha256, document.size, document.filename)
    save(curator, reverse("admin:documents_document_change", args=[document.pk]), title_en="Renamed")
    document.refresh_from_db()
    assert (document.title_en, document.file.name, document.sha256, document.size, document.filename) == (
        "Renamed",
        *before,
    )


def test_new_file_replaces_what_is_known_of_the_old_one(curator, client):
    upload(curator, "report.pdf", pdf())
    address = reverse("admin:documents_document_change", args=[Document.objects.get().pk])
    form = form_data(curator.get(address)) | {"file": SimpleUploadedFile("table.docx", office("docx"))}
    assert curator.post(address, form).status_code == 302
    document = Document.objects.get()
    assert (document.filename, document.extension) == ("table.docx", "docx")
    assert document.sha256 == hashlib.sha256(stored(document)).hexdigest()
    assert client.get(document.get_absolute_url())["Content-Type"] == document.media_type


# Where it is kept


def test_stored_name_is_made_up_and_lies_outside_what_the_web_serves(curator, settings, client):
    upload(curator, "../../etc/passwd.pdf", pdf())
    document = Document.objects.get()
    path = Path(document.file.path)
    assert re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{32}", document.file.name)
    assert path.is_relative_to(settings.DOCUMENT_ROOT)
    assert not path.is_relative_to(settings.STATIC_ROOT)
    assert (settings.MEDIA_ROOT, settings.MEDIA_URL) == ("", "/")
    assert (oct(path.stat().st_mode)[-3:], document.filename) == ("600", "passwd.pdf")
    for guess in (f"/{document.file.name}", f"/media/{document.file.name}", f"/documents/{document.file.name}"):
        assert (guess, client.get(guess).status_code) == (guess, 404)


def test_address_of_the_storage_is_the_checked_download():
    document = make_document(filename="My report.pdf")
    assert document.file.url == f"/documents/{document.uuid}/my-report.pdf" == document.get_absolute_url()


def test_storage_knows_no_address_of_a_file_that_is_no_documents():
    assert Document._meta.get_field("file").storage.url("00/unknown") == ""


# The download


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_download_is_an_attachment_that_no_browser_opens(client):
    document = make_document(content=CONTENT, filename="Relatório “final” v.2.PDF", extension="pdf")
    response = client.get(document.get_absolute_url())
    assert (response.status_code, body(response)) == (200, CONTENT)
    sent = {name: response[name] for name in ("Content-Type", "Content-Disposition", "Content-Length", "ETag")}
    assert sent == {
        "Content-Type": "application/pdf",
        "Content-Disposition": 'attachment; filename="relatorio-final-v2.pdf"',
        "Content-Length": str(len(CONTENT)),
        "ETag": f'"{hashlib.sha256(CONTENT).hexdigest()}"',
    }
    assert (response["X-Content-Type-Options"], response["Accept-Ranges"]) == ("nosniff", "bytes")
    assert policy(response) - policy(client.get("/robots.txt")) == {"sandbox"}
    assert "default-src 'none'" in policy(response)


def policy(response):
    return {part.strip() for part in response["Content-Security-Policy"].split(";")}


@pytest.mark.parametrize(
    ("filename", "clean"),
    [
        ('a"b\r\nSet-Cookie: x=1.pdf', "ab-set-cookie-x1.pdf"),
        ("../../secret.pdf", "secret.pdf"),
        ("报告.pdf", "document.pdf"),
        ("x" * 140 + ".pdf", "x" * 100 + ".pdf"),
        ("report.exe.pdf", "reportexe.pdf"),
    ],
)
def test_name_of_the_readers_copy_is_clean(filename, clean, client):
    document = make_document(filename=filename, extension="pdf")
    response = client.get(document.get_absolute_url())
    assert response["Content-Disposition"] == f'attachment; filename="{clean}"'


@pytest.mark.parametrize("name", ["other.exe", "x", "a%0d%0ab.html"])
def test_name_in_the_address_changes_nothing(name, client):
    document = make_document(content=CONTENT)
    response = client.get(f"/documents/{document.uuid}/{name}")
    assert (body(response), response["Content-Disposition"]) == (CONTENT, 'attachment; filename="report.pdf"')


def test_document_that_there_is_not_is_404(client):
    assert client.get(f"/documents/{uuid.uuid4()}/report.pdf").status_code == 404
    assert client.get("/documents/1/report.pdf").status_code == 404


@pytest.mark.parametrize(
    ("asked", "part", "span"),
    [
        ("bytes=0-4", b"%PDF-", "bytes 0-4/19"),
        ("bytes=9-", b"0123456789", "bytes 9-18/19"),
        ("bytes=-3", b"789", "bytes 16-18/19"),
        ("bytes=15-400", b"6789", "bytes 15-18/19"),
        ("bytes=-400", CONTENT, "bytes 0-18/19"),
        ("bytes=18-18", b"9", "bytes 18-18/19"),
    ],
)
def test_part_of_a_file(asked, part, span, client):
    response = client.get(make_document(content=CONTENT).get_absolute_url(), headers={"range": asked})
    assert (response.status_code, body(response), response["Content-Range"]) == (206, part, span)
    assert response["Content-Length"] == str(len(part))


@pytest.mark.parametrize("asked", ["bytes=19-", "bytes=400-500", "bytes=-0"])
def test_part_beyond_the_end_is_416(asked, client):
    response = client.get(make_document(content=CONTENT).get_absolute_url(), headers={"range": asked})
    assert (response.status_code, response["Content-Range"], response.content) == (416, "bytes */19", b"")


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,4-5", "lines=0-4", "bytes=a-b", "bytes=-", "bytes=5-2", f"bytes=0-{'9' * 400}", "bytes=٣-"]
)
def test_range_that_is_not_understood_gives_the_whole_file(asked, client):
    response = client.get(
        make_document(content=CONTENT).get_absolute_url(), headers={"range": asked.encode().decode("latin-1")}
    )
    assert (response.status_code, body(response), response.has_header("Content-Range")) == (200, CONTENT, False)


def test_range_of_another_version_gives_the_whole_file(client):
    document = make_document(content=CONTENT)
    address, etag = document.get_absolute_url(), f'"{document.sha256}"'
    same = client.get(address, headers={"range": "bytes=0-4", "if-range": etag})
    other = client.get(address, headers={"range": "bytes=0-4", "if-range": '"other"'})
    assert [(page.status_code, body(page)) for page in (same, other)] == [(206, b"%PDF-"), (200, CONTENT)]


def test_file_that_the_reader_has_is_not_sent_again(client):
    document = make_document(content=CONTENT)
    etag = f'"{document.sha256}"'
    response = client.get(document.get_absolute_url(), headers={"if-none-match": etag})
    assert (response.status_code, response.content, response["ETag"]) == (304, b"", etag)
    changed = client.get(document.get_absolute_url(), headers={"if-none-match": '"other"'})
    assert (changed.status_code, body(changed)) == (200, CONTENT)


def test_head_tells_the_size_and_sends_nothing(client):
    response = client.head(make_document(content=CONTENT).get_absolute_url())
    assert (response.status_code, response["Content-Length"], body(response)) == (200, "19", b"")


def test_green_document_is_absent_for_a_visitor_and_stored_nowhere_for_a_member(client, client_for, partner):
    address = make_document(content=CONTENT, label=Label.GREEN).get_absolute_url()
    hidden, shown = client.get(address), client_for(partner).get(address)
    assert (hidden.status_code, CONTENT in hidden.content, hidden.has_header("ETag")) == (404, False, False)
    assert (shown.status_code, body(shown), shown["Cache-Control"]) == (200, CONTENT, "private, no-store")


def test_having_the_tag_of_a_hidden_file_tells_nothing(client):
    document = make_document(content=CONTENT, label=Label.GREEN)
    for headers in ({"if-none-match": f'"{document.sha256}"'}, {"range": "bytes=0-4"}):
        assert client.get(document.get_absolute_url(), headers=headers).status_code == 404


def test_open_document_may_be_kept_but_is_asked_for_each_time(client):
    assert client.get(make_document().get_absolute_url())["Cache-Control"] == "public, no-cache"


def test_a_document_whose_file_is_gone_is_not_found(client, caplog):
    document = make_document()
    document.file.storage.delete(document.file.name)
    assert client.get(document.get_absolute_url()).status_code == 404
    assert f"the file of document {document.pk} is missing" in caplog.text
