"""Pages on which a State downloads its commenting form, and returns it completed."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations.comment_pages import space_of
from consultations.form_files import form_response
from consultations.form_rows import Part, chapters_asked, sizes_asked
from consultations.return_forms import PartForm, ReturnForm
from consultations.returning import EMPTIED, UNCHANGED, summary_of, take_in
from consultations.rules import speaks_for, why_not_comment
from core.inputs import READ_AND_WRITE
from members.access import Action, allow
from moderation.refusals import Refused
from training.models import ParagraphText
from training.reading import languages_of

MOST_SHOWN = 200  # rows of a report


@require_safe
@allow(Action.DRAFT_COMMENT)
def form_export(request, key, slug, form):
    """The form of a State as a workbook or in Word, with the drafts that it has."""
    consultation, state = space_of(request.user, key, slug)
    asked = _part_form(consultation, request.GET)
    if not asked.is_valid():
        messages.error(request, _("This text has no such chapter or language. Choose again."))
    elif form == "docx" and asked.chosen is None and asked.is_too_long:
        messages.error(request, _("The whole text is too long for one form in Word. Choose a chapter."))
    elif why_not := why_not_comment(consultation, state):
        messages.error(request, why_not)
    else:
        return form_response(Part(consultation, state, asked.asked_language, asked.chosen), form, by=request.user)
    return redirect("consultations:form_return", consultation.pk, state.slug)


@require_http_methods(READ_AND_WRITE)
@allow(Action.DRAFT_COMMENT)
def form_return(request, key, slug):
    """Where a State downloads its form and returns it: all its rows are kept as drafts, or none, each with why."""
    consultation, state = space_of(request.user, key, slug)
    if (why_not := why_not_comment(consultation, state)) and request.method == "POST":
        messages.error(request, _("Nothing was kept. %(reason)s") % {"reason": why_not})
        return redirect(request.path)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form, report = ReturnForm(data, files, consultation=consultation, state=state), None
    if form.is_bound and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("returned", "language", "replace")}
        try:
            report = take_in(consultation=consultation, state=state, by=request.user, **said)
        except Refused as refused:
            form.add_error(None, _("Nothing was kept. %(reason)s") % {"reason": refused})
    context = {
        "consultation": consultation, "state": state, "form": form, "part_form": _part_form(consultation),
        "why_not": why_not, "closes": consultation.closes_for(state), "offers_replace": form.data.get("replace"),
        "speaks": speaks_for(request.user, state.pk),
    }  # fmt: skip
    context |= _reported(report) if report else {}
    return render(request, "consultations/form_return.html", context)


def _reported(report):
    """What the page says of a returned form: of each row, as far as that can be read."""
    told = sorted(report.kept + report.of_fate(EMPTIED), key=lambda entry: entry.line)
    listed = report.wrong or told + report.of_fate(UNCHANGED)
    shown = {"report": report, "summary": summary_of(report), "listed": listed[:MOST_SHOWN]}
    return shown | {"unlisted": len(listed[MOST_SHOWN:])} | ({"offers_replace": True} if report.has_conflicts else {})


def _part_form(consultation, query=None):
    """What a form can be made of."""
    chapters = chapters_asked(consultation)
    edition = consultation.edition
    languages = [row.code for row in languages_of(edition, ParagraphText.objects.in_edition(edition))]
    sizes = sizes_asked(consultation, chapters)
    return PartForm(query, chapters=chapters, sizes=sizes, languages=languages)
