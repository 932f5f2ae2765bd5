"""Questions about groups that more than one place asks."""

from __future__ import annotations

from django.contrib.auth.models import Group
from wagtail.models import GroupCollectionPermission, GroupPagePermission


def permissions_of(group: Group) -> set[str]:
    """Return what ``group`` may do, as one line each: in general, at a page, in a collection. Three queries."""
    pages = GroupPagePermission.objects.filter(group_id=group.pk).values_list("permission__codename", "page_id")
    collections = GroupCollectionPermission.objects.filter(group_id=group.pk).values_list(
        "permission__codename", "collection_id"
    )
    general = group.permissions.values_list("content_type__app_label", "codename")
    return (
        {f"{app}.{codename}" for app, codename in general}
        | {f"{codename} page {pk}" for codename, pk in pages}
        | {f"{codename} collection {pk}" for codename, pk in collections}
    )
