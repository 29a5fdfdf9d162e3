"""Compiles the interface's catalogues (.po) where they are newer than what was compiled; needs no gettext."""

import os
from pathlib import Path

import polib

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def compile_catalogues(folder=LOCALE):
    """Write each .mo beside its .po in one step, so that nobody reads half a file. Returns how many."""
    stale = [po for po in sorted(folder.glob("*/LC_MESSAGES/*.po")) if _is_stale(po)]
    for po in stale:
        new = po.with_suffix(f".{os.getpid()}")
        polib.pofile(str(po), encoding="utf-8").save_as_mofile(str(new))
        new.replace(po.with_suffix(".mo"))
    return len(stale)


def _is_stale(po):
    mo = po.with_suffix(".mo")
    return not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime


if __name__ == "__main__":
    print(f"{compile_catalogues()} catalogues compiled.")
