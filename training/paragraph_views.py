"""Pages of one act each on one paragraph: write, translate, split, merge, move, remove it, and what was done to it."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.inputs import READ_AND_WRITE, posted
from core.languages import language_name
from core.markdown import to_html
from events.models import Lesson
from members.access import Action, allow, require
from moderation.differences import marked
from moderation.refusals import Refused
from training import writing
from training.models import Chapter, Edition, EditionParagraph, Paragraph, ParagraphText
from training.paragraph_history import history_of, original_at
from training.reading import standing_in
from training.workshop import languages_of, shown, writing_url
from training.workshop_forms import (
    AfterForm,
    EvidenceForm,
    FindForm,
    KindForm,
    MergeForm,
    NewForm,
    SeenForm,
    SplitForm,
    TargetForm,
    TextForm,
    TranslationForm,
    searched,
)
from training.workshop_views import fixed_page, stays_as_it_is

LONGEST_BACK = 100_000


def _placed(request, slug, number, serial):
    """The paragraph of an edition that the reader may write; None where it is no longer in it."""
    edition = get_object_or_404(Edition.objects.visible_to(request.user), work__slug=slug, number=number)
    require(request.user, Action.WRITE_MANUAL, edition)
    return _whole(EditionParagraph.objects.of(edition).called(serial).for_writing().first())


def _whole(placed):
    """Chapter and paragraph know the same edition."""
    if placed:
        placed.chapter.edition = placed.edition
    return placed


def _gone(request, slug, number, serial):
    """Where the paragraph has left: what became of it, and the text that was posted; 404, as for what never was."""
    editions = Edition.objects.visible_to(request.user).for_detail()
    edition = get_object_or_404(editions, work__slug=slug, number=number)
    paragraph = Paragraph.objects.visible_to(request.user).of(edition.work).called(serial).first()
    if paragraph is None:
        raise Http404
    into = standing_in(edition, serial, request.user)
    steps = history_of(paragraph, edition)[:1]
    context = {"edition": edition, "paragraph": paragraph, "steps": steps, "into": into}
    context["text"] = request.POST.get("text", "")[:LONGEST_BACK]
    return render(request, "training/paragraph_gone.html", context, status=404)


def _page(request, name, placed, form, *, status=200, **more):
    """The page of an act, with the paragraph as it is now."""
    edition = placed.edition
    if request.method != "POST" and stays_as_it_is(edition, name):
        return fixed_page(request, placed.chapter, writing_url(placed.chapter, placed))
    context = {"placed": placed, "chapter": placed.chapter, "edition": edition, "form": form, **more}
    if "original" not in context:
        context["original"] = writing.original_of(placed)
    context |= {"back": writing_url(placed.chapter, placed), "body": shown(context["original"].html)}
    return render(request, f"training/{name}.html", context, status=status)


def _done(request, placed, said):
    """Back to the chapter, at that paragraph where it is now."""
    messages.success(request, said)
    now = _whole(EditionParagraph.objects.of(placed.edition).called(placed.paragraph.serial).for_writing().get())
    return redirect(writing_url(now.chapter, now))


def _again(form, **values):
    """A form that was sent in vain, with other hidden values for the next time."""
    form.data = form.data.copy()
    form.data.update({name: str(value) for name, value in values.items()})


def _refused(request, form, placed, refused, row, **versions):
    """What keeps the form from being done, and both texts where somebody else was faster; returns what the page shows.

    `row` is the ParagraphText that was edited, or None.
    """
    form.add_error(None, str(refused))
    seen, now = form.cleaned_data.get("version"), row.version if row else 0
    if seen == now:
        return {}
    _again(form, version=now, **versions)
    theirs, mine = marked(row.text if row else "", form.cleaned_data.get("text", ""))
    return {"theirs": theirs, "mine": mine, "status": 409}


@require_http_methods(READ_AND_WRITE)
@allow(Action.WRITE_MANUAL)
def paragraph_add(request, slug, number, order):
    """A new paragraph in a chapter, behind another or at its beginning."""
    chapters = Chapter.objects.visible_to(request.user).for_detail()
    chapter = get_object_or_404(chapters, edition__work__slug=slug, edition__number=number, order=order)
    require(request.user, Action.WRITE_MANUAL, chapter.edition)
    if request.method != "POST" and stays_as_it_is(chapter.edition, "paragraph_add"):
        return fixed_page(request, chapter, writing_url(chapter))
    name = request.GET.get("after", "")
    after = EditionParagraph.objects.of(chapter.edition).at(name).for_writing().first() if name else None
    if name and after is None and request.method != "POST":
        raise Http404
    form = NewForm(posted(request), initial={"kind": "text", "level": 2}, edition=chapter.edition)
    if form.is_bound and form.is_valid():
        try:
            if name and after is None:
                raise Refused(_("Nothing was changed: the paragraph behind which it was to stand has left."))
            given = {"chapter": after.chapter if after else chapter, "after": after, "by": request.user, "once": True}
            placed = writing.add_paragraph(text=form.cleaned_data["text"], **given, **form.kind_of_it)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return _done(request, placed, _("Added: it is %(name)s.") % {"name": placed.paragraph})
    context = {"chapter": chapter, "edition": chapter.edition, "after": after, "form": form}
    return render(request, "training/paragraph_add.html", context | {"back": writing_url(chapter, after)})


@require_http_methods(READ_AND_WRITE)
@allow(Action.WRITE_MANUAL)
def paragraph_edit(request, slug, number, serial):
    """Another text for a paragraph."""
    placed = _placed(request, slug, number, serial)
    if placed is None:
        return _gone(request, slug, number, serial)
    original, more = writing.original_of(placed), {}
    form = TextForm(posted(request), initial={"text": original.text, "version": original.version})
    if form.is_bound and form.is_valid():
        try:
            writing.edit_paragraph(placed=placed, by=request.user, **form.cleaned_data)
        except Refused as refused:
            if not _is_there(placed):
                return _gone(request, slug, number, serial)
            more = _refused(request, form, placed, refused, writing.original_of(placed))
        else:
            said = _("Saved. The earlier text stays in its history, and its translations are marked as outdated.")
            return _done(request, placed, said)
    return _page(request, "paragraph_edit", placed, form, **more)


def _is_there(placed):
    return EditionParagraph.objects.of(placed.edition).filter(pk=placed.pk).exists()


@require_http_methods(READ_AND_WRITE)
@allow(Action.WRITE_MANUAL)
def paragraph_translate(request, slug, number, serial):
    """What a paragraph says in another language, beside the original and what has changed in it."""
    placed = _placed(request, slug, number, serial)
    if placed is None:
        return _gone(request, slug, number, serial)
    languages = dict(languages_of(placed.edition))
    code = request.GET.get("language") or next(iter(languages))
    if code not in languages:
        raise Http404
    original, row, more = writing.original_of(placed), _translation(placed, code), {}
    begun = {"text": row.text if row else "", "version": row.version if row else 0, "translates": original.version}
    form = TranslationForm(posted(request), initial=begun)
    if form.is_bound and form.is_valid():
        try:
            writing.translate_paragraph(placed=placed, language=code, by=request.user, **form.cleaned_data)
        except Refused as refused:
            if not _is_there(placed):
                return _gone(request, slug, number, serial)
            row = _translation(placed, code)
            more = _refused(request, form, placed, refused, row, translates=original.version)
        else:
            return _translated(request, placed, code)
    more |= {"code": code, "language": language_name(code), "row": row, "original": original}
    return _page(request, "paragraph_translate", placed, form, changed=_changed(placed, original, row), **more)


def _translation(placed, code):
    return ParagraphText.objects.filter(placed=placed).in_languages([code]).first()


def _changed(placed, original, row):
    """What changed in the original since it was translated: (before, after) as safe HTML, or None."""
    if row is None or (row.translates or 0) >= original.version:
        return None
    before = original_at(placed, original, row.translates or 0)
    return marked(before, original.text) if before is not None else None


def _translated(request, placed, code):
    """To the next paragraph that waits for a translation, where that was asked; else back to the chapter."""
    edition, rows = placed.edition, EditionParagraph.objects.in_chapter(placed.chapter).for_writing()
    rows = rows.waiting_for(code, edition.language)
    following = rows.behind(placed.order), rows.between(0, placed.order - 1)  # after the end from the beginning
    row = following[0].first() or following[1].first() if "next" in request.POST else None
    if row:
        messages.success(request, _("Saved. This is the next one."))
        place = [edition.work.slug, edition.number, row.paragraph.serial]
        return redirect(f"{reverse('training:paragraph_translate', args=place)}?language={code}")
    said = _("Saved. No other paragraph of this chapter waits for it.") if "next" in request.POST else _("Saved.")
    return _done(request, placed, said)


@require_http_methods(READ_AND_WRITE)
@allow(Action.WRITE_MANUAL)
def paragraph_split(request, slug, number, serial):
    """Several paragraphs out of one."""
    placed = _placed(request, slug, number, serial)
    if placed is None:
        return _gone(request, slug, number, serial)
    original, more = writing.original_of(placed), {}
    begun = {"text": original.text, "version": original.version}
    form = SplitForm(posted(request), initial=begun, original=original.text)
    if form.is_bound and form.is_valid():
        given = {"pieces": form.pieces, "version": form.cleaned_data["version"]}
        try:
            made = writing.split_paragraph(placed=placed, by=request.user, **given)
        except Refused as refused:
            if not _is_there(placed):
                return _gone(request, slug, number, serial)
            more = _refused(request, form, placed, refused, writing.original_of(placed))
        else:
            return _done(request, placed, _("Split into %(n)d: this one kept its identifier.") % {"n": len(made)})
    return _page(request, "paragraph_split", placed, form, **more)


@require_http_methods(READ_AND_WRITE)
@allow(Action.WRITE_MANUAL)
def paragraph_merge(request, slug, number, serial):
    """One paragraph out of two; the page shows it first."""
    placed = _placed(request, slug, number, serial)
    if placed is None:
        return _gone(request, slug, number, serial)
    form = MergeForm(posted(request))
    if form.is_bound and form.is_valid():
        given = {"version": form.cleaned_data["version"], "taken": form.taken}
        try:
            writing.merge_paragraph(placed=placed, by=request.user, **given)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect(request.path)
        return _done(request, placed, _("Merged. The other identifier leads here from now on."))
    other, original = writing.following(placed), writing.original_of(placed)
    why_not, gone = writing.why_not_merged(placed, other), writing.original_of(other) if other else None
    if not why_not:
        form = MergeForm(initial={"version": original.version, "serial": other.paragraph.serial,
                                  "following": gone.version})  # fmt: skip
    together = shown(to_html(f"{original.text}\n\n{gone.text}")) if gone else ""
    more = {"other": other, "together": together, "why_not": why_not, "original": original}
    return _page(request, "paragraph_merge", placed, form, **more)


@require_http_methods(READ_AND_WRITE)
@allow(Action.WRITE_MANUAL)
def paragraph_move(request, slug, number, serial):
    """Choose a chapter; choose the paragraph behind which it goes; move it."""
    placed = _placed(request, slug, number, serial)
    if placed is None:
        return _gone(request, slug, number, serial)
    chapters = Chapter.objects.of(placed.edition).in_order()
    given = request.GET if "chapter" in request.GET else {"chapter": placed.chapter.order}
    asked = TargetForm(given, chapters=chapters)
    if not asked.is_valid():
        return _page(request, "paragraph_move", placed, None, asked=asked)
    chapter = asked.cleaned_data["chapter"]
    chapter.edition = placed.edition
    form = AfterForm(posted(request), chapter=chapter, placed=placed)
    if form.is_bound and form.is_valid():
        try:
            writing.move_paragraph(placed=placed, chapter=chapter, after=form.chosen, by=request.user)
        except Refused as refused:
            if not _is_there(placed):
                return _gone(request, slug, number, serial)
            form.add_error(None, str(refused))
        else:
            return _done(request, placed, _("Moved. Its identifier is the same, and numbers follow the new order."))
    return _page(request, "paragraph_move", placed, form, asked=asked, target=chapter)


@require_http_methods(READ_AND_WRITE)
@allow(Action.WRITE_MANUAL)
def paragraph_kind(request, slug, number, serial):
    """Make it a heading, a list, a box and so on."""
    placed = _placed(request, slug, number, serial)
    if placed is None:
        return _gone(request, slug, number, serial)
    begun = {"kind": placed.kind, "level": placed.level or 2, "figure": placed.figure_id}
    form = KindForm(posted(request), initial=begun, edition=placed.edition)
    if form.is_bound and form.is_valid():
        try:
            writing.set_kind(placed=placed, by=request.user, **form.kind_of_it)
        except Refused as refused:
            if not _is_there(placed):
                return _gone(request, slug, number, serial)
            form.add_error(None, str(refused))
        else:
            return _done(request, placed, _("Changed. The numbers of the chapter follow."))
    return _page(request, "paragraph_kind", placed, form)


@require_http_methods(READ_AND_WRITE)
@allow(Action.WRITE_MANUAL)
def paragraph_remove(request, slug, number, serial):
    """Take a paragraph out of an edition."""
    placed = _placed(request, slug, number, serial)
    if placed is None:
        return _gone(request, slug, number, serial)
    original = writing.original_of(placed)
    form = SeenForm(posted(request), initial={"version": original.version})
    if form.is_bound and form.is_valid():
        try:
            writing.remove_paragraph(placed=placed, by=request.user, **form.cleaned_data)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect(request.path)
        name = {"name": placed.paragraph}
        messages.success(request, _("Removed: %(name)s. Its texts stay in its history.") % name)
        return redirect(writing_url(placed.chapter))
    elsewhere = EditionParagraph.objects.visible_to(request.user).of_paragraph(placed.paragraph).beyond(placed.edition)
    return _page(request, "paragraph_remove", placed, form, elsewhere=elsewhere)


@require_safe
@allow(Action.WRITE_MANUAL)
def paragraph_history(request, slug, number, serial):
    """What was done to a paragraph, in this edition and in those it began with."""
    placed = _placed(request, slug, number, serial)
    if placed is None:
        return _gone(request, slug, number, serial)
    steps = history_of(placed.paragraph, placed.edition)
    return _page(request, "paragraph_history", placed, None, steps=steps)


@require_http_methods(READ_AND_WRITE)
@allow(Action.WRITE_MANUAL)
def paragraph_evidence(request, slug, number, serial):
    """Which lessons from events show what a paragraph says."""
    placed = _placed(request, slug, number, serial)
    if placed is None:
        return _gone(request, slug, number, serial)
    lessons = Lesson.objects.visible_to(request.user).select_related("state")
    find = FindForm(request.GET)
    words = find.cleaned_data["q"] if find.is_valid() else ""
    tagged = list(placed.paragraph.lessons.visible_to(request.user).select_related("state"))
    offered = tagged + [lesson for lesson in searched(lessons, words) if lesson not in tagged]
    begun = {"lessons": tagged, "shown": offered}
    form = EvidenceForm(posted(request), initial=begun, lessons=lessons, shown=offered)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        writing.set_evidence(placed=placed, shown=given["shown"], chosen=given["lessons"], by=request.user)
        return _done(request, placed, _("Saved. Readers who may know of a lesson see it beside the paragraph."))
    return _page(request, "paragraph_evidence", placed, form, find=find, words=words, offered=offered)
