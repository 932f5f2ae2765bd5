"""Models of the catalogue app."""

from .demand import Demand, DemandVote
from .dispatch import Booking, Dispatch, Rating, RatingSlip, ResourceUse, Room
from .lists import CatalogueList, ListChange, ListItem
from .orders import BasketLine, CalendarFeed, OrderLine, OrderRequest
from .places import PointEvaluation, PointPreference

__all__ = [
    "BasketLine",
    "Booking",
    "CalendarFeed",
    "CatalogueList",
    "Demand",
    "DemandVote",
    "Dispatch",
    "ListChange",
    "ListItem",
    "OrderLine",
    "OrderRequest",
    "PointEvaluation",
    "PointPreference",
    "Rating",
    "RatingSlip",
    "ResourceUse",
    "Room",
]
