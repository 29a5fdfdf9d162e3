"""The virus scan of uploads: a scanner on a real socket, what it finds, and what happens where it is not there."""

import os
import socket
import subprocess
import sys

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core import scanning
from documents.models import Document
from tests.admin_pages import form_data
from tests.clamd import EICAR, scanner
from tests.files import office, pdf, picture

pytestmark = pytest.mark.django_db
ADD = "/admin/documents/document/add/"
NOT_CHECKED = "The file could not be checked for viruses, so it was not kept. Try again later, or tell the secretariat."


@pytest.fixture
def curator(client_for, secretariat):
    return client_for(secretariat)


def upload(client, content, name="report.pdf"):
    """(Documents kept, reasons given) after a file was sent through the admin's form."""
    form = form_data(client.get(ADD), title_en="Report", publication="published")
    response = client.post(ADD, form | {"file": SimpleUploadedFile(name, content)})
    errors = response.context["adminform"].form.errors.get("file", []) if response.status_code == 200 else []
    return Document.objects.count(), list(errors)


def infected():
    return pdf() + EICAR


def test_file_is_kept_once_the_scanner_says_so(curator, settings, tmp_path):
    content = pdf() + b"\n" * 200_000
    with scanner() as server:
        settings.CLAMAV = server.address
        assert upload(curator, content) == (1, [])
    [chunks] = server.seen
    assert (b"".join(chunks), [len(chunk) for chunk in chunks[:-1]]) == (content, [65536] * (len(chunks) - 1))
    assert len(chunks) == 4


def test_scanner_behind_a_path_is_asked_too(curator, settings, tmp_path):
    with scanner(tmp_path / "clamd.ctl") as server:
        settings.CLAMAV = server.address
        assert upload(curator, pdf()) == (1, [])
        assert upload(curator, infected()) == (1, ["The virus scanner refuses this file: Eicar-Signature."])
    assert len(server.seen) == 2


def test_infected_file_is_refused_by_its_name_and_noted(curator, settings, caplog):
    with scanner() as server:
        settings.CLAMAV = server.address
        assert upload(curator, infected()) == (0, ["The virus scanner refuses this file: Eicar-Signature."])
    assert "the virus scanner found: Eicar-Signature" in caplog.text


def test_picture_is_scanned_as_it_was_sent(curator, settings):
    """What is written anew would no longer hold it."""
    with scanner() as server:
        settings.CLAMAV = server.address
        kept, reasons = upload(curator, picture("JPEG") + EICAR, "photo.jpeg")
    assert (kept, reasons) == (0, ["The virus scanner refuses this file: Eicar-Signature."])


def test_office_file_is_scanned(curator, settings):
    with scanner() as server:
        settings.CLAMAV = server.address
        content = office("docx")
        assert upload(curator, content, "table.docx") == (1, [])
    assert [b"".join(chunks) for chunks in server.seen] == [content]


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()


@pytest.mark.parametrize("address", ["port", "path"])
def test_without_an_answering_scanner_nothing_is_kept(address, curator, settings, tmp_path, caplog):
    settings.CLAMAV = closed_port() if address == "port" else str(tmp_path / "none.ctl")
    assert upload(curator, pdf()) == (0, [NOT_CHECKED])
    assert "does not answer" in caplog.text


@pytest.mark.parametrize(
    "said", [b"nonsense\0", b"stream: Can't allocate memory ERROR\0", b"\xff\n\0", b"stream: OK FOUN"]
)
def test_answer_that_is_no_verdict_keeps_nothing(said, curator, settings, caplog):
    with scanner(says=said) as server:
        settings.CLAMAV = server.address
        assert upload(curator, pdf()) == (0, [NOT_CHECKED])
    assert "gave no verdict" in caplog.text
    assert "\n" not in caplog.records[-1].getMessage()


def test_scanner_that_takes_too_long_keeps_nothing(curator, settings, monkeypatch):
    monkeypatch.setattr(scanning, "SECONDS", 0.3)
    with scanner(thinks=1) as server:
        settings.CLAMAV = server.address
        assert upload(curator, pdf()) == (0, [NOT_CHECKED])


def test_file_larger_than_the_scanner_takes_is_refused(curator, settings):
    with scanner(takes=100_000) as server:
        settings.CLAMAV = server.address
        kept, [reason] = upload(curator, pdf() + b"\n" * 5_000_000)
    assert (kept, reason in {"The file is larger than what the virus scanner takes.", NOT_CHECKED}) == (0, True)


def test_nothing_is_asked_where_there_is_no_scanner(curator, monkeypatch):
    monkeypatch.setattr(scanning, "_verdict", lambda path: pytest.fail("asked"))
    assert upload(curator, infected()) == (1, [])


def test_healthz_does_not_ask_the_scanner(client, settings, monkeypatch):
    monkeypatch.setattr("kms.health.queue_answers", lambda: True)
    settings.CLAMAV = closed_port()
    assert client.get("/healthz").status_code == 200


def starts_with(tmp_path, **variables):
    """What the settings say where the variables are set: (exit code, the last line)."""
    env = {"PATH": os.environ["PATH"], "KMS_DEMO": "1", "KMS_DATA_DIR": str(tmp_path), **variables}
    code = "from kms.settings import CLAMAV; print(CLAMAV)"
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    return done.returncode, (done.stdout or done.stderr).strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("clamd.example.org:3310", ("clamd.example.org", 3310)),
        ("[::1]:3310", ("::1", 3310)),
        ("/run/clamav/clamd.ctl", "/run/clamav/clamd.ctl"),
        ("", None),
    ],
)
def test_address_of_the_scanner_is_read_from_its_variable(text, meant, tmp_path):
    assert starts_with(tmp_path, KMS_CLAMAV=text) == (0, str(meant))


def test_address_that_is_none_stops_the_start(tmp_path):
    code, said = starts_with(tmp_path, KMS_CLAMAV="clamd")
    assert (code, "KMS_CLAMAV must be host:port or the path of a socket" in said) == (1, True)
