"""Pages about one's own account."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from members.access import signed_in


@require_safe
@signed_in
def account(request):
    """Who I am here: name, address, whom I speak for and until when."""
    return render(request, "members/account.html", {"mandates": request.user.mandates_in_force})
