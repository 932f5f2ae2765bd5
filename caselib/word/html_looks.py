"""What HTML says of the look of its text: weight, size, face, place; and which parts of a saved page are its text."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from lxml import html

_POINTS = {"pt": 1.0, "px": 0.75, "em": 12.0, "rem": 12.0}
_NAMED = {"x-small": 8, "small": 10, "medium": 12, "large": 14, "larger": 14, "x-large": 18, "xx-large": 24}
_FONT_SIZE = {"1": 8, "2": 10, "3": 12, "4": 14, "5": 18, "6": 24, "7": 36}


@dataclass(frozen=True, slots=True)
class Style:
    """The look that text inherits: ``size`` in half-points, 0 unknown; ``kind`` is ``title`` below Word's title class."""

    bold: bool = False
    size: int = 0
    font: str = ""
    align: str = ""
    kind: str = ""

    def below(self, node: html.HtmlElement, tag: str) -> Style:
        """Return the style inside ``node``."""
        told = _declarations(node.get("style") or "")
        bold = self.bold or tag in ("b", "strong", "th")
        if weight := told.get("font-weight"):
            bold = weight.startswith("bold") or (weight.isdecimal() and int(weight) >= 600)
        align = told.get("text-align") or (node.get("align") or "").lower() or ("center" if tag == "center" else "")
        size = _size(told.get("font-size", "")) or (
            _FONT_SIZE.get(node.get("size") or "", 0) * 2 if tag == "font" else 0
        )
        font = told.get("font-family", "") or ((node.get("face") or "") if tag == "font" else "")
        kind = "title" if "MsoTitle" in (node.get("class") or "").split() else self.kind
        if not (bold != self.bold or align or size or font or kind != self.kind):
            return self
        return replace(
            self,
            bold=bold,
            align=align if align in ("center", "right", "left", "justify") else self.align,
            size=size or self.size,
            font=font.split(",")[0].strip(" \"'")[:40] or self.font,
            kind=kind,
        )


def is_hidden(node: html.HtmlElement) -> bool:
    """True for what a browser does not show: a page hides there what is not its text."""
    style = (node.get("style") or "").replace(" ", "").lower()
    return "display:none" in style or "mso-hide:all" in style or node.get("hidden") is not None


def list_style(node: html.HtmlElement) -> str:
    """Return how a list counts by its own style, "" when that says nothing."""
    told = _declarations(node.get("style") or "")
    return told.get("list-style-type") or (told.get("list-style") or "").partition(" ")[0]


def _declarations(style: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in style[:4000].split(";"))
    return {name.strip().lower(): value.strip().lower() for name, _, value in pairs if value.strip()}


def _size(text: str) -> int:
    if text in _NAMED:
        return _NAMED[text] * 2
    match = re.match(r"(\d{1,3}(?:\.\d{1,4})?)\s*(pt|px|r?em)", text)
    return round(float(match.group(1)) * _POINTS[match.group(2)] * 2) if match else 0


@dataclass(frozen=True, slots=True)
class Article:
    """The text of a saved page without the page around it: who stands as author, and for which account or office."""

    title: str
    names: tuple[str, ...]
    body: html.HtmlElement


def article_of(root: html.HtmlElement) -> Article | None:
    """Return the article of a page saved from a WeChat public account (公众号), None for any other page."""
    bodies = root.xpath("//*[@id='js_content']")
    if not bodies:
        return None
    title = _text(root, "//*[@id='activity-name']") or "".join(root.xpath("//meta[@property='og:title']/@content")[:1])
    author = _text(root, "//*[@id='js_author_name']") or _text(
        root, "//*[@id='meta_content']//*[contains(@class,'rich_media_meta_text') and not(self::em)]"
    )
    account = _text(root, "//*[@id='js_name']")
    names = tuple(f"{label}：{name}" for label, name in (("作者", author), ("来源", account)) if name)
    return Article(title.strip()[:200], names, bodies[0])


def _text(root: html.HtmlElement, path: str) -> str:
    return " ".join("".join(node.itertext()) for node in root.xpath(path)[:1]).strip()[:200]
