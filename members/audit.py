"""The log of sign-ins, refusals, changes of rights, exports and downloads: a row and a structured line for each."""

import json
import logging

from allauth.account.adapter import get_adapter

from members.models import AuditEntry

log = logging.getLogger("audit")
LONGEST_DETAIL = 500


def audit(kind, *, by=None, request=None, subject=("", None), label=None, detail=""):
    """Log an act. Call it inside the transaction of the act, where there is one.

    `kind` is an AuditEntry.Kind, `by` the account that acted or None, `subject` the (kind, key) of the record it was
    done to, `label` that record's audience, `detail` a short text without secrets and without a record's title.
    Returns the AuditEntry.
    """
    person = by if by is not None and by.is_authenticated else None
    entry = AuditEntry.objects.create(
        kind=kind,
        person=person,
        address=get_adapter().get_client_ip(request) if request is not None else None,
        subject_kind=subject[0],
        subject_key=subject[1],
        label=label,
        detail=" ".join(str(detail).split())[:LONGEST_DETAIL],
    )
    log.info(line_of(entry))
    return entry


def line_of(entry):
    """An entry as one line of JSON: no text in it can begin another line."""
    said = {
        "act": entry.kind,
        "at": entry.at.isoformat(),
        "account": entry.person_id,
        "address": entry.address,
        "subject": entry.subject_kind,
        "key": entry.subject_key,
        "label": entry.label,
        "detail": entry.detail,
    }
    return json.dumps({name: value for name, value in said.items() if value not in (None, "")})
