"""The names that cases, collections and lesson plans give their parts, and what each part is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from caselib.word.outline import numeral, squeeze
from caselib.word.section_names import bare, is_section_name

# kind → patterns of the bare heading (number and brackets removed); the first that fits decides
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("discussion", re.compile(r"思考题|讨论题|思考与讨论|问题与讨论|研讨问题|复习题|课后思考|思考问题")),
    ("reflection", re.compile(r"启示|反思|体会|思考|点评|评析|评价|经验|结语|结束语|展望|总结|设想|建议|感悟|推广")),
    ("outcome", re.compile(r"成效|成果|效果|收获|业绩|实绩|变化|成绩|影响")),
    (
        "practice",
        re.compile(r"[做作]法|举措|措施|实践|过程|经过|实施|方法|路径|探索|对策|案情|内容|亮点|破解|创新|机制"),
    ),
    ("background", re.compile(r"背景|起因|缘起|概况|概述|基本情况|简介|引言|导语|由来|问题的提出|现状|前言|摘要")),
)
_CANONICAL = {
    "background": "案例背景",
    "practice": "主要做法",
    "outcome": "成效成果",
    "reflection": "经验启示",
    "discussion": "思考讨论",
}
_MAPPED = re.compile(r"背景|起因|缘起|[做作]法|举措|措施|成效|成果|效果|启示|体会|思考题|讨论题")
_FOREWORD = re.compile(
    r"^(?:前\s*言|序\s*言?|代\s*序|总\s*序|编者按|编者的话|编\s*者\s*的\s*话|出版说明|编写说明|编辑说明|编选说明|卷首语|写在前面|"
    r"导\s*[读言]|引\s*言|绪\s*言|弁\s*言|开篇语|开卷语|编写组的话|编委会的话|致读者)(?:[（(][^）)]*[）)])?$"
)
_BACK = re.compile(
    r"^(?:后\s*记|编后记|编后|跋|致\s*谢|附\s*录[一二三四五六七八九十\d]*|参考文献|编委会(?:名单)?|版权页|"
    r"[^，。；：]{0,8}(?:索\s*引|获奖名单)|.{0,8}一览表)$"
)
_CONTENTS = re.compile(r"^(?:目\s*录|目\s*次|总\s*目\s*录|CONTENTS)$", re.I)
_COLOPHON = re.compile(
    r"ISBN|ISSN|图书在版编目|CIP|责任编辑|责任校对|出版发行|印\s*刷[:：]|开\s*本[:：]|字\s*数[:：]|定\s*价[:：]|印\s*次|版权所有|"
    r"内部资料|准印证|编委会|^主\s*编|^副主编|^编\s*委|封面设计|装帧设计|邮政编码"
)

_BARE_LABEL = re.compile(
    r"^(?:典型|优秀|教学|警示|示范)?案例(?:名称|题目|标题)?\s*[:：]\s*|^(?:论文|课题|报告)?题\s?目\s*[:：\s]\s*(?=\S{4})"
)


def section_kind(heading: str) -> str:
    """Return background, practice, outcome, reflection, discussion or other for a section heading.

    Both orders of a double name map to one kind: 成效成果 and 成果成效 are outcomes.
    """
    text = bare(heading)
    if len(text) > 30:
        return "other"
    hits = {kind: match.start() for kind, pattern in _KINDS if (match := pattern.search(text))}
    if not hits:
        return "other"
    if "background" in hits and hits["background"] == min(hits.values()):
        return "background"
    if "practice" in hits and hits["practice"] == min(hits.values()):
        return "practice"
    return next(kind for kind, _ in _KINDS if kind in hits)


def canonical_name(heading: str) -> str:
    """Return the library's own name for a variant heading, "" when the heading is not a usual section name."""
    if not is_section_name(heading) or not _MAPPED.search(bare(heading)):
        return ""
    return _CANONICAL.get(section_kind(heading), "")


def is_foreword(text: str) -> bool:
    """True for the heading of a foreword: 前言, 序, 编者按, 出版说明 …"""
    return bool(_FOREWORD.match(squeeze(text)))


def is_back_matter(text: str) -> bool:
    """True for the heading of what follows the last case: 后记, 附录 …"""
    return bool(_BACK.match(squeeze(text)))


def is_contents(text: str) -> bool:
    """True for the heading of a table of contents."""
    return bool(_CONTENTS.match(squeeze(text)))


ABSTRACT_NAME = r"(?:内容|案例|论文|中文)?(?:摘\s*要|提\s*要)"
_ABSTRACT = re.compile(rf"^[【\[〔]?\s*{ABSTRACT_NAME}\s*[】\]〕]?\s*[:：]?$")


def is_abstract_name(text: str) -> bool:
    """True for the heading of an abstract: 摘要, 【内容提要】."""
    return bool(_ABSTRACT.match(squeeze(text)))


def is_colophon(text: str) -> bool:
    """True for a line of imprint: ISBN, editors, printer, price."""
    return bool(_COLOPHON.search(text)) and len(text) < 80


def clean_title(text: str) -> str:
    """Return a case title without its label (案例一：, 案例3, 01) and closing mark; the label alone stays."""
    flat = squeeze(text)
    found = numeral(flat)
    if found is not None and found.kind in ("case", "han", "arabic", "arabic_paren", "han_paren"):
        rest = flat[len(found.text) :].strip(" 　:：—-")
        flat = rest or flat
    flat = without_label(flat)
    match = re.match(r"^0\d\s*(?=[\u4e00-\u9fff“《])", flat)
    flat = flat[match.end() :] if match else flat
    bracketed = re.match(r"^[【\[]案例[^】\]]{0,6}[】\]]\s*(.+)$", flat)
    return (bracketed.group(1) if bracketed else flat).rstrip("：: ")


def without_label(title: str) -> str:
    """Return a title without the word that says what it is the title of: 案例：, 典型案例名称："""
    return _BARE_LABEL.sub("", title) or title


# How a case is taught: not for those who are to find the answers themselves.
_TEACHING_NOTE = re.compile(
    r"^(?:附[录件]?[一二三四五\d]*\s*[:：]?\s*)?(?:教学)?(?:案例)?(?:教学)?(?:(?:使用|教学|分析)(?:指导)?(?:说明书?|手册|指[导南]书?|指引|笔记)|(?:教学|授课|研讨)(?:组织)?(?:建议|提示|要点))$"
)
_NOTE_PART = re.compile(
    r"^教师(?:手册|用书|参考|指南)|分析思路|(?:参考|思考题|讨论题|习题)[的之]?(?:答案|解析|要点)|^(?:正确|标准)答案$|^(?:答案|答题|评分)要点|^答案(?:要点|提示|与解析)?$|^教学目[的标][与及和]用途$"
    r"|^(?:建议的?)?课堂(?:教学)?计划(?:建议)?$"
)
# What the answers are to stands before them: 民心是最好的答案 is a case.
_ANSWERS = re.compile(
    r"(?:参考|标准|正确|[试考问习]题|练习题?|思考题|讨论题|作业|[试考]卷|[a-zａ-ｚ甲乙]\s*卷)[》”」)）】]*\s*[的及与和]?\s*答案"
    r"(?:[及与和]?(?:解析|详解|评分(?:标准|细则|要点)?))?[)）】]*$|答案[及与和](?:解析|详解|评分(?:标准|细则|要点)?)[)）】]*$",
    re.I,
)


def is_answers(title: str) -> bool:
    """True for the title of a text that is made of answers: 期末试卷参考答案, A卷答案, 答案及评分标准."""
    return bool(_ANSWERS.search(squeeze(title)))


def is_teaching_note(heading: str) -> bool:
    """True for the heading of what tells how a case is taught: 案例使用说明, 教学指南."""
    return bool(_TEACHING_NOTE.match(bare(heading)))


def for_teachers(headings: Sequence[str]) -> list[bool]:
    """Tell of the sections of a case, by their headings, which are its teaching note (案例使用说明) or a part of one.

    What counts 一、二、 anew right below the name of the note belongs to it.
    """
    found: list[bool] = []
    expected = 0
    for heading in headings:
        number = numeral(heading)
        name = bare(heading)
        if is_teaching_note(heading):
            expected = 1
            found.append(True)
        elif expected and number is not None and number.kind == "han" and number.value == expected:
            expected += 1
            found.append(True)
        else:
            expected = 0
            found.append(bool(_NOTE_PART.search(name)))
    return found


def notes_apart(headings: Sequence[tuple[int, str]]) -> list[tuple[int, bool]]:
    """Return for each heading (level, text) of a case its level and whether its section is for teachers.

    A teaching note below another section rises to the first level, as sections are what an audience is set for, and what
    stands beside it rises with it; inside a section that is for teachers nothing moves.
    """
    marks = iter(for_teachers([text for level, text in headings if level == 1]))
    levels: list[int] = []
    kept = raised = 0
    for level, text in headings:
        if level == 1:
            kept, raised = next(marks), 0
        elif raised and level < raised:
            raised = 0
        if level > 1 and not kept and not raised and for_teachers([text])[0]:
            raised = level
        levels.append(level - raised + 1 if raised else level)
    found = iter(for_teachers([text for level, (_, text) in zip(levels, headings, strict=True) if level == 1]))
    return [(level, level == 1 and next(found)) for level in levels]


def key(text: str) -> str:
    """Return ``text`` for comparison: no white space, no punctuation, no case."""
    return re.sub(r"[\W_]+", "", text).lower()
