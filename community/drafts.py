"""Unfinished texts: kept as they were posted, found again in a list."""

from dataclasses import dataclass

from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext as _

from community.actions import keep_draft
from community.forms import DraftForm, version_of
from community.models import Draft, Forum, Thread
from core.markdown import without_directions
from moderation.refusals import Refused

MOST_LISTED, LONGEST_LINE = 200, 200


@dataclass(frozen=True)
class Begun:
    """One draft as its list shows it: its place, or None where that is no longer open to its writer."""

    draft: Draft
    place: object

    @property
    def title(self):
        return self.draft.title or (str(self.place) if self.place else "")

    @property
    def forum(self):
        return self.place.forum if self.draft.thread_id else self.place

    @property
    def url(self):
        """Where one goes on with it."""
        if self.draft.thread_id:
            return f"{reverse('community:post_create', args=[self.place.slug])}#reply"
        return reverse("community:thread_create", args=[self.place.slug])

    @property
    def line(self):
        words = " ".join(without_directions(self.draft.text).split())
        return words if len(words) <= LONGEST_LINE else f"{words[:LONGEST_LINE].rstrip()} …"


def begun_by(person):
    """What somebody has begun to write, the latest first."""
    drafts = list(Draft.objects.visible_to(person).unsent().for_list()[:MOST_LISTED])
    threads, forums = ({getattr(draft, f"{name}_id") for draft in drafts} - {None} for name in ("thread", "forum"))
    open_threads = set(Thread.objects.visible_to(person).filter(pk__in=threads).values_list("pk", flat=True))
    open_forums = set(Forum.objects.visible_to(person).filter(pk__in=forums).values_list("pk", flat=True))
    return [Begun(draft, _place(draft, open_threads, open_forums)) for draft in drafts]


def _place(draft, threads, forums):
    if draft.thread_id:
        return draft.thread if draft.thread_id in threads else None
    return draft.forum if draft.forum_id in forums else None


def keep(data, *, by, quoted=None, **place):
    """Keep what was posted as a draft; returns (the Draft or None, why it was not kept)."""
    form = DraftForm(data)
    if not form.is_valid():
        return None, " ".join(error for errors in form.errors.values() for error in errors)
    try:
        return keep_draft(by=by, version=version_of(data), quoted=quoted, **place, **form.kept()), ""
    except Refused as refused:
        return None, str(refused)


def drop(draft, *, by):
    """Delete one's own draft."""
    Draft.objects.visible_to(by).filter(pk=draft.pk).delete()


def keep_posted(request, **place):
    """The same of a form that was posted, with a message of what became of it; returns whether it is kept."""
    draft, refused = keep(request.POST, by=request.user, **place)
    if refused:
        messages.error(request, refused)
    elif draft is None:
        messages.info(request, _("There was nothing to keep."))
    else:
        messages.success(request, _("The draft is saved. You find it again here, and in your drafts."))
    return not refused
