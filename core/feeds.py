"""Atom feeds (RFC 4287) of what changed last in a list."""

from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpResponse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language

from core.identity import list_uuid, record_uuid
from core.text import clean_text

MOST_ENTRIES = 50
AUTHOR = "IPO Americas"


@dataclass(frozen=True)
class Change:
    """One record of a feed, with what its app says of it."""

    record: object
    title: str
    summary: str = ""
    categories: list = field(default_factory=list)


class ChangesFeed(Atom1Feed):
    """Django's Atom, with summaries as plain text."""

    content_type = "application/atom+xml; charset=utf-8"

    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, item)
        if item["plain"]:
            handler.addQuickElement("summary", item["plain"], {"type": "text"})


def feed_response(*, title, subtitle, page, source, changes):
    """The changes as an Atom feed; `page` and `source` are the paths of the list and of the feed, with their query.

    An entry's id is the record's in every feed and language, so that a reader of two feeds is told once. A feed's
    own id is that of its address, where language and filters count and the host does not.
    """
    feed = ChangesFeed(
        title=clean_text(title),
        subtitle=clean_text(subtitle),
        link=settings.BASE_URL + page,
        feed_url=settings.BASE_URL + source,
        feed_guid=list_uuid(source).urn,
        description="",
        language=get_language(),
        author_name=AUTHOR,
        author_link=settings.BASE_URL + "/",
    )
    for change in changes:
        feed.add_item(**_item(change))
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


def _item(change):
    record = change.record
    return {
        "title": clean_text(change.title),
        "link": settings.BASE_URL + record.get_absolute_url(),
        "unique_id": record_uuid(record).urn,
        "pubdate": record.created,
        "updateddate": record.updated,
        "categories": [clean_text(text) for text in change.categories],
        "description": None,
        "plain": clean_text(change.summary),
    }
