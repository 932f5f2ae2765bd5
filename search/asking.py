"""Asking the engines for what a viewer may see as the database has it now, though an index may be a little older."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from caselib.accounts.viewers import Viewer
from caselib.resources.selectors import listed_by_id
from search import answering, engines, planning, synonyms
from search.analysis.query import ParsedQuery
from search.backends import database
from search.backends.base import Engine
from search.cursors import Place
from search.harvest import key_of, page_id_of
from search.models import OutboxJob
from search.queries import RELEVANCE, EngineAnswer, EngineQuery, Everything, Found
from search.ranking import BIGRAMS
from search.showing import Shown

_MOST_WAITING = 1_000  # changes no index has yet; where there are more, many are being brought in
_ROUNDS = 3  # what vanished is left out, and what comes in its place looked at, so often
# Records up to which a place is looked for among its neighbours; behind them the engine's mark counts.
_BY_OFFSET = 9_000

#: Returns by id those of some resources that a reader may read, as the database has them now.
Confirm = Callable[[Sequence[int], Viewer], Mapping[int, Shown]]


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of asking: by which engine, in which way, and by key what of it may be shown."""

    used: str
    answer: EngineAnswer
    shown: Mapping[str, Shown]
    relaxed: bool = False


@dataclass(slots=True)
class Asking:
    """One question of one reader. `wanted` says all but the words."""

    parsed: ParsedQuery
    viewer: Viewer
    wanted: EngineQuery
    place: Place
    confirm: Confirm
    vanished: set[str] = field(default_factory=set)

    def answered(self, forced: str | None) -> Answered:
        """Return what the first engine that answers says, or the database. Never raises for an engine that is away.

        What may not be shown any more is neither shown nor counted, in total and on any axis: known by the outbox, or found
        out by asking the database for what was found.
        """
        for left in reversed(range(_ROUNDS)):
            used, outcome = engines.first_answer(self._ask, forced)
            if outcome is None:
                answer = database.search(self.parsed, self._of_database(), self.viewer)
                return Answered(used, answer, self._shown(answer))
            plan, answer = outcome
            shown = self._shown(answer)
            gone = {found.key for found in (*answer.found, *answer.others)} - shown.keys()
            if not gone or not left:
                break
            self.vanished |= gone
        return Answered(used, answer, shown, plan.exact and answer.level > 0 and answer.level != plan.spelt)

    def _ask(self, engine: Engine) -> tuple[planning.Plan, EngineAnswer]:
        engine.shares(BIGRAMS, ())  # one that is away says so here, before anything is asked of the database
        plan = planned(self.parsed, self.viewer, engine)
        waiting = _waiting(engine.name)
        if hidden := self.vanished | (waiting.keys() - self._listed(waiting)):
            plan = planning.hiding(plan, hidden)
        query = replace(self.wanted, matches=plan.matches, scoring=plan.scoring, whole=plan.whole)
        place = self.place
        if self.wanted.sort == RELEVANCE and place.last and place.offset < _BY_OFFSET:
            place = replace(place, after=None)  # scores move with each change of the index
        query = place.around(replace(query, offset=place.offset, after=place.after))
        answer = engine.search(query) if place.offset else answering.answered(engine, plan, query)
        answer = place.page(answer, query, self.wanted.limit)
        if not waiting:
            return plan, answer
        return plan, replace(answer, found=_untold(answer.found, waiting), others=_untold(answer.others, waiting))

    def _listed(self, waiting: Mapping[str, int]) -> set[str]:
        return {key_of(pk) for pk in listed_by_id(list(waiting.values()), self.viewer)} if waiting else set()

    def _of_database(self) -> EngineQuery:
        return replace(self.wanted, matches=(Everything(),), offset=self.place.offset, tokens=None)

    def _shown(self, answer: EngineAnswer) -> Mapping[str, Shown]:
        ids = {found.key: page_id_of(found.key) for found in (*answer.found, *answer.others)}
        shown = self.confirm([pk for pk in ids.values() if pk is not None], self.viewer)
        return {key: shown[pk] for key, pk in ids.items() if pk is not None and pk in shown}


def planned(parsed: ParsedQuery, viewer: Viewer, engine: Engine) -> planning.Plan:
    """Return the plan of a query for a viewer, without records that are veiled before the viewer."""
    table = {} if parsed.empty else synonyms.current()
    plan = planning.make(parsed, viewer=viewer.tokens, synonyms=lambda text: table.get(text, ()), shares=engine.shares)
    return planning.hiding(plan, map(key_of, viewer.veiled)) if viewer.veiled else plan


def _waiting(engine: str) -> dict[str, int]:
    """The pages whose change is not in the index of an engine yet, by key. One query."""
    keys = OutboxJob.objects.filter(engine=engine).order_by().values_list("key", flat=True)[:_MOST_WAITING]
    return {key: pk for key in keys if (pk := page_id_of(key)) is not None}


def _untold(found: Sequence[Found], waiting: Collection[str]) -> tuple[Found, ...]:
    """What was found without passages of records that have changed since: they may be guarded by now, or gone."""
    return tuple(replace(one, passages=()) if one.key in waiting else one for one in found)
