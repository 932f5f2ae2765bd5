"""The markup of the demo texts becomes the blocks of a case body."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from cms.demo import markup, pictures

SOURCE = """
# background 一、背景：井

第一段，有脚注。[^a] 还有**重点**与<尖括号>。

**先说结论。** 井还在。

## （一）挖井

表：用水
| 年 | 吨 |
| --- | ---: |
| 2024 | 3 |

> 有水就好。
> —— 老井

图：well｜图1　井｜井的照片

[figures]
[^a]: 注。
"""


def content(text: markup.Text) -> list[tuple[str, object]]:
    return [(block["type"], block["value"]) for block in text.sections[0]["value"]["content"]]


def test_every_form_becomes_its_block() -> None:
    figures = [
        {"label": "深度", "value": 12, "unit": "米", "qualifier": "about"},
        {"label": "造价", "value": "", "masked": True},
    ]
    text = markup.parse(SOURCE, figures=figures, pictures={"well": 7})
    assert text.sections[0]["value"]["kind"] == "background"
    assert text.sections[0]["value"]["heading"] == "一、背景：井"
    assert content(text) == [
        ("paragraph", "<p>第一段，有脚注。[^a] 还有<b>重点</b>与&lt;尖括号&gt;。</p>"),
        ("lead", {"lead": "先说结论。", "text": "<p>井还在。</p>"}),
        ("heading", {"level": "2", "text": "（一）挖井"}),
        (
            "table",
            {
                "caption": "用水",
                "header_rows": 1,
                "rows": [
                    [{"text": "年", "colspan": 1, "rowspan": 1}, {"text": "吨", "colspan": 1, "rowspan": 1}],
                    [{"text": "2024", "colspan": 1, "rowspan": 1}, {"text": "3", "colspan": 1, "rowspan": 1}],
                ],
            },
        ),
        ("quote", {"text": "有水就好。", "attribution": "老井"}),
        ("image", {"image": 7, "caption": "图1　井", "alt": "井的照片"}),
        (
            "figures",
            [
                {"label": "深度", "value": "12", "unit": "米", "qualifier": "about"},
                {"label": "造价", "value": "", "unit": "", "qualifier": "masked"},
            ],
        ),
    ]
    assert text.notes == [{"type": "note", "value": {"key": "a", "text": "注。"}}]


def test_a_picture_that_could_not_be_made_is_left_out() -> None:
    assert "image" not in [kind for kind, _value in content(markup.parse(SOURCE))]


def test_a_line_outside_any_section_is_named() -> None:
    with pytest.raises(ValueError, match="line 2"):
        markup.parse("\n无家可归的一段")


@pytest.mark.parametrize(
    "spec",
    [
        {"kind": "bars", "title": "量", "unit": "个", "labels": ["甲", "乙"], "values": [3, 0]},
        {"kind": "pairs", "title": "前后", "labels": ["甲"], "before": [2.5], "after": [0.0]},
        {"kind": "lines", "title": "走势", "labels": ["甲", "乙"], "values": [0.2, 0.1]},
        {"kind": "map", "title": "图", "points": [["甲", 0, 0], ["乙", 100, 90]], "lines": [[0, 1]]},
        {"kind": "steps", "title": "步", "labels": ["一", "二", "三"]},
        {"kind": "plate", "title": "题字", "caption": "说明"},
    ],
    ids=lambda spec: spec["kind"],
)
def test_each_kind_of_picture_is_drawn_and_the_same_each_time(spec: dict[str, object]) -> None:
    first = pictures.draw(spec)
    assert first == pictures.draw(spec)
    image = Image.open(BytesIO(first))
    assert image.size == pictures.SIZE
    assert len(image.convert("RGB").getcolors(1_000_000) or []) > 2
