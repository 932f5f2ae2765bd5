"""Prints invented collections as a page does: wrapped lines, running heads, page numbers, contents, columns."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

_WHO = ("镇里", "村两委", "工作组", "街道", "合作社", "网格员", "驻村干部", "社区支部", "县专班", "老党员")
_WHAT = (
    "把积压的诉求逐条登记",
    "请农户围坐一圈算细账",
    "沿河道走访了六个自然村",
    "将闲置校舍改成议事厅",
    "把验收标准贴到墙上",
    "同三家企业签下用工约定",
    "在夜校里讲清补贴办法",
    "按户建起一册明白账",
    "把巡查记录接到同一张图上",
    "邀请乡贤当面评议",
)
_HOW = (
    "前后用了两个多月",
    "没有增加一分预算",
    "群众从观望转为参与",
    "遗留问题逐步见底",
    "流程由九步压到四步",
    "每周五公开一次进度",
    "干部与群众结成对子",
    "外出务工的人也能线上表决",
    "半年里没有一起上访",
    "先易后难逐户销号",
)


@dataclass
class Case:
    title: str
    unit: str
    sections: list[tuple[str, list[str]]]
    lead: list[str] = field(default_factory=list)

    @property
    def paragraphs(self) -> list[str]:
        return [*self.lead, *(text for _, texts in self.sections for text in texts)]


def sentences(rng: random.Random, count: int) -> str:
    return "".join(
        f"{rng.choice(_WHO)}{rng.choice(_WHAT)}，{rng.choice(_HOW)}，共办理{rng.randint(3, 980)}件。"
        for _ in range(count)
    )


TITLES = (
    "一张清单破解停车之困",
    "老厂房里的新食堂",
    "把议事会开到田埂上",
    "三本账管好集体资产",
    "小窗口办成大服务",
    "流动课堂送学进山",
    "一条河的共治之路",
    "从空心村到共富村",
)


def cases(count: int, seed: int = 1, names: tuple[str, ...] = ("背景情况", "主要做法", "成效成果")) -> list[Case]:
    rng = random.Random(seed)
    places = ("云岭县", "青溪镇", "白石街道", "柳湾村", "南坪区", "望江县", "松浦镇", "竹山县")
    result = []
    for index in range(count):
        sections = []
        for number, name in enumerate(names):
            sections.append((f"{'一二三四五'[number]}、{name}", [sentences(rng, rng.randint(3, 6)) for _ in range(2)]))
        result.append(
            Case(TITLES[index % 8] + ("" if index < 8 else f"续{index}"), f"{places[index % 8]}委组织部", sections)
        )
    return result


def wrap(text: str, measure: int, indent: bool = True) -> list[str]:
    text = ("　　" if indent else "") + text
    lines = []
    while text:
        end = measure
        while end < len(text) and text[end] in "，。、；：！？）”》":
            end += 1
        lines.append(text[:end])
        text = text[end:]
    return lines


def body_lines(case: Case, measure: int, *, indent: bool = True, label: str = "") -> list[str]:
    lines = [label] if label else []
    lines += [case.title, case.unit]
    for text in case.lead:
        lines += wrap(text, measure, indent)
    for heading, texts in case.sections:
        lines.append(("　　" if indent else "") + heading)
        for text in texts:
            lines += wrap(text, measure, indent)
    return lines


def book(
    found: list[Case],
    *,
    measure: int = 34,
    page: int = 28,
    head: str = "基层治理创新案例选",
    feed: bool = True,
    foreword: str = "",
    contents: bool = True,
    number: str = "— {} —",
    labels: bool = False,
    indent: bool = True,
) -> str:
    lines: list[str] = []
    if foreword:
        lines += ["前　言", *wrap(foreword, measure, indent)]
    if contents:
        lines.append("目　录")
        for index, case in enumerate(found):
            lines.append(f"{case.title}{'…' * 8}{7 + index * 3}")
    for index, case in enumerate(found):
        lines += body_lines(
            case, measure, indent=indent, label=f"案例{'一二三四五六七八九十'[index]}" if labels else ""
        )
    out: list[str] = []
    for start in range(0, len(lines), page):
        piece = lines[start : start + page]
        if start:
            piece = [head, *piece]
        out += [*piece, number.format(start // page + 1)]
        if feed:
            out[-1] += "\n\f"
    return "\n".join(out)
