"""Who leads a project or a talk is named by 主持; who chairs a meeting stands beside its minutes and wrote nothing."""

from __future__ import annotations

import pytest

from caselib.word.names import is_byline, split_byline


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("主持：李强", ["李强"]),
        ("课题主持人：李强　成员：王伟、赵敏", ["李强", "王伟", "赵敏"]),
        ("主 持 人：李 强", ["李强"]),
        ("主持：李强　记录：王伟", []),
        ("地点：二楼会议室　主持：李强", []),
        ("主持人：大家好", []),
        ("主持人：谢谢", []),
        ("他主持：李强不在", []),
    ],
)
def test_who_is_named(line: str, people: list[str]) -> None:
    assert split_byline(line)[1] == people
    assert not people or is_byline(line)


def test_what_a_host_says_is_no_byline() -> None:
    assert not is_byline("主持人：欢迎来到今天的案例课堂")
