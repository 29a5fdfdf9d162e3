"""Threads and posts as finished rows of a page: each State, role and day is said once, and nothing is asked per row."""

from html import escape
from types import SimpleNamespace

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.models import ABOUT
from core.dates import Precision, say_date
from core.labels import Label
from core.languages import CONTENT_CODES
from core.moments import offset
from core.templatetags.texts import text, tlp
from members.access import Role
from members.audiences import audiences_of
from members.models import Labelled

NAMES = [f"name_{code}" for code in CONTENT_CODES]
BODIES = [f"{body}__{name}" for body in ("state", "organisation") for name in NAMES]
THREAD_COLUMNS = ["pk", "slug", "title", "label", "publication", "is_pinned", "is_locked", "forum"]
THREAD_COLUMNS += ["last_number", "last_posted", "event", "instrument", "activity", "lesson", "chapter"]
WHO_BEGAN = ["standing", "state", "organisation", *BODIES]
WHO_WAS_LAST = ["author", "author__name", "author__email", "author__name_shown_to", "author__organisation", "state"]
WHO_WAS_LAST += [f"{body}__{name}" for body in ("state", "author__organisation") for name in NAMES]
OUT = Labelled.Publication.PUBLISHED


class Saying:
    """How one page says people and moments to one reader; each of them is worked out once."""

    def __init__(self, reader):
        self.reader, self.audiences = reader, audiences_of(reader)
        self.roles = {role.value: escape(str(role.label)) for role in Role}
        self.days, self.bodies = {}, {}
        self.someone = escape(_("A member"))

    def day(self, moment):
        """The local day of a moment."""
        date = moment.date()
        if date not in self.days:
            self.days[date] = escape(say_date(date, Precision.DAY))
        return self.days[date]

    def moment(self, at):
        """A moment in the reader's time zone, as an element."""
        local = timezone.localtime(at)
        return (
            f'<time datetime="{local.isoformat(timespec="seconds")}" title="{local:%Y-%m-%d %H:%M %Z}">'
            f"{self.day(local)}, {local:%H:%M}</time>"
        )

    def span(self, opens, closes):
        """From when until when a forum takes contributions, with the time zone; either may be missing."""
        parts = [(_("opens %(when)s"), opens), (_("closes %(when)s"), closes)]
        said = [escape(words) % {"when": f"{self.moment(at)} {offset(at)}"} for words, at in parts if at]
        return mark_safe(", ".join(said))  # noqa: S308 - each part is escaped

    def body(self, found, path):
        """The name of the State or the organisation that a row names under `path`; "" where it names none."""
        key = found[path]
        if key is None:
            return ""
        kind = path.rpartition("__")[2]
        if (kind, key) not in self.bodies:
            names = {name: found[f"{path}__{name}"] for name in NAMES}
            self.bodies[kind, key] = text(SimpleNamespace(**names), "name")
        return self.bodies[kind, key]

    def standing(self, found, prefix=""):
        """For whom somebody wrote: "Brazil · National Focal Point", or the role alone."""
        body = self.body(found, f"{prefix}state") or self.body(found, f"{prefix}organisation")
        return " · ".join(part for part in (body, self.roles.get(found[f"{prefix}standing"], "")) if part)

    def name(self, found, path="author"):
        """The name of a person for himself and where he shows it to the reader, otherwise "a member"."""
        key = found[path]
        if key is None or (key != self.reader.pk and found[f"{path}__name_shown_to"] not in self.audiences):
            return self.someone
        return escape(found[f"{path}__name"] or found[f"{path}__email"])


def forum_rows(rooms, reader, tail=""):
    """The `<li>` of each of the Rooms of community.lists; `tail` is what the address of each ends with."""
    say = Saying(reader)
    return mark_safe("".join(_forum(room, say, tail) for room in rooms))  # noqa: S308 - each part is escaped


def _forum(room, say, tail):
    forum = room.forum
    threads = ngettext("%(n)s conversation", "%(n)s conversations", room.threads) % {"n": room.threads}
    posts = ngettext("%(n)s post", "%(n)s posts", room.posts) % {"n": room.posts}
    facts = [escape(threads), escape(posts)] if room.threads else [escape(_("No conversation yet"))]
    facts += [escape(_("last post %(when)s")) % {"when": say.moment(room.last)}] if room.last else []
    signs = stage_sign(forum) + (f" {tlp(forum)}" if forum.is_restricted else "")
    dates = f'<p class="soft">{say.span(forum.opens, forum.closes)}</p>' if forum.is_timed else ""
    return (
        f'<li><div><h3><a href="{forum.get_absolute_url()}{tail}">{text(forum, "name")}</a></h3>\n'
        f'<p class="meta">{"".join(f"<span>{fact}</span> " for fact in facts)}{signs}{_waiting(room)}</p>\n'
        f'<p class="line">{text(forum, "description")}</p>{dates}</div></li>\n'
    )


def _waiting(room):
    """How many of its threads hold something new."""
    if not room.unread:
        return ""
    words = ngettext("%(n)s with new posts", "%(n)s with new posts", room.unread) % {"n": room.unread}
    return f' <span class="tag tag--ongoing">{escape(words)}</span>'


def stage_sign(forum):
    """The tag that says whether an e-forum takes contributions now; "" for any other forum."""
    if not forum.is_timed:
        return ""
    kind = {"coming": "upcoming", "open": "in-force", "closed": "past"}[forum.stage]
    return format_html('<span class="tag tag--{}">{}</span>', kind, forum.stage.label)


def read_threads(threads, with_forum=False):
    """The rows of threads, a queryset in its order, as dicts; `unread` and `seen` where it was read_by() somebody."""
    return list(shown(threads, with_forum))


def shown(threads, with_forum=False):
    """The same as a values() queryset."""
    columns = [*THREAD_COLUMNS, *(f"first__{name}" for name in WHO_BEGAN), *(f"last_{name}" for name in WHO_WAS_LAST)]
    columns += [f"forum__{name}" for name in NAMES] if with_forum else []
    more = [name for name in ("unread", "seen") if name in threads.query.annotations]
    return threads.with_first().values(*columns, *more)


def thread_rows(threads, reader, *, label=Label.CLEAR, without=""):
    """The `<li>` of each thread as read_threads() gives it.

    The forum is named where it was read. What all have in common is left out: a `label` that none is wider than, and
    `without`="about", that they are about something.
    """
    say = Saying(reader)
    base = reverse("community:forum_list") + "threads/"
    said = (_thread(row, say, base, _signs(row, say, label, without)) for row in threads)
    return mark_safe("".join(said))  # noqa: S308 - each part is escaped


def _thread(row, say, base, signs):
    url = f"{base}{row['slug']}/"
    unread = row.get("unread", 0)
    said = f'<li><div><h3><a href="{url}">{escape(row["title"])}</a></h3>\n<p class="meta">{signs}'
    posts = ngettext("%(n)s post", "%(n)s posts", row["last_number"]) % {"n": row["last_number"]}
    said += f"<span>{_begun(row, say)}</span> <span>{escape(posts)}</span></p>\n"
    said += f'<p class="line">{_last(row, say)}</p>'
    return said + (_unread(unread, url) if unread else "") + "</div></li>\n"


def _begun(row, say):
    who = say.standing(row, "first__")
    return escape(_("Begun by %(who)s")) % {"who": who} if who else escape(_("Waits for the moderators"))


def _last(row, say):
    body = say.body(row, "last_state") or say.body(row, "last_author__organisation")
    name = say.name(row, "last_author")
    who = f"{name} ({body})" if body else name
    return escape(_("Last post by %(who)s, %(when)s")) % {"who": who, "when": say.moment(row["last_posted"])}


def _unread(number, url):
    words = escape(ngettext("%(n)s new post", "%(n)s new posts", number) % {"n": number})
    return f'\n<p class="meta"><a class="tag tag--ongoing" href="{url}?unread">{words}</a></p>'


def _signs(row, say, label, without):
    """The words that say what is special of a thread, and its label where it is narrower than that."""
    signs = [(row["is_pinned"], _("Pinned")), (row["is_locked"], _("Locked")), (row["publication"] != OUT, _("Hidden"))]
    said = "".join(f'<span class="tag">{escape(words)}</span> ' for holds, words in signs if holds)
    if "forum__name_en" in row:
        said += f"<span>{say.body(row, 'forum')}</span> "
    kind = next((kind for kind in ABOUT if row[kind]), "") if without != "about" else ""
    said += f"<span>{escape(about_words(kind))}</span> " if kind else ""
    return f"{said}{chip(row['label'])} " if row["label"] > label else said


def about_words(kind):
    """That a thread is about something, without naming it."""
    words = {
        "event": _("About an event"),
        "instrument": _("About a text of law"),
        "activity": _("About an activity"),
        "lesson": _("About a lesson"),
        "chapter": _("About a chapter of the manual"),
    }
    return words[kind]


def chip(label):
    """The chip of an audience label."""
    return tlp(SimpleNamespace(label_field="label", label=label))
