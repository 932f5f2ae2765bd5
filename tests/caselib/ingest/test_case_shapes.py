"""Shapes in which authors hand in one case, a collection or a form in Word: set by hand, without styles."""

from __future__ import annotations

from dataclasses import replace

import pytest

from caselib.ingest.lessons import is_lesson_title
from caselib.ingest.splitting import Split, split
from caselib.word.model import Heading, Table
from caselib.word.names import is_institution, split_byline
from caselib.word.reader.document import read_docx
from tests.caselib.word.packages import cell, docx, p, table

CENTRED = '<w:jc w:val="center"/>'
TEXTS = (
    "账本在抽屉里放了三年，村里没有人看过，大家说起来都摇头，会上也没有人愿意先开口谈这件事。",
    "新班子从第一页念起，一笔一笔念给全村听，念完签字，签完上墙，谁有疑问当场就问、当场就答。",
    "半年以后，清理出来的合同有四十七份，收回的租金有八十六万元，村口的路也在秋天修好了。",
    "做下来才明白，公开不是目的，公开以后群众能问、干部能答、问题能改，才是上墙的意义所在。",
)
NAMES = ("一、案例背景", "二、主要做法", "三、工作成效", "四、经验启示")


def look(text: str, half_points: int = 32, font: str = "仿宋_GB2312", *, centred: bool = False) -> str:
    run = f'<w:rFonts w:eastAsia="{font}" w:ascii="{font}"/><w:sz w:val="{half_points}"/>'
    return p(text, props=CENTRED if centred else "", run=run)


def title(text: str) -> str:
    return look(text, 44, "方正小标宋简体", centred=True)


def centred(text: str, half_points: int = 32) -> str:
    return look(text, half_points, "楷体_GB2312", centred=True)


def section(text: str) -> str:
    return look(text, font="黑体")


def case(name: str, *bylines: str, names: tuple[str, ...] = NAMES, mark: str = "") -> str:
    """A case set by hand; ``mark`` keeps its sentences apart from those of others."""
    parts = [title(name), *map(centred, bylines)]
    for heading, text in zip(names, TEXTS, strict=False):
        parts += [section(heading), look(mark + text)]
    return "".join(parts)


def read(body: str, name: str = "稿件") -> Split:
    return split(read_docx(docx(body)), name=name)


def headings(split_: Split, index: int = 0) -> list[tuple[int, str]]:
    return [(block.level, block.text) for block in split_.items[index].blocks if isinstance(block, Heading)]


def test_a_short_case_with_english_and_references_keeps_its_title() -> None:
    """Keywords, English and references end without a full stop; that does not make printed lines of the paragraphs."""
    body = (
        title("一本账的公开")
        + centred("王　芳　李国强")
        + centred("（中共青禾县委党校，青禾 243000）", 24)
        + look("【摘要】本案例讲述河西村公开账本的经过，分析村级集体资产管理中群众监督的作用和它的边界。")
        + look("【关键词】村级集体资产；群众监督；基层治理；账务公开")
        + look("Opening the Village Ledger", font="Times New Roman", centred=True)
        + look("Abstract: This case tells how the ledger of a village was opened to everyone in it.")
        + look("Keywords: village assets; supervision; grassroots governance")
        + "".join(section(name) + look(text) for name, text in zip(NAMES, TEXTS, strict=True))
        + section("参考文献")
        + look("[1] 张三. 村务公开研究[J]. 基层治理, 2020(3): 12-18.")
        + look("[2] 李四. 集体资产管理的路径[M]. 北京: 某某出版社, 2019.")
    )
    found = read(body)
    assert [item.title for item in found.items] == ["一本账的公开"]
    assert found.items[0].authors == ["王芳", "李国强"]
    assert [level for level, _ in headings(found)] == [1] * 5


@pytest.mark.parametrize("unit", ["东关社区居委会", "青禾县人大常委会", "青禾县政协", "青禾县供销社", "青禾镇党建办"])
def test_further_offices_sign_cases(unit: str) -> None:
    assert is_institution(unit)
    found = read(case("一本账的公开", unit) + case("小网格托起大民生", unit, mark="又，"))
    assert [(item.title, item.unit) for item in found.items] == [("一本账的公开", unit), ("小网格托起大民生", unit)]


def test_a_short_office_behind_its_label_is_no_person() -> None:
    assert split_byline("（供稿：东关社区）") == (["东关社区"], [])
    assert split_byline("供稿：欧阳小村") == ([], ["欧阳小村"])
    assert split_byline("作者：王小村") == ([], ["王小村"])


def test_a_contents_list_may_name_the_units_behind_the_titles() -> None:
    pairs = [
        ("一本账的公开", "河西村党支部"),
        ("小网格托起大民生", "东关社区居委会"),
        ("把会开到田埂上", "青禾县委党校"),
    ]
    body = look("目　录", 44, "黑体", centred=True) + "".join(
        look(f"{name}　{unit}", 28, "宋体") for name, unit in pairs
    )
    body += "".join(case(name, unit, mark=name[:2]) for name, unit in pairs)
    assert [(item.title, item.unit) for item in read(body).items] == pairs


def test_topics_part_a_collection() -> None:
    """专题二 above a case is the name of a part, no section of the case before it."""
    parts = ["专题一　党建引领", "专题二　民生服务"]
    names = ["一本账的公开", "小网格托起大民生", "把会开到田埂上", "老厂区里的新邻居"]
    body = ""
    for number, name in enumerate(names):
        if number % 2 == 0:
            body += look(parts[number // 2], 52, "黑体", centred=True)
        body += look(f"案例{'一二三四'[number]}", font="黑体", centred=True)
        body += case(name, "青禾县委党校", names=("案例呈现", "案例分析", "思考题"), mark=name[:2])
    found = read(body)
    assert [item.title for item in found.items] == names
    for index in range(4):
        assert headings(found, index) == [(1, "案例呈现"), (1, "案例分析"), (1, "思考题")]
    told = [warning.text for item in found.items for warning in item.warnings if warning.code == "part_name"]
    assert [text.replace("　", " ") for text in told] == ["专题二 民生服务"]


def rows(*lines: tuple[str, ...]) -> str:
    return table(*([cell(text) for text in line] for line in lines), columns=len(lines[0]))


CHECKLIST = title("培训班筹备工作清单") + rows(
    ("序号", "准备事项", "负责人", "完成时间"),
    ("1", "教学材料准备", "王芳", "5月1日"),
    ("2", "作业与评价表", "李国强", "5月2日"),
    ("3", "教学目标确认", "赵敏", "5月3日"),
)
PROPOSAL = title("“清廉河西”调研工作方案") + "".join(
    section(name) + look(text)
    for name, text in zip(("一、调研目标", "二、调研内容和重点", "三、准备工作", "四、考核评价"), TEXTS, strict=True)
)
REPORT = title("课题中期检查报告") + "".join(
    section(name) + look(text)
    for name, text in zip(("一、课程目标", "二、教学重点", "三、教学准备", "四、教学评价"), TEXTS, strict=True)
)
TAUGHT_CASE = case("一本账的公开", names=("一、案例背景", "二、主要做法")) + "".join(
    section(name) + look(text)
    for name, text in zip(
        ("三、案例使用说明", "（一）教学目标", "（二）教学重点", "（三）教学准备"), TEXTS, strict=True
    )
)


@pytest.mark.parametrize("body", [CHECKLIST, PROPOSAL, REPORT, TAUGHT_CASE])
def test_what_tells_of_goals_and_preparation_is_not_always_a_lesson_plan(body: str) -> None:
    found = read(body)
    assert len(found.items) == 1
    assert found.items[0].lesson is None
    assert found.items[0].authors == []


@pytest.mark.parametrize("name", ["村账公开教学案例", "青禾县宣教案例一则"])
def test_a_teaching_case_is_no_plan_by_its_name(name: str) -> None:
    assert not is_lesson_title(name)
    assert is_lesson_title("村账公开导学案") and is_lesson_title("村账公开教案")


def test_a_form_may_begin_with_its_number() -> None:
    body = title("优秀案例申报表") + rows(
        ("编号", "2024-07", "类别", "基层治理"),
        ("案例名称", "一本账的公开", "作者", "王芳"),
        ("单位", "青禾县委党校", "电话", "0000000"),
    )
    item = read(body + look(TEXTS[0])).items[0]
    assert (item.title, item.authors) == ("一本账的公开", ["王芳"])


def test_a_plan_in_a_counted_table_stays_a_plan() -> None:
    body = title("《村账公开》教学设计") + rows(
        ("课题", "村账公开"), ("教学目标", TEXTS[0]), ("教学重难点", TEXTS[1]), ("教学过程", TEXTS[2])
    )
    assert read(body).items[0].lesson is not None


FORM = "".join(
    look(line)
    for line in ("案例名称：一本账的公开", "申报单位：中共青禾县委党校", "申 报 人：王芳", "中共青禾县委组织部制")
)
PLACES = ("一、案例简介：（限300字）：", "二、案例背景", "三、主要做法", "四、取得成效")


def framed(*paragraphs: str) -> str:
    return f"<w:tbl><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc>{''.join(map(p, paragraphs))}</w:tc></w:tr></w:tbl>"


@pytest.mark.parametrize("inside", [True, False])
def test_an_application_of_framed_places_is_read_as_sections(inside: bool) -> None:
    body = title("干部教育培训好案例申报书") + FORM
    for place, text in zip(PLACES, TEXTS, strict=True):
        body += framed(place, text, text[::-1]) if inside else look(place) + framed(text, text[::-1])
    found = read(body, "申报书")
    (item,) = found.items
    assert (item.title, item.unit, item.authors) == ("一本账的公开", "中共青禾县委党校", ["王芳"])
    assert headings(found) == [(1, place) for place in PLACES]
    assert not any(isinstance(block, Table) for block in item.blocks)


def test_the_place_of_a_form_is_not_its_title() -> None:
    body = look("申报书") + "".join(framed(place, text) for place, text in zip(PLACES, TEXTS, strict=True))
    assert read(body, "稿件").items[0].title == "申报书"


def test_a_single_frame_stays_a_table() -> None:
    body = case("一本账的公开", "王芳") + framed("【知识链接】", TEXTS[0])
    assert any(isinstance(block, Table) for block in read(body).items[0].blocks)


PARTS = ("需求分析", "系统目标", "功能结构", "业务流程")


@pytest.mark.parametrize(
    ("above", "page", "cases"), [("村账系统建设", "", 1), ("村账系统建设", "\t{}", 1), ("村账优秀案例选编", "", 4)]
)
def test_what_one_text_treats_is_no_list_of_cases(above: str, page: str, cases: int) -> None:
    names = PARTS if cases == 1 else ("一本账的公开", "小网格托起大民生", "把会开到田埂上", "老厂区里的新邻居")
    body = title(above) + look("目录", 44, "黑体", centred=True)
    body += "".join(look(name + page.format(number * 3 + 1), font="宋体") for number, name in enumerate(names))
    body += "".join(look(name, font="黑体") + look(text) for name, text in zip(names, TEXTS, strict=True))
    found = read(body)
    assert len(found.items) == cases
    if cases == 1:
        assert found.items[0].title == above
        assert [text for _, text in headings(found)] == list(PARTS)


def test_answers_to_choose_from_head_nothing() -> None:
    body = case("一本账的公开", "王芳") + section("课后练习")
    body += look("1. 账本公开的第一步是（　　）", font="黑体") + look("A. 念账　　B. 签字", font="黑体")
    body += look("C．上墙　　D．开会", font="黑体") + look(TEXTS[0])
    assert [text for _, text in headings(read(body))] == [
        "一、案例背景", "二、主要做法", "三、工作成效", "四、经验启示", "课后练习",
    ]  # fmt: skip


def test_the_only_chapter_of_a_file_is_its_title() -> None:
    body = look("第三章　村务监督", 44, "黑体", centred=True)
    for name in ("第一节　监督的含义", "第二节　监督的方式"):
        body += look(name, 36, "黑体", centred=True) + "".join(map(look, TEXTS))
    found = read(body)
    assert [item.title for item in found.items] == ["第三章 村务监督"]
    assert [level for level, _ in headings(found)] == [1, 1]


@pytest.mark.parametrize(
    ("name", "expected"), [("一本账的公开", "一本账的公开"), ("新建 Microsoft Word 文档", "旧稿的名字")]
)
def test_properties_copied_from_another_file_name_a_text_only_where_nothing_else_does(name: str, expected: str) -> None:
    document = replace(read_docx(docx("".join(map(look, TEXTS)))), properties={"title": "旧稿的名字"})
    assert split(document, name=name).items[0].title == expected


@pytest.mark.parametrize("name", ["一本账的公开", "小院议事厅"])
@pytest.mark.parametrize("abstract", [section("摘　要") + look(TEXTS[0]), look("【摘要】" + TEXTS[0])])
def test_an_abstract_opens_no_case_and_is_no_title(name: str, abstract: str) -> None:
    body = title(name) + centred("王芳") + abstract + look("【关键词】村务公开；监督")
    body += "".join(section(heading) + look("又，" + text) for heading, text in zip(NAMES, TEXTS, strict=True))
    found = read(body)
    assert [(item.title, item.authors) for item in found.items] == [(name, ["王芳"])]
    assert [level for level, text in headings(found) if "摘" not in text] == [1] * 4


def test_an_abstract_in_bold_below_an_unsigned_title_opens_no_case() -> None:
    body = title("小院议事厅") + p("摘　要", run="<w:b/>") + p(TEXTS[0]) + p("【关键词】村务公开；监督")
    body += "".join(p(heading, run="<w:b/>") + p("又，" + text) for heading, text in zip(NAMES, TEXTS, strict=True))
    found = read(body)
    assert [item.title for item in found.items] == ["小院议事厅"]
    assert [level for level, _ in headings(found)] == [1] * 5


@pytest.mark.parametrize(
    ("above", "kind", "expected"),
    [
        ("赴河西村开展村账公开情况调研", "策划书", "赴河西村开展村账公开情况调研"),
        ("2024年春季学期第3期中青班", "策划书", "策划书"),
        ("中共青禾县委党校", "策划书", "策划书"),
        ("赴河西村开展村账公开情况调研", "村账公开调研报告", "村账公开调研报告"),
    ],
)
def test_a_bare_kind_is_the_second_half_of_a_title(above: str, kind: str, expected: str) -> None:
    body = (
        centred(above)
        + title(kind)
        + look("2024年5月")
        + "".join(section(name) + look(text) for name, text in zip(NAMES, TEXTS, strict=True))
    )
    found = read(body)
    assert found.items[0].title == expected
    assert len(headings(found)) == 4


def test_the_parts_of_a_plan_of_tables_and_short_lines_are_no_cover() -> None:
    body = title("青禾县委党校教案")
    body += rows(
        ("课题", "村账公开"), ("授课对象", "村党支部书记"), ("教学目标", "掌握监督要点"), ("教学重难点", "合同管理")
    )
    body += section("教学过程") + rows(
        ("教学环节", "教师活动", "时间"), ("导入", "出示账页", "10分钟"), ("研讨", "分组讨论", "50分钟")
    )
    body += section("板书设计") + look("资金、资产、资源") + section("教学反思") + look(TEXTS[0])
    found = read(body)
    assert [text for _, text in headings(found)] == ["教学过程", "板书设计", "教学反思"]
    lesson = found.items[0].lesson
    assert lesson is not None and len(lesson.steps) == 2
    assert lesson.texts["board_plan"] == "资金、资产、资源"


def test_a_table_before_and_behind_the_cases_is_told() -> None:
    names = ("一本账的公开", "小网格托起大民生", "把会开到田埂上")
    body = look("优秀案例汇编", 72, "黑体", centred=True)
    body += rows(*((str(number), name, str(number * 4)) for number, name in enumerate(names, 1)), ("5", "后记", "16"))
    body += "".join(case(name, "青禾县委党校", mark=name[:2]) for name in names)
    body += (
        look("附录", 44, "黑体", centred=True) + look(TEXTS[0]) + rows(("获奖单位", "奖次"), ("河西村党支部", "一等奖"))
    )
    found = read(body)
    assert [item.title for item in found.items] == list(names)
    told = " ".join(w.text for w in (*found.warnings, *(w for item in found.items for w in item.warnings)))
    assert "后记" in told
    kept = " ".join(cell.text for b in found.items[2].blocks if isinstance(b, Table) for row in b.rows for cell in row)
    assert "一等奖" in told + kept
