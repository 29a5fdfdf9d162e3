"""Comments on pages: the sign of where one stands."""

from django import template
from django.utils.html import format_html
from django.utils.translation import gettext as _

from consultations.models import Comment

register = template.Library()

Status = Comment.Status
SIGNS = {Status.DRAFT: "past", Status.SUBMITTED: "done", Status.WITHDRAWN: "repealed"}


@register.filter
def comment_tag(comment):
    """The tag of a comment's status: word and sign; and that it is hidden, for those who still read it."""
    tag = format_html('<span class="tag tag--{}">{}</span>', SIGNS[comment.status], comment.get_status_display())
    if not comment.is_hidden:
        return tag
    return tag + format_html(' <span class="tag tag--refused">{}</span>', _("hidden by the moderators"))
