"""What follows a publication or a withdrawal inside this app: live files and cache versions."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.db.models.signals import post_delete, post_save
from taggit.models import Tag
from wagtail.models import Page, Revision, Site
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from caselib.accounts.models import Unit
from caselib.core import page_cache
from caselib.media.models import CaptionTrack, CaseDocument, CaseImage, VideoFile
from caselib.vocabularies.models import Position, Sector, Term, Topic
from caselib.vocabularies.services import tag_promoted, term_replaced

from .files import rebuild_shown_files
from .models import FreeTagging, ResourceAward, ResourcePage
from .publishing import opened

# What pages show or are found by beside their own text: names, files, the site's address.
SHOWN_BESIDE: tuple[type[Model], ...] = (
    *(Unit, Topic, Sector, Position, Tag, Site),
    *(CaseImage, CaseDocument, VideoFile, CaptionTrack),
)
# A new file or free tag is shown by nothing before a publication says so.
UNSHOWN_WHEN_NEW: tuple[type[Model], ...] = (CaseImage, CaseDocument, VideoFile, Tag)


def connect() -> None:
    """Connect the receivers; called once when the app is ready."""
    page_published.connect(_changed, dispatch_uid="resources.published")
    page_unpublished.connect(_changed, dispatch_uid="resources.unpublished")
    page_slug_changed.connect(_bump, dispatch_uid="resources.slug")
    post_page_move.connect(_bump, dispatch_uid="resources.moved")
    term_replaced.connect(_term_replaced, dispatch_uid="resources.term_replaced")
    tag_promoted.connect(_tag_promoted, dispatch_uid="resources.tag_promoted")
    post_save.connect(_drafted, sender=Revision, dispatch_uid="resources.drafted")
    post_delete.connect(_deleted, sender=Page, dispatch_uid="resources.deleted")
    for signal in (post_save, post_delete):
        signal.connect(_awarded, sender=ResourceAward, dispatch_uid="resources.awarded")
    for model in SHOWN_BESIDE:
        for signal in (post_save, post_delete):
            signal.connect(_bump, sender=model, dispatch_uid=f"resources.shown.{model._meta.label}")


def _term_replaced(sender: type[Term], term: Term, successor: Term, **kwargs: Any) -> None:
    """Move every link from ``term`` to ``successor``; drafts follow when they are opened."""
    taggings = sender.taggings.rel.related_model.objects.filter(tag=term)  # type: ignore[attr-defined]
    present = taggings.model.objects.filter(tag=successor).values("content_object_id")
    with opened(list(taggings.values_list("content_object_id", flat=True))):
        taggings.filter(content_object_id__in=present).delete()
        taggings.update(tag=successor)


def _tag_promoted(sender: type[Term], tag: Tag, term: Term, **kwargs: Any) -> None:
    """Tag what carries the free ``tag`` with ``term`` instead."""
    model = sender.taggings.rel.related_model  # type: ignore[attr-defined]
    pages = list(FreeTagging.objects.filter(tag=tag).values_list("content_object_id", flat=True))
    present = set(
        model.objects.filter(tag=term, content_object_id__in=pages).values_list("content_object_id", flat=True)
    )
    with opened(pages):
        model.objects.bulk_create(model(tag=term, content_object_id=pk) for pk in pages if pk not in present)
        FreeTagging.objects.filter(tag=tag).delete()


def _changed(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    if isinstance(instance, ResourcePage):
        rebuild_shown_files(instance, live=True)
    page_cache.bump(page_cache.PAGES, page_cache.kind(instance.content_type_id), pages=[instance.pk])


def _drafted(sender: type[Revision], instance: Revision, **kwargs: Any) -> None:
    """Follow the files of the latest draft, so that its author and its reviewers can open them."""
    page = instance.content_object
    if isinstance(page, ResourcePage):
        rebuild_shown_files(instance.as_object(), live=False)


def _bump(sender: type[Model], **kwargs: Any) -> None:
    if not (kwargs.get("created") and sender in UNSHOWN_WHEN_NEW):
        page_cache.bump(page_cache.PAGES)


def _awarded(sender: type[ResourceAward], instance: ResourceAward, **kwargs: Any) -> None:
    page_cache.bump(page_cache.PAGES, pages=[instance.page_id])


def _deleted(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    page_cache.bump(page_cache.PAGES, page_cache.kind(instance.content_type_id), pages=[instance.pk])
