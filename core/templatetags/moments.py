"""Moments in templates."""

from django import template
from django.utils.html import format_html

from core import moments

register = template.Library()


@register.filter
def moment(at):
    """A moment in the reader's time zone with how far that is from UTC: "12 June 2027, 23:59 UTC−3"."""
    return format_html("{} {}", moments.moment(at), moments.offset(at))


@register.simple_tag
def zone():
    """The time zone in which the page says its times."""
    return moments.zone()
