"""Pages that everybody reads the same, kept in this process until the content changes. For visitors only."""

from dataclasses import dataclass
from functools import wraps
from hashlib import blake2b

from django.conf import settings
from django.core.cache import caches
from django.http import HttpResponse
from django.utils.cache import get_conditional_response

from core.dates import today
from core.freshness import version_for

LONGEST_QUERY = 300


@dataclass(frozen=True)
class Kept:
    """What is kept of an answer."""

    content: bytes
    content_type: str
    etag: str


def kept_for_visitors(view):
    """A view whose answer to visitors is kept, under its address, the content's version and the date.

    Nothing is ever purged: a write of content changes the version. Whoever sends a session cookie is not served from
    here, so such a page must not hold a form that posts, a CSRF token or a message. An address with a query is kept
    only where the view says, with `allow_keeping()`, that this very query is in its canonical form.
    """

    @wraps(view)
    def answered(request, *args, **kwargs):
        query = request.META.get("QUERY_STRING", "")
        if settings.SESSION_COOKIE_NAME in request.COOKIES or len(query) > LONGEST_QUERY:
            return view(request, *args, **kwargs)
        key = _key(request.path, query, version_for(request), today().isoformat())
        kept = caches["pages"].get(key)
        if kept is None:
            response = view(request, *args, **kwargs)
            if response.status_code != 200 or getattr(response, "kept_query", "") != query:
                return response
            kept = _kept(response)
            caches["pages"].set(key, kept)
        return _answer(request, kept)

    return answered


def allow_keeping(response, query):
    """Mark the answer to a valid, canonical query string (None: free text, or a filter that was refused)."""
    response.kept_query = query
    return response


def _key(*parts):
    return blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


def _kept(response):
    content = response.content
    digest = blake2b(content, digest_size=12).hexdigest()
    return Kept(content, response.headers["Content-Type"], f'"{digest}"')


def _answer(request, kept):
    """The page, or 304 where the visitor has it."""
    headers = {"ETag": kept.etag, "Cache-Control": "public, no-cache", "Vary": "Cookie"}
    response = HttpResponse(kept.content, content_type=kept.content_type, headers=headers)
    return get_conditional_response(request, etag=kept.etag, response=response)
