"""Covers: equal words give equal drawings, any words give well-formed SVG, text stays legible."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caselib.resources.covers import PALETTES, CoverText, cover_svg, wrap_title

SVG = "{http://www.w3.org/2000/svg}"


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("palette", PALETTES)
def test_text_on_every_ground_has_seven_to_one(palette: tuple[str, str, str]) -> None:
    ground, _, ink = palette
    assert (_luminance(ground) + 0.05) / (_luminance(ink) + 0.05) >= 7


def test_the_same_words_give_the_same_cover_and_the_topic_decides_the_ground() -> None:
    text = CoverText("一张公务卡", kind="案例", unit="云川县委党校", topic="警示教育", code="A-1")
    assert cover_svg(text) == cover_svg(text)
    grounds = {cover_svg(CoverText("同题", topic=topic)).split('fill="')[1][:7] for topic in "甲乙丙丁戊己庚辛"}
    assert len(grounds) > 2


@pytest.mark.parametrize("shape", ["tall", "wide"])
@given(words=st.text(st.characters(), max_size=120))
def test_any_title_gives_well_formed_svg_without_style_or_ids(shape: str, words: str) -> None:
    drawing = cover_svg(CoverText(words, kind=words, unit=words, topic=words, code=words), shape=shape)  # type: ignore[arg-type]
    root = ElementTree.fromstring(drawing)
    assert root.tag == SVG + "svg"
    assert not any({"style", "id"} & set(element.attrib) for element in root.iter())


def test_a_long_title_stays_inside_the_cover() -> None:
    root = ElementTree.fromstring(cover_svg(CoverText("基层治理现代化的探索与实践" * 20)))
    lines = list(root.iter(SVG + "text"))
    assert max(float(line.get("y", "0")) for line in lines) < 400 - 110
    assert (lines[-1].text or "").endswith("…")


def test_a_double_dash_is_not_cut_and_an_opening_quote_ends_no_line() -> None:
    rows = wrap_title("一碗热汤的半径——青禾县“返工”记", columns=9, lines=9)
    assert rows == ["一碗热汤的半径——", "青禾县“返工”记"]
    assert wrap_title("五十八个大棚“返工”", columns=7, lines=9)[1].startswith("“")


def test_punctuation_does_not_begin_a_line() -> None:
    rows = wrap_title("以案为鉴，警钟长鸣：港口作业", columns=4, lines=9)
    assert rows[0] == "以案为鉴，"
    assert "".join(rows) == "以案为鉴，警钟长鸣：港口作业"


def test_the_still_of_a_film_stands_on_its_tall_cover_and_leaves_the_title_its_room() -> None:
    words = CoverText("一道门推开二十三次——设备科副科长的二十三张应急采购单", kind="影片", unit="清风中心", code="F-1")
    root = ElementTree.fromstring(cover_svg(words, still='/r/a"b.jpg'))
    picture = root.find(f"{SVG}image")
    assert picture is not None
    assert picture.get("href") == '/r/a"b.jpg'
    top = float(picture.get("y", "0"))
    titles = [float(line.get("y", "0")) for line in root.iter(f"{SVG}text") if line.get("font-weight") == "700"]
    assert titles
    assert max(titles) < top
    assert "<image" not in cover_svg(words, shape="wide", still="/r/a.jpg")
