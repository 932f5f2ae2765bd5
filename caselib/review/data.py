"""What a fresh library reviews by: three stages, their questions, a starting pack of rules, the public holidays.

All of it is editable afterwards; the installation writes only what is missing.
"""

from __future__ import annotations

from datetime import date

from caselib.accounts.enums import Role

# name, role of the group, working days, shortest opinion, political vetting, questions (a star: must not be "no")
STAGES = (
    (
        "初审",
        Role.FIRST_REVIEWER,
        5,
        30,
        False,
        (
            "材料齐全，题名、摘要、作者、单位和主题著录准确 *",
            "事实、数据、时间、地点前后一致，来源可查 *",
            "结构完整，文字通顺，体例符合要求",
            "引用和转载注明出处并取得许可 *",
            "没有泄露个人信息",
        ),
    ),
    (
        "复审",
        Role.SECOND_REVIEWER,
        5,
        30,
        False,
        (
            "初审意见已经逐条落实或者说明理由 *",
            "案例真实、典型，做法可学，结论有依据",
            "政策表述准确，引用的文件现行有效 *",
            "与库内已有资源没有不当重复 *",
            "密级和传播范围确定得当 *",
        ),
    ),
    (
        "终审（政治把关）",
        Role.FINAL_REVIEWER,
        3,
        40,
        True,
        (
            "政治方向、价值导向、舆论导向正确 *",
            "重要表述、人名、职务、机构名称规范准确 *",
            "不含国家秘密、工作秘密和内部事项 *",
            "涉及民族、宗教、涉外、历史问题的表述稳妥 *",
            "公开后不会造成不良影响 *",
        ),
    ),
)
FOURTH = (
    "专家会审",
    Role.SECOND_REVIEWER,
    10,
    60,
    False,
    ("体系完整，章节衔接合理 *", "理论阐释准确，案例与理论相互印证 *", "适合所定的对象和学时"),
)

# key, text, kind, category, severity, message, replacement, exceptions
RULES = (
    ("zhuyin-01", "最先进", "term", "style", "warning", "绝对化用语，请换成可以核实的表述。", "先进", ""),
    (
        "zhuyin-02",
        "全国第一",
        "term",
        "style",
        "warning",
        "绝对化用语，请注明评定单位和年份。",
        "",
        "全国第一批|全国第一次|全国第一个",
    ),
    ("zhuyin-03", "史无前例", "term", "style", "warning", "绝对化用语。", "以往少见", ""),
    ("canji-01", "残废人", "term", "negative", "blocking", "歧视性称谓。", "残疾人", ""),
    ("canji-02", "聋哑人", "term", "negative", "warning", "不规范称谓。", "听力言语残疾人", ""),
    ("canji-03", "弱智", "term", "negative", "warning", "歧视性称谓。", "智力残疾", ""),
    (
        "jigou-01",
        "工商局",
        "term",
        "status",
        "warning",
        "2018年机构改革后的名称为市场监督管理局；写改革前的事请注明“时任”“原”。",
        "市场监督管理局",
        "原工商局",
    ),
    (
        "jigou-02",
        "国土资源局",
        "term",
        "status",
        "warning",
        "机构改革后的名称为自然资源局。",
        "自然资源局",
        "原国土资源局",
    ),
    (
        "jigou-03",
        "扶贫办",
        "term",
        "status",
        "warning",
        "机构已经改为乡村振兴部门，其职责后并入农业农村部门。",
        "",
        "原扶贫办|时任扶贫办",
    ),
    ("jigou-04", "环保局", "term", "status", "warning", "机构改革后的名称为生态环境局。", "生态环境局", "原环保局"),
    (
        "feizhi-01",
        "《中华人民共和国合同法》",
        "term",
        "superseded",
        "warning",
        "已由《中华人民共和国民法典》代替。",
        "《中华人民共和国民法典》合同编",
        "",
    ),
    (
        "feizhi-02",
        "《中华人民共和国物权法》",
        "term",
        "superseded",
        "warning",
        "已由《中华人民共和国民法典》代替。",
        "《中华人民共和国民法典》物权编",
        "",
    ),
    (
        "feizhi-03",
        "《中华人民共和国行政监察法》",
        "term",
        "superseded",
        "warning",
        "已由《中华人民共和国监察法》代替。",
        "《中华人民共和国监察法》",
        "",
    ),
    (
        "feizhi-04",
        r"(?:八项规定|八项禁令)实施细则（?2012",
        "pattern",
        "superseded",
        "info",
        "请核对所引实施细则的年份。",
        "",
        "",
    ),
    (
        "shuju-01",
        r"(?:据不完全统计|有关数据显示|相关资料表明)",
        "pattern",
        "style",
        "info",
        "请注明统计单位和时间。",
        "",
        "",
    ),
)

# The schedule published for 2026; later years are entered by the office when they are published.
HOLIDAYS = {
    "元旦": [date(2026, 1, 1), date(2026, 1, 2)],
    "春节": [date(2026, 2, day) for day in (16, 17, 18, 19, 20, 23)],
    "清明节": [date(2026, 4, 6)],
    "劳动节": [date(2026, 5, day) for day in (1, 4, 5)],
    "端午节": [date(2026, 6, 19)],
    "中秋节": [date(2026, 9, 25)],
    "国庆节": [date(2026, 10, day) for day in (1, 2, 5, 6, 7)],
}
MAKEUP = [
    date(2026, 1, 4),
    date(2026, 2, 14),
    date(2026, 2, 28),
    date(2026, 5, 9),
    date(2026, 9, 20),
    date(2026, 10, 10),
]
