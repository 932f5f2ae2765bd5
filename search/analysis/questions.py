"""Telling a question from keywords, and what in a question is worth searching for."""

from __future__ import annotations

import re

from search.analysis.tokens import length, segments

# Words that ask. They say what kind of answer is wanted and stand in no answer.
ASKING = frozenset(
    "什么 甚么 啥 谁 谁的 哪 哪个 哪些 哪里 哪儿 哪家 哪位 哪种 哪一 哪几 哪年 哪一年 哪所 哪座 哪国 哪部 哪两 哪三 哪首 哪项 哪支 哪款 哪方面 哪类 "
    "几 几个 几种 几年 几位 几次 几天 几月 几号 几岁 几点 多少 多久 多大 多长 多高 多远 多重 多少钱 多少次 多少人 "
    "怎么 怎样 怎么样 怎么办 怎么回事 怎么着 如何 为何 为什么 为啥 何 何时 何地 何处 何种 何人 何以 何事 何物 何谓 "
    "是否 能否 可否 会否 有无 有没有 是不是 能不能 可不可以 会不会 要不要 该不该 吗 么 嘛 呢 吧 呀 啊 "
    "请问 请教 咨询 求助 想问 问一下 想知道 想了解 谢谢 您好 你好 各位 大家 求 急 在线等 "
    "叫什么 是什么 什么样 什么时候 什么时间 什么地方 什么人 什么名字 什么意思 干什么 做什么 哪一个 哪一位 哪一种".split()
)
# Pronouns and particles of everyday speech: common in what people ask, rare and meaningless in rules and reports.
_FUNCTION = frozenset(
    "我 我们 我的 你 你们 他 她 它 他们 她们 自己 咱 咱们 人家 本人 这 那 这个 那个 这些 那些 这样 那样 这么 那么 现在 目前 如果 但是 但 因为 "
    "所以 然后 就是 还是 而且 并且 或者 一直 已经 觉得 想 想要 说 知道 的 了 是 在 和 与 及 或 被 把 也 都 就 还 而 着 过 地 得 之 其 又 很 太 "
    "再 才 只 给 让 跟 于 为 以 由 对 从 向 到 等 所".split()
)
_EMPTY = ASKING | _FUNCTION
# What a library is asked for in a sentence, and for how many of it: said of what is wanted, found in all of it.
_REQUESTING = frozenset(
    "请 请给 请帮 帮 帮我 帮忙 麻烦 找 找找 找到 找个 查找 查 搜 搜索 检索 推荐 提供 介绍 一个 一些 几个 一下 一份 一篇 关于 有关 需要 想找 想看 想学 看看 看 学 讲 "
    "案例 课 课程 教案 教材 影片 视频 文章 资料 材料".split()
)
_REQUEST = re.compile(
    r"^(?:请(?:您|你)?(?:帮|给|找|查|推荐|提供|介绍)|(?:麻烦|帮忙|帮我|给我|替我)|我?想(?:找|看|学|查)|我(?:要|需要)(?:找|看|学|一)"
    r"|(?:推荐|查找|搜索|找|查)(?:一|几|些|关于|有关|下))"
)
_SENTENCE = 16  # length up to which a clause can be a keyword
_CLAUSES = re.compile(r"[\s,，、。;；|/]+")  # what stands between keywords, too
_INTERROGATIVE = re.compile(
    r"[?？]|什么|甚么|谁|哪|多少|多久|多大|多长|多高|多远|多重|怎么|怎样|如何|为何|为啥|何时|何地|何处|何种|何谓|何人|是否|能否|可否"
    r"|有没有|是不是|能不能|可不可以|会不会|要不要|该不该|请问|吗\b|吗$|么$|呢$|几[个种年位次天月号岁点名条部家座支首项类届代级层所张本]"
)


def is_question(folded: str) -> bool:
    """Whether the folded query asks in a sentence rather than names keywords."""
    return bool(_INTERROGATIVE.search(folded))


def is_request(folded: str) -> bool:
    """Whether the folded query asks for something as one asks a librarian: 请找一个关于信访的案例."""
    return bool(_REQUEST.match(folded))


def is_sentence(folded: str) -> bool:
    """Whether the folded query is told in a sentence, asking, asking for something or neither."""
    return is_question(folded) or is_request(folded) or max(map(length, _CLAUSES.split(folded))) > _SENTENCE


def content_runs(folded: str) -> list[str]:
    """Return what a sentence is about, as unbroken runs of it: no asking words, no particles.

    A sentence of nothing else is returned whole.
    """
    left_out = _EMPTY | _REQUESTING if is_request(folded) else _EMPTY
    runs: list[str] = []
    current = ""
    for word in segments(folded):
        if word in left_out or not word[0].isalnum():
            if current:
                runs.append(current)
            current = ""
        else:
            current += word
    if current:
        runs.append(current)
    return runs or folded.split()
