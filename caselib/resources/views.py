"""Private files through the permission check."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from caselib.accounts.viewers import Viewer
from caselib.media.serving import serve

from . import files


@require_safe
def private_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """Send a stored file to whoever may open it; to anybody else it does not exist."""
    if "\x00" in name or len(name) > 300:
        raise Http404
    file = files.find(name)
    if file is None or not files.may_open(file, request.user, Viewer.of(request.user)):
        raise Http404
    return serve(request, file.name, filename=_filename(file), inline="download" not in request.GET)


def _filename(file: files.StoredFile) -> str:
    suffix = file.name.rpartition(".")[2]
    title = file.title.strip() or "file"
    return title if title.endswith(f".{suffix}") else f"{title}.{suffix}"
