"""Pages of one's account that gather from every app."""

from django.http import JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kms.my_data import data_of, file_of, photo_of
from members.access import signed_in
from members.audit import audit
from members.models import AuditEntry


@require_safe
@signed_in
def my_data(request):
    """What the portal holds about me."""
    return render(request, "kms/my_data.html", {"parts": data_of(request.user)})


@require_safe
@signed_in
def my_data_export(request):
    """The same, all of it, as a file that programs read too."""
    parts = file_of(request.user)
    audit(AuditEntry.Kind.EXPORT, by=request.user, request=request, detail="my data")
    account = parts.pop("account")[0] | {"photo_jpeg_base64": photo_of(request.user)}
    answer = {"gathered": timezone.now(), "account": account, **parts}
    response = JsonResponse(answer, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response
