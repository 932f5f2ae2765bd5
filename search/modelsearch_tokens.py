"""What Wagtail's own search is given instead of text: tokens, in the index and in the queries alike."""

from __future__ import annotations

import copy
from typing import Any

from modelsearch.index import RelatedFields
from modelsearch.query import And, MatchAll, Not, Or, Phrase, PlainText, SearchQuery

from search.analysis import tokens
from search.analysis.folding import fold
from search.analysis.tokens import RUN, is_han

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


class IndexMixin:
    """Indexes tokens instead of text."""

    def add_items(self, model: Any, objs: Any) -> None:
        super().add_items(model, [_Tokenised(obj) for obj in objs])  # type: ignore[misc]

    def _refresh_title_norms(self, full: bool = False) -> None:
        """With every save this walks all titles; the norms of a rebuild are near enough."""
        if full:
            super()._refresh_title_norms(full=True)  # type: ignore[misc]


class CompilerMixin:
    """Rewrites the query before it is compiled; one without any word finds nothing instead of failing."""

    prefix = False

    def __init__(self, queryset: Any, query: Any, *args: Any, **kwargs: Any) -> None:
        asked = PlainText(query) if isinstance(query, str) else query
        rewritten = rewrite(asked, prefix=self.prefix)
        if rewritten is None:
            queryset, rewritten = queryset.none(), MatchAll()
        super().__init__(queryset, rewritten, *args, **kwargs)  # type: ignore[call-arg]

    def _get_filters_from_queryset(self, check_only: bool = False) -> None:
        """Nothing is to be translated: the database applies the filters of the queryset, whatever they are.

        The check refuses those of fields outside the index and fails at annotations, so that whoever filtered images
        by how often they are used could not search them.
        """

    def _get_order_by(self) -> tuple[()]:
        """Nor is the order: it is the queryset's, or that by relevance."""
        return ()
