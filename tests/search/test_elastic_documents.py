"""What is sent to Elasticsearch and kept there for showing comes back as it was."""

from __future__ import annotations

import json

import pytest

from search import documents
from search.backends.elastic.serializing import Json, Lines
from search.queries import FoundPassage
from search.records import BODY, Unit


@pytest.mark.parametrize("label", ["", "附件一.docx", 'a"b\\c\n', "𠮷野家\u2028"])
def test_what_is_shown_of_a_passage_comes_back(label: str) -> None:
    unit = Unit(BODY, label, "12", 400, 3.25, "第一段。\n“引文”𠮷", ("public",))
    assert documents.found(documents.shown(unit)) == FoundPassage(BODY, label, "12", 400, 3.25, "第一段。\n“引文”𠮷")


def test_a_lone_surrogate_in_a_name_is_a_question_mark() -> None:
    unit = Unit(BODY, "附\ud800件", "", 0, 0.0, "文\ud800字", ())
    assert documents.found(documents.shown(unit)) == FoundPassage(BODY, "附?件", "", 0, 0.0, "文字")


@pytest.mark.parametrize("value", [{"问": ["甲", 1, 2.5, None, True]}, {"文": "附\ud800件"}, {"n": 2**70}])
def test_what_is_sent_is_json_of_the_value(value: object) -> None:
    assert json.loads(Json().dumps(value).decode("utf-8", "surrogatepass")) == value
    lines = Lines().dumps([value, b'{"a":1}'])
    assert [json.loads(line) for line in lines.decode("utf-8", "surrogatepass").splitlines()] == [value, {"a": 1}]


def test_what_comes_back_is_read() -> None:
    assert Json().loads('{"题": "𠮷", "n": 1.5}'.encode()) == {"题": "𠮷", "n": 1.5}
    assert Lines().loads(b'{"a":1}\n[2]\n') == [{"a": 1}, [2]]
