"""The way from an edition to what changed in it."""

from django import template
from django.urls import reverse

from consultations.comparing import earlier_editions

register = template.Library()


@register.inclusion_tag("consultations/_comparison_link.html", takes_context=True)
def comparison_link(context, edition, editions=None):
    """The link, where there is an earlier edition that the reader may know of; `editions` are those that he may know
    of, where the page has them."""
    if edition.number == 1:
        return {}
    if editions is None:
        earlier = earlier_editions(edition, context["user"])
    else:
        before = [row for row in editions if row.number < edition.number]
        earlier = sorted(before, key=lambda row: (row.pk != edition.based_on_id, -row.number))
    return {"edition": edition, "old": next(iter(earlier), None)}


@register.simple_tag
def change_url(edition, placed):
    """Where it is told what became of a paragraph of an earlier edition in a later one."""
    place = [edition.work.slug, placed.edition.number, placed.chapter.order]
    page = reverse("consultations:chapter_compare", args=place)
    return f"{page}?with={edition.number}#{placed.paragraph.identifier}"
