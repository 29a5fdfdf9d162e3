"""Mentions: `@BRA-12` in a post means the member with that number. The name shows to those who may know it."""

import re

from django.db.models import Q
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from community.models import Post
from core.inputs import LONGEST_KEY
from core.languages import content_language
from members.audiences import audiences_of, called
from members.models import User
from notifications.readers import readers_of

HANDLE = re.compile(rf"(?<![\w@/.])@([A-Z0-9]{{2,12}})-([0-9]{{1,{LONGEST_KEY}}})(?![\w-])", re.ASCII)
TAG = re.compile(r'<(/?)(\w+)(?:[^">]|"[^"]*")*>')
VERBATIM = {"code", "pre"}
QUIET = VERBATIM | {"blockquote"}  # what was quoted mentions nobody once more
MOST_MENTIONED = 10
MOST_OFFERED, MOST_TRIED, MOST_POSTS = 8, 40, 200


def handle_of(person):
    """How one writes a member's mention: the code of the State or organisation, and the member's number."""
    body = person.state.iso3 if person.state_id else person.organisation.code if person.organisation_id else "KMS"
    code = re.sub("[^A-Z0-9]", "", body.upper())[:12]
    return f"@{code if len(code) > 1 else 'KMS'}-{person.pk}"


def _pieces(html, apart):
    """(piece, whether it is text that stands in none of the elements `apart`) of cleaned HTML, in its order."""
    within, begin = 0, 0
    for tag in TAG.finditer(html):
        yield html[begin : tag.start()], not within
        yield tag[0], False
        if tag[2] in apart:
            within += -1 if tag[1] else 1
        begin = tag.end()
    yield html[begin:], not within


def handles_in(html):
    """The handles that the cleaned HTML of a post holds outside of quotes and code, in their order, each once."""
    found = (handle[0] for text, counts in _pieces(html, QUIET) if counts for handle in HANDLE.finditer(text))
    return list(dict.fromkeys(found))


def mentioned_in(html, place):
    """(Accounts that the HTML of a post mentions and that may read its thread or forum, how many others it mentions).

    A number with the code of another State or organisation is nobody's.
    """
    handles = handles_in(html)
    keys = {int(handle.rpartition("-")[2]) for handle in handles[:MOST_MENTIONED]}
    rows = User.objects.in_use().filter(pk__in=keys).select_related("state", "organisation").order_by("pk")
    people = [person for person in rows if handle_of(person) in handles] if keys else []
    readers = _readers(people, place)
    return readers, len(handles) - len(readers)


def _readers(people, place):
    """Those of some accounts that may read a thread or forum, a thread also while its first post is being written."""
    if not people or getattr(place, "last_number", 1):
        return readers_of(people, (place._meta.model_name, place.pk))[0] if people else []
    of_forum, _forum = readers_of(people, ("forum", place.forum_id))
    begun = type(place).objects
    return [person for person in of_forum if begun.meant_for(person).filter(pk=place.pk).exists()]


def name_for(person, reader):
    """A member's name for himself and where he shows it to `reader`; otherwise, and of no account, "a member"."""
    return called(person, reader, _("a member"))


def with_names(html, people, reader):
    """Cleaned HTML of a post with its mentions as `reader` may see them: `people` are those it mentions."""
    names = {person.pk: name_for(person, reader) for person in people}
    own = reader.pk if reader.is_authenticated else None

    def said(found):
        key = int(found[2])
        if key not in names:
            return found[0]
        kind = "mention mention--you" if key == own else "mention"
        return f'<span class="{kind}" title="{found[0]}">@{escape(names[key])}</span>'

    parts = (HANDLE.sub(said, piece) if is_text else piece for piece, is_text in _pieces(html, VERBATIM))
    return mark_safe("".join(parts))  # noqa: S308 - cleaned before, and the names are escaped


def _known_to(reader):
    """Members whom `reader` may know by name, with what their handle is made of."""
    people = User.objects.in_use().filter(name_shown_to__in=audiences_of(reader)).exclude(pk=reader.pk)
    return people.select_related("state", "organisation").order_by("name", "pk")


def people_to_mention(text, place, reader):
    """Members whose name, State or organisation holds a text, whom `reader` may know by name and who may read a thread
    or forum; a few of them."""
    of_state = Q(**{f"state__name_{content_language()}__icontains": text}) | Q(state__iso3__iexact=text)
    found = _known_to(reader).filter(Q(name__icontains=text) | of_state | Q(organisation__code__iexact=text))
    return _readers(list(found[:MOST_TRIED]), place)[:MOST_OFFERED]


def people_in(thread, reader):
    """Members who wrote lately in a thread, whom `reader` may know by name and who may still read it."""
    latest = Post.objects.visible_to(reader).in_thread(thread).numbered().order_by("-number")
    found = _known_to(reader).filter(pk__in=latest.values("author")[:MOST_POSTS])
    return _readers(list(found[:MOST_TRIED]), thread)
