"""Prints what was measured, as a plain table or as Markdown."""

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from benchmarks.pages import PAGES, YARDSTICKS

COLUMNS = ["page", "asked by", "queries", "kB", "ms", "a", "d", "bar", ""]
MOST_MEMORY = 160  # MB


@dataclass
class Run:
    """One database with so many rows, measured."""

    title: str
    targets: list
    absent: list
    memory: int | None
    requests: int

    def __post_init__(self):
        self.by_key = {(target.key, target.way): target for target in self.targets if not target.failed}

    def judged(self, target):
        """(What the bars ask, whether they are met), for each bar of a target."""
        page = next(page for page in PAGES if page.key == target.key)
        for bar in page.bars_for(target.way):
            first = self.by_key.get((bar.of, target.way))
            if bar.of in YARDSTICKS:
                yield f"{bar.times:g} {bar.of}", target.times(bar.of) <= bar.times
            elif first:
                yield f"{bar.times:g} the first page", target.times("d") <= bar.times * first.times("d")
            if bar.queries:
                yield f"{bar.queries} queries", target.queries <= bar.queries

    def line(self, target):
        """The cells of one target."""
        if target.failed:
            return [target.key, target.way, "", "", "", "", "", "", target.failed]
        judged = list(self.judged(target))
        missed = ", ".join(bar for bar, met in judged if not met)
        return [
            target.key,
            target.way,
            str(target.queries),
            f"{target.size / 1000:.1f}",
            f"{target.cost * 1000:.2f}",
            *(f"{target.times(key):.2f}" for key in YARDSTICKS),
            ", ".join(bar for bar, _ in judged),
            f"MISSED {missed}" if missed else "ok" if judged else "",
        ]

    def words(self):
        """What stands beneath the table."""
        verdicts = [met for target in self.targets if not target.failed for _, met in self.judged(target)]
        yield f"Bars: {verdicts.count(True)} met, {verdicts.count(False)} missed."
        if self.absent:
            yield "Not there yet: " + ", ".join(self.absent) + "."
        if self.memory:
            megabytes = self.memory / 1e6
            verdict = "ok" if megabytes < MOST_MEMORY else "MISSED"
            yield (
                f"Memory of the worker after {self.requests:,} mixed requests: {megabytes:.0f} MB"
                f" (bar: {MOST_MEMORY} MB): {verdict}."
            )


PREFACE = """\
# What the pages cost

Written by `make bench ARGS=--markdown > docs/benchmarks.md` on {date}: Python {python}, Django {django}, {processors}
processors. The times are of that machine and of that hour; what counts are the ratios, all of one run.

- **a** is 20 kB of fixed bytes through all middleware, for a visitor; **d** is an ordinary Django page of 20 kB, signed
  in: one indexed query of 25 rows through a plain template (`benchmarks/views.py`).
- **ms** are processor milliseconds of one request, of the application's worker and of the database server together,
  the median of the rounds. The columns **a** and **d** say how many times that is what the yardstick cost just before.
- *Visitor, unchanged* is a page that was asked for before; *visitor, nothing kept* is the same page of a server that
  keeps nothing between requests, not even the names of the filters' choices; *focal point* is signed in.
- The web server is gunicorn with one plain worker, as `gunicorn.conf.py` has it; PostgreSQL is as freshly installed.
- Queries are those of the second request for the page.
- 250 rows are the starting content. 100,000 are it and records made after it: `benchmarks/making.py` says how.
"""


def preface():
    """What a reader of the Markdown has to know first."""
    return PREFACE.format(
        date=datetime.now(UTC).strftime("%-d %B %Y"),
        python=platform.python_version(),
        django=version("django"),
        processors=os.cpu_count(),
    )


def plain(run):
    rows = [COLUMNS, *(run.line(target) for target in run.targets)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    sides = [str.ljust, str.ljust, *[str.rjust] * 5, str.ljust, str.ljust]
    lines = ["  ".join(side(cell, width) for side, cell, width in zip(sides, row, widths, strict=True)) for row in rows]
    return "\n".join([run.title, "", *(line.rstrip() for line in lines), "", *run.words(), ""])


def markdown(run):
    rows = [COLUMNS, ["---", "---", *["--:"] * 5, "---", "---"], *(run.line(target) for target in run.targets)]
    table = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([f"## {run.title}", "", *table, "", *run.words(), ""])
