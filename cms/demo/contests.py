"""Competitions of the demo library: one confirmed, one being judged, one open for entries; a course open for bids."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zlib import crc32

from django.db import transaction

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.competitions.models import AwardRule, Competition, Criterion, JuryAssignment, Need, Quota, Round, Track
from caselib.competitions.services import awards, bidding, calls, entries, jury, publicity, readings, results, scoring
from caselib.core import clock
from caselib.resources.models import ResourcePage

from .content import rows
from .library import find
from .people import account

Row = Mapping[str, Any]

JUDGES = ("judge", "judge2", "judge3", "judge4")
LAST_DAY = time(23, 59, 59)


def seed_competitions() -> None:
    """Hold the competitions that are missing, each as far as its row says."""
    for row in rows("competition", "call"):
        if not Competition.objects.filter(slug=row["slug"]).exists():
            _hold(row, account("office"))
    for row in rows("competition", "need"):
        if not Need.objects.filter(title=row["title"]).exists():
            _want(row, account("office"))


def _want(row: Row, office: User) -> None:
    """Publish a course need that units may bid for."""
    bidding.publish_need(
        Need(
            title=row["title"],
            audience=row["audience"],
            requirements=row["requirements"].strip(),
            deadline=_moment(row["deadline_day"], LAST_DAY),
            deliver_by=_moment(row["deliver_day"], LAST_DAY).astimezone(clock.ZONE).date(),
        ),
        by=office,
    )


@transaction.atomic
def _hold(row: Row, office: User) -> None:
    competition, round_ = _prepare(row, office)
    entered_at = min(competition.entry_opens + timedelta(days=5), clock.now())
    for track_row in row["tracks"]:
        track = competition.tracks.get(name=track_row["name"])
        for code in track_row["entries"]:
            page = find(code)
            entries.submit_entry(page, track, by=_contact_of(page), at=entered_at)
    _appoint(competition, office, min(competition.entry_closes, clock.now()))
    if row["until"] == "entries":
        return
    opened_at = round_.opens_at + timedelta(hours=1)
    readings.assign_round(round_, by=office, seed=row["year"], at=opened_at)
    scoring.open_round(round_, by=office, at=opened_at)
    _score(round_, whole=row["until"] == "confirmed")
    if row["until"] == "confirmed":
        _finish(competition, round_, office)


def _prepare(row: Row, office: User) -> tuple[Competition, Round]:
    """Write and publish the call; everything happens on the day before entries open."""
    opens = _moment(row["entry_from_day"], time(9))
    at = opens - timedelta(days=1)
    competition = Competition(
        title=row["title"],
        slug=row["slug"],
        year=row["year"],
        organiser=office.unit,
        call=row["call"].strip(),
        entry_opens=opens,
        entry_closes=_moment(row["entry_to_day"], LAST_DAY),
        certificate_prefix="LJ",
    )
    calls.create_call(competition, by=office, at=at)
    round_ = Round(
        competition=competition,
        name="网上盲评",
        opens_at=_moment(row["round_from_day"], time(9)),
        closes_at=_moment(row["round_to_day"], LAST_DAY),
    )
    calls.save_part(round_, by=office, at=at)
    for order, track_row in enumerate(row["tracks"]):
        _track(competition, track_row, order, office, at)
    calls.publish_call(competition, by=office, at=at)
    competition.refresh_from_db()
    return competition, round_


def _track(competition: Competition, row: Row, order: int, office: User, at: datetime) -> None:
    track = Track(
        competition=competition,
        name=row["name"],
        kind=row["kind"],
        kinds=row["kinds"],
        order=order,
        free_of_awards_years=row.get("free_of_awards_years", 0),
    )
    calls.save_part(track, by=office, at=at)
    for tier, count in row["awards"].items():
        calls.save_part(AwardRule(track=track, tier=tier, count=count), by=office, at=at)
    if "quota" in row:
        for level in ("province", "city", "county", "township"):
            quota = Quota(competition=competition, track=track, level=level, limit=row["quota"])
            calls.save_part(quota, by=office, at=at)
    rubric = track.rubrics.get()
    for number, line in enumerate(rows("competition", "criterion")):
        criterion = Criterion(rubric=rubric, order=number, **{**line, "weight": Decimal(line["weight"])})
        criterion.tie_order = 1 if line["code"] == "teaching" else 0
        calls.save_part(criterion, by=office, at=at)


def _contact_of(page: ResourcePage) -> User:
    found: User = User.objects.filter(unit=page.unit, groups__name=Role.UNIT_CONTACT).order_by("pk")[0]
    return found


def _appoint(competition: Competition, office: User, at: datetime) -> None:
    for username in JUDGES:
        user = account(username)
        judge = jury.appoint_judge(competition, user, tracks=list(competition.tracks.all()), by=office, at=at)
        jury.declare(judge, names=[], units=[], by=user, at=at)


def _score(round_: Round, *, whole: bool) -> None:
    """Hand in marks: all of them, or while judging goes on those of the last two judges only."""
    remarks = rows("competition", "remark")
    given_out = JuryAssignment.objects.filter(round=round_).select_related("judge__user", "entry__page")
    for reading in given_out.order_by("entry__number", "judge__user__username"):
        user = reading.judge.user
        if not whole and user.username in JUDGES[:2]:
            continue
        rubric = reading.entry.track.rubrics.get(round=round_)
        assert reading.entry.page is not None, "the demo enters resources, not bids"
        code = reading.entry.page.code
        given = {criterion.code: _mark(code, criterion.code, user.username) for criterion in rubric.criteria.all()}
        remark = remarks[crc32(f"{code}{user.username}".encode()) % len(remarks)]["text"]
        at = min(round_.opens_at + timedelta(days=3, minutes=reading.pk), clock.now())
        scoring.submit_score(reading, given=given, comment=remark, version=0, by=user, at=at)


def _mark(code: str, criterion: str, judge: str) -> Decimal:
    """A mark between 76 and 97: the entry's own quality, give or take what a judge sees in a criterion."""
    quality = 80 + crc32(code.encode()) % 13
    return Decimal(quality + crc32(f"{code}{criterion}{judge}".encode()) % 9 - 4)


def _finish(competition: Competition, round_: Round, office: User) -> None:
    closed_at = round_.closes_at + timedelta(hours=10)
    results.close_round(round_, by=office, at=closed_at)
    results.propose_awards(competition, by=office, at=closed_at)
    results.release_results(competition, by=office, at=closed_at + timedelta(days=1))
    publicity.open_publicity(competition, by=office, at=closed_at + timedelta(days=2))
    # Five working days are over after two weeks, whatever holidays lie between.
    awards.confirm_awards(competition, by=office, at=closed_at + timedelta(days=20))


def _moment(day: int, hour: time) -> datetime:
    return datetime.combine(clock.today() + timedelta(days=day), hour, tzinfo=clock.ZONE)
