"""The people and things of an order: a unit with its contact, a dispatch office, a teacher, a course."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.catalogue import services
from caselib.catalogue.models import OrderRequest, Room
from caselib.core import clock
from caselib.resources.enums import Kind
from caselib.resources.models import ResourcePage
from search import engines, synonyms
from tests import factories

START = datetime(2026, 3, 2, 9, 0, tzinfo=clock.ZONE)


@dataclass
class Office:
    """Everything an order needs."""

    contact: User
    dispatcher: User
    lecturer: User
    teacher: ResourcePage
    course: ResourcePage
    film: ResourcePage
    room: Room

    def details(self, **changes: Any) -> services.OrderDetails:
        values: dict[str, Any] = {
            "starts_on": (START + timedelta(days=7)).date(),
            "ends_on": (START + timedelta(days=9)).date(),
            "place": "云川县党校三楼",
            "audience": "新任科级干部",
            "headcount": 40,
            "purpose": "警示教育",
            "contact": "张老师 0000-1234",
        }
        return services.OrderDetails(**values | changes)

    def order(self, *items: ResourcePage, **changes: Any) -> OrderRequest:
        return services.place_order(items or (self.course,), details=self.details(**changes), by=self.contact, at=START)

    def accepted(self, *items: ResourcePage) -> OrderRequest:
        return services.confirm_order(self.order(*items), by=self.dispatcher, at=START)

    def plan(self, *, day: int = 8, hour: int = 9, hours: int = 2, **what: Any) -> services.SessionPlan:
        begin = START.replace(hour=hour) + timedelta(days=day)
        values = what or {"teacher": self.teacher, "room": self.room}
        return services.SessionPlan(starts_at=begin, ends_at=begin + timedelta(hours=hours), **values)

    def dispatched(self, order: OrderRequest | None = None, **what: Any) -> Any:
        order = order or self.accepted()
        return services.dispatch_order(
            order, line=order.lines.get(), plan=self.plan(**what), by=self.dispatcher, at=START
        )


@pytest.fixture
def fresh_engines() -> Iterator[None]:
    """Let a test begin and end with no search engine open and no synonyms remembered."""
    engines.reset()
    synonyms.forget()
    yield
    engines.reset()
    synonyms.forget()


@pytest.fixture
def office(db: None) -> Office:
    lecturer = factories.UserFactory(roles=[Role.TEACHER])
    return Office(
        contact=factories.UserFactory(roles=[Role.UNIT_CONTACT]),
        dispatcher=factories.UserFactory(roles=[Role.DISPATCHER]),
        lecturer=lecturer,
        teacher=factories.live(Kind.TEACHER, title="林静", user=lecturer),
        course=factories.live(Kind.COURSE, title="家风建设三讲"),
        film=factories.live(Kind.VIDEO, title="一张公务卡"),
        room=Room.objects.create(name="三楼报告厅", seats=60),
    )
