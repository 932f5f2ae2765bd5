"""Expectations of the catalogue's URLs."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from caselib.accounts.enums import Role
from caselib.catalogue import services
from caselib.catalogue.models import CatalogueList, Demand, Dispatch, OrderRequest, Room
from caselib.core import clock
from caselib.resources.enums import Kind
from caselib.vocabularies.models import Position
from tests import factories
from tests.permission_matrix import ANONYMOUS, ANY, LOGIN, Row

Args = Callable[[], Mapping[str, Any]]
NOBODY = {ANY: 405, ANONYMOUS: 405}


def public(args: Args = dict, status: int = 200) -> Row:
    return Row(get={ANY: status, ANONYMOUS: status}, post=NOBODY, args=args)


def account(args: Args = dict, *, get: int = 200, post: int = 405) -> Row:
    return Row(get={ANY: get, ANONYMOUS: LOGIN}, post={ANY: post, ANONYMOUS: LOGIN}, args=args)


def only(
    *roles: Role, args: Args = dict, get: int = 200, post: int = 200, others: int = 403, others_get: int = 0
) -> Row:
    """Those roles get ``get`` and ``post``, every other account ``others``."""
    return Row(
        get={**dict.fromkeys((role.value for role in roles), get), ANY: others_get or others, ANONYMOUS: LOGIN},
        post={**dict.fromkeys((role.value for role in roles), post), ANY: others, ANONYMOUS: LOGIN},
        args=args,
    )


def a_list() -> CatalogueList:
    editor = factories.UserFactory(roles=[Role.EDITOR])
    made = services.create_list(services.ListDetails(title="清单", circulation="public"), by=editor)
    services.add_item(made, factories.live(Kind.COURSE), by=editor)
    return services.publish_list(made, by=editor)


def an_order(*, at: datetime | None = None) -> OrderRequest:
    contact = factories.UserFactory(roles=[Role.UNIT_CONTACT])
    today = clock.today()
    details = services.OrderDetails(today, today, "甲", "乙", 3, "丙", "丁")
    return services.place_order([factories.live(Kind.COURSE)], details=details, by=contact, at=at)


def a_session() -> Dispatch:
    office = factories.UserFactory(roles=[Role.DISPATCHER])
    # Of the day before: in the first hour of a day a session that began an hour ago lies before an order of today.
    order = services.confirm_order(an_order(at=clock.now() - timedelta(days=1)), by=office)
    begin = clock.now() - timedelta(hours=1)
    plan = services.SessionPlan(starts_at=begin, ends_at=begin + timedelta(hours=2), place="甲")
    return services.dispatch_order(order, line=order.lines.get(), plan=plan, by=office)


def slip() -> Mapping[str, Any]:
    session = a_session()
    services.issue_slips(session, number=1, by=session.dispatched_by)
    return {"code": session.slips.get().code}


def a_wish() -> Demand:
    return services.ask_for(f"愿望{uuid.uuid4().hex}", by=factories.UserFactory())


def code() -> Mapping[str, Any]:
    return {"code": a_list().code}


def item(act: str) -> Mapping[str, Any]:
    found = a_list()
    return {"code": found.code, "pk": found.items.get().pk, "act": act}


def line() -> Mapping[str, Any]:
    order = services.confirm_order(an_order(), by=factories.UserFactory(roles=[Role.DISPATCHER]))
    return {"pk": order.pk, "line": order.lines.get().pk}


def position() -> Mapping[str, Any]:
    unique = f"p{uuid.uuid4().hex[:8]}"
    return {"code": Position.objects.create(name=f"岗位{unique}", slug=unique, code=unique).code}


ROWS = {
    **{
        f"catalogue:{name}": public()
        for name in (
            "home",
            "about",
            "browse",
            "lists",
            "positions",
            "for_post",
            "teachers",
            "points",
            "kiosk",
            "kiosk_wall",
            "kiosk_find",
            "kiosk_complete",
        )
    },
    "catalogue:language": public(lambda: {"code": "en"}, 302),
    "catalogue:resource": public(lambda: {"pk": factories.live(Kind.COURSE).pk}, 302),
    "catalogue:resource_qr": public(lambda: {"pk": factories.live(Kind.COURSE).pk}),
    "catalogue:list": public(code),
    "catalogue:short": public(code, 302),
    "catalogue:position": public(position),
    "catalogue:kiosk_item": public(lambda: {"pk": factories.live(Kind.CASE, hall_permitted=True).pk}),
    "catalogue:calendar": public(lambda: {"token": "nobody"}, 404),
    "catalogue:desk": account(),
    "catalogue:list_word": account(code, post=302),
    "catalogue:list_new": only(Role.EDITOR),
    "catalogue:list_edit": only(Role.EDITOR, args=code, post=200),
    "catalogue:list_act": only(
        Role.EDITOR, args=lambda: {**code(), "act": "publish"}, get=405, post=302, others_get=405
    ),
    "catalogue:item_act": only(Role.EDITOR, args=lambda: item("up"), get=405, post=302, others_get=405),
    "catalogue:library_word": account(post=302),
    "catalogue:printed_file": account(lambda: {"job": uuid.uuid4()}, get=404),
    "catalogue:roster": account(post=200),
    "catalogue:evaluate": only(Role.EDITOR, Role.DISPATCHER, args=lambda: {"pk": factories.live(Kind.POINT).pk}),
    "catalogue:prefer": only(
        Role.EDITOR,
        Role.DISPATCHER,
        args=lambda: {"pk": factories.live(Kind.POINT).pk},
        get=405,
        post=302,
        others_get=405,
    ),
    "catalogue:rectify": account(lambda: {"pk": 0}, get=405, post=404),
    "catalogue:basket": account(),
    "catalogue:basket_add": account(lambda: {"pk": factories.live(Kind.COURSE).pk}, post=302),
    "catalogue:basket_remove": account(lambda: {"pk": 0}, get=405, post=302),
    "catalogue:orders": account(),
    "catalogue:order_new": account(post=200),
    # an order of another unit does not exist
    "catalogue:order": only(Role.DISPATCHER, args=lambda: {"pk": an_order().pk}, post=405, others=405, others_get=404),
    "catalogue:order_act": only(Role.DISPATCHER, args=lambda: {"pk": an_order().pk, "act": "refuse"}, others=404),
    "catalogue:dispatch": only(Role.DISPATCHER, args=line),
    "catalogue:sessions": account(),
    "catalogue:calendar_renew": account(get=405, post=302),
    "catalogue:session": only(
        Role.DISPATCHER, args=lambda: {"pk": a_session().pk}, post=405, others=405, others_get=404
    ),
    "catalogue:deliver": only(Role.DISPATCHER, args=lambda: {"pk": a_session().pk}, others=404),
    "catalogue:session_cancel": only(Role.DISPATCHER, args=lambda: {"pk": a_session().pk}),
    # without an account the code of a slip is asked for
    "catalogue:rate": Row(
        get={ANY: 200, ANONYMOUS: 200},
        post={ANY: 200, ANONYMOUS: 200},
        args=lambda: {"token": a_session().rating_token},
    ),
    "catalogue:slip_code": Row(get={ANY: 200, ANONYMOUS: 200}, post={ANY: 200, ANONYMOUS: 200}, args=dict),
    "catalogue:rate_slip": Row(get={ANY: 200, ANONYMOUS: 200}, post={ANY: 200, ANONYMOUS: 200}, args=slip),
    "catalogue:slips": only(Role.DISPATCHER, args=lambda: {"pk": a_session().pk}, others=404),
    "catalogue:rooms": only(Role.DISPATCHER, post=405, others=405, others_get=403),
    "catalogue:room_new": only(Role.DISPATCHER),
    "catalogue:room": only(
        Role.DISPATCHER, args=lambda: {"pk": Room.objects.create(name=uuid.uuid4().hex, seats=9).pk}
    ),
    "catalogue:demand": account(),
    "catalogue:ask": account(post=200),
    "catalogue:meet": account(lambda: {"pk": a_wish().pk}, get=404, post=404),
    "catalogue:demand_act": account(lambda: {"pk": a_wish().pk, "verb": "vote"}, get=405, post=302),
}
