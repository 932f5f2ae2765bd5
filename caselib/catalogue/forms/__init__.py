"""Forms of the catalogue."""

from .lists import ItemForm, ListForm
from .orders import (
    ChangeForm,
    DeliveryForm,
    DispatchForm,
    OrderForm,
    RatingForm,
    ReasonForm,
    RoomForm,
    SlipCodeForm,
    SlipNumberForm,
)
from .others import AskForm, EvaluationForm, MeetForm, PostForm, RosterForm

__all__ = [
    "AskForm",
    "ChangeForm",
    "DeliveryForm",
    "DispatchForm",
    "EvaluationForm",
    "ItemForm",
    "ListForm",
    "MeetForm",
    "OrderForm",
    "PostForm",
    "RatingForm",
    "ReasonForm",
    "RoomForm",
    "RosterForm",
    "SlipCodeForm",
    "SlipNumberForm",
]
