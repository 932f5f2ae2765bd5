"""The verbs of the catalogue."""

from .demand import ask_for, claim_demand, meet_demand, release_demand
from .dispatching import SessionPlan, cancel_session, dispatch_order, record_delivery
from .lists import (
    ListDetails,
    add_item,
    change_item,
    change_list,
    create_list,
    item_gone,
    move_item,
    publish_list,
    remove_item,
    unpublish_list,
)
from .orders import (
    OrderDetails,
    add_to_basket,
    cancel_order,
    change_order,
    confirm_order,
    order_basket,
    place_order,
    refuse_order,
    remind,
    remove_from_basket,
)
from .places import evaluate_point, prefer_point, record_rectification
from .ratings import Scores, find_slip, has_rated, issue_slips, rate_order, why_not_rate, why_not_slips
from .reminders import remind_of_sessions
from .rooms import RoomDetails, keep_room

__all__ = [
    "ListDetails",
    "OrderDetails",
    "RoomDetails",
    "Scores",
    "SessionPlan",
    "add_item",
    "add_to_basket",
    "ask_for",
    "cancel_order",
    "cancel_session",
    "change_item",
    "change_list",
    "change_order",
    "claim_demand",
    "confirm_order",
    "create_list",
    "dispatch_order",
    "evaluate_point",
    "find_slip",
    "has_rated",
    "issue_slips",
    "item_gone",
    "keep_room",
    "meet_demand",
    "move_item",
    "order_basket",
    "place_order",
    "prefer_point",
    "publish_list",
    "rate_order",
    "record_delivery",
    "record_rectification",
    "refuse_order",
    "release_demand",
    "remind",
    "remind_of_sessions",
    "remove_from_basket",
    "remove_item",
    "unpublish_list",
    "why_not_rate",
    "why_not_slips",
]
