"""Verbs of the PDFs of editions: ask for one, make it in the queue, forget what is out of date."""

import fcntl
import json
import logging
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django_q.tasks import async_task

from members.audit import audit
from members.models import AuditEntry
from training import typesetting
from training.models import Chapter, Edition, EditionFile, ParagraphText
from training.pdf import Part, digest_of, document_of, part_in

log = logging.getLogger("training.pdf")
LONGEST = 20 * 60  # seconds that making one file may take
OVERDUE = timedelta(hours=1)  # who waited so long may ask anew
State = EditionFile.State


class NotMade(Exception):
    """A PDF could not be made; `str()` is the reason, for the log."""


@lru_cache(maxsize=1)
def can_make():
    """Whether this machine has the libraries that make PDFs."""
    return not typesetting.missing_libraries()


def file_of(part, digest):
    """The EditionFile of what a part shows now, whatever its state, or None."""
    return EditionFile.objects.of_part(part.edition, part.chapter).made_of(digest, part.language).first()


@transaction.atomic
def ask_file(*, part):
    """Have the PDF of a part as it is now made, unless it is there or on its way. However many ask, one is made.

    Returns the EditionFile.
    """
    file, is_wanted = _asked(part)
    if is_wanted:
        _queue()
    return file


def _asked(part):
    """(The EditionFile of a part as it is now, whether it is to be made)."""
    said = {"edition": part.edition, "chapter": part.chapter}
    asked = {"language": part.language, "digest": digest_of(part)}
    file, is_new = EditionFile.objects.select_for_update(of=("self",)).get_or_create(**asked, defaults=said)
    is_wanted = is_new or file.state == State.FAILED or is_overdue(file)
    if is_wanted and not is_new:
        file.state, file.created = State.QUEUED, timezone.now()
        file.save(update_fields=["state", "created"])
    return file, is_wanted


def is_overdue(file):
    """Whether a file was asked for so long ago that something must have gone wrong."""
    return file.state == State.QUEUED and file.created < timezone.now() - OVERDUE


@transaction.atomic
def ask_for_readers(edition):
    """Have the PDFs of an edition that was let out made, of all and of each chapter, for visitors too: in its own
    language, and in those in which all of it is translated."""
    if not can_make():
        return
    counts = ParagraphText.objects.in_edition(edition).counted_by_language()
    whole = [language for language, count in counts.items() if count == counts[edition.language]]
    chapters = list(Chapter.objects.of_part(edition, None))
    parts = [Part(edition, chapter, language) for language in sorted(whole) for chapter in [None, *chapters]]
    if [part for part in parts if _asked(part)[1]]:
        _queue()


def _queue():
    options = {"group": "pdf", "save": False, "timeout": LONGEST + 60}
    async_task("training.pdf_files.make_next", q_options=options)


def make_next():
    """Make the file that waits longest; run by the queue's worker.

    One is made at a time, so that the other workers are free for mail. Who finds somebody at it goes away: who makes
    one looks for the next afterwards. The queue may run this again while it runs, or after the portal was killed.
    """
    with _alone() as is_alone:
        file = EditionFile.objects.queued().for_making().first() if is_alone else None
        if file:
            _make(file)
    if file and EditionFile.objects.queued().exists():
        _queue()


@contextmanager
def _alone():
    """Whether nobody else on this machine makes a file meanwhile; the kernel forgets a process that died."""
    with open(Path(settings.DATA_DIR, "pdf.lock"), "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _make(file):
    part = Part(file.edition, file.chapter, file.language)
    asked = EditionFile.objects.filter(pk=file.pk)
    try:
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder, "made.pdf")
            document = document_of(part)
            if digest_of(part) != file.digest:  # the text was changed since, or while it was read
                asked.delete()
                ask_file(part=part_in(part.edition, part.chapter, part.language))
                return
            pages = typeset(document, made)
            _keep(file, made, pages)
    except NotMade as error:
        log.error("the PDF %s of edition %s was not made: %s", file.pk, file.edition_id, error)
        asked.update(state=State.FAILED)
    except Exception:
        log.exception("the PDF %s of edition %s was not made", file.pk, file.edition_id)
        asked.update(state=State.FAILED)


def typeset(document, made):
    """Write the PDF of a document into a file, in a process without the portal's variables; returns its pages."""
    command = [sys.executable, "-I", typesetting.__file__]
    asked = json.dumps(document | {"to": str(made)})
    variables = {"PATH": "/usr/bin:/bin", "HOME": str(made.parent), "LANG": "C.UTF-8"}
    try:
        done = subprocess.run(
            command, input=asked, capture_output=True, text=True, timeout=LONGEST, env=variables, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise NotMade(f"it took longer than {LONGEST} seconds") from error
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or [""]
        raise NotMade(f"the process ended with {done.returncode}: {last[0][:300]}")
    return json.loads(done.stdout)["pages"]


def _keep(file, made, pages):
    """Keep the finished file under a name of its own, and say that it is there."""
    with made.open("rb") as content:
        file.file.save("", File(content), save=False)
    ready = {"state": State.READY, "file": file.file.name, "pages": pages, "size": made.stat().st_size}
    if not EditionFile.objects.filter(pk=file.pk).update(**ready):  # it was forgotten meanwhile
        file.file.delete(save=False)


def trace_file(file, *, label, partly, by):
    """Log that somebody fetched the PDF of an edition; one that is read in parts is fetched once within the hour."""
    detail = f"pdf {file.language} {file.digest[:12]}"
    rows = AuditEntry.objects.about("edition", file.edition_id).lately_by(by)
    if partly and rows.filter(kind=AuditEntry.Kind.DOWNLOAD, detail=detail).exists():
        return
    audit(AuditEntry.Kind.DOWNLOAD, by=by, subject=("edition", file.edition_id), label=label, detail=detail)


def tend_files():
    """Forget the files of texts that are no more, and have those that every reader wants made. Returns how many went.

    A deleted file is still whole for who is fetching it.
    """
    gone = [file for file in EditionFile.objects.for_making() if _is_past(file)]
    for file in gone:
        EditionFile.objects.filter(pk=file.pk).delete()
        if file.file:
            file.file.delete(save=False)
    for edition in Edition.objects.let_out():
        ask_for_readers(edition)
    return len(gone)


def _is_past(file):
    part = Part(file.edition, file.chapter, file.language)
    if file.state == State.READY:
        return not file.file.storage.exists(file.file.name) or digest_of(part) != file.digest
    return file.created < timezone.now() - timedelta(days=1)
