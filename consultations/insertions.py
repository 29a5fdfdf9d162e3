"""Two versions of a text as one, in HTML: words that left stand in <del>, words that came in <ins>, where they do."""

import re
from collections import Counter
from difflib import SequenceMatcher

from django.utils.safestring import mark_safe

from core.markdown import clean

TOKEN = re.compile(r"""<(?:"[^"]*"|[^">])*>|[^<\s]+\s*|\s+""")
MOST_COMPARED = 250_000  # pairs of words; what is longer is marked as a whole
MOST_ALIKE = 10_000  # of them pairs of the same word, each looked at again and again; prose of 500 words has half of it
MOST_OF_A_PAGE = 40 * MOST_ALIKE
END = "<!---->"  # between texts that were one
LEAST_ALIKE, FEW = 0.3, 8  # below that share of words in common they only confuse, unless there are few


class Effort:
    """What may still be compared for one page; what is beyond it is marked as a whole."""

    def __init__(self):
        self.left = MOST_OF_A_PAGE

    def spend(self, was, now):
        """Whether some words may be compared with others."""
        counts = Counter(now)
        alike, pairs = sum(counts[word] for word in was), len(was) * len(now)
        if alike > min(MOST_ALIKE, self.left):
            return False
        self.left -= alike + pairs * MOST_ALIKE // MOST_COMPARED
        return True


def in_one(before, *after, most=MOST_COMPARED, effort=None):
    """([Safe HTML], whether words differ) of an earlier text and the one that it became, or the several: as Markdown's
    HTML, with the elements of the later ones. More than `most` pairs of words are not compared, and not more than what
    is left of the `effort` of a page."""
    old, new = TOKEN.findall(clean(before)), [*TOKEN.findall(clean(after[0]))]
    for piece in after[1:]:
        new += [END, *TOKEN.findall(clean(piece))]
    was, now = _words_of(old), _words_of(new)
    steps = _steps([word[0] for word in was], [word[0] for word in now], most, effort or Effort())
    if steps is None:
        first, *others = [all_of(piece, "ins") for piece in after]
        return [mark_safe(all_of(before, "del") + first), *others], True  # noqa: S308 - both are safe
    page = Page(new)
    for how, i, j, k, m in steps:
        if how in ("delete", "replace"):
            page.drop(was[i:j])
        page.keep(m - k, "" if how == "equal" else "ins")
    pieces = [mark_safe(piece) for piece in page.html().split(END)]  # noqa: S308 - whole elements of safe HTML
    return pieces, any(step[0] != "equal" for step in steps)


def all_of(html, element):
    """Safe HTML in which every word stands in an element, "ins" or "del"."""
    page = Page(TOKEN.findall(clean(html)))
    page.keep(len(page.tokens), element)
    return page.html()


def _is_word(token):
    return token[0] != "<" and not token.isspace()


def _words_of(tokens):
    """[(what is compared, the word, whether an element begins or ends before it)]."""
    found, beyond = [], False
    for token in tokens:
        if _is_word(token):
            found.append((token.rstrip(), token, beyond))
        beyond = not _is_word(token)
    return found


def _steps(was, now, most_pairs, effort):
    """How some words become others, or None where these have too little in common, or are too many to be compared."""
    first, last, most = 0, 0, min(len(was), len(now))
    while first < most and was[first] == now[first]:
        first += 1
    while last < most - first and was[-1 - last] == now[-1 - last]:
        last += 1
    ends, end = len(was) - last, len(now) - last
    old, new = was[first:ends], now[first:end]
    if len(old) * len(new) > most_pairs or not effort.spend(old, new):
        return None
    compared = SequenceMatcher(None, old, new, autojunk=False)
    steps = [(how, i + first, j + first, k + first, m + first) for how, i, j, k, m in compared.get_opcodes()]
    same = first + last + sum(j - i for how, i, j, _k, _m in steps if how == "equal")
    if most > FEW and same < LEAST_ALIKE * most:
        return None
    return [("equal", 0, first, 0, first), *steps, ("equal", ends, len(was), end, len(now))]


class Page:
    """HTML that grows from the tokens of a text, word after word, with the words of another one in between."""

    def __init__(self, tokens):
        self.tokens, self.at, self.parts, self.late = tokens, 0, [], []

    def keep(self, count, element=""):
        """The next words of the text, with the elements that begin or end before them."""
        words = []
        while count and self.at < len(self.tokens):
            token = self.tokens[self.at]
            if _is_word(token):
                self._say(self.late, "del")
                self.late, count = [], count - 1
                words.append(token)
            else:
                self._say(words, element)
                self.parts.append(token)
                words = []
            self.at += 1
        self._say(words, element)

    def drop(self, words):
        """Words of the other text: those that an element divided from what stood before them go to what follows."""
        said = [f" {word}" if beyond else word for _key, word, beyond in words]
        if words[0][2] or not self.at:
            self.late += said
        else:
            self._say(said, "del")

    def html(self):
        self.keep(len(self.tokens))
        if self.late:
            self.parts.append("<p>")
            self._say(self.late, "del")
            self.parts.append("</p>")
        return mark_safe("".join(self.parts))  # noqa: S308 - cleaned tokens, and elements of ours around words

    def _say(self, words, element):
        said, last = "".join(words), self.parts[-1] if self.parts else ""
        if not said:
            return
        if last.endswith(("</del>", "</ins>")) or element and last and last[-1] not in "> \n":
            self.parts.append(" ")
        said = f"<{element}>{said.strip()}</{element}>{said[len(said.rstrip()) :]}" if element else said
        self.parts.append(said)
