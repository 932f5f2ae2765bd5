"""Draws the pictures of the demo texts from their own figures: charts, schematic maps, typographic plates.

Labels need a CJK font of the system; without one the shapes are drawn alone, and the caption says what they mean.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

SIZE = (1600, 900)
PAPER, INK, PALE, ACCENT, SLATE = "#FBFAF6", "#22211E", "#D9D4C7", "#9B2C22", "#3F5B73"
FONT_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".fonts",
    Path("/Library/Fonts"),
)
SERIF = ("NotoSerifCJK-Bold.ttc", "SourceHanSerifSC-Bold.otf", "NotoSerifCJKsc-Bold.otf", "simsun.ttc", "Songti.ttc")
SANS = (
    "NotoSansCJK-Regular.ttc",
    "SourceHanSansSC-Regular.otf",
    "NotoSansCJKsc-Regular.otf",
    "msyh.ttc",
    "PingFang.ttc",
)
# In the Noto collections the faces stand in the order JP, KR, SC, TC, HK.
SC_FACE = 2


class Sheet:
    """A drawing surface with the library's paper, ink and type. Lengths are pixels of a 1600 × 900 sheet."""

    def __init__(self, size: tuple[int, int] = SIZE) -> None:
        self.image = Image.new("RGB", size, PAPER)
        self.draw = ImageDraw.Draw(self.image)

    def text(
        self,
        at: tuple[float, float],
        words: str,
        size: int,
        *,
        fill: str = INK,
        anchor: str = "mm",
        serif: bool = False,
    ) -> None:
        """Write ``words`` at ``at``; nothing happens where the machine has no Chinese font."""
        font = _font(size, serif)
        if font is not None:
            # The paper-coloured edge keeps a label legible where it crosses a line.
            self.draw.text(at, words, font=font, fill=fill, anchor=anchor, stroke_width=size // 8, stroke_fill=PAPER)

    def png(self) -> bytes:
        """Return the sheet as PNG; a palette keeps it small."""
        out = BytesIO()
        self.image.quantize(64).save(out, "PNG", optimize=True)
        return out.getvalue()


def draw(spec: Mapping[str, Any]) -> bytes:
    """Return the picture that ``spec`` describes as PNG. Raises KeyError for an unknown kind."""
    sheet = Sheet()
    if spec["kind"] != "plate":
        unit = f"（单位：{spec['unit']}）" if spec.get("unit") else ""
        sheet.text((800, 84), f"{spec['title']}{unit}", 44, serif=True)
    DRAWERS[spec["kind"]](sheet, spec)
    return sheet.png()


@cache
def _font_path(names: tuple[str, ...]) -> Path | None:
    for folder in FONT_FOLDERS:
        for name in names:
            if folder.is_dir() and (found := next(folder.rglob(name), None)):
                return found
    return None


@cache
def _font(size: int, serif: bool) -> ImageFont.FreeTypeFont | None:
    path = _font_path(SERIF if serif else SANS)
    if path is None:
        return None
    return ImageFont.truetype(
        str(path), size, index=SC_FACE if path.name.startswith("Noto") and path.suffix == ".ttc" else 0
    )


def has_font() -> bool:
    """Whether Chinese words can be drawn on this machine."""
    return _font_path(SANS) is not None and _font_path(SERIF) is not None


def _axis(sheet: Sheet) -> None:
    sheet.draw.line((140, 760, 1480, 760), fill=INK, width=3)


def _place(index: int, count: int) -> float:
    return 140 + 1340 * (index + 0.5) / count


def _bars(sheet: Sheet, spec: Mapping[str, Any]) -> None:
    values: Sequence[float] = spec["values"]
    top = max(values)
    half = min(90, 1340 / len(values) * 0.3)
    _axis(sheet)
    for index, (label, value) in enumerate(zip(spec["labels"], values, strict=True)):
        x, height = _place(index, len(values)), 540 * value / top
        last = index == len(values) - 1
        sheet.draw.rectangle((x - half, min(760 - height, 757), x + half, 758), fill=ACCENT if last else SLATE)
        sheet.text((x, 760 - height - 34), f"{value:,}", 38)
        sheet.text((x, 805), label, 34)


def _pairs(sheet: Sheet, spec: Mapping[str, Any]) -> None:
    before, after = spec["before"], spec["after"]
    top = max(*before, *after)
    _axis(sheet)
    for index, label in enumerate(spec["labels"]):
        x = _place(index, len(before))
        for value, left, fill in ((before[index], x - 84, PALE), (after[index], x + 4, ACCENT)):
            height = 520 * value / top
            sheet.draw.rectangle((left, min(760 - height, 757), left + 80, 758), fill=fill)
            sheet.text((left + 40, 760 - height - 28), f"{value}", 32)
        sheet.text((x, 805), label, 34)
    for x, fill, word in ((1180, PALE, "之前"), (1330, ACCENT, "之后")):
        sheet.draw.rectangle((x, 130, x + 34, 164), fill=fill)
        sheet.text((x + 46, 148), word, 30, anchor="lm")


def _lines(sheet: Sheet, spec: Mapping[str, Any]) -> None:
    values = spec["values"]
    top = max(values) * 1.1
    _axis(sheet)
    points = [(_place(i, len(values)), 760 - 560 * value / top) for i, value in enumerate(values)]
    sheet.draw.line(points, fill=SLATE, width=7, joint="curve")
    for (x, y), label, value in zip(points, spec["labels"], values, strict=True):
        sheet.draw.ellipse((x - 12, y - 12, x + 12, y + 12), fill=ACCENT)
        sheet.text((x, y - 42), f"{value:,}", 36)
        sheet.text((x, 805), label, 32)


def _map(sheet: Sheet, spec: Mapping[str, Any]) -> None:
    points = [(140 + x * 13.2, 170 + y * 6.8) for _name, x, y in spec["points"]]
    for line in spec["lines"]:
        sheet.draw.line([points[index] for index in line], fill=SLATE, width=8, joint="curve")
    for (x, y), (name, _x, _y) in zip(points, spec["points"], strict=True):
        sheet.draw.ellipse((x - 20, y - 20, x + 20, y + 20), fill=PAPER, outline=ACCENT, width=8)
        sheet.text((x, y + 52), name, 36)
    sheet.text((1500, 850), "示意图，不作测量依据", 26, fill=SLATE, anchor="rm")


def _steps(sheet: Sheet, spec: Mapping[str, Any]) -> None:
    labels = spec["labels"]
    for index, label in enumerate(labels):
        x = _place(index, len(labels))
        sheet.draw.rounded_rectangle((x - 140, 360, x + 140, 560), 16, fill=PAPER, outline=SLATE, width=5)
        sheet.text((x, 420), f"{index + 1}", 44, fill=ACCENT, serif=True)
        sheet.text((x, 495), label, 40)
        if index:
            middle = (_place(index - 1, len(labels)) + x) / 2
            sheet.draw.polygon(((middle - 14, 440), (middle + 18, 460), (middle - 14, 480)), fill=ACCENT)


def _plate(sheet: Sheet, spec: Mapping[str, Any]) -> None:
    sheet.draw.rectangle((90, 90, 1510, 810), outline=ACCENT, width=6)
    sheet.draw.rectangle((110, 110, 1490, 790), outline=ACCENT, width=2)
    sheet.text((800, 420), spec["title"], 92, serif=True)
    sheet.text((800, 640), spec.get("caption", ""), 40, fill=SLATE)


DRAWERS: dict[str, Callable[[Sheet, Mapping[str, Any]], None]] = {
    "bars": _bars,
    "pairs": _pairs,
    "lines": _lines,
    "map": _map,
    "steps": _steps,
    "plate": _plate,
}
