"""Logs by itself: what signed-in people were refused, which files left, acts of the administration, imports."""

from core.lines import without_secrets
from members.audit import audit, audit_standing
from members.mfa import must_enrol
from members.models import AuditEntry
from members.subjects import kind_of_model, subject_of

Kind = AuditEntry.Kind


class TraceMiddleware:
    """One line for each such answer, written before the answer leaves: where it cannot be written, nothing leaves.

    A view that logged its file itself, or has no need to, says so by `request.is_traced`. Visitors leave no line here.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        kind = kind_of(request, response)
        if kind is not None and request.user.is_authenticated:
            audit(kind, by=request.user, request=request, subject=_subject(request), detail=_said(request))
        return response


def kind_of(request, response):
    """What an answer is in the log: an AuditEntry.Kind, or None for what leaves no line."""
    match = request.resolver_match
    if response.status_code == 403:
        return Kind.REFUSED
    if request.method != "HEAD" and response.status_code == 200 and _is_file(match, response):
        return None if getattr(request, "is_traced", False) else Kind.EXPORT
    if request.method == "POST" and response.status_code == 302 and match and match.app_name == "admin":
        is_let_in = request.user.is_staff and not must_enrol(request.user)
        return Kind.ADMIN if is_let_in else Kind.REFUSED
    return None


def _is_file(match, response):
    """Whether an answer leaves the portal as a file: a list in another form, an export of the administration."""
    if response.headers.get("Content-Disposition", "").startswith("attachment"):
        return True
    named = bool(match and match.url_name and match.url_name.endswith("_export"))
    return named and not response.headers["Content-Type"].startswith("text/html")


def _subject(request):
    """The (kind, key) of the record on a page of the administration."""
    match = request.resolver_match
    key = match.kwargs.get("object_id", "") if match and match.url_name else ""
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return "", None
    return kind_of_model(match.url_name.split("_")[1]), int(key)


def _said(request):
    """What was asked for, without the secret of a link, and without the query, which may hold names."""
    return f"{request.method} {without_secrets(request.path)}"


def trace_import(resource, result):
    """Log an import that changed something, and whose readers it changed; in the transaction of the import."""
    added, updated = result.totals["new"], result.totals["update"]
    if added or updated:
        model = resource._meta.model._meta.model_name
        audit(Kind.IMPORT, by=resource.by, detail=f"{model}: {added} added, {updated} updated")
    for record, before in resource.restood:
        audit_standing(record, before, subject=subject_of(record), by=resource.by)
