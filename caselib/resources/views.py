"""Private files through the permission check."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from caselib.accounts.viewers import Viewer
from caselib.media.models import CaptionTrack
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


@require_safe
def captions(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send the captions of a film to whoever may open the film."""
    track = CaptionTrack.objects.select_related("video").filter(pk=pk).first() if pk < 2**63 else None
    if track is None or not files.may_open(
        files.StoredFile(str(track.video.file.name), "film", track.video, track.video.title),
        request.user,
        Viewer.of(request.user),
    ):
        raise Http404
    response = HttpResponse(track.vtt, content_type="text/vtt; charset=utf-8")
    patch_cache_control(response, private=True, max_age=300)
    return response


def _filename(file: files.StoredFile) -> str:
    suffix = file.name.rpartition(".")[2]
    title = file.title.strip() or "file"
    return title if title.endswith(f".{suffix}") else f"{title}.{suffix}"
