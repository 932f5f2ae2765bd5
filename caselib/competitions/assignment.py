"""Who reads what: an exact assignment of judges to entries as a minimum-cost flow.

Every entry gets exactly ``k`` judges, and the judges' loads are as equal as conflicts allow: they differ by at most one
wherever that can be done, and no other assignment is nearer to it where it cannot. A pair in conflict has no arc, so it
cannot be chosen at any price. Among equally fair assignments the one whose judges know most about what they read wins;
equals are decided by the seed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

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
    """The answer: pairs (entry, judge) in order, or the reason why there can be none and which entries it is about.

    ``loads`` are the fewest and the most entries a judge reads. Where conflicts make them differ by more than one,
    ``judges`` are those who read at least two fewer than others.
    """

    pairs: tuple[tuple[int, int], ...] = ()
    refusal: Refusal | None = None
    entries: tuple[int, ...] = field(default=())
    judges: tuple[int, ...] = field(default=())
    loads: tuple[int, int] = (0, 0)

    @property
    def feasible(self) -> bool:
        return self.refusal is None

    @property
    def uneven(self) -> bool:
        """Whether conflicts of interest left no assignment whose loads differ by at most one."""
        return self.loads[1] - self.loads[0] > 1


def assign(task: Task) -> Assignment:
    """Return the assignment for ``task``; the same task and seed always give the same pairs.

    Where there is none, ``refusal`` says what is lacking and ``entries`` which entries lack it.
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
    pairs = tuple((items[rows[arc]].id, readers[columns[arc]].id) for arc in chosen)
    loads = np.bincount(columns[chosen], minlength=len(readers))
    answer = Assignment(pairs=tuple(sorted(pairs)), loads=(int(loads.min()), int(loads.max())))
    short = np.nonzero(loads < loads.max() - 1)[0]
    return replace(answer, judges=tuple(readers[at].id for at in short))


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


def _solve(entries: int, judges: int, rows: np.ndarray, columns: np.ndarray, costs: np.ndarray, k: int) -> np.ndarray:
    """Return the indices of the chosen arcs; there is a flow because every entry has ``k`` judges it may meet.

    Nodes: entries 0..n-1 supply k each; judges n..n+m-1 pass on what they take to one last node, each further entry of a
    judge for a higher toll. Tolls that rise by the same step make the sum of the squares of the loads least, which no
    assignment with a fairer load can beat; one step outweighs everything that the pairs can cost together.
    """
    # The solvers take 80 MB: only the process that assigns loads them.
    from ortools.graph.python import min_cost_flow

    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        rows, entries + columns, np.ones(len(rows), dtype=np.int64), costs.astype(np.int64)
    )
    reach = np.bincount(columns, minlength=judges)
    heads = np.repeat(np.arange(judges), reach)
    turn = np.arange(len(heads)) - np.repeat(np.cumsum(reach) - reach, reach)
    step = entries * k * int(costs.max()) + 1
    flow.add_arcs_with_capacity_and_unit_cost(
        entries + heads, np.full(len(heads), entries + judges), np.ones(len(heads), dtype=np.int64), turn * step
    )
    supplies = np.concatenate([np.full(entries, k), np.zeros(judges, dtype=np.int64), [-entries * k]])
    flow.set_nodes_supplies(np.arange(entries + judges + 1), supplies)
    if flow.solve() != flow.OPTIMAL:
        raise ArithmeticError("the solver found no flow although every entry has enough judges")
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
