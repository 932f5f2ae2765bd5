"""Reads numbering.xml into list definitions."""

from __future__ import annotations

from caselib.word.numbering import MAX_LEVEL, Level, ListDefinition
from caselib.word.reader.package import Element
from caselib.word.reader.styles import flag, integer, value, w

_LONGEST_LABEL = 255  # Word keeps no longer one


def read_lists(root: Element | None) -> dict[str, ListDefinition]:
    """Return the list instances of a document by their number id."""
    if root is None:
        return {}
    abstracts: dict[str, dict[int, Level]] = {}
    links: dict[str, str] = {}
    named: dict[str, str] = {}
    for element in root.iterchildren(w("abstractNum")):
        key = element.get(w("abstractNumId"), "")
        abstracts[key] = _levels(element)
        if link := value(element, "numStyleLink"):
            links[key] = link
        if name := value(element, "styleLink"):
            named[name] = key
    for key, link in links.items():
        if not abstracts[key] and link in named:
            abstracts[key] = abstracts[named[link]]
    return {element.get(w("numId"), ""): _instance(element, abstracts) for element in root.iterchildren(w("num"))}


def _instance(element: Element, abstracts: dict[str, dict[int, Level]]) -> ListDefinition:
    abstract = value(element, "abstractNumId") or ""
    levels = dict(abstracts.get(abstract, {}))
    starts: dict[int, int] = {}
    for override in element.iterchildren(w("lvlOverride")):
        index = integer(override.get(w("ilvl"))) or 0
        own = override.find(w("lvl"))
        if own is not None and 0 <= index <= MAX_LEVEL:
            levels[index] = _level(own)
        start = integer(value(override, "startOverride"))
        if start is not None:
            starts[index] = start
    return ListDefinition(abstract, levels, starts)


def _levels(element: Element) -> dict[int, Level]:
    found: dict[int, Level] = {}
    for child in element.iterchildren(w("lvl")):
        index = integer(child.get(w("ilvl")))
        if index is not None and 0 <= index <= MAX_LEVEL:
            found[index] = _level(child)
    return found


def _level(element: Element) -> Level:
    start = integer(value(element, "start"))
    return Level(
        fmt=value(element, "numFmt") or _alternate_format(element) or "decimal",
        text=(value(element, "lvlText") or "")[:_LONGEST_LABEL],
        start=1 if start is None else start,
        restart=integer(value(element, "lvlRestart")),
        legal=bool(flag(element, "isLgl")),
        style=value(element, "pStyle") or "",
    )


def _alternate_format(element: Element) -> str:
    """Newer Word wraps number formats it added later in mc:AlternateContent."""
    for found in element.iter(w("numFmt")):
        fmt = found.get(w("val"), "")
        if fmt == "custom":
            return "decimalZero" if found.get(w("format"), "").startswith("0") else "decimal"
        if fmt:
            return str(fmt)
    return ""
