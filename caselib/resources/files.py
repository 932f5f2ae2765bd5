"""Who may open a private file: the readers of a live resource that shows it, and the people who work with it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from wagtail.models import Page

from caselib.accounts.enums import REVIEWERS, STAFF, Role
from caselib.accounts.models import User
from caselib.accounts.viewers import Viewer
from caselib.media.models import CaseDocument, CaseImage, CaseRendition, VideoFile

from .models import ResourcePage, ShownFile, VettedFile, Video
from .models.base import ResourceQuerySet

MediaObject = CaseImage | CaseDocument | VideoFile


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in private storage and the media object it belongs to."""

    name: str
    kind: str
    owner: MediaObject
    title: str


def find(name: str) -> StoredFile | None:
    """Return what the stored file ``name`` is, or None if the library does not know it."""
    if name.startswith("images/"):
        rendition = CaseRendition.objects.select_related("image").filter(file=name).first()
        return StoredFile(name, "image", rendition.image, rendition.image.title) if rendition else None
    if name.startswith("original_images/"):
        image = CaseImage.objects.filter(file=name).first()
        return StoredFile(name, "image", image, image.title) if image else None
    if name.startswith("documents/"):
        document = CaseDocument.objects.filter(file=name).first()
        return StoredFile(name, "document", document, document.filename) if document else None
    if name.startswith("films/"):
        film = VideoFile.objects.filter(file=name).first()
        return StoredFile(name, "film", film, film.title) if film else None
    return None


def may_open(file: StoredFile, user: User | AnonymousUser, viewer: Viewer) -> bool:
    """Whether this reader may open ``file``: in a live resource they may read, or in their own work."""
    if _in_live(file, viewer):
        return True
    return isinstance(user, User) and user.is_active and _in_work(file, user, viewer)


def holds(kind: str, pk: int, *, removing: bool = False) -> bool:
    """Whether a text that was vetted or is being read holds the file to what it is (the guards ask the same in SQL).

    ``removing``: whether it may not be deleted either, because a live text or one under review shows it.
    """
    rows = ShownFile.objects.filter(kind=kind, file_id=pk)
    under_review = Page.objects.filter(_workflow_states__status="in_progress", pk__in=rows.values("page_id"))
    if under_review.exists():
        return True
    if removing:
        return rows.filter(live=True, page__live=True).exists()
    return VettedFile.objects.filter(kind=kind, file_id=pk).exists()


def _in_live(file: StoredFile, viewer: Viewer) -> bool:
    shown = ShownFile.objects.filter(kind=file.kind, file_id=file.owner.pk, audience__in=viewer.audiences, live=True)
    pages: ResourceQuerySet = ResourcePage.objects.visible_to(viewer)
    return pages.filter(pk__in=shown.values("page_id")).exists()


def _in_work(file: StoredFile, user: User, viewer: Viewer) -> bool:
    """Whether ``user`` uploaded the file, or works on a draft that uses it (its unit's, or one under review)."""
    if (
        getattr(file.owner, "uploaded_by_user_id", None) == user.pk
        or getattr(file.owner, "uploaded_by_id", 0) == user.pk
    ):
        return True
    if not viewer.roles & STAFF:
        return False
    drafts = ShownFile.objects.filter(kind=file.kind, file_id=file.owner.pk, live=False).values("page_id")
    # Asked of Page: on a specific page type the relation compares with that type and never finds a run.
    under_review = Page.objects.filter(_workflow_states__status="in_progress", pk__in=drafts)
    reviewing = Q(pk__in=under_review.values("pk")) if viewer.roles & _reviewing_roles() else Q(pk__in=[])
    own = Q(owner=user) | Q(unit_id=viewer.unit_id, unit__isnull=False)
    return ResourcePage.objects.filter(pk__in=drafts).filter(own | reviewing).exists()


def _reviewing_roles() -> frozenset[str]:
    return frozenset(REVIEWERS | {Role.EDITOR})


def rebuild_shown_files(page: ResourcePage, *, live: bool) -> None:
    """Write down which files the live version (``live``) or the draft ``page`` (specific) shows, and for whom."""
    ShownFile.objects.filter(page_id=page.pk, live=live).delete()
    if page.live or not live:
        rows = {(kind, pk, audience) for kind, pk, audience in shown(page) if pk}
        ShownFile.objects.bulk_create(
            ShownFile(page_id=page.pk, live=live, kind=kind, file_id=pk, audience=audience)
            for kind, pk, audience in sorted(rows)
        )
        if live:
            VettedFile.objects.bulk_create(
                (VettedFile(kind=kind, file_id=pk) for kind, pk in sorted({row[:2] for row in rows})),
                ignore_conflicts=True,
            )


def shown(page: ResourcePage) -> list[tuple[str, int | None, str]]:
    """Return kind, number and audience of each file that ``page`` (specific) shows."""
    whole = page.audience
    found: list[tuple[str, int | None, str]] = [("image", page.cover_id, whole)]
    found.append(("image", getattr(page, "portrait_id", None), whole))
    for block in getattr(page, "body", None) or []:
        for child in block.value.get("content") or []:
            if child.block_type == "image" and child.value.get("image"):
                found.append(("image", child.value["image"].pk, block.value.get("audience") or whole))
    for attachment in page.attachments.all():
        found.append(("document", attachment.document_id, attachment.audience))
    if isinstance(page, Video) and page.video_file is not None:
        found.append(("film", page.video_file_id, whole))
        found.append(("image", page.video_file.still_id, whole))
    return found
