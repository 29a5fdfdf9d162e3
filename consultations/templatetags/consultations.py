"""What pages say of consultations: their stage as a sign, and those on an edition or a chapter."""

from django import template
from django.utils.html import format_html

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


@register.inclusion_tag("consultations/_of_edition.html", takes_context=True)
def consultations_of(context, edition, chapter=None):
    """The consultations on an edition, or on a chapter of it, the latest first. A visitor, whose page is kept for a
    while, reads their days and not how they stand."""
    user = context["user"]
    rows = list(Consultation.objects.visible_to(user).of(edition).for_part(chapter))
    for row in rows:
        row.edition = edition
    is_asked_of = edition.status != edition.Status.SUPERSEDED
    return {
        "consultations": rows,
        "edition": edition,
        "chapter": chapter,
        "user": user,
        "may_consult": chapter is None and is_asked_of and can(user, Action.CONSULT, edition),
    }
