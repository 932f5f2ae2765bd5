"""Verbs of results: prolong and close a round, propose awards, release everything at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.accounts.services import notify
from caselib.core import clock, page_cache
from caselib.core.errors import ConflictError, Refusal, RefusedError, require

from .. import scoring, severity
from ..enums import AssignmentState, AwardTier, CallState, RoundState
from ..models import (
    Award,
    Ballot,
    Competition,
    Entry,
    JuryAssignment,
    PublicityPeriod,
    Result,
    Round,
    Rubric,
    Standing,
)
from ..proposal import Proposal
from ..rules import acts
from ..selectors import jury, outcome
from . import chain, publicity
from .calls import locked, locked_round
from .conflicts import codes_in_conflict, conflicting_codes


@transaction.atomic
def prolong_round(round_: Round, *, until: datetime, reason: str, by: User, at: datetime | None = None) -> None:
    """Move the end of a round that is not closed to a later moment. Effects in order: round, audit ``round_prolonged``."""
    require(acts.office_only(by.roles))
    round_ = locked_round(round_)
    if round_.state == RoundState.CLOSED or until <= round_.closes_at or not reason.strip():
        raise RefusedError(Refusal("later-only", _("A deadline only moves to a later time, and with a reason.")))
    old, round_.closes_at = round_.closes_at, until
    round_.save(update_fields=["closes_at"])
    chain.write(
        round_.competition, "round_prolonged", round_, by=by, at=at or clock.now(), old=old, new=until, reason=reason
    )


@transaction.atomic
def close_round(round_: Round, *, by: User, waive_disputes: str = "", at: datetime | None = None) -> None:
    """Close a round and reckon it; nobody but the office sees the figures before the release.

    Raises RefusedError while a judge with a relation to an entry has read it, while readings or ballots are missing, or
    while entries on which judges differ widely have had no further reading and no reason (``waive_disputes``) was given.
    Effects in order: results, state, final places after the last round, audit ``round_closed`` with every score and place.
    """
    require(acts.office_only(by.roles))
    moment = at or clock.now()
    round_ = locked_round(round_)
    if round_.state != RoundState.OPEN:
        raise ConflictError(Refusal("round-not-open", _("The round is not open.")))
    require(_partial(round_, moment))
    require(_missing_readings(round_))
    require(_unread(round_))
    rows: list[Result] = []
    for rubric in round_.rubrics.select_related("track").prefetch_related("criteria"):
        rows += _reckon(round_, rubric)
    require(_incomplete(rows))
    if not waive_disputes.strip():
        require(undecided_disputes(round_, rows))
    Result.objects.bulk_create(rows)
    round_.state, round_.closed_at, round_.current_entry = RoundState.CLOSED, moment, None
    round_.save(update_fields=["state", "closed_at", "current_entry"])
    if not round_.competition.rounds.filter(order__gt=round_.order).exists():
        _store_places(round_.competition, round_)
    chain.write(
        round_.competition, "round_closed", round_, by=by, at=moment, round=round_.pk, waived=waive_disputes,
        results={str(row.entry_id): [str(row.official), row.rank] for row in rows},
    )  # fmt: skip


@transaction.atomic
def reopen_round(round_: Round, *, reason: str, by: User, at: datetime | None = None) -> None:
    """Open a closed round again, with a reason, until the results are released and no later round has begun.

    What was handed in stays; what was reckoned from it, and the award proposal, go. Scoring keeps to the dates of the
    round, so it may have to be prolonged too. Effects in order: results, places and proposal removed, state, audit
    ``round_reopened``.
    """
    require(acts.office_only(by.roles))
    round_ = locked_round(round_)
    competition = round_.competition
    if round_.state != RoundState.CLOSED:
        raise ConflictError(Refusal("round-not-closed", _("The round is not closed.")))
    require(_before_release(competition))
    if competition.rounds.filter(order__gt=round_.order).exclude(state=RoundState.PREPARED).exists():
        raise RefusedError(Refusal("later-round", _("A later round has begun; this one stays closed.")))
    if not reason.strip():
        raise RefusedError(Refusal("reason-missing", _("Write down why the round is opened again.")))
    Result.objects.filter(round=round_).delete()
    Standing.objects.filter(round=round_).delete()
    Award.objects.filter(competition=competition).delete()
    JuryAssignment.objects.filter(round__competition=competition, round__order__gt=round_.order).delete()
    round_.state, round_.closed_at = RoundState.OPEN, None
    round_.save(update_fields=["state", "closed_at"])
    chain.write(
        competition, "round_reopened", round_, by=by, at=at or clock.now(), round=round_.pk, reason=reason[:500]
    )


def sheets(round_: Round, entries: Sequence[Entry]) -> list[scoring.Sheet]:
    """Return what was given to ``entries``: the marks that count, and the ballots. Two queries."""
    readings: dict[int, list[scoring.Reading]] = defaultdict(list)
    rows = JuryAssignment.objects.filter(round=round_, entry__in=entries, state=AssignmentState.SCORED)
    for entry, judge, marks in rows.order_by("judge_id").values_list("entry_id", "judge_id", "score__marks"):
        readings[entry].append(scoring.Reading(judge, {code: Decimal(mark) for code, mark in (marks or {}).items()}))
    ballots: dict[int, list[Decimal]] = defaultdict(list)
    for entry, points in Ballot.objects.filter(code__round=round_, entry__in=entries).values_list("entry_id", "points"):
        ballots[entry].append(points)
    return [
        scoring.Sheet(e.pk, tuple(readings[e.pk]), tuple(ballots[e.pk])) for e in sorted(entries, key=lambda e: e.pk)
    ]


def _reckon(round_: Round, rubric: Rubric) -> list[Result]:
    entries = [entry for entry in jury.participants(round_) if entry.track_id == rubric.track_id]
    given = sheets(round_, entries)
    placed = scoring.score_round(rubric.scheme, given)
    adjusted = severity.adjust(outcome.judge_totals(round_, rubric))
    ranks = _adjusted_ranks(adjusted.entries)
    return [_row(round_, result, adjusted.entries.get(result.entry), ranks) for result in placed]


def _row(round_: Round, result: scoring.Result, adjusted: severity.Adjusted | None, ranks: Mapping[int, int]) -> Result:
    def mean(code: str) -> Decimal | None:
        value = result.means.get(code)
        return None if value is None else scoring.two_decimals(value)

    return Result(
        round=round_,
        entry_id=result.entry,
        # None only until the caller has refused incomplete entries; the column itself takes none.
        official=result.official,  # type: ignore[misc]
        rank=result.rank,
        judge_mean=mean(scoring.JUDGES),
        audience_mean=mean(scoring.AUDIENCE),
        spread=scoring.two_decimals(Fraction(result.spread)),
        readings=result.readings,
        ballots=result.ballots,
        passed=result.passed,
        disputed=result.disputed,
        adjusted=adjusted.score if adjusted else None,
        adjusted_low=adjusted.low if adjusted else None,
        adjusted_high=adjusted.high if adjusted else None,
        adjusted_rank=ranks.get(result.entry),
    )


def _adjusted_ranks(entries: Mapping[int, severity.Adjusted]) -> dict[int, int]:
    scores = [adjusted.score for adjusted in entries.values()]
    return {entry: 1 + sum(1 for other in scores if other > adjusted.score) for entry, adjusted in entries.items()}


def _missing_readings(round_: Round) -> Refusal | None:
    """Refuse to close while an entry has fewer readings than its rubric promises to every entry."""
    wanted = dict(round_.rubrics.values_list("track_id", "readings"))
    held: Counter[int] = Counter(
        round_.assignments.exclude(state=AssignmentState.REPLACED).values_list("entry_id", flat=True)
    )
    short = [entry.code for entry in jury.participants(round_) if held[entry.pk] < wanted[entry.track_id]]
    if not short:
        return None
    text = _("These entries have lost a judge and nobody has taken the place yet: %(codes)s. Fill the gaps first.")
    return Refusal("gaps", text % {"codes": "、".join(short[:20])})


def _partial(round_: Round, moment: datetime) -> Refusal | None:
    """Refuse to close while a reading would count whose judge has a relation to the entry, as is known only now."""
    codes = codes_in_conflict(round_, moment)
    if not codes:
        return None
    text = _(
        "Judges have read entries to which they have a relation: %(codes)s. Record the conflict on the entry's page; the "
        "reading then goes to another judge."
    )
    return Refusal("in-conflict", text % {"codes": "、".join(codes[:20])})


def _partial_since(competition: Competition) -> Refusal | None:
    """Refuse to release what a judge in conflict has scored; only the last round can still be opened again."""
    last = competition.rounds.order_by("-order").first()
    codes = conflicting_codes(last) if last is not None else []
    if not codes:
        return None
    text = _(
        "Since the last round was closed, judges are known to have a relation to entries they have scored: %(codes)s. "
        "Open the round again and record the conflict on the entry's page; the reading then goes to another judge."
    )
    return Refusal("in-conflict", text % {"codes": "、".join(codes[:20])})


def _unread(round_: Round) -> Refusal | None:
    rows = round_.assignments.filter(state=AssignmentState.ASSIGNED, entry__state="accepted")
    codes = sorted({entry.code for entry in Entry.objects.filter(pk__in=rows.values("entry_id"))})
    if not codes:
        return None
    text = _(
        "%(n)d readings are not scored yet, of the entries %(codes)s. Remind or replace the judges, or prolong the round."
    )
    return Refusal("unread", text % {"n": rows.count(), "codes": "、".join(codes[:20])})


def _incomplete(rows: Sequence[Result]) -> Refusal | None:
    lacking = [row.entry_id for row in rows if row.official is None]
    if not lacking and rows:
        return None
    codes = [entry.code for entry in Entry.objects.filter(pk__in=lacking[:20])]
    text = _("These entries have too few scores or ballots to be reckoned: %(codes)s.")
    return Refusal("incomplete", text % {"codes": "、".join(codes) or "—"})


def undecided_disputes(round_: Round, rows: Sequence[Result]) -> Refusal | None:
    """Return a refusal that names the entries whose judges differ widely and which had no further reading."""
    further = set(round_.assignments.filter(further=True).exclude(state="replaced").values_list("entry_id", flat=True))
    open_ones = [row.entry_id for row in rows if row.disputed and row.entry_id not in further]
    if not open_ones:
        return None
    codes = [entry.code for entry in Entry.objects.filter(pk__in=open_ones).order_by("number")]
    text = _("The judges differ widely on %(codes)s: order a further reading, or give a reason for closing without it.")
    return Refusal("disputed", text % {"codes": "、".join(codes)})


def _store_places(competition: Competition, last: Round) -> None:
    for track in competition.tracks.all():
        parts = []
        for round_ in competition.rounds.order_by("order"):
            rows = Result.objects.filter(round=round_, entry__track=track)
            parts.append(
                (round_.weight, [scoring.Result(r.entry_id, r.official, rank=r.rank, passed=r.passed) for r in rows])
            )
        Standing.objects.bulk_create(
            Standing(entry_id=place.entry, round=last, overall=place.overall, rank=place.rank, passed=place.passed)
            for place in scoring.final_places(parts)
        )


@transaction.atomic
def propose_awards(competition: Competition, *, by: User, at: datetime | None = None) -> Proposal:
    """Make the award proposal from the final places; an earlier proposal is replaced.

    Raises RefusedError before the last round is closed and after the release. Effects in order: awards (not
    confirmed), audit ``awards_proposed``.
    """
    require(acts.office_only(by.roles))
    competition = locked(competition)
    require(_before_release(competition))
    require(all_closed(competition))
    proposal = outcome.proposal(competition)
    Award.objects.filter(competition=competition).delete()
    Award.objects.bulk_create(
        Award(competition=competition, entry_id=entry, tier=tier) for entry, tier in sorted(proposal.tiers.items())
    )
    chain.write(
        competition, "awards_proposed", competition, by=by, at=at or clock.now(),
        tiers={str(entry): tier for entry, tier in proposal.tiers.items()},
        notes=[*proposal.notes, *proposal.unmet],
    )  # fmt: skip
    return proposal


@transaction.atomic
def set_award(entry: Entry, *, tier: str, reason: str, by: User, at: datetime | None = None) -> PublicityPeriod | None:
    """Set or take away (``tier`` empty) a proposed award by decision of the office, with a reason, until confirmed.

    An award that was not announced so far, or not so high, is public for as many working days as the others: then the
    publicity period that lasts longer is returned. Effects in order: award, audit ``award_set`` with the tier before,
    publicity period.
    """
    require(acts.office_only(by.roles))
    moment = at or clock.now()
    competition = locked(entry.competition)
    if competition.state == CallState.CONFIRMED:
        raise RefusedError(Refusal("confirmed", _("The awards are confirmed. Revoke the certificate instead.")))
    require(all_closed(competition))
    if not reason.strip():
        raise RefusedError(Refusal("reason-missing", _("Write down the reason of the decision.")))
    entry = Entry.objects.get(pk=entry.pk)
    if (tier and tier not in AwardTier.values) or entry.state != "accepted":
        raise RefusedError(Refusal("no-such-award", _("This award cannot be given to this entry.")))
    before = Award.objects.filter(entry=entry).first()
    if tier:
        Award.objects.update_or_create(entry=entry, defaults={"competition": competition, "tier": tier})
    elif before:
        before.delete()
    chain.write(
        competition, "award_set", entry, by=by, at=moment,
        before=before.tier if before else "", after=tier, reason=reason,
    )  # fmt: skip
    raised = bool(tier) and (before is None or outcome.TIER_ORDER.index(tier) < outcome.TIER_ORDER.index(before.tier))
    return publicity.begin_anew(competition, by=by, at=moment) if raised else None


def partial_before(competition: Competition) -> list[str]:
    """Return the codes of entries scored in a round before the last by a judge known only now to have a relation to them.

    Nothing opens such a round again, since others went on by it: the office says why the results hold all the same.
    """
    earlier = list(competition.rounds.order_by("order"))[:-1]
    return sorted({code for round_ in earlier for code in conflicting_codes(round_)})


@transaction.atomic
def release_results(competition: Competition, *, reason: str = "", by: User, at: datetime | None = None) -> None:
    """Release all results of a call at once.

    Raises RefusedError while what would be honoured is withdrawn from the library, or while a score of the last round
    counts whose judge has, as is known only since the round was closed, a relation to the entry; of a round before it,
    unless there is a ``reason``.
    Effects in order: state, cache version, audit ``results_released``, notices.
    """
    require(acts.office_only(by.roles))
    moment = at or clock.now()
    competition = locked(competition)
    require(acts.may_move_call(competition.state, CallState.RELEASED))
    require(all_closed(competition))
    if not competition.awards.exists():
        raise RefusedError(Refusal("no-proposal", _("Make the award proposal first.")))
    require(_partial_since(competition))
    partial = partial_before(competition)
    if partial and not reason.strip():
        text = _(
            "Judges of an earlier round are known now to have a relation to entries they scored: %(codes)s. That round "
            "stays closed. Let the jury decide, and release the results with its reason."
        )
        raise RefusedError(Refusal("in-conflict-before", text % {"codes": "、".join(partial[:20])}))
    require(acts.winners_published(outcome.withdrawn_winners(competition)))
    competition.state, competition.released_at = CallState.RELEASED, moment
    competition.save(update_fields=["state", "released_at"])
    page_cache.bump(page_cache.PAGES)
    held = {"in_conflict": partial, "reason": reason.strip()[:500]} if partial else {}
    chain.write(competition, "results_released", competition, by=by, at=moment, **held)
    units = competition.entries.filter(state="accepted").values("unit_id")
    contacts = User.objects.filter(unit_id__in=units, groups__name=Role.UNIT_CONTACT, is_active=True).distinct()
    url = reverse("competitions:call", args=[competition.slug])
    subject = gettext_lazy("Results of “%(title)s”")
    notify(contacts, subject=subject, words={"title": competition.title}, url=url, at=moment)


def all_closed(competition: Competition) -> Refusal | None:
    """Refuse while a round is not closed."""
    if competition.rounds.exists() and not competition.rounds.exclude(state=RoundState.CLOSED).exists():
        return None
    return Refusal("rounds-open", _("Not every round is closed yet."))


def _before_release(competition: Competition) -> Refusal | None:
    if competition.state == CallState.PUBLISHED:
        return None
    return Refusal("released", _("The results are released; change single awards with a reason instead."))
