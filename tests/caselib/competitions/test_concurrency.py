"""Two at once: the last place of a quota, the same ballot code, the same reading, the same certificate numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from caselib.competitions.models import BallotCode, Certificate, Entry, Nomination, Quota, Score
from caselib.competitions.services import awards, calls, entries, scoring
from caselib.core import audit
from caselib.core.errors import RefusedError
from tests import factories
from tests.caselib.competitions import scenes
from tests.caselib.competitions.scenes import AFTER, DAY, ENTRY, JUDGING, START
from tests.caselib.review.test_concurrency import in_memory, together

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
