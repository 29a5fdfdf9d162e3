"""Slugs of made-up records that the pages are asked for."""

LONG, SHORT, OPEN = "long-x1", "short-x1", "forum-x0"
