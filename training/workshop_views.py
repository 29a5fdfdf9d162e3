"""Pages on which the secretariat begins an edition, writes its chapters and lets it out."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.inputs import READ_AND_WRITE, keys_of, posted
from members.access import Action, allow, require
from moderation.refusals import Refused
from reference.models import MemberState
from training import actions
from training.models import Chapter, Edition, Publication
from training.workshop import Sheet, chapters_with_states, missing, who_will_read, writing_url
from training.workshop_forms import ChapterEditForm, ChapterForm, EditionForm, PlaceForm

UNTIL_SUPERSEDED = {"chapter_edit", "paragraph_translate"}
WHILE_DRAFTED = {"chapter_move", "paragraph_add", "paragraph_edit", "paragraph_kind", "paragraph_merge"}
WHILE_DRAFTED |= {"paragraph_move", "paragraph_remove", "paragraph_split"}


def _edition(request, slug, number):
    """An edition that the reader may write."""
    editions = Edition.objects.visible_to(request.user).for_detail()
    edition = get_object_or_404(editions, work__slug=slug, number=number)
    require(request.user, Action.WRITE_MANUAL, edition)
    return edition


def _chapter(request, slug, number, order):
    """A chapter of such an edition."""
    chapters = Chapter.objects.visible_to(request.user).for_detail()
    chapter = get_object_or_404(chapters, edition__work__slug=slug, edition__number=number, order=order)
    require(request.user, Action.WRITE_MANUAL, chapter.edition)
    return chapter


def _chosen(request, slug, number, order):
    """The same for an act that moves chapters: by its key, since another one has its number afterwards; or None."""
    edition = _edition(request, slug, number)
    keys = keys_of([request.GET.get("key", "")])
    chapters = Chapter.objects.of(edition).for_detail()
    return (chapters.with_key(keys[0]) if keys else chapters.numbered(order)).first()


def _gone(request, slug, number):
    messages.error(request, _("Nothing was changed: the chapter has left this edition."))
    return redirect("training:edition_write", slug, number)


def stays_as_it_is(edition, act):
    """Whether nothing can come of an act: most need an edition that is drafted, others one that is not superseded."""
    if act in UNTIL_SUPERSEDED:
        return edition.status == Edition.Status.SUPERSEDED
    return act in WHILE_DRAFTED and not edition.is_drafted


def fixed_page(request, chapter, back):
    """In the place of a form that would be refused: why, and where the change goes instead."""
    context = {"chapter": chapter, "edition": chapter.edition, "back": back}
    return render(request, "training/text_fixed.html", context)


def _workshop(edition):
    return redirect("training:edition_write", edition.work.slug, edition.number)


@require_http_methods(READ_AND_WRITE)
@allow(Action.WRITE_MANUAL)
def edition_start(request, slug):
    """Begin the next edition of a publication."""
    works = Publication.objects.visible_to(request.user)
    work = get_object_or_404(works, slug=slug)
    require(request.user, Action.WRITE_MANUAL, work)
    editions = Edition.objects.visible_to(request.user).of(work).newest_first()
    newest = max(editions, key=lambda edition: (edition.status == Edition.Status.FINAL, edition.number), default=None)
    following = editions.last_number() + 1
    begun = {"based_on": newest, "language": newest.language if newest else work.language, "number": following}
    form = EditionForm(posted(request), initial=begun | {"label": work.label}, work=work, editions=editions)
    if form.is_bound and form.is_valid():
        try:
            edition = actions.start_edition(work=work, by=request.user, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Begun. Only the secretariat sees it until it is published."))
            return _workshop(edition)
    context = {"work": work, "form": form, "following": following, "newest": newest}
    return render(request, "training/edition_start.html", context)


@require_http_methods(READ_AND_WRITE)
@allow(Action.WRITE_MANUAL)
def edition_write(request, slug, number):
    """How far an edition is; a new chapter for it."""
    edition = _edition(request, slug, number)
    form = ChapterForm(posted(request))
    if form.is_bound and form.is_valid():
        try:
            chapter = actions.add_chapter(edition=edition, title=form.cleaned_data["title"], by=request.user, once=True)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Added as the last chapter. Load its text, or write it here."))
            return redirect(writing_url(chapter))
    rows, states = chapters_with_states(edition)
    keeps, lacks = missing(edition, rows, states)
    context = {"edition": edition, "rows": rows, "states": states, "keeps": keeps, "lacks": lacks, "form": form}
    return render(request, "training/edition_write.html", context)


@require_http_methods(READ_AND_WRITE)
@allow(Action.WRITE_MANUAL)
def edition_finalise(request, slug, number):
    """What becomes of an edition that is made final, and the button."""
    edition = _edition(request, slug, number)
    rows, states = chapters_with_states(edition)
    if request.method == "POST":
        try:
            actions.finalise(edition=edition, by=request.user)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("training:edition_finalise", slug, number)
        messages.success(request, _("Final and published. Whoever watches the publication or its themes is told."))
        return redirect(edition)
    keeps, lacks = missing(edition, rows, states)
    context = {"edition": edition, "keeps": keeps, "lacks": lacks, "before": actions.overtaken_by(edition)}
    context["readers"] = who_will_read(edition)
    return render(request, "training/edition_finalise.html", context)


@require_safe
@allow(Action.WRITE_MANUAL)
def chapter_write(request, slug, number, order):
    """The paragraphs of a chapter, each with what can be done with it."""
    chapter = _chapter(request, slug, number, order)
    begin = next(iter(keys_of([request.GET.get("from", "")])), 1)
    sheet = Sheet(chapter, max(begin, 1))
    last = Chapter.objects.of(chapter.edition).last_order()
    context = {"chapter": chapter, "edition": chapter.edition, "sheet": sheet}
    context |= {"earlier": order - 1, "later": order + 1 if order < last else 0}
    return render(request, "training/chapter_write.html", context)


@require_http_methods(READ_AND_WRITE)
@allow(Action.WRITE_MANUAL)
def chapter_edit(request, slug, number, order):
    """Title, audience and steward of a chapter."""
    chapter = _chapter(request, slug, number, order)
    if request.method != "POST" and stays_as_it_is(chapter.edition, "chapter_edit"):
        return fixed_page(request, chapter, writing_url(chapter))
    form = ChapterEditForm(posted(request), chapter=chapter, states=MemberState.objects.by_name())
    if form.is_bound and form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            actions.edit_chapter(chapter=chapter, by=request.user, seen=seen, **form.values)
        except Refused as refused:
            form.add_error(None, str(refused))
            chapter = _chapter(request, slug, number, order)
            form.data = form.data.copy()
            form.data["seen"] = actions.standing_of(chapter)
        else:
            messages.success(request, _("Saved."))
            return _workshop(chapter.edition)
    context = {"chapter": chapter, "edition": chapter.edition, "form": form}
    return render(request, "training/chapter_edit.html", context)


@require_http_methods(READ_AND_WRITE)
@allow(Action.WRITE_MANUAL)
def chapter_move(request, slug, number, order):
    """Put a chapter at another place."""
    chapter = _chosen(request, slug, number, order)
    if chapter is None:
        return _gone(request, slug, number)
    if request.method != "POST" and stays_as_it_is(chapter.edition, "chapter_move"):
        return fixed_page(request, chapter, writing_url(chapter))
    form = PlaceForm(posted(request), initial={"order": order})
    if form.is_bound and form.is_valid():
        try:
            moved = actions.move_chapter(chapter=chapter, order=form.cleaned_data["order"], by=request.user)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            said = _("Moved: it is chapter %(order)d now, and the numbers of its paragraphs follow.")
            messages.success(request, said % {"order": moved.order})
        return _workshop(chapter.edition)
    context = {"chapter": chapter, "edition": chapter.edition, "form": form}
    return render(request, "training/chapter_move.html", context)


@require_http_methods(READ_AND_WRITE)
@allow(Action.WRITE_MANUAL)
def chapter_remove(request, slug, number, order):
    """Take an empty chapter out."""
    chapter = _chosen(request, slug, number, order)
    if chapter is None:
        return _gone(request, slug, number)
    if request.method == "POST":
        try:
            actions.remove_chapter(chapter=chapter, by=request.user)
            messages.success(request, _("Removed. The chapters behind it have moved up."))
        except Refused as refused:
            messages.error(request, str(refused))
        return _workshop(chapter.edition)
    context = {"chapter": chapter, "edition": chapter.edition, "paragraph_count": chapter.placed.count()}
    return render(request, "training/chapter_remove.html", context)
