"""The optional virus scan of files that people send: ClamAV's INSTREAM over its socket. No answer is a refusal."""

import logging
import os
import socket
import struct
import time
from contextlib import suppress

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

log = logging.getLogger("core.scanning")
SECONDS = 20
CHUNK = 64 * 1024
LONGEST_ANSWER = 1000


def scan(path):
    """Have ClamAV read a file, where KMS_CLAMAV says that there is one.

    Raises ValidationError with the name of what it found; and where it gives no verdict, since a file that nobody
    could look at is not kept.
    """
    if not settings.CLAMAV:
        return
    try:
        said = _verdict(path)
    except OSError as error:
        log.error("the virus scanner at %s does not answer: %s", settings.CLAMAV, error)
        raise _unchecked() from error
    if said.endswith(" FOUND"):
        found = said.removesuffix(" FOUND").rpartition(": ")[2]
        log.warning("a file was refused, the virus scanner found: %s", found)
        raise ValidationError(_("The virus scanner refuses this file: %(found)s."), "virus", {"found": found})
    if "size limit" in said:
        raise ValidationError(_("The file is larger than what the virus scanner takes."), "unchecked")
    if not said.endswith(": OK"):
        log.error("the virus scanner gave no verdict: %s", said)
        raise _unchecked()


def _unchecked():
    said = _("The file could not be checked for viruses, so it was not kept. Try again later, or tell the secretariat.")
    return ValidationError(said, "unchecked")


def _verdict(path):
    """What the scanner says of a file: "stream: OK", "stream: Eicar-Signature FOUND", "… ERROR"."""
    deadline = time.monotonic() + SECONDS
    with _connected() as scanner:
        with suppress(BrokenPipeError, ConnectionResetError):  # it hangs up on a file larger than it takes, and says so
            _send(scanner, path, deadline)
        return _answer(scanner, deadline)


def _connected():
    if isinstance(settings.CLAMAV, tuple):
        return socket.create_connection(settings.CLAMAV, SECONDS)
    scanner = socket.socket(socket.AF_UNIX)
    scanner.settimeout(SECONDS)
    if error := scanner.connect_ex(settings.CLAMAV):
        scanner.close()
        raise OSError(error, os.strerror(error))
    return scanner


def _send(scanner, path, deadline):
    """The file in chunks, each after its length; a length of zero ends it."""
    scanner.sendall(b"zINSTREAM\0")
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            _leave_time(scanner, deadline)
            scanner.sendall(struct.pack("!I", len(chunk)) + chunk)
    scanner.sendall(struct.pack("!I", 0))


def _answer(scanner, deadline):
    said = b""
    while not said.endswith(b"\0") and len(said) < LONGEST_ANSWER:
        _leave_time(scanner, deadline)
        piece = scanner.recv(LONGEST_ANSWER)
        if not piece:
            break
        said += piece
    text = said.rstrip(b"\0").decode("ascii", "replace")
    return "".join(mark if mark.isprintable() else "?" for mark in text).strip()


def _leave_time(scanner, deadline):
    """Let the next step take what is left of the time for the whole file."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("it takes too long")
    scanner.settimeout(left)
