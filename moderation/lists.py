"""Lists of proposals in numbered pages, narrowed by plain links."""

from dataclasses import dataclass
from math import ceil

from django.http import Http404, QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.languages import localized
from core.listing import Page
from moderation.kinds import KINDS
from moderation.models import Proposal
from reference.models import MemberState

PER_PAGE = 25
LAST_PAGE = 999


@dataclass(frozen=True)
class Choice:
    """One link that narrows the list."""

    label: str
    n: int
    url: str
    current: bool


class Numbered:
    """Rows that passed visible_to, narrowed by what the address says and cut into pages.

    `narrowings` is {name: (heading, {value: (label, how many)})}, `narrow` what makes a queryset narrower by a name
    and a value, `own` what its addresses carry besides. It has what components/_pager.html asks of a listing.
    """

    beyond = 0

    def __init__(self, request, rows, narrowings, narrow, own=None):
        self.path, self.narrowings, self.own = request.path, narrowings, own or {}
        asked = {name: request.GET.get(name, "") for name in narrowings}
        self.values = {name: value for name, value in asked.items() if value in narrowings[name][1]}
        for name, value in self.values.items():
            rows = narrow(rows, name, value)
        self.rows, self.asked = rows, request.GET.get("page", "1")

    @cached_property
    def page(self):
        """The page that was asked for; 404 where there is none."""
        total = self.rows.count()
        last = min(max(1, ceil(total / PER_PAGE)), LAST_PAGE)
        sane = self.asked.isascii() and self.asked.isdigit() and len(self.asked) < 4
        if not (sane and 1 <= int(self.asked) <= last):
            raise Http404
        first = (int(self.asked) - 1) * PER_PAGE
        return Page(int(self.asked), last, total, self.rows[first : first + PER_PAGE])

    @property
    def groups(self):
        """[(heading, Choices)]: the links that narrow the list; "All" first. One choice alone is none."""
        return [
            (
                heading,
                [self._choice(name, "", (_("All"), None)), *(self._choice(name, *pair) for pair in found.items())],
            )
            for name, (heading, found) in self.narrowings.items()
            if len(found) > 1 or name in self.values
        ]

    def _choice(self, name, value, said):
        label, n = said
        return Choice(label, n, self.url(**{name: value}), self.values.get(name, "") == value)

    def url(self, **changes):
        query = QueryDict(mutable=True)
        for name, value in {**self.own, **self.values, **changes}.items():
            if value not in ("", 1):
                query[name] = str(value)
        return f"{self.path}?{query.urlencode()}" if query else self.path

    @property
    def previous_url(self):
        return self.url(page=self.page.number - 1) if self.page.number > 1 else ""

    @property
    def next_url(self):
        return self.url(page=self.page.number + 1) if self.page.number < self.page.last else ""

    @property
    def pages(self):
        """Numbers of the pages as [{number, url, current}], None where some are left out."""
        near = {1, self.page.last, *range(self.page.number - 2, self.page.number + 3)}
        shown = sorted(number for number in near if 1 <= number <= self.page.last)
        found = []
        for before, number in zip([0, *shown], shown, strict=False):
            found += [None] if number > before + 1 else []
            found.append({"number": number, "url": self.url(page=number), "current": number == self.page.number})
        return found


def _kinds_in(rows):
    return {name: (KINDS[name].label, n) for name, n in rows.counted_by("kind") if name in KINDS}


def _narrow(rows, name, value):
    narrow = {"kind": rows.of_kind, "state": rows.of_state, "status": rows.with_status}
    return narrow[name](value)


def proposals_of(request):
    """The list of a person's proposals: his State's, or an expert's own."""
    rows = Proposal.objects.visible_to(request.user)
    counts = dict(rows.counted_by("status"))
    statuses = {status.value: (status.label, counts[status]) for status in Proposal.Status if status in counts}
    narrowings = {"status": (_("Status"), statuses), "kind": (_("Kind"), _kinds_in(rows))}
    return Numbered(request, rows.for_list().by_turn(), narrowings, _narrow)


def queue_of(request, *, waits_for_state):
    """What waits for review, or with `waits_for_state` what was returned; the longest waiting first."""
    every = Proposal.objects.visible_to(request.user)
    rows = every.waiting_for_state() if waits_for_state else every.waiting_for_review()
    counts = dict(rows.counted_by("state__slug"))
    states = MemberState.objects.in_bulk(list(counts), field_name="slug")
    named = {slug: (localized(states[slug], "name")[0], n) for slug, n in counts.items()}
    narrowings = {"kind": (_("Kind"), _kinds_in(rows)), "state": (_("State"), named)}
    own = {"turn": "state"} if waits_for_state else None
    return Numbered(request, rows.for_list(), narrowings, _narrow, own)
