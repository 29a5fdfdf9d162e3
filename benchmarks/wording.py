"""Texts like the real ones: each word is swapped for another real one of the same length and case."""

import re
from collections import defaultdict

WORD = re.compile(r"[^\W\d_]{4,}")  # shorter words and numbers hold a sentence together
LONG_ENOUGH = 7


class Wording:
    """Makes texts of one field in one language; `rng` decides, so the same seed gives the same texts."""

    def __init__(self, texts, rng):
        self.rng = rng
        self.words = defaultdict(list)
        for text in texts:
            for word in WORD.findall(text):
                self.words[len(word), word[0].isupper()].append(word)

    def like(self, text):
        """Another text of the same length."""
        return WORD.sub(lambda found: self.rng.choice(self._alike(found[0])), text)

    def _alike(self, word):
        return self.words[len(word), word[0].isupper()] or [word]


def coined(words, rng):
    """A proper name that is in no text yet, most likely: the halves of two real words.

    A larger registry has more names, not only the same ones more often; without them no word would be rare.
    """
    first, second = rng.choice(words), rng.choice(words)
    return (first[: len(first) // 2] + second[len(second) // 2 :].lower()).capitalize()


def long_words(texts):
    """The words that names are coined from, each once."""
    return sorted({word for text in texts for word in WORD.findall(text) if len(word) >= LONG_ENOUGH})
