"""What the pages on which one writes show: who will read it, what happens on sending, the quote, the preview."""

import re
import uuid
from dataclasses import dataclass, field
from types import SimpleNamespace

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _

from community.actions import must_wait
from community.forms import PostForm, ThreadForm, WordsField, tidy
from community.mentions import mentioned_in, with_names
from community.models import LONGEST_POST, Draft, Forum, Post, Thread
from community.readers import readers_key
from core.inputs import keys_of
from core.labels import Label
from core.languages import localized
from core.templatetags.texts import tlp
from members.access import Role
from notifications.kinds import SUBJECTS

MOST_QUOTED = 1500
MARKS = re.compile(r"([\\\[\]*_`<>~])")


@dataclass(frozen=True)
class Preview:
    """What a text will look like to its writer; how many of those it mentions are not told; or why it is refused."""

    html: str = ""
    untold: int = 0
    error: str = ""


@dataclass(frozen=True)
class Editor:
    """The box of a text: what stands in it, what is wrong with it, what it will look like."""

    label: str
    text: str = ""
    errors: list = field(default_factory=list)
    preview: Preview | None = None
    rows: int = 8
    most = LONGEST_POST

    @property
    def limit(self):
        return number_format(self.most, force_grouping=True)

    @property
    def tools(self):
        """(what it does, as the script knows it, and its name) of each button above the box."""
        return [("**", _("Bold")), ("*", _("Italic")), ("- ", _("List")), ("> ", _("Quote")), ("[", _("Link"))]

    @property
    def shows_preview(self):
        return self.preview is not None and not self.preview.error


@dataclass(frozen=True)
class Reply:
    """The box in which a thread is answered. `why_not` says why it is closed to its reader, if it is."""

    thread: Thread
    why_not: str
    editor: Editor
    token: uuid.UUID
    version: int = 0
    quoted: int | None = None
    form: object = None
    waits: bool = False

    @property
    def url(self):
        return reverse("community:post_create", args=[self.thread.slug])

    @property
    def seen(self):
        return readers_key(self.thread)

    @property
    def readers(self):
        return who_reads(self.thread)

    @property
    def happens(self):
        return happens(self.waits)

    @property
    def file_hint(self):
        return PostForm.base_fields["files"].help_text

    @property
    def file_errors(self):
        return self.form.errors.get("files", []) if self.form is not None else []


def reply_of(thread, reader, *, why_not, draft=None, quoted=None, **more):
    """The Reply of a thread that its reader has not written yet, with his draft and with what he quotes.

    `draft` is a Draft, or anything with its `text` and `version`; `more` are other fields of Reply.
    """
    text = draft.text if draft else ""
    if quoted is not None:
        text = f"{text}\n\n{quote_of(quoted)}".lstrip("\n")
    answered = quoted.pk if quoted is not None else getattr(draft, "quoted_id", None)
    editor = Editor(label=_("Your reply"), text=text, rows=12 if text else 6)
    version, waits = draft.version if draft else 0, must_wait(thread.forum, reader)
    return Reply(thread, why_not, editor, uuid.uuid4(), version=version, quoted=answered, waits=waits, **more)


def reply_beneath(thread, reader, *, why_not):
    """The same beneath a thread that was read with for_reader(reader), which says whether there is a draft."""
    draft = Draft.objects.visible_to(reader).filter(pk=thread.draft).first() if thread.draft else None
    return reply_of(thread, reader, why_not=why_not, draft=draft)


def thread_for(slug, reader):
    """The thread of that slug, or the one that it was joined with, where `reader` may know of it; else None."""
    rows = Thread.objects.visible_to(reader).for_detail()
    thread = rows.filter(slug=slug).first()
    if thread is None or thread.merged_into_id:  # who does not moderate may no longer know of the first
        return rows.filter(merged__slug=slug).first()
    return thread


def forum_for(slug, reader):
    return Forum.objects.visible_to(reader).for_detail().filter(slug=slug).first()


def post_for(key, reader):
    """A post whose words `reader` may read, or None."""
    rows = Post.objects.visible_to(reader).readable_by(reader)
    return rows.select_related("thread__forum", "author", "state", "organisation").filter(pk=key).first()


def draft_for(place, reader):
    """What somebody began to write in a thread or a forum, or None."""
    rows = Draft.objects.visible_to(reader).unsent()
    return (rows.of_thread(place) if isinstance(place, Thread) else rows.of_forum(place)).first()


def quotable(asked, thread, reader):
    """The post of a thread that is to be quoted, where `reader` may read it; else None."""
    keys = keys_of([asked or ""])
    rows = Post.objects.visible_to(reader).readable_by(reader).in_thread(thread).numbered()
    return rows.select_related("author", "state", "organisation").filter(pk=keys[0]).first() if keys else None


def quote_of(post):
    """A post as a quote in Markdown, under a line that leads to it; what it quotes itself is left out.

    No name is in it: not all readers may know that.
    """
    lines = post.text.split("\n")
    own = "\n".join(line for line in lines if not line.lstrip().startswith(">")).strip() or post.text
    if len(own) > MOST_QUOTED:
        own = own[:MOST_QUOTED].rsplit(" ", 1)[0] + " …"
    body = localized(post.state or post.organisation, "name")[0] if post.state or post.organisation else ""
    who = " · ".join(part for part in (body, str(Role(post.standing).label) if post.standing else "") if part)
    words = _("%(who)s, post %(number)s") % {"who": MARKS.sub(r"\\\1", who), "number": post.number}
    quoted = "\n".join(f"> {line}".rstrip() for line in own.split("\n"))
    return f"> [{words}]({in_any_language(post.get_absolute_url())}):\n>\n{quoted}\n\n"


def in_any_language(path):
    """A path without its language: whoever follows it gets the page in his own."""
    return "/" + path.split("/", 2)[2]


def who_reads(place):
    """Who reads what is written in a thread, or in a new one of a forum that is as open as the forum."""
    return readers_said(place.label, place.open_to_partners, _states(place) if place.label == Label.RED else ())


def _states(place):
    states = {*place.named_states.all(), place.state if place.state_id else None} - {None}
    return sorted(localized(state, "name")[0] for state in states)


def readers_said(label, open_to_partners, states=()):
    """Who reads what has a label; `states` are the names of those whose mandate-holders read it under TLP:RED."""
    if label == Label.CLEAR:
        return _("Everybody reads it, on the open internet.")
    if label == Label.GREEN and open_to_partners:
        return _("Every member of this portal reads it, partners and experts too.")
    if label == Label.GREEN:
        return _("Every member of a State reads it, and the secretariat; partners do not.")
    if label == Label.AMBER:
        return _("The Focal Points and alternates of all States read it, the secretariat, and whoever began it.")
    if states:
        said = _("Of %(states)s the Focal Point and alternates read it, further the secretariat and whoever began it.")
        return said % {"states": ", ".join(states)}
    return _("The secretariat reads it, and whoever began it.")


def labels_for(forum, record):
    """[(label, what it means in a forum)]: as open as forum and record allow, or narrower."""
    widest = max(forum.label, record.label if record is not None else Label.CLEAR)
    return [(label.value, _label_said(label, forum)) for label in Label if label >= widest]


def _label_said(label, forum):
    chip = tlp(SimpleNamespace(label=label, label_field="label"))
    if label == forum.label:
        return format_html("{} {} {}", chip, _("As the forum."), who_reads(forum))
    if label == Label.RED:
        said = _("The Focal Points and alternates of your State and of States that you name, and the secretariat.")
        return format_html("{} {}", chip, said)
    return format_html("{} {}", chip, readers_said(label, forum.open_to_partners))


def happens(waits):
    """What comes of sending."""
    if waits:
        return _("The moderators read it before it is out; you are told once it is.")
    return _("Whoever watches this conversation or its forum is sent a link to it.")


def preview_of(text, place, reader):
    """The Preview of a text in a thread, or for a new one in a forum."""
    words = WordsField()
    try:
        words.clean(text)
    except ValidationError as error:
        return Preview(error=" ".join(error.messages))
    people, others = mentioned_in(words.html, place)
    return Preview(html=with_names(words.html, people, reader), untold=others)


def thread_form(forum, about, data=None, files=None, **more):
    return ThreadForm(data, files, forum=forum, about=about, labels=labels_for(forum, about[1]), **more)


def thread_sheet(form, reader, *, why_not, token, version=0, preview=None):
    """What the page of a new thread shows around its form."""
    forum, (kind, record) = form.forum, form.found
    errors = form.errors.get("text", []) if form.is_bound else [preview.error] if preview and preview.error else []
    label, text = form.fields["text"].label, tidy(form["text"].value())
    return {
        "forum": forum,
        "form": form,
        "why_not": why_not,
        "token": token,
        "version": version,
        "about": record and {"kind": SUBJECTS[kind].label, "record": record, "value": f"{kind}:{record.pk}"},
        "editor": Editor(label=label, text=text, errors=errors, preview=preview, rows=12),
        "readers": who_reads(forum),
        "seen": readers_key(forum),
        "happens": happens(must_wait(forum, reader)),
    }
