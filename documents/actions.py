"""Writes that reach documents and the records they hang on: audience, publication, derived columns."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.labels import Label
from documents.models import Document
from members.audit import audit, audit_standing
from members.models import AuditEntry, Labelled
from members.subjects import subject_of


def records_of(document):
    """The records of every kind that a document hangs on."""
    for relation in Document._meta.related_objects:
        if relation.many_to_many and issubclass(relation.related_model, Labelled):
            yield from getattr(document, relation.get_accessor_name()).all()


@transaction.atomic
def refresh_audience(document):
    """Recompute who reads a document: the strictest label around it, whether anything published holds it, and whether
    partners may know of all that does. A record may have a `room`, whose readers alone are its readers.

    The row is locked first, so that of two records that change at a time the second sees what the first did.
    """
    locked = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
    records = list(records_of(locked))
    rooms = list({record.room for record in records if getattr(record, "room", None)})
    strictest = max(record.label for record in (locked, *records, *rooms))
    attached = not records or any(_is_out(record) for record in records)
    to_partners = all(getattr(record, "open_to_partners", True) for record in records)
    seen_by = {"effective_label": strictest, "attached": attached, "open_to_partners": to_partners}
    Document.objects.filter(pk=locked.pk).update(**seen_by)
    for name, value in seen_by.items():
        setattr(document, name, value)
    locked.effective_states.set(_states_of_all(locked, [*records, *rooms]) if strictest == Label.RED else [])


def _is_out(record):
    """Whether a record is published, and the room in which it stands, if it has one."""
    standing = [record, getattr(record, "room", None) or record]
    return all(one.publication == Labelled.Publication.PUBLISHED for one in standing)


def _states_of_all(document, records):
    """Ids of the States that may read every TLP:RED record around a document, itself included."""
    red = [record for record in (document, *records) if record.label == Label.RED]
    readers = [{record.state_id, *record.named_states.values_list("pk", flat=True)} for record in red]
    return set.intersection(*readers) - {None}


@transaction.atomic
def refresh_documents(documents):
    """The same for each of several documents, after a record was attached, relabelled or published."""
    for document in sorted(documents, key=lambda document: document.pk):
        refresh_audience(document)


def refresh_search_text(record):
    """Bring the folded text that lists look into up to date; writes no history."""
    text = record.searchable()
    if text != record.search_text:
        type(record).objects.filter(pk=record.pk).update(search_text=text)
        record.search_text = text


@transaction.atomic
def refresh_record(record):
    """Everything that follows from a record's saved state: its search text, its documents' audience."""
    refresh_search_text(record)
    refresh_documents(record.documents.all())


@transaction.atomic
def relabel(record, *, kind, seen, label, until, by):
    """Give a record another label, or another day (`until`) to ask again, as its owner decided; its documents follow.

    `kind` is the record's name in the log ("event"), `seen` the label it had when it was looked at: raises
    ValidationError where that has changed since. Returns the record as it is now; what changes nothing is no change.
    """
    held = type(record).objects.bare().select_for_update().get(pk=record.pk)
    if label == held.label and until == held.restricted_until:
        return held
    if seen != held.label:
        raise ValidationError(_("Nothing was changed: the label was changed since you opened this page. Look again."))
    held.label, held.restricted_until = label, until
    held._history_user = by
    held.save(update_fields=["label", "restricted_until", "updated"])
    if isinstance(held, Document):
        refresh_audience(held)
    elif hasattr(held, "documents"):
        refresh_documents(held.documents.all())
    said = f"{Label(seen).label} → {Label(label).label}, until {until or '–'}"
    audit(AuditEntry.Kind.LABEL, by=by, subject=(kind, held.pk), label=label, detail=said)
    return held


@transaction.atomic
def set_publication(records, publication, *, by, with_proposed=False):
    """Publish or withdraw the rows of a queryset, each with its history entry by `by`; returns how many changed.

    Files of proposals that are not accepted are left alone; `with_proposed` is for accepting one.
    """
    if records.model is Document and not with_proposed:
        records = records.without_proposed()
    changed = list(records.exclude(publication=publication))
    for record in changed:
        before = record.label, record.publication
        record.publication = publication
        record._history_user = by
        record.save(update_fields=["publication", "updated"])  # somebody else may be editing the rest
        if isinstance(record, Document):
            refresh_audience(record)
        elif hasattr(record, "documents"):
            refresh_documents(record.documents.all())
        audit_standing(record, before, subject=subject_of(record), by=by)
    return len(changed)


@transaction.atomic
def keep_closed(documents, *, by):
    """After documents lost a record: nothing opens by itself, so one that would is withdrawn. Returns how many were."""
    withdrawn = 0
    for document in sorted(documents, key=lambda document: document.pk):
        label, attached = document.effective_label, document.attached
        refresh_audience(document)
        if document.effective_label < label or document.attached > attached:
            rows = Document.objects.filter(pk=document.pk)
            withdrawn += set_publication(rows, Labelled.Publication.WITHDRAWN, by=by)
    return withdrawn


def trace_download(document, *, partly, by):
    """Log that somebody fetched a document; a file that is read in parts is fetched once within the hour."""
    version = f"sha256 {document.sha256[:12]}"
    if partly and AuditEntry.objects.downloads_of(document).lately_by(by).filter(detail=version).exists():
        return
    subject, label = ("document", document.pk), document.effective_label
    audit(AuditEntry.Kind.DOWNLOAD, by=by, subject=subject, label=label, detail=version)
