"""The manuscripts on the reviewers' desks: one or more at each stage, one returned, one still being written."""

from __future__ import annotations

from datetime import timedelta

from caselib.core import clock
from caselib.resources.enums import Kind

from .content import texts
from .library import case_fields, ensure
from .people import account
from .reviewing import pass_stages, return_to_author

# How many stages have passed before the manuscript reaches the desk of …
PASSED = {"first": 0, "second": 1, "final": 2}
# Calendar days ago at which it was handed over, so that the queue shows every due light.
HANDED_OVER = {"LJM-001": 1, "LJM-002": 6, "LJM-003": 9, "LJM-004": 3, "LJM-005": 12}
RETURNED = (
    "初审退回：第二部分只写了标准和商标两步，缺少“怎样测、谁来收”的过程和一次真实的收回经过；“投诉大幅减少”没有数字。"
    "请补写收回四十五家企业的经过与出路，补充投诉件数及来源后再报。"
)


def seed_manuscripts() -> None:
    """Write the manuscripts and bring each to its desk; what is there already stays where its readers took it."""
    for row in texts("manuscripts"):
        page = ensure(Kind.CASE, row, case_fields, by=account(row["by"]))
        handed_over = clock.now() - timedelta(days=HANDED_OVER.get(row["code"], 0))
        if row["stage"] == "draft" or page.live or page.workflow_states.exists():
            continue
        if row["stage"] == "returned":
            return_to_author(page, RETURNED, at=handed_over)
        else:
            with clock.fixed(handed_over):
                pass_stages(page, PASSED[row["stage"]])
