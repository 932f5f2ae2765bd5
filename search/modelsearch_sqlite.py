"""Wagtail's own search on SQLite: our tokens, and the order by relevance computed once instead of once a row."""

from __future__ import annotations

from typing import Any

from modelsearch.backends.database.sqlite import sqlite
from modelsearch.backends.database.sqlite.query import BM25, MatchExpression
from modelsearch.query import MatchAll, Not
from modelsearch.utils import get_descendants_content_types_pks

from search.modelsearch_tokens import CompilerMixin, IndexMixin

_MOST_RANKED = 5_000  # results beyond are not ordered by anybody who looks at pages of fifty


class SQLiteCompiler(CompilerMixin, sqlite.SQLiteSearchQueryCompiler):  # type: ignore[misc]
    def ranked_ids(self, config: Any) -> list[str] | None:
        """Return the ids of all matches by BM25 in one pass, None where there is no rank to speak of."""
        query = sqlite.normalize(self.query)
        if not self.order_by_relevance or isinstance(query, MatchAll | Not):
            return None
        match = MatchExpression(self.fields or self.FTS_TABLE_FIELDS, self.build_search_query(query, config=config))
        entries = sqlite.SQLiteFTSIndexEntry.objects.filter(
            match, index_entry__content_type__in=get_descendants_content_types_pks(self.queryset.model)
        )
        ordered = entries.annotate(score=BM25()).order_by("score")
        return list(ordered.values_list("index_entry__object_id", flat=True)[:_MOST_RANKED])


class SQLiteAutocompleteCompiler(CompilerMixin, sqlite.SQLiteAutocompleteQueryCompiler):  # type: ignore[misc]
    prefix = True
    ranked_ids = SQLiteCompiler.ranked_ids


class SQLiteIndex(IndexMixin, sqlite.SQLiteIndex):  # type: ignore[misc]
    """SQLite's index over our tokens."""


class SQLiteResults(sqlite.SQLiteSearchResults):  # type: ignore[misc]
    def _do_search(self) -> Any:
        ranked = None
        if self._score_field is None:
            ranked = self.query_compiler.ranked_ids(self.query_compiler.get_config(self.backend))
        if ranked is None:
            return super()._do_search()
        queryset = self.query_compiler.queryset
        allowed = {str(pk) for pk in queryset.filter(pk__in=ranked).order_by().values_list("pk", flat=True)}
        chosen = [pk for pk in ranked if pk in allowed][self.start : self.stop]
        found = {str(obj.pk): obj for obj in queryset.filter(pk__in=chosen)}
        return [found[pk] for pk in chosen if pk in found]


class SQLiteBackend(sqlite.SQLiteSearchBackend):  # type: ignore[misc]
    """The backend on SQLite."""

    query_compiler_class = SQLiteCompiler
    autocomplete_query_compiler_class = SQLiteAutocompleteCompiler
    index_class = SQLiteIndex
    results_class = SQLiteResults
