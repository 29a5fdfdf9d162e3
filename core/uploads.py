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
        reason = _open_in_subprocess(kind, given, cleaned)
        if reason:
            raise refusal(reason, kind)
        if cleaned.exists():
            return ContentFile(cleaned.read_bytes(), name=upload.name)
    upload.seek(0)
    return upload


def _open_in_subprocess(kind, given, cleaned):
    """The reason why the file is refused, or "" where it opened."""
    program = Path(__file__).with_name("opening.py")
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(program), kind, str(given), str(cleaned)],
            capture_output=True,
            text=True,
            timeout=OPENING_SECONDS,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired:
        return "limits"
    if done.returncode == 0:
        return ""
    said = done.stdout.strip()
    return said if said in REASONS else "limits"


def refusal(reason, kind):
    """The ValidationError that says why a file of that kind is not kept."""
    return ValidationError(REASONS[reason], code=reason, params={"type": kind.upper()})
