"""The report in the words of its readers."""

from __future__ import annotations

from django.utils.translation import override

from caselib.ingest.messages import place_text
from caselib.ingest.report import lines
from caselib.ingest.sections import section_kind
from caselib.word.model import Warning


def test_a_place_is_told_as_people_tell_it() -> None:
    with override("zh-hans"):
        assert [line.place for line in lines([Warning("heading_guessed", "¶5", "一、背景")])] == ["第 5 段"]
        assert [place_text(place) for place in ("", "¶", "footnote 3", "a=b.docx")] == [
            "",
            "¶",
            "footnote 3",
            "a=b.docx",
        ]
        assert place_text("¶7=¶5") == "第 7 段，同第 5 段"


def test_what_is_often_misspelt_is_the_same_section() -> None:
    assert section_kind("二、主要作法") == section_kind("二、主要做法") == "practice"
