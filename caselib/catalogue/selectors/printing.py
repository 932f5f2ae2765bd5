"""What a printed catalogue holds: entries with the names of their terms, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence

from caselib.accounts.viewers import Viewer
from caselib.resources.models import PositionTagging, ResourcePage, SectorTagging, TopicTagging

from ..enums import ListKind
from ..models import CatalogueList
from ..printing import PrintedEntry
from .cards import cards_by_id
from .lists import Entry, entries_of
from .rules_lists import entries_by_rule

BATCH = 300


def entries_of_list(catalogue_list: CatalogueList, viewer: Viewer) -> list[PrintedEntry]:
    """Return what ``viewer`` sees on a list, in its order."""
    rows = (
        entries_by_rule(catalogue_list, viewer)
        if catalogue_list.kind == ListKind.RULE
        else entries_of(catalogue_list, viewer)
    )
    return with_terms(rows)


def library_ids(viewer: Viewer) -> list[int]:
    """Return the ids of everything ``viewer`` may read, by kind and title."""
    pages = ResourcePage.objects.visible_to(viewer)
    return list(pages.order_by("content_type_id", "title", "pk").values_list("pk", flat=True))


def library_batch(ids: Sequence[int], viewer: Viewer) -> list[PrintedEntry]:
    """Return the entries of some ids; six queries a batch."""
    found = cards_by_id(ids, viewer)
    return with_terms([Entry(found[pk]) for pk in ids if pk in found])


def with_terms(rows: Sequence[Entry]) -> list[PrintedEntry]:
    ids = [row.card.pk for row in rows]
    topics, sectors, positions = (_names(model, ids) for model in (TopicTagging, SectorTagging, PositionTagging))
    return [
        PrintedEntry(
            row.card,
            tuple(topics.get(row.card.pk, ())),
            tuple(sectors.get(row.card.pk, ())),
            tuple(positions.get(row.card.pk, ())),
            row.line,
            row.section,
        )
        for row in rows
    ]


def _names(
    model: type[TopicTagging] | type[SectorTagging] | type[PositionTagging], ids: Sequence[int]
) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    rows = (
        model.objects.filter(content_object_id__in=ids)
        .order_by("tag__path")
        .values_list("content_object_id", "tag__name")
    )
    for pk, name in rows:
        names.setdefault(pk, []).append(name)
    return names
