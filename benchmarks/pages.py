"""Which pages are measured, how they are asked for, and the bars they have to stay under."""

from dataclasses import dataclass

from benchmarks.addresses import ASKED, BOOK, LONG, OPEN, SHORT

# How a page is asked for: by a visitor, unchanged since it was last asked; by a visitor, nothing kept; signed in.
KEPT, NEW, MEMBER = "visitor, unchanged", "visitor, nothing kept", "focal point"
ALL = (KEPT, NEW, MEMBER)
YARDSTICKS = ("a", "d")


@dataclass(frozen=True)
class Bar:
    """At most `times` the cost of the target `of` in the same way of asking, or of a yardstick; at most `queries`."""

    times: float
    of: str
    queries: int | None = None


@dataclass(frozen=True)
class Page:
    """`view` and `args` give its address, where there is such a view.

    `query` is written as the portal's own links write it, or the page is not kept; {common} and {rare} stand for
    words of the data, {deep} for the number of the last page.
    """

    key: str
    view: str
    args: tuple = ()
    query: str = ""
    ways: tuple = (KEPT, NEW)
    bars: tuple = ()

    def bars_for(self, way):
        return [bar for ways, bar in self.bars if way in ways]


UNCHANGED = ((KEPT,), Bar(2, "a"))
TALK = (((NEW,), Bar(0.5, "d", queries=3)), ((MEMBER,), Bar(0.75, "d", queries=6)))
END = ((NEW, MEMBER), Bar(1.15, "thread"))
LIST = ((NEW, MEMBER), Bar(1.5, "d", queries=8))


def listing(key, view, **queries):
    """A list without a filter, with others, with words, and its deepest page."""
    yield Page(key, view, ways=ALL, bars=(UNCHANGED, LIST))
    for name, query in queries.items():
        yield Page(f"{key}, {name.replace('_', ' ')}", view, query=query, ways=ALL, bars=(UNCHANGED, LIST))
    deep = ((NEW, MEMBER), Bar(1.1, key))
    yield Page(f"{key}, deepest page", view, query="page={deep}", ways=ALL, bars=(UNCHANGED, LIST, deep))
    for word in ("common", "rare"):  # what a visitor types is never kept
        yield Page(f"{key}, a {word} word", view, query=f"q={{{word}}}", ways=(NEW, MEMBER), bars=(LIST,))


def opened(key, view, *args, query=""):
    """An open page of another kind, which has to be cheap only while it is unchanged."""
    return Page(key, view, args, query, bars=(UNCHANGED,))


def forms(key, view, *suffixes, query):
    """The other forms of a list's rows; quality.md sets no bar for them."""
    return [Page(f"{key} as .{suffix}", view, (suffix,), query, ways=(NEW,)) for suffix in suffixes]


SHEETS = ("csv", "xlsx", "docx")
PAGES = [
    Page("a", "benchmarks:yardstick_a", ways=(KEPT,)),
    Page("d", "benchmarks:yardstick_d", ways=(MEMBER,)),
    opened("home", "kms:home"),
    Page("thread", "community:thread_detail", (SHORT,), ways=ALL, bars=(UNCHANGED, *TALK)),
    Page("thread of 20,000, last page", "community:thread_detail", (LONG,), "from=19976", ALL, (UNCHANGED, *TALK, END)),
    Page("forum", "community:forum_detail", (OPEN,), ways=ALL, bars=(UNCHANGED, *TALK)),
    Page("forums", "community:forum_list", ways=ALL, bars=(UNCHANGED,)),
    Page("unread", "community:thread_unread", ways=(MEMBER,)),
    Page("manual, contents", "training:edition_detail", (BOOK, 1), ways=ALL, bars=(UNCHANGED,)),
    Page("manual, a chapter", "training:chapter_detail", (BOOK, 1, 2), ways=ALL, bars=(UNCHANGED,)),
    Page("manual, a chapter with comments", "training:chapter_detail", (BOOK, 2, 2), ways=ALL, bars=(UNCHANGED,)),
    Page("comments, matrix", "consultations:matrix", (ASKED,), ways=(MEMBER,)),
    Page("comments, matrix of a chapter", "consultations:matrix", (ASKED,), "chapter=2", ways=(MEMBER,)),
    Page("comments, statistics", "consultations:statistics", (ASKED,), ways=(MEMBER,)),
    *(Page(f"comments as .{form}", "consultations:matrix_export", (ASKED, form), ways=(MEMBER,)) for form in SHEETS),
    Page("comparison of editions", "consultations:edition_compare", (BOOK, 2), ways=ALL, bars=(UNCHANGED,)),
    Page("comparison of a chapter", "consultations:chapter_compare", (BOOK, 2, 2), ways=ALL, bars=(UNCHANGED,)),
    *listing("events", "events:event_list", two_filters="when=past&kind=sport"),
    *listing(
        "legislation",
        "legislation:instrument_list",
        two_filters="level=national&kind=act",
        in_force_on_a_day="in_force_on=2014-06-12",
    ),
    Page("programme", "programme:activity_list", ways=ALL, bars=(UNCHANGED, LIST)),
    opened("dossier, one host", "events:event_detail", "pan-american-games-2011"),
    opened("dossier, nine hosts", "events:event_detail", "cricket-world-cup-2007"),
    opened("instrument", "legislation:instrument_detail", "inter-american-convention-against-terrorism-2002"),
    opened("treaty table", "legislation:treaty_detail", "inter-american-convention-against-terrorism-2002"),
    opened("country", "kms:country_detail", "brazil"),
    opened("theme", "kms:theme_detail", "cyber-security"),
    opened("network", "kms:country_list"),
    opened("event map", "events:event_map"),
    opened("event calendar", "events:event_calendar"),
    opened("event timeline", "events:event_timeline"),
    opened("matrix", "legislation:theme_matrix"),
    opened("treaties", "legislation:treaty_list"),
    *forms("events", "events:event_export", "csv", "xlsx", "ics", "atom", query="kind=religious&state=brazil"),
    *forms("legislation", "legislation:instrument_export", "csv", "xlsx", "atom", query="kind=decree&state=peru"),
    *forms("programme", "programme:activity_export", "csv", "ics", "atom", query="kind=training"),
]
