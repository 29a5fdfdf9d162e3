"""The PDF of an edition and of a chapter: the file where it is there, else a page that says how it comes."""

from django.conf import settings
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from core.freshness import remembered
from core.labels import Label
from core.languages import CONTENT_CODES, content_language, language_name
from documents.views import stored_response
from members.access import public, to_login
from training.models import Chapter, Edition, EditionFile
from training.pdf import Part, digest_of, part_in
from training.pdf_files import ask_file, can_make, file_of, is_overdue, trace_file
from training.reading import place_of

State = EditionFile.State


@require_http_methods(["GET", "HEAD", "POST"])
@public
def edition_pdf(request, slug, number):
    """The PDF of an edition in the reader's language, or in one that is asked for; a member can have it made."""
    editions = Edition.objects.visible_to(request.user).for_detail()
    edition = get_object_or_404(editions, work__slug=slug, number=number)
    return _pdf(request, edition, None)


@require_http_methods(["GET", "HEAD", "POST"])
@public
def chapter_pdf(request, slug, number, order):
    """The same of one chapter."""
    chapters = Chapter.objects.visible_to(request.user).for_detail()
    chapter = get_object_or_404(chapters, edition__work__slug=slug, edition__number=number, order=order)
    return _pdf(request, chapter.edition, chapter)


def _pdf(request, edition, chapter):
    part = _part(request, edition, chapter)
    if request.method == "POST":
        if not request.user.is_authenticated:
            return to_login(request)
        if can_make():
            ask_file(part=part)
        return redirect(f"{request.path}?{urlencode({'language': part.language})}")
    file = file_of(part, _digest(request, part))
    if file and file.state == State.READY:
        return _answer(request, part, file)
    return _page(request, part, file)


def _part(request, edition, chapter):
    """In the language that is asked for, where that is one; else in the reader's."""
    asked = request.GET.get("language")
    return part_in(edition, chapter, asked if asked in CONTENT_CODES else content_language())


def _digest(request, part):
    """Of a whole edition it takes a while: it is remembered until the content changes."""
    chapter = part.chapter.pk if part.chapter else 0
    return remembered(request, f"pdf-{part.edition.pk}-{chapter}-{part.language}", lambda: digest_of(part))


def _answer(request, part, file):
    """The file as an attachment; who fetches one that not everybody may read is noted."""

    def trace(partly):
        trace_file(file, label=part.label, partly=partly, by=request.user)

    file.download_name, file.media_type = part.download_name, "application/pdf"
    is_open = part.label == Label.CLEAR and part.edition.publication == Edition.Publication.PUBLISHED
    etag = f'"{file.digest[:32]}-{file.pk}"'
    return stored_response(request, file, etag=etag, trace=None if is_open else trace)


def _page(request, part, file):
    """Why there is no file yet, what can be done, and in which other languages there is one."""
    context = {
        "edition": part.edition,
        "place": place_of(part.edition),
        "chapter": part.chapter,
        "language": part.language,
        "address": f"{request.path}?{urlencode({'language': part.language})}",
        "can_make": can_make(),
        "is_made": bool(file) and file.state == State.QUEUED and not is_overdue(file),
        "has_failed": bool(file) and (file.state == State.FAILED or is_overdue(file)),
        "others": _other_languages(request, part),
        "contact": settings.CONTACT_EMAIL,
    }
    return render(request, "training/pdf_page.html", context)


def _other_languages(request, part):
    """[(code, own name)] of the languages in which the PDF is there."""
    files = EditionFile.objects.visible_to(request.user).of_part(part.edition, part.chapter).ready()
    others = [Part(part.edition, part.chapter, code) for code in sorted(files.languages() - {part.language})]
    found = [(other.language, file_of(other, _digest(request, other))) for other in others]
    return [(code, language_name(code)) for code, file in found if file and file.state == State.READY]
