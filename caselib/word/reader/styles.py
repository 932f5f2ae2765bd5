"""Paragraph styles resolved through their chain: what a paragraph looks like before its own settings.

Style ids mean nothing (``1``, ``a3``, ``标题 1``, ``Heading1`` occur for the same style); the name decides, then the
outline level. Chains may be long, broken or circular.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from caselib.word.reader.package import Element, W

_HEADING = re.compile(r"^(?:heading|标题|標題|überschrift|titre|見出し)\s*(\d)$", re.I)
_TOC = re.compile(r"^(?:toc|目录|目錄|contents)\s*(?:heading|标题)?\s*\d?$", re.I)
_TITLE = ("title", "标题", "標題", "文档标题", "公文标题", "大标题", "文章标题")
_SUBTITLE = ("subtitle", "副标题", "副標題")
_CAPTION = ("caption", "table caption", "figure caption", "题注", "題注", "图题", "表题", "图名", "表名")
_BYLINE = ("byline", "署名", "作者")
_QUOTE = ("quote", "intense quote", "引用", "明显引用", "block text", "引文")
_MAX_CHAIN = 20


def w(name: str) -> str:
    """Return the qualified name of a WordprocessingML tag or attribute."""
    return f"{{{W}}}{name}"


def value(parent: Element | None, child: str) -> str | None:
    """Return ``w:val`` of a child element; "" when the child has none, None when there is no child."""
    if parent is None:
        return None
    found = parent.find(w(child))
    return None if found is None else found.get(w("val"), "")


def text_of(node: Element) -> str:
    """Return all character data below ``node``."""
    return "".join(str(part) for part in node.itertext())


def flag(parent: Element | None, child: str) -> bool | None:
    """Return an on/off property, None when it is not set."""
    text = value(parent, child)
    return None if text is None else text not in ("0", "false", "off", "none")


def integer(text: str | None) -> int | None:
    """Return a whole number of sane size, None for anything else."""
    if text is None or not re.fullmatch(r"\s*-?\d{1,9}\s*(?:\.0*)?", text):
        return None
    return int(float(text))


@dataclass(frozen=True, slots=True)
class Look:
    """The settings of a paragraph or run that decide what it is. ``size`` is in half-points, 0 unknown."""

    name: str = ""
    outline: int | None = None
    bold: bool = False
    italic: bool = False
    size: int = 0
    font: str = ""
    align: str = ""
    list_id: str = ""
    list_level: int = 0
    page_break: bool = False
    hidden: bool = False

    @property
    def kind(self) -> str:
        """``title``, ``subtitle``, ``heading``, ``toc``, ``caption``, ``quote``, ``byline`` or ``""`` from the style's name."""
        name = self.name.strip().lower()
        if _HEADING.match(name):
            return "heading"
        if _TOC.match(name):
            return "toc"
        for kind, names in (
            ("title", _TITLE),
            ("subtitle", _SUBTITLE),
            ("caption", _CAPTION),
            ("quote", _QUOTE),
            ("byline", _BYLINE),
        ):
            if name in names:
                return kind
        return ""

    @property
    def heading_level(self) -> int | None:
        """Level 1 to 9 from the style's name, else from the outline level."""
        match = _HEADING.match(self.name.strip())
        if match and match.group(1) != "0":
            return int(match.group(1))
        return None if self.outline is None else self.outline + 1


class Styles:
    """The style sheet of a document; each style is resolved once."""

    def __init__(self, root: Element | None) -> None:
        self._raw: dict[str, Element] = {}
        self._done: dict[str, Look] = {}
        self._base = Look()
        self._default = ""
        if root is None:
            return
        for style in root.iterchildren(w("style")):
            key = style.get(w("styleId"), "")
            self._raw.setdefault(key, style)
            if style.get(w("type")) == "paragraph" and style.get(w("default")) in ("1", "true", "on"):
                self._default = key
        defaults = root.find(f"{w('docDefaults')}/{w('rPrDefault')}/{w('rPr')}")
        self._base = apply_run(self._base, defaults)

    def look(self, key: str | None) -> Look:
        """Return the resolved look of style ``key`` (None: the default paragraph style)."""
        key = self._default if key is None or key not in self._raw else key
        if key not in self._done:
            self._done[key] = self._resolve(key)
        return self._done[key]

    def on_top(self, look: Look, key: str | None) -> Look:
        """Return ``look`` with the character style ``key`` on top; toggles of the style switch on only."""
        if key is None or key not in self._raw:
            return look
        for style in reversed(self._chain(key)):
            look = apply_run(look, style.find(w("rPr")))
        return look

    def _chain(self, key: str) -> list[Element]:
        chain: list[Element] = []
        seen: set[str] = set()
        while key in self._raw and key not in seen and len(chain) < _MAX_CHAIN:
            seen.add(key)
            chain.append(self._raw[key])
            key = value(chain[-1], "basedOn") or ""
        return chain

    def _resolve(self, key: str) -> Look:
        chain = self._chain(key)
        look = self._base
        for style in reversed(chain):
            look = apply_run(look, style.find(w("rPr")))
            look = apply_paragraph(look, style.find(w("pPr")))
        return replace(look, name=(value(chain[0], "name") or "") if chain else "")


def apply_run(look: Look, properties: Element | None) -> Look:
    """Return ``look`` with the run properties ``w:rPr`` on top."""
    if properties is None or not len(properties):
        return look
    bold, italic, hidden = (flag(properties, name) for name in ("b", "i", "vanish"))
    fonts = properties.find(w("rFonts"))
    font = "" if fonts is None else fonts.get(w("eastAsia")) or fonts.get(w("ascii")) or ""
    return replace(
        look,
        bold=look.bold if bold is None else bold,
        italic=look.italic if italic is None else italic,
        hidden=look.hidden if hidden is None else hidden,
        size=integer(value(properties, "sz")) or look.size,
        font=font or look.font,
    )


def apply_paragraph(look: Look, properties: Element | None) -> Look:
    """Return ``look`` with the paragraph properties ``w:pPr`` on top."""
    if properties is None or not len(properties):
        return look
    outline = integer(value(properties, "outlineLvl"))
    if outline is not None:
        look = replace(look, outline=outline if 0 <= outline <= 8 else None)
    align = value(properties, "jc")
    if align is not None:
        look = replace(look, align=align)
    numbering = properties.find(w("numPr"))
    if numbering is not None:
        list_id = value(numbering, "numId")
        level = integer(value(numbering, "ilvl"))
        look = replace(
            look,
            list_id=look.list_id if list_id is None else ("" if list_id == "0" else list_id),
            list_level=look.list_level if level is None else level,
        )
    page_break = flag(properties, "pageBreakBefore")
    return look if page_break is None else replace(look, page_break=page_break)
