"""Pages on which consultations are found and read, and on which the secretariat opens and tends them."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations import consulting
from consultations.consulting_forms import ConsultationForm, ExtensionForm
from consultations.lists import page_of
from consultations.models import Consultation, Extension
from consultations.reminders import invited
from consultations.standing import changes_today, numbers_of, places_of
from core.caching import allow_keeping, kept_for_visitors
from core.inputs import READ_AND_WRITE, posted
from members.access import Action, allow, can, public, require
from moderation.refusals import Refused
from reference.models import MemberState
from training.models import Chapter, Edition
from training.reading import place_of
from training.workshop import who_will_read


def _consultation(request, key):
    """One that the reader may know of."""
    return get_object_or_404(Consultation.objects.visible_to(request.user).for_detail(), pk=key)


def _mine(request, key):
    """One that the reader may tend."""
    consultation = _consultation(request, key)
    require(request.user, Action.CONSULT, consultation.edition)
    return consultation


def _extensions(request, consultation):
    return Extension.objects.visible_to(request.user).of(consultation).for_list()


@require_safe
@public
@kept_for_visitors
def consultation_list(request):
    """All consultations, the latest first: which are open, until when, on what."""
    now = timezone.now()
    page = page_of(Consultation.objects.visible_to(request.user).for_list(), request.GET.get("page", "1"))
    if page is None:
        raise Http404
    context = {"page": page, "may_consult": can(request.user, Action.CONSULT)}
    answer = render(request, "consultations/consultation_list.html", context)
    return allow_keeping(answer, None if changes_today(page.rows, now) else "")


@require_safe
@public
@kept_for_visitors
def consultation_detail(request, key):
    """What is asked, of whom, by when; for who takes part what waits for him."""
    now, user = timezone.now(), request.user
    consultation = _consultation(request, key)
    context = {
        "consultation": consultation,
        "edition": consultation.edition,
        "place": place_of(consultation.edition),
        "places": places_of(consultation, user),
        "numbers": numbers_of(consultation, user),
        "extensions": _extensions(request, consultation),
        "may_read": can(user, Action.READ_COMMENTS),
        "may_consult": can(user, Action.CONSULT, consultation.edition),
    }
    if consultation.closed:
        later = Edition.objects.visible_to(user).of(consultation.edition.work).newest_first().first()
        context["later"] = later if later and later.number > consultation.edition.number else None
    answer = render(request, "consultations/consultation_detail.html", context)
    return allow_keeping(answer, None if changes_today([consultation], now) else "")


def _form(request, edition, consultation=None):
    chapters = Chapter.objects.visible_to(request.user).of(edition).in_order()
    states = MemberState.objects.visible_to(request.user).participating().by_name()
    asked = {"chapters": chapters, "states": states, "consultation": consultation}
    return ConsultationForm(posted(request), edition=edition, **asked)


@require_http_methods(READ_AND_WRITE)
@allow(Action.CONSULT)
def consultation_open(request, slug, number):
    """Ask the States to comment on an edition."""
    editions = Edition.objects.visible_to(request.user).for_detail()
    edition = get_object_or_404(editions, work__slug=slug, number=number)
    require(request.user, Action.CONSULT, edition)
    form = _form(request, edition)
    if form.is_bound and form.is_valid():
        try:
            consultation = consulting.open_consultation(edition=edition, by=request.user, **form.values)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _said_of_opening(consultation))
            return redirect(consultation)
    context = {"form": form, "edition": edition, "place": place_of(edition), "readers": who_will_read(edition)}
    return render(request, "consultations/consultation_open.html", context)


def _said_of_opening(consultation):
    if consultation.stage == Consultation.Stage.COMING:
        return _("It opens on the day that you chose. The Focal Points and alternates are told then.")
    return _("It is open. The Focal Points and alternates of the States that are asked are told.")


@require_http_methods(READ_AND_WRITE)
@allow(Action.CONSULT)
def consultation_edit(request, key):
    """Ask something else, of others, or by another day."""
    consultation = _mine(request, key)
    form = _form(request, consultation.edition, consultation)
    if form.is_bound and form.is_valid():
        try:
            changed = consulting.edit_consultation(consultation=consultation, by=request.user, **form.values)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _said_of_change(consultation, changed))
            return redirect(changed)
    context = {"form": form, "consultation": consultation, "edition": consultation.edition}
    return render(request, "consultations/consultation_edit.html", context)


def _said_of_change(before, now):
    if before.closes != now.closes and now.stage == Consultation.Stage.OPEN:
        return _("Saved. The States whose day of closing is another one now are told.")
    return _("Saved.")


@require_http_methods(READ_AND_WRITE)
@allow(Action.CONSULT)
def consultation_extend(request, key):
    """Let one State comment for longer."""
    consultation = _mine(request, key)
    form = ExtensionForm(posted(request), states=invited(consultation).by_name())
    if form.is_bound and form.is_valid():
        try:
            given = consulting.extend(consultation=consultation, by=request.user, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            said = _("%(state)s has more time; its Focal Point and alternates are told.")
            messages.success(request, said % {"state": given.state})
            return redirect(consultation)
    context = {"form": form, "consultation": consultation, "edition": consultation.edition}
    context["extensions"] = _extensions(request, consultation)
    return render(request, "consultations/consultation_extend.html", context)


@require_http_methods(READ_AND_WRITE)
@allow(Action.CONSULT)
def consultation_withdraw(request, key):
    """Take back a consultation to which nobody has said anything."""
    consultation = _mine(request, key)
    if request.method == "POST":
        try:
            edition = consulting.withdraw_consultation(consultation=consultation, by=request.user)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect(consultation)
        if edition.is_drafted:
            messages.success(request, _("Withdrawn. The edition is a draft again, which only the secretariat sees."))
        else:
            messages.success(request, _("Withdrawn. The edition stays as it is."))
        return redirect(edition)
    context = {"consultation": consultation, "edition": consultation.edition}
    return render(request, "consultations/consultation_withdraw.html", context)
