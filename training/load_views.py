"""Pages on which the secretariat loads a text for a chapter and confirms what becomes of it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.inputs import READ_AND_WRITE, keys_of
from core.languages import language_name
from members.access import Action, allow, require
from moderation.refusals import Refused
from training.load_forms import NEW, ConfirmForm, LoadForm
from training.load_plan import Plan
from training.load_remarks import sentence_of
from training.load_rows import lines_of, parts_of, shown_in, summary_of
from training.loading import ChangedSince, apply_load, correct_load, discard_load, is_applied, start_load
from training.models import ChapterLoad, Edition
from training.workshop import writing_url
from training.workshop_views import stays_as_it_is


@require_http_methods(READ_AND_WRITE)
@allow(Action.WRITE_MANUAL)
def chapter_load(request, slug, number):
    """Load a file or a pasted text into a chapter, new or there, of an edition."""
    editions = Edition.objects.visible_to(request.user).for_detail()
    edition = get_object_or_404(editions, work__slug=slug, number=number)
    require(request.user, Action.WRITE_MANUAL, edition)
    if edition.status == Edition.Status.SUPERSEDED:
        messages.error(request, _("Nothing is loaded into this edition any more: a later one has taken its place."))
        return redirect(edition)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    begun = {"into": request.GET.get("chapter") or NEW, "language": request.GET.get("language") or edition.language}
    form = LoadForm(data, files, edition=edition, initial=begun)
    if form.is_bound and form.is_valid() and (load := _started(request.user, form)):
        return redirect("training:load_confirm", load.pk)
    waiting = ChapterLoad.objects.visible_to(request.user).of(edition).by(request.user).waiting().for_detail()
    return render(request, "training/chapter_load.html", {"edition": edition, "form": form, "waiting": waiting})


def _started(user, form):
    """The load that a form begins, or None where it is refused, which the form then says."""
    names = ("chapter", "language", "parsed", "filename", "title")
    try:
        return start_load(edition=form.edition, by=user, **{name: form.cleaned_data[name] for name in names})
    except Refused as refused:
        form.add_error(None, str(refused))
        return None


@require_http_methods(READ_AND_WRITE)
@allow(Action.WRITE_MANUAL)
def load_confirm(request, key):
    """What becomes of a loaded text, paragraph by paragraph: corrected, applied or thrown away."""
    loads = ChapterLoad.objects.visible_to(request.user).by(request.user).for_detail()
    load = get_object_or_404(loads, pk=key)
    require(request.user, Action.WRITE_MANUAL, load.edition)
    if is_applied(load):
        messages.info(request, _("This text is loaded already."))
        return redirect(_result(load.chapter, load.edition))
    if request.POST.get("do") == "discard":
        return _discarded(request, load)
    plan = Plan(load)
    parts = parts_of(plan.entries)
    at = _page(request.GET.get("page", ""), len(parts))
    rows = parts[at - 1]
    form = ConfirmForm(request.POST if request.method == "POST" else None, plan=plan, entries=shown_in(rows))
    if form.is_bound and form.is_valid():
        return _corrected(request, load, form, at)
    return _confirm_page(request, plan, form, rows, at, len(parts))


def _page(said, last):
    at = next(iter(keys_of([said])), 1)
    return max(1, min(at, last))


def _confirm_page(request, plan, form, rows, at, last):
    load = plan.load
    pages = range(1, last + 1) if last > 1 else []
    context = {
        "load": load, "edition": load.edition, "chapter": load.chapter, "plan": plan, "form": form, "at": at,
        "pages": pages, "lines": lines_of(rows, form, plan), "summary": summary_of(plan),
        "remarks": list(map(sentence_of, load.remarks)),
        "in_language": language_name(load.language),
        "is_late": stays_as_it_is(load.edition, "paragraph_translate" if plan.is_translation else "paragraph_edit"),
    }  # fmt: skip
    return render(request, "training/load_confirm.html", context)


def _corrected(request, load, form, at):
    """Keep the corrections of a page; apply the load where that was asked and nothing else would change by them."""
    corrections, here = form.corrections, f"{reverse('training:load_confirm', args=[load.pk])}?page={at}"
    if any(corrections[name] for name in ("kinds", "matches", "kept")) or corrections["title"] != load.title:
        load = correct_load(load=load, by=request.user, **corrections)
    if "page" in request.POST:  # turning the page keeps what was corrected on this one
        asked = urlencode({"page": request.POST["page"]})
        return redirect(f"{reverse('training:load_confirm', args=[load.pk])}?{asked}")
    if request.POST.get("do") != "apply":
        messages.success(request, _("Your corrections are kept. Nothing is in the edition yet."))
        return redirect(here)
    if corrections["matches"]:
        messages.info(request, _("The text was matched anew by your corrections. Look once more, then apply it."))
        return redirect(here)
    return _applied(request, load, form.plan, here)


def _applied(request, load, plan, here):
    try:
        chapter = apply_load(load=load, seen=request.POST.get("seen", ""), by=request.user)
    except ChangedSince as refused:
        messages.warning(request, str(refused))
        return redirect(here)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(here)
    numbers = ", ".join(f"{n} {said}" for n, said in summary_of(plan))
    messages.success(
        request, _("Loaded (%(numbers)s). Every change is in the history of its paragraph.") % {"numbers": numbers}
    )
    return redirect(_result(chapter, load.edition))


def _result(chapter, edition):
    if chapter is None:
        return reverse("training:edition_write", args=[edition.work.slug, edition.number])
    chapter.edition = edition
    return writing_url(chapter)


def _discarded(request, load):
    discard_load(load=load, by=request.user)
    messages.success(request, _("Thrown away. The edition is as it was."))
    return redirect("training:chapter_load", load.edition.work.slug, load.edition.number)
