"""What an item must say about itself before anyone reads it: source, permission, and the required details."""

from __future__ import annotations

from dataclasses import dataclass

from caselib.review.enums import Category, Severity

from .hits import Hit
from .personal import PACK


@dataclass(frozen=True, slots=True)
class Details:
    """What is known about an item besides its text. ``pictures`` counts pictures, ``undescribed`` those of them that
    have no text alternative; ``unsourced_files`` counts attached works of others without a recorded permission."""

    public: bool = True
    adapted: bool = False
    source: bool = False
    permission: bool = False
    title: bool = True
    abstract: bool = True
    unit: bool = True
    authors: bool = True
    topics: bool = True
    sectors: bool = True
    text: bool = True
    scheduled: bool = False
    undescribed: int = 0


def detail_hits(details: Details) -> list[Hit]:
    """Return one hit on the whole item (passage -1) for each thing that is missing."""
    block, warn, info = Severity.BLOCKING, Severity.WARNING, Severity.INFO
    found = (
        ("missing-title", block, not details.title),
        ("missing-text", block, not details.text),
        ("missing-unit", block, not details.unit),
        ("missing-author", block, not details.authors),
        ("missing-source", block, details.adapted and not details.source),
        ("missing-permission", block if details.public else warn, details.adapted and not details.permission),
        ("missing-topic", block, not details.topics),
        ("missing-abstract", warn, not details.abstract),
        ("missing-sector", info, not details.sectors),
        ("missing-alt", warn, details.undescribed > 0),
        ("scheduled", block, details.scheduled),
    )
    return [Hit(-1, 0, 0, PACK, key, Category.METADATA, severity, "") for key, severity, missing in found if missing]
