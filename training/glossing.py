"""Words of the glossary in the text of a chapter: each marked where it stands first, as a link to what it means."""

import re
from html import escape

from django.utils.text import Truncator

BETWEEN = "\x00"  # stands in no text
LONGEST_MEANING = 200
CLOSED = ("a", "code", "pre", "h3", "h4", "b", "caption")  # within these nothing is marked
# A tag, with what its attributes hold, or the end of a piece. It fits at each "<", so nothing is read twice.
TAG = re.compile(r"""\x00|<(?P<ends>/?)(?P<name>[^\s>/"\x00]*)(?:"[^"\x00]*"?|[^">\x00]+)*>?""")


def with_terms(bodies, terms, language, glossary):
    """Cleaned pieces of HTML with the first occurrence of each Term of a language as a link to the glossary.

    `glossary` is its address. Only text is touched, outside of tags, links and headings; longer words go first.
    """
    wanted = [(words, term) for term in terms if (words := getattr(term, f"term_{language}"))]
    if not wanted:
        return bodies
    whole = BETWEEN.join(bodies)
    lowered, found = _open(_lowered(whole)), []
    for words, term in sorted(wanted, key=lambda pair: -len(pair[0])):
        place = _first(lowered, escape(words, quote=False).lower(), found)
        if place:
            found.append((*place, term))
    return _linked(whole, sorted(found, key=lambda hit: hit[0]), glossary, language).split(BETWEEN)


def _lowered(text):
    """The same in small letters, each at its place: a few letters have a small form of two signs."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c if len(c.lower()) > 1 else c.lower() for c in text)


def _open(text):
    """The same with BETWEEN in place of each tag and of all that holds no links: what is left is text."""
    parts, last, depth = [], 0, 0
    for tag in TAG.finditer(text):
        begin, end = tag.span()
        parts += [BETWEEN * (begin - last) if depth else text[last:begin], BETWEEN * (end - begin)]
        last = end
        if tag["name"] is None:  # the next piece
            depth = 0
        elif tag["name"] in CLOSED:
            depth = max(0, depth - 1) if tag["ends"] else depth + 1
    return "".join([*parts, BETWEEN * (len(text) - last) if depth else text[last:]])


def _first(text, words, taken):
    """(begin, end) of the first whole words in open text where no longer ones stand, or None."""
    begin = text.find(words)
    while begin >= 0:
        end = begin + len(words)
        if _is_whole(text, begin, end) and not _in_entity(text, begin) and not _meets(taken, begin, end):
            return begin, end
        begin = text.find(words, end)
    return None


def _is_whole(text, begin, end):
    return not text[begin - 1 : begin].isalnum() and not text[end : end + 1].isalnum()


def _in_entity(text, place):
    entity = text.rfind("&", max(0, place - 8), place)
    return entity >= 0 and ";" not in text[entity:place]


def _meets(taken, begin, end):
    return any(first < end and begin < last for first, last, _term in taken)


def _linked(whole, found, glossary, language):
    parts, last = [], 0
    for begin, end, term in found:
        meaning = escape(Truncator(getattr(term, f"definition_{language}") or "").chars(LONGEST_MEANING))
        link = f'<a class="term" href="{glossary}#term-{term.pk}" title="{meaning}">'
        parts += [whole[last:begin], link, whole[begin:end], "</a>"]
        last = end
    return "".join([*parts, whole[last:]])
