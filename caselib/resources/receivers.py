"""What follows a publication or a withdrawal inside this app: live files and cache versions."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete
from wagtail.models import Page
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from caselib.core import page_cache

from .files import rebuild_live_files
from .models import ResourcePage


def connect() -> None:
    """Connect the receivers; called once when the app is ready."""
    page_published.connect(_changed, dispatch_uid="resources.published")
    page_unpublished.connect(_changed, dispatch_uid="resources.unpublished")
    page_slug_changed.connect(_bump, dispatch_uid="resources.slug")
    post_page_move.connect(_bump, dispatch_uid="resources.moved")
    post_delete.connect(_deleted, sender=Page, dispatch_uid="resources.deleted")


def _changed(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    if isinstance(instance, ResourcePage):
        rebuild_live_files(instance)
    page_cache.bump(page_cache.PAGES)


def _bump(sender: type[Page], **kwargs: Any) -> None:
    page_cache.bump(page_cache.PAGES)


def _deleted(sender: type[Page], **kwargs: Any) -> None:
    page_cache.bump(page_cache.PAGES)
