"""What Chinese offices hand in beside plain manuscripts: plans one after another, forms, saved web pages, signed lines."""

from __future__ import annotations

import pytest

from caselib.ingest.credits import units_of
from caselib.ingest.splitting import Split, split
from caselib.ingest.texts import reading_text
from caselib.word.html_reader import read_html
from caselib.word.model import Heading
from caselib.word.names import is_byline, is_institution, is_person, split_byline
from caselib.word.reader.document import read_docx
from caselib.word.text_readers import read_markdown, read_text
from tests.caselib.word.packages import docx, p

PLAN = """{title}
课时：2课时
一、教学目标
1. 说出“三资”指什么，知道账由谁管。
2. 能按流程核一笔账，并说明理由。
二、教学重难点
重点：三资的范围。难点：合同到期以后怎么办。
三、教学过程
（一）导入（5分钟）
出示一张多年没有公开的账页，请学员说说看到了什么。
（二）研讨（30分钟）
分组清点合同，每组推选一人汇报，教师点评。
四、板书设计
资金、资产、资源
五、教学反思
学员对合同条款不熟，下次先发样本。
"""

PAGE = """<html><head><meta property="og:title" content="一本账的公开"><title>x</title></head><body>
<div class="menu"><a href="#">关注我们</a><a href="#">上一篇</a></div>
<h1 id="activity-name"> 一本账的公开 </h1>
<div id="meta_content"><span id="js_author_name">王小满</span><a id="js_name">青禾县委党校</a><em>昨天</em></div>
<div id="js_content"><p><strong>一、背景</strong></p><p>账在抽屉里放了三年，村里没有人看过，大家说起来都摇头。</p>
<p><strong>二、做法</strong></p><p>从第一页念起，一笔一笔念给全村听，念完签字，签完上墙。</p></div>
<div>阅读 1024 赞 36 分享 收藏</div></body></html>"""


def read(text: str) -> Split:
    return split(read_docx(docx("".join(map(p, text.splitlines())))), name="教案")


def test_lesson_plans_one_after_another_come_apart() -> None:
    titles = ["《三资管理》教案", "《村账公开》教案", "《合同清理》教案"]
    found = read("\n".join(PLAN.format(title=title) for title in titles))
    assert [item.title for item in found.items] == [title.strip() for title in titles]
    for item in found.items:
        assert item.lesson is not None
        assert [step.minutes for step in item.lesson.steps] == [5, 30]
        assert "核一笔账" in item.lesson.texts["objectives"]
        assert "样本" in item.lesson.texts["reflection"]


_STEPS = "一、导入（5分钟）\n播放短片，归纳后引出{0}。\n二、讨论（25分钟）\n围绕{0}分组讨论，每组一人发言。\n"
TEXT_PLANS = {
    "counted": "{0}\n课时：2课时\n授课对象：乡镇干部\n一、教学目标\n说清{0}的来由。\n二、教学重点\n{0}的办法。\n三、教学过程\n"
    "（一）导入（5分钟）\n播放短片，归纳后引出{0}。\n（二）讨论（25分钟）\n围绕{0}分组讨论。\n四、板书设计\n{0}——办法——成效\n五、教学反思\n时间不够，少讲{0}。\n",
    "labelled": "课题：{0}\n课时：2课时\n教学目标：\n说清{0}的来由。\n教学重点：{0}的办法。\n教学过程：\n"
    + _STEPS
    + "板书设计：\n{0}——办法——成效\n教学反思：\n时间不够，少讲{0}。\n",
    "bracketed": "{0}\n（青年干部班使用）\n江北县委党校  李红梅\n【教学目标】\n说清{0}的来由。\n【教学重难点】\n重点：{0}的办法。\n【教学过程】\n"
    + _STEPS
    + "【教学反思】\n时间不够，少讲{0}。\n",
}


@pytest.mark.parametrize("way", sorted(TEXT_PLANS))
def test_lesson_plans_in_plain_text_come_apart(way: str) -> None:
    topics = ["乡村治理里的议事会", "家书里的廉洁家风", "谈话提醒怎样开口"]
    text = "".join(TEXT_PLANS[way].format(topic) for topic in topics)
    items = split(read_text(text.encode()), text_file=True).items
    assert [item.title for item in items] == topics
    for item, topic in zip(items, topics, strict=True):
        assert item.lesson is not None and [step.minutes for step in item.lesson.steps] == [5, 25]
        assert item.lesson.texts["objectives"] == f"说清{topic}的来由。"
        assert topic in item.lesson.texts["key_points"] and topic in item.lesson.texts["reflection"]
        assert not {"repeated_block", "truncated"} & {warning.code for warning in item.warnings}


def test_one_plan_stays_one() -> None:
    assert len(read(PLAN.format(title="《三资管理》教案")).items) == 1


def test_of_a_saved_web_page_the_article_is_kept_and_the_rest_is_said_to_be_left_out() -> None:
    document = read_html(PAGE.encode())
    found = split(document, name="文章")
    (item,) = found.items
    assert item.title == "一本账的公开"
    assert (item.unit, item.authors) == ("青禾县委党校", ["王小满"])
    text = reading_text(item.blocks)
    assert "念给全村听" in text
    assert not any(word in text for word in ("关注我们", "分享", "昨天"))
    assert [block.text.strip() for block in item.blocks if isinstance(block, Heading)] == ["一、背景", "二、做法"]
    assert "page_left_out" in {warning.code for warning in [*document.warnings, *found.warnings]}


def test_another_web_page_is_read_whole() -> None:
    text = reading_text(read_html(PAGE.replace("js_content", "main").encode()).blocks)
    assert "念给全村听" in text and "关注我们" in text and "分享" in text


@pytest.mark.parametrize(
    ("line", "units", "people"),
    [
        ("青禾县委党校  王小满", ["青禾县委党校"], ["王小满"]),
        ("作者系青禾县委党校讲师", ["青禾县委党校"], []),
        ("執筆人：陳望山（青禾縣委黨校）", ["青禾縣委黨校"], ["陳望山"]),
        ("报送单位：青禾县纪委监委案件监督管理室", ["青禾县纪委监委案件监督管理室"], []),
        ("作者：𠮷田英（㵲水县委党校）", ["㵲水县委党校"], ["𠮷田英"]),
        ("青禾县委党校  兰小芳  代　明  区志勇", ["青禾县委党校"], ["兰小芳", "代明", "区志勇"]),
        ("作者：阿依古丽•买买提", [], ["阿依古丽·买买提"]),
        ("作者单位：青禾县委党校　作者姓名：张晓明", ["青禾县委党校"], ["张晓明"]),
        ("编写人员：张晓明、王大力", [], ["张晓明", "王大力"]),
        ("案例开发人：张晓明", [], ["张晓明"]),
        ("课题负责人：赵大为  课题组成员：钱小二、孙行者", [], ["赵大为", "钱小二", "孙行者"]),
        ("■本刊记者 张晓明 通讯员 王小二", [], ["张晓明", "王小二"]),
    ],
)
def test_who_wrote_is_read_from_one_line(line: str, units: list[str], people: list[str]) -> None:
    assert split_byline(line) == (units, people)


@pytest.mark.parametrize(
    ("above", "below", "unit", "people"),
    [
        ("田野", "（作者系中共青禾县委党校讲师）", "中共青禾县委党校", ["田野"]),
        ("作者：田野", "作者单位：青禾县委党校", "青禾县委党校", ["田野"]),
        ("青禾县委党校  田野", "来源：松岭市委党校", "青禾县委党校", ["田野"]),
        ("", "（作者：田野，单位：青禾县委党校）", "青禾县委党校", ["田野"]),
        ("田野", "作者在村里住了三年，见过许多这样的事。", "", ["田野"]),
    ],
)
def test_who_wrote_may_stand_behind_the_text(above: str, below: str, unit: str, people: list[str]) -> None:
    text = "村里把账本挂在墙上，谁家有疑问谁来问，工作组逐户走访。"
    lines = ["# 账本上墙", above, "## 一、背景", text, "## 二、做法", text, below, "责任编辑：陈晓"]
    (item,) = split(read_markdown("\n\n".join(lines).encode())).items
    assert (item.unit, item.authors) == (unit, people)
    assert below in reading_text(item.blocks)


@pytest.mark.parametrize(
    ("lines", "units"),
    [
        (
            ["作者：张三丰（云岭县委党校）", "李思远（云岭县审批局）"],
            {"张三丰": "云岭县委党校", "李思远": "云岭县审批局"},
        ),
        (["张三丰（云岭县委党校）　李思远（云岭县审批局）"], {"张三丰": "云岭县委党校", "李思远": "云岭县审批局"}),
        (["云岭县委党校", "张三丰", "李思远"], {"张三丰": "云岭县委党校", "李思远": "云岭县委党校"}),
        (["张三丰", "云岭县委党校", "李思远", "云岭县审批局"], {"张三丰": "云岭县委党校", "李思远": "云岭县审批局"}),
        (["云岭县委党校　张三丰", "云岭县审批局　李思远"], {"张三丰": "云岭县委党校", "李思远": "云岭县审批局"}),
        (
            ["周  正1，李思远2", "（1.云岭县委党校，云岭 400000；2.松岭师范学院，松岭 408100）"],
            {"周正": "云岭县委党校", "李思远": "松岭师范学院"},
        ),
        (
            ["周  正¹，李思远²", "（1.云岭县委党校；2.松岭师范学院）"],
            {"周正": "云岭县委党校", "李思远": "松岭师范学院"},
        ),
        (["张三丰、李思远"], {}),
        (
            ["云岭县委党校　张三丰、周正；云岭县审批局　李思远"],
            {"张三丰": "云岭县委党校", "周正": "云岭县委党校", "李思远": "云岭县审批局"},
        ),
        (["张三丰　云岭县委党校　　李思远　云岭县审批局"], {"张三丰": "云岭县委党校", "李思远": "云岭县审批局"}),
        (["云岭县委党校　云岭县审批局　张三丰　李思远"], {}),
    ],
)
def test_each_author_has_the_unit_that_stands_with_the_name(lines: list[str], units: dict[str, str]) -> None:
    assert units_of(lines) == units


@pytest.mark.parametrize("text", ["打开新格局", "走到深处", "美丽乡村", "农家小院", "以人民为中心"])
def test_words_that_end_like_offices_are_none(text: str) -> None:
    assert not is_institution(text)
    assert not is_person("乡村振兴")


def test_a_form_names_its_case() -> None:
    def cell(text: str) -> str:
        return f"<w:tc>{p(text)}</w:tc>"

    rows = [
        ("案例名称", "一本账的公开"),
        ("第一作者", "王小满"),
        ("其他作者", "李思远、周正"),
        ("合作单位", "松岭师范学院"),
        ("申报单位", "青禾县委党校"),
    ]
    table = "<w:tbl>" + "".join(f"<w:tr>{cell(a)}{cell(b)}</w:tr>" for a, b in rows) + "</w:tbl>"
    body = p("优秀案例申报表") + table + p("账在抽屉里放了三年，村里没有人看过，大家说起来都摇头，这件事后来变了。")
    (item,) = split(read_docx(docx(body)), name="表").items
    assert (item.title, item.unit, item.authors) == (
        "一本账的公开",
        "青禾县委党校",
        ["王小满", "李思远", "周正"],
    )


SAID = "账在抽屉里放了三年，村里没有人看过，大家说起来都摇头，这件事后来由{}变了。"


@pytest.mark.parametrize("label", ["【案例{}】{}", "［典型案例{}］{}", "（案例{}）{}", "【案例{}】：{}"])
def test_labels_in_brackets_count_cases(label: str) -> None:
    titles = ["抽屉里的账", "小院里的会", "老街上的灯"]
    lines = [p("青禾县典型案例汇编")]
    for number, title in zip("一二三", titles, strict=True):
        lines += [
            p(label.format(number, title)),
            p("【基本情况】" + SAID.format(title)),
            p("【案例评析】" + SAID.format(number)),
        ]
    found = split(read_docx(docx("".join(lines))), name="汇编")
    assert [item.title for item in found.items] == titles
    assert "【案例评析】" in reading_text(found.items[2].blocks)


def test_parts_that_the_contents_name_are_no_cases() -> None:
    titles = ["山坳里的合伙人", "一张明白纸", "从要我改到我要改", "板凳法庭", "最后一公里", "一碗粉的环境"]
    parts = {0: "上篇 党建引领", 3: "下篇 改革创新"}
    contents, text = [p("目　录")], []
    for number, title in enumerate(titles):
        if number in parts:
            contents.append(p(parts[number]))
            text.append(p(parts[number], props='<w:jc w:val="center"/>', run='<w:b/><w:sz w:val="56"/>'))
        contents.append(p(f"{title}{'…' * 12}{number * 4 + 3}"))
        text.append(p(title, props='<w:jc w:val="center"/>', run='<w:b/><w:sz w:val="40"/>'))
        text += [p(name, run="<w:b/>") + p(SAID.format(title + name)) for name in ("一、背景", "二、做法", "三、成效")]
    found = split(read_docx(docx("".join(contents + text))), name="选编")
    assert [item.title for item in found.items] == titles
    told = [warning.text for item in found.items for warning in item.warnings] + [one.text for one in found.warnings]
    assert all(any(part.split()[1] in text for text in told) for part in parts.values())


@pytest.mark.parametrize(
    ("line", "unit", "people"),
    [
        ("作 者：张 敏　　单 位：青禾县委党校", "青禾县委党校", ["张敏"]),
        ("单　位：青禾县委党校　执 笔 人：王 芳", "青禾县委党校", ["王芳"]),
        ("选送：岚江省纪委监委第三监督检查室", "岚江省纪委监委第三监督检查室", []),
        ("青禾县委党校案例开发组", "青禾县委党校案例开发组", []),
        ("青禾县第12中学　周敏", "青禾县第12中学", ["周敏"]),
        ("阿卜杜热依木·买买提吐尔逊（青禾县委党校）", "青禾县委党校", ["阿卜杜热依木·买买提吐尔逊"]),
    ],
)
def test_bylines_as_offices_set_them(line: str, unit: str, people: list[str]) -> None:
    assert is_byline(line) and split_byline(line) == ([unit], people)


def test_what_is_filed_above_a_title_is_not_the_title() -> None:
    lines = "案例编号：QH-2024-031\n密级：内部资料\n字数：3200\n小院里的会\n一、缘起\n" + SAID + "\n二、经过\n" + SAID
    (item,) = split(read_text(lines.encode()), text_file=True, name="稿").items
    assert item.title == "小院里的会" and "案例编号：QH-2024-031" in reading_text(item.blocks)


def test_a_figure_may_stand_before_a_title_that_begins_with_a_numeral() -> None:
    lines = [
        line for number, title in ((1, "糊涂账"), (2, "围猎"), (3, "一顿饭")) for line in (f"案例{number}{title}", SAID)
    ]
    found = split(read_docx(docx("".join(map(p, lines)))), name="警示")
    assert [item.title for item in found.items] == ["糊涂账", "围猎", "一顿饭"]


def test_the_name_of_a_book_above_its_first_case_is_not_part_of_the_title() -> None:
    names = ("一、背景", "二、做法", "三、成效")
    lines = ["基层治理案例大全"]
    for title in ("茶园里的会", "渡口上的灯", "晒场边的账"):
        lines += [title, "青禾县委党校　周敏", *(line for name in names for line in (name, SAID.format(title + name)))]
    found = split(read_docx(docx("".join(map(p, lines)))), name="书")
    assert [item.title for item in found.items] == ["茶园里的会", "渡口上的灯", "晒场边的账"]


def test_paragraphs_of_one_length_are_no_printed_lines() -> None:
    said = "今年以来我们盯住群众反映的问题一件一件去办并把过程写在墙上让所有人都能够看得见说得清" * 2
    text = [
        line
        for number in range(1, 4)
        for line in (f"案例{number} 第{number}笔账", *(said + f"尾{n}" for n in range(4)))
    ]
    found = split(read_docx(docx("".join(map(p, text)))), name="警示")
    assert [reading_text(item.blocks).count("尾") for item in found.items] == [4, 4, 4]
