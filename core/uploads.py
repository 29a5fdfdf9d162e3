"""Files that people send: scanned, and opened once in a process of its own, under limits, before any is kept."""

import subprocess
import sys
import tempfile
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _

from core.scanning import scan

OPENING_SECONDS = 30
PROGRAM = Path(__file__).with_name("opening.py")
REASONS = {
    "broken": _("The file cannot be opened as %(type)s: it is damaged or not what its name says."),
    "encrypted": _("The file is protected by a password, so it cannot be checked."),
    "bomb": _("The file unpacks to far more than it should."),
    "macros": _("The file contains macros or other programs."),
    "limits": _("The file took too long or too much memory to open."),
}


def opened(upload, kind):
    """The file to keep once core/opening.py opened it as `kind`: itself, or the cleaned copy of a picture.

    Raises ValidationError with the reason.
    """
    with tempfile.TemporaryDirectory() as folder:
        given, cleaned = Path(folder, "given"), Path(folder, "cleaned")
        with given.open("wb") as copy:
            for chunk in upload.chunks():
                copy.write(chunk)
        scan(given)
        reason = run_limited(PROGRAM, kind, given, cleaned, seconds=OPENING_SECONDS, reasons=REASONS)
        if reason:
            raise refusal(reason, kind)
        if cleaned.exists():
            return ContentFile(cleaned.read_bytes(), name=upload.name)
    upload.seek(0)
    return upload


def run_limited(program, *arguments, seconds, reasons):
    """Run one of our programs without Django on what somebody sent, with a clock over it and no variables.

    `reasons` are what it may say where it refuses. Returns that, "limits" where it did not end by itself, else "".
    """
    command = [sys.executable, "-I", str(program), *map(str, arguments)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False, env={})
    except subprocess.TimeoutExpired:
        return "limits"
    said = done.stdout.strip() if done.returncode else ""
    return said if not done.returncode or said in reasons else "limits"


def refusal(reason, kind):
    """The ValidationError that says why a file of that kind is not kept."""
    return ValidationError(REASONS[reason], code=reason, params={"type": kind.upper()})
