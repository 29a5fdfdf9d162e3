"""Conditional GET for what is made of many rows: 304 without the work where the reader has it already."""

from hashlib import blake2b

from django.conf import settings
from django.http import HttpResponse
from django.utils.cache import get_conditional_response

from core.dates import today
from core.freshness import version_for


def conditional(request, make):
    """What `make()` answers, with an ETag of what it depends on; or 304, and then `make()` is not called.

    That is the version of the content, who asks, the whole address, the date and the release. The content's version
    is read before the content, so a write in between makes the answer old, never the other way round.
    """
    headers = {"ETag": _etag(request), "Cache-Control": "public, no-cache", "Vary": "Cookie"}
    known = HttpResponse(headers=headers)
    if request.headers.get("If-None-Match", "").strip() != "*":  # whether there is anything is not known yet
        early = get_conditional_response(request, etag=headers["ETag"], response=known)
        if early is not known:
            return early
    response = make()
    if response.status_code == 200:
        for name, value in headers.items():
            response.headers[name] = value
    if request.method == "HEAD" and response.streaming:
        response.streaming_content = ()  # a server would run through all of it, and send nothing
    return response


def _etag(request):
    """Weak: two answers of one tag say the same, but a compressed file may differ in its bytes."""
    parts = [version_for(request), request.user.pk or 0, request.get_full_path(), today(), settings.VERSION]
    return f'W/"{blake2b(repr(parts).encode(), digest_size=16).hexdigest()}"'
