"""What a post is called in offices, and which position of the installed vocabulary that is. Pure.

A roster says "石桥村 党总支书记" or "县水利局党组成员、副局长"; the vocabulary says 村（社区）党组织书记 and 领导班子成员. The
names and synonyms that an office keeps come first (``roster.find_position``); these readings serve the lines that are
left. They are keyed by the codes of the starting vocabulary (``caselib.vocabularies.install``): where an office has
retired or recoded a position, its readings are silent.
"""

from __future__ import annotations

import re

_DISTRICT = "(?:乡|镇|街道|街道办|街道办事处)"
_PARTY = "(?:党工委|党委|党总支|党支部|党组织|联合党委|工委|支部|总支|党组|委)"
_VILLAGE = r"(?:(?<!农)村|社区|居民区|村委会|居委会|村民委员会|居民委员会)"
_PLACE = "(?:省|市|县|区|州|盟|旗)"

# In the order of asking: the closer reading first, the general word last. Each is searched in the folded line.
_READINGS: tuple[tuple[str, str], ...] = (
    # sent into a village, or new in office: told by the word itself, whatever else the person is
    ("P05.05", r"第一书记"),
    ("P05.06", r"驻村|工作队(?:员|队员|队长)|帮扶(?:干部|队员|责任人)"),
    ("P05.07", r"两新|党建指导员|(?:非公|社会组织).{0,8}(?:党委|党建|书记)"),
    ("P02.02", r"选调生"),
    ("P02.04", r"新录用|新招录|新入职|试用期"),
    ("P02.03", r"新提拔|新任职|新晋升"),
    ("P06.02", r"领军人才|院士|首席(?:专家|科学家)|学科带头人|拔尖人才"),
    ("P06.01", r"理论骨干|宣讲(?:员|团)|理论宣讲"),
    # discipline, at every level
    ("P03.03", r"纪检|纪委|监委|纪工委|巡察|巡视(?!员)|派驻组|监察(?:委|组|室|干部|官|专员|办)"),
    # villages and communities
    ("P05.03", rf"{_VILLAGE}{_PARTY}?(?:委员会)?书记|{_VILLAGE}.{{0,4}}党组织负责人|支书(?!记)"),
    ("P05.04", r"(?:(?<!农)村|社区|居|居民区)(?:民)?(?:委会|委员会|委)?主任|(?<!农)村长|(?<!农)村主任"),
    ("P05", rf"{_VILLAGE}.{{0,6}}(?:两委|委员|干部|副主任|副书记|会计|文书|妇联|监委会|后备)|网格(?:员|长)|社区工作者|社工|村官"),
    # townships and streets
    ("P05.01", rf"{_DISTRICT}(?:党工委|党委|工委|委)?书记|(?<!副)(?:乡长|镇长)|街道(?:办事处|办)?主任"),
    ("P05.02", rf"{_DISTRICT}.{{0,12}}副书记|分管党建"),
    ("P04.02", r"(?:医院|卫生院|学校|中学|小学|幼儿园|大学|学院|党校|研究院|研究所).{0,8}(?:院长|校长|园长|所长|书记)"),
    ("P05", r"(?:派出|司法|财政|税务|市场监管|自然资源|国土|林业|农技|水务)(?:所|站)"),
    ("P05", rf"{_DISTRICT}(?!银行).{{0,14}}(?:副[乡镇]长|部长|站长|委员|主任|主席|书记|干部|干事|专干)$"),
    # enterprises
    ("P04.04", r"民营|民企|私营|非公企业|企业家|工商联执委|商会"),
    ("P04.01", r"董事|总经理|总裁|行长|总会计师|财务总监|监事|(?:集团|公司|银行|国企|国资|城投|交投).{0,12}(?:书记|经理|总监|副总|总工)"),
    # the first of a place, those who stand beside them, the first of an office
    ("P01.02", rf"(?<!副){_PLACE}长|(?<!团){_PLACE}委书记"),
    ("P01.03", r"常委|班子成员"),
    ("P01", r"法院院长|检察长|(?:妇联|残联|工会|科协|文联|工商联|红十字会)(?:主席|理事长|会长)"),
    ("P01.02", r"(?<!副)(?:局长|厅长|署长|部长)|(?:政府|人大|政协)办(?:公室)?主任|(?:委|局|厅|办|署)(?:党组|党委)书记"),
    ("P01.03", r"党组成员|党委委员|总工程师|总经济师|副(?:局长|厅长|署长|部长|检察长|主席)|(?:人大|政协).{0,8}主[任席]"),
    ("P01.03", rf"副{_PLACE}长|{_PLACE}委副书记|(?:党组|党委)副书记"),
    ("P01.02", rf"{_PLACE}(?:发展和?改革|发改|卫生?健康?|国资|农工|住建|体改|经信)(?:委|委员会)主任"),
    # party work in offices
    ("P03.02", r"机关(?:党|工委)|党建|党办|党务|党群|党支部书记|党总支书记|支部书记|支部委员|组织委员|(?:组织|宣传|统战)(?:部|科|股|处|干事)"),
    ("P02", r"(?<!社)团委|团[省市县区]委|团支部|共青团(?!员)"),
    # those who teach, heal, build, and the heads of their houses
    ("P04.02", r"院长|校长|园长|馆长|台长|社长|(?:中心|站)(?:党支部|党总支|党委)?(?:主任|书记|站长)|所长"),
    ("P04.03", r"教师|教授|讲师|教员|老师|医师|医生|护士|护师|药师|工程师|会计|审计师|经济师|研究员|技术员|技师|农艺师|兽医|记者|编辑|律师|馆员|辅导员|教研|班主任"),
    # whoever else serves in an office
    ("P03.04", r"公务员|科员|办事员|科长|股长|处长|调研员|巡视员|主任|干事|干部|民警|警官|警长|法官|检察官|书记员|[大中支]队长|秘书|文员|专干|执法"),
)  # fmt: skip
READINGS = tuple((code, re.compile(pattern)) for code, pattern in _READINGS)

# What stands in the column 政治面貌; it is nobody's post while the line says another one.
STANDINGS = frozenset(
    "党员 中共党员 预备党员 中共预备党员 共产党员 共青团员 团员 群众 民主党派 无党派 无党派人士".split()
)


def position_code(folded: str) -> str | None:
    """Return the code of the position that a line's words mean, or None. ``folded``: without spaces and punctuation."""
    return next((code for code, pattern in READINGS if pattern.search(folded)), None)
