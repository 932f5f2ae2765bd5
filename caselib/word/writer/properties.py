"""Properties of a style, read from a file that nobody vouches for: only what is known, only values that can be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from lxml import etree

from caselib.word.ooxml import W

_W = f"{{{W}}}"
# Element name to its attributes; a border stands as ``pBdr/top``.
Properties = dict[str, dict[str, str]]
_Check = Callable[[str], bool]


def _between(low: int, high: int) -> _Check:
    return lambda text: bool(re.fullmatch(r"-?\d{1,6}", text)) and low <= int(text) <= high


def _one_of(*words: str) -> _Check:
    return lambda text: text in words


def _matches(pattern: str) -> _Check:
    compiled = re.compile(pattern)
    return lambda text: bool(compiled.fullmatch(text))


_SWITCH = {"val": _one_of("0", "1", "true", "false", "on", "off")}
_COLOUR = _matches(r"auto|[0-9A-Fa-f]{6}")
_FACE = _matches(r"[^\x00-\x1f<>&\"\ud800-\udfff]{1,60}")
_SIZE = {"val": _between(8, 240)}
_BORDER = {
    "val": _one_of("nil", "none", "single", "thick", "double", "dotted", "dashed"),
    "sz": _between(0, 96),
    "space": _between(0, 31),
    "color": _COLOUR,
}
# In the order of the schema, which is the order of writing.
_KNOWN: Mapping[str, Mapping[str, Mapping[str, _Check]]] = {
    "pPr": {
        "keepNext": _SWITCH,
        "keepLines": _SWITCH,
        "widowControl": _SWITCH,
        "pBdr/top": _BORDER,
        "pBdr/left": _BORDER,
        "pBdr/bottom": _BORDER,
        "pBdr/right": _BORDER,
        "shd": {"val": _one_of("clear", "nil"), "color": _COLOUR, "fill": _COLOUR},
        "spacing": {
            "before": _between(0, 8000),
            "beforeLines": _between(0, 2000),
            "after": _between(0, 8000),
            "afterLines": _between(0, 2000),
            "line": _between(120, 4000),
            "lineRule": _one_of("auto", "exact", "atLeast"),
        },
        "ind": {
            "left": _between(-2000, 6000),
            "right": _between(-2000, 6000),
            "firstLine": _between(0, 4000),
            "firstLineChars": _between(0, 2000),
            "hanging": _between(0, 4000),
            "hangingChars": _between(0, 2000),
        },
        "jc": {"val": _one_of("left", "center", "right", "both", "distribute")},
    },
    "rPr": {
        "rFonts": {"ascii": _FACE, "hAnsi": _FACE, "eastAsia": _FACE, "cs": _FACE},
        "b": _SWITCH,
        "bCs": _SWITCH,
        "i": _SWITCH,
        "iCs": _SWITCH,
        "color": {"val": _COLOUR},
        "spacing": {"val": _between(-60, 400)},
        "w": {"val": _between(50, 200)},
        "kern": {"val": _between(0, 300)},
        "sz": _SIZE,
        "szCs": _SIZE,
        "u": {"val": _one_of("none", "single", "double", "thick", "dotted", "dash", "wave")},
    },
}
_ORDER = {
    "pPr": (
        "keepNext keepLines pageBreakBefore widowControl suppressLineNumbers pBdr shd tabs suppressAutoHyphens kinsoku "
        "wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd snapToGrid spacing ind "
        "contextualSpacing mirrorIndents jc textDirection textAlignment outlineLvl"
    ).split(),
    "rPr": (
        "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid vanish "
        "webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign"
    ).split(),
}
# Of each group a style says one thing: what the template says replaces what we say in another way.
_GROUPS = {
    "ind": (("firstLine", "firstLineChars", "hanging", "hangingChars"),),
    "spacing": (("before", "beforeLines"), ("after", "afterLines"), ("line", "lineRule")),
}


def read_properties(element: etree._Element | None, tag: str, fonts: Mapping[str, str]) -> Properties:
    """Return what ``element`` (``w:pPr`` or ``w:rPr``, named by ``tag``) says and can be taken over; ``fonts`` are those
    of the theme."""
    found: Properties = {}
    if element is None:
        return found
    for path, checks in _KNOWN[tag].items():
        child = element.find("/".join(f"{_W}{name}" for name in path.split("/")))
        if child is None:
            continue
        values = {name: value for name in checks if (value := child.get(f"{_W}{name}")) is not None}
        if path == "rFonts":
            # Word writes the face of the theme beside its name; where they differ, somebody chose the face by hand.
            values = _themed(child, fonts) | values
        if checks is _SWITCH:
            values.setdefault("val", "1")
        good = {name: value for name, value in values.items() if checks[name](value)}
        if good and ("val" not in checks or "val" in good):
            found[path] = good
    return found


def _themed(element: etree._Element, fonts: Mapping[str, str]) -> dict[str, str]:
    rows = (("ascii", "asciiTheme"), ("hAnsi", "hAnsiTheme"), ("eastAsia", "eastAsiaTheme"))
    return {name: fonts[face] for name, theme in rows if (face := element.get(f"{_W}{theme}") or "") in fonts}


def write_properties(mine: etree._Element, tag: str, theirs: Properties) -> None:
    """Let ``theirs`` win over what ``mine`` (our ``w:pPr`` or ``w:rPr``) says; what they do not say stays."""
    for path, values in theirs.items():
        parent = mine
        *above, name = path.split("/")
        for step in above:
            parent = _child(parent, step)
        child = _child(parent, name)
        for group in _GROUPS.get(name, ()) if tag == "pPr" else ():
            if any(key in values for key in group):
                for key in group:
                    if f"{_W}{key}" in child.attrib:
                        del child.attrib[f"{_W}{key}"]
        for key, value in values.items():
            child.set(f"{_W}{key}", value)
        if name in ("top", "left", "bottom", "right"):
            parent[:] = sorted(parent, key=lambda side: _SIDES.index(etree.QName(side).localname))
    mine[:] = sorted(mine, key=lambda child: _ORDER[tag].index(etree.QName(child).localname))


_SIDES = ("top", "left", "bottom", "right", "between", "bar")


def _child(parent: etree._Element, name: str) -> etree._Element:
    found = parent.find(f"{_W}{name}")
    return etree.SubElement(parent, f"{_W}{name}") if found is None else found
