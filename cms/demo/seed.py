"""Fills the library with the demo content, step by step; each step adds only what is missing."""

from __future__ import annotations

import time
from collections.abc import Callable

from . import books, circulation, contests, desk, films, people
from .library import ensure, published
from .reviewing import pass_stages

Report = Callable[[str], None]


def seed(report: Report) -> None:
    """Bring the demo library to its state; running it again changes nothing. ``report`` is told each step.

    Expects an installed library (``install_library``). Every act goes through the services and their rules: nothing
    is live that three different accounts have not passed.
    """
    if not films.can_make():
        report(
            "ffmpeg or a Chinese font is missing: the films come without pictures to play (apt install ffmpeg fonts-noto-cjk)"
        )
    for name, step in STEPS:
        started = time.monotonic()
        step()
        report(f"{name}: {time.monotonic() - started:.1f} s")


def _resources() -> None:
    for kind, row, fields in published():
        page = ensure(kind, row, fields)
        # What an editor withdrew or somebody has under review is not the seed's business any more.
        if not page.live and not page.withdrawn:
            pass_stages(page)


STEPS: tuple[tuple[str, Callable[[], object]], ...] = (
    ("units", people.seed_units),
    ("accounts", people.seed_accounts),
    ("resources, reviewed and published", _resources),
    ("manuscripts under review", desk.seed_manuscripts),
    ("online lists", circulation.seed_lists),
    ("rooms", circulation.seed_rooms),
    ("orders", circulation.seed_orders),
    ("wishes", circulation.seed_wishes),
    ("competitions", contests.seed_competitions),
    ("anthology", books.seed_anthologies),
)
