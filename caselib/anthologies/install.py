"""What the app needs in a fresh database: the three house styles, as data an office may edit."""

from __future__ import annotations

from caselib.word.styles import HOUSE_STYLES, to_data

from .models import PrintStyle


def install() -> None:
    """Add the house styles that are missing; one that an office has changed stays as it is."""
    for key, style in HOUSE_STYLES.items():
        PrintStyle.objects.get_or_create(key=key, defaults={"name": style.name, "data": to_data(style)})
