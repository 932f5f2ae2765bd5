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


def feasible_by_search(task: Task) -> bool:
    """Whether an assignment exists, by trying all of them; independent of any flow."""
    floor, rest = divmod(len(task.items) * task.k, len(task.readers))
    bounds = (floor, floor + (1 if rest else 0))
    states = {tuple(0 for _reader in task.readers)}
    for item in task.items:
        free = [i for i, r in enumerate(task.readers) if (r.id, item.id) not in task.conflicts]
        following = set()
        for state, chosen in product(states, combinations(free, task.k)):
            loads = list(state)
            for index in chosen:
                loads[index] += 1
            if max(loads) <= bounds[1]:
                following.add(tuple(loads))
        states = following
    return any(min(state) >= bounds[0] for state in states)


@settings(max_examples=150, deadline=None)
@given(tasks())
def test_every_assignment_covers_balances_and_avoids_conflicts(task: Task) -> None:
    answer = assign(task)
    if not task.items:
        assert answer.feasible and not answer.pairs
        return
    assert answer.feasible == feasible_by_search(task)
    if not answer.feasible:
        assert answer.refusal and str(answer.refusal.message)
        return
    assert len(set(answer.pairs)) == len(answer.pairs)
    assert Counter(entry for entry, _judge in answer.pairs) == {item.id: task.k for item in task.items}
    loads = Counter({reader.id: 0 for reader in task.readers})
    loads.update(judge for _entry, judge in answer.pairs)
    assert max(loads.values()) - min(loads.values()) <= 1
    assert not {(judge, entry) for entry, judge in answer.pairs} & task.conflicts


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
        (
            # entries 1-4 may be read by judge 1 alone, who can take two of four
            Task((Reader(1), Reader(2)), tuple(Item(i) for i in range(1, 5)), 1, frozenset({(2, 1), (2, 2), (2, 3)})),
            "upper-load",
            (1, 2, 3),
        ),
        (
            Task(
                tuple(Reader(i) for i in range(1, 4)),
                tuple(Item(i) for i in range(1, 13)),
                1,
                frozenset((3, i) for i in range(1, 11)),
            ),
            "upper-load",
            tuple(range(1, 11)),
        ),
    ],
)
def test_the_refusal_names_the_constraint_and_the_entries(task: Task, code: str, entries: tuple[int, ...]) -> None:
    answer = assign(task)
    assert answer.refusal is not None
    assert answer.refusal.code == code
    assert answer.entries == entries


def test_a_judge_in_conflict_with_everything_makes_equal_loads_impossible_and_is_named() -> None:
    readers, items = tuple(Reader(i) for i in range(1, 5)), tuple(Item(i) for i in range(1, 7))
    answer = assign(Task(readers, items, 1, frozenset((4, i) for i in range(1, 7))))
    assert answer.refusal is not None and answer.refusal.code == "lower-load"
    assert "1" in str(answer.refusal.message)
