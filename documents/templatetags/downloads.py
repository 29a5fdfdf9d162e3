"""Who may see who fetched a document."""

from django import template

from members.access import Action, can

register = template.Library()


@register.filter
def may_read_downloads(user, document):
    """Whether a reader of the page sees who fetched the document: its owner and the secretariat do."""
    return can(user, Action.READ_DOWNLOADS, document)
