"""The secretariat's act of closing accounts for somebody, asked once more before it is done."""

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied, ValidationError
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from members.closing import close_account


@admin.action(description=_("Close the selected accounts for good"), permissions=["change"])
def close_accounts(model_admin, request, accounts):
    """A page that says what closing does, then the closing; what cannot be closed is named with its reason."""
    accounts = list(accounts.order_by("pk"))
    if not all(model_admin.has_change_permission(request, account) for account in accounts):
        raise PermissionDenied
    if "confirmed" not in request.POST:
        context = {
            **model_admin.admin_site.each_context(request),
            "title": _("Close accounts for good"),
            "accounts": accounts,
            "opts": model_admin.opts,
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/members/close_accounts.html", context)
    closed, refused = _close(accounts, request)
    if closed:
        said = ngettext("%(n)d account is closed.", "%(n)d accounts are closed.", closed) % {"n": closed}
        model_admin.message_user(request, said, messages.SUCCESS)
    for account, reason in refused:
        model_admin.message_user(request, f"{account}: {reason}", messages.ERROR)
    return None


def _close(accounts, request):
    """(How many were closed, [(account, why it was not)])."""
    refused = []
    for account in accounts:
        try:
            close_account(account=account, by=request.user, request=request)
        except ValidationError as error:
            refused.append((account, " ".join(error.messages)))
    return len(accounts) - len(refused), refused
