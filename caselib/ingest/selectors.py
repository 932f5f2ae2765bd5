"""Queries about uploads: everybody sees their own, editors all."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from caselib.accounts.models import User
from caselib.accounts.viewers import Viewer

from .enums import ItemState
from .models import ImportBatch, ImportItem
from .rules import sees_all


def within_reach(person: User | None) -> Q:
    """Return the condition for the uploads that ``person`` may see; nobody is the command line, which sees all."""
    return Q() if person is None or sees_all(Viewer.of(person)) else Q(received_by=person)


def batches(viewer: Viewer) -> QuerySet[ImportBatch]:
    """Return the uploads that ``viewer`` may see, newest first, with the numbers of items and of waiting ones."""
    found = ImportBatch.objects.select_related("received_by", "job").annotate(
        item_count=Count("items"), waiting_count=Count("items", filter=Q(items__state=ItemState.WAITING))
    )
    found = found.order_by("-received_at", "-pk")
    return found if sees_all(viewer) else found.filter(received_by_id=viewer.user_id)


def waiting_in(upload: ImportBatch) -> QuerySet[ImportItem]:
    """Return what waits in an upload, an archive's in the order of its files."""
    found = ImportItem.objects.filter(Q(batch=upload) | Q(batch__parent=upload), state=ItemState.WAITING)
    return found.select_related("batch").order_by("batch", "order")


def items(viewer: Viewer) -> QuerySet[ImportItem]:
    """Return the found items that ``viewer`` may see."""
    found = ImportItem.objects.select_related("batch", "page")
    return found if sees_all(viewer) else found.filter(batch__received_by_id=viewer.user_id)
