"""House styles as data: the page, the faces and sizes of every level, numbering, headers and folios of a printed piece.

A style is a tree of frozen dataclasses that travels as JSON (``to_data``, ``from_data``), so that an office can edit,
export and hand on its own. Lengths of pages are millimetres, sizes and distances of text are points.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args, get_type_hints

Align = Literal["both", "left", "center", "right"]

SONG, HEI, KAI, FANG, XIAOBIAO = "宋体", "黑体", "楷体", "仿宋", "方正小标宋简体"
LATIN = "Times New Roman"


class StyleDataError(ValueError):
    """House-style data that cannot be used. ``path`` names the field, for example ``page.width_mm``."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Look:
    """How one kind of paragraph looks. ``line_pt`` is exact line spacing (0: as high as its content)."""

    face: str = SONG
    size_pt: float = 12.0
    latin: str = LATIN
    bold: bool = False
    align: Align = "both"
    indent_chars: float = 0.0
    line_pt: float = 22.0
    before_pt: float = 0.0
    after_pt: float = 0.0
    color: str = ""
    tracking_pt: float = 0.0


@dataclass(frozen=True, slots=True)
class PageSetup:
    """Paper, margins and the line grid. ``inside_mm`` is the binding edge; margins are mirrored when ``mirrored``."""

    width_mm: float = 210.0
    height_mm: float = 297.0
    top_mm: float = 25.0
    bottom_mm: float = 25.0
    inside_mm: float = 25.0
    outside_mm: float = 25.0
    header_mm: float = 15.0
    footer_mm: float = 15.0
    grid_pt: float = 22.0
    mirrored: bool = True

    @property
    def text_width_mm(self) -> float:
        return self.width_mm - self.inside_mm - self.outside_mm

    @property
    def text_height_mm(self) -> float:
        return self.height_mm - self.top_mm - self.bottom_mm


@dataclass(frozen=True, slots=True)
class HouseStyle:
    """A whole house style. ``headings`` are the looks below the case title; ``numbering`` their patterns.

    A pattern holds ``{han}``, ``{n}`` or ``{circle}``; ``number_headings`` numbers headings that have no number of
    their own. ``widow_control`` leaves no single line on a page (official documents keep their 22 lines instead);
    ``list_hanging`` sets the lines of list items behind their numbers. ``folio`` holds ``{page}``. ``folio_outside`` puts folios at the outer edge, else in the middle.
    """

    key: str
    name: str
    page: PageSetup = field(default_factory=PageSetup)
    body: Look = field(default_factory=lambda: Look(indent_chars=2))
    title: Look = field(default_factory=lambda: Look(HEI, 18, align="center", line_pt=30, before_pt=12, after_pt=12))
    part: Look = field(default_factory=lambda: Look(HEI, 26, align="center", line_pt=44))
    headings: tuple[Look, ...] = ()
    byline: Look = field(default_factory=lambda: Look(KAI, 12, align="center", after_pt=11))
    lead: Look = field(default_factory=lambda: Look(HEI, 12))
    quote: Look = field(default_factory=lambda: Look(KAI, 12, indent_chars=2))
    caption: Look = field(default_factory=lambda: Look(HEI, 10.5, align="center", line_pt=18, before_pt=3, after_pt=6))
    table: Look = field(default_factory=lambda: Look(SONG, 10.5, align="left", line_pt=16))
    note: Look = field(default_factory=lambda: Look(SONG, 9, line_pt=13))
    contents: tuple[Look, ...] = ()
    contents_title: Look = field(default_factory=lambda: Look(HEI, 18, align="center", line_pt=30, after_pt=16))
    index: Look = field(default_factory=lambda: Look(SONG, 10.5, align="left", line_pt=17))
    cover_title: Look = field(default_factory=lambda: Look(XIAOBIAO, 36, align="center", line_pt=54))
    cover_line: Look = field(default_factory=lambda: Look(KAI, 16, align="center", line_pt=30))
    header: Look = field(default_factory=lambda: Look(SONG, 9, align="center", line_pt=13))
    footer: Look = field(default_factory=lambda: Look(SONG, 10.5, align="center", line_pt=14))
    numbering: tuple[str, ...] = ("{han}、", "（{han}）", "{n}.", "（{n}）")
    number_headings: bool = False
    folio: str = "— {page} —"
    folio_outside: bool = True
    header_rule: bool = True
    running_titles: bool = True
    notes_per_page: bool = True
    accent: str = "9B2C22"
    widow_control: bool = False
    list_hanging: bool = True

    def heading(self, depth: int) -> Look:
        """Return the look of the heading ``depth`` levels below the case title (1 and deeper)."""
        if not self.headings:
            return replace(self.body, face=HEI, align="left")
        return self.headings[min(max(depth, 1), len(self.headings)) - 1]

    def faces(self) -> list[str]:
        """Return the Chinese faces that the text is set in, the body's first."""
        looks = (self.body, self.title, *self.headings, self.byline, self.lead, self.quote, self.table, self.note)
        return list(dict.fromkeys(look.face for look in looks))

    def contents_look(self, level: int) -> Look:
        """Return the look of a line of the contents on ``level`` (1 and deeper)."""
        if not self.contents:
            return replace(self.body, align="left", indent_chars=0)
        return self.contents[min(max(level, 1), len(self.contents)) - 1]


_HAN = "零一二三四五六七八九十"


def han(number: int) -> str:
    """Return ``number`` (1 to 99, beyond that in digits) in Chinese characters."""
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _HAN[tens] + "十"
    return head + (_HAN[ones] if ones else "")


def heading_number(style: HouseStyle, depth: int, number: int) -> str:
    """Return the number of a heading by the pattern of its ``depth`` below the case title, or an empty text."""
    if not 1 <= depth <= len(style.numbering):
        return ""
    circle = chr(0x2460 + number - 1) if 1 <= number <= 20 else str(number)
    pattern = style.numbering[depth - 1]
    return pattern.replace("{han}", han(number)).replace("{n}", str(number)).replace("{circle}", circle)


# GB/T 9704-2012: A4, top 37 and binding 28 mm, a type area of 156 × 225 mm, 22 lines of 28 characters of size three
# (16 pt). 28 × 16 pt are wider than 156 mm, hence the tracking of -0.25 pt; 22 lines share 225 mm at 28.95 pt.
_LINE = 28.95
OFFICIAL = HouseStyle(
    key="official",
    name="公文（GB/T 9704—2012）",
    page=PageSetup(210, 297, 37, 35, 28, 26, 15, 25, _LINE),
    body=Look(FANG, 16, indent_chars=2, line_pt=_LINE, tracking_pt=-0.25),
    title=Look(XIAOBIAO, 22, align="center", line_pt=36, before_pt=0, after_pt=_LINE / 2),
    part=Look(XIAOBIAO, 26, align="center", line_pt=46),
    headings=(
        Look(HEI, 16, align="both", indent_chars=2, line_pt=_LINE, tracking_pt=-0.25),
        Look(KAI, 16, align="both", indent_chars=2, line_pt=_LINE, tracking_pt=-0.25),
        Look(FANG, 16, align="both", indent_chars=2, line_pt=_LINE, tracking_pt=-0.25),
        Look(FANG, 16, align="both", indent_chars=2, line_pt=_LINE, tracking_pt=-0.25),
    ),
    byline=Look(KAI, 16, align="center", line_pt=_LINE, after_pt=_LINE / 2),
    lead=Look(HEI, 16),
    quote=Look(KAI, 16, indent_chars=2, line_pt=_LINE, tracking_pt=-0.25),
    caption=Look(HEI, 12, align="center", line_pt=20, before_pt=4, after_pt=8),
    table=Look(FANG, 12, align="left", line_pt=18),
    note=Look(FANG, 10.5, line_pt=15),
    contents=(
        Look(HEI, 16, align="left", line_pt=_LINE, before_pt=8),
        Look(FANG, 16, align="left", line_pt=_LINE, indent_chars=1),
        Look(KAI, 14, align="left", line_pt=24, indent_chars=3),
    ),
    contents_title=Look(XIAOBIAO, 22, align="center", line_pt=36, after_pt=_LINE),
    index=Look(FANG, 12, align="left", line_pt=20),
    cover_title=Look(XIAOBIAO, 36, align="center", line_pt=56),
    cover_line=Look(KAI, 18, align="center", line_pt=34),
    header=Look(SONG, 9, align="center", line_pt=13),
    footer=Look(SONG, 14, align="center", line_pt=18, latin=SONG),
    header_rule=False,
    list_hanging=False,
)

# A book of 16-kai (185 × 260 mm): 35 lines of 38 characters of size five (10.5 pt).
BOOK = HouseStyle(
    key="book",
    name="十六开图书",
    page=PageSetup(185, 260, 27, 21, 23, 21, 16, 12, 17.25),
    body=Look(SONG, 10.5, indent_chars=2, line_pt=17.25),
    title=Look(XIAOBIAO, 18, align="center", line_pt=28, before_pt=34.5, after_pt=12),
    part=Look(XIAOBIAO, 26, align="center", line_pt=44),
    headings=(
        Look(HEI, 13, align="left", line_pt=23, before_pt=9, after_pt=5),
        Look(KAI, 11.5, bold=True, align="left", line_pt=19, before_pt=4, after_pt=3, indent_chars=2),
        Look(HEI, 10.5, align="left", line_pt=17.25, indent_chars=2),
        Look(KAI, 10.5, align="left", line_pt=17.25, indent_chars=2),
    ),
    byline=Look(KAI, 10.5, align="center", line_pt=17.25, after_pt=6),
    lead=Look(HEI, 10.5),
    quote=Look(KAI, 10.5, indent_chars=2, line_pt=17.25),
    caption=Look(HEI, 9, align="center", line_pt=14, before_pt=3, after_pt=6),
    table=Look(SONG, 9, align="left", line_pt=13.5),
    note=Look(SONG, 8, line_pt=11.5),
    contents=(
        Look(HEI, 12, align="left", line_pt=22, before_pt=9, after_pt=2),
        Look(SONG, 10.5, align="left", line_pt=18, indent_chars=1),
        Look(KAI, 9.5, align="left", line_pt=16, indent_chars=3),
    ),
    contents_title=Look(XIAOBIAO, 18, align="center", line_pt=30, before_pt=16, after_pt=16),
    index=Look(SONG, 9, align="left", line_pt=14.5),
    cover_title=Look(XIAOBIAO, 32, align="center", line_pt=50),
    cover_line=Look(KAI, 14, align="center", line_pt=26),
    header=Look(KAI, 9, align="center", line_pt=13),
    footer=Look(SONG, 9, align="center", line_pt=13),
    folio="· {page} ·",
    widow_control=True,
)

PLAIN = HouseStyle(
    key="plain",
    name="简洁",
    page=PageSetup(210, 297, 25, 22, 25, 25, 14, 12, 22, mirrored=False),
    body=Look(SONG, 12, indent_chars=2, line_pt=22),
    headings=(
        Look(HEI, 14, align="left", line_pt=26, before_pt=10, after_pt=4),
        Look(HEI, 12, align="left", line_pt=22, before_pt=6, after_pt=2),
        Look(KAI, 12, bold=True, align="left", line_pt=22, indent_chars=2),
        Look(KAI, 12, align="left", line_pt=22, indent_chars=2),
    ),
    contents=(
        Look(HEI, 12, align="left", line_pt=24, before_pt=6),
        Look(SONG, 12, align="left", line_pt=22, indent_chars=1),
        Look(SONG, 10.5, align="left", line_pt=18, indent_chars=3),
    ),
    folio="{page}",
    widow_control=True,
    folio_outside=False,
    header_rule=False,
)

HOUSE_STYLES: Mapping[str, HouseStyle] = {style.key: style for style in (OFFICIAL, BOOK, PLAIN)}


def to_data(style: HouseStyle) -> dict[str, Any]:
    """Return ``style`` as plain JSON data; ``from_data`` gives an equal style back."""
    return dataclasses.asdict(style)


def from_data(data: Mapping[str, Any]) -> HouseStyle:
    """Return the style in ``data`` after checking every field. Raises StyleDataError, which names the field."""
    return _build(HouseStyle, data, "")  # type: ignore[no-any-return]


# What paper and type can be: outside of it Word refuses the file or the text cannot be set.
_RANGES = {
    "width_mm": (50, 550),
    "height_mm": (50, 550),
    "size_pt": (4, 120),
    "line_pt": (0, 200),
    "grid_pt": (6, 100),
    "top_mm": (5, 150),
    "bottom_mm": (5, 150),
    "inside_mm": (5, 150),
    "outside_mm": (5, 150),
    "header_mm": (0, 100),
    "footer_mm": (0, 100),
    "indent_chars": (0, 10),
    "before_pt": (0, 200),
    "after_pt": (0, 200),
    "tracking_pt": (-3, 20),
}


def _build(kind: type, data: Any, path: str) -> Any:
    if not isinstance(data, Mapping):
        raise StyleDataError(path.rstrip(".") or "style", "not an object")
    hints = get_type_hints(kind)
    fields = {item.name: item for item in dataclasses.fields(kind)}
    unknown = sorted(set(data) - set(fields))
    if unknown:
        raise StyleDataError(f"{path}{unknown[0]}", "unknown field")
    values = {name: _value(hints[name], data[name], f"{path}{name}") for name in fields if name in data}
    missing = [
        n for n, f in fields.items() if n not in values and f.default is f.default_factory is dataclasses.MISSING
    ]
    if missing:
        raise StyleDataError(f"{path}{missing[0]}", "missing")
    built = kind(**values)
    if isinstance(built, PageSetup) and (built.text_width_mm < 40 or built.text_height_mm < 40):
        raise StyleDataError(path.rstrip("."), "the margins leave no room for text")
    return built


def _value(hint: Any, value: Any, path: str) -> Any:
    if dataclasses.is_dataclass(hint):
        return _build(hint, value, f"{path}.")  # type: ignore[arg-type]
    arguments = get_args(hint)
    if arguments and arguments[-1] is Ellipsis:
        if not isinstance(value, list | tuple) or len(value) > 9:
            raise StyleDataError(path, "not a list of at most nine")
        return tuple(_value(arguments[0], item, f"{path}[{index}]") for index, item in enumerate(value))
    if arguments:
        if value not in arguments:
            raise StyleDataError(path, f"not one of {', '.join(arguments)}")
        return value
    if hint is float:
        return _number(value, path)
    if hint is bool and not isinstance(value, bool):
        raise StyleDataError(path, "not true or false")
    if hint is str:
        return _text(value, path)
    return value


def _number(value: Any, path: str) -> float:
    low, high = _RANGES.get(path.rpartition(".")[2], (-1000, 1000))
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise StyleDataError(path, f"not a number from {low} to {high}")
    return float(value)


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str) or len(value) > 80 or re.search(r'[\x00-\x1f<>&"\ud800-\udfff]', value):
        raise StyleDataError(path, "not a plain text of at most 80 characters")
    if path.endswith(("color", "accent")) and value and not re.fullmatch(r"[0-9A-Fa-f]{6}", value):
        raise StyleDataError(path, "not a colour such as 9B2C22")
    if path == "folio" and "{page}" not in value:
        raise StyleDataError(path, "{page} is missing")
    return value
