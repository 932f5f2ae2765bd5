"""The usual names of the sections of a case: a line that is nothing else heads what follows, however it is set."""

from __future__ import annotations

import re

from caselib.word.outline import squeeze, strip_number

_EXACT = re.compile(
    r"^(?:案例|案情|实施|项目|工作|活动|事件|改革|创新|取得|主要|基本|具体|典型|存在|实践|总体|有关|相关|教学|专家|编者|课后|经验|深刻|几点|初步|"
    r"问题|延伸|拓展|警示|深度|案发|查处|处理|纪法|法理|政策|学习)?"
    r"(?:的)?(?:背景|起因|缘起|概况|概述|情况|简介|引言|导语|摘要|[做作]法|举措|措施|实践|过程|经过|实施|方法|路径|探索|成效|成果|效果|"
    r"收获|变化|启示|反思|体会|思考|点评|评析|经验|结语|建议|思考题|讨论题|问题|正文|内容|亮点|创新点|案情|讨论|展望|复盘|分析|"
    r"回顾|回放|剖析|教训|警示|结果|依据|链接|要点|提示|探讨|评论)"
    r"(?:与|和|及|、|以及)?(?:的)?(?:主要|工作|取得|基本|经验|几点|实践|现实)?"
    r"(?:背景|起因|概况|情况|[做作]法|举措|措施|实践|过程|经过|成效|成果|效果|启示|反思|体会|思考|点评|经验|建议|问题|意义|讨论|分析|展望|总结|挑战|简介|剖析|评析|教训|结果|评论|反响)?$"
)
_BRACKETS = re.compile(r"^[【〖\[［（(]\s*(.*?)\s*[】〗\]］）)][:：]?$")


def bare(heading: str) -> str:
    """Return a heading without number, brackets and closing colon."""
    text = squeeze(strip_number(squeeze(heading)))
    match = _BRACKETS.match(text)
    return (match.group(1) if match else text).rstrip("：:。 ")


def is_section_name(text: str) -> bool:
    """True for a line that is nothing but the usual name of a section, with or without 【】."""
    name = bare(text)
    return 2 <= len(name) <= 12 and bool(_EXACT.match(name))
