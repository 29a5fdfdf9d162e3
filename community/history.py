"""How a post came to its text: each edit, with the words that changed for those who may read them."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from moderation.differences import marked

MOST_SHOWN = 50


@dataclass(frozen=True)
class Change:
    """One edit: when it was, and both texts as safe HTML with what differs marked; without them for other readers."""

    at: datetime
    before: SafeString = SafeString()
    after: SafeString = SafeString()


def changes_of(post, reads_words):
    """The latest edits of a post, newest first."""
    versions = list(post.versions.order_by("-pk")[:MOST_SHOWN])
    if not reads_words:
        return [Change(version.replaced) for version in versions]
    after = [post.text, *(version.text for version in versions)]
    pairs = zip(versions, after, strict=False)
    return [Change(version.replaced, *marked(version.text, text)) for version, text in pairs]
