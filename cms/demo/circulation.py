"""Online lists, orders in every state and the demand board of the demo library."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction

from caselib.accounts.models import Unit, User
from caselib.catalogue import services
from caselib.catalogue.models import CatalogueList, Demand, Dispatch, OrderLine, OrderRequest, Room
from caselib.catalogue.services.demand import demand_key
from caselib.core import clock
from caselib.resources.models import Course, TeachingPoint
from caselib.vocabularies.models import AXES, Position

from .content import rows
from .library import find
from .people import account

Row = Mapping[str, Any]

NAMESPACE = uuid.UUID("6f0c1d5e-3a43-4d0e-9a51-0c1d5e3a434d")
# How many services an order has been through.
STEPS = {"placed": 0, "confirmed": 1, "dispatched": 2, "delivered": 3, "rated": 4}
ROOMS = (("岚江省委党校第一报告厅", 180), ("岚江省委党校研讨室（二楼）", 40))
# An order is placed this many days before its session, as far as the session lies ahead of it.
AHEAD = 14


def seed_lists() -> None:
    """Make and publish the lists that are missing."""
    editor = account("editor")
    for row in rows("lists", "list"):
        if not CatalogueList.objects.filter(title=row["title"]).exists():
            _list(row, editor)


@transaction.atomic
def _list(row: Row, editor: User) -> None:
    today = clock.today()
    position = Position.objects.filter(name__in=row.get("positions", [])).first()
    window = [today + timedelta(days=row[key]) if key in row else None for key in ("from_day", "to_day")]
    filters = {
        axis: [
            str(pk) for pk in AXES[axis.removesuffix("s")].objects.filter(name__in=names).values_list("pk", flat=True)
        ]
        for axis, names in row.get("rule", {}).items()
    }
    details = services.ListDetails(
        title=row["title"],
        kind=row["kind"],
        introduction=row["intro"],
        circulation="public",
        unit_id=editor.unit_id,
        position_id=position.pk if position else None,
        rule_filters=filters,
        pinned=row["kind"] == "campaign",
        starts_on=window[0],
        ends_on=window[1],
    )
    made = services.create_list(details, by=editor)
    for section in row.get("sections", []):
        for item in section["items"]:
            services.add_item(
                made,
                find(item["code"]),
                section=section["title"],
                line=item["line"],
                obligation=item["obligation"],
                by=editor,
            )
    services.publish_list(made, by=editor)


def seed_rooms() -> None:
    """Add the rooms of the provincial school."""
    unit = Unit.objects.get(code="LJ-DX")
    for name, seats in ROOMS:
        Room.objects.get_or_create(name=name, defaults={"unit": unit, "seats": seats})


def seed_orders() -> None:
    """Place the orders that are missing and take each as far as its row says."""
    for row in rows("orders", "order"):
        if not OrderRequest.objects.filter(submission=uuid.uuid5(NAMESPACE, row["key"])).exists():
            _order(row)


@transaction.atomic
def _order(row: Row) -> None:
    day = clock.today() + timedelta(days=row["from_day"])
    placed_at = min(_moment(day, 9) - timedelta(days=AHEAD), clock.now())
    by, office = account(row["by"]), account("dispatcher")
    details = services.OrderDetails(
        starts_on=day,
        ends_on=day + timedelta(days=2),
        place=row["place"],
        audience=row["audience"],
        headcount=row["persons"],
        purpose=row["purpose"],
        contact=f"{by}（单位联络员）",
    )
    order = services.place_order(
        [find(code) for code in row["items"]],
        details=details,
        by=by,
        submission=uuid.uuid5(NAMESPACE, row["key"]),
        at=placed_at,
    )
    answered_at = min(placed_at + timedelta(hours=26), clock.now())
    if row["until"] == "refused":
        services.refuse_order(order, reason=row["reason"], by=office, at=answered_at)
    elif row["until"] == "cancelled":
        services.cancel_order(order, reason=row["reason"], by=by, at=answered_at)
    else:
        _carry_out(order, row, STEPS[row["until"]], office, answered_at)


def _carry_out(order: OrderRequest, row: Row, steps: int, office: User, at: datetime) -> None:
    if steps >= 1:
        order = services.confirm_order(order, by=office, at=at)
    sessions = []
    for number, line in enumerate(order.lines.order_by("pk") if steps >= 2 else []):
        sessions.append(services.dispatch_order(order, line=line, plan=_plan(order, line, number), by=office, at=at))
    for session in sessions if steps >= 3 else []:
        ended = session.ends_at + timedelta(hours=1)
        services.record_delivery(session, attendance=row["persons"] - 2, by=office, at=ended)
        if steps >= 4:
            _rate(session, row["rating"], ended + timedelta(hours=3))


def _plan(order: OrderRequest, line: OrderLine, number: int) -> services.SessionPlan:
    course = Course.objects.filter(pk=line.resource_id).select_related("lecturer").first()
    site = TeachingPoint.objects.filter(pk=line.resource_id).first()
    starts_at = _moment(order.starts_on, 9 if number == 0 else 14)
    return services.SessionPlan(
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=float(course.class_hours or 2) if course else 2),
        teacher=course.lecturer if course else None,
        site=site,
        place=order.place,
    )


def _rate(session: Dispatch, rating: Row, at: datetime) -> None:
    content, delivery, use = rating["scores"]
    voices = (
        ("trainee", services.Scores(content=content, delivery=delivery, use=use), rating["comment"]),
        ("contact", services.Scores(content=5, delivery=4, use=5), "安排紧凑，讲的都是身边事。"),
        ("author", services.Scores(content=4, delivery=5, use=4), ""),
    )
    contact = account("contact")
    if session.line.order.unit_id == contact.unit_id:
        # Listeners of a township have no accounts: their unit printed slips.
        services.issue_slips(session, number=session.line.order.headcount, by=contact, at=session.starts_at)
        for slip, (_username, scores, comment) in zip(session.slips.all(), voices, strict=False):
            services.rate_order(session, scores=scores, comment=comment, by=None, slip=slip, at=at)
        return
    for username, scores, comment in voices:
        services.rate_order(session, scores=scores, comment=comment, by=account(username), at=at)


def _moment(day: Any, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=clock.ZONE)


def seed_wishes() -> None:
    """Put the wishes on the demand board; an author has taken the first one on."""
    for number, row in enumerate(rows("wishes", "wish")):
        if Demand.objects.filter(key=demand_key(row["text"])).exists():
            continue
        for username in row["by"]:
            demand = services.ask_for(row["text"], by=account(username))
        if number == 0:
            services.claim_demand(demand, by=account("author"))
