"""The verbs of collections."""

from .compiling import cancel_compilation, compile_edition
from .editions import COVER, change_anthology, change_edition, create_anthology, create_edition, freeze
from .outline import (
    WORDING,
    add_text,
    arrange_by,
    change_item,
    fill,
    gone,
    move_item,
    order_items,
    remove_item,
    repin,
)
from .renewing import new_edition

__all__ = [
    "COVER",
    "WORDING",
    "add_text",
    "arrange_by",
    "cancel_compilation",
    "change_anthology",
    "change_edition",
    "change_item",
    "compile_edition",
    "create_anthology",
    "create_edition",
    "fill",
    "freeze",
    "gone",
    "move_item",
    "new_edition",
    "order_items",
    "remove_item",
    "repin",
]
