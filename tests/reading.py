"""A page as a reader sees it: its sections, the numbers of its strip, the words of its tables; and plain dates."""

import calendar
import datetime
import html
import re

from django.test import Client


def days_of(text):
    """(first, last) day of an ISO 8601 date of any precision; None where there is none."""
    if not text:
        return None
    parts = [int(part) for part in text.split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else None
    if len(parts) == 3:
        return (datetime.date(*parts),) * 2
    if month:
        return datetime.date(year, month, 1), datetime.date(year, month, calendar.monthrange(year, month)[1])
    return datetime.date(year, 1, 1), datetime.date(year, 12, 31)


def said(text):
    """An ISO 8601 date as the English page says it."""
    parts = text.split("-")
    words = [str(int(parts[2]))] if len(parts) == 3 else []
    return " ".join([*words, *([calendar.month_name[int(parts[1])]] if len(parts) > 1 else []), parts[0]])


def read(address, client=None):
    """(The page, {section: its HTML}, {section: the number that the strip shows})."""
    page = (client or Client()).get(address).content.decode()
    parts = dict(re.findall(r'<section class="part(?: [\w-]+)*" id="(\w+)"(.*?)</section>', page, re.S))
    strip = page.partition('class="strip"')[2].split("</nav>")[0]
    counts = {name: int(n) for name, n in re.findall(r'href="#(\w+)">[^<]*<span class="n">(\d+)<', strip)}
    return page, parts, counts


def words(fragment):
    """What is written in a piece of HTML."""
    text = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", fragment)).split())
    return re.sub(r" ([,;.)])", r"\1", text)


def table(fragment):
    """The rows of a table, each as the words of its cells."""
    rows = re.findall(r"<tr>(.*?)</tr>", fragment, re.S)
    return [[words(cell) for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.S)] for row in rows]


def slugs_in(fragment, section):
    """The records of a section of the portal that a piece of HTML leads to."""
    return re.findall(rf'href="/en/{section}/([\w-]+)/"', fragment)
