"""The secretariat's act of letting somebody in again who lost phone and passkeys, asked once more before it is done."""

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from members.mfa import forget_second_factors


@admin.action(description=_("Take the second factors from the selected accounts"), permissions=["change"])
def forget_factors(model_admin, request, accounts):
    """A page that says what this does and what comes before it, then the act."""
    accounts = list(accounts.order_by("pk"))
    if not all(model_admin.has_change_permission(request, account) for account in accounts):
        raise PermissionDenied
    if request.user in accounts:
        model_admin.message_user(request, _("Your own you change on the page of your account."), messages.ERROR)
        return None
    if "confirmed" not in request.POST:
        context = {
            **model_admin.admin_site.each_context(request),
            "title": _("Take second factors away"),
            "accounts": accounts,
            "opts": model_admin.opts,
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/members/forget_factors.html", context)
    for account in accounts:
        forget_second_factors(user=account, by=request.user)
    said = ngettext("%(n)d account adds a new one.", "%(n)d accounts add a new one.", len(accounts))
    model_admin.message_user(request, said % {"n": len(accounts)}, messages.SUCCESS)
    return None
