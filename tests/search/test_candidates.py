"""Which terms of a ranking choose, and how many records a condition can meet: pure, without an engine."""

from __future__ import annotations

import math

import pytest

from search import candidates
from search.queries import Anywhere, Bool, Everything, Node, Nothing, Phrase, Prefix, Term

OCCURRENCES = {"村账": 40, "公开": 9_000, "渔港": 800, "治理": 60_000, "监督": 20_000}


def frequency(field: str, token: str) -> int:
    return OCCURRENCES[token]


def terms(*tokens: str) -> list[Node]:
    return [Term("b", token) for token in tokens]


def phrase(*tokens: str) -> Phrase:
    return Phrase("b", tuple(enumerate(tokens)))


def test_all_is_read_at_once_where_that_is_little() -> None:
    should = [*terms("村账", "渔港"), phrase("村账", "公开")]
    assert candidates.split(should, frequency, 10_000) == (tuple(should), ())


def test_the_rarest_choose_within_the_budget_and_keep_their_order() -> None:
    first, rest = candidates.split(terms("治理", "公开", "村账", "渔港"), frequency, 10_000)
    assert first == tuple(terms("公开", "村账", "渔港"))
    assert rest == tuple(terms("治理"))


def test_what_stands_in_next_to_nothing_does_not_choose_alone() -> None:
    first, _rest = candidates.split(terms("村账", "治理", "监督"), frequency, 10_000)
    assert first == tuple(terms("村账", "监督"))


def test_phrases_choose_by_their_rarest_token_within_a_budget_of_their_own() -> None:
    common, known = phrase("治理", "监督"), phrase("治理", "公开")
    first, rest = candidates.split([*terms("公开", "治理"), common, known], frequency, 10_000)
    assert first == (*terms("公开"), known)
    assert rest == (*terms("治理"), common)


@pytest.mark.parametrize(
    ("match", "most"),
    [
        (Term("t", "渔港"), 800),
        (phrase("治理", "渔港"), 800),
        (Anywhere(Bool(must=(Term("t", "治理"), Term("t", "村账"))), ("public",)), 40),
        (Bool(should=(Term("t", "渔港"), Term("t", "村账")), minimum=1), 840),
        (Bool(must=(Term("t", "渔港"),), should=(Term("t", "村账"),)), 800),
        (Bool(must=(Term("t", "渔港"),), should=(Term("t", "村账"),), minimum=1), 40),
        (Bool(must=(Term("t", "渔港"), Everything())), 800),
        (Prefix("py", "yugang"), math.inf),
        (Bool(must=(Everything(),), without=(Term("t", "渔港"),)), math.inf),
        (Nothing(), 0),
    ],
)
def test_how_many_records_a_condition_can_meet(match: Node, most: float) -> None:
    assert candidates.most(match, frequency) == most
