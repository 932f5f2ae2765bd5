"""The home page announces calls: whatever changes a call, a round or a publicity period ends the kept front page.

They count as lists, on which the home page depends and pages of resources do not.
"""

from __future__ import annotations

from caselib.core.counting import Counting

TABLES = ("competition", "round", "publicityperiod")


def counting() -> list[Counting]:
    """Return the counters of the tables that the home page announces calls from."""
    return [
        Counting(f"count_{table}_{event.lower()}", f"competitions_{table}", event, "", "SELECT 'lists' AS name")
        for table in TABLES
        for event in ("INSERT", "UPDATE", "DELETE")
    ]
