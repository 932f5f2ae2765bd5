"""The shortest way to a call in a given state; every step goes through the services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from caselib.accounts.enums import Role
from caselib.accounts.models import Unit, User
from caselib.competitions.models import (
    AwardRule,
    Competition,
    Criterion,
    Entry,
    Judge,
    JuryAssignment,
    Round,
    Rubric,
    Track,
)
from caselib.competitions.services import awards, calls, entries, jury, publicity, results, scoring
from caselib.competitions.services.readings import assign_round
from caselib.resources.enums import Kind
from caselib.resources.models import ResourcePage
from tests import factories

START = datetime(2026, 3, 2, 1, 0, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ENTRY, JUDGING, AFTER = START + DAY, START + 21 * DAY, START + 40 * DAY
FINAL = START + 46 * DAY


@dataclass
class Scene:
    """A call and the people around it."""

    call: Competition
    office: User
    province: Unit
    tracks: list[Track]
    rounds: list[Round]
    entries: list[Entry] = field(default_factory=list)
    judges: list[Judge] = field(default_factory=list)

    @property
    def track(self) -> Track:
        return self.tracks[0]

    @property
    def round(self) -> Round:
        return Round.objects.select_related("competition").get(pk=self.rounds[0].pk)

    def refresh(self) -> Competition:
        self.call = Competition.objects.get(pk=self.call.pk)
        return self.call


def office() -> User:
    return factories.UserFactory(roles=[Role.COMPETITION_OFFICE])


def contact(unit: Unit) -> User:
    return factories.UserFactory(roles=[Role.UNIT_CONTACT, Role.AUTHOR], unit=unit)


def prepared(*, tracks: int = 1, rounds: int = 1, blind: bool = True, readings: int = 3, **values: Any) -> Scene:
    """Return a call in preparation: Monday 2 March 2026, ten days for entries, judging from the 21st day on."""
    by = office()
    province = factories.unit(level="province")
    call = Competition(
        title=values.pop("title", "好案例评选"), slug=f"call-{province.pk}", year=2026, organiser=province,
        entry_opens=START, entry_closes=START + 10 * DAY, nomination_opens=START, nomination_closes=START + 15 * DAY,
        **values,
    )  # fmt: skip
    calls.create_call(call, by=by, at=START)
    scene = Scene(call, by, province, [], [])
    for number in range(rounds):
        round_ = Round(
            competition=call, order=number + 1, name=f"第{number + 1}轮", weight=Decimal(1),
            opens_at=START + (20 + 10 * number) * DAY, closes_at=START + (25 + 10 * number) * DAY,
            advance=None if number == rounds - 1 else 2,
        )  # fmt: skip
        scene.rounds.append(calls.save_part(round_, by=by, at=START))  # type: ignore[arg-type]
    for number in range(tracks):
        track = Track(competition=call, name=f"组别{number + 1}", kinds=["casestudy"], order=number, blind=blind)
        calls.save_part(track, by=by, at=START)
        for order, (code, weight) in enumerate((("a", 60), ("b", 40))):
            for rubric in Rubric.objects.filter(track=track):
                criterion = Criterion(
                    rubric=rubric,
                    code=code,
                    name=f"指标{code}",
                    weight=weight,
                    high=weight,
                    order=order,
                    tie_order=order + 1,
                )
                calls.save_part(criterion, by=by, at=START)
        Rubric.objects.filter(track=track).update(readings=readings)
        calls.save_part(AwardRule(track=track, tier="first", count=1), by=by, at=START)
        calls.save_part(AwardRule(track=track, tier="second", count=2), by=by, at=START)
        scene.tracks.append(track)
    return scene


def published(**values: Any) -> Scene:
    scene = prepared(**values)
    calls.publish_call(scene.call, by=scene.office, at=START)
    scene.refresh()
    return scene


def live_case(unit: Unit, **values: Any) -> ResourcePage:
    author = factories.UserFactory(roles=[Role.AUTHOR], unit=unit)
    return factories.live(Kind.CASE, by=author, **values)


def enter(scene: Scene, number: int = 1, *, track: int = 0, **values: Any) -> list[Entry]:
    """Hand in ``number`` cases, each by a unit of its own directly below the organiser."""
    made = []
    for _each in range(number):
        unit = factories.unit(parent=scene.province, level="city")
        entry = entries.submit_entry(live_case(unit, **values), scene.tracks[track], by=contact(unit), at=ENTRY)
        made.append(entry)
    scene.entries += made
    return made


def seat(scene: Scene, number: int = 1, *, declared: bool = True, tracks: Sequence[Track] = ()) -> list[Judge]:
    made = []
    for _each in range(number):
        user = factories.UserFactory(roles=[Role.JUDGE])
        judge = jury.appoint_judge(scene.call, user, tracks=tracks or scene.tracks, by=scene.office, at=ENTRY)
        if declared:
            jury.declare(judge, names=[], units=[], by=user, at=ENTRY)
        made.append(Judge.objects.get(pk=judge.pk))
    scene.judges += made
    return made


def judging(
    *, entries_number: int = 4, judges: int = 4, entry_values: dict[str, Any] | None = None, **values: Any
) -> Scene:
    """Return a call whose first round is open."""
    scene = published(**values)
    for number in range(len(scene.tracks)):
        enter(scene, entries_number, track=number, **(entry_values or {}))
    seat(scene, judges)
    outcome = assign_round(scene.round, by=scene.office, seed=5, at=JUDGING)
    assert all(answer.feasible for answer in outcome.values()), outcome
    scoring.open_round(scene.round, by=scene.office, at=JUDGING)
    return scene


def live(*, tracks: int = 1, **values: Any) -> Scene:
    """Return a call whose round of live teaching is open; the audience counts in its first track."""
    scene = prepared(tracks=tracks)
    Round.objects.filter(competition=scene.call).update(mode="live")
    scene.track.rubrics.update(audience_weight=1)
    calls.publish_call(scene.call, by=scene.office, at=START)
    for number in range(tracks):
        enter(scene, 2, track=number, **values)
    seat(scene, 3)
    assign_round(scene.round, by=scene.office, at=JUDGING)
    scoring.open_round(scene.round, by=scene.office, at=JUDGING)
    return scene


def readings(scene: Scene, round_: Round | None = None) -> list[JuryAssignment]:
    rows = JuryAssignment.objects.filter(round=round_ or scene.round).exclude(state="replaced")
    return list(rows.select_related("judge__user", "entry", "round").order_by("entry__number", "judge_id"))


def give(row: JuryAssignment, a: str, b: str, *, version: int = 0, at: datetime = JUDGING) -> None:
    given = {"a": Decimal(a), "b": Decimal(b)}
    scoring.submit_score(row, given=given, version=version, by=row.judge.user, at=at)


def score_all(scene: Scene, round_: Round | None = None, at: datetime = JUDGING) -> None:
    """Hand in a mark for every reading; better numbers for earlier entries, and a little for the judge."""
    for row in readings(scene, round_):
        points = 59 - (row.entry.number or 0) * 2
        give(row, str(points), f"{30 + row.judge_id % 3}.5", at=at)


def released(**values: Any) -> Scene:
    scene = judging(**values)
    score_all(scene)
    results.close_round(scene.round, by=scene.office, at=AFTER)
    results.propose_awards(scene.call, by=scene.office, at=AFTER)
    results.release_results(scene.call, by=scene.office, at=AFTER)
    scene.refresh()
    return scene


def in_publicity(**values: Any) -> Scene:
    scene = released(**values)
    publicity.open_publicity(scene.call, by=scene.office, at=AFTER)
    scene.refresh()
    return scene


def confirmed(**values: Any) -> Scene:
    scene = in_publicity(**values)
    awards.confirm_awards(scene.call, by=scene.office, at=AFTER + 30 * DAY)
    scene.refresh()
    return scene
