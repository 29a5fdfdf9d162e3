"""Photos of people: checked, made small and anonymous before they are kept, and gone when they are replaced."""

from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import FileResponse, Http404
from django.utils.translation import gettext_lazy as _

from core.uploads import opened, refusal

ENDINGS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG"}
SIGNATURES = {"JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n"}
MOST_BYTES = 10 * 1024**2
LONGEST_NAME = 150


def check_photo(upload):
    """The small JPEG to keep of an uploaded picture; raises ValidationError with the reason where it is none."""
    kind = ENDINGS.get(PurePosixPath(upload.name).suffix.lower())
    if kind is None:
        raise ValidationError(_("A photo is a JPEG or PNG file."))
    if len(upload.name) > LONGEST_NAME:
        raise ValidationError(_("The file's name is longer than 150 characters."))
    if upload.size > MOST_BYTES:
        raise ValidationError(_("The file is larger than %(limit)s MB."), params={"limit": MOST_BYTES // 1024**2})
    upload.seek(0)
    if not upload.read(16).startswith(SIGNATURES[kind]):
        raise refusal("broken", kind)
    return opened(upload, "portrait")


def file_of(key):
    """The name under which a photo is kept, from the key in its address."""
    return f"photos/{key}"


def discard(name):
    """Delete a photo's file once the transaction that let go of it is written."""
    if name:
        transaction.on_commit(lambda: default_storage.delete(name))


def photo_response(person):
    """The photo of a person as an answer that no browser opens as a page or keeps."""
    try:
        stream = person.photo.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(stream, content_type="image/jpeg", filename="photo.jpg")
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response._csp_replace = {"default-src": ["'none'"], "sandbox": [""]}
    return response
