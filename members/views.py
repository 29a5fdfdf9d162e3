"""Pages about one's own account."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from members.access import signed_in
from members.mfa import security_of


@require_safe
@signed_in
def account(request):
    """Who I am here: name, address, whom I speak for and until when."""
    context = {"mandates": request.user.mandates_in_force, "security": security_of(request.user)}
    return render(request, "members/account.html", context)
