"""Questions about terms that several apps ask."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, F, IntegerField, QuerySet, When
from django.db.models.functions import Coalesce

from .models import Term


def in_use(model: type[Term]) -> QuerySet[Any]:
    """Return the terms of a vocabulary that may be given, those that were retired left out, in the order of its tree."""
    return in_tree_order(model.objects.filter(retired_at__isnull=True))


def in_tree_order(terms: QuerySet[Any]) -> QuerySet[Any]:
    """Return ``terms`` as the tree is read: each below its broader term, siblings in the order they were given.

    ``path`` keeps together what belongs together, but it is text made of row numbers, in which 10 comes before 9.
    """
    return terms.order_by(
        Coalesce("parent__parent__order", "parent__order", "order"),
        Coalesce("parent__parent_id", "parent_id", "pk"),
        _at_level(2, "order", below="parent__order"),
        _at_level(2, "pk", below="parent_id"),
        _at_level(3, "order"),
        "pk",
    )


def _at_level(level: int, name: str, *, below: str = "") -> Case:
    """Return the value of ``name`` at ``level``, of ``below`` one level lower, and -1 above: a term precedes its own."""
    cases = [When(level=level, then=F(name))]
    if below:
        cases.append(When(level=level + 1, then=F(below)))
    return Case(*cases, default=-1, output_field=IntegerField())
