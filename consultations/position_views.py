"""Pages on which States say where they stand on a final edition, and the boards of what all of them say."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations.boards import Board, Line, act_of, board_file, page_of
from consultations.models import Adoption, Position
from consultations.position_forms import PositionForm, adoption_form, begun
from consultations.positions import is_adopted, record_adoption, take_position, why_not_stand
from consultations.rules import states_spoken_for
from core.history import history_page
from core.inputs import READ_AND_WRITE, posted
from core.templatetags.other_forms import DOWNLOADS
from members.access import Action, allow, can, require, signed_in
from moderation.refusals import Refused
from reference.models import MemberState
from training.models import Edition
from training.reading import place_of

FORM_PAGES = {Position: "consultations/position_take.html", Adoption: "consultations/adoption_record.html"}
SAID_ABOVE = ["version", "by", "at"]  # of each entry of a history: which, by whom, when
EXPORTS = {Position: "consultations:position_export", Adoption: "consultations:adoption_export"}


@dataclass(frozen=True)
class Told:
    """A record under a name of its own, for the page of its history."""

    pk: int
    name: str
    url: str

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return self.url


def _edition(request, slug, number):
    editions = Edition.objects.visible_to(request.user).for_detail()
    return get_object_or_404(editions, work__slug=slug, number=number)


def _standard(request, slug, number):
    """The same where it is a standard or protocol, which States adopt."""
    edition = _edition(request, slug, number)
    if not is_adopted(edition):
        raise Http404
    return edition


def _spoken_for(request):
    """The State for which the reader speaks: the one asked for where he speaks for several, else his own."""
    states = {state.slug: state for state in states_spoken_for(request.user, Action.TAKE_POSITION)}
    state = states.get(request.GET.get("state", next(iter(states), "")))
    if state is None:
        raise PermissionDenied
    return state


def _frame(model, edition):
    """What each of these pages says around its matter."""
    name = _("Adoption") if model is Adoption else _("Positions")
    return {
        "board_page": Told(edition.pk, name, page_of(model, edition)),
        "edition": edition,
        "publication": edition.work,
        "place": place_of(edition),
        "reason": why_not_stand(edition),
        "is_adopted": is_adopted(edition),
    }


def _board(request, model, edition, template):
    board, states = Board(model, edition, request.user), states_spoken_for(request.user, Action.TAKE_POSITION)
    said, args = [line.said for line in board.lines if line.said], [edition.work.slug, edition.number]
    context = {
        **_frame(model, edition),
        "board": board,
        "acts": [act_of(model, edition, state, spoken=board.says(state)) for state in states],
        "told_of": {row.state_id for row in said if can(request.user, Action.READ_HISTORY, row)},
        "downloads": [(*DOWNLOADS[form], reverse(EXPORTS[model], args=[*args, form])) for form in ("xlsx", "csv")],
    }
    return render(request, template, context)


@require_safe
@signed_in
def position_list(request, slug, number):
    """What each State says of an edition."""
    edition = _edition(request, slug, number)
    return _board(request, Position, edition, "consultations/position_list.html")


@require_safe
@signed_in
def position_export(request, slug, number, form):
    """The same as a table."""
    return board_file(Position, _edition(request, slug, number), request.user, form)


@require_safe
@signed_in
def adoption_board(request, slug, number):
    """How far each State has adopted a standard or protocol."""
    edition = _standard(request, slug, number)
    return _board(request, Adoption, edition, "consultations/adoption_board.html")


@require_safe
@signed_in
def adoption_export(request, slug, number, form):
    """The same as a table."""
    return board_file(Adoption, _standard(request, slug, number), request.user, form)


def _now(model, edition, state, user):
    """What a State says of an edition now, or None."""
    return model.objects.visible_to(user).of(edition).by_state(state).first()


def _refuse(form, refused, now):
    """Why nothing was recorded. Where somebody else was faster, what is on record stands above the form, which is then
    about that; returns the status."""
    form.add_error(None, str(refused))
    known = now.version if now else 0
    if form.cleaned_data["version"] == known:
        return 200
    form.data = form.data.copy()
    form.data["version"] = str(known)
    return 409


def _form_page(request, model, edition, state, form, *, now, status):
    line = Line(state, now) if now else None
    context = {**_frame(model, edition), "state": state, "now": line, "form": form, "back": page_of(model, edition)}
    return render(request, FORM_PAGES[model], context, status=status)


@require_http_methods(READ_AND_WRITE)
@allow(Action.TAKE_POSITION)
def position_take(request, slug, number):
    """Say one's State's position on a final edition, or change it."""
    edition = _edition(request, slug, number)
    state = _spoken_for(request)
    now, status = _now(Position, edition, state, request.user), 200
    form = PositionForm(posted(request), initial=begun(now))
    if form.is_bound and form.is_valid():
        try:
            row = take_position(edition=edition, state=state, by=request.user, **form.cleaned_data)
        except Refused as refused:
            now = _now(Position, edition, state, request.user)
            status = _refuse(form, refused, now)
        else:
            said = _("Recorded for %(state)s: %(position)s. Every member who reads the edition sees it.")
            messages.success(request, said % {"state": state, "position": row.get_kind_display()})
            return redirect(page_of(Position, edition))
    return _form_page(request, Position, edition, state, form, now=now, status=status)


@require_http_methods(READ_AND_WRITE)
@allow(Action.TAKE_POSITION)
def adoption_record(request, slug, number):
    """Say how far one's State has adopted a standard or protocol, with evidence."""
    edition = _standard(request, slug, number)
    state = _spoken_for(request)
    now, status = _now(Adoption, edition, state, request.user), 200
    form = adoption_form(posted(request), now=now, state=state, user=request.user)
    if form.is_bound and form.is_valid():
        try:
            row = record_adoption(edition=edition, state=state, by=request.user, **form.values)
        except Refused as refused:
            now = _now(Adoption, edition, state, request.user)
            status = _refuse(form, refused, now)
        else:
            said = _("Recorded for %(state)s: %(level)s. Every member who reads the edition sees it.")
            messages.success(request, said % {"state": state, "level": row.get_level_display()})
            return redirect(page_of(Adoption, edition))
    return _form_page(request, Adoption, edition, state, form, now=now, status=status)


def _history(request, model, edition, slug):
    """Who spoke for a State, and what was said before: for its own mandate-holders and the secretariat."""
    state = get_object_or_404(MemberState.objects.visible_to(request.user), slug=slug)
    row = get_object_or_404(model.objects.visible_to(request.user).of(edition).by_state(state))
    require(request.user, Action.READ_HISTORY, row)
    page = history_page(row, request.GET.get("page", "1"), request.user)
    above = {str(model._meta.get_field(name).verbose_name) for name in SAID_ABOVE}
    for entry in page["entries"]:
        entry.changes[:] = [change for change in entry.changes if change.label not in above]
    told = Told(row.pk, f"{state} · {edition}", page_of(model, edition))
    return render(request, "components/history.html", page | {"record": told})


@require_safe
@allow(Action.READ_HISTORY)
def position_history(request, slug, number, state):
    """What a State said of an edition before."""
    return _history(request, Position, _edition(request, slug, number), state)


@require_safe
@allow(Action.READ_HISTORY)
def adoption_history(request, slug, number, state):
    """How far a State had adopted a standard before."""
    return _history(request, Adoption, _standard(request, slug, number), state)
