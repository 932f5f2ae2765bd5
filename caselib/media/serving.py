"""Sending a private file: byte ranges, validators, and X-Accel-Redirect behind nginx. Asks no permission itself."""

from __future__ import annotations

import mimetypes
import os
import re
from collections.abc import Iterator
from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import patch_cache_control
from django.utils.http import http_date, parse_http_date_safe

CHUNK = 64 * 1024
RANGE = re.compile(r"^bytes=(\d{0,18})-(\d{0,18})$")
# Types a browser may show in the page. Everything else is a download, so that no upload runs as a page of ours.
INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "video/mp4", "video/webm", "audio/mpeg"})


def serve(request: HttpRequest, name: str, *, filename: str = "", inline: bool = True) -> HttpResponseBase:
    """Return the stored file ``name``, or the range of it that was asked for (RFC 9110, section 14).

    One range is served as 206; an unsatisfiable one is answered 416; several ranges at once are answered with the
    whole file, which the standard allows. Raises Http404 if there is no such file.
    """
    try:
        path = default_storage.path(name)
        status = os.stat(path)
    except (OSError, ValueError) as error:
        raise Http404 from error
    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    shown = inline and content_type in INLINE
    response = _body(request, name, path, status, content_type)
    title = filename or os.path.basename(name)
    kind = "inline" if shown else "attachment"
    response["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(title, safe='')}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    patch_cache_control(response, private=True, max_age=300)
    return response


def _body(request: HttpRequest, name: str, path: str, status: os.stat_result, content_type: str) -> HttpResponseBase:
    etag = f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
    if _unmodified(request, etag, status.st_mtime):
        return _with_validators(HttpResponse(status=304), etag, status.st_mtime)
    if settings.MEDIA_X_ACCEL:
        response: HttpResponseBase = HttpResponse(content_type=content_type)
        response["X-Accel-Redirect"] = settings.MEDIA_X_ACCEL + quote(name)
        return _with_validators(response, etag, status.st_mtime)
    span = _range(request, etag, status.st_size)
    if span is None:
        response = FileResponse(open(path, "rb"), content_type=content_type)  # noqa: SIM115 — the response closes it
    elif span[0] > span[1]:
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{status.st_size}"
    else:
        start, end = span
        response = StreamingHttpResponse(_stream(path, start, end), status=206, content_type=content_type)
        response["Content-Range"] = f"bytes {start}-{end}/{status.st_size}"
        response["Content-Length"] = str(end - start + 1)
    response["Accept-Ranges"] = "bytes"
    return _with_validators(response, etag, status.st_mtime)


def _with_validators(response: HttpResponseBase, etag: str, modified: float) -> HttpResponseBase:
    response["ETag"] = etag
    response["Last-Modified"] = http_date(modified)
    return response


def _unmodified(request: HttpRequest, etag: str, modified: float) -> bool:
    if "HTTP_IF_NONE_MATCH" in request.META:
        return etag in (part.strip().removeprefix("W/") for part in request.META["HTTP_IF_NONE_MATCH"].split(","))
    since = parse_http_date_safe(request.headers.get("if-modified-since", ""))
    return since is not None and int(modified) <= since


def _range(request: HttpRequest, etag: str, size: int) -> tuple[int, int] | None:
    """Return (first, last) byte to send, (1, 0) for an unsatisfiable range, or None for the whole file."""
    match = RANGE.match(request.headers.get("range", "").strip())
    condition = request.headers.get("if-range")
    if not match or (condition and condition != etag) or match.group(1) == match.group(2) == "":
        return None
    first, last = match.groups()
    if not first:
        length = min(int(last), size)
        return (size - length, size - 1) if length else (1, 0)
    start = int(first)
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return None
    return (start, end) if start < size else (1, 0)


def _stream(path: str, start: int, end: int) -> Iterator[bytes]:
    with open(path, "rb") as file:
        file.seek(start)
        left = end - start + 1
        while left > 0:
            data = file.read(min(CHUNK, left))
            if not data:
                return
            left -= len(data)
            yield data
