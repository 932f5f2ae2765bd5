"""The fingerprint of a revision: what was read is what is published, down to the bytes of its files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from wagtail.models import Revision

from caselib.core.audit import canonical
from caselib.media.models import CaseDocument, CaseImage, VideoFile

FIELDS = {"cover": "image", "portrait": "image", "permission_document": "document", "video_file": "film"}


def digest(revision: Revision) -> str:
    """Return the sha256 (hexadecimal) of what a reader of ``revision`` is given.

    It covers the canonical JSON of the stored content and, where the text shows files, for each image, document and film
    the sha of its bytes and the words shown with it, for a film its captions too.
    """
    return digest_of(revision.content)


def digest_of(content: Mapping[str, Any]) -> str:
    """Return the sha256 (hexadecimal) of ``content`` (plain JSON data of a revision) with its files; see ``digest``."""
    files = manifest(content)
    value = {"content": content, "files": files} if files else content
    return hashlib.sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()


def files_in(content: Mapping[str, Any]) -> set[tuple[str, int]]:
    """Return kind and number of every image, document and film that ``content`` shows."""
    found = {(kind, content[name]) for name, kind in FIELDS.items() if isinstance(content.get(name), int)}
    for row in content.get("attachments") or []:
        if isinstance(row, dict) and isinstance(row.get("document"), int):
            found.add(("document", row["document"]))
    for value in content.values():
        if isinstance(value, str) and value.startswith("[") and '"image"' in value:
            found.update(("image", pk) for pk in _images(_parsed(value)))
    return found


def manifest(content: Mapping[str, Any]) -> list[list[Any]]:
    """Return for every file that ``content`` shows its kind, number, sha of the bytes and the words shown with it.

    A file that is gone stands without any of these. Three queries at most, and none for a text without files.
    """
    wanted: dict[str, set[int]] = {"image": set(), "document": set(), "film": set()}
    for kind, pk in files_in(content):
        wanted[kind].add(pk)
    rows: list[list[Any]] = []
    if wanted["film"]:
        for film in VideoFile.objects.filter(pk__in=wanted["film"]).prefetch_related("captions"):
            captions = sorted([track.language, track.label, track.vtt] for track in film.captions.all())
            rows.append(["film", film.pk, film.sha256, film.title, captions])
            if film.still_id:
                wanted["image"].add(film.still_id)
    if wanted["image"]:
        for image in CaseImage.objects.filter(pk__in=wanted["image"]):
            rows.append(["image", image.pk, _sha(image), image.title, image.description, image.credit])
    if wanted["document"]:
        for document in CaseDocument.objects.filter(pk__in=wanted["document"]):
            rows.append(["document", document.pk, _sha(document), document.title])
    present = {(row[0], row[1]) for row in rows}
    rows.extend([kind, pk] for kind, pks in wanted.items() for pk in pks if (kind, pk) not in present)
    return sorted(rows, key=lambda row: (row[0], row[1]))


def _sha(file: CaseImage | CaseDocument) -> str:
    """Return the sha of the bytes as it was kept at the upload, taken now where it was not; "" for a lost file."""
    try:
        return str(file.get_file_hash())
    except OSError:
        return ""


def _parsed(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return None


def _images(node: Any) -> Iterator[int]:
    """Yield the numbers of the images in the raw blocks of a stream, however deep they stand."""
    if isinstance(node, list):
        for child in node:
            yield from _images(child)
    elif isinstance(node, dict):
        if node.get("type") == "image" and isinstance(node.get("value"), dict):
            number = node["value"].get("image")
            if isinstance(number, int):
                yield number
        for child in node.values():
            yield from _images(child)
