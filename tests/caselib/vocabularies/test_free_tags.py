"""Free tags as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from taggit.models import Tag

from caselib.vocabularies.free_tags import join, parse


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("家风，家教、家庭", ["家风", "家教", "家庭"]),
        ("家风, 家教 ; 家庭；", ["家风", "家教", "家庭"]),
        ("“甲、乙”，丙", ["甲、乙", "丙"]),
        ('"a, b", c d', ["a, b", "c d"]),
        ("家风\n家教", ["家风", "家教"]),
        ("重复，重复", ["重复"]),
        ("零\x00字节，半\ud83d个", ["零 字节", "半 个"]),
        (" ，、;", []),
        ("", []),
        ("😀", ["😀"]),
        ("“三资”管理，村务公开", ["“三资”管理", "村务公开"]),
        ('"三资"管理; “清、廉”建设', ["“三资”管理", "“清、廉”建设"]),
        ('"甲" "乙"', ["甲", "乙"]),
        ("“三资管理，乙", ["三资管理", "乙"]),
    ],
)
def test_parse(text: str, tags: list[str]) -> None:
    assert parse(text) == tags


_NAME = st.text(st.characters(categories=("L", "N", "P"), exclude_characters='"“”'), min_size=1)
_NAMES = st.one_of(_NAME, st.builds("“{}”{}".format, _NAME, _NAME), st.builds("“{}”".format, _NAME))


@given(st.lists(_NAMES, unique=True))
def test_what_is_joined_is_parsed_again(names: list[str]) -> None:
    assert set(parse(join([Tag(name=name) for name in names]))) == set(names)
