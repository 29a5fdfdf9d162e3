"""The page that the link of an invitation leads to."""

from django.contrib import messages
from django.core.cache import cache
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kms import seats
from kms.seat_forms import AcceptForm
from members.access import public
from members.adapter import sign_in
from members.audit import address_of, audit
from members.invitations import A_MINUTE, CannotAccept, account_of, find, obstacle
from members.models import AuditEntry

AN_HOUR = 60 * 60


@require_http_methods(["GET", "HEAD", "POST"])
@public
def invitation_accept(request, token):
    """Who invites, to what, for which address; what is asked for an account; or why the link does not work."""
    response = _answer(request, token)
    # The address holds the secret. It is told to no other site; without any Referer a browser would also leave out
    # the Origin, by which the form is known to be ours.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _answer(request, token):
    invitation = find(token)
    if _was_pressed_twice(request, invitation):
        return redirect("kms:desk")
    if invitation is None or invitation.state_of_things != "pending":
        return _dead(request, invitation)
    account = account_of(invitation.email)
    if reason := obstacle(invitation, account):
        return _hindered(request, invitation, reason)
    context = {"invitation": invitation, "account": account, "until": invitation.expires}
    if request.user.is_authenticated and request.user != account:
        _log_refusal(request, invitation, "somebody else is logged in")
        return render(request, "kms/invitation_foreign.html", context, status=403)
    if account is not None:
        return _with_account(request, context)
    return _new_account(request, context)


def _was_pressed_twice(request, invitation):
    """Whether this is the form again by which who is logged in has just accepted."""
    if request.method != "POST" or invitation is None or not invitation.accepted:
        return False
    return invitation.account == request.user and timezone.now() - invitation.accepted < A_MINUTE


def _dead(request, invitation):
    """The page of a link that does not work: which it is, and what to do."""
    found = invitation.state_of_things if invitation else "unknown"
    _log_refusal(request, invitation, found)
    context = {"invitation": invitation, "found": found}
    return render(request, "kms/invitation_dead.html", context, status=410 if invitation else 404)


def _hindered(request, invitation, reason):
    _log_refusal(request, invitation, "cannot be accepted")
    context = {"invitation": invitation, "found": "hindered", "reason": reason}
    return render(request, "kms/invitation_dead.html", context, status=409)


def _log_refusal(request, invitation, said):
    """A line of the log. Of links that never were, one an hour for each network address: anybody can make them up."""
    if invitation is None and not cache.add(f"invitation:{address_of(request)}", True, AN_HOUR):
        return
    key = invitation.pk if invitation else None
    audit(AuditEntry.Kind.INVITATION, request=request, subject=("invitation", key), detail=f"link refused: {said}")


def _with_account(request, context):
    """The owner of the address has an account: he logs in, then accepts with it."""
    if request.method == "POST" and request.user.is_authenticated:
        return _accepted(request, context["invitation"], account=context["account"])
    return render(request, "kms/invitation_accept.html", context)


def _new_account(request, context):
    invitation = context["invitation"]
    begun = {"email": invitation.email, "name": invitation.name, "language": invitation.language}
    form = AcceptForm(request.POST or None, initial=begun)
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("name", "language", "password")}
        return _accepted(request, invitation, **given)
    return render(request, "kms/invitation_accept.html", {**context, "form": form})


def _accepted(request, invitation, **answer):
    try:
        held = seats.accept(invitation, **answer)
    except CannotAccept as refusal:
        invitation.refresh_from_db()
        if invitation.state_of_things != "pending":
            return _dead(request, invitation)
        return _hindered(request, invitation, refusal)
    said = _("Welcome, %(name)s. You are here as %(standing)s.")
    messages.success(request, said % {"name": held.account, "standing": held.account.standing})
    return redirect("kms:desk") if request.user.is_authenticated else sign_in(request, held.account)
