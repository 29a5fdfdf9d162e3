"""Pages of invitations for those who send them: the list, a new one, many from a file, one of them."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.spreadsheets import table_file
from documents.models import Document
from kms import invitation_file, seats
from kms.invitation_file import FileForm, StillBad
from kms.seat_forms import InvitationForm
from members.access import Action, Role, allow, can
from members.actions import revoke
from members.invitations import OFFERING, may_withdraw, resend, roles_offered, states_offered
from members.models import Invitation

PER_PAGE = 50
SHOWN = {
    "pending": gettext_lazy("pending"),
    "expired": gettext_lazy("expired"),
    "accepted": gettext_lazy("accepted"),
    "revoked": gettext_lazy("revoked"),
}
MEANS = {
    Role.FOCAL_POINT: gettext_lazy(
        "Speaks for a State: proposes and releases its records, invites its people, hands the seat over."
    ),
    Role.ALTERNATE: gettext_lazy(
        "Stands in for the National Focal Point: proposes records and invites people, but does not hand the seat over."
    ),
    Role.EXPERT: gettext_lazy("Works for a State without a mandate: reads what is TLP:GREEN, and drafts proposals."),
    Role.PARTNER: gettext_lazy("Belongs to an organisation, not to a State: reads what is TLP:GREEN."),
}


@require_safe
@allow(Action.INVITE_COLLEAGUES)
def invitation_list(request):
    """Who was invited, by whom, and what became of it."""
    rows = Invitation.objects.visible_to(request.user)
    show = request.GET.get("show", "pending")
    page = Paginator(rows.that_are(show).for_list().latest_first(), PER_PAGE).get_page(request.GET.get("page"))
    counts, path = rows.counts(), reverse("kms:invitation_list")
    links = [(label, counts[name], f"{path}?show={name}", name == show) for name, label in SHOWN.items()]
    context = {
        "page": page,
        "links": [*links, (_("all"), sum(counts.values()), f"{path}?show=all", show not in SHOWN)],
        "show": show,
        "may_import": can(request.user, Action.INVITE_TO_SEAT),
    }
    return render(request, "kms/invitation_list.html", context)


def offers(user, state=None, *, is_filled=False):
    """[(role, address of the form, what it means)] of what somebody may invite to; with a State, to what of it.

    Who is to follow in a filled seat is named by handing it over.
    """
    path, query = reverse("kms:invitation_create"), {"state": state.slug} if state else {}
    left_out = {Role.PARTNER} if state else set()
    left_out |= {Role.FOCAL_POINT} if is_filled else set()
    roles = [role for role in roles_offered(user) if role not in left_out]
    return [(role, f"{path}?{urlencode({'role': role.value, **query})}", MEANS[role]) for role in roles]


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Action.INVITE_COLLEAGUES)
def invitation_create(request):
    """Invite somebody: first to what, then whom."""
    role = request.GET.get("role", "")
    if not role:
        return render(request, "kms/invitation_choice.html", {"offers": offers(request.user)})
    if role not in OFFERING:
        raise Http404
    if role not in roles_offered(request.user):
        raise PermissionDenied
    states = states_offered(request.user, role)
    initial = _begun(states, request.GET.get("state", ""))
    form = InvitationForm(request.POST or None, request.FILES or None, role=role, states=states, initial=initial)
    if form.is_valid() and (sent := _sent(form, by=request.user)):
        words = {"email": sent.email, "day": date_format(sent.expires)}
        messages.success(request, _("The invitation goes to %(email)s. Its link works until %(day)s.") % words)
        return redirect(sent)
    return render(request, "kms/invitation_create.html", {"form": form, "role": Role(role), "means": MEANS[role]})


def _begun(states, slug):
    """What the form begins with: the State that was asked for, or the only one, and its language."""
    found = [state for state in states if slug in ("", state.slug)]
    if len(found) != 1:
        return {}
    return {"state": found[0], "language": seats.language_of(found[0])}


def _sent(form, *, by):
    """The invitation of a valid form, sent; or None where it was refused, which the form then shows."""
    try:
        return seats.invite(form.invitation(), note=form.note, by=by)
    except ValidationError as error:
        form.refuse(error)
        return None


def _invitation(user, key):
    return get_object_or_404(Invitation.objects.visible_to(user).for_list(), uuid=key)


@require_safe
@allow(Action.INVITE_COLLEAGUES)
def invitation_detail(request, key):
    """One invitation: to what, by whom, until when, with the government's note."""
    invitation = _invitation(request.user, key)
    context = {
        "invitation": invitation,
        "notes": Document.objects.visible_to(request.user).of_invitation(invitation).official_first(),
        "may_withdraw": may_withdraw(request.user, invitation),
    }
    return render(request, "kms/invitation_detail.html", context)


@require_POST
@allow(Action.INVITE_COLLEAGUES)
def invitation_resend(request, key):
    """Send a new link, which ends the old one."""
    invitation = _invitation(request.user, key)
    if not may_withdraw(request.user, invitation):
        raise PermissionDenied
    words = {"email": invitation.email}
    if resend(invitation, by=request.user):
        messages.success(request, _("A new link goes to %(email)s. The old one no longer works.") % words)
    else:
        messages.error(request, _("Nothing was sent: this invitation has been accepted or revoked."))
    return redirect(invitation)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Action.INVITE_COLLEAGUES)
def invitation_revoke(request, key):
    """Make a link useless, after asking once."""
    invitation = _invitation(request.user, key)
    if not may_withdraw(request.user, invitation):
        raise PermissionDenied
    if request.method == "POST":
        if revoke(invitation, by=request.user):
            said = _("The invitation of %(name)s is revoked: its link no longer works.")
            messages.success(request, said % {"name": invitation.name})
        else:
            messages.error(request, _("Nothing was revoked: this invitation has been accepted or revoked."))
        return redirect(invitation)
    return render(request, "kms/invitation_revoke.html", {"invitation": invitation})


@require_safe
@allow(Action.INVITE_TO_SEAT)
def invitation_blank(request):
    """The empty file for many invitations."""
    return table_file("invitations", "csv", list(invitation_file.COLUMNS), [])


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Action.INVITE_TO_SEAT)
def invitation_import(request):
    """Many invitations from a file: looked at first, then sent, all or none."""
    context = {"columns": invitation_file.COLUMNS, "most_rows": invitation_file.MOST_ROWS}
    if "rows" in request.POST:
        return _send_file(request, context)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if form.is_valid():
        batch = uuid.uuid4()
        context |= _preview(invitation_file.checked(form.rows, batch=batch, by=request.user))
        context["packed"] = invitation_file.packed(form.rows, batch=batch, by=request.user)
    return render(request, "kms/invitation_import.html", {**context, "form": form})


def _preview(rows):
    """What the page shows of a file: its good rows, its bad ones, whether it may be sent."""
    bad = [row for row in rows if row.problems]
    return {"good": [row.invitation for row in rows if row.invitation], "bad": bad, "may_send": not bad}


def _send_file(request, context):
    try:
        rows, batch = invitation_file.unpacked(request.POST["rows"], by=request.user)
        sent = invitation_file.send_all(rows, batch=batch, by=request.user)
    except ValidationError as error:
        context["form"] = FileForm()
        messages.error(request, " ".join(error.messages))
        return render(request, "kms/invitation_import.html", context)
    except StillBad as still_bad:
        context |= {"form": FileForm(), "turned_bad": True, **_preview(still_bad.rows)}
        return render(request, "kms/invitation_import.html", context)
    if sent:
        said = ngettext("%(n)d invitation is on its way.", "%(n)d invitations are on their way.", sent)
        messages.success(request, said % {"n": sent})
    return redirect("kms:invitation_list")
