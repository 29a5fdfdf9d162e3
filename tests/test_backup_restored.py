"""Restoring a backup: only what is whole, only into an empty place."""

import hashlib
import json
import shutil
import uuid

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from kms import dumps
from kms.archives import NotDone
from tests.test_backup import backed_up


@pytest.fixture
def made(tmp_path, db):
    """A backup of what is committed, which in such a test is tables without rows, with a file made to belong to it."""
    folder = tmp_path / "backups"
    call_command("backup", str(folder))
    return backed_up(folder)[0]


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


def spoil(path):
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


TAMPERED = {
    "database": (lambda made: spoil(made / dumps.NAMES[connection.vendor]), "is not as it was"),
    "more": (lambda made: (made / "files" / "more").write_text("x"), "files/more does not belong to it"),
    "less": (lambda made: (made / dumps.NAMES[connection.vendor]).unlink(), "is missing"),
    "no manifest": (lambda made: (made / "manifest.json").unlink(), "is no backup"),
    "bad manifest": (lambda made: (made / "manifest.json").write_text("{"), "cannot be read"),
    "foreign manifest": (lambda made: (made / "manifest.json").write_text('{"format": 9}'), "another version"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_backup_that_is_not_whole_is_refused(what, made):
    tamper, said = TAMPERED[what]
    tamper(made)
    for options in ({}, {"check": True}):
        with pytest.raises(CommandError, match=said):
            call_command("restore", str(made), **options)


def manifest_with(made, **changes):
    path = made / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_backup_that_names_a_file_outside_is_refused(made, tmp_path):
    (tmp_path / "outside").write_bytes(b"")
    manifest_with(made, files={"../../../outside": {"sha256": hashlib.sha256(b"").hexdigest(), "size": 0}})
    with pytest.raises(CommandError, match="outside is missing"):
        call_command("restore", str(made))


def test_link_in_a_backup_is_refused(made, tmp_path):
    (tmp_path / "outside").write_bytes(b"")
    (made / "files" / "link").symlink_to(tmp_path / "outside")
    manifest_with(made, files={"link": {"sha256": hashlib.sha256(b"").hexdigest(), "size": 0}})
    with pytest.raises(CommandError, match="files/link is not as it was"):
        call_command("restore", str(made))


def test_backup_is_checked_without_writing(made, capsys):
    call_command("restore", str(made), check=True)
    assert f"{made} is whole: " in capsys.readouterr().out


def test_backup_of_the_other_database_is_refused(made):
    manifest_with(made, engine="other")
    with pytest.raises(CommandError, match=f"The backup is of other, and DATABASE_URL is of {connection.vendor}"):
        call_command("restore", str(made))


def test_backup_of_a_newer_version_is_refused(made):
    manifest_with(made, migrations=[["members", "0001_initial"], ["members", "9999_later"]], version="99.0")
    with pytest.raises(CommandError, match=r"of version 99\.0, and this is .* the migration members\.9999_later"):
        call_command("restore", str(made))


def test_restore_into_a_database_with_tables_is_refused(made):
    with pytest.raises(CommandError, match="The database is not empty."):
        call_command("restore", str(made))


def test_restore_into_a_folder_with_files_is_refused(made, stored, monkeypatch):
    name, _ = stored()
    monkeypatch.setattr(dumps, "is_empty", lambda: True)
    with pytest.raises(CommandError, match="holds files"):
        call_command("restore", str(made))
    assert default_storage.exists(name)


def test_restore_that_fails_leaves_no_files(made, settings, tmp_path, monkeypatch):
    settings.DOCUMENT_ROOT = tmp_path / "empty"
    content = b"content"
    (made / "files" / "one").write_bytes(content)
    manifest_with(made, files={"one": {"sha256": hashlib.sha256(content).hexdigest(), "size": 7}})
    monkeypatch.setattr(dumps, "is_empty", lambda: True)

    def fail(path):
        assert (tmp_path / "empty" / "one").read_bytes() == content
        raise NotDone("pg_restore failed: no space")

    monkeypatch.setattr(dumps, "load", fail)
    with pytest.raises(CommandError, match="pg_restore failed: no space"):
        call_command("restore", str(made))
    assert not (tmp_path / "empty").exists()
    shutil.rmtree(made)
