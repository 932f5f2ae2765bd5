"""Looks at what is live and says where it is not what the reviewers read: the promise of the review, checked from outside."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from wagtail.models import Revision
from wagtail.utils.file import hash_filelike

from caselib.media.models import CaseDocument, CaseImage, VideoFile
from caselib.resources.content import digest, files_in
from caselib.resources.models import PublicationGrant, ResourcePage
from caselib.resources.models.base import FACTS

from .enums import Outcome
from .models import CirculationChange, Decision
from .rules import stages_needed

# Where a page stands and who works on it, and what is written down about it: not what a reader meets.
BESIDE_THE_TEXT = frozenset(
    (
        *FACTS,
        *(
            "pk",
            "path",
            "depth",
            "numchild",
            "url_path",
            "owner",
            "content_type",
            "locale",
            "translation_key",
            "alias_of",
        ),
        *("live", "live_revision", "latest_revision", "latest_revision_created_at", "has_unpublished_changes"),
        *("draft_title", "first_published_at", "last_published_at", "go_live_at", "expire_at", "expired"),
        *("locked", "locked_at", "locked_by", "wagtail_admin_comments", "user"),
    )
)
FILES: dict[str, Any] = {"image": CaseImage, "document": CaseDocument, "film": VideoFile}


@dataclass(frozen=True, slots=True)
class VettingFault:
    """One way in which a live resource is not what was read."""

    page: int
    title: str
    code: str
    message: str


def faults(*, bytes_too: bool = False) -> Iterator[VettingFault]:
    """Yield the faults of all live resources, in page order. ``bytes_too`` reads every file again, which takes long."""
    for page in ResourcePage.objects.filter(live=True).order_by("pk").specific().iterator(chunk_size=100):
        yield from faults_of(page, bytes_too=bytes_too)


def faults_of(page: ResourcePage, *, bytes_too: bool = False) -> list[VettingFault]:
    """Return in what the live ``page`` (specific) differs from what enough people passed; nothing if all is well."""
    found: list[VettingFault] = []

    def say(code: str, message: str) -> None:
        found.append(VettingFault(page.pk, page.title, code, message))

    revision = page.live_revision
    grant = PublicationGrant.objects.filter(page_id=page.pk, revision=revision, revoked_at__isnull=True).first()
    if revision is None or grant is None:
        say("no-grant", _("It is live without a grant for its revision."))
        return found
    if digest(revision) != grant.sha256:
        say("content", _("The stored text or one of its files is not what was read."))
    people = passes_of(page, revision)
    if len(people) < stages_needed(page.circulation) or page.owner_id in people:
        say("passes", _("%d persons have passed this text; that is too few.") % len(people))
    for name in differences(page, revision):
        say("row", _("The field “%s” is not as it was read.") % name)
    if bytes_too:
        for name in _other_bytes(revision):
            say("bytes", _("The file “%s” has other bytes than the one that was read.") % name)
    return found


def passes_of(page: ResourcePage, revision: Revision) -> set[int]:
    """Return who has passed the text of ``revision``, or the wider one that a change of level narrowed it from."""
    seen: set[int] = set()
    current: Revision | None = revision
    while current is not None and current.pk not in seen:
        seen.add(current.pk)
        standing = Decision.objects.filter(
            page_id=page.pk, revision=current, outcome=Outcome.PASS, voided_at__isnull=True
        )
        people = set(standing.filter(sha256=digest(current)).values_list("decided_by_id", flat=True))
        if people:
            return people
        change = CirculationChange.objects.filter(page_id=page.pk, revision=current, decided_at__isnull=False).first()
        current = change.based_on if change else None
    return set()


def differences(page: ResourcePage, revision: Revision) -> list[str]:
    """Return the names of the fields in which the live rows differ from ``revision``."""
    now, read = _comparable(page), _comparable(revision.as_object())
    return sorted(name for name in read if now.get(name) != read[name])


def _comparable(page: ResourcePage) -> dict[str, Any]:
    plain = {name: _plain(value) for name, value in page.serializable_data().items() if name not in BESIDE_THE_TEXT}
    return {name: value for name, value in plain.items() if value is not None}


def _plain(value: Any) -> Any:
    """Return ``value`` as data, without the numbers of child rows, which are given only when they are stored."""
    if isinstance(value, str) and value.startswith(("[", "{")):
        try:
            return json.loads(value)  # a stream: PostgreSQL gives its keys back in another order
        except ValueError:
            return value
    if not isinstance(value, list):
        return value
    rows = [
        {key: part for key, part in row.items() if key not in {"pk", "page", "content_object", "user", "sort_order"}}
        if isinstance(row, dict)
        else row
        for row in value
    ]
    # Tags have no order of their own.
    return sorted(rows, key=str) if rows and isinstance(rows[0], dict) and set(rows[0]) == {"tag"} else rows


def _other_bytes(revision: Revision) -> Iterator[str]:
    for kind, pk in sorted(files_in(revision.content)):
        file = FILES[kind].objects.filter(pk=pk).first()
        if file is None:
            yield f"{kind} {pk}"
            continue
        kept = file.sha256 if kind == "film" else file.file_hash
        if not default_storage.exists(file.file.name) or (kept and _hash(file, long=kind == "film") != kept):
            yield str(file.title)


def _hash(file: Any, *, long: bool) -> str:
    with file.file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest() if long else str(hash_filelike(handle))
