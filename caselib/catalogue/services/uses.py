"""Running totals of use and rating per resource."""

from __future__ import annotations

from django.db.models import F

from ..models import ResourceUse


def count(resource_id: int, **amounts: int) -> None:
    """Add ``amounts`` to the totals of a resource, in the caller's transaction."""
    ResourceUse.objects.get_or_create(resource_id=resource_id)
    ResourceUse.objects.filter(resource_id=resource_id).update(
        **{name: F(name) + amount for name, amount in amounts.items()}
    )
