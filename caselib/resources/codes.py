"""The code a resource is quoted by: letter of its kind, year of first publication, running number."""

from __future__ import annotations

from django.db import transaction

from .enums import Kind
from .models import CodeSeries, ResourcePage

LETTERS: dict[Kind, str] = {
    Kind.CASE: "A",
    Kind.NOTE: "J",
    Kind.LESSON: "L",
    Kind.COURSE: "C",
    Kind.TEXTBOOK: "B",
    Kind.VIDEO: "F",
    Kind.POINT: "P",
    Kind.ROUTE: "R",
    Kind.TEACHER: "T",
}


@transaction.atomic
def next_code(kind: Kind, year: int) -> str:
    """Return the next free code of ``kind`` in ``year``, such as ``A-2026-0001``.

    The row of the series stays locked until the transaction ends, so that two publications at once get two codes.
    A code that somebody gave by hand is passed over.
    """
    prefix = f"{LETTERS[kind]}-{year}-"
    CodeSeries.objects.get_or_create(prefix=prefix)
    series = CodeSeries.objects.select_for_update().get(prefix=prefix)
    series.last += 1
    while ResourcePage.objects.filter(code=str(series)).exists():
        series.last += 1
    series.save(update_fields=["last"])
    return str(series)
