"""What pages say of consultations: their stage as a sign, and those on an edition or a chapter."""

from django import template
from django.utils.html import format_html

from consultations.beside_edition import consultations_on
from consultations.models import Consultation
from members.access import Action, can

register = template.Library()

Stage = Consultation.Stage
SIGNS = {Stage.COMING: "upcoming", Stage.OPEN: "ongoing", Stage.REVIEW: "postponed", Stage.CLOSED: "past"}


@register.filter
def stage_tag(consultation):
    """How a consultation stands now, as a tag."""
    stage = consultation.stage
    return format_html('<span class="tag tag--{}">{}</span>', SIGNS[stage], stage.label)


@register.filter
def reading_url(consultation):
    """Where one begins to read what is asked about: the first chapter of those asked about, or the text."""
    chapters = consultation.chapters.all()
    if not chapters:
        return consultation.edition.get_absolute_url()
    chapter = min(chapters, key=lambda row: row.order)
    chapter.edition = consultation.edition
    return chapter.get_absolute_url()


@register.inclusion_tag("consultations/_of_edition.html", takes_context=True)
def consultations_of(context, edition, chapter=None):
    """The consultations on an edition that passed the gate, or on a chapter of it, the latest first. A visitor, whose
    page is kept for a while, reads their days and not how they stand."""
    user = context["user"]
    rows, old = consultations_on(edition, chapter), edition.based_on
    may_consult = chapter is None and can(user, Action.CONSULT, edition)
    is_asked_of = edition.status != edition.Status.SUPERSEDED
    return {
        "consultations": rows,
        "earlier": consultations_on(old) if old and may_consult and not rows else [],
        "edition": edition,
        "chapter": chapter,
        "user": user,
        "may_consult": may_consult and is_asked_of,
    }
