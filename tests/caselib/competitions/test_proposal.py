"""The award proposal: tiers, shared places, composition rules, and a reason whenever the ranking did not decide."""

from decimal import Decimal
from fractions import Fraction
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from caselib.competitions.proposal import Composition, Contender, Tier, propose


def field(
    ranks: list[int], case: set[int] = frozenset(), failed: set[int] = frozenset(), track: int = 1
) -> list[Contender]:  # type: ignore[assignment]
    return [
        Contender(
            n, track, rank, Decimal(100 - rank), n not in failed, frozenset({"case"} if n in case else ()), f"E{n}"
        )
        for n, rank in enumerate(ranks, start=1)
    ]


TIERS = [Tier(1, "first", count=1), Tier(1, "second", count=2), Tier(1, "third", percent=Decimal(30))]
THIRD = Composition("case", Fraction(1, 3), "案例课程不少于三分之一")


def test_tiers_follow_the_ranking_and_percentages_round_down() -> None:
    proposal = propose(field(list(range(1, 12))), TIERS, [])
    assert proposal.tiers == {1: "first", 2: "second", 3: "second", 4: "third", 5: "third", 6: "third"}
    assert not proposal.notes and not proposal.unmet


def test_nobody_below_the_pass_line_is_awarded_and_it_is_said() -> None:
    proposal = propose(field([1, 2, 3, 4], failed={3, 4}), TIERS, [])
    assert proposal.tiers == {1: "first", 2: "second"}
    assert proposal.notes


def test_who_shares_a_place_shares_the_lower_award() -> None:
    proposal = propose(field([1, 1, 3, 4]), TIERS, [])
    assert proposal.tiers[1] == proposal.tiers[2] == "second"
    assert proposal.notes


def test_a_group_too_large_for_the_last_places_is_not_split() -> None:
    proposal = propose(field([1, 2, 3, 3, 3]), [Tier(1, "first", count=3)], [])
    assert proposal.tiers == {1: "first", 2: "first"}
    assert any("3" in note for note in proposal.notes)


def test_case_courses_at_least_a_third_move_up_and_the_move_is_explained() -> None:
    proposal = propose(field(list(range(1, 10)), case={5, 8}), [Tier(1, "first", count=6)], [THIRD])
    assert set(proposal.tiers) == {1, 2, 3, 4, 5, 8}
    assert proposal.passed_over == (6,)
    assert any("E6" in note for note in proposal.notes) and any("E8" in note for note in proposal.notes)


def test_a_rule_that_cannot_be_met_for_all_places_leaves_places_empty_and_says_so() -> None:
    proposal = propose(field(list(range(1, 10)), case={9}), [Tier(1, "first", count=6)], [THIRD])
    assert set(proposal.tiers) == {1, 2, 9}
    assert any("2" in note and "1" in note for note in proposal.notes)


def test_a_rule_nobody_can_meet_is_named_and_the_ranking_stands() -> None:
    proposal = propose(field(list(range(1, 10))), [Tier(1, "first", count=6)], [THIRD])
    assert set(proposal.tiers) == {1, 2, 3, 4, 5, 6}
    assert len(proposal.unmet) == 1 and THIRD.text in proposal.unmet[0]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=9),
    st.integers(1, 6),
    st.fractions(0, 1, max_denominator=4),
)
def test_the_proposal_is_the_best_of_all_that_meet_the_rule(
    entries: list[tuple[bool, bool]], places: int, share: Fraction
) -> None:
    case = {n for n, (is_case, _p) in enumerate(entries, start=1) if is_case}
    failed = {n for n, (_c, passed) in enumerate(entries, start=1) if not passed}
    contenders = field(list(range(1, len(entries) + 1)), case, failed)
    rule = Composition("case", share, "rule")
    proposal = propose(contenders, [Tier(1, "first", count=places)], [rule])
    able = [c for c in contenders if c.passed]
    valid = [
        {c.entry for c in chosen}
        for size in range(min(places, len(able)), 0, -1)
        for chosen in combinations(able, size)
        if sum(1 for c in chosen if "case" in c.labels) >= share * size
    ]
    if not valid:
        assert proposal.unmet or not able
        return
    most = max(len(chosen) for chosen in valid)
    best = min((chosen for chosen in valid if len(chosen) == most), key=lambda chosen: sum(chosen))
    assert len(proposal.tiers) == most
    assert sum(proposal.tiers) == sum(best)
    assert not proposal.unmet
