"""Teachers with their load, and teaching points with what they owe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum

from caselib.accounts.viewers import Viewer
from caselib.core import clock
from caselib.resources.enums import PointKind, PointStanding, TeacherSource
from caselib.resources.models import RouteStop, Teacher, TeachingPoint, TeachingRoute
from caselib.vocabularies.models import Topic

from ..enums import DispatchState, EvaluationOutcome
from ..models import Dispatch, PointEvaluation, PointPreference
from ..rules.maps import Place, distance_km, route_map


def teachers(viewer: Viewer, *, source: str = "", text: str = "") -> QuerySet[Teacher]:
    """Return the teachers a viewer may see, with courses, this year's sessions and rating totals annotated."""
    year = clock.today().year
    first, after = datetime(year, 1, 1, tzinfo=clock.ZONE), datetime(year + 1, 1, 1, tzinfo=clock.ZONE)
    counted = Q(dispatches__starts_at__gte=first, dispatches__starts_at__lt=after) & ~Q(
        dispatches__state=DispatchState.CANCELLED
    )
    found = Teacher.objects.visible_to(viewer).select_related("unit", "portrait", "use")
    if source in TeacherSource.values:
        found = found.filter(source=source)
    if text:
        found = found.filter(Q(title__icontains=text) | Q(teaches__icontains=text) | Q(post__icontains=text))
    courses = (
        Teacher.objects.filter(pk=OuterRef("pk")).annotate(n=Count("courses", filter=Q(courses__live=True))).values("n")
    )
    return found.annotate(
        sessions_this_year=Count("dispatches", filter=counted, distinct=True), course_count=Subquery(courses)
    ).order_by("title", "pk")


def load_of(teacher_id: int) -> dict[str, int]:
    """Return sessions and listeners of a teacher in the present year."""
    year = clock.today().year
    first, after = datetime(year, 1, 1, tzinfo=clock.ZONE), datetime(year + 1, 1, 1, tzinfo=clock.ZONE)
    rows = Dispatch.objects.filter(teacher_id=teacher_id, starts_at__gte=first, starts_at__lt=after)
    rows = rows.exclude(state=DispatchState.CANCELLED)
    return rows.aggregate(sessions=Count("pk"), listeners=Sum("attendance", default=0))


@dataclass(frozen=True, slots=True)
class PointRow:
    """A teaching point as the list shows it."""

    point: TeachingPoint
    standing: str
    standing_label: str
    missing: Sequence[str]
    last: PointEvaluation | None

    @property
    def tone(self) -> str:
        return {"preferred": "ok", "rectify": "warn", "removed": "bad"}.get(self.standing, "off")


def points(viewer: Viewer, *, kind: str = "", topic: Topic | None = None) -> QuerySet[TeachingPoint]:
    """Return the teaching points a viewer may see; those removed by evaluation are left out for readers."""
    latest = PointEvaluation.objects.filter(point=OuterRef("pk")).order_by("-evaluated_on", "-pk")
    found = (
        TeachingPoint.objects.visible_to(viewer)
        .select_related("unit")
        .annotate(
            latest_outcome=Subquery(latest.values("outcome")[:1]),
            latest_id=Subquery(latest.values("pk")[:1]),
        )
    )
    if kind in PointKind.values:
        found = found.filter(point_kind=kind)
    if topic is not None:
        found = found.filter(preferences__topic=topic)
    if "dispatcher" not in viewer.roles and "editor" not in viewer.roles:
        # a point that was never evaluated has no outcome, and NULL is not "not removed" to a database
        kept = Q(latest_outcome__isnull=True) | ~Q(latest_outcome=EvaluationOutcome.REMOVE)
        found = found.filter(kept).exclude(standing=PointStanding.REMOVED)
    return found.order_by("title", "pk")


def point_rows(found: Sequence[TeachingPoint]) -> list[PointRow]:
    """Return the rows of ``found``. One query."""
    evaluations = PointEvaluation.objects.in_bulk([point.latest_id for point in found if point.latest_id])  # type: ignore[attr-defined]
    rows = []
    for point in found:
        last = evaluations.get(point.latest_id)  # type: ignore[attr-defined]
        standing = standing_of(point, last)
        rows.append(PointRow(point, standing, str(PointStanding(standing).label), point.missing_documents(), last))
    return rows


def standing_of(point: TeachingPoint, last: PointEvaluation | None) -> str:
    """Return how a point stands: the latest evaluation decides, without one the vetted page does."""
    if last is None:
        return point.standing
    if last.outcome == EvaluationOutcome.REMOVE:
        return PointStanding.REMOVED.value
    if last.outcome == EvaluationOutcome.RECTIFY and last.rectified_on is None:
        return PointStanding.RECTIFY.value
    return (
        point.standing
        if point.standing in (PointStanding.PREFERRED, PointStanding.CANDIDATE)
        else PointStanding.CANDIDATE.value
    )


def to_rectify() -> QuerySet[PointEvaluation]:
    """Return the evaluations that ask for something still open; a later evaluation takes the place of an earlier one."""
    later = PointEvaluation.objects.filter(
        Q(evaluated_on__gt=OuterRef("evaluated_on")) | Q(evaluated_on=OuterRef("evaluated_on"), pk__gt=OuterRef("pk")),
        point=OuterRef("point"),
    )
    asked = PointEvaluation.objects.filter(outcome=EvaluationOutcome.RECTIFY, rectified_on__isnull=True)
    return asked.filter(~Exists(later)).order_by("rectify_by", "pk")


def evaluations_of(point: TeachingPoint) -> QuerySet[PointEvaluation]:
    return PointEvaluation.objects.filter(point=point).select_related("evaluated_by")


@dataclass(frozen=True, slots=True)
class Leg:
    """A stop of a route: when one arrives, how long one stays, how far it is from the stop before (km)."""

    number: int
    stop: RouteStop
    url: str
    distance: float | None


def legs_of(route: TeachingRoute, viewer: Viewer) -> list[Leg]:
    """Return the stops whose point the viewer may see, in order. Two queries."""
    open_ids = set(TeachingPoint.objects.visible_to(viewer).filter(stops__page=route).values_list("pk", flat=True))
    legs: list[Leg] = []
    before: Place | None = None
    for stop in route.stops.select_related("point"):
        if stop.point_id not in open_ids:
            continue
        here = place_of(stop.point, len(legs) + 1)
        legs.append(
            Leg(len(legs) + 1, stop, stop.point.get_url() or "", distance_km(before, here) if before and here else None)
        )
        before = here or before
    return legs


def place_of(point: TeachingPoint, number: int = 0) -> Place | None:
    if point.longitude is None or point.latitude is None:
        return None
    return Place(point.title, point.longitude, point.latitude, number)


def map_of(places: Sequence[Place | None], *, label: str, joined: bool = False) -> str:
    """Return the schematic map of those places that have coordinates."""
    return route_map([place for place in places if place is not None], label=label, joined=joined)


def preferences_of(point: TeachingPoint) -> QuerySet[PointPreference]:
    return PointPreference.objects.filter(point=point).select_related("topic").order_by("-preference", "topic__name")


def routes(viewer: Viewer) -> QuerySet[TeachingRoute]:
    return (
        TeachingRoute.objects.visible_to(viewer)
        .select_related("unit")
        .annotate(stop_count=Count("stops"))
        .order_by("title", "pk")
    )


def row_of(point: TeachingPoint) -> PointRow:
    """Return standing and owed documents of one point. One query."""
    last = PointEvaluation.objects.filter(point_id=point.pk).order_by("-evaluated_on", "-pk").first()
    standing = standing_of(point, last)
    return PointRow(point, standing, str(PointStanding(standing).label), point.missing_documents(), last)
