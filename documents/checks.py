"""What may be uploaded, and the checks of a file before it is kept: ending, signature, opening, size."""

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _

OFFICE = "application/vnd.openxmlformats-officedocument."
EXTENSIONS = {
    "pdf": "application/pdf",
    "docx": OFFICE + "wordprocessingml.document",
    "xlsx": OFFICE + "spreadsheetml.sheet",
    "pptx": OFFICE + "presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "jpeg": "image/jpeg",
    "png": "image/png",
}
SAME_AS = {"jpg": "jpeg"}
SIGNATURES = {"pdf": b"%PDF-", "jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}
ZIP_SIGNATURE = b"PK\x03\x04"
OPENING_SECONDS = 30
REASONS = {
    "broken": _("The file cannot be opened as %(type)s: it is damaged or not what its name says."),
    "encrypted": _("The file is protected by a password, so it cannot be checked."),
    "bomb": _("The file unpacks to far more than it should."),
    "macros": _("The file contains macros or other programs."),
    "limits": _("The file took too long or too much memory to open."),
}


def check_upload(upload):
    """Check an uploaded file; returns (file to keep, extension, SHA-256 in hex).

    Pictures come back re-encoded, without the camera's data. Raises ValidationError with the reason.
    """
    extension = _extension(upload.name)
    if upload.size == 0:
        raise ValidationError(_("The file is empty."))
    if upload.size > settings.DOCUMENT_MAX_BYTES:
        megabytes = settings.DOCUMENT_MAX_BYTES // 1024**2
        raise ValidationError(_("The file is larger than %(limit)s MB."), params={"limit": megabytes})
    upload.seek(0)
    if not upload.read(16).startswith(SIGNATURES.get(extension, ZIP_SIGNATURE)):
        raise _refusal("broken", extension)
    kept = _opened(upload, extension)
    digest = hashlib.sha256()
    for chunk in kept.chunks():
        digest.update(chunk)
    kept.seek(0)
    return kept, extension, digest.hexdigest()


def _extension(name):
    ending = PurePosixPath(name).suffix.lstrip(".").lower()
    extension = SAME_AS.get(ending, ending)
    if extension not in EXTENSIONS:
        raise ValidationError(
            _("Files of this type are not accepted. Accepted: %(types)s."),
            params={"types": ", ".join(EXTENSIONS).upper()},
        )
    return extension


def _opened(upload, extension):
    """The file after a process of its own, with limits, has opened it."""
    with tempfile.TemporaryDirectory() as folder:
        given, cleaned = Path(folder, "given"), Path(folder, "cleaned")
        with given.open("wb") as copy:
            for chunk in upload.chunks():
                copy.write(chunk)
        reason = _open_in_subprocess(extension, given, cleaned)
        if reason:
            raise _refusal(reason, extension)
        if cleaned.exists():
            return ContentFile(cleaned.read_bytes(), name=upload.name)
    upload.seek(0)
    return upload


def _open_in_subprocess(extension, given, cleaned):
    """The reason why the file is refused, or "" where it opened."""
    program = Path(__file__).with_name("opening.py")
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(program), extension, str(given), str(cleaned)],
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


def _refusal(reason, extension):
    return ValidationError(REASONS[reason], code=reason, params={"type": extension.upper()})
