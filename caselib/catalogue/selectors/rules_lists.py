"""Rule-based lists: a saved query that lives."""

from __future__ import annotations

from typing import cast

from caselib.accounts.viewers import Viewer
from search.api import SearchRequest, search

from ..models import CatalogueList
from .cards import Card, cards_by_id
from .lists import Entry

MAX_ENTRIES = 60


def entries_by_rule(catalogue_list: CatalogueList, viewer: Viewer) -> list[Entry]:
    """Return what the saved query of a rule-based list finds for ``viewer`` now, newest first without a text."""
    result = search(
        SearchRequest(
            text=catalogue_list.rule_text,
            filters=catalogue_list.rule_filters,
            sort="relevance" if catalogue_list.rule_text else "newest",
            page_size=MAX_ENTRIES,
            viewer=viewer,
            facets=(),
        ),
        confirm=cards_by_id,
    )
    return [Entry(cast(Card, hit.page)) for hit in result.hits]
