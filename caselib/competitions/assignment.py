"""Who reads what: an exact assignment of judges to entries as a minimum-cost flow.

Every entry gets exactly ``k`` judges and every judge of the track ``floor`` or ``floor + 1`` entries, where ``floor``
is the whole part of entries × k ÷ judges. A pair in conflict has no arc, so it cannot be chosen at any price. Among the
assignments that hold, the one whose judges know most about what they read wins; equals are decided by the seed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from django.utils.translation import gettext_lazy as _

from caselib.core.errors import Refusal

# A point of expertise outweighs every possible sum of random tie-breakers on one pair.
EXPERTISE_SCALE = 64
FULL_COST = 20


@dataclass(frozen=True, slots=True)
class Reader:
    """A judge of the track. ``topics`` and ``sectors`` are what the judge knows about (ids of terms)."""

    id: int
    topics: frozenset[int] = frozenset()
    sectors: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Item:
    """An entry to be read, with the terms it is about."""

    id: int
    topics: frozenset[int] = frozenset()
    sectors: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Task:
    """One assignment to be made. ``conflicts`` are pairs (judge, entry) that must not meet."""

    readers: tuple[Reader, ...]
    items: tuple[Item, ...]
    k: int
    conflicts: frozenset[tuple[int, int]] = frozenset()
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Assignment:
    """The answer: pairs (entry, judge) in order, or the reason why there can be none and which entries or judges it is about."""

    pairs: tuple[tuple[int, int], ...] = ()
    refusal: Refusal | None = None
    entries: tuple[int, ...] = field(default=())
    judges: tuple[int, ...] = field(default=())

    @property
    def feasible(self) -> bool:
        return self.refusal is None


def assign(task: Task) -> Assignment:
    """Return the assignment for ``task``; the same task and seed always give the same pairs.

    Where there is none, ``refusal`` says which constraint cannot hold and ``entries`` which entries it is about.
    """
    readers = sorted(task.readers, key=lambda reader: reader.id)
    items = sorted(task.items, key=lambda item: item.id)
    if not items:
        return Assignment()
    allowed = _allowed(readers, items, task.conflicts)
    early = _counting_fault(readers, items, allowed, task.k)
    if early is not None:
        return early
    rows, columns = np.nonzero(allowed)
    costs = _costs(readers, items, task.seed)[rows, columns]
    chosen = _solve(len(items), len(readers), rows, columns, costs, task.k)
    if chosen is None:
        return _explain(readers, items, allowed, task.k)
    pairs = tuple((items[rows[arc]].id, readers[columns[arc]].id) for arc in chosen)
    return Assignment(pairs=tuple(sorted(pairs)))


def _allowed(readers: Sequence[Reader], items: Sequence[Item], conflicts: Collection[tuple[int, int]]) -> np.ndarray:
    """Return the matrix entries × judges of pairs that may meet."""
    allowed = np.ones((len(items), len(readers)), dtype=bool)
    row = {item.id: index for index, item in enumerate(items)}
    column = {reader.id: index for index, reader in enumerate(readers)}
    for judge, entry in conflicts:
        if judge in column and entry in row:
            allowed[row[entry], column[judge]] = False
    return allowed


def _term_matrix(groups: Sequence[frozenset[int]], index: Mapping[int, int]) -> np.ndarray:
    matrix = np.zeros((len(groups), max(1, len(index))), dtype=np.int32)
    for row, terms in enumerate(groups):
        for term in terms:
            if term in index:
                matrix[row, index[term]] = 1
    return matrix


def _overlap(items: Sequence[frozenset[int]], readers: Sequence[frozenset[int]]) -> np.ndarray:
    """Return for each pair how much of the entry's terms the judge knows, in whole tenths (0 to 10)."""
    index = {term: number for number, term in enumerate(sorted(set().union(*items)))}
    entry_terms, judge_terms = _term_matrix(items, index), _term_matrix(readers, index)
    wanted = np.maximum(1, entry_terms.sum(axis=1, keepdims=True))
    return (10 * (entry_terms @ judge_terms.T)) // wanted


def _costs(readers: Sequence[Reader], items: Sequence[Item], seed: int) -> np.ndarray:
    """Return the price of each pair: missing expertise first, then a tie-breaker that depends on the seed alone."""
    known = _overlap([i.topics for i in items], [r.topics for r in readers])
    known = known + _overlap([i.sectors for i in items], [r.sectors for r in readers])
    noise = np.random.Generator(np.random.PCG64(seed % 2**63)).integers(0, EXPERTISE_SCALE, known.shape)
    return (FULL_COST - known) * EXPERTISE_SCALE + noise


def _solve(
    entries: int, judges: int, rows: np.ndarray, columns: np.ndarray, costs: np.ndarray, k: int
) -> np.ndarray | None:
    """Return the indices of the chosen arcs, or None when no flow exists.

    Nodes: entries 0..n-1 supply k each; judges n..n+m-1 take ``floor`` each, which makes the lower bound of their load
    hard; one last node takes what is left through arcs of capacity one, which is the upper bound.
    """
    # The solvers take 80 MB: only the process that assigns loads them.
    from ortools.graph.python import min_cost_flow

    floor, rest = divmod(entries * k, judges)
    flow = min_cost_flow.SimpleMinCostFlow()
    ones = np.ones(len(rows), dtype=np.int64)
    arcs = flow.add_arcs_with_capacity_and_unit_cost(rows, entries + columns, ones, costs.astype(np.int64))
    heads = np.arange(entries, entries + judges)
    sink = np.full(judges, entries + judges)
    flow.add_arcs_with_capacity_and_unit_cost(
        heads, sink, np.ones(judges, dtype=np.int64), np.zeros(judges, dtype=np.int64)
    )
    supplies = np.concatenate([np.full(entries, k), np.full(judges, -floor), [-rest]])
    flow.set_nodes_supplies(np.arange(entries + judges + 1), supplies)
    if flow.solve() != flow.OPTIMAL:
        return None
    return np.nonzero(flow.flows(arcs))[0]


def _counting_fault(readers: Sequence[Reader], items: Sequence[Item], allowed: np.ndarray, k: int) -> Assignment | None:
    """Return the faults that plain counting shows: too few judges, or entries that too few may read."""
    if k < 1:
        return Assignment(refusal=Refusal("no-readings", _("At least one judge must read each entry.")))
    if len(readers) < k:
        text = _("Each entry needs %(k)d judges, but the track has only %(n)d. Appoint %(missing)d more.")
        values = {"k": k, "n": len(readers), "missing": k - len(readers)}
        return Assignment(refusal=Refusal("too-few-judges", text % values))
    free = allowed.sum(axis=1)
    short = [items[int(row)].id for row in np.nonzero(free < k)[0]]
    if short:
        text = _("%(n)d entries have fewer than %(k)d judges without a conflict of interest (fewest: %(free)d).")
        values = {"n": len(short), "k": k, "free": int(free.min())}
        return Assignment(refusal=Refusal("conflicts-leave-too-few", text % values), entries=tuple(short))
    return None


def _explain(readers: Sequence[Reader], items: Sequence[Item], allowed: np.ndarray, k: int) -> Assignment:
    """Return which bound of the load cannot hold, with the group of entries or the judges it is about."""
    floor, rest = divmod(len(items) * k, len(readers))
    ceiling = floor + (1 if rest else 0)
    group = _overfull_group(allowed, k, ceiling)
    if group is not None:
        rows, judges = group
        text = _(
            "%(entries)d entries need %(need)d readings, but the %(judges)d judges who may read them can take "
            "at most %(can)d if loads differ by no more than one (%(load)d each). Appoint judges free of these conflicts."
        )
        values = {
            "entries": len(rows),
            "need": len(rows) * k,
            "judges": judges,
            "can": _can_take(allowed, rows, ceiling),
            "load": ceiling,
        }
        found = tuple(items[row].id for row in rows)
        return Assignment(refusal=Refusal("upper-load", text % values), entries=found)
    reach = np.minimum(allowed.sum(axis=0), len(items))
    idle = [column for column in range(len(readers)) if reach[column] < floor]
    if idle:
        text = _(
            "%(n)d judges have conflicts with so many entries that they cannot take the %(floor)d that equal loads "
            "demand (fewest possible: %(least)d). Remove them from the track or appoint others."
        )
        values = {"n": len(idle), "floor": floor, "least": int(reach.min())}
        return Assignment(refusal=Refusal("lower-load", text % values), judges=tuple(readers[at].id for at in idle))
    text = _(
        "The conflicts of interest leave no way to give every judge %(floor)d or %(ceiling)d entries. Appoint more judges."
    )
    return Assignment(refusal=Refusal("equal-loads", text % {"floor": floor, "ceiling": ceiling}))


def _overfull_group(allowed: np.ndarray, k: int, ceiling: int) -> tuple[list[int], int] | None:
    """Return entries that need more readings than their judges can give, from a minimum cut, or None."""
    from ortools.graph.python import max_flow

    entries, judges = allowed.shape
    rows, columns = np.nonzero(allowed)
    source, sink = entries + judges, entries + judges + 1
    flow = max_flow.SimpleMaxFlow()
    flow.add_arcs_with_capacity(np.full(entries, source), np.arange(entries), np.full(entries, k))
    flow.add_arcs_with_capacity(rows, entries + columns, np.ones(len(rows), dtype=np.int64))
    flow.add_arcs_with_capacity(np.arange(entries, source), np.full(judges, sink), np.full(judges, ceiling))
    if flow.solve(source, sink) != flow.OPTIMAL or flow.optimal_flow() == entries * k:
        return None
    side = set(flow.get_source_side_min_cut())
    group = [row for row in range(entries) if row in side]
    if not group:
        return None
    return group, int(allowed[group].any(axis=0).sum())


def _can_take(allowed: np.ndarray, rows: Sequence[int], ceiling: int) -> int:
    """Return the most readings that the judges can give to the entries ``rows``."""
    return int(np.minimum(allowed[list(rows)].sum(axis=0), ceiling).sum())
