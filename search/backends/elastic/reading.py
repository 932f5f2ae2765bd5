"""Answering from the live index: at once what can be read at once, else window by window, chosen first and then weighed."""

from __future__ import annotations

import math
import time
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from elasticsearch import BadRequestError

from search import candidates, documents
from search.analysis import tokens
from search.backends.base import EngineUnavailable
from search.backends.elastic import querying
from search.backends.elastic.connection import Connection, translated
from search.backends.elastic.querying import PASSAGES, SHOWN
from search.backends.elastic.windows import Windows
from search.backends.fields import TEXT, TITLES
from search.queries import (
    RELEVANCE,
    Bool,
    EngineAnswer,
    EngineQuery,
    Everything,
    Found,
    Node,
    OneOf,
    Term,
)
from search.ranking import BIGRAMS

_DEEPEST = 10_000  # hits the server counts through by offset, a number of whole windows; deeper goes by cursor
_FEW = 200  # records that match up to which all are ranked by everything
_SURELY_FEW = 5_000  # that can match, by what is known of the words, up to which the same is done without counting
_BUDGET = 10_000  # occurrences in passages that the server reads for one ranking without a thought
_UNCOUNTED = 0.0025  # the share of passages a token is thought to have that was too rare to be counted
_BELIEVED = 60.0  # seconds what was counted is believed


class _NotUnderstood(Exception):
    """One of several requests was a bad one."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted when the index was built: records, passages, and the share of them that hold the common tokens."""

    records: int = 0
    passages: int = 0
    shares: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # by field, then token


class Reading:
    """Reads what is behind the alias. Every failure to answer in time is EngineUnavailable."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._counted: tuple[float, Counted] = (float("-inf"), Counted())

    def search(self, query: EngineQuery) -> EngineAnswer:
        """Answer a query; the first condition that finds anything counts."""
        if query.after is None and query.offset >= _DEEPEST:
            return EngineAnswer(total=self._total(query))
        if query.after is None:
            query = replace(query, limit=min(query.limit, _DEEPEST - query.offset))
        query = replace(query, scoring=self._names_together(query.scoring))
        first = self._first(query)
        answer = EngineAnswer()
        for level in range(len(query.matches)):
            with translated():
                try:
                    if first is None or self._narrow(query.matches[level]):
                        answer = self._at_once(query, level)
                    elif query.after is not None:
                        answer = self._at_once(first, level, tie=querying.PLACE)
                    else:
                        answer = self._by_windows(query, first, level)
                except (BadRequestError, _NotUnderstood) as error:
                    if query.after is None:
                        raise EngineUnavailable(f"the server does not take the question: {error}") from error
                    # A place to go on from that a reader made up is no fault of the server's.
                    return self.search(replace(query, after=None, offset=0))
            if answer.total:
                break
        return answer

    def shares(self, field: str, tokens: Collection[str]) -> Mapping[str, float]:
        """Return the share of all passages that hold each token, as counted when the index was built."""
        known = self._counts().shares.get(field, {})
        return {token: known[token] for token in tokens if token in known}

    def forget(self) -> None:
        """Read what was counted again with the next query."""
        self._counted = (float("-inf"), Counted())

    # At once

    def _at_once(self, query: EngineQuery, level: int, *, tie: str = "key") -> EngineAnswer:
        inside = querying.inside(query, level)
        if isinstance(query.scoring, Everything):  # a list: its counts, asked apart, the server remembers
            counted, page = self._ask(
                query, querying.counting_body(query, inside), querying.listing_body(query, inside)
            )
        else:
            counted = page = self._ask(query, querying.search_body(query, inside, tie=tie))[0]
        hits = page["hits"]["hits"]
        answer = _numbers(counted, level)
        end = query.offset + len(hits)
        more = bool(hits) and end < answer.total
        return replace(
            answer,
            found=tuple(map(_found, hits)),
            next_offset=end if more else None,
            next_after=tuple(hits[-1]["sort"]) if more else None,
        )

    def _total(self, query: EngineQuery) -> int:
        query = replace(query, axes=())
        with translated():
            levels = (querying.inside(query, level) for level in range(len(query.matches)))
            counts = self._ask(query, *(querying.counting_body(query, inside) for inside in levels))
            return next((n for level, raw in enumerate(counts) if (n := _numbers(raw, level).total)), 0)

    # Window by window

    def _by_windows(self, query: EngineQuery, first: EngineQuery, level: int) -> EngineAnswer:
        """Answer a page of windows: `first` orders all records, each window of them is then ordered by the whole query.

        So no page depends on how deep one looks, and where one window ends at the deepest offset a cursor goes on in
        the order of `first`.
        """
        inside = querying.inside(query, level)
        page = Windows(query, first, inside)
        counted, *parts = self._ask(query, querying.counting_body(query, inside), *page.bodies())
        answer = _numbers(counted, level)
        if answer.total <= _FEW:
            # By offset to the end: a cursor would go on in the order of `first`.
            return replace(self._at_once(query, level), next_after=None) if answer.total else answer
        if (scored := page.scored(parts, answer.total)) < math.inf:
            parts = self._ask(query, *page.bodies(scored))
        hits, order = page.taken_apart(parts)
        if order:
            hits += [
                hit for window in self._ask(query, *page.weighing(order, scored)) for hit in window["hits"]["hits"]
            ]
        done = query.offset + len(hits)
        more = bool(hits) and done < answer.total
        last = order[done - page.behind - 1]["sort"] if more and done == _DEEPEST else None
        return replace(
            answer,
            found=tuple(map(_found, hits)),
            next_offset=done if more else None,
            next_after=tuple(last) if last else None,
        )

    def _first(self, query: EngineQuery) -> EngineQuery | None:
        """Return the query with what chooses only, None where all of it can be read at once or nothing is ranked."""
        if query.sort != RELEVANCE or isinstance(query.scoring, Everything):
            return None
        of_passages, of_record = querying.parts(query.scoring)
        chosen, rest = candidates.split(of_passages, self._frequency, _BUDGET)
        whole = query.whole
        if isinstance(whole, Bool):
            should, left = candidates.split(whole.should, self._frequency, _BUDGET)
            whole, rest = replace(whole, should=should), (*rest, *left)
        if not rest:
            return None
        return replace(query, scoring=Bool(should=(*chosen, *of_record), minimum=1), whole=whole)

    def _narrow(self, match: Node) -> bool:
        return candidates.most(match, self._frequency) <= _SURELY_FEW

    def _names_together(self, scoring: Node) -> Node:
        """The scoring with the titles it may name in one clause a weight: there are some fifty, and each would cost the
        server time to read. Each counts as if one record were called so, as nearly all are."""
        if not isinstance(scoring, Bool):
            return scoring
        names: dict[float, list[str]] = {}
        for node in scoring.should:
            if isinstance(node, Term) and node.field == TITLES:
                names.setdefault(node.boost, []).append(node.token)
        rarity = math.log(1 + self._counts().records / 1.5)  # what BM25 makes of a term of one document
        others = (n for n in scoring.should if not (isinstance(n, Term) and n.field == TITLES))
        together = (OneOf(TITLES, tuple(some), boost * rarity) for boost, some in names.items())
        return replace(scoring, should=(*others, *together))

    def _frequency(self, field: str, token: str) -> float:
        """About how many passages hold a token; of the text of records nobody counts, passages say as much."""
        if field.startswith(TEXT):
            field, token = BIGRAMS, tokens.of_passages(token)
        counted = self._counts()
        return counted.passages * counted.shares.get(field, {}).get(token, _UNCOUNTED)

    def _counts(self) -> Counted:
        read_at, counted = self._counted
        if time.monotonic() - read_at > _BELIEVED:
            with translated():
                raw = self._connection.reading.indices.get_mapping(index=self._connection.alias).body
                meta = dict(next(iter(raw.values())))["mappings"].get("_meta", {})
                shares: dict[str, dict[str, float]] = {}
                for name, share in dict(meta.get("shares", {})).items():
                    of_field, _, token = name.partition(":")
                    shares.setdefault(of_field, {})[token] = float(share)
                counted = Counted(int(meta.get("records", 0)), int(meta.get("passages", 0)), shares)
            self._counted = (time.monotonic(), counted)
        return counted

    # Requests

    def _ask(self, query: EngineQuery, *bodies: dict[str, Any]) -> list[Mapping[str, Any]]:
        """Ask for several at once. Raises EngineUnavailable or _NotUnderstood if one of them is not answered.

        All that is asked for one query goes to the same copy of the index: of equal score, copies differ in their order.
        """
        head = {"index": self._connection.alias, "allow_partial_search_results": False, "preference": _copy(query)}
        lines = [line for body in bodies for line in (head, body)]
        answers = self._connection.reading.msearch(searches=lines).body["responses"]
        return [_whole(answer) for answer in answers]


def _copy(query: EngineQuery) -> str:
    """Return what stands for the words of a query, so that all its pages are asked of one copy."""
    nodes = query.scoring.should if isinstance(query.scoring, Bool) else ()
    words = "".join(node.token for node in nodes if isinstance(node, Term))
    return f"words-{zlib.crc32(words.encode(errors='replace'))}"


def _whole(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    if raw.get("status") == HTTPStatus.BAD_REQUEST:
        raise _NotUnderstood(str(raw.get("error")))
    if "error" in raw or raw.get("timed_out") or raw["_shards"]["failed"]:
        raise EngineUnavailable(f"the answer is partial: {raw.get('error', '')}")
    return raw


def _numbers(raw: Mapping[str, Any], level: int) -> EngineAnswer:
    facets = {
        axis: {b["key"]: b["doc_count"] for b in part["values"]["buckets"]}
        for axis, part in raw.get("aggregations", {}).items()
    }
    return EngineAnswer(total=int(raw["hits"]["total"]["value"]), level=level, facets=facets)


def _found(hit: Mapping[str, Any]) -> Found:
    inner = hit.get("inner_hits", {}).get(PASSAGES, {}).get("hits", {}).get("hits", [])
    passages = tuple(documents.found(entry["fields"][SHOWN][0]) for entry in inner)
    return Found(hit["fields"]["key"][0], float(hit["_score"] or 0.0), passages)
