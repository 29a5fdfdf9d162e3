"""Pages on which publications are read."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.caching import allow_keeping, kept_for_visitors
from core.dates import today
from core.freshness import remembered
from core.history import history_page
from core.languages import content_language, localized
from core.text import fold
from members.access import Action, allow, can, public, require, signed_in
from training.actions import mark_chapter_read
from training.contents import contents_of
from training.filters import ReadForm, language_asked
from training.finding import find, found_rows
from training.models import Chapter, Edition, EditionParagraph, Publication
from training.reading import (
    current_of,
    place_of,
    publications_for,
    sizes_of,
    standing_in,
    terms_of,
    text_of,
)


def _edition(request, slug, number):
    editions = Edition.objects.visible_to(request.user).for_detail()
    return get_object_or_404(editions, work__slug=slug, number=number)


def _chapter(request, slug, number, order):
    chapters = Chapter.objects.visible_to(request.user).for_detail()
    return get_object_or_404(chapters, edition__work__slug=slug, edition__number=number, order=order)


def _frame(edition, user):
    """What every page of an edition says around its text."""
    return {
        "edition": edition,
        "publication": edition.work,
        "place": place_of(edition),
        "current": current_of(edition.work, user) if edition.status == Edition.Status.SUPERSEDED else None,
        "may_write": can(user, Action.WRITE_MANUAL),
    }


@require_safe
@public
@kept_for_visitors
def publication_list(request):
    """The manual, the standards and the protocols, each with the edition that holds."""
    user = request.user
    context = {"publications": publications_for(user), "may_write": can(user, Action.WRITE_MANUAL)}
    return allow_keeping(render(request, "training/publication_list.html", context), "")


@require_safe
@public
@kept_for_visitors
def publication_detail(request, slug):
    """One publication with its editions."""
    user = request.user
    found = publications_for(user, Publication.objects.visible_to(user).called(slug).for_list())
    if not found:
        raise Http404
    publication, editions = found[0]
    context = {
        "publication": publication,
        "editions": editions,
        "term_count": len(terms_of(publication, user)),
        "may_write": can(user, Action.WRITE_MANUAL),
        "may_read_history": can(user, Action.READ_HISTORY, publication),
        "may_curate": can(user, Action.CURATE, publication),
    }
    return allow_keeping(render(request, "training/publication_detail.html", context), "")


@require_safe
@allow(Action.READ_HISTORY)
def publication_history(request, slug):
    """Who changed what in a publication's record; the changes of its text are told at each paragraph."""
    publication = get_object_or_404(Publication.objects.visible_to(request.user), slug=slug)
    require(request.user, Action.READ_HISTORY, publication)
    page = history_page(publication, request.GET.get("page", "1"), request.user)
    return render(request, "components/history.html", page)


@require_safe
@public
@kept_for_visitors
def glossary(request, slug):
    """The words of a publication and what they mean, in the order of the reader's alphabet."""
    publication = get_object_or_404(Publication.objects.visible_to(request.user), slug=slug)
    terms = sorted(terms_of(publication, request.user), key=lambda term: fold(localized(term, "term")[0]))
    context = {"publication": publication, "terms": terms, "may_write": can(request.user, Action.WRITE_MANUAL)}
    return allow_keeping(render(request, "training/glossary.html", context), "")


@require_safe
@public
@kept_for_visitors
def edition_detail(request, slug, number):
    """The contents of an edition: its chapters, how far one has read, in which languages it is."""
    edition = _edition(request, slug, number)
    languages, counts = remembered(request, f"manual-sizes-{edition.pk}", lambda: sizes_of(edition))
    context = {
        **_frame(edition, request.user),
        "contents": contents_of(edition, request.user, counts),
        "languages": languages,
    }
    return allow_keeping(render(request, "training/edition_detail.html", context), "")


@require_safe
@public
def edition_search(request, slug, number):
    """The paragraphs of an edition that hold some words."""
    edition = _edition(request, slug, number)
    contents, found = contents_of(edition, request.user), find(edition, request.GET)
    context = {**_frame(edition, request.user), "found": found, "rows": found_rows(found, contents)}
    return render(request, "training/edition_search.html", context)


@require_safe
@public
@kept_for_visitors
def chapter_detail(request, slug, number, order):
    """One chapter: its paragraphs, each with its anchor and what stands beside it."""
    user = request.user
    chapter = _chapter(request, slug, number, order)
    language, query = language_asked(request.GET)
    contents = contents_of(chapter.edition, user)
    before, after = contents.around(chapter)
    text = text_of(chapter, user, language, content_language(), reverse("training:glossary", args=[slug]))
    context = {
        **_frame(chapter.edition, user),
        "chapter": chapter,
        "contents": contents,
        "contents_list": contents.html(chapter.edition, chapter, text.headings, query),
        "before": before,
        "after": after,
        "text": text,
        "audience": text.audience,
        "asked_on": today(),
        "query": query,
        "is_read": user.is_authenticated and chapter.pk in contents.read,
    }
    return allow_keeping(render(request, "training/chapter_detail.html", context), query.removeprefix("?"))


@require_POST
@signed_in
def chapter_mark_read(request, slug, number, order):
    """Note that I have read a chapter, or take that back."""
    chapter = _chapter(request, slug, number, order)
    form = ReadForm(request.POST)
    if not form.is_valid():
        raise BadRequest
    read = form.cleaned_data["read"] == "1"
    mark_chapter_read(chapter=chapter, by=request.user, read=read)
    said = _("Chapter %(number)d is marked as read.") if read else _("Chapter %(number)d counts as unread again.")
    messages.success(request, said % {"number": chapter.order})
    _language, query = language_asked(request.GET)
    return redirect(f"{chapter.get_absolute_url()}{query}#read")


@require_safe
@public
def paragraph_detail(request, slug, number, serial):
    """The permanent address of a paragraph: on to where it stands in this edition, or to what it became part of."""
    edition = _edition(request, slug, number)
    placed = standing_in(edition, serial, request.user)
    return redirect(placed) if placed else _left(request, edition, serial)


def _left(request, edition, serial):
    """Where a paragraph that is not in this edition stands, among those that the reader may know of."""
    rows = EditionParagraph.objects.visible_to(request.user).within(edition.work).called(serial)
    elsewhere = list(rows.select_related("paragraph").beyond(edition))
    if not elsewhere:
        raise Http404
    before = [row for row in elsewhere if row.edition.number < edition.number]
    context = {"paragraph": elsewhere[0].paragraph, "elsewhere": elsewhere, "before": next(iter(before), None)}
    return render(request, "training/paragraph_left.html", _frame(edition, request.user) | context, status=404)
