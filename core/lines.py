"""Lines of logs without the secrets of links, for the portal and for the web server before it."""

import logging
import re

# What follows in an address lets its holder in, or acts for him; a mangled link may have spaces before it.
SECRET = re.compile(r"(/account/(?:invitation|password/reset/key)/|/unsubscribe/) *[^/?\s]+")


def without_secrets(text):
    """The text with a dash for the secret of each link."""
    return SECRET.sub(r"\1-", text)


class LineFormatter(logging.Formatter):
    """A line of the portal's log, with its traceback: Django's warnings name whole paths."""

    def format(self, record):
        return without_secrets(super().format(record))
