"""The official score against sums done on paper and against a second, plain implementation."""

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caselib.competitions.scoring import (
    Criterion,
    Panel,
    Reading,
    Scheme,
    Sheet,
    overall,
    score,
    score_round,
    total,
    two_decimals,
)

D = Decimal
PLAIN = (Criterion("all", D(100)),)


def sheet(entry: int, *totals: str, ballots: tuple[str, ...] = ()) -> Sheet:
    readings = tuple(Reading(i, {"all": D(value)}) for i, value in enumerate(totals))
    return Sheet(entry, readings, tuple(D(ballot) for ballot in ballots))


def test_on_paper_five_judges_one_high_and_one_low_dropped() -> None:
    # 88, 92, 85, 95, 90: without 95 and 85 the sum is 270, a third of it 90
    scheme = Scheme(PLAIN, (Panel("A", D(1), drop=1),))
    assert score(scheme, sheet(1, "88", "92", "85", "95", "90")).official == D("90.00")


def test_on_paper_two_panels_seven_to_three() -> None:
    # judges 91.5, 88, 90.25: mean 89.91666…; ballots 80, 95: 87.5; 0.7 and 0.3 give 62.941666… + 26.25 = 89.191666…
    scheme = Scheme(PLAIN, (Panel("A", D("0.7")), Panel("B", D("0.3"))))
    assert score(scheme, sheet(1, "91.5", "88", "90.25", ballots=("80", "95"))).official == D("89.19")


def test_on_paper_criteria_with_their_own_highest_marks() -> None:
    # 27 of 30, 36 of 40, 24 of 30: weights equal to the highest marks make a plain sum of 87
    rubric = (Criterion("a", D(30), high=D(30)), Criterion("b", D(40), high=D(40)), Criterion("c", D(30), high=D(30)))
    assert total(rubric, {"a": D(27), "b": D(36), "c": D(24)}) == 87


def test_on_paper_an_optional_criterion_left_open_takes_its_weight_along() -> None:
    # (0.5 × 80 + 0.3 × 90) ÷ 0.8 = 83.75
    rubric = (Criterion("a", D("0.5")), Criterion("b", D("0.3")), Criterion("c", D("0.2"), optional=True))
    assert total(rubric, {"a": D(80), "b": D(90)}) == Fraction("83.75")
    assert total(rubric, {"a": D(80), "b": D(90), "c": D(0)}) == 67


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("85.125", "85.13"),
        ("85.135", "85.14"),
        ("85.1249999", "85.12"),
        ("0.005", "0.01"),
        ("99.995", "100.00"),
        ("0", "0.00"),
    ],
)
def test_a_half_always_goes_up(value: str, shown: str) -> None:
    assert str(two_decimals(Fraction(value))) == shown


def test_too_few_marks_for_dropping_leave_the_entry_incomplete_and_last() -> None:
    scheme = Scheme(PLAIN, (Panel("A", D(1), drop=1),))
    results = score_round(scheme, [sheet(1, "99", "98"), sheet(2, "60", "61", "62")])
    assert [(r.entry, r.rank, r.official) for r in results] == [(2, 1, D("61.00")), (1, 0, None)]


def test_without_any_ballot_the_audience_counts_for_nobody_but_one_ballot_binds_all() -> None:
    scheme = Scheme(PLAIN, (Panel("A", D(7)), Panel("B", D(3))))
    assert [r.official for r in score_round(scheme, [sheet(1, "90"), sheet(2, "80")])] == [D("90.00"), D("80.00")]
    partly = score_round(scheme, [sheet(1, "90", ballots=("100",)), sheet(2, "80")])
    assert [(r.entry, r.official) for r in partly] == [(1, D("93.00")), (2, None)]


def test_ties_go_to_the_judges_unrounded_mean_then_to_the_tie_criteria_then_share_the_place() -> None:
    rubric = (Criterion("a", D(50), tie_order=1), Criterion("b", D(50)))
    scheme = Scheme(rubric)

    def of(entry: int, *marks: tuple[str, str]) -> Sheet:
        return Sheet(entry, tuple(Reading(i, {"a": D(a), "b": D(b)}) for i, (a, b) in enumerate(marks)))

    results = score_round(
        scheme,
        [
            of(1, ("80", "80")),
            of(2, ("90", "70")),  # the same 80.00, more in the tie criterion
            of(3, ("80", "80")),  # equal to entry 1 in everything
            of(4, ("80", "80"), ("80", "80.01"), ("80", "80")),  # 80.00 too, but 80.00166… unrounded
            of(5, ("10", "10")),
        ],
    )
    assert [(r.entry, r.rank) for r in results] == [(4, 1), (2, 2), (1, 3), (3, 3), (5, 5)]


def test_a_wide_spread_between_judges_orders_a_further_reading() -> None:
    scheme = Scheme(PLAIN, spread_limit=D(20))
    assert not score(scheme, sheet(1, "60", "80")).disputed
    assert score(scheme, sheet(1, "60", "80.5")).disputed
    assert not score(scheme, sheet(1, "60")).disputed


def test_rounds_are_weighted_and_only_the_last_round_is_placed() -> None:
    rounds = [(D("0.3"), {1: D("80.00"), 2: D("95.00")}), (D("0.7"), {1: D("90.00")})]
    assert overall(rounds) == {1: D("87.00")}
    assert overall([(D(0), {1: D("80.00")}), (D(0), {1: D("70.00")})]) == {1: D("70.00")}


def plainly(scheme: Scheme, given: Sheet, audience: bool) -> Decimal | None:
    """The same rules once more, in another way: decimals of 60 digits and explicit lists."""
    with localcontext() as context:
        context.prec = 60
        panels = []
        for panel in scheme.panels:
            values = list(given.ballots) if panel.code == "B" else []
            if panel.code == "B" and not audience:
                continue
            for reading in given.readings if panel.code == "A" else ():
                used = [c for c in scheme.criteria if c.code in reading.marks]
                points = [c.weight * reading.marks[c.code] * 100 / c.high for c in used]
                values.append(sum(points) / sum(c.weight for c in used))
            for _turn in range(panel.drop):
                if len(values) < 2:
                    return None
                values.remove(max(values))
                values.remove(min(values))
            if not values or len(given.ballots if panel.code == "B" else given.readings) < panel.minimum:
                return None
            panels.append((panel.weight, sum(values) / len(values)))
        whole = sum(w * mean for w, mean in panels) / sum(w for w, _mean in panels)
        # The 50th digit absorbs what division of decimals leaves behind; exact halves are not touched by it.
        return whole.quantize(D(10) ** -50).quantize(D("0.01"), ROUND_HALF_UP)


marks = st.decimals(0, 100, places=1)


@st.composite
def schemes(draw: st.DrawFn) -> tuple[Scheme, list[Sheet]]:
    rubric = tuple(
        Criterion(
            f"c{i}",
            draw(st.decimals(1, 50, places=1)),
            high=draw(st.sampled_from([D(5), D(7), D(30), D(100)])),
            optional=i == 2,
            tie_order=draw(st.integers(0, 2)),
        )
        for i in range(draw(st.integers(1, 3)))
    )
    panels = [Panel("A", draw(st.decimals(1, 10, places=1)), draw(st.integers(0, 2)), draw(st.integers(1, 3)))]
    if draw(st.booleans()):
        panels.append(Panel("B", draw(st.decimals(1, 10, places=1)), draw(st.integers(0, 1))))
    sheets = []
    for entry in range(draw(st.integers(1, 5))):
        readings = []
        for judge in range(draw(st.integers(0, 7))):
            # Two decimals and highest marks that do not divide a hundred, so that halves and endless fractions come up.
            given_marks = {
                c.code: draw(st.decimals(0, c.high, places=2))
                for c in rubric
                if not (c.optional and draw(st.booleans()))
            }
            readings.append(Reading(judge, given_marks))
        sheets.append(Sheet(entry, tuple(readings), tuple(draw(st.lists(marks, max_size=4)))))
    return Scheme(rubric, tuple(panels)), sheets


@given(schemes())
def test_the_score_agrees_with_a_plain_implementation(case: tuple[Scheme, list[Sheet]]) -> None:
    scheme, sheets = case
    results = {r.entry: r for r in score_round(scheme, sheets)}
    audience = any(one.ballots for one in sheets)
    for one in sheets:
        assert results[one.entry].official == plainly(scheme, one, audience)
    placed = [r for r in results.values() if r.official is not None]
    for r in placed:
        better = sum(1 for other in placed if other.rank < r.rank)
        assert r.rank == better + 1
        assert all(other.official >= r.official for other in placed if other.rank < r.rank)


@given(schemes())
def test_the_scheme_survives_the_audit_chain(case: tuple[Scheme, list[Sheet]]) -> None:
    scheme, sheets = case
    again = Scheme.from_data(scheme.as_data())
    assert again == scheme
    assert score_round(again, sheets[::-1]) == score_round(scheme, sheets)
