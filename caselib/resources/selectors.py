"""Queries about resources."""

from __future__ import annotations

from django.db.models import QuerySet

from caselib.accounts.viewers import Viewer

from .models import ResourcePage

TAG_PREFETCHES = ("topic_taggings__tag", "sector_taggings__tag", "position_taggings__tag", "free_taggings__tag")


def with_tags(queryset: QuerySet[ResourcePage]) -> QuerySet[ResourcePage]:
    """Return ``queryset`` with unit, authors and all tags fetched in a fixed number of queries."""
    return queryset.select_related("unit").prefetch_related("authors", "restricted_groups", *TAG_PREFETCHES)


def visible(viewer: Viewer) -> QuerySet[ResourcePage]:
    """Return the live resources that ``viewer`` may read, newest first."""
    return ResourcePage.objects.visible_to(viewer).order_by("-first_published_at", "-pk")


def visible_by_id(ids: list[int], viewer: Viewer) -> dict[int, ResourcePage]:
    """Return those of ``ids`` that ``viewer`` may read, as specific pages by id."""
    found = ResourcePage.objects.visible_to(viewer).filter(pk__in=ids).specific()
    return {page.pk: page for page in found}
