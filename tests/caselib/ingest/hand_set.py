"""Writes collections in Word as offices set them by hand: no styles, headings by size, weight, place and number."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from random import Random
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt

_HAN = "一二三四五六七八"
_TITLES = (
    "一张清单管到底",
    "夜间议事亭里的公道",
    "把账本晒在太阳下",
    "“板凳会”开到家门口",
    "从“没人管”到“大家管”",
    "破解基层执法难题的云坡探索",
    "以案促改的“四步法”",
    "村里来了“第一书记”",
)
_UNITS = (
    "松岭市云坡镇党委",
    "松岭市河湾街道办事处",
    "松岭市纪委监委",
    "中共松岭市委党校",
    "松岭县农业农村局",
    "松岭市残联",
    "岚江省委党校第三调研组",
    "松岭市公安局交警支队",
)
_PEOPLE = (
    ["陆怀山"],
    ["宋知微", "梁以安"],
    ["程望舒"],
    ["欧阳静", "王伟"],
    ["李强"],
    ["买买提·艾力"],
    ["陆敏"],
    ["张三丰", "林立果"],
)
_SECTIONS = (
    ("背景情况", "主要做法", "工作成效", "经验启示"),
    ("案例背景", "做法与过程", "成效", "启示与思考", "讨论题"),
    ("基本情况", "案例经过", "处理结果", "案例评析"),
)
_SENTENCES = (
    "当地处库区上游，辖六个行政村，常住人口一万二千余人。",
    "过去群众办事要跑三四个部门，材料重复报、来回跑，意见集中在“多头跑、反复报”上。",
    "镇党委把群众反映最集中的十九件事列成清单，逐件明确牵头部门和办结时限。",
    "每周二、周四晚上七点到九点，由班子成员轮流值守，来的人不用预约。",
    "账目按月贴在公开栏里，谁有疑问，当场翻凭证、当场答复。",
)


@dataclass(frozen=True, slots=True)
class Case:
    """What a reader must find: headings with their levels as they stand on paper, without blanks."""

    title: str
    unit: str
    authors: list[str]
    headings: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Look:
    """How a kind of line is set. ``size`` in points, None for that of the text."""

    size: float | None = None
    bold: bool = False
    centred: bool = False
    right: bool = False
    font: str = ""


class Book:
    """One collection, its looks drawn from ``seed``: ``cases`` say what it holds, ``data`` is the file.

    ``alone``: one case in a file of its own, which its office may have marked as an annex.
    """

    def __init__(self, seed: int, *, alone: bool = False) -> None:
        self.draw = Random(seed)
        self.file = Document()
        self.cases: list[Case] = []
        self.foreword = self.draw.random() < 0.5
        self.text = Look(self.draw.choice([None, 12, 14]), font=self.draw.choice(["", "仿宋", "宋体"]))
        self._looks()
        if alone:
            self._alone()
            return
        chosen = self.draw.sample(range(len(_TITLES)), self.draw.choice([2, 3, 5]))
        self._front(chosen)
        for place, number in enumerate(chosen):
            self._case(place, number)

    @property
    def data(self) -> bytes:
        out = io.BytesIO()
        self.file.save(out)
        return out.getvalue()

    def _looks(self) -> None:
        draw = self.draw
        self.label = draw.choice(
            [
                "案例{han}　{title}",
                "案例{han}：{title}",
                "案例{han}\n{title}",
                "{title}",
                "{han}、{title}",
                "{at}. {title}",
            ]
        )
        numbered = self.label in ("{han}、{title}", "{at}. {title}")
        size = draw.choice([18, 22] if numbered else [18, 22, None])
        self.title = Look(size, size is None or draw.random() < 0.7, self.label == "{title}" or draw.random() < 0.7)
        self.credit = draw.choice(
            ["unit/people", "unit people", "people/unit", "(unit people)", "unit", "labels", "none", "signed"]
        )
        self.byline = Look(draw.choice([None, 12, 10.5]), centred=draw.random() < 0.7)
        self.count = draw.choice(["{han}、{name}", "{at}. {name}", "【{name}】", "{name}"])
        self.heading = Look(
            draw.choice([None, 14] if self.title.size else [None]), draw.random() < 0.7, font=draw.choice(["", "黑体"])
        )
        self.names = draw.choice(_SECTIONS)
        self.inner = draw.random() < 0.5
        self.breaks = draw.random() < 0.5

    def _front(self, chosen: list[int]) -> None:
        if self.draw.random() < 0.5:
            for line, size in (("基层治理案例选编", 26), ("松岭市委党校 编", 16), ("2026年9月", 14)):
                self._line(line, Look(size, size == 26, True))
            self.file.add_page_break()
        if self.foreword:
            self._line(self.draw.choice(["前　言", "前言", "序"]), Look(18, True, True))
            self._line(
                "　　为推动基层治理经验互学互鉴，我们从各县（区）报送的材料中遴选若干篇，汇编成册，供培训教学使用。"
            )
        if self.draw.random() < 0.5:
            self._line("目　录", Look(18, True, True))
            for place, number in enumerate(chosen):
                self._line(self._titled(place, number).replace("\n", "　") + "……………" + str(place * 3 + 1))

    def _alone(self) -> None:
        self.foreword = False
        self.label = self.draw.choice(["{title}", "{title}", "案例：{title}", "{title}\n——以松岭市云坡镇为例"])
        if self.draw.random() < 0.3:
            self._line("附件2", Look())
        self._case(0, self.draw.randrange(len(_TITLES)))

    def _titled(self, place: int, number: int) -> str:
        return self.label.format(han=_HAN[place], at=place + 1, title=_TITLES[number])

    def _case(self, place: int, number: int) -> None:
        for line in self._titled(place, number).split("\n"):
            self._line(line, self.title)
        unit, people = self._credits(number)
        case = Case(_TITLES[number], unit, people)
        for at, name in enumerate(self.names):
            self._heading(case, self.count.format(han=_HAN[at], at=at + 1, name=name), self.heading)
            if self.inner and at == 1:
                for step, what in enumerate(("列出清单", "夜间接访")):
                    self._heading(case, f"（{_HAN[step]}）{what}", Look(bold=True), 2)
                    self._line(f"　　{self._text(step)}第{place}{step}批。")
            else:
                self._line(f"　　{self._text(at)}这是第{place}{at}年的事。")
        if self.credit == "signed":
            self._line(f"（{unit}　{'、'.join(people)}）", Look(right=True))
        if self.breaks:
            self.file.add_page_break()
        self.cases.append(case)

    @staticmethod
    def _text(at: int) -> str:
        return "".join(_SENTENCES[at % 3 :])

    def _credits(self, number: int) -> tuple[str, list[str]]:
        """Write who is named below the title, and return whom a reader must find."""
        unit, people = _UNITS[number], _PEOPLE[number]
        lines = {
            "unit/people": [unit, "　".join(people)],
            "unit people": [f"{unit}　　{'　'.join(people)}"],
            "people/unit": ["、".join(people), f"（{unit}）"],
            "(unit people)": [f"（{unit}　{'、'.join(people)}）"],
            "labels": [f"作者：{'、'.join(people)}　单位：{unit}"],
            "unit": [unit],
        }.get(self.credit, [])
        for line in lines:
            self._line(line, self.byline)
        if self.credit == "none":
            return "", []
        return unit, [] if self.credit == "unit" else people

    def _heading(self, case: Case, text: str, look: Look, level: int = 1) -> None:
        self._line(text, look)
        case.headings.append((level, "".join(text.split())))

    def _line(self, text: str, look: Look = Look()) -> None:
        paragraph: Any = self.file.add_paragraph()
        run = paragraph.add_run(text)
        run.bold = look.bold or None
        if size := look.size or self.text.size:
            run.font.size = Pt(size)
        if font := look.font or self.text.font:
            run.font.name = font
            run._r.rPr.rFonts.set(qn("w:eastAsia"), font)
        if look.centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        if look.right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


class StyledBook(Book):
    """The same with real heading styles: cases of level 1, or of level 2 in parts; who wrote them stands in plain lines."""

    def __init__(self, seed: int) -> None:
        self.top = 2 if seed % 3 == 0 else 1
        super().__init__(seed)

    def _case(self, place: int, number: int) -> None:
        if self.top == 2 and place % 2 == 0:
            self.file.add_paragraph(
                f"第{_HAN[place // 2]}编　{('治理', '服务', '队伍')[place // 2]}篇"
            ).style = "Heading 1"
        super()._case(place, number)

    def _titled(self, place: int, number: int) -> str:
        return super()._titled(place, number).replace("\n", "　")

    def _line(self, text: str, look: Look = Look()) -> None:
        super()._line(text, look)
        if look is self.title:
            self.file.paragraphs[-1].style = f"Heading {self.top}"

    def _heading(self, case: Case, text: str, look: Look, level: int = 1) -> None:
        super()._heading(case, text, look, level)
        self.file.paragraphs[-1].style = f"Heading {self.top + level}"
