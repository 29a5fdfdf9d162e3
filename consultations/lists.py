"""Consultations in numbered pages."""

from dataclasses import dataclass

PER_PAGE = 25


@dataclass(frozen=True)
class Page:
    number: int
    rows: list
    has_more: bool


def page_of(rows, asked):
    """The Page whose number, a text, was asked for; None where there is none."""
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 0
    first = (number - 1) * PER_PAGE
    found = list(rows[first : first + PER_PAGE + 1]) if number else []
    if number != 1 and not found:
        return None
    return Page(number, found[:PER_PAGE], len(found) > PER_PAGE)
