"""Pages of the moderators: what waits for them, one thing with its reports, and what was decided."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.access import Action, allow, can, signed_in
from moderation.cases import acts_for, case_of, cases_of, queue_of
from moderation.flag_forms import ManyForm, OneForm
from moderation.flags import Edited, decide
from moderation.moderated import MODERATED
from moderation.refusals import Refused


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Action.MODERATE)
def flag_queue(request):
    """What waits for the moderators, the oldest first; one decision for those that are ticked."""
    listing, cases, form = _queue(request, data=request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        edited = _decide_all(request, form)
        if not edited:
            return redirect(request.get_full_path())
        listing, cases, form = _queue(request, initial={**form.cleaned_data, "picked": edited})
    picked = form["picked"].value() or []
    context = {"listing": listing, "cases": cases, "form": form, "picked": picked}
    return render(request, "moderation/flag_queue.html", context)


def _queue(request, **given):
    """(the page of the queue, its Cases, the form that decides on them)."""
    listing = queue_of(request)
    cases = cases_of(listing.page.rows, request.user)
    for case in cases:
        given.setdefault("initial", {})[f"version-{case.name}"] = case.version
    form = ManyForm(**given, acts=acts_for(cases), names=[case.name for case in cases])
    return listing, cases, form


def _decide_all(request, form):
    """The same act for each thing that was ticked; what cannot be done is said, and the rest is done.

    Returns the names of those that were edited since somebody read them.
    """
    done, edited = 0, []
    for name in form.cleaned_data["picked"]:
        kind, _dash, key = name.rpartition("-")
        said = {"name": form.cleaned_data["act"], "note": form.cleaned_data["note"]}
        try:
            decide(kind=kind, key=int(key), by=request.user, version=form.version_of(name), **said)
            done += 1
        except Refused as refused:
            messages.error(request, str(refused))
            edited += [name] if isinstance(refused, Edited) else []
    if done:
        words = ngettext("Done. Whom it concerns was told.", "Done, %(n)d times. Whom it concerns was told.", done)
        messages.success(request, words % {"n": done})
    return edited


def _case(request, kind, key):
    """One thing, where there is something of it for this reader; otherwise 404."""
    case = case_of(MODERATED[kind], key, request.user) if kind in MODERATED else None
    if case is None:
        raise Http404
    return case


@require_safe
@signed_in
def flag_detail(request, kind, key):
    """One thing: to moderators all of it and what they can do, to its author and who reported it what was decided."""
    case = _case(request, kind, key)
    moderates = can(request.user, Action.MODERATE)
    form = OneForm(acts=case.acts, initial={"version": case.version}) if case.acts else None
    context = {"case": case, "form": form, "moderates": moderates, "is_mine": _is_mine(case, request.user)}
    return render(request, "moderation/flag_detail.html", context)


def _is_mine(case, user):
    return case.thing.author == user if case.thing else bool(case.decisions)


@require_POST
@allow(Action.MODERATE)
def flag_decide(request, kind, key):
    """Decide on one thing."""
    case = _case(request, kind, key)
    form = OneForm(request.POST, acts=case.acts)
    if not form.is_valid():
        return _asked_again(request, case, form)
    act, given = form.acts[form.cleaned_data["act"]], {name: form.cleaned_data[name] for name in ("note", "version")}
    try:
        decide(kind=kind, key=key, name=act.name, by=request.user, **given)
        messages.success(request, f"{act.done} {_('Whom it concerns was told.')}")
    except Edited as edited:
        case = _case(request, kind, key)
        messages.error(request, str(edited))
        form = OneForm(acts=case.acts, initial={"act": act.name, **given, "version": case.version})
        return _asked_again(request, case, form)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("moderation:flag_detail", kind, key)


def _asked_again(request, case, form):
    context = {"case": case, "form": form, "moderates": True, "is_mine": _is_mine(case, request.user)}
    return render(request, "moderation/flag_detail.html", context)
