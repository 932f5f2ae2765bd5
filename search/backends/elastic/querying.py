"""Translating the common query tree into Elasticsearch's query language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from search.backends.fields import FACET_SEPARATOR, FACETS, TITLES
from search.documents import GAP
from search.queries import (
    SNIPPETS,
    Anywhere,
    Bool,
    EngineQuery,
    Everything,
    Node,
    Nothing,
    OneOf,
    Phrase,
    PhrasePrefix,
    Prefix,
    Term,
    spread,
)
from search.records import SLOTS

_BUCKETS = 500
_EXPANSIONS = 1000  # tokens the last of a phrase may stand for; the server has a limit on clauses
PASSAGES = "passages"
_OF_PASSAGES = frozenset("wbc")
Body = dict[str, Any]


def condition(node: Node) -> Body:
    """Return the query for a tree over records."""
    return _node(node, "")


def _node(node: Node, path: str) -> Body:
    match node:
        case Term(field, token, boost):
            return {"term": {path + field: {"value": token, "boost": boost}}}
        case Phrase(field, tokens, boost):
            return {"match_phrase": {path + field: {"query": _spaced(tokens), "boost": boost}}}
        case PhrasePrefix(field, tokens):
            begun = {"query": _spaced(tokens), "max_expansions": _EXPANSIONS}
            return {"constant_score": {"filter": {"match_phrase_prefix": {path + field: begun}}, "boost": 0}}
        case Prefix(field, prefix):
            return {"constant_score": {"filter": {"prefix": {path + field: {"value": prefix}}}, "boost": 0}}
        case OneOf(field, values):
            return {"constant_score": {"filter": {"terms": {path + field: list(values)}}, "boost": 0}}
        case Bool():
            body: Body = {
                "must": [_node(n, path) for n in node.must],
                "should": [_node(n, path) for n in node.should],
                "filter": [_node(n, path) for n in node.filters],
                "must_not": [_node(n, path) for n in node.without],
            }
            body = {name: clauses for name, clauses in body.items() if clauses}
            if node.minimum:
                body["minimum_should_match"] = node.minimum
            return {"bool": body}
        case Anywhere():
            return _node(spread(node, range(SLOTS)), path)
        case Everything():
            return {"match_all": {}}
        case Nothing():
            return {"match_none": {}}


def _spaced(tokens: Iterable[tuple[int, str]]) -> str:
    """Tokens at their positions, places between them held by the gap mark."""
    out: list[str] = []
    for position, token in tokens:
        out.extend([GAP] * (position - len(out)))
        out.append(token)
    return " ".join(out)


def search_body(query: EngineQuery, level: int) -> Body:
    """Return the whole request: match set and viewer as filters, passages as score, axes as filters after counting."""
    axis_filters = {axis: {"terms": {f"x_{axis}": list(values)}} for axis, values in query.filters.items()}
    inside = [condition(query.matches[level]), *_viewer(query)]
    body: Body = {
        "query": {"bool": {"filter": inside, "should": _scoring(query)}},
        "size": query.limit,
        "track_total_hits": True,
        "_source": ["key"],
        "sort": _sort(query),
    }
    if axis_filters:
        body["post_filter"] = {"bool": {"filter": list(axis_filters.values())}}
    if query.axes:
        body["aggs"] = {axis: _facet(axis, axis_filters) for axis in query.axes}
    if query.after is not None:
        body["search_after"] = list(query.after)
    else:
        body["from"] = query.offset
    return body


def _viewer(query: EngineQuery) -> list[Body]:
    clauses: list[Body] = []
    if query.tokens is not None:
        clauses.append({"terms": {"k0": sorted(query.tokens)}})
    if query.only is not None:
        clauses.append({"terms": {"key": list(query.only)}})
    return clauses


def _scoring(query: EngineQuery) -> list[Body]:
    """The passages' score, and what scores on the record itself (shared facet values, what it is called)."""
    nodes = query.scoring.should if isinstance(query.scoring, Bool) else (query.scoring,)
    of_passages = [n for n in nodes if not (isinstance(n, Term) and n.field in (FACETS, TITLES))]
    clauses: list[Body] = [] if isinstance(query.whole, Everything) else [_node(query.whole, "")]
    for node in nodes:
        if isinstance(node, Term) and node.field == FACETS:
            axis, _, value = node.token.partition(FACET_SEPARATOR)
            clauses.append({"term": {f"x_{axis}": {"value": value, "boost": node.boost}}})
        elif isinstance(node, Term) and node.field == TITLES:
            clauses.append(_node(node, ""))
    if of_passages and not isinstance(query.scoring, Everything):
        inner: Body = {"bool": {"should": [_node(n, f"{PASSAGES}.") for n in of_passages], "minimum_should_match": 1}}
        if query.tokens is not None:
            inner["bool"]["filter"] = [{"terms": {f"{PASSAGES}.k": sorted(query.tokens)}}]
        shown = [f"{PASSAGES}.{name}" for name in ("source", "label", "ref", "start", "seconds", "text")]
        nested = {"path": PASSAGES, "query": inner, "score_mode": "max"}
        clauses.append({"nested": {**nested, "inner_hits": {"size": SNIPPETS, "_source": shown}}})
    return clauses


def _sort(query: EngineQuery) -> list[Body]:
    tie: Body = {"key": "asc"}
    by_relevance = not isinstance(query.scoring, Everything)
    return {
        "newest": [{"date": "desc"}, tie],
        "oldest": [{"date": "asc"}, tie],
        "title": [{"torder": "asc"}, tie],
    }.get(query.sort, [{"_score": "desc"}, tie] if by_relevance else [{"date": "desc"}, tie])


def _facet(axis: str, filters: Mapping[str, Body]) -> Body:
    """Count one axis under the filters of all others."""
    others = [clause for name, clause in filters.items() if name != axis]
    counted = {"values": {"terms": {"field": f"x_{axis}", "size": _BUCKETS}}}
    return {"filter": {"bool": {"filter": others}} if others else {"match_all": {}}, "aggs": counted}
