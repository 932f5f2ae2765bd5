"""Names do not survive redaction, however they are written."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caselib.competitions import blind
from caselib.competitions.redaction import BAR, Redactor
from caselib.competitions.selectors import copies


@pytest.mark.parametrize("text", ["张三丰", "张 三 丰", "张　三丰", "张\u200b三丰", "张·三丰", "张\n三丰"])
def test_spacing_does_not_hide_a_name(text: str) -> None:
    assert Redactor.of(["张三丰"])(f"由{text}执笔") == f"由{BAR}执笔"


def test_the_longer_name_goes_first_and_latin_case_is_no_matter() -> None:
    assert Redactor.of(["临溪", "临溪市委党校", "Li Ming"])("临溪市委党校的LI MING") == f"{BAR}的{BAR}"


def test_patterns_in_names_are_only_text_and_single_characters_are_left() -> None:
    assert Redactor.of(["a.c", "的", ""])("abc a.c 的") == f"abc {BAR} 的"
    assert Redactor.of([])("text") == "text"


@given(st.text(alphabet="甲乙丙 丁.*(", min_size=2, max_size=5), st.text(alphabet="甲乙丙丁 戊", max_size=30))
def test_nothing_is_found_after_masking(name: str, text: str) -> None:
    redactor = Redactor.of([name])
    assert not redactor.finds(redactor(text + name + text))


def test_the_office_is_told_of_titles_and_places_in_tables_and_footnotes_too() -> None:
    entry = SimpleNamespace(
        authors=[{"name": "沈砚秋", "unit_name": "中共青禾县委党校"}, {"name": "欧阳明远"}],
        unit=SimpleNamespace(name="中共青禾县委党校"),
    )
    row = (blind.CopyCell("青禾"), blind.CopyCell("沈老师"))
    copy = blind.BlindCopy(
        code="001",
        title="题名",
        track="好案例",
        abstract="",
        blocks=(blind.CopyBlock("table", rows=(row,)), blind.CopyBlock("text", "欧阳教授问，沈老师答。")),
        notes=(("1", "见青禾的通报。"),),
    )
    assert dict(copies.clues(entry, copy)) == {"青禾": 2, "沈老师": 2, "欧阳教授": 1}
