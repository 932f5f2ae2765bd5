"""Fixtures of the anthologies tests: an editor, published cases, an edition."""

from __future__ import annotations

from typing import Any

import pytest

from caselib.accounts.enums import Role
from caselib.anthologies import services
from caselib.anthologies.models import Edition
from tests import factories


@pytest.fixture
def editor(user_of: Any) -> Any:
    return user_of(Role.EDITOR)


def cases(count: int, **kwargs: Any) -> list[Any]:
    """Return ``count`` published cases with two sections, a table and a footnote each."""
    made = []
    for number in range(1, count + 1):
        body = [
            factories.section(
                "一、背景",
                factories.paragraph(f"第{number}个村子“分账”的来历……一笔一笔记在墙上——谁都看得见。[^n1]"),
                kind="background",
            ),
            factories.section(
                "二、做法",
                factories.paragraph("见表1。按三步走。"),
                {
                    "type": "table",
                    "value": {
                        "caption": "表1 三步",
                        "header_rows": 1,
                        "rows": [
                            [
                                {"text": "步骤", "colspan": 1, "rowspan": 1},
                                {"text": "时间", "colspan": 1, "rowspan": 1},
                            ],
                            [
                                {"text": "公开", "colspan": 1, "rowspan": 1},
                                {"text": "一月", "colspan": 1, "rowspan": 1},
                            ],
                        ],
                    },
                },
                kind="practice",
            ),
        ]
        values = {
            "title": f"云坪村账本案例之{number}",
            "body": body,
            "notes": [{"type": "note", "value": {"key": "n1", "text": "见村志。"}}],
        }
        made.append(factories.live(**{**values, **kwargs}))
    return made


@pytest.fixture
def edition(editor: Any) -> Edition:
    """An edition with two cases, not in parts."""
    anthology = services.create_anthology("云坪案例选", subtitle="教学用书", publisher="云坪县委党校", by=editor)
    made = services.create_edition(anthology, name="2025年版", year=2025, by=editor)
    services.fill(made, [page.pk for page in cases(2)], by=editor)
    return made
