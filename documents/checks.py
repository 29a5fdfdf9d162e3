"""What may be uploaded, and the checks of a file before it is kept: ending, signature, opening, size."""

import hashlib
from pathlib import PurePosixPath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.markdown import without_directions
from core.text import clean_text
from core.uploads import opened, refusal

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
LONGEST_NAME = 150
SIGNATURES = {"pdf": b"%PDF-", "jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}
ZIP_SIGNATURE = b"PK\x03\x04"


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
        raise refusal("broken", extension)
    kept = opened(upload, extension)
    digest = hashlib.sha256()
    for chunk in kept.chunks():
        digest.update(chunk)
    kept.seek(0)
    return kept, extension, digest.hexdigest()


def checked(upload, name):
    """(The file to keep, the columns of a Document that tell of it) of an upload under a name; raises as above."""
    if len(name) > LONGEST_NAME:
        raise ValidationError(_("The file's name is longer than 150 characters."))
    kept, extension, sha256 = check_upload(upload)
    return kept, {"filename": name, "extension": extension, "size": kept.size, "sha256": sha256}


def _extension(name):
    ending = PurePosixPath(name).suffix.lstrip(".").lower()
    extension = SAME_AS.get(ending, ending)
    if extension not in EXTENSIONS:
        raise ValidationError(
            _("Files of this type are not accepted. Accepted: %(types)s."),
            params={"types": ", ".join(EXTENSIONS).upper()},
        )
    return extension


def tidy_name(name):
    """A file's name without what hides its ending."""
    return " ".join(without_directions(clean_text(name)).split())
