"""Pages of the seats: the board of the States, a State's seat, handing it over, ending mandates and access."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.dates import Precision, say_date
from kms import seats
from kms.invitation_views import offers
from kms.seat_board import board, board_file, expert_of, seat_of
from kms.seat_forms import EndForm, HandOverForm
from kms.seats import Seat
from members.access import Action, allow, can, require, signed_in
from members.actions import confirm_mandate, end_access, until_without
from members.models import Mandate
from reference.models import MemberState


@require_safe
@allow(Action.MANAGE_ACCOUNTS)
def seat_board(request):
    """The seats of all States: who holds them, which are vacant, which end soon."""
    return render(request, "kms/seat_board.html", board(request.user, request.GET))


@require_safe
@allow(Action.MANAGE_ACCOUNTS)
def seat_export(request, form):
    """The same as a table."""
    return board_file(request, form)


@require_safe
@allow(Action.INVITE_COLLEAGUES)
def seat_detail(request, slug):
    """A State's seat: its people now and before, who is invited, and what may be done."""
    state = _state(request.user, slug)
    require(request.user, Action.INVITE_COLLEAGUES, Seat(state.pk))
    seat = seat_of(request.user, state)
    context = {
        "state": state,
        **seat,
        "offers": offers(request.user, state, is_filled=seat["focal_point"] is not None),
        "may_hand_over": can(request.user, Action.HAND_OVER_SEAT, Seat(state.pk)),
        "sees_board": can(request.user, Action.MANAGE_ACCOUNTS),
    }
    return render(request, "kms/seat_detail.html", context)


def _state(user, slug):
    return get_object_or_404(MemberState.objects.visible_to(user).participating().for_list(), slug=slug)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Action.HAND_OVER_SEAT)
def seat_hand_over(request, slug):
    """Name the next holder of a seat, and the day."""
    state = _state(request.user, slug)
    require(request.user, Action.HAND_OVER_SEAT, Seat(state.pk))
    seat = seat_of(request.user, state)
    holder, context = seat["focal_point"], {"state": state, **seat}
    if holder is None or seats.successor_of(holder):
        context["successor"] = holder and seats.successor_of(holder)
        return render(request, "kms/seat_hand_over.html", context)
    form = HandOverForm(
        request.POST or None,
        request.FILES or None,
        mandate=holder,
        note_needed=can(request.user, Action.MANAGE_ACCOUNTS),
        initial={"language": seats.language_of(state)},
    )
    if form.is_valid() and (said := _handed_over(form, holder, by=request.user)):
        messages.success(request, said)
        return _after_hand_over(request.user, state)
    return render(request, "kms/seat_hand_over.html", {**context, "form": form})


def _after_hand_over(user, state):
    """The seat again; his desk for who no longer holds it."""
    speaks = any(mandate.state_id == state.pk for mandate in user.mandates.in_force())  # read anew
    may_look = speaks or can(user, Action.MANAGE_ACCOUNTS)
    return redirect("kms:seat_detail", state.slug) if may_look else redirect("kms:desk")


def _handed_over(form, holder, *, by):
    """Do what a valid form says; what was done, or "" where it was refused, which the form then shows."""
    given = form.cleaned_data
    try:
        if given["taker"] is None:
            seats.check_no_gap(holder, given["first_day"])
            seats.invite(form.invitation(), note=form.note, by=by)
            return _("%(name)s is invited to the seat. It changes hands once the invitation is accepted.") % given
        days = {"first_day": given["first_day"], "until": given["until"]}
        seats.hand_over(holder, taker=given["taker"], text=given["note_text"], note=form.note, **days, by=by)
    except ValidationError as error:
        form.refuse(error)
        return ""
    words = {"name": given["taker"], "day": say_date(given["first_day"], Precision.DAY)}
    return _("%(name)s holds the seat from %(day)s. Both get a letter.") % words


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Action.END_ACCESS)
def mandate_end(request, key):
    """Give a mandate a last day, or take one back that has not begun."""
    mandate = get_object_or_404(Mandate.objects.visible_to(request.user).for_list(), pk=key)
    if not seats.may_end(request.user, mandate):
        raise PermissionDenied
    if not mandate.has_begun:
        return _take_back(request, mandate)
    form = EndForm(request.POST or None)
    if form.is_valid():
        try:
            seats.end_mandate(mandate, **form.cleaned_data, by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _ended(mandate, form.cleaned_data))
            return redirect(mandate)
    return render(request, "kms/mandate_end.html", {"mandate": mandate, "form": form})


def _ended(mandate, given):
    if given["close"]:
        return _("%(name)s no longer logs in. What this person wrote stays.") % {"name": mandate.person}
    words = {"name": mandate.person, "day": say_date(given["last_day"], Precision.DAY)}
    return _("The mandate of %(name)s ends with %(day)s.") % words


def _take_back(request, mandate):
    """The page that asks once, or the answer to it."""
    if request.method == "POST":
        seats.take_back(mandate, by=request.user)
        messages.success(request, _("It is taken back: %(name)s does not get the mandate.") % {"name": mandate.person})
        return redirect(mandate)
    until = until_without(mandate.follows, mandate.since) if mandate.follows else None
    return render(request, "kms/mandate_take_back.html", {"mandate": mandate, "until": until})


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Action.END_ACCESS)
def access_end(request, slug, key):
    """Keep an expert of a State out."""
    state = _state(request.user, slug)
    require(request.user, Action.END_ACCESS, Seat(state.pk))
    expert = expert_of(request.user, state, key)
    if not expert.may_end:
        raise PermissionDenied
    if request.method == "POST":
        end_access(expert.person, by=request.user)
        said = _("%(name)s no longer logs in. What this person wrote stays.")
        messages.success(request, said % {"name": expert.person})
        return redirect("kms:seat_detail", state.slug)
    return render(request, "kms/access_end.html", {"state": state, "person": expert.person})


@require_POST
@signed_in
def mandate_confirm(request, key):
    """The holder says that the mandate still holds."""
    mandate = get_object_or_404(Mandate.objects.visible_to(request.user).for_list(), pk=key)
    if mandate not in request.user.mandates_in_force:
        raise PermissionDenied
    confirm_mandate(mandate, by=request.user)
    messages.success(request, _("Thank you: it is noted that the mandate still holds."))
    return redirect(mandate)
