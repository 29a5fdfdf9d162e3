"""Pages of the log: all of it for those who keep watch, and one's own part for everybody."""

from django.conf import settings
from django.shortcuts import render
from django.views.decorators.http import require_safe

from members.access import Action, allow, can, signed_in
from members.log import Log, log_form, page_of
from members.models import AuditEntry

OWN_PER_PAGE = 25


@require_safe
@allow(Action.READ_AUDIT)
def audit_list(request):
    """Who did what and when: sign-ins, refusals, changes of rights and labels, exports, downloads."""
    return render(request, "members/audit_list.html", {"log": Log(request)})


@require_safe
@allow(Action.READ_AUDIT)
def audit_export(request, form):
    """The same lines as a table; that it was fetched is a line too."""
    return log_form(request, form)


@require_safe
@signed_in
def my_log(request):
    """What the log holds of me: sign-ins, what was refused, what I fetched, what became of my rights."""
    mine = AuditEntry.objects.of_account(request.user)
    context = {"page": page_of(mine, request, limit=OWN_PER_PAGE), "months": settings.AUDIT_MONTHS}
    context["reads_all"] = can(request.user, Action.READ_AUDIT)
    return render(request, "members/my_log.html", context)
