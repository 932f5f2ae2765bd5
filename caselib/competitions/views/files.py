"""Attachments and films as judges get them; the office opens the same copies to see what judges see."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase

from caselib.core.errors import RefusedError
from caselib.media.serving import serve
from caselib.resources.models import Video

from ..models import Entry
from ..safe_files import WithheldError, is_film
from ..selectors import copies
from .base import file_response


def attachment_response(request: HttpRequest, entry: Entry, place: int) -> HttpResponseBase:
    """Return an attachment: as it was handed in where the track is open, else the copy cleared of names.

    Raises Http404 where there is none and RefusedError, with the reason, where it is withheld.
    """
    row = copies.attachment_row(entry, place)
    if row is None:
        raise Http404
    name = row.stored.name or ""
    if not entry.track.blind:
        return serve(request, name, filename=row.document.filename, inline=False)
    try:
        if is_film(name) and not row.withheld:
            made = copies.film_copy(row.stored, row.sha256, pinned_hash=row.sha256)
            return serve(request, made, filename=f"{entry.code}-{place + 1}.{made.rpartition('.')[2]}")
        filename, made_file = copies.attachment(entry, row, place)
    except WithheldError as error:
        raise RefusedError(error.refusal) from error
    return file_response(made_file.data, filename, made_file.content_type)


def film_response(request: HttpRequest, entry: Entry) -> HttpResponseBase:
    """Return the film of an entry. Raises Http404 where there is none, RefusedError where it is withheld."""
    page = copies.pinned(entry) if entry.revision_id else None
    if not isinstance(page, Video) or page.video_file is None:
        raise Http404
    film = page.video_file
    name = film.file.name
    if entry.track.blind:
        try:
            name = copies.film_copy(film.file, film.sha256, pinned_hash=entry.media.get("film", ""))
        except WithheldError as error:
            raise RefusedError(error.refusal) from error
    return serve(request, name, filename=f"{entry.code}.{name.rpartition('.')[2]}")
