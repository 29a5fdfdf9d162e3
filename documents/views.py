"""The download of a document: the only way to a file."""

import re

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from core.labels import Label
from documents.models import Document
from members.access import public

ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@require_safe
@public
def document_download(request, uuid, name):
    """The file as an attachment that no browser opens as a page; a part of it where a Range is asked for."""
    document = get_object_or_404(Document.objects.visible_to(request.user), uuid=uuid)
    etag = f'"{document.sha256}"'
    response = get_conditional_response(request, etag=etag) or _file_response(request, document, etag)
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    open_to_all = document.effective_label == Label.CLEAR
    response["Cache-Control"] = "public, no-cache" if open_to_all else "private, no-store"
    response._csp_replace = {"default-src": ["'none'"], "sandbox": [""]}
    return response


def _file_response(request, document, etag):
    """The whole file, the part that was asked for (206), or 416 where there is no such part."""
    stream = document.file.open("rb")
    response = FileResponse(
        stream, as_attachment=True, filename=document.download_name, content_type=document.media_type
    )
    asked = request.headers.get("Range", "")
    if not ONE_RANGE.fullmatch(asked) or request.headers.get("If-Range", etag) != etag:
        return response
    span = _span(asked, document.size)
    if span is None:
        response.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{document.size}"})
    first, last = span
    stream.seek(first)
    response.streaming_content = _part(stream, last - first + 1)
    response.status_code = 206
    response["Content-Length"] = str(last - first + 1)
    response["Content-Range"] = f"bytes {first}-{last}/{document.size}"
    return response


def _span(asked, size):
    """First and last byte of a Range header over `size` bytes, or None where it holds none of them."""
    first, last = ONE_RANGE.fullmatch(asked).groups()
    if first:
        span = int(first), min(int(last) if last else size - 1, size - 1)
    elif last:
        span = max(size - int(last), 0), size - 1
    else:
        return None
    return span if span[0] <= span[1] else None


def _part(stream, length):
    """`length` bytes of an open file, in pieces."""
    while length > 0 and (piece := stream.read(min(length, 64 * 1024))):
        length -= len(piece)
        yield piece
