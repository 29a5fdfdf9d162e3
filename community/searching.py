"""Words in titles and posts, for who may read them: plain look-ups, bounded, page by page from the newest on."""

from dataclasses import dataclass, field
from html import escape

from django.http import Http404
from django.utils.http import urlencode
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from community.filters import SearchForm
from community.forms import about_of
from community.models import Forum, Post, Thread
from community.rows import BODIES, NAMES, Saying, chip, read_threads
from core.inputs import LONGEST_KEY
from core.snippets import marked, snippet
from core.text import fold

PER_PAGE, MOST_TITLES, MOST_LISTED = 25, 10, 100
# So many posts are looked through for one page; what is older waits for the next.
WINDOW = 50_000
SHORTEST = 2
COLUMNS = ["pk", "number", "text", "created", "standing", "state", "organisation", *BODIES]
COLUMNS += ["author", "author__name", "author__email", "author__name_shown_to", "thread__title", "thread__label"]
COLUMNS += ["thread__forum", *(f"thread__forum__{name}" for name in NAMES)]


@dataclass(frozen=True)
class Found:
    """What was found: threads by their titles (on the first page only), posts, and the query of the page after it."""

    form: SearchForm
    words: str = ""
    about: object = None
    threads: list = field(default_factory=list)
    posts: list = field(default_factory=list)
    older: str = ""
    is_first: bool = True


def search(user, query):
    """The Found of a query: "q" words, "forum" a slug, "about" a record, "before" the key of a post.

    Without words it is the conversations about the record. 404 for a key that cannot be.
    """
    form = SearchForm(query, forums=Forum.objects.visible_to(user).for_list())
    kind, about = about_of(query.get("about", ""), user)
    words = form.cleaned_data["q"].strip() if form.is_valid() else ""
    threads, posts = _within(user, form.cleaned_data.get("forum"), kind, about)
    if not any(len(word) >= SHORTEST for word in fold(words).split()):
        listed = (
            read_threads(threads.latest_first()[:MOST_LISTED], with_forum=True) if about and form.is_valid() else []
        )
        return Found(form, words, about, listed)
    before = _key(query.get("before", ""))
    titles = [] if before else read_threads(threads.holding(words).latest_first()[:MOST_TITLES], with_forum=True)
    found, older = _posts(posts, words, before or Post.objects.last_key() + 1)
    kept = {name: query[name] for name in ("q", "forum", "about") if query.get(name)}
    return Found(form, words, about, titles, found, urlencode({**kept, "before": older}) if older else "", not before)


def _within(user, forum, kind, about):
    """(threads, posts) that a reader may read: of all forums or one, of all conversations or those about a record."""
    threads, posts = Thread.objects.visible_to(user), Post.objects.visible_to(user).readable_by(user)
    if forum:
        threads, posts = threads.in_forum(forum), posts.in_forum(forum)
    if about:
        threads, posts = threads.on(kind, about), posts.on(kind, about)
    return threads, posts


def _posts(posts, words, before):
    """(The newest posts before a key that hold all the words, the key before which to look further, or None)."""
    first = max(0, before - WINDOW)
    rows = posts.written_between(first, before).holding(words).newest_first().values(*COLUMNS)[: PER_PAGE + 1]
    found = list(rows)
    if len(found) > PER_PAGE:
        return found[:PER_PAGE], found[PER_PAGE - 1]["pk"]
    return found, first or None


def _key(text):
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_KEY):
        raise Http404
    return int(text)


def found_rows(posts, words, reader, posts_url):
    """The `<li>` of each post that was found, with the words marked."""
    say = Saying(reader)
    rows = [_row(row, fold(words).split(), say, posts_url) for row in posts]
    return mark_safe("".join(rows))  # noqa: S308 - each part is escaped


def _row(row, words, say, posts_url):
    number = escape(_("post %(number)s")) % {"number": row["number"]} if row["number"] else escape(_("not out yet"))
    who = f"{say.name(row)}, {say.standing(row)}"
    facts = [say.body(row, "thread__forum"), number, who, say.moment(row["created"])]
    label = f" {chip(row['thread__label'])}" if row["thread__label"] else ""
    return (
        f'<li><div><h3><a href="{posts_url}{row["pk"]}/">{marked(row["thread__title"], words)}</a></h3>\n'
        f'<p class="meta">{" ".join(f"<span>{fact}</span>" for fact in facts)}{label}</p>\n'
        f'<p class="line">{snippet(row["text"], words)}</p></div></li>\n'
    )
