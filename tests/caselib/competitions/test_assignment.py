"""The assignment of judges: coverage, load and conflicts hold for any input, or the refusal is true."""

from collections import Counter
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caselib.competitions.assignment import Item, Reader, Task, assign


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    judges = draw(st.integers(1, 6))
    entries = draw(st.integers(0, 8))
    pairs = st.tuples(st.integers(0, judges - 1), st.integers(100, 100 + max(0, entries - 1)))
    readers = tuple(Reader(i, frozenset(draw(st.sets(st.integers(0, 5), max_size=3)))) for i in range(judges))
    items = tuple(Item(100 + i, frozenset(draw(st.sets(st.integers(0, 5), max_size=3)))) for i in range(entries))
    conflicts = frozenset(draw(st.sets(pairs, max_size=12)))
    return Task(readers, items, draw(st.integers(1, 3)), conflicts, draw(st.integers(0, 2**40)))


def fairest_by_search(task: Task) -> list[int] | None:
    """The loads, in order, of which the sum of squares is least, by trying all assignments; independent of any flow."""
    states = {tuple(0 for _reader in task.readers)}
    for item in task.items:
        free = [i for i, r in enumerate(task.readers) if (r.id, item.id) not in task.conflicts]
        chosen = product(states, combinations(free, task.k))
        states = {tuple(load + (i in picked) for i, load in enumerate(state)) for state, picked in chosen}
    found = {tuple(sorted(state)) for state in states}
    return list(min(found, key=lambda loads: sum(load * load for load in loads))) if found else None


@settings(max_examples=150, deadline=None)
@given(tasks())
def test_every_assignment_covers_avoids_conflicts_and_is_as_fair_as_any(task: Task) -> None:
    answer = assign(task)
    if not task.items:
        assert answer.feasible and not answer.pairs
        return
    fairest = fairest_by_search(task)
    assert answer.feasible == (fairest is not None)
    if not answer.feasible:
        assert answer.refusal and str(answer.refusal.message)
        return
    assert len(set(answer.pairs)) == len(answer.pairs)
    assert Counter(entry for entry, _judge in answer.pairs) == {item.id: task.k for item in task.items}
    assert not {(judge, entry) for entry, judge in answer.pairs} & task.conflicts
    loads = Counter({reader.id: 0 for reader in task.readers})
    loads.update(judge for _entry, judge in answer.pairs)
    assert sorted(loads.values()) == fairest
    assert answer.loads == (min(loads.values()), max(loads.values()))
    assert set(answer.judges) == {judge for judge, load in loads.items() if load < max(loads.values()) - 1}


@settings(max_examples=30, deadline=None)
@given(tasks())
def test_the_same_seed_gives_the_same_assignment_whatever_the_order_of_input(task: Task) -> None:
    turned = Task(task.readers[::-1], task.items[::-1], task.k, task.conflicts, task.seed)
    assert assign(task).pairs == assign(turned).pairs


def test_another_seed_gives_another_assignment_when_nobody_knows_more() -> None:
    readers, items = tuple(Reader(i) for i in range(10)), tuple(Item(i) for i in range(40))
    assert assign(Task(readers, items, 3, seed=1)).pairs != assign(Task(readers, items, 3, seed=2)).pairs


def test_expertise_decides_whatever_the_seed() -> None:
    readers = (Reader(1, frozenset({7})), Reader(2, frozenset({8})))
    items = (Item(10, frozenset({8})), Item(11, frozenset({7})))
    for seed in range(20):
        assert assign(Task(readers, items, 1, seed=seed)).pairs == ((10, 2), (11, 1))


@pytest.mark.parametrize(
    ("task", "code", "entries"),
    [
        (Task((Reader(1),), (Item(5),), 2), "too-few-judges", ()),
        (
            Task((Reader(1), Reader(2), Reader(3)), (Item(5), Item(6)), 2, frozenset({(1, 5), (2, 5)})),
            "conflicts-leave-too-few",
            (5,),
        ),
    ],
)
def test_the_refusal_names_the_constraint_and_the_entries(task: Task, code: str, entries: tuple[int, ...]) -> None:
    answer = assign(task)
    assert answer.refusal is not None
    assert answer.refusal.code == code
    assert answer.entries == entries


def test_one_judge_in_conflict_with_everything_does_not_block_the_jury_and_is_named() -> None:
    readers, items = tuple(Reader(i) for i in range(1, 5)), tuple(Item(i) for i in range(1, 7))
    answer = assign(Task(readers, items, 1, frozenset((4, i) for i in range(1, 7))))
    assert answer.feasible and answer.uneven
    assert answer.loads == (0, 2) and answer.judges == (4,)
    assert Counter(judge for _entry, judge in answer.pairs) == {1: 2, 2: 2, 3: 2}


def test_fairness_goes_before_expertise() -> None:
    """A judge who knows everything reads no more than the others."""
    readers = (Reader(1, frozenset({7})), Reader(2), Reader(3))
    items = tuple(Item(i, frozenset({7})) for i in range(9))
    for seed in range(10):
        answer = assign(Task(readers, items, 2, seed=seed))
        assert Counter(judge for _entry, judge in answer.pairs) == {1: 6, 2: 6, 3: 6}
