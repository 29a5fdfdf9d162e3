"""Backups: all of one moment while the portal is written to."""

import contextlib
import hashlib
import http.client
import itertools
import json
import os
import stat
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import pytest
from django.conf import settings as portal
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from core.labels import Label
from documents.actions import refresh_audience
from documents.models import Document
from events.models import MajorEvent
from kms import backup, dumps
from kms.archives import NotDone
from members.models import User
from tests.admin_pages import form_data
from tests.factories import make_document, make_event
from tests.files import pdf
from tests.serving import database_address, portal_process

ADD = "/admin/documents/document/add/"
TOKEN = "a" * 32  # the secret in the cookie and the token in the form


def backed_up(folder):
    """The one backup in a folder, and its manifest."""
    [made] = folder.iterdir()
    return made, json.loads((made / "manifest.json").read_text())


# While the portal is written to


def writer(port, session, form, stop, acknowledged, number):
    """Adds documents through the admin's form until told to stop, and notes those that the portal said yes to."""
    cookies = f"{portal.SESSION_COOKIE_NAME}={session}; {portal.CSRF_COOKIE_NAME}={TOKEN}"
    headers = {"Host": "localhost", "Cookie": cookies, "Content-Type": MULTIPART_CONTENT}
    for n in itertools.count():
        if stop.is_set():
            return
        title = f"Written {number}-{n}"
        upload = SimpleUploadedFile("report.pdf", pdf() + f"\n% {title}".encode())
        body = encode_multipart(BOUNDARY, form | {"title_en": title, "csrfmiddlewaretoken": TOKEN, "file": upload})
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connected:
            connected.request("POST", ADD, body, headers)
            if connected.getresponse().status == 302:
                acknowledged.append(title)


@contextlib.contextmanager
def written_to(client):
    """A list that fills with the titles of documents that another process acknowledged, as long as the block."""
    form, session = form_data(client.get(ADD), publication="published"), client.session.session_key
    stop, acknowledged = threading.Event(), []
    with portal_process() as ask:
        threads = [
            threading.Thread(target=writer, args=(ask.port, session, form, stop, acknowledged, n)) for n in range(3)
        ]
        for thread in threads:
            thread.start()
        try:
            yield acknowledged
        finally:
            stop.set()
            for thread in threads:
                thread.join()


def wait_until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "the writers do not get on"
        time.sleep(0.05)


@contextlib.contextmanager
def elsewhere(tmp_path):
    """The environment of a portal with an empty database and an empty folder of its own."""
    name = f"restored_{uuid.uuid4().hex[:8]}"
    address = f"sqlite:///{tmp_path / name}.sqlite3"
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        address = database_address().rpartition("/")[0] + f"/{name}"
    env = {"PATH": os.environ["PATH"], "KMS_DEMO": "1", "KMS_DATA_DIR": str(tmp_path / "elsewhere")}
    try:
        yield env | {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "kms.settings"}
    finally:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def run(env, *command):
    return subprocess.run(
        [sys.executable, *command], cwd=portal.BASE_DIR, env=env, capture_output=True, text=True, check=False
    )


def seen_by_everybody():
    """{address or "": [[titles of documents], [names of events]]} that each account and a visitor may know of."""
    from django.contrib.auth.models import AnonymousUser

    everybody = {"": AnonymousUser()} | {user.email: user for user in User.objects.order_by("pk")}
    return {
        address: [
            sorted(row.title for row in Document.objects.visible_to(user) if not row.title.startswith("Written")),
            sorted(row.name for row in MajorEvent.objects.visible_to(user)),
        ]
        for address, user in everybody.items()
    }


def files_of_documents():
    """{title: whether the file is there with the sum that the row knows}."""
    found = {}
    for document in Document.objects.all():
        with document.file.open() as file:
            found[document.title] = hashlib.sha256(file.read()).hexdigest() == document.sha256
    return found


LOOK = """
import json, django; django.setup()
from django.contrib.sessions.models import Session
from django.core.management import call_command
from tests.test_backup import files_of_documents, seen_by_everybody
call_command("migrate", "--check", verbosity=0)
print(json.dumps([seen_by_everybody(), files_of_documents(), Session.objects.count()]))
"""


def lay_out(brazil, mexico, expert):
    """Documents and events of each label, owned, named and written by some of the cast; one hangs on a draft."""
    for label in Label:
        make_document(title=f"Plan {label.name}", label=label, state=brazil)
        make_event(name=f"Games {label.name}", label=label, host_state=mexico)
    make_document(title="Named", label=Label.RED, state=brazil, named_states=[mexico])
    make_document(title="Own", label=Label.RED, author=expert)
    attached = make_document(title="Attached", label=Label.GREEN)
    make_event(name="Draft", publication="draft", documents=[attached])
    refresh_audience(attached)


@pytest.mark.django_db(transaction=True)
def test_what_was_acknowledged_before_a_backup_is_in_it_and_nothing_is_half(
    tmp_path, client_for, secretariat, administrator, partner, expert, alternate, focal_point, other_focal_point
):
    lay_out(focal_point.state, other_focal_point.state, expert)
    with written_to(client_for(secretariat)) as acknowledged:
        wait_until(lambda: len(acknowledged) >= 3)
        before = set(acknowledged)
        call_command("backup", str(tmp_path / "backups"))
        during = len(acknowledged)
        wait_until(lambda: len(acknowledged) > during)
    made, manifest = backed_up(tmp_path / "backups")
    assert (manifest["missing"], manifest["damaged"], manifest["engine"]) == ([], [], connection.vendor)
    with elsewhere(tmp_path) as env:
        done = run(env, "manage.py", "restore", str(made))
        assert (done.returncode, done.stderr) == (0, "")
        assert "Restored, every file by its sum" in done.stdout
        seen, files, sessions = json.loads(run(env, "-c", LOOK).stdout)
    assert before <= files.keys()
    assert set(files.values()) == {True}
    assert len(files) == manifest["tables"]["documents_document"]
    assert seen == seen_by_everybody()
    assert seen["other_focal_point@example.org"][0] == ["Named", "Plan AMBER", "Plan CLEAR", "Plan GREEN"]
    assert sessions == 0


# What a backup is


@pytest.fixture
def made(tmp_path, db):
    """A backup of what is committed, which in such a test is tables without rows, with a file made to belong to it."""
    folder = tmp_path / "backups"
    call_command("backup", str(folder))
    return backed_up(folder)[0]


def test_backup_is_for_the_portals_account_alone(made):
    modes = {stat.S_IMODE(path.stat().st_mode) for path in made.rglob("*") if path.is_file()}
    folders = {stat.S_IMODE(path.stat().st_mode) for path in [made.parent, made, *made.rglob("*")] if path.is_dir()}
    assert (modes, folders) == ({0o600}, {0o700})
    assert sorted(path.name for path in made.iterdir()) == sorted(
        ["files", "manifest.json", dumps.NAMES[connection.vendor]]
    )


def test_secret_key_is_not_in_it(made):
    assert all(portal.SECRET_KEY.encode() not in path.read_bytes() for path in made.rglob("*") if path.is_file())


def test_backup_says_what_it_holds(tmp_path, db, capsys):
    call_command("backup", str(tmp_path))
    made, manifest = backed_up(tmp_path)
    digest = hashlib.sha256((made / "manifest.json").read_bytes()).hexdigest()
    rows, tables = sum(manifest["tables"].values()), len(manifest["tables"])
    said = f"{made}: {rows:,} rows in {tables} tables, 0 files, version {portal.VERSION}. SHA-256 of its manifest: "
    assert capsys.readouterr().out == f"{said}{digest}\n"
    assert ["members", "0001_initial"] in manifest["migrations"]


def test_backup_that_fails_leaves_nothing_behind(tmp_path, db, monkeypatch):
    def fail(folder):
        (folder / "half").write_text("half")
        raise NotDone("pg_dump failed: no space")

    monkeypatch.setattr(dumps, "dump", fail)
    with pytest.raises(CommandError, match="pg_dump failed: no space"):
        call_command("backup", str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_backup_never_writes_over_another(made, monkeypatch):
    monkeypatch.setattr(backup, "_name", lambda: made.name)
    before = (made / "manifest.json").read_bytes()
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", str(made.parent))
    assert [path.name for path in made.parent.iterdir()] == [made.name]
    assert (made / "manifest.json").read_bytes() == before


def test_backup_among_the_files_is_refused(db):
    with pytest.raises(CommandError, match="lies among the files that are backed up"):
        call_command("backup", str(Path(portal.DOCUMENT_ROOT) / "backups"))


def test_backup_where_nothing_can_be_made_is_refused(db, tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(CommandError, match="cannot be made"):
        call_command("backup", str(tmp_path / "taken"))


@pytest.mark.skipif("connection.vendor == 'sqlite'")
def test_backup_without_pg_dump_says_what_to_install(db, tmp_path, monkeypatch):
    monkeypatch.setattr(dumps.shutil, "which", lambda name: None)
    monkeypatch.setattr(dumps, "PROGRAMS", tmp_path)
    with pytest.raises(CommandError, match="pg_dump is not installed. .* apt-get install postgresql-client"):
        call_command("backup", str(tmp_path / "backups"))


@pytest.mark.skipif("connection.vendor == 'sqlite'")
def test_password_of_the_database_stands_on_no_command_line(db, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "zx secret")
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", {"sslmode": "require"})
    address = dumps._address()
    assert (address["PGPASSWORD"], address["PGSSLMODE"]) == ("zx secret", "require")
    asked = []
    monkeypatch.setattr(dumps, "_run", asked.append)
    dumps._load_postgresql(Path("database.dump"))
    assert "zx secret" not in " ".join(asked[0])


# Files that come and go meanwhile


@pytest.fixture
def meanwhile(monkeypatch, db):
    """A function to call with what happens between the copying of the files and the reading of the database."""
    read = dumps.dump

    def during(*acts, files, past=()):
        def dump(folder):
            for act in acts:
                act()
            return read(folder) | {"files": files, "past": past}

        monkeypatch.setattr(dumps, "dump", dump)

    return during


@pytest.fixture
def stored():
    """A function that stores a file and gives its name and sum; they are gone after the test."""
    names = []

    def store(content=b"content"):
        names.append(default_storage.save(f"photos/{uuid.uuid4().hex}", ContentFile(content)))
        return names[-1], hashlib.sha256(content).hexdigest()

    yield store
    for name in names:
        default_storage.delete(name)


def test_file_that_is_deleted_meanwhile_is_in_the_backup(meanwhile, stored, tmp_path):
    name, digest = stored()
    meanwhile(lambda: default_storage.delete(name), files={name: ""})
    call_command("backup", str(tmp_path))
    made, manifest = backed_up(tmp_path)
    assert manifest["files"] == {name: {"sha256": digest, "size": 7}}
    assert (made / "files" / name).read_bytes() == b"content"


def test_file_that_comes_meanwhile_is_in_the_backup(meanwhile, stored, tmp_path):
    name = f"photos/{uuid.uuid4().hex}"
    meanwhile(lambda: default_storage.save(name, ContentFile(b"new")), files={name: ""})
    call_command("backup", str(tmp_path))
    made, manifest = backed_up(tmp_path)
    default_storage.delete(name)
    assert ((made / "files" / name).read_bytes(), list(manifest["files"])) == (b"new", [name])


def test_file_that_was_still_being_written_is_copied_again(meanwhile, stored, tmp_path):
    name, _ = stored(b"half")
    path = Path(default_storage.path(name))
    meanwhile(lambda: path.write_bytes(b"half and whole"), files={name: ""})
    call_command("backup", str(tmp_path))
    assert (backed_up(tmp_path)[0] / "files" / name).read_bytes() == b"half and whole"


def test_file_that_the_database_does_not_name_is_not_in_the_backup(meanwhile, stored, tmp_path):
    stored()
    meanwhile(files={})
    call_command("backup", str(tmp_path))
    made, manifest = backed_up(tmp_path)
    assert ([path for path in (made / "files").rglob("*") if path.is_file()], manifest["files"]) == ([], {})


def test_missing_and_damaged_files_are_named_and_the_rest_is_backed_up(meanwhile, stored, tmp_path, capsys):
    (good, digest), (damaged, _) = stored(), stored(b"rotten")
    meanwhile(files={good: digest, damaged: digest, "photos/gone": ""})
    call_command("backup", str(tmp_path))
    _, manifest = backed_up(tmp_path)
    assert (manifest["missing"], manifest["damaged"], sorted(manifest["files"])) == (
        ["photos/gone"],
        [damaged],
        sorted([good, damaged]),
    )
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "The database names the file photos/gone, which is not there."
    assert said[1].startswith(f"The file {damaged} is not what the database says")


def test_file_that_was_deleted_with_its_record_is_not_missing(meanwhile, stored, tmp_path):
    """Its history still names it; where the file is still there, it is in the backup."""
    (kept, _), (live, _) = stored(), stored()
    meanwhile(files={kept: "", live: "", "photos/gone": "", "photos/lost": ""}, past=[kept, "photos/gone"])
    call_command("backup", str(tmp_path))
    _, manifest = backed_up(tmp_path)
    assert (manifest["missing"], sorted(manifest["files"])) == (["photos/lost"], sorted([kept, live]))
    assert "past" not in manifest


def test_database_tells_what_history_alone_names(db):
    deleted, live = make_document(content=b"deleted"), make_document(content=b"live")
    deleted.delete()
    with connection.cursor() as cursor:
        facts = dumps._facts(cursor)
    assert facts["files"] == {document.file.name: document.sha256 for document in (deleted, live)}
    assert facts["past"] == [deleted.file.name]


def test_every_column_that_names_a_file_is_looked_into(db):
    """A new one is found by itself; this says which there are."""
    assert sorted(set(dumps.file_columns())) == [
        ("documents_document", "file", False),
        ("documents_historicaldocument", "file", True),
        ("members_user", "photo", False),
        ("training_editionfile", "file", False),
    ]
