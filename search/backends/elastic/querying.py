"""Translating the common query tree into Elasticsearch's query language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from search.backends.fields import FACET_SEPARATOR, FACETS, MOST_ENDS, MOST_VALUES, READERS, TITLES
from search.candidates import WINDOW
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
from search.ranking import WORDS
from search.records import SLOTS

PASSAGES = "passages"
NESTED = f"{PASSAGES}."
PLACE = (
    "_doc"  # in the index: of equal score, the order in which the server weighs and shows what it is not told to sort
)
_NOBODY = "-"  # a key that no record has
SHOWN = f"{NESTED}shown"
Body = dict[str, Any]
Clauses = Sequence[Body]


def condition(node: Node) -> Body:
    """Return the query for a tree over records that scores nothing."""
    if isinstance(node, Anywhere):
        node = spread(node, range(SLOTS))
    if not isinstance(node, Bool):
        return _node(node, "")
    if (values := _tokens(node)) is not None:
        return {"terms": values}  # a tenth of the clauses it stands for: the server reads long requests slowly
    body: Body = {
        "filter": [condition(n) for n in (*node.must, *node.filters)],
        "should": [condition(n) for n in node.should],
        "must_not": [condition(n) for n in node.without],
    }
    return _bool(body, node.minimum)


def _tokens(node: Bool) -> dict[str, list[str]] | None:
    """The field and tokens of a condition that is met by any of some tokens of one field, else None."""
    fields = {n.field for n in node.should if isinstance(n, Term)}
    tokens = [n.token for n in node.should if isinstance(n, Term)]
    only = len(tokens) == len(node.should) and not (node.must or node.filters or node.without)
    return {fields.pop(): tokens} if only and len(fields) == 1 and node.minimum == 1 else None


def _bool(clauses: Body, minimum: int) -> Body:
    body = {name: some for name, some in clauses.items() if some}
    return {"bool": body | ({"minimum_should_match": minimum} if minimum else {})}


def _node(node: Node, path: str) -> Body:
    match node:
        case Term(field, token, boost):
            return {"term": {path + field: {"value": token, "boost": boost}}}
        case Phrase(field, tokens, boost):
            return {"match_phrase": {path + field: {"query": _spaced(tokens), "boost": boost}}}
        case PhrasePrefix(field, tokens):
            begun = {"query": _spaced(tokens), "max_expansions": MOST_ENDS}
            return {"constant_score": {"filter": {"match_phrase_prefix": {path + field: begun}}, "boost": 0}}
        case Prefix(field, prefix):
            return {"constant_score": {"filter": {"prefix": {path + field: {"value": prefix}}}, "boost": 0}}
        case OneOf(field, values, boost):
            return {"constant_score": {"filter": {"terms": {path + field: list(values)}}, "boost": boost}}
        case Bool():
            body: Body = {
                "must": [_node(n, path) for n in node.must],
                "should": [_node(n, path) for n in node.should],
                "filter": [_node(n, path) for n in node.filters],
                "must_not": [_node(n, path) for n in node.without],
            }
            return _bool(body, node.minimum)
        case Anywhere():
            return condition(node)
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


def inside(query: EngineQuery, level: int) -> Clauses:
    """Return what must hold of all that is found: the condition of this level, and what the viewer may see."""
    return [condition(query.matches[level]), *_viewer(query)]


def search_body(query: EngineQuery, inside: Clauses, *, tie: str = "key") -> Body:
    """Return the whole request: match set and viewer as filters, passages as score, axes as filters after counting."""
    hits = _hits(inside, should=[*_scoring(query), *_shown(query)])
    return {**counting_body(query, inside), **hits, **_page(query, tie)}


def counting_body(query: EngineQuery, inside: Clauses) -> Body:
    """Return the request for how many there are, in all and on each axis, and for none of them."""
    axes = _axes(query)
    body: Body = {**_hits(inside), "size": 0, "track_total_hits": True}
    if axes:
        body["post_filter"] = {"bool": {"filter": list(axes.values())}}
    if query.axes:
        body["aggs"] = {axis: _facet(axis, axes) for axis in query.axes}
    return body


def listing_body(query: EngineQuery, inside: Clauses) -> Body:
    """Return the request for a page in an order that needs no score: without counts, the server stops where it ends."""
    hits = _hits([*inside, *_axes(query).values()])
    return {**hits, **_page(query, "key"), "track_total_hits": False}


def choosing_body(first: EngineQuery, inside: Clauses, begin: int, size: int, *, scoring_only: bool) -> Body:
    """Return the request for the keys from `begin` on, by score, of what is found; `scoring_only`, of what scores at all.

    It counts no further than that, so that the server stops looking where nothing better can come.
    """
    hits = _chosen(first, inside, scoring_only=scoring_only)
    return {**hits, "from": begin, "size": size, "track_total_hits": begin + size, "sort": _sort(first, PLACE)}


def ranking_body(query: EngineQuery, first: EngineQuery, inside: Clauses, size: int, *, scoring_only: bool) -> Body:
    """Return the request for a page of the first window in one: `first` chooses, the whole query weighs and shows.

    What weighs goes by no other order than the score and, where that is the same, the place in the index.
    """
    chosen_by = first if scoring_only else None
    hits = _chosen(first, inside, _shown(query, chosen_by), scoring_only=scoring_only)
    weighed = {"rescore_query": _any(_scoring(query, chosen_by)), "query_weight": 0, "rescore_query_weight": 1}
    rescore = {"window_size": WINDOW, "query": weighed}
    return {**hits, "from": query.offset, "size": size, "track_total_hits": WINDOW, "rescore": rescore}


def weighing_body(query: EngineQuery, first: EngineQuery | None, keys: Sequence[str], begin: int, size: int) -> Body:
    """Return the request for so many of the records with these keys, which `first` chose, by score, with their passages."""
    inside = [{"terms": {"key": list(keys)}}, *_viewer(query)]
    hits = _hits(inside, should=[*_scoring(query, first), *_shown(query, first)])
    return {**hits, "from": begin, "size": size, "track_total_hits": False, "sort": _sort(query, PLACE)}


def _hits(inside: Clauses, **clauses: list[Body]) -> Body:
    """Only the key is asked for, and of the column it stands in: to read what is stored of a record takes longer than to
    find it."""
    found = {"bool": {"filter": [*inside], **{name: some for name, some in clauses.items() if some}}}
    return {"query": found, **columns("key")}


def _chosen(first: EngineQuery, inside: Clauses, shown: Clauses = (), *, scoring_only: bool) -> Body:
    inside = [*inside, *_axes(first).values()]
    scored = _scoring(first)
    if scoring_only:
        return _hits(inside, must=[_any(scored)], should=[*shown])
    return _hits(inside, should=[*scored, *shown])


def columns(*fields: str) -> Body:
    """Return what asks for these fields of a record, and reads nothing that is stored of it."""
    return {"stored_fields": "_none_", "docvalue_fields": list(fields)}


def _page(query: EngineQuery, tie: str) -> Body:
    place: Body = {"from": query.offset} if query.after is None else {"search_after": list(query.after)}
    return {**place, "size": query.limit, "sort": _sort(query, tie)}


def _any(clauses: list[Body]) -> Body:
    return {"bool": {"should": clauses, "minimum_should_match": 1}}


def _axes(query: EngineQuery) -> dict[str, Body]:
    return {axis: {"terms": {f"x_{axis}": list(values)}} for axis, values in query.filters.items()}


def _viewer(query: EngineQuery) -> list[Body]:
    clauses: list[Body] = []
    if query.tokens is not None:
        clauses.append({"terms": {f"{READERS}0": sorted(query.tokens)}})
    if query.only is not None:
        clauses.append({"terms": {"key": list(query.only)}})
    return clauses


def _scoring(query: EngineQuery, first: EngineQuery | None = None) -> list[Body]:
    """The passages' score and what scores on the record itself (facet values, its names); of records that `first` has
    chosen, only the passages it chose them for are weighed."""
    of_passages, of_record = parts(query.scoring)
    clauses: list[Body] = [] if isinstance(query.whole, Everything) else [_node(query.whole, "")]
    clauses += [_on_record(node) for node in of_record]
    chosen = dict.fromkeys(parts(first.scoring)[0]) if first else {}  # in order, and known at a glance
    if chosen:
        rest = [_node(n, NESTED) for n in of_passages if n not in chosen]
        inner = {"bool": {"must": [_any([_node(n, NESTED) for n in chosen])], "should": rest}}
    elif of_passages:
        inner = _any([_node(n, NESTED) for n in of_passages])
    else:
        return clauses
    return [*clauses, {"nested": {"path": PASSAGES, "query": _seen(query, inner), "score_mode": "max"}}]


def _shown(query: EngineQuery, first: EngineQuery | None = None) -> list[Body]:
    """The clause that shows passages, none if nothing ranks them.

    The server looks for what to show in every clause there is, met or not, and opens each term of it anew for each record
    of the page. So the clause is one that no record meets, which costs nothing while records are found, and of records
    that `first` has chosen it asks for that, for words and phrases: all others move the best passage of a question once in
    thirty times.
    """
    of_passages, _ = parts(query.scoring)
    if first and (chosen := set(parts(first.scoring)[0])):
        of_passages = [n for n in of_passages if n in chosen or not isinstance(n, Term) or n.field == WORDS]
    if not of_passages:
        return []
    inner = {"size": SNIPPETS, **columns(SHOWN)}
    nested = {
        "path": PASSAGES,
        "query": _seen(query, _any([_node(n, NESTED) for n in of_passages])),
        "inner_hits": inner,
    }
    return [{"bool": {"filter": [{"term": {"key": _NOBODY}}, {"nested": nested}]}}]


def _seen(query: EngineQuery, inner: Body) -> Body:
    """The query over passages, of those the viewer may see."""
    if query.tokens is not None:
        inner["bool"]["filter"] = [{"terms": {NESTED + READERS: sorted(query.tokens)}}]
    return inner


def parts(scoring: Node) -> tuple[list[Node], list[Term | OneOf]]:
    """Return what of a ranking is asked of passages, and what of the record: neither of Everything."""
    if isinstance(scoring, Everything):
        return [], []
    nodes = scoring.should if isinstance(scoring, Bool) else (scoring,)
    of_passages: list[Node] = []
    of_record: list[Term | OneOf] = []
    for node in nodes:
        if isinstance(node, Term | OneOf) and node.field in (FACETS, TITLES):
            of_record.append(node)
        else:
            of_passages.append(node)
    return of_passages, of_record


def _on_record(node: Term | OneOf) -> Body:
    if isinstance(node, OneOf) or node.field == TITLES:
        return _node(node, "")
    axis, _, value = node.token.partition(FACET_SEPARATOR)
    return {"term": {f"x_{axis}": {"value": value, "boost": node.boost}}}


def _sort(query: EngineQuery, tie: str) -> list[Body]:
    last: Body = {tie: "asc"}
    by_relevance = not isinstance(query.scoring, Everything)
    return {
        "newest": [{"date": "desc"}, last],
        "oldest": [{"date": "asc"}, last],
        "title": [{"torder": "asc"}, last],
    }.get(query.sort, [{"_score": "desc"}, last] if by_relevance else [{"date": "desc"}, last])


def _facet(axis: str, filters: Mapping[str, Body]) -> Body:
    """Count one axis under the filters of all others."""
    others = [clause for name, clause in filters.items() if name != axis]
    counted = {"values": {"terms": {"field": f"x_{axis}", "size": MOST_VALUES}}}
    return {"filter": {"bool": {"filter": others}} if others else {"match_all": {}}, "aggs": counted}
