"""Makes whole printed collections of every habit, and prints them as a page does: the truth and the text of it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from caselib.ingest.lines import width
from tests.caselib.ingest.printed import TITLES

HAN = "一二三四五六七八九十"
_PLACES = "云岭 青溪 白石 柳湾 南坪 望江 松浦 竹山 桐河 石桥 大营 红旗 龙泉 新安 沙湖 平川 东岗 西堰".split()
_OFFICES = (
    "{}县委组织部",
    "{}市纪委监委",
    "中共{}区委党校",
    "{}镇党委",
    "{}街道党工委",
    "{}县人民检察院",
    "{}集团有限公司党委",
    "{}市委政法委员会",
    "{}大学马克思主义学院",
    "{}县教育局",
    "{}区市场监督管理局",
    "国网{}供电公司",
)
_TITLES = (
    *TITLES,
    "“红色网格”织密民生服务网",
    "以案促改 筑牢廉洁防线",
    "“四单”联动：让监督跟着项目走",
    "夜校灯火照亮返乡路",
    "党建引领聚合力 旧城改造暖民心",
    "谁来管好这片林",
    "积分换来好风气",
    "打通最后一百米的“小哥驿站”",
    "数字赋能 让群众少跑腿",
    "支部建在产业链上",
)
_SUBTITLES = ("——{}推进老旧小区自治的探索", "——{}“板凳会”的实践与思考", "——以{}为例")
_WHO = "镇里 村两委 工作组 街道 合作社 网格员 驻村干部 社区支部 县专班 老党员 监督员 党校教员".split()
_WHAT = (
    "把积压的诉求逐条登记",
    "请农户围坐一圈算细账",
    "沿河道走访了{n}个自然村",
    "将闲置校舍改成议事厅",
    "把验收标准贴到墙上",
    "同{n}家企业签下用工约定",
    "在夜校里讲清补贴办法",
    "按户建起一册明白账",
    "把“看不见”的流程画成图",
    "邀请乡贤当面评议",
    "制定《{p}公约》并逐户征求意见",
    "拿出{n}.{m}万元用于修缮",
    "自20{m}{k}年起推行轮值制度",
    "组织{n}名党员分{k}组包片",
)
_HOW = (
    "前后用了{n}天",
    "没有增加一分预算",
    "群众从观望转为参与",
    "满意度由{n}.{k}%升到9{k}.{m}%",
    "流程由九步压到四步",
    "每周五公开一次进度",
    "干部与群众结成对子",
    "外出务工的人也能线上表决",
    "半年里没有一起上访",
    "先易后难逐户销号",
    "第一批、第二批、第三批共{n}户全部入住",
    "其中第一类当场办，第二类限时办",
    "一是看台账，二是访农户，三是查现场",
)
_END = "。。。。。。！；"
NAMES = (
    ("案例背景", "主要做法", "成效成果", "经验启示"),
    ("背景情况", "主要举措", "成果成效", "启示与思考"),
    ("基本情况", "具体做法", "取得成效", "几点启示"),
    ("案例简介", "做法与经过", "主要成效", "案例点评"),
    ("实施背景", "工作举措", "工作成效", "经验与启示", "思考题"),
    ("问题的提出", "把脉问诊找准病根", "多方协力开出药方", "旧貌换新颜"),
    ("事件起因", "处置过程", "结果", "反思"),
)


@dataclass
class Section:
    heading: str
    parts: list[tuple[str, list[str]]]  # (subheading or "", paragraphs)

    @property
    def paragraphs(self) -> list[str]:
        return [text for _, texts in self.parts for text in texts]


@dataclass
class Case:
    title: str
    unit: str
    authors: list[str] = field(default_factory=list)
    subtitle: str = ""
    lead: list[str] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    part: str = ""

    @property
    def headings(self) -> list[str]:
        return [name for part in self.sections for name in (part.heading, *(sub for sub, _ in part.parts if sub))]

    @property
    def paragraphs(self) -> list[str]:
        return [*self.lead, *(text for section in self.sections for text in section.paragraphs)]


@dataclass
class Anthology:
    cases: list[Case]
    foreword_title: str
    foreword: list[str]
    lines: list[str]
    habits: dict[str, str]
    truncated: bool = False
    text: str = ""


def prose(rng: random.Random, count: int) -> str:
    def fill(text: str) -> str:
        return text.format(n=rng.randint(3, 98), m=rng.randint(0, 9), k=rng.randint(1, 9), p=rng.choice(_PLACES))

    made = ""
    for _ in range(count):
        clauses = [rng.choice(_WHO) + fill(rng.choice(_WHAT)), *map(fill, rng.sample(_HOW, rng.randint(1, 3)))]
        made += "，".join(clauses) + f"，涉及{rng.randint(3, 980)}户" + rng.choice(_END)
    return made.rstrip("；！。") + "。"


HABITS: dict[str, tuple[str, ...]] = {
    "label": ("none", "none", "line", "colon", "bracket", "arabic", "zero", "han"),
    "title_lines": ("1", "1", "2", "3"),
    "subtitle": ("no", "no", "yes"),
    "unit": (
        "{u}",
        "（{u}）",
        "单位：{u}",
        "报送单位：{u}",
        "（{u}供稿）",
        "（{u} 供稿）",
        "——{u}",
        "供稿：{u}",
        "{u}  {a}",
        "{a}  {u}",
        "作者：{a}（{u}）",
        "{u}　{a}　{b}",
        "（{u}　{a}）",
        "【{u}】",
        "◎{u}",
        "作者：{a}\n单位：{u}",
        "{u}\n{a} {b}",
        "none",
        "end",
        "endright",
    ),
    "numbers": (
        "{h}、{t}",
        "{h}、{t}",
        "（{h}）{t}",
        "{h} 、{t}",
        "【{t}】",
        "{t}",
        "{n}.{t}",
        "{n}、{t}",
        "{h}．{t}",
        "第{h}部分 {t}",
    ),
    "subs": ("none", "none", "paren", "leads", "arabic", "firstly"),
    "contents": (
        "none",
        "dots",
        "ellipsis",
        "tab",
        "spaces",
        "next",
        "parens",
        "plain",
        "unit",
        "broken",
        "columns",
        "numbered",
        "middot",
    ),
    "foreword": (
        "none",
        "前言",
        "前　言",
        "序",
        "序　言",
        "编者按",
        "编写说明",
        "出版说明",
        "编 者 的 话",
        "卷首语",
        "untitled",
        "导言",
        "代序",
        "编辑说明",
        "序（一）",
        "前  言（代序）",
    ),
    "cover": ("none", "plain", "sizes", "imprint"),
    "parts": ("no", "no", "篇", "部分"),
    "back": ("no", "no", "后记", "附录", "编后语"),
    "number": (
        "none",
        "{}",
        "— {} —",
        "- {} -",
        "· {} ·",
        "第{}页",
        "第{}页 共{N}页",
        "第 {} 页 / 共 {N} 页",
        "{}/{N}",
        "~{}~",
        "•{}•",
        "－{}－",
        "-{}-",
        "【{}】",
        "Page {} of {N}",
    ),
    "number_at": ("foot", "foot", "head"),
    "head": ("none", "book", "alternate", "beside", "title", "rule", "part"),
    "feed": ("yes", "no", "blank"),
    "indent": ("full", "full", "ascii", "none", "em"),
    "gaps": ("none", "none", "paragraphs", "lines"),
    "columns": ("1", "1", "1", "gutter", "tabs", "bars", "ordered", "zip"),
    "notes": ("no", "no", "circle", "square"),
    "table": ("no", "no", "yes"),
    "annex": ("no", "no", "yes"),
    "ending": ("whole", "whole", "cut"),
    "eol": ("\n", "\n", "\r\n"),
    "extract": ("clean", "clean", "spaced", "digits"),
    "trap": ("no", "yes"),
}


def make(seed: int, **fixed: str) -> Anthology:
    rng = random.Random(seed)
    habits = {name: rng.choice(options) for name, options in HABITS.items()} | fixed
    if habits["label"] == "han":
        habits["numbers"] = "（{h}）{t}"
    if habits["label"] in ("arabic", "zero") and habits["numbers"].startswith("{n}"):
        habits["numbers"] = "{h}、{t}"
    if habits["numbers"].startswith("（{h}）") and habits["subs"] in ("paren", "leads"):
        habits["subs"] = "arabic"
    if habits["numbers"].startswith("{n}") and habits["subs"] == "arabic":
        habits["subs"] = "none"
    bare = habits["numbers"] in ("{t}", "【{t}】")
    names = rng.choice([one for one in NAMES if not bare or "旧貌换新颜" not in one])
    cases = _cases(rng, habits, names)
    measure = rng.randint(14, 19) if habits["columns"] not in ("1",) else rng.randint(20, 44)
    foreword_title = "" if habits["foreword"] in ("none", "untitled") else habits["foreword"]
    foreword = [prose(rng, rng.randint(4, 7)) for _ in range(rng.randint(2, 3))] if habits["foreword"] != "none" else []
    body = _body(rng, cases, habits, measure, foreword_title, foreword)
    book = Anthology(cases, foreword_title, foreword, body, habits)
    book.text = _print(rng, book, measure)
    return book


def _cases(rng: random.Random, habits: dict[str, str], names: tuple[str, ...]) -> list[Case]:
    count = rng.randint(3, 8)
    titles = rng.sample(_TITLES, count)
    places = rng.sample(_PLACES, count)
    cases = []
    for index in range(count):
        unit = rng.choice(_OFFICES).format(places[index])
        case = Case(titles[index], unit)
        if habits["subtitle"] == "yes":
            case.subtitle = rng.choice(_SUBTITLES).format(places[index] + rng.choice(("县", "镇", "社区")))
        elif habits["title_lines"] == "3":
            case.title = (
                titles[index] + "的" + rng.choice(("三年实践与基层探索", "山区治理创新之路", "长效机制建设纪实"))
            )
        if "{a}" in habits["unit"]:
            case.authors = rng.sample(("张建国", "李秀英", "王磊", "陈思远", "赵敏", "周立", "欧阳海"), 2)[
                : 2 if "{b}" in habits["unit"] else 1
            ]
        if rng.random() < 0.3:
            case.lead = [prose(rng, 3)]
        for number, name in enumerate(names):
            heading = habits["numbers"].format(h=HAN[number], n=number + 1, t=name)
            case.sections.append(Section(heading, _parts(rng, habits, name)))
        cases.append(case)
    return cases


_SUBS = (
    "党建引领，织密组织网",
    "多方参与，画好同心圆",
    "建章立制，用好监督链",
    "服务上门，打通微循环",
    "数字赋能，跑出加速度",
)


def _parts(rng: random.Random, habits: dict[str, str], name: str) -> list[tuple[str, list[str]]]:
    def some(low: int = 1, high: int = 3) -> list[str]:
        return [prose(rng, rng.randint(2, 5)) for _ in range(rng.randint(low, high))]

    if name == "思考题":
        return [
            (
                "",
                [
                    f"{n}.{text}？"
                    for n, text in enumerate(("怎样把群众的事办好", "基层减负从哪里入手", "这一做法可否在本地推行"), 1)
                ],
            )
        ]
    kind = habits["subs"]
    if kind == "none" or not any(word in name for word in ("做法", "举措", "经过", "药方", "过程")):
        return [("", some())]
    chosen = rng.sample(_SUBS, 3)
    if kind == "paren":
        return [("", some(1, 1)), *((f"（{HAN[n]}）{sub}", some(1, 2)) for n, sub in enumerate(chosen))]
    if kind == "arabic":
        return [(f"{n}.{sub}", some(1, 2)) for n, sub in enumerate(chosen, 1)]
    if kind == "leads":
        return [("", [f"（{HAN[n]}）{sub}。{prose(rng, 3)}" for n, sub in enumerate(chosen)])]
    return [("", [f"{HAN[n]}是{sub}。{prose(rng, 3)}" for n, sub in enumerate(chosen)])]


def wrap(text: str, measure: int, indent: str = "") -> list[str]:
    text = indent + text
    lines = []
    while text:
        end = used = 0
        while end < len(text) and used < measure * 2:
            used += width(text[end])
            end += 1
        while end < len(text) and text[end] in "，。、；：！？）”》":
            end += 1
        lines.append(text[:end])
        text = text[end:]
    return lines


_INDENTS = {"full": "　　", "ascii": "    ", "none": "", "em": "  "}


def _split_title(title: str, pieces: int) -> list[str]:
    if " " in title and pieces == 2:
        return title.split(" ", 1)
    size = -(-len(title) // pieces)
    return [title[start : start + size] for start in range(0, len(title), size)]


def title_lines(case: Case, habits: dict[str, str], index: int) -> list[str]:
    lines = _split_title(case.title, int(habits["title_lines"]) if len(case.title) >= 12 else 1)
    label = habits["label"]
    number = HAN[index]
    if label == "line":
        lines = [f"案例{number}", *lines]
    elif label != "none":
        mark = {
            "colon": f"案例{number}：",
            "bracket": f"【案例{number}】",
            "arabic": f"{index + 1}.",
            "zero": f"0{index + 1} ",
            "han": f"{number}、",
        }
        lines[0] = mark[label] + lines[0]
    if case.subtitle:
        lines.append(case.subtitle)
    return lines


def _body(
    rng: random.Random,
    cases: list[Case],
    habits: dict[str, str],
    measure: int,
    foreword_title: str,
    foreword: list[str],
) -> list[str]:
    indent = _INDENTS[habits["indent"]]
    lines: list[str] = []
    gap = [""] if habits["gaps"] in ("paragraphs", "lines") else []
    if foreword:
        lines += [foreword_title] if foreword_title else []
        for text in foreword:
            lines += [*wrap(text, measure, indent), *gap]
    for index, case in enumerate(cases):
        if habits["parts"] != "no" and index in (0, len(cases) // 2 + 1):
            number = 0 if index == 0 else 1
            case.part = (f"第{HAN[number]}篇　", f"第{HAN[number]}部分　")[habits["parts"] == "部分"] + (
                "组织建设",
                "民生服务",
            )[number]
            lines += [case.part, *gap]
        lines += ["\x01" + case.title] if habits["head"] == "title" else []
        lines += [*title_lines(case, habits, index), *gap]
        unit = habits["unit"]
        a, b = (case.authors + ["", ""])[:2]
        if unit not in ("none", "end", "endright"):
            lines += unit.format(u=case.unit, a=a, b=b).split("\n")
            lines += gap
        for text in case.lead:
            lines += [*wrap(text, measure, indent), *gap]
        for number, section in enumerate(case.sections):
            lines += [indent + section.heading, *gap]
            for sub, texts in section.parts:
                lines += [indent + sub, *gap] if sub else []
                for text in texts:
                    lines += [*wrap(text, measure, indent), *gap]
            if habits["trap"] == "yes" and number == 1:
                trap = (
                    f"全镇把诉求分成三类，先后梳理出一、二、三组共计四、五两组合并后的事项{rng.randint(100, 999)}件，"
                    "其中3.5万元以内的由村里自定，（一）类事项当场办结，2.3公里道路已经硬化。"
                )
                section.parts[-1][1].append(trap)
                lines += [*wrap(trap, measure, indent), *gap]
        if habits["annex"] == "yes" and index == 1:
            annex = ["附件：1.协商议事规则", "2.矛盾纠纷清单", "3.红黑榜评分办法"]
            case.sections[-1].parts[-1][1].extend(annex)
            lines += [indent + annex[0], indent + "　　　" + annex[1], indent + "　　　" + annex[2]]
        if unit == "end":
            lines += [f"（{case.unit}）"]
        elif unit == "endright":
            lines += ["　" * max(measure - len(case.unit) - 1, 2) + case.unit]
    return lines


def _print(rng: random.Random, book: Anthology, measure: int) -> str:
    habits = book.habits
    lines = list(book.lines)
    if habits["back"] != "no":
        lines += [
            habits["back"],
            *wrap("这本集子从去年冬天编起，" + prose(rng, 4), measure, _INDENTS[habits["indent"]]),
        ]
    elif (
        habits["ending"] == "cut"
        and not book.cases[-1].sections[-1].heading.endswith("思考题")
        and habits["unit"] not in ("end", "endright")
    ):
        while not lines[-1]:
            lines.pop()
        last = lines[-1].rstrip("。")
        if len(last.strip()) > 8:
            lines[-1] = last[:-3]
            book.truncated = True
    if habits["extract"] == "digits":
        lines = [_beside_digits(line) for line in lines]
    pages = _pages(rng, book, lines, measure)
    front = _front(rng, book)
    text = "\n".join([*front, *pages])
    if habits["extract"] == "spaced" and habits["columns"] == "1":
        text = "\n".join(_spaced(line) for line in text.split("\n"))
    if habits["gaps"] == "lines" and habits["columns"] in ("1", "ordered", "zip"):
        text = text.replace("\n", "\n\n")
    return text.replace("\n", habits["eol"])


def _beside_digits(line: str) -> str:
    made = ""
    for sign in line:
        if (
            made
            and made[-1].isdigit() != sign.isdigit()
            and (made[-1] >= "一" or sign >= "一")
            and (made[-1] <= "鿿" and sign <= "鿿")
            and "一" <= (sign if made[-1].isdigit() else made[-1]) <= "鿿"
        ):
            made += " "
        made += sign
    return made


def _spaced(line: str) -> str:
    lead = line[: len(line) - len(line.lstrip(" 　"))]
    body = line.strip(" 　")
    if not body:
        return line
    return lead + "".join(
        one + (" " if "一" <= one <= "鿿" and "一" <= two <= "鿿" else "")
        for one, two in zip(body, body[1:] + "\n", strict=True)
    )


BOOK = "基层治理创新案例选编"


def _front(rng: random.Random, book: Anthology) -> list[str]:
    habits = book.habits
    lines: list[str] = []
    cover = habits["cover"]
    if cover == "plain":
        lines += [BOOK]
    elif cover == "sizes":
        lines += [
            "云岭市",
            "基 层 治 理 创 新",
            "案 例 选 编",
            "（2023年度）",
            "中共云岭市委组织部　编",
            "二〇二三年十二月",
        ]
    elif cover == "imprint":
        lines += [
            BOOK,
            "主　编：何长青",
            "副主编：吴静　孙志强",
            "责任编辑：林芳",
            "出版发行：云岭人民出版社",
            "开本：787×1092　1/16",
            "ISBN 978-7-0000-0000-0",
            "定价：48.00元",
        ]
    if cover != "none" and habits["feed"] == "yes":
        lines[-1] += "\n\f"
    kind = habits["contents"]
    if kind == "none":
        return lines
    entries: list[tuple[str, str, int]] = []
    page = 1
    if book.foreword_title:
        entries.append((book.foreword_title, "", page))
    for index, case in enumerate(book.cases):
        page += rng.randint(2, 5)
        if case.part:
            entries.append((case.part, "", 0))
        name = case.title + (case.subtitle if case.subtitle and rng.random() < 0.5 else "")
        label = habits["label"]
        number = HAN[index]
        mark = {
            "colon": f"案例{number}：",
            "line": f"案例{number}　",
            "bracket": f"【案例{number}】",
            "arabic": f"{index + 1}.",
            "zero": f"0{index + 1} ",
            "han": f"{number}、",
        }.get(label, "")
        if kind == "numbered" and not mark:
            mark = f"{index + 1}. "
        entries.append((mark + name, case.unit, page))
    if habits["back"] != "no":
        entries.append((habits["back"], "", page + 3))
    lines += [rng.choice(("目录", "目　录", "目  录", "目 次", "CONTENTS" if kind == "dots" else "目录"))]
    lines += _entries(entries, kind)
    if habits["feed"] == "yes":
        lines[-1] += "\n\f"
    return lines


def _entries(entries: list[tuple[str, str, int]], kind: str) -> list[str]:
    lines: list[str] = []
    if kind == "columns":
        return [*(name for name, _, _ in entries), *(str(page) for _, _, page in entries if page)]
    for name, unit, page in entries:
        if not page:
            lines.append(name)
        elif kind in ("dots", "numbered"):
            lines.append(f"{name}{'.' * 24}{page}")
        elif kind == "ellipsis":
            lines.append(f"{name}……………… {page}")
        elif kind == "middot":
            lines.append(f"{name} {'· ' * 12}{page}")
        elif kind == "tab":
            lines.append(f"{name}\t{page}")
        elif kind == "spaces":
            lines.append(f"{name}{' ' * 9}{page}")
        elif kind == "next":
            lines += [name, str(page)]
        elif kind == "parens":
            lines.append(f"{name}（{page}）" if name == "序" else f"{name} （{page}）")
        elif kind == "plain":
            lines.append(name)
        elif kind == "unit":
            lines.append(f"{name}……{unit}……{page}" if unit else f"{name}……{page}")
        elif kind == "broken":
            lines += (
                [name[: len(name) // 2], f"{name[len(name) // 2 :]}………{page}"]
                if len(name) > 9
                else [f"{name}………{page}"]
            )
    return lines


def _pages(rng: random.Random, book: Anthology, lines: list[str], measure: int) -> list[str]:
    habits = book.habits
    depth = rng.randint(22, 36)
    columns = habits["columns"]
    per = depth if columns == "1" else depth * 2
    chunks: list[tuple[str, list[str]]] = []
    title = book.cases[0].title
    current: list[str] = []
    for line in lines:
        if line.startswith("\x01"):
            title = line[1:]
            continue
        current.append(line)
        if len(current) == per:
            chunks.append((title, current))
            current = []
    if current:
        chunks.append((title, current))
    out: list[str] = []
    total = len(chunks) + 4
    for number, (running, chunk) in enumerate(chunks):
        page = number + 1
        if habits["table"] == "yes" and number == 1 and columns == "1":
            pass
        body = _columned(chunk, columns, measure)
        if habits["notes"] != "no" and number % 2 == 0 and columns == "1":
            mark = "①" if habits["notes"] == "circle" else "[1]"
            body = [*body, f"{mark}数据来源：云岭县第{page}号统计年鉴。"]
        out += _framed(body, running, habits, page, total, measure, number)
    return out


def _columned(chunk: list[str], columns: str, measure: int) -> list[str]:
    if columns in ("1", "ordered"):
        return chunk
    half = -(-len(chunk) // 2)
    left, right = chunk[:half], chunk[half:]
    right += [""] * (len(left) - len(right))
    made = []
    for one, two in zip(left, right, strict=True):
        if columns == "gutter":
            made.append(f"{one}{' ' * (measure * 2 + 6 - width(one))}{two}".rstrip())
        elif columns == "tabs":
            made.append(f"{one}\t{two}".rstrip())
        elif columns == "bars":
            made.append(f"{one} | {two}")
        else:
            made += [line for line in (one, two) if line.strip()]
    return made


def _framed(
    body: list[str], running: str, habits: dict[str, str], page: int, total: int, measure: int, number: int
) -> list[str]:
    head = habits["head"]
    lines = list(body)
    top: list[str] = []
    folio = habits["number"]
    mark = folio.replace("{N}", str(total)).replace("{}", str(page))
    if number:
        if head == "book":
            top = [BOOK]
        elif head == "alternate":
            top = [BOOK if page % 2 else "典型经验篇"]
        elif head == "beside":
            top = [f"{page}　{BOOK}" if page % 2 else f"{BOOK}　{page}"]
            mark = ""
        elif head == "title":
            top = [BOOK if page % 2 else running]
        elif head == "rule":
            top = [BOOK, "—" * 20]
        elif head == "part":
            top = [f"{BOOK} · 民生服务"]
    if folio == "none" or head == "beside":
        mark = ""
    if mark and habits["number_at"] == "head":
        top = [mark, *top]
    elif mark:
        lines.append(mark)
    lines = [*top, *lines]
    if habits["feed"] == "yes":
        lines[-1] += "\n\f"
    elif habits["feed"] == "blank":
        lines.append("")
    return lines
