"""How what belongs to an account is said: browsers, keys."""

from django import template
from django.utils.translation import gettext as _

register = template.Library()

# What stands in the name that a browser gives itself; the first that is found counts.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "Chrome/": "Chrome",
    "CriOS/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


@register.filter
def browser(user_agent):
    """Browser and system from the name that a browser gives itself: "Firefox, Windows"."""
    known = [_first(names, user_agent) for names in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, known)) or _("Unknown browser")


@register.filter
def in_fours(key):
    """A long key in groups of four signs, as people type it."""
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


def _first(names, user_agent):
    return next((said for sign, said in names.items() if sign in user_agent), "")
