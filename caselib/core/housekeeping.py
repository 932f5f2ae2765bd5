"""Taking away rows that have served their purpose, in steps no writer waits for."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

STEP = 500


def delete_in_steps(rows: QuerySet[Any]) -> int:
    """Delete the rows, some hundred in a transaction, and return how many went."""
    count = 0
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:STEP]):
        count += rows.model._base_manager.filter(pk__in=keys).delete()[0]
    return count
