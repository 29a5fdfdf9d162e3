"""A backup as a folder: its list of contents with sums, copying into and out of it, and whether it is whole."""

import hashlib
import json
import os
import re
from contextlib import contextmanager
from pathlib import Path

FORMAT = 1
PARTS = {"made", "version", "engine", "database", "tables", "migrations", "files", "missing", "damaged"}
MANIFEST, FILES = "manifest.json", "files"
CHUNK = 1024 * 1024
STORED_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}(/[A-Za-z0-9_.-]{1,100}){0,5}")


class NotDone(Exception):
    """A backup or a restore that did not take place; the argument is the sentence for whoever asked for it."""


@contextmanager
def private_files():
    """What is made in the block is for this account alone."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def copy(source, target):
    """Copy a file to where none is, onto the disk itself. Returns {"sha256", "size"} of what was copied."""
    digest, size = hashlib.sha256(), 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as given, target.open("xb") as taken:
        while chunk := given.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            taken.write(chunk)
        settle(taken)
    return {"sha256": digest.hexdigest(), "size": size}


def settle(file):
    """Wait until an open file is on the disk."""
    file.flush()
    os.fsync(file.fileno())


def settle_folders(folder):
    """The same for the names in a folder, in the folders below it, and for its own name."""
    for place in [Path(folder).parent, *(place for place, _, _ in os.walk(folder))]:
        handle = os.open(place, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)


def sum_of(path):
    """{"sha256", "size"} of a file."""
    with path.open("rb") as file:
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "size": path.stat().st_size}


def paths_below(folder):
    """Paths of all files below a folder, relative to it, in order; what is neither file nor folder counts as a file."""
    found = [Path(place, name) for place, _, names in os.walk(folder) for name in names]
    links = [
        Path(place, name) for place, names, _ in os.walk(folder) for name in names if Path(place, name).is_symlink()
    ]
    return sorted(path.relative_to(folder).as_posix() for path in found + links)


def write_manifest(folder, manifest):
    path = folder / MANIFEST
    with path.open("x", encoding="utf-8") as file:
        json.dump({"format": FORMAT, **manifest}, file, indent=1, sort_keys=True)
        settle(file)
    return sum_of(path)["sha256"]


def read_manifest(folder):
    """The manifest of a backup; raises NotDone where the folder is none, or of another make."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NotDone(f"{folder} is no backup: there is no {MANIFEST} in it.") from error
    except (OSError, ValueError) as error:
        raise NotDone(f"The {MANIFEST} of {folder} cannot be read: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT or not manifest.keys() >= PARTS:
        raise NotDone(f"{folder} was made by another version of the portal, whose backups this one does not read.")
    return manifest


def check(folder, manifest):
    """Raise NotDone, naming what is wrong, unless the folder holds just what the manifest says."""
    wanted = {manifest["database"]["name"]: manifest["database"]}
    wanted |= {f"{FILES}/{name}": known for name, known in manifest["files"].items()}
    there = {path for path in paths_below(folder) if path != MANIFEST}
    wrong = [f"{path} is missing" for path in sorted(wanted.keys() - there)]
    wrong += [f"{path} does not belong to it" for path in sorted(there - wanted.keys())]
    for path in sorted(wanted.keys() & there):
        known = wanted[path]
        if (folder / path).is_symlink() or not _fits(path) or sum_of(folder / path) != _sums(known):
            wrong.append(f"{path} is not as it was")
    if wrong:
        more = f", and {len(wrong) - 10} more" if len(wrong) > 10 else ""
        raise NotDone(f"{folder} is not whole: {'; '.join(wrong[:10])}{more}. Nothing was done.")


def _fits(path):
    """Whether a path stays inside the folder it is put in."""
    return bool(STORED_NAME.fullmatch(path)) and ".." not in path.split("/")


def _sums(known):
    return {"sha256": known["sha256"], "size": known["size"]}
