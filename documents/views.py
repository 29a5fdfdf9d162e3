"""The download of a document: the only way to a file, and a traced one where not everybody may go it."""

import logging
import re

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from core.labels import Label
from documents.actions import trace_download
from documents.models import Document
from members.access import public

log = logging.getLogger("documents.download")
ONE_RANGE = re.compile(r"bytes=(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))")


@require_safe
@public
def document_download(request, uuid, name):
    """The file as an attachment that no browser opens as a page; a part of it where a Range is asked for."""
    return document_response(request, get_object_or_404(Document.objects.visible_to(request.user), uuid=uuid))


def document_response(request, document):
    """The file of a document that the reader may have; each view that gives one has judged that."""

    def trace(partly):
        trace_download(document, partly=partly, by=request.user)

    open_to_all = document.effective_label == Label.CLEAR and document.is_out
    return stored_response(request, document, etag=f'"{document.sha256}"', trace=None if open_to_all else trace)


def stored_response(request, stored, *, etag, trace):
    """The file of a row with `file`, `download_name`, `media_type` and `size`; `trace(partly)` logs that it was
    fetched, whole or as a part of something, and is None where everybody may have it."""
    response = get_conditional_response(request, etag=etag) or _file_response(request, stored, etag)
    # Log an answer that holds something of the file. Where that fails, nothing of it leaves.
    if trace and request.method == "GET" and response.status_code in (200, 206):
        within_page = request.headers.get("Sec-Fetch-Dest") == "image"
        trace(response.status_code == 206 or within_page)
    request.is_traced = True
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store" if trace else "public, no-cache"
    response._csp_replace = {"default-src": ["'none'"], "sandbox": [""]}
    return response


def _file_response(request, stored, etag):
    """The whole file, the part that was asked for (206), or 416 where there is no such part."""
    try:
        stream = stored.file.open("rb")
    except FileNotFoundError as error:
        log.error("the file of %s %s is missing", stored._meta.model_name, stored.pk)
        raise Http404 from error
    response = FileResponse(stream, as_attachment=True, filename=stored.download_name, content_type=stored.media_type)
    asked = _asked_range(request, etag)
    if asked is None:
        return response
    first, last = _span(asked, stored.size)
    if first > last:
        stream.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{stored.size}"})
    stream.seek(first)
    response.streaming_content = _part(stream, last - first + 1)
    response.status_code = 206
    response["Content-Length"] = str(last - first + 1)
    response["Content-Range"] = f"bytes {first}-{last}/{stored.size}"
    return response


def _asked_range(request, etag):
    """The match of a Range header that counts, or None: another version's and one that ends before it begins do not."""
    asked = ONE_RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is None or request.headers.get("If-Range", etag) != etag:
        return None
    return None if asked[2] and int(asked[2]) < int(asked[1]) else asked


def _span(asked, size):
    """First and last byte of a matched range over `size` bytes; the first is past the last where it holds none."""
    first, last, suffix = asked.groups()
    if suffix:
        return max(size - int(suffix), 0), size - 1 if int(suffix) else -1
    return int(first), min(int(last) if last else size - 1, size - 1)


def _part(stream, length):
    """`length` bytes of an open file, in pieces."""
    while length > 0 and (piece := stream.read(min(length, 64 * 1024))):
        length -= len(piece)
        yield piece
