"""Wagtail's own search (explorer, choosers, images, documents) with this app's Chinese tokens.

The database backend is kept; what goes into it and the queries asked of it are cut the same way, and on SQLite the
order by relevance is computed once instead of once a row.
"""

from __future__ import annotations

import copy
from typing import Any

from django.db import connection
from modelsearch.backends.database.sqlite import sqlite
from modelsearch.backends.database.sqlite.query import BM25, MatchExpression
from modelsearch.index import RelatedFields
from modelsearch.query import And, MatchAll, Not, Or, Phrase, PlainText, SearchQuery
from modelsearch.utils import get_descendants_content_types_pks

from search.analysis import tokens
from search.analysis.folding import fold
from search.analysis.tokens import RUN, is_han

_MOST_RANKED = 5_000  # results beyond are not ordered by anybody who looks at pages of fifty
_QUERY = 400  # characters of a query that count


def tokenised(text: str) -> str:
    """Return the tokens under which a text is indexed: bigrams in order, then each single character once."""
    folded = fold(text)
    return " ".join([*tokens.bigrams(folded), *dict.fromkeys(tokens.singles(folded))])


def rewrite(query: SearchQuery, *, prefix: bool = False) -> SearchQuery | None:
    """Return the query over tokens, None if nothing in it can be searched for. `prefix`: the last word may go on."""
    if isinstance(query, PlainText):
        words = _words(query.query_string, prefix=prefix)
        if not words:
            return None
        return Or(words) if query.operator.lower() == "or" else And(words)
    if isinstance(query, Phrase):
        words = _words(query.query_string, prefix=False)
        return And(words) if words else None
    if isinstance(query, Not):
        inner = rewrite(query.subquery, prefix=prefix)
        return Not(inner) if inner is not None else MatchAll()
    if isinstance(query, And | Or):
        parts = [p for p in (rewrite(q, prefix=prefix) for q in query.subqueries) if p is not None]
        return type(query)(parts) if parts else None
    return query


def _words(text: str, *, prefix: bool) -> list[SearchQuery]:
    runs = RUN.findall(fold(text[: 4 * _QUERY])[:_QUERY])
    words: list[SearchQuery] = []
    for run in runs:
        if is_han(run):
            words.append(Phrase(" ".join(t.rstrip("*") for _, t in tokens.phrase(run))))
        else:
            words.append(Phrase(run))
    if prefix and runs and not is_han(runs[-1]):
        words[-1] = PlainText(runs[-1])  # the backend lets the last plain word go on
    return words


class _Tokenised:
    """An object as the indexer sees it: its fields give tokens instead of text."""

    def __init__(self, wrapped: Any) -> None:
        self._wrapped = wrapped

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wrapped, name)

    def get_search_fields(self) -> list[Any]:
        return [_field(f) for f in self._wrapped.get_search_fields()]


def _field(field: Any) -> Any:
    made = copy.copy(field)
    if isinstance(field, RelatedFields):
        made.fields = [_field(f) for f in field.fields]
        made.get_value = lambda obj: field.get_value(getattr(obj, "_wrapped", obj))
    else:
        made.get_value = lambda obj: _flat(field.get_value(getattr(obj, "_wrapped", obj)))
    return made


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple | set):
        return " ".join(_flat(v) for v in value)
    return tokenised(str(value)) if value not in (None, "") else ""


class _IndexMixin:
    def add_items(self, model: Any, objs: Any) -> None:
        super().add_items(model, [_Tokenised(obj) for obj in objs])  # type: ignore[misc]

    def _refresh_title_norms(self, full: bool = False) -> None:
        """With every save this walks all titles; the norms of a rebuild are near enough."""
        if full:
            super()._refresh_title_norms(full=True)  # type: ignore[misc]


class _CompilerMixin:
    """Rewrites the query before it is compiled; one without any word finds nothing instead of failing."""

    prefix = False

    def __init__(self, queryset: Any, query: Any, *args: Any, **kwargs: Any) -> None:
        asked = PlainText(query) if isinstance(query, str) else query
        rewritten = rewrite(asked, prefix=self.prefix)
        if rewritten is None:
            queryset, rewritten = queryset.none(), MatchAll()
        super().__init__(queryset, rewritten, *args, **kwargs)


class SQLiteCompiler(_CompilerMixin, sqlite.SQLiteSearchQueryCompiler):  # type: ignore[misc]
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


class SQLiteAutocompleteCompiler(_CompilerMixin, sqlite.SQLiteAutocompleteQueryCompiler):  # type: ignore[misc]
    prefix = True
    ranked_ids = SQLiteCompiler.ranked_ids


class SQLiteIndex(_IndexMixin, sqlite.SQLiteIndex):  # type: ignore[misc]
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


def _postgres() -> type[Any]:
    from modelsearch.backends.database.postgres import postgres

    class Index(_IndexMixin, postgres.PostgresIndex):  # type: ignore[misc]
        """PostgreSQL's index over our tokens."""

    class Compiler(_CompilerMixin, postgres.PostgresSearchQueryCompiler):  # type: ignore[misc]
        """Full search."""

    class AutocompleteCompiler(_CompilerMixin, postgres.PostgresAutocompleteQueryCompiler):  # type: ignore[misc]
        """Completion."""

        prefix = True

    class Backend(postgres.PostgresSearchBackend):  # type: ignore[misc]
        """The backend on PostgreSQL."""

        query_compiler_class = Compiler
        autocomplete_query_compiler_class = AutocompleteCompiler
        index_class = Index

    return Backend


SearchBackend: type[Any] = _postgres() if connection.vendor == "postgresql" else SQLiteBackend
