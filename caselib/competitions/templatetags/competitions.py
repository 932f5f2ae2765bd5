"""How a call, an entry and a score look in words. No queries."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ..enums import AwardTier, CallState, Phase

register = template.Library()

TONES = {
    "draft": "warn", "published": "now", "released": "ok", "publicity": "now", "confirmed": "ok", "cancelled": "bad",
    "accepted": "ok", "nominated": "warn", "declined": "bad", "withdrawn": "bad", "excluded": "bad",
    "open": "now", "closed": "ok", "prepared": "warn", "upheld": "bad", "dismissed": "ok",
    "scored": "ok", "assigned": "warn", "reported": "warn", "returned": "bad", "submitted": "ok", "won": "ok", "lost": "warn",
    "commissioned": "ok",
}  # fmt: skip


@register.simple_tag
def state(value: str, label: str) -> SafeString:
    """Return a state as a badge: its word and a tone."""
    return format_html('<span class="state state--{}">{}</span>', TONES.get(value, "warn"), label)


@register.simple_tag
def call_state(call: Any, phase: str) -> SafeString:
    """Return where a call stands: its phase while it runs, else its state."""
    if call.state == CallState.PUBLISHED:
        tone = "now" if phase in (Phase.ENTRY, Phase.NOMINATION, Phase.JUDGING) else "warn"
        return format_html('<span class="state state--{}">{}</span>', tone, Phase(phase).label)
    return state(call.state, call.get_state_display())


@register.filter
def plain(value: Decimal | None) -> str:
    """Return a number without trailing zeros."""
    return "" if value is None else f"{value.normalize():f}"


@register.filter
def tier(value: str) -> str:
    """Return the name of an award."""
    return str(dict(AwardTier.choices).get(value, value or "—"))


@register.filter
def signed(value: float | None) -> str:
    """Return a number with its sign and two decimals."""
    return "—" if value is None else f"{value:+.2f}"
