"""The schematic map: well formed for any coordinates, and no name on a stop, on another name or outside of the frame."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caselib.catalogue.rules.map_labels import Box, placed, width_of
from caselib.catalogue.rules.maps import Place, route_map

SVG = "{http://www.w3.org/2000/svg}"
FRAME = Box(0, 0, 640, 400)
coordinates = st.tuples(st.floats(-180, 180), st.floats(-85, 85), st.text(max_size=20))


def around(x: float, y: float, radius: float = 8) -> Box:
    return Box(x - radius, y - radius, x + radius, y + radius)


def drawings(places: list[Place], *, joined: bool = False) -> list[ElementTree.Element]:
    drawn = route_map(places, label='a "b" <c>', joined=joined)
    return list(ElementTree.fromstring(f"<both>{drawn}</both>"))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=50)
@given(st.lists(coordinates, max_size=8), st.booleans())
def test_a_map_of_any_places_is_well_formed_and_inside_its_frame(
    places: list[tuple[float, float, str]], joined: bool
) -> None:
    names = [
        Place("".join(c for c in name if c.isprintable()), lon, lat, n) for n, (lon, lat, name) in enumerate(places)
    ]
    found = drawings(names, joined=joined)
    assert len(found) == (2 if places else 0)
    for root in found:
        _x, _y, width, height = (float(part) for part in root.attrib["viewBox"].split())
        assert not any("style" in element.attrib for element in root.iter())
        for stop in root.findall(f"{SVG}g/{SVG}rect"):
            assert 0 <= float(stop.attrib["x"]) + float(stop.attrib["width"]) / 2 <= width
            assert 0 <= float(stop.attrib["y"]) + float(stop.attrib["height"]) / 2 <= height
        for line in root.iter(f"{SVG}tspan"):
            assert 0 <= float(line.attrib["x"]) <= width
            assert 0 <= float(line.attrib["y"]) <= height


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.tuples(
            st.floats(20, 620), st.floats(20, 380), st.sampled_from(["渡口", "桐坑乡“三本账”陈列室", "Old port"])
        ),
        max_size=30,
    )
)
def test_no_name_covers_a_stop_or_another_name(spots: list[tuple[float, float, str]]) -> None:
    stops = [around(x, y) for x, y, _name in spots]
    found = placed([[name] for _x, _y, name in spots], stops, frame=FRAME)
    labels = [(stop, label) for stop, label in zip(stops, found, strict=True) if label is not None]
    for number, (own, label) in enumerate(labels):
        assert FRAME.holds(label.box)
        assert not label.box.meets(own)
        assert not any(label.box.meets(stop) for stop in stops)
        for _stop, other in labels[number + 1 :]:
            assert not label.box.meets(other.box)
            assert not (label.leader and other.box.cut_by(*label.leader))
            assert not (other.leader and label.box.cut_by(*other.leader))


def test_a_name_stands_aside_of_the_line_where_it_can() -> None:
    way = ((320.0, 200.0), (600.0, 200.0))
    (label,) = placed([["渡口"]], [around(*way[0])], frame=FRAME, lines=[way])
    assert label is not None
    assert not label.box.cut_by(*way)
    # without a line it stands to the right
    (free,) = placed([["渡口"]], [around(*way[0])], frame=FRAME)
    assert free is not None
    assert free.anchor == "start"
    assert free.box.cut_by(*way)


@pytest.mark.parametrize(
    ("a", "b", "cuts"),
    [((0, 0), (10, 10), True), ((0, 9), (10, 9), False), ((5, -9), (5, 99), True), ((7, 7), (9, 9), False), ((5, 5), (5, 5), True)],
)  # fmt: skip
def test_a_line_and_a_box(a: tuple[float, float], b: tuple[float, float], cuts: bool) -> None:
    assert Box(4, 4, 6, 6).cut_by(a, b) is cuts


def test_places_with_the_same_coordinates_are_one_stop_with_all_names() -> None:
    same = [Place(f"同址{number}", 113.5, 28.1, number) for number in (1, 2, 4, 5)]
    for root in drawings([*same, Place("别处", 113.6, 28.2, 3)], joined=True):
        stops = root.findall(f"{SVG}g")
        assert len(stops) == 2
        lines = [line.text for line in stops[0].iter(f"{SVG}tspan")]
        assert lines == ["同址1", "同址2", "… +2"]
        assert stops[0].findtext(f"{SVG}title") == "同址1、同址2、同址4、同址5"
        assert stops[0].findtext(f"{SVG}text[2]") == "1,2,4,5"


def test_a_single_place_is_drawn_in_the_middle_without_a_scale() -> None:
    wide, _narrow = drawings([Place("独处", 113.5, 28.1)])
    (stop,) = wide.findall(f"{SVG}g/{SVG}rect")
    assert (float(stop.attrib["x"]), float(stop.attrib["y"])) == (312, 192)
    assert "km" not in "".join(wide.itertext())


def test_chinese_letters_are_taken_for_square() -> None:
    assert width_of("渡口") == 30
    assert width_of("ab") < 20
