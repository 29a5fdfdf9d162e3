"""The log of sign-ins, refusals, changes of rights, exports and downloads: a row and a structured line for each."""

import json
import logging

from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import transaction
from simple_history.models import HistoricalRecords

from core.labels import Label
from core.text import clean_text
from members.models import AuditEntry

log = logging.getLogger("audit")
LONGEST_DETAIL = 500
BATCH = 1000


def audit(kind, *, by=None, request=None, subject=("", None), label=None, detail=""):
    """Log an act. Call it inside the transaction of the act, where there is one.

    `kind` is an AuditEntry.Kind, `by` the account that acted or None, `subject` the (kind, key) of the record it was
    done to, `label` that record's audience, `detail` a short text without secrets and without a record's title. The
    network address is that of `request`, or of the request that is being answered. Returns the AuditEntry.
    """
    request = request or getattr(HistoricalRecords.context, "request", None)
    entry = AuditEntry.objects.create(
        kind=kind,
        person=by if by is not None and by.is_authenticated else None,
        address=address_of(request),
        subject_kind=subject[0],
        subject_key=subject[1],
        label=label,
        detail=" ".join(clean_text(str(detail)).split())[:LONGEST_DETAIL],
    )
    if request is not None and kind in (AuditEntry.Kind.EXPORT, AuditEntry.Kind.DOWNLOAD):
        request.is_traced = True  # members.tracing has nothing to add to that
    transaction.on_commit(lambda: log.info(line_of(entry)))  # what is rolled back was not done
    return entry


def address_of(request):
    """The network address that a request came from; None where there is none, as with commands, or it is not known."""
    try:
        return get_adapter().get_client_ip(request) if request is not None else None
    except (PermissionDenied, ImproperlyConfigured):
        return None


def line_of(entry):
    """An entry as one line of JSON: no text in it can begin another line."""
    said = {
        "act": str(entry.kind),
        "at": entry.at.isoformat(),
        "account": entry.person_id,
        "address": entry.address,
        "subject": entry.subject_kind,
        "key": entry.subject_key,
        "label": entry.label,
        "detail": entry.detail,
    }
    return json.dumps({name: value for name, value in said.items() if value not in (None, "")})


def standing_of(record):
    """(label, publication) of a record as they are in the database; None for one that is not there."""
    rows = type(record)._base_manager.filter(pk=record.pk)
    return rows.values_list("label", "publication").first()


def audit_standing(record, before, *, subject, by):
    """Log what a write changed in who reads a record; `before` is its (label, publication) as they were."""
    label, publication = before
    said = {"subject": subject, "by": by, "label": record.label}
    if label != record.label:
        audit(AuditEntry.Kind.LABEL, detail=f"{Label(label).label} → {Label(record.label).label}", **said)
    if publication != record.publication:
        audit(AuditEntry.Kind.PUBLICATION, detail=f"{publication} → {record.publication}", **said)


def forget_before(moment):
    """Delete the entries from before a moment, some at a time so that nobody waits; returns how many there were."""
    forgotten = 0
    old = AuditEntry.objects.filter(at__lt=moment).order_by("at").values_list("pk", flat=True)
    while keys := list(old[:BATCH]):
        forgotten += AuditEntry.objects.filter(pk__in=keys).delete()[0]
    return forgotten
