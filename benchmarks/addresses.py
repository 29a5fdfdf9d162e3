"""Slugs of made-up records that the pages are asked for, and of the publication whose edition is made up."""

LONG, SHORT, OPEN = "long-x1", "short-x1", "forum-x0"
BOOK = "public-public-partnerships"  # the demo has a text of the manual itself
ASKED = 1_000_000  # the key of the open consultation on it
