"""The page of a document for its owner: who fetched it."""

from django.conf import settings
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from documents.models import Document
from members.access import Action, allow, require
from members.log import page_of
from members.models import AuditEntry

PER_PAGE = 50


@require_safe
@allow(Action.READ_DOWNLOADS)
def document_downloads(request, uuid):
    """Who fetched a document while it was not open to all, the latest first."""
    document = get_object_or_404(Document.objects.visible_to(request.user), uuid=uuid)
    require(request.user, Action.READ_DOWNLOADS, document)
    downloads = AuditEntry.objects.downloads_of(document)
    context = {
        "document": document,
        "page": page_of(downloads, request, limit=PER_PAGE),
        "times": downloads.count(),
        "people": downloads.people_counted(),
        "months": settings.AUDIT_MONTHS,
    }
    return render(request, "kms/document_downloads.html", context)
