"""What posts are called in offices, read as positions of the installed vocabulary."""

from __future__ import annotations

import pytest

from caselib.accounts.viewers import Viewer
from caselib.catalogue.rules.matching import Post
from caselib.catalogue.rules.roster import fold, parse_lines
from caselib.catalogue.rules.titles import READINGS, position_code
from caselib.catalogue.selectors.rosters import room_list
from caselib.vocabularies.install import install_terms
from caselib.vocabularies.models import Position

SAID = {
    "P01": "县人民法院院长 县人民检察院检察长 县妇联主席",
    "P01.02": "县委书记 县长 县水利局党组书记、局长 农业农村局局长 县政府办公室主任 县发改委主任 社区矫正管理局局长",
    "P01.03": "县水利局副局长 县水利局党组成员 县委副书记 县委常委、宣传部部长 县委组织部副部长 县人大常委会副主任",
    "P02": "团县委书记",
    "P02.02": "选调生，石桥村党支部书记助理",
    "P02.04": "新录用公务员（试用期）",
    "P03.02": "机关党委专职副书记 县委组织部干部 市直机关工委干事",
    "P03.03": "镇纪委书记 县纪委监委第三纪检监察室主任 县委巡察办副主任 县纪委监委派驻县水利局纪检监察组组长",
    "P03.04": "县水利局办公室主任 规划科科长 一级主任科员 四级调研员 县公安局民警 市环境监察支队支队长",
    "P04.01": "市属国企总经理 临屿港口集团有限公司党委书记、董事长 城投公司副总经理 村镇银行行长",
    "P04.02": "县人民医院副院长 第一小学校长 县委党校副校长 图书馆馆长 社区卫生服务中心主任 乡镇卫生院院长",
    "P04.03": "县委党校教师 主治医师 高级工程师 注册会计师",
    "P04.04": "民营企业负责人 县商会会长",
    "P05": "村党支部副书记 居委会副主任 村会计 村妇联主席 网格员 柳桥街道办事处副主任 云坪镇副镇长 云坪镇党委委员 派出所所长 乡人大主席 大学生村官",
    "P05.01": "镇党委书记 青禾县云坪镇人民政府镇长 云坪镇党委副书记、镇长 街道党工委书记 槐荫街道办事处主任",
    "P05.02": "云坪镇党委副书记",
    "P05.03": "石桥村党总支书记 村党支部书记、村委会主任 槐树里社区党委书记 纺织新村社区书记 村支书 行政村党组织负责人",
    "P05.04": "村民委员会主任 社区居委会主任 村主任",
    "P05.05": "县农业农村局驻石桥村第一书记",
    "P05.06": "驻村工作队队员 帮扶干部",
    "P06.02": "学科带头人 首席专家",
}


@pytest.mark.parametrize(
    ("title", "code"), [(title, code) for code, titles in SAID.items() for title in titles.split()]
)
def test_what_a_post_is_called_leads_to_its_position(title: str, code: str) -> None:
    assert position_code(fold(title)) == code


@pytest.mark.parametrize("title", ["宇航员", "李共和", "镇", "局", "", "张长江", "水利局", "石桥村"])
def test_what_names_no_post_leads_nowhere(title: str) -> None:
    assert position_code(fold(title)) is None


def test_every_reading_leads_to_a_position_that_is_installed(db: None) -> None:
    install_terms()
    assert {code for code, _pattern in READINGS} <= set(Position.objects.values_list("code", flat=True))


def test_a_roster_as_offices_write_it_is_read_over_its_cells(db: None) -> None:
    """Unit and post stand in cells of their own, and everybody's political standing beside them."""
    install_terms()
    lines = (
        "序号\t姓名\t政治面貌\t单位\t职务\n1\t王小满\t中共党员\t青禾县云坪镇石桥村\t党总支书记\n"
        "2\t李大河\t中共党员\t云坪镇\t党委书记\n3\t赵平\t党员\t县水利局\t副局长\n4\t孙二\t群众\t航天站\t宇航员\n5\t周三\t中共党员\t自由职业\n"
    )
    found = room_list(parse_lines(lines), Post(), Viewer())
    assert {row.name for row in found.rows} == {"村（社区）党组织书记", "乡镇（街道）党政正职", "领导班子成员", "党员"}
    assert [line.number for line in found.unknown] == [5]
    assert [[line.number for line in row.lines] for row in found.rows if row.name == "领导班子成员"] == [[4]]


def test_the_names_that_an_office_keeps_come_before_the_readings(db: None) -> None:
    install_terms()
    own = Position.objects.create(name="石桥联络岗", slug="own", code="OWN", synonyms=["村书记"])
    found = room_list(parse_lines("王小满，村书记"), Post(), Viewer())
    assert [row.name for row in found.rows] == [own.name]
