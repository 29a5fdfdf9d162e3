"""Backup and restore: the database and the files of one moment into a folder, and from it into an empty place."""

import datetime
import shutil
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from kms import dumps
from kms.archives import (
    FILES,
    NotDone,
    check,
    copy,
    paths_below,
    private_files,
    read_manifest,
    settle_folders,
    sum_of,
    write_manifest,
)


def back_up(target):
    """Make a backup in a new folder below `target`, while the portal runs. Returns (folder, manifest, its SHA-256).

    A file is written before the row that names it and never changed, so all that the database names is there when
    the database is read. It may be deleted later: that is why the files are copied before, and those that came since
    afterwards.
    """
    name = _name()
    folder, made = target / f".{name}.part", target / name
    if target.resolve().is_relative_to(settings.DOCUMENT_ROOT):
        raise NotDone(f"{target} lies among the files that are backed up. Name another folder.")
    with private_files():
        try:
            target.mkdir(parents=True, exist_ok=True)
            folder.mkdir()
        except OSError as error:
            raise NotDone(f"{folder} cannot be made: {error.strerror}.") from error
        try:
            manifest, digest = _fill(folder)
            if made.exists():
                raise NotDone(f"{made} is there already.")
            folder.rename(made)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        settle_folders(made)
    return made, manifest, digest


def _name():
    return f"kms-{datetime.datetime.now(datetime.UTC):%Y%m%dT%H%M%SZ}"


def _fill(folder):
    copied = _copy_files(folder / FILES)
    facts = dumps.dump(folder)
    files, missing, damaged = _settle_files(folder / FILES, copied, facts.pop("files"), facts.pop("past"))
    name = dumps.NAMES[connection.vendor]
    manifest = {
        "made": datetime.datetime.now(datetime.UTC).isoformat(),
        "version": settings.VERSION,
        "engine": connection.vendor,
        "database": {"name": name, **sum_of(folder / name)},
        "files": files,
        "missing": missing,
        "damaged": damaged,
        **facts,
    }
    digest = write_manifest(folder, manifest)
    settle_folders(folder)
    return manifest, digest


def _copy_files(target):
    """Copy all stored files; returns {name: its sums}."""
    copied = {}
    target.mkdir()
    for name in paths_below(settings.DOCUMENT_ROOT):
        sums = _copy_file(name, target)
        if sums:
            copied[name] = sums
    return copied


def _copy_file(name, target):
    """The sums of a file that was copied, or None for one that is not there."""
    (target / name).unlink(missing_ok=True)
    try:
        return copy(Path(settings.DOCUMENT_ROOT, name), target / name)
    except FileNotFoundError:
        return None


def _settle_files(target, copied, named, past):
    """Keep just the files that the database names. Returns ({name: sums}, names of missing, of damaged ones).

    Those of `past` are named by history alone: a record that was deleted took its file along, which is not missing.
    """
    files, missing, damaged = {}, [], []
    for name in copied.keys() - named.keys():
        (target / name).unlink()
    for name, sha256 in sorted(named.items()):
        sums = copied.get(name)
        if sums is None or _has_grown(name, sums):
            sums = _copy_file(name, target) or sums
        if sums is None:
            missing += [] if name in past else [name]
            continue
        files[name] = sums
        if sha256 and sha256 != sums["sha256"]:
            damaged.append(name)
    return files, missing, damaged


def _has_grown(name, sums):
    """Whether a file was still being written when it was copied."""
    path = Path(settings.DOCUMENT_ROOT, name)
    return path.exists() and path.stat().st_size != sums["size"]


def verify(folder):
    """The manifest of a backup that is whole; raises NotDone where it is not."""
    manifest = read_manifest(folder)
    check(folder, manifest)
    return manifest


def restore(folder):
    """Put a backup into an empty database and an empty folder of files; raises NotDone where it cannot be done.

    Everybody has to log in again, since a session that was ended later would be open otherwise. Returns the manifest
    and {table: rows} of the database after migrations.
    """
    manifest = verify(folder)
    _refuse_foreign(manifest)
    _refuse_full()
    with private_files():
        try:
            _put_files(folder / FILES, manifest["files"])
            dumps.load(folder / manifest["database"]["name"])
            _compare(manifest["tables"], dumps.rows_of_tables())
        except BaseException:
            shutil.rmtree(settings.DOCUMENT_ROOT, ignore_errors=True)
            raise
    call_command("migrate", interactive=False, verbosity=0)
    Session.objects.all().delete()
    return manifest, dumps.rows_of_tables()


def _refuse_foreign(manifest):
    """Refuse what another kind of database or a newer version of the portal made."""
    if manifest["engine"] != connection.vendor:
        raise NotDone(f"The backup is of {manifest['engine']}, and DATABASE_URL is of {connection.vendor}.")
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations.keys()
    if unknown := [f"{app}.{name}" for app, name in manifest["migrations"] if (app, name) not in known]:
        raise NotDone(
            f"The backup is of version {manifest['version']}, and this is {settings.VERSION}, "
            f"which does not know the migration {unknown[0]}. Install that version first."
        )


def _refuse_full():
    """Refuse to write over anything."""
    if not dumps.is_empty():
        raise NotDone("The database is not empty. Restore into a new one: nothing is ever overwritten.")
    if paths_below(settings.DOCUMENT_ROOT):
        raise NotDone(f"{settings.DOCUMENT_ROOT} holds files. Restore into another folder (KMS_DATA_DIR).")


def _put_files(source, files):
    for name, known in files.items():
        if copy(source / name, Path(settings.DOCUMENT_ROOT, name)) != known:
            raise NotDone(f"{name} changed while it was copied.")
    Path(settings.DOCUMENT_ROOT).mkdir(parents=True, exist_ok=True)
    settle_folders(settings.DOCUMENT_ROOT)


def _compare(wanted, found):
    wrong = [table for table in sorted(wanted.keys() | found.keys()) if wanted.get(table) != found.get(table)]
    if wrong:
        raise NotDone(f"The database does not hold what the backup says of: {', '.join(wrong)}. Do not use it.")
