"""Which paragraph of a chapter a paragraph of a newer file is: the same text, a changed one, or none."""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property

WORDS = re.compile(r"\w+")
ALIKE = 0.5  # from here on a paragraph at its place is a changed one
ALIKE_ELSEWHERE = 0.65  # and one that moved
PIECE = 0.95  # how alike a paragraph and its beginning are
LEAST_OF_PIECE = 4  # words
SHORT = 60  # characters: what is no longer is also compared letter by letter
MOST_PAIRS = 20_000  # of two stretches, which are compared each with each
RAREST, RARE = 8, 60  # so many of its words, each in no more paragraphs than this, find who is like a paragraph
CANDIDATES = 6


@dataclass(frozen=True)
class Text:
    """A paragraph as it is matched: its kind with the level, its Markdown, and a key that equal texts have."""

    kind: str
    text: str
    key: str = field(default="")

    @cached_property
    def words(self):
        return WORDS.findall(self.text.casefold())

    @cached_property
    def bag(self):
        return Counter(self.words)

    @property
    def same(self):
        return self.key or self.text


def likeness(old, new):
    """How alike two paragraphs are, from 0 to 1: by their words, short ones also by their letters. One that begins the
    other is nearly the same: it was split, or something was added to it."""
    if (old.kind == "figure") != (new.kind == "figure"):
        return 0.0
    shorter = min(len(old.words), len(new.words))
    if shorter >= LEAST_OF_PIECE and old.words[:shorter] == new.words[:shorter]:
        return PIECE
    total = len(old.words) + len(new.words)
    shared = 2 * sum((old.bag & new.bag).values()) / total if total else 0.0
    if shared < ALIKE and len(old.text) <= SHORT and len(new.text) <= SHORT:
        letters = SequenceMatcher(None, old.text.casefold(), new.text.casefold(), autojunk=False)
        if letters.quick_ratio() >= ALIKE:
            shared = max(shared, letters.ratio())
    return shared if old.kind == new.kind else shared * 0.9


def holds(whole, part):
    """Whether one text says all of another that is long enough for that to be no accident."""
    some = WORDS.findall(part.casefold())
    return len(some) >= LEAST_OF_PIECE and f" {' '.join(some)} " in f" {' '.join(WORDS.findall(whole.casefold()))} "


def match(old, new, fixed=None):
    """For each of `new` the place of its paragraph in `old`, or None. No place is given twice.

    `fixed` says of some places of `new` which it is, or None where somebody said that it is a new one.
    """
    fixed = fixed or {}
    found = [fixed.get(n) for n in range(len(new))]
    taken = {place for place in found if place is not None}
    open_new = [n for n in range(len(new)) if n not in fixed]
    open_old = [o for o in range(len(old)) if o not in taken]
    _same(old, new, open_old, open_new, found)
    _near(old, new, fixed, found)
    _elsewhere(old, new, fixed, found)
    _near(old, new, fixed, found, long_too=True)
    return found


def _same(old, new, open_old, open_new, found):
    """Equal texts are one paragraph; of several that are equal the first is the first, and so on."""
    places = defaultdict(list)
    for o in reversed(open_old):
        places[old[o].same].append(o)
    for n in open_new:
        if places[new[n].same]:
            found[n] = places[new[n].same].pop()


def _near(old, new, fixed, found, *, long_too=False):
    """Between two paragraphs whose order stayed: what is alike, in its order. Long stretches are cut in parts."""
    stay = in_order(found)
    taken = {place for place in found if place is not None}
    fences = [(-1, -1), *((n, found[n]) for n in sorted(stay)), (len(new), len(old))]
    for (n_from, o_from), (n_to, o_to) in zip(fences, fences[1:], strict=False):
        left = [o for o in range(o_from + 1, o_to) if o not in taken]
        right = [n for n in range(n_from + 1, n_to) if found[n] is None and n not in fixed]
        parts = 1 + int((len(left) * len(right) / MOST_PAIRS) ** 0.5)
        if parts == 1 or long_too:
            for some, others in zip(_parts(left, parts), _parts(right, parts), strict=True):
                for o, n in _alike(old, new, some, others):
                    found[n] = o


def _parts(rows, count):
    return [rows[len(rows) * part // count : len(rows) * (part + 1) // count] for part in range(count)]


def _alike(old, new, some, others):
    pairs = aligned(len(some), len(others), lambda i, j: likeness(old[some[i]], new[others[j]]))
    return [(some[i], others[j]) for i, j in pairs]


def aligned(rows, columns, score, least=ALIKE):
    """Pairs in rising order whose scores, of which each is at least `least`, sum up to the most."""
    scores = [[score(i, j) for j in range(columns)] for i in range(rows)]
    best = [[0.0] * (columns + 1) for _row in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            pair = scores[i][j] + best[i + 1][j + 1] if scores[i][j] >= least else -1.0
            best[i][j] = max(pair, best[i + 1][j], best[i][j + 1])
    pairs, i, j = [], 0, 0
    while i < rows and j < columns:
        if scores[i][j] >= least and best[i][j] == scores[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _elsewhere(old, new, fixed, found):
    """What was changed and moved: the most alike of all that are left, found by their rare words."""
    taken = {place for place in found if place is not None}
    left = [o for o in range(len(old)) if o not in taken]
    right = [n for n in range(len(new)) if found[n] is None and n not in fixed]
    holders = defaultdict(list)
    for o in left:
        for word in old[o].bag:
            holders[word].append(o)
    pairs = []
    for n in right:
        found_in = sorted((holders[word] for word in new[n].bag if word in holders), key=len)[:RAREST]
        votes = Counter(o for paragraphs in found_in if len(paragraphs) <= RARE for o in paragraphs)
        for o, _votes in votes.most_common(CANDIDATES):
            how = likeness(old[o], new[n])
            if how >= ALIKE_ELSEWHERE:
                pairs.append((-how, n, o))
    for _how, n, o in sorted(pairs):
        if found[n] is None and o not in taken:
            found[n] = o
            taken.add(o)


def in_order(found):
    """The places of the longest rising run in `found`: those paragraphs stayed, all others that are known moved."""
    tails, keys, before = [], [], {}
    for n, place in enumerate(found):
        if place is None:
            continue
        at = bisect_left(keys, place)
        before[n] = tails[at - 1] if at else None
        if at == len(tails):
            tails.append(n)
            keys.append(place)
        else:
            tails[at], keys[at] = n, place
    stay, last = set(), tails[-1] if tails else None
    while last is not None:
        stay.add(last)
        last = before[last]
    return stay


def match_translation(old, new, fixed=None):
    """The same for a translation, of which only kind and order can be compared: between two paragraphs that are known,
    section by section where the headings are as many, else throughout."""
    fixed = fixed or {}
    found = [fixed.get(n) for n in range(len(new))]
    taken = {place for place in found if place is not None}
    fences = [(-1, -1), *((n, found[n]) for n in sorted(in_order(found))), (len(new), len(old))]
    for (n_from, o_from), (n_to, o_to) in zip(fences, fences[1:], strict=False):
        left = [o for o in range(o_from + 1, o_to) if o not in taken]
        right = [n for n in range(n_from + 1, n_to) if n not in fixed]
        for some, others in _stretches(old, new, left, right):
            for o, n in _in_step(old, new, some, others):
                found[n] = o
    return found


def _stretches(old, new, left, right):
    heads = [[at for at in rows if texts[at].kind.startswith("heading")] for rows, texts in ((left, old), (right, new))]
    if len(heads[0]) != len(heads[1]):
        return [(left, right)]
    return list(zip(_sections(left, heads[0]), _sections(right, heads[1]), strict=True))


def _sections(rows, heads):
    """The rows before the first heading, then from each heading to the next."""
    ends = [rows.index(head) for head in heads]
    return [rows[a:b] for a, b in zip([0, *ends], [*ends, len(rows)], strict=True)]


def _in_step(old, new, some, others):
    kinds, these = [old[o].kind for o in some], [new[n].kind for n in others]
    if kinds == these or len(some) * len(others) > 10 * MOST_PAIRS:
        return [(o, n) for o, n in zip(some, others, strict=False) if old[o].kind == new[n].kind]

    def score(i, j):
        a, b = old[some[i]], new[others[j]]
        if a.kind != b.kind:
            return 0.0
        return 1 + min(len(a.text), len(b.text)) / max(len(a.text), len(b.text), 1)

    return [(some[i], others[j]) for i, j in aligned(len(some), len(others), score, least=1)]
