"""Asking an engine, and what follows where few records have all the words of a query."""

from __future__ import annotations

from dataclasses import replace

from search import planning
from search.backends.base import Engine
from search.queries import RELEVANCE, EngineAnswer, EngineQuery

ENOUGH = 10  # results a reader looks through: where fewer have all the words, the best that have some follow


def answered(engine: Engine, plan: planning.Plan, query: EngineQuery) -> EngineAnswer:
    """Return the engine's answer, with `others` where few records have all the words. Raises EngineUnavailable.

    The others are the best of those that have only some of the words. They follow what was found on its first page, by
    relevance only, and stand in no count: what is counted has all the words.
    """
    answer = engine.search(query)
    missing = min(ENOUGH, query.limit) - answer.total
    first = query.sort == RELEVANCE and not query.offset and query.after is None
    if not answer.total or missing <= 0 or not first or not plan.narrow(answer.level):
        return answer
    loose = planning.besides(plan.loose, (found.key for found in answer.found))
    others = engine.search(replace(query, matches=loose, limit=missing, axes=()))
    return replace(answer, others=others.found)
