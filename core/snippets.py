"""Words that were looked for, marked in what was found."""

import re
from html import escape

from core.text import fold

BEFORE, AROUND = 8, 40
LONGEST_TOKEN = 200
MARKS = re.compile(r"^[#>*_`~|+-]+|[*_`~|]+(?=[.,;:!?)]*$)")


def snippet(text, words):
    """The part of a text around the first of the folded words, escaped, with all of them marked."""
    tokens = [token for token in (MARKS.sub("", token[:LONGEST_TOKEN]) for token in text.split()) if token]
    hit = next((place for place, token in enumerate(tokens) if _holds(token, words)), 0)
    begin = max(0, hit - BEFORE)
    shown = marked(" ".join(tokens[begin : begin + AROUND]), words)
    return ("… " if begin else "") + shown + (" …" if len(tokens) > begin + AROUND else "")


def marked(text, words):
    """Text, escaped, with the tokens that hold one of the folded words in `<mark>`."""
    tokens = (token[:LONGEST_TOKEN] for token in text.split())
    return " ".join(f"<mark>{escape(token)}</mark>" if _holds(token, words) else escape(token) for token in tokens)


def _holds(token, words):
    folded = fold(token)
    return any(word in folded for word in words)
