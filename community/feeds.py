"""A forum as an Atom feed: the latest posts that its reader may read."""

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from community.models import Post
from core.feeds import MOST_ENTRIES, Change, feed_response
from core.languages import localized

LONGEST_SUMMARY = 500


def forum_changes(forum, user, path):
    """The feed of a forum, which stands at `path`."""
    posts = Post.objects.visible_to(user).readable_by(user).in_forum(forum).numbered().latest_first()
    name = localized(forum, "name")[0]
    return feed_response(
        title=f"{name} · IPO Americas",
        subtitle=_("The latest posts of this forum"),
        page=forum.get_absolute_url(),
        source=path,
        changes=[_change(post) for post in posts.select_related("thread")[:MOST_ENTRIES]],
    )


def _change(post):
    post.updated = post.edited or post.created
    title = _("%(title)s, post %(number)s") % {"title": post.thread.title, "number": post.number}
    return Change(post, title, Truncator(post.text).chars(LONGEST_SUMMARY))
