"""The posts of a thread as finished text, with what moderators did between them."""

from html import escape
from types import SimpleNamespace

from django.db.models import Q
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.mentions import with_names
from community.models import Post, ThreadStep
from community.rows import BODIES, Saying
from core.kept_sql import kept_rows
from core.markdown import clean
from members.access import Action, Scope, scope

POST_COLUMNS = ["pk", "number", "status", "html", "created", "edited", "version", "standing", "state", "organisation"]
POST_COLUMNS += ["author", "author__name", "author__email", "author__name_shown_to", *BODIES]
POST_COLUMNS += ["quoted", "quoted__number", "quoted__thread", "mention_count", "document_count", "thanks_count"]
PUBLISHED, WAITING, HIDDEN, REFUSED = Post.Status


class PostRow(SimpleNamespace):
    """What a page shows of a post, under the names of Post's columns."""


def read_posts(thread, first, last, reader, with_waiting):
    """The PostRows of a thread that passed the gate, from one number until another; `is_thanked` is by the reader.

    Also what waits for the moderators, if that is asked: the reader's own, and all of it for moderators.
    """
    moderates = scope(reader, Action.MODERATE) == Scope.ANY
    asked = _with_waiting if with_waiting and moderates else _with_own
    own = reader.pk if with_waiting and reader.pk else 0
    return [PostRow(**row) for row in kept_rows(asked, thread.pk, first, last, reader.pk or 0, own)]


def _with_own(thread, first, last, reader, own):
    return _shown(thread, first, last, reader).filter(Q(number__isnull=False) | Q(author=own))


def _with_waiting(thread, first, last, reader, own):
    return _shown(thread, first, last, reader)


def _shown(thread, first, last, reader):
    rows = Post.objects.in_thread(thread).on_page(first, last, with_waiting=True)
    return rows.thanked_by(reader).order_by().values(*POST_COLUMNS, "is_thanked")


class Posts:
    """How a page prints the posts of one thread for one reader.

    `mentioned` is {post: people}, `files` {post: Documents}, `new_from` the number of the first post that the reader
    has not seen, or 0, `may_write` whether he may answer here, `sees_hidden` whether he reads what is hidden.
    """

    def __init__(self, thread, reader, *, mentioned, files, new_from=0, may_write=False, sees_hidden=False):
        self.thread, self.reader, self.say = thread, reader, Saying(reader)
        self.mentioned, self.files, self.new_from = mentioned, files, new_from
        self.may_write, self.sees_hidden = may_write, sees_hidden
        base = reverse("community:forum_list")
        self.posts_url, self.url = f"{base}posts/", f"{base}threads/{thread.slug}/"
        self.desk_url = f"{reverse('moderation:flag_queue')}post/"
        self.words, self.notes = _words(), _notes()
        self.is_member = reader.is_authenticated

    def html(self, posts, steps=()):
        """All of it: the posts in their order and the ThreadSteps between them, by their time."""
        parts, steps = [], list(steps)
        for row in posts:
            while steps and row.number and steps[0].at < row.created:
                parts.append(self._step(steps.pop(0)))
            parts.append(self._post(row))
        parts += [self._step(step) for step in steps]
        return mark_safe("".join(parts))  # noqa: S308 - each part is escaped or cleaned

    def _step(self, step):
        words = escape(_("The moderators: %(act)s")) % {"act": escape(str(ThreadStep.Kind(step.kind).label))}
        return f'<p class="post__step">{self.say.moment(step.at)} · {words}</p>\n'

    def _post(self, row):
        mine = row.author is not None and row.author == self.reader.pk
        readable = row.status != HIDDEN or mine or self.sees_hidden
        line = f'<p class="post__new" id="new">{self.words["new"]}</p>\n' if row.number == self.new_from else ""
        name = f"post-{row.number}" if row.number else f"waiting-{row.pk}"
        body = self._body(row) if readable else ""
        acts = self._acts(row, mine) if readable and row.status == PUBLISHED and self.is_member else ""
        return (
            f'{line}<article class="post" id="{name}" aria-labelledby="{name}-by">{self._head(row, name)}'
            f"{self._note(row, mine)}{body}{acts}</article>\n"
        )

    def _head(self, row, name):
        facts = [f'<a href="{self.posts_url}{row.pk}/">{self.words["post"]}{row.number}</a>'] if row.number else []
        facts += [self.say.moment(row.created), *self._edited(row), *self._quoted(row)]
        said = " ".join(f"<span>{fact}</span>" for fact in facts)
        return (
            f'<header><h2 id="{name}-by">{self.say.name(vars(row))} '
            f'<span class="soft">{self.say.standing(vars(row))}</span></h2><p class="meta">{said}</p></header>'
        )

    def _edited(self, row):
        if not row.edited or row.status != PUBLISHED:
            return []
        said = self.words["edited"] % {"when": self.say.moment(row.edited)}
        return [f'<a href="{self.posts_url}{row.pk}/history/">{said}</a>' if self.is_member else said]

    def _quoted(self, row):
        if row.quoted is None:
            return []
        here = row.quoted__thread == self.thread.pk and row.quoted__number
        said = self.words["answers"] % {"number": row.quoted__number} if here else self.words["answers earlier"]
        return [f'<a href="{self.posts_url}{row.quoted}/">{said}</a>']

    def _note(self, row, mine):
        """Why a post is not out, with the way to what was decided, or is to be."""
        if row.status not in self.notes:
            return ""
        words = self.words["moderate"] if self.sees_hidden else self.words["why"] if mine else ""
        decided = words and (self.sees_hidden or row.status != WAITING)
        link = f' <a href="{self.desk_url}{row.pk}/">{words}</a>' if decided else ""
        return f'<p class="soft"><em>{self.notes[row.status]}</em>{link}</p>'

    def _body(self, row):
        html = clean(row.html)
        if row.mention_count:
            html = with_names(html, self.mentioned.get(row.pk, ()), self.reader)
        files = self.files.get(row.pk, ())
        return f'<div class="prose">{html}</div>{self._files(files) if files else ""}'

    def _files(self, files):
        items = "".join(
            f'<li><span class="doc__type">{escape(file.extension.upper())}</span>'
            f'<a href="{file.get_absolute_url()}">{escape(file.title)}</a></li>'
            for file in files
        )
        return f'<ul class="docs">{items}</ul>'

    def _acts(self, row, mine):
        """What one can do with a post. Buttons post through the one form of the page, whose id is "acts"."""
        url, of = f"{self.posts_url}{row.pk}/", f'<span class="sr"> ({self.words["post"]}{row.number})</span>'
        links = [(f"{self.url}reply/?quote={row.pk}", self.words["answer"])] if self.may_write else []
        links += [(f"{url}edit/", self.words["edit"])] if mine and self.may_write else []
        links += [(f"{url}flag/", self.words["flag"])] if not mine else []
        links += [(f"{self.desk_url}{row.pk}/", self.words["moderate"])] if self.sees_hidden else []
        said = " ".join(f'<a href="{href}">{words}{of}</a>' for href, words in links)
        return f'<p class="post__acts no-print">{self._thanks(row, mine)} {said}</p>'

    def _thanks(self, row, mine):
        said = ""
        if row.thanks_count:
            words = ngettext("%(n)s member thanked", "%(n)s members thanked", row.thanks_count)
            said = f"<span>{escape(words % {'n': row.thanks_count})}</span>"
        if mine:
            return said
        on, words = ("0", self.words["thanked"]) if row.is_thanked else ("1", self.words["thank"])
        of = f'<span class="sr"> ({self.words["post"]}{row.number})</span>'
        address = f"{self.posts_url}{row.pk}/thanks/"
        button = f'<button class="link" form="acts" formaction="{address}" name="on" value="{on}">{words}{of}</button>'
        return f"{button} {said}"


def _words():
    """The words that every post may need, escaped."""
    words = {
        "new": _("New since your last visit"),
        "post": _("Post") + " ",
        "edited": _("edited %(when)s"),
        "answers": _("answers post %(number)s"),
        "answers earlier": _("answers an earlier post"),
        "answer": _("Answer"),
        "edit": _("Edit"),
        "flag": _("Report"),
        "moderate": _("Moderate"),
        "why": _("Why?"),
        "thank": _("Thank"),
        "thanked": _("Take the thanks back"),
    }
    return {key: escape(said) for key, said in words.items()}


def _notes():
    """{status: why a post is not, or not any more, to be read by all}, escaped."""
    notes = {
        WAITING: _("This post waits for the moderators: only they and its author see it."),
        REFUSED: _("The moderators did not publish this post: only they and its author see it."),
        HIDDEN: _("The moderators hid this post."),
    }
    return {status.value: escape(said) for status, said in notes.items()}
