"""The site's own style sheets are read by the browsers of old office computers (Chromium 78 to 86), which drop what they do not know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PUBLIC = sorted(
    path
    for path in [*ROOT.glob("cms/static/caselib/css/*.css"), *ROOT.glob("caselib/*/static/*/*.css")]
    # The administration is Wagtail's and asks for a current browser.
    if path.name not in {"admin.css", "editing.css", "report.css"}
)
FALLBACK = ROOT / "cms/static/caselib/css/old-browsers.css"


def rules(path: Path) -> Iterator[tuple[str, str]]:
    """Give each rule's selectors and declarations; what stands in a media query as well."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
    for match in re.finditer(r"([^{}]+)\{([^{}]*)\}", text):
        yield " ".join(match[1].split()), match[2]


@pytest.mark.parametrize("path", PUBLIC, ids=lambda path: path.name)
def test_old_browsers_know_the_properties(path: Path) -> None:
    """They drop a shorthand of two logical sides or of four, and the turns that are properties of their own."""
    unknown = re.compile(r"(?<![\w-])((?:margin|padding|border)-(?:inline|block)|inset|rotate|translate|scale)\s*:")
    assert {s: unknown.findall(body) for s, body in rules(path) if unknown.search(body)} == {}


@pytest.mark.parametrize("path", PUBLIC, ids=lambda path: path.name)
def test_old_browsers_know_the_selectors(path: Path) -> None:
    """A rule with one unknown selector is dropped whole: :is() and lists in :not() lost the look of every field."""
    unknown = re.compile(r":(?:is|where)\(|:not\([^)]*,")
    assert [s for s, _body in rules(path) if unknown.search(s)] == []
    # :has() may only adorn: it stands alone in its rule, so that nothing else is dropped with it.
    assert [s for s, _body in rules(path) if ":has(" in s and "," in re.sub(r"\([^)]*\)", "", s)] == []


def test_flexible_boxes_keep_their_distance_in_old_browsers() -> None:
    """Before Chromium 84 `gap` held for grids only: every flexible box that uses it is named in the sheet for them."""
    fallback = FALLBACK.read_text("utf-8")
    boxes = [
        selector.strip()
        for path in PUBLIC
        for selectors, body in rules(path)
        if re.search(r"display:\s*(?:inline-)?flex", body) and re.search(r"(?<![-\w])gap:", body)
        for selector in selectors.split(",")
    ]
    assert len(boxes) > 40
    said = [re.sub(r":not\(\[hidden\]\)$", "", box) for box in boxes]
    said = [re.sub(r"(\.site-nav|\.tabs) ul$|^(\.tabs)$", lambda m: f"{m[1] or m[2]} li", box) for box in said]
    assert [box for box in said if not re.search(rf"{re.escape(box)}(?: > |::| \+ )", fallback)] == []


def test_song_type_of_windows_can_be_bold() -> None:
    """SimSun comes in one weight: without synthesis no title and no stressed word would stand out there."""
    assert [path.name for path in PUBLIC for _s, body in rules(path) if "font-synthesis" in body] == []


def test_paper_does_not_scroll() -> None:
    """Of fifty rows of the audit chain fourteen were printed, and a rubric lost the right half of its lines."""
    said = dict(rules(ROOT / "cms/static/caselib/css/print.css"))
    for frame in (".table-scroll", ".table-scroll:has(> table.dense)"):
        assert "overflow: visible" in said[frame]
    assert "max-height: none" in said[".table-scroll:has(> table.dense)"]
    assert "min-width: 0" in said["table.dense"]
