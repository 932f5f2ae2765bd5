"""What a scan answers with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hit:
    """One place a rule objects to. ``start`` and ``end`` are characters in passage ``passage`` (-1: the whole item).

    ``pack`` and ``rule`` name the rule; built-in rules have the pack ``builtin``.
    """

    passage: int
    start: int
    end: int
    pack: str
    rule: str
    category: str
    severity: str
    message: str
    quote: str = ""
    replacement: str = ""
