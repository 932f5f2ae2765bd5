"""Two at once: the last place of a quota, the same ballot code, the same reading, the same certificate numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from caselib.competitions.models import BallotCode, Certificate, Entry, Nomination, Quota, Result, Score
from caselib.competitions.selectors import fairness
from caselib.competitions.services import awards, calls, entries, readings, results, scoring
from caselib.core import audit
from caselib.core.errors import RefusedError
from tests import factories
from tests.caselib.competitions import scenes
from tests.caselib.competitions.scenes import AFTER, DAY, ENTRY, JUDGING, START
from tests.caselib.review.test_concurrency import Meanwhile, in_memory, together

pytestmark = pytest.mark.django_db(transaction=True)


def outcome(answers: list[object]) -> list[str]:
    """Return the code of each refusal, and ``done`` for what went through."""
    for answer in answers:
        assert not isinstance(answer, BaseException) or isinstance(answer, RefusedError), answer
    return sorted(answer.refusal.code if isinstance(answer, RefusedError) else "done" for answer in answers)


def test_of_two_entries_for_the_last_place_one_wins_at_every_step_of_the_way_up() -> None:
    if in_memory():
        pytest.skip("threads need a database file")
    scene = scenes.prepared()
    city = factories.unit(parent=scene.province, level="city")
    counties = [factories.unit(parent=city, level="county") for _n in range(2)]
    for values in ({"level": "county", "limit": 1}, {"unit": city, "limit": 1}):
        calls.save_part(Quota(competition=scene.call, track=scene.track, **values), by=scene.office, at=START)
    calls.publish_call(scene.call, by=scene.office, at=START)
    pages = [scenes.live_case(counties[0]) for _n in range(3)]
    by, chooser = scenes.contact(counties[0]), scenes.contact(city)
    answers = together(*(lambda p=page: entries.submit_entry(p, scene.track, by=by, at=ENTRY) for page in pages))  # type: ignore[misc]
    assert outcome(answers) == ["done", "over-quota-track", "over-quota-track"]
    entries.submit_entry(scenes.live_case(counties[1]), scene.track, by=scenes.contact(counties[1]), at=ENTRY)
    waiting = list(Entry.objects.filter(state="nominated"))
    assert len(waiting) == 2
    answers = together(*(lambda e=entry: entries.recommend_entry(e, by=chooser, at=ENTRY) for entry in waiting))  # type: ignore[misc]
    assert outcome(answers) == ["done", "over-quota-track"]
    assert list(Entry.objects.filter(state="accepted").values_list("number", flat=True)) == [1]
    assert Nomination.objects.filter(unit=city, stands=True).count() == 1
    assert audit.verify() is None


def test_of_two_ballots_with_one_code_and_two_windows_with_one_reading_one_counts() -> None:
    if in_memory():
        pytest.skip("threads need a database file")
    scene = scenes.live()
    made = scene.entries
    [code] = scoring.print_codes(scene.round, number=1, by=scene.office, at=JUDGING)
    paper = {entry.pk: Decimal(80) for entry in made}
    row = scenes.readings(scene)[0]
    answers = together(
        *(lambda: scoring.cast_ballot(BallotCode.objects.get(pk=code.pk), points=paper, at=JUDGING) for _n in range(2))
    )
    assert outcome(answers) == ["code-spent", "done"]
    assert BallotCode.objects.get().ballots.count() == 2
    answers = together(lambda: scenes.give(row, "50", "30"), lambda: scenes.give(row, "51", "30"))
    assert outcome(answers) == ["done", "score-changed"]
    answers = together(*(lambda: scenes.give(scenes.readings(scene)[1], "50", "30") for _n in range(2)))
    assert outcome(answers) == ["done", "done"]
    assert {score.version for score in Score.objects.all()} == {1}


def test_two_confirmations_issue_each_certificate_once() -> None:
    if in_memory():
        pytest.skip("threads need a database file")
    scene = scenes.in_publicity()
    at = AFTER + 30 * DAY
    answers = together(*(lambda: awards.confirm_awards(scene.call, by=scene.office, at=at) for _n in range(2)))
    assert outcome(answers) == ["call-state", "done"]
    assert Certificate.objects.count() == 3


def test_a_ballot_that_arrives_while_its_round_is_closed_counts_or_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    if in_memory():
        pytest.skip("threads need a database file")
    scene = scenes.live()
    scenes.score_all(scene)
    first, second = scoring.print_codes(scene.round, number=2, by=scene.office, at=JUDGING)
    papers = [{entry.pk: Decimal(points) for entry in scene.entries} for points in (80, 20)]
    scoring.cast_ballot(first, points=papers[0], at=JUDGING)
    late = Meanwhile(lambda: scoring.cast_ballot(BallotCode.objects.get(pk=second.pk), points=papers[1], at=JUDGING))
    # Reckoned, not yet written.
    monkeypatch.setattr(results, "_incomplete", late.before(results._incomplete))
    results.close_round(scene.round, by=scene.office, at=JUDGING)
    assert outcome([late.result()]) == ["round-closed"]
    assert {row.ballots for row in Result.objects.all()} == {1}
    assert fairness.differences(scene.call) == []


def test_an_entry_excluded_while_its_round_is_closed_leaves_figures_that_the_chain_confirms(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if in_memory():
        pytest.skip("threads need a database file")
    scene = scenes.judging()
    scenes.score_all(scene)
    late = Meanwhile(
        lambda: entries.exclude_entry(scene.entries[1], reason="与已发表的文章雷同", by=scene.office, at=JUDGING)
    )
    monkeypatch.setattr(results, "_incomplete", late.before(results._incomplete))
    results.close_round(scene.round, by=scene.office, at=AFTER)
    assert outcome([late.result()]) == ["done"]
    assert fairness.differences(scene.call) == []


def test_a_deadline_is_not_prolonged_while_the_round_after_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    if in_memory():
        pytest.skip("threads need a database file")
    scene = scenes.published()
    scenes.enter(scene, 3)
    scenes.seat(scene, 4)
    readings.assign_round(scene.round, by=scene.office, at=JUDGING)
    closes, at = scene.call.nomination_closes, START + 16 * DAY
    assert closes is not None
    late = Meanwhile(
        lambda: calls.prolong(
            scene.call, date="nomination_closes", until=closes + 2 * DAY, reason="各地要求顺延", by=scene.office, at=at
        )
    )
    monkeypatch.setattr(scoring, "_in_conflict", late.before(scoring._in_conflict))
    scoring.open_round(scene.round, by=scene.office, at=at)
    assert outcome([late.result()]) == ["judging-began"]
    assert scene.refresh().nomination_closes == closes


def test_calls_with_one_prefix_confirmed_at_once_issue_each_number_once(monkeypatch: pytest.MonkeyPatch) -> None:
    if in_memory():
        pytest.skip("threads need a database file")
    one, other = (scenes.in_publicity(certificate_prefix="HKC") for _n in range(2))
    at = AFTER + 30 * DAY
    late = Meanwhile(lambda: awards.confirm_awards(other.call, by=other.office, at=at))
    monkeypatch.setattr(awards, "_mark_resources", late.before(awards._mark_resources))
    awards.confirm_awards(one.call, by=one.office, at=at)
    assert outcome([late.result()]) == ["done"]
    numbers = sorted(Certificate.objects.values_list("number", flat=True))
    assert numbers == [f"HKC-2026-{place:04d}" for place in range(1, 7)]
