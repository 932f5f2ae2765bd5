"""Timetable, quotas, eligibility, conflicts: the rules at their edges."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caselib.competitions.enums import Act, ConflictReason, Phase
from caselib.competitions.rules.conflicts import EntryFacts, JudgeFacts, Person, Service, derive
from caselib.competitions.rules.eligibility import Candidate, Conditions, refusals
from caselib.competitions.rules.quotas import Quota, Sender, Sent, chain_of, may_send, next_sender, rooms
from caselib.competitions.rules.timetable import Timetable, Window, check, may, phase_at, still_collecting

START = datetime(2026, 3, 1, 0, 0, 0, tzinfo=UTC)
DAY, SECOND, TICK = timedelta(days=1), timedelta(seconds=1), timedelta(microseconds=1)
ENTRY = Window(START, START + 10 * DAY)
TABLE = Timetable(
    ENTRY,
    Window(START + 5 * DAY, START + 15 * DAY),
    (Window(START + 20 * DAY, START + 25 * DAY), Window(START + 30 * DAY, START + 31 * DAY)),
)


def test_the_last_second_of_a_deadline_belongs_to_it_and_the_next_does_not() -> None:
    assert may(Act.ENTER, TABLE, ENTRY.closes) is None
    assert may(Act.ENTER, TABLE, ENTRY.closes + SECOND - TICK) is None
    late = may(Act.ENTER, TABLE, ENTRY.closes + SECOND)
    assert late and late.code == "too-late"
    assert may(Act.ENTER, TABLE, ENTRY.opens) is None
    early = may(Act.ENTER, TABLE, ENTRY.opens - TICK)
    assert early and early.code == "too-early"


def test_deadlines_are_told_in_the_zone_of_the_library() -> None:
    late = may(Act.ENTER, Timetable(Window(START, datetime(2026, 3, 10, 15, 59, 59, tzinfo=UTC))), START + 90 * DAY)
    assert late and "23:59:59" in str(late.message)


@pytest.mark.parametrize(
    ("days", "phase"),
    [(-1, Phase.BEFORE), (3, Phase.ENTRY), (12, Phase.NOMINATION), (17, Phase.WAITING), (22, Phase.JUDGING),
     (27, Phase.WAITING), (30, Phase.JUDGING), (40, Phase.AFTER)],
)  # fmt: skip
def test_rights_follow_from_the_dates(days: int, phase: Phase) -> None:
    moment = START + days * DAY
    assert phase_at(TABLE, moment) == phase
    assert (may(Act.NOMINATE, TABLE, moment) is None) == (5 <= days <= 15)
    assert (may(Act.WITHDRAW, TABLE, moment) is None) == (0 <= days <= 15)
    assert (may(Act.ENTER, TABLE, moment) is None) == (phase == Phase.ENTRY)
    assert (may(Act.JUDGE, TABLE, moment) is None) == (phase == Phase.JUDGING)
    assert (still_collecting(TABLE, moment) is None) == (days > 15)


def test_an_entry_may_be_withdrawn_in_the_pause_between_handing_in_and_recommending() -> None:
    table = Timetable(ENTRY, Window(START + 12 * DAY, START + 15 * DAY), TABLE.rounds)
    assert phase_at(table, START + 11 * DAY) == Phase.WAITING
    assert may(Act.WITHDRAW, table, START + 11 * DAY) is None
    early = may(Act.NOMINATE, table, START + 11 * DAY)
    assert early and early.code == "too-early"
    assert check(Timetable(ENTRY, Window(START, START + 21 * DAY), TABLE.rounds)) is not None
    # The last arrival counts to its last second; judging may begin in the next.
    assert still_collecting(table, START + 15 * DAY + SECOND - TICK) is not None
    assert still_collecting(table, START + 15 * DAY + SECOND) is None


def test_dates_in_the_wrong_order_are_refused() -> None:
    assert check(TABLE) is None
    assert check(Timetable(Window(START, START))) is not None
    assert check(Timetable(ENTRY, None, (Window(START + DAY, START + 20 * DAY),))) is not None


def test_the_chain_runs_from_the_entering_unit_to_below_the_organiser() -> None:
    county, city, province = 30, 20, 10
    assert chain_of((county, city, province), province) == (county, city)
    assert chain_of((city, province), province) == (city,)
    assert chain_of((province,), province) == (province,)
    assert chain_of((county, city, province), 99) == (county,)
    assert next_sender((county, city), []) == county
    assert next_sender((county, city), [county]) == city
    assert next_sender((county, city), [county, city]) is None


def test_the_own_quota_goes_before_that_of_the_level_and_the_total_binds_too() -> None:
    quotas = [Quota(3, level="county", track=1), Quota(1, unit=30, track=1), Quota(2, level="county")]
    county, other = Sender(30, "county"), Sender(31, "county")
    assert rooms(county, 1, quotas, [])["track"].limit == 1
    assert rooms(other, 1, quotas, [])["track"].limit == 3
    sent = [Sent(31, 1, 1), Sent(31, 2, 2)]
    refusal = may_send(other, 1, quotas, sent)
    assert refusal and refusal.code == "over-quota-all"
    assert may_send(Sender(20, "city"), 1, quotas, sent) is None
    zero = may_send(Sender(5, "city"), 1, [Quota(0, level="city", track=1)], [])
    assert zero and zero.code == "over-quota-track"


@given(
    st.lists(st.tuples(st.sampled_from([30, 31, 32]), st.integers(1, 2)), max_size=60),
    st.integers(0, 5),
    st.integers(0, 4),
    st.integers(0, 7),
)
def test_no_order_of_recommendations_ever_exceeds_a_quota(
    attempts: list[tuple[int, int]], county_limit: int, own_limit: int, total: int
) -> None:
    quotas = [
        Quota(county_limit, level="county", track=1),
        Quota(own_limit, unit=31, track=1),
        Quota(total, level="county"),
    ]
    sent: list[Sent] = []
    for entry, (unit, track) in enumerate(attempts):
        if may_send(Sender(unit, "county"), track, quotas, sent) is None:
            sent.append(Sent(unit, entry, track))
        else:
            in_track = sum(1 for s in sent if (s.unit, s.track) == (unit, track))
            full = track == 1 and in_track == (own_limit if unit == 31 else county_limit)
            assert full or sum(1 for s in sent if s.unit == unit) == total
    for unit in (30, 31, 32):
        own = [s for s in sent if s.unit == unit]
        assert len(own) <= total
        assert sum(1 for s in own if s.track == 1) <= (own_limit if unit == 31 else county_limit)


GOOD = Candidate(
    "course", live=True, withdrawn=False, unit_level="county", published_on=date(2026, 1, 5), attachments=1
)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, None),
        ({"live": False}, "not-published"),
        ({"withdrawn": True}, "not-published"),
        ({"kind": "video"}, "wrong-kind"),
        ({"unit_level": "city"}, "wrong-level"),
        ({"published_on": date(2025, 12, 31)}, "too-old"),
        ({"published_on": date(2026, 2, 1)}, "too-new"),
        ({"award_years": (2024,)}, "awarded-before"),
        ({"award_years": (2023,)}, None),
        ({"attachments": 0}, "no-attachment"),
        ({"has_author": False}, "no-author"),
        ({"entered_already": True}, "entered-already"),
    ],
)
def test_each_condition_is_told_on_its_own(change: dict[str, object], code: str | None) -> None:
    conditions = Conditions(
        frozenset({"course"}), frozenset({"county"}), date(2026, 1, 1), date(2026, 1, 31), 3, with_attachment=True
    )
    values = {name: getattr(GOOD, name) for name in Candidate.__dataclass_fields__} | change
    assert [r.code for r in refusals(Candidate(**values), conditions, 2026)] == ([code] if code else [])  # type: ignore[arg-type]


TODAY = date(2026, 5, 1)
WORK = EntryFacts(
    7,
    unit=3,
    authors=(Person(50, "周 明"), Person(None, "许一", "甲校")),
    author_units=frozenset({4}),
    sent_by=frozenset({3, 6}),
)


@pytest.mark.parametrize(
    ("judge", "reasons"),
    [
        (JudgeFacts(1, 9, "某人", 2), ()),
        (JudgeFacts(1, 50, "周明", 2), (ConflictReason.AUTHOR,)),
        (JudgeFacts(1, 9, "许一", 2, "甲校"), (ConflictReason.AUTHOR,)),
        (JudgeFacts(1, 9, "许一", 2, "乙校"), ()),
        (JudgeFacts(1, 9, "某人", 3), (ConflictReason.SAME_UNIT,)),
        (JudgeFacts(1, 9, "某人", 4), (ConflictReason.SAME_UNIT,)),
        (JudgeFacts(1, 9, "某人", 6), (ConflictReason.SENT_ON,)),
        (JudgeFacts(1, 9, "某人", 2, services=(Service(3, date(2023, 5, 2)),)), (ConflictReason.FORMER_UNIT,)),
        (JudgeFacts(1, 9, "某人", 2, services=(Service(3, date(2023, 5, 1)),)), ()),
        (JudgeFacts(1, 9, "某人", 2, co_author_users=frozenset({50})), (ConflictReason.CO_AUTHOR,)),
        (JudgeFacts(1, 9, "某人", 2, co_author_names=frozenset({"许一"})), (ConflictReason.CO_AUTHOR,)),
        (JudgeFacts(1, 9, "某人", 2, listed_names=frozenset({"周明"})), (ConflictReason.LISTED_PERSON,)),
        (JudgeFacts(1, 9, "某人", 2, listed_units=frozenset({4})), (ConflictReason.LISTED_UNIT,)),
    ],
)
def test_conflicts_are_derived_from_facts(judge: JudgeFacts, reasons: tuple[ConflictReason, ...]) -> None:
    assert derive(judge, WORK, TODAY, 3) == reasons


def test_a_leap_day_has_a_day_three_years_before() -> None:
    judge = JudgeFacts(1, 9, "某人", 2, services=(Service(3, date(2021, 3, 1)),))
    assert derive(judge, WORK, date(2024, 2, 29), 3) == (ConflictReason.FORMER_UNIT,)
