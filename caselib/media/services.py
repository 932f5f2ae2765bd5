"""Verbs on media: take in a film, set its captions."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _

from caselib.accounts.models import User
from caselib.core import audit
from caselib.core.errors import Refusal, RefusedError, require

from .holding import refusal
from .metadata import film_blanks, with_blanks
from .models import CaptionTrack, CaseImage, VideoFile
from .probing import Probe, cut_off, grab_still, probe
from .rules import codec_refusal, film_refusal, playing_hints
from .vtt import CaptionError, parse, to_vtt

CHUNK = 1024 * 1024
_UNREADABLE = _("The film cannot be read. Please check it plays, then upload again.")
_NO_PICTURES = _("The file holds sound only and no pictures. Please upload a film.")
_CUT_OFF = _("The film breaks off: the end of the file is missing. Copy it again from where it came, then upload it.")


@transaction.atomic
def add_film(title: str, file: File, *, by: User | None, at: datetime | None = None) -> VideoFile:
    """Store a film and return it with duration, size, still and sha256 as far as they can be read.

    Raises RefusedError for what no browser plays. Effects in order: file stored, row, still image, audit row
    ``media.film_added``.
    """
    film = VideoFile(title=title[:200], uploaded_by=by)
    replace_file(film, file)
    audit.record("media.film_added", film, by=by, at=at, sha256=film.sha256, seconds=film.duration)
    return film


def replace_file(film: VideoFile, file: File) -> None:
    """Give ``film`` a new file and save it. Raises RefusedError as ``add_film``, and where a vetted text holds the film.

    Effects in order: file stored without what the camera said of place and owner, row, still image; on commit the file
    before is deleted.
    """
    before = None
    if film.pk:
        require(refusal("film", film.pk))
        before = VideoFile.objects.get(pk=film.pk).file
    file.seek(0)
    head = file.read(32)
    require(film_refusal(file.name or "", head, file.size))
    blanks = film_blanks(file, file.size)
    digest, place = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(CHUNK):
        digest.update(with_blanks(chunk, place, blanks) if blanks else chunk)
        place += len(chunk)
    file.seek(0)
    film.sha256 = digest.hexdigest()
    film.file.save(f"{film.sha256[:16]}.{(file.name or '').rpartition('.')[2].lower()}", file, save=False)
    if blanks:
        with open(film.file.path, "r+b") as stored:
            for place, written in blanks:
                stored.seek(place)
                stored.write(written)
    facts = probe(Path(film.file.path))
    unfit = _unfit(Path(film.file.path), facts)
    if unfit:
        film.file.delete(save=False)
        raise RefusedError(unfit)
    if facts is not None:
        film.duration, film.width, film.height = facts.duration, facts.width, facts.height
    film.save()
    if before and before.name != film.file.name:
        _leave(before)
    if film.still is None:
        _add_still(film)


def _unfit(path: Path, facts: Probe | None) -> Refusal | None:
    """Return why the film at ``path`` cannot be shown, as far as that can be known."""
    if path.suffix != ".webm" and cut_off(path):
        return Refusal("film-cut-off", _CUT_OFF)
    if facts is None:
        return None
    if not facts.readable:
        return Refusal("film-unreadable", _UNREADABLE)
    return codec_refusal(facts.codec) if facts.pictures else Refusal("film-no-pictures", _NO_PICTURES)


def hints(film: VideoFile) -> list[str]:
    """Return what whoever uploads ``film`` should know: where it shows no picture, or is not heard."""
    facts = probe(Path(film.file.path)) if film.file else None
    return playing_hints(facts.codec, facts.pixels, facts.sound) if facts else []


def forget_file(instance: VideoFile, **_: Any) -> None:
    """Delete the file of a film whose row was deleted, on commit (a receiver of ``post_delete``)."""
    if instance.file:
        _leave(instance.file)


def _leave(file: FieldFile) -> None:
    transaction.on_commit(partial(file.storage.delete, str(file.name)))


@transaction.atomic
def new_version(film: VideoFile, *, by: User | None, at: datetime | None = None) -> VideoFile:
    """Store ``film``, with what was changed on the object, as a film of its own and return it; the old one stays.

    Raises RefusedError as ``replace_file``; ``film`` is then as it was. Effects in order: a second name for the file in
    storage (no second copy where the disk knows links), row, captions, audit row ``media.film_version``.
    """
    old = VideoFile.objects.get(pk=film.pk)
    fields = [field.attname for field in VideoFile._meta.concrete_fields if not field.primary_key]
    film = VideoFile(**{name: getattr(film, name) for name in fields} | {"uploaded_by_id": by and by.pk})
    if film.file.name == old.file.name:
        storage, source = film.file.storage, str(old.file.name)
        target = storage.get_available_name(source)
        film.file = target
        try:
            os.link(storage.path(source), storage.path(target))
        except OSError:
            shutil.copyfile(storage.path(source), storage.path(target))
        film.save()
    else:
        replace_file(film, film.file)
    for track in old.captions.all():
        CaptionTrack.objects.create(video=film, language=track.language, label=track.label, vtt=track.vtt)
    audit.record("media.film_version", film, by=by, at=at, of=old.pk, sha256=film.sha256)
    return film


def _add_still(film: VideoFile) -> None:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "still.jpg"
        if grab_still(Path(film.file.path), target, at=(film.duration or 0) / 3):
            with target.open("rb") as picture:
                still = CaseImage(title=film.title, collection=film.collection, uploaded_by_user=film.uploaded_by)
                still.file.save(f"{film.sha256[:16]}.jpg", File(picture), save=False)
                still.save()
            film.still = still
            film.save(update_fields=["still"])


@transaction.atomic
def set_captions(
    film: VideoFile, source: str, *, by: User | None, language: str = "zh-Hans", label: str = "中文"
) -> CaptionTrack:
    """Set the captions of ``film`` in ``language`` from WebVTT or SubRip text; return the track.

    Raises RefusedError that names the line at fault, or where a vetted text holds the film. Effects in order: track, audit row ``media.captions_set``.
    """
    require(refusal("film", film.pk))
    try:
        text = to_vtt(parse(source))
    except CaptionError as error:
        message = _("The captions cannot be read: line %(line)d is neither WebVTT nor SRT.") % {"line": error.line}
        raise RefusedError(Refusal("captions-unreadable", message)) from error
    track, _made = CaptionTrack.objects.update_or_create(
        video=film, language=language, defaults={"vtt": text, "label": label}
    )
    audit.record("media.captions_set", film, by=by, language=language)
    return track


@transaction.atomic
def remove_captions(film: VideoFile, *, by: User | None) -> None:
    """Take every caption track off ``film``; nothing happens where there is none.

    Raises RefusedError where a vetted text holds the film. Effects in order: tracks, audit row ``media.captions_removed``.
    """
    require(refusal("film", film.pk))
    tracks = list(film.captions.all())
    for track in tracks:
        track.delete()
    if tracks:
        audit.record("media.captions_removed", film, by=by, languages=[track.language for track in tracks])
