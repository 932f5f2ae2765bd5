"""Keeping teaching points good: evaluation, rectification, preference per theme."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.core import audit, clock, page_cache
from caselib.core.errors import Refusal, require
from caselib.resources.models import TeachingPoint
from caselib.vocabularies.models import Topic

from ..enums import EvaluationOutcome, Preference
from ..models import PointEvaluation, PointPreference


def may_evaluate(user: User) -> Refusal | None:
    """Editors and the dispatch office look after teaching points."""
    if user.has_role(Role.EDITOR, Role.DISPATCHER):
        return None
    return Refusal("not_keeper", _("Only editors and the dispatch office evaluate teaching points."))


@transaction.atomic
def evaluate_point(
    point: TeachingPoint,
    *,
    score: int,
    findings: str,
    outcome: str,
    rectify_by: date | None = None,
    by: User,
    at: datetime | None = None,
) -> PointEvaluation:
    """Keep an evaluation; the latest one decides how the point stands. Raises RefusedError.

    Effects in order: evaluation, page cache, audit ``catalogue.point_evaluated``.
    """
    moment = at or clock.now()
    require(may_evaluate(by))
    today = clock.day_of(moment)
    if not 0 <= score <= 100:
        require(Refusal("score", _("Points run from 0 to 100.")))
    if outcome == EvaluationOutcome.RECTIFY and (rectify_by is None or rectify_by < today):
        require(Refusal("no_day", _("Name the day by which it must be put right; it lies ahead.")))
    evaluation = PointEvaluation.objects.create(
        point=point,
        evaluated_on=today,
        evaluated_by=by,
        score=score,
        findings=findings.strip(),
        outcome=EvaluationOutcome(outcome),
        rectify_by=rectify_by if outcome == EvaluationOutcome.RECTIFY else None,
    )
    page_cache.bump(page_cache.PAGES)
    audit.record("catalogue.point_evaluated", point, by=by, at=moment, score=score, outcome=outcome)
    return evaluation


@transaction.atomic
def record_rectification(
    evaluation: PointEvaluation, *, text: str, by: User, at: datetime | None = None
) -> PointEvaluation:
    """Record that what an evaluation asked for was put right. Effects: evaluation, page cache, audit."""
    moment = at or clock.now()
    require(may_evaluate(by))
    evaluation = PointEvaluation.objects.select_for_update().get(pk=evaluation.pk)
    if evaluation.outcome != EvaluationOutcome.RECTIFY or evaluation.rectified_on is not None:
        require(Refusal("nothing_open", _("This evaluation asks for nothing that is still open.")))
    if not text.strip():
        require(Refusal("empty", _("Write what was put right.")))
    evaluation.rectified_on = clock.day_of(moment)
    evaluation.rectification = text.strip()[:2000]
    evaluation.save(update_fields=["rectified_on", "rectification"])
    page_cache.bump(page_cache.PAGES)
    audit.record("catalogue.point_rectified", evaluation.point, by=by, at=moment, evaluation=evaluation.pk)
    return evaluation


@transaction.atomic
def prefer_point(point: TeachingPoint, topic: Topic, *, preference: str, by: User, at: datetime | None = None) -> None:
    """Set how ``point`` stands for a theme; an empty ``preference`` takes it off. Effects: row, page cache, audit."""
    require(may_evaluate(by))
    if preference:
        PointPreference.objects.update_or_create(
            topic=topic, point=point, defaults={"preference": Preference(preference)}
        )
    else:
        PointPreference.objects.filter(topic=topic, point=point).delete()
    page_cache.bump(page_cache.PAGES)
    audit.record("catalogue.point_preferred", point, by=by, at=at, topic=topic.pk, preference=preference)
