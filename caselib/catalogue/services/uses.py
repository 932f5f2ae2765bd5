"""Running totals of use and rating per resource."""

from __future__ import annotations

from django.db.models import F

from caselib.core import page_cache

from ..models import ResourceUse


def count(resource_id: int, **amounts: int) -> None:
    """Add ``amounts`` to the totals of a resource, in the caller's transaction; lists and pages show them at once."""
    ResourceUse.objects.get_or_create(resource_id=resource_id)
    ResourceUse.objects.filter(resource_id=resource_id).update(
        **{name: F(name) + amount for name, amount in amounts.items()}
    )
    page_cache.bump(page_cache.PAGES, pages=[resource_id])
