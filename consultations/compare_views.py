"""Pages that say what became of an edition's text in the next one."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from consultations.changed import items_of
from consultations.changed_rows import Rows
from consultations.compare_forms import CompareForm
from consultations.comparing import address_of, compared, earlier_editions, kept
from core.caching import allow_keeping, kept_for_visitors
from core.dates import today
from core.freshness import remembered
from events.dossier import audience_of
from members.access import Action, can, public
from training.models import Chapter, Edition
from training.reading import place_of


def _edition(request, slug, number):
    editions = Edition.objects.visible_to(request.user).for_detail()
    return get_object_or_404(editions, work__slug=slug, number=number)


def _asked(request):
    form = CompareForm(request.GET)
    if not form.is_valid():
        raise Http404
    return form


def _chosen(earlier, number):
    """The edition of a number among earlier ones; the usual one where none is asked, None where there is none."""
    if number is None:
        return next(iter(earlier), None)
    found = next((edition for edition in earlier if edition.number == number), None)
    if found is None:
        raise Http404
    return found


def _compared(request, old, new):
    """Their Comparison, counted once as long as both texts stay as they are."""
    keep = kept(old, new)
    return compared(old, new, keep or (lambda make: remembered(request, f"compared-{old.pk}-{new.pk}", make)))


def _frame(new, old, user):
    """What both pages say around the comparison."""
    return {
        "edition": new,
        "publication": new.work,
        "place": place_of(new),
        "old": old,
        "audience": audience_of([one for one in (new, new.work, old) if one]),
        "asked_on": today(),
        "reads_comments": can(user, Action.READ_COMMENTS),
    }


@require_safe
@public
@kept_for_visitors
def edition_compare(request, slug, number):
    """What changed since an earlier edition, chapter by chapter."""
    edition, form = _edition(request, slug, number), _asked(request)
    if form.other and form.other > number:
        later = reverse("consultations:edition_compare", args=[slug, _edition(request, slug, form.other).number])
        return redirect(f"{later}?{urlencode({'with': number})}")
    earlier = earlier_editions(edition, request.user)
    old = _chosen(earlier, form.other)
    context = _frame(edition, old, request.user) | {"earlier": earlier}
    context["comparison"] = _compared(request, old, edition) if old else None
    return allow_keeping(render(request, "consultations/edition_compare.html", context), form.canonical)


@require_safe
@public
@kept_for_visitors
def chapter_compare(request, slug, number, order):
    """What changed in a chapter, paragraph by paragraph: of an edition since an earlier one; or of one that has no
    chapter like it any more, in the later edition that is asked."""
    user, form = request.user, _asked(request)
    chapters = Chapter.objects.visible_to(user).for_detail()
    chapter = get_object_or_404(chapters, edition__work__slug=slug, edition__number=number, order=order)
    new = _edition(request, slug, form.other) if form.other and form.other > number else chapter.edition
    old = chapter.edition if new is not chapter.edition else _chosen(earlier_editions(new, user), form.other)
    if old is None:
        return redirect("consultations:edition_compare", slug, number)
    comparison = _compared(request, old, new)
    row = comparison.row_of(chapter)
    if row.now and row.now != chapter:
        return redirect(address_of(comparison, row.now.order))
    items = items_of(comparison, row, user, everything=form.everything)
    query = f"?{form.canonical}" if form.canonical else ""
    rows = Rows(comparison, row, items, user=user, query=query, everything=form.everything)
    before, after = comparison.around(row)
    context = _frame(new, old, user) | {
        "chapter": chapter, "row": row, "comparison": comparison, "before": before, "after": after,
        "everything": form.everything, "text": rows.html(),
    }  # fmt: skip
    return allow_keeping(render(request, "consultations/chapter_compare.html", context), form.canonical)
