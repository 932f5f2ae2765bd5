"""Formulas as one line of text: enough to read and to search, reported as changed."""

from __future__ import annotations

from collections.abc import Callable

from caselib.word.reader.package import Element

_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_Part = Callable[[str], str]
_ACCENTS = {
    "\u0302": "\u0302",
    "\u0303": "\u0303",
    "\u0304": "\u0304",
    "\u0305": "\u0305",
    "\u20d7": "\u20d7",
    "\u0307": "\u0307",
}


def linear(node: Element) -> str:
    """Return an Office formula as text: (a)/(b), a^b, a_b, √(a), ∑_(i=1)^(n) x, [a, b; c, d]."""
    tag = str(node.tag)
    if not tag.startswith(_M):
        return _inside(node)
    name = tag[len(_M) :]
    if name == "t":
        return str(node.text or "")

    def part(child: str) -> str:
        found = node.find(_M + child)
        return "" if found is None else _inside(found)

    if name in _SHAPES:
        return _SHAPES[name](part)
    if name == "nary":
        low, high = part("sub"), part("sup")
        sign = _value(node, "chr", "∫")
        return sign + (f"_({low})" if low else "") + (f"^({high})" if high else "") + f" {part('e')}"
    if name == "d":
        inside = [_inside(item) for item in node.iterchildren(_M + "e")]
        return _value(node, "begChr", "(") + _value(node, "sepChr", "|").join(inside) + _value(node, "endChr", ")")
    if name == "m":
        rows = [", ".join(_inside(item) for item in row.iterchildren(_M + "e")) for row in node.iterchildren(_M + "mr")]
        return "[" + "; ".join(rows) + "]"
    if name == "eqArr":
        return "; ".join(_inside(item) for item in node.iterchildren(_M + "e"))
    if name == "acc":
        return part("e") + _ACCENTS.get(_value(node, "chr", "\u0302"), "")
    return _inside(node)


def _inside(node: Element) -> str:
    return "".join(linear(child) for child in node if isinstance(child.tag, str))


def _value(node: Element, name: str, default: str) -> str:
    """Return a character that the properties of a formula choose; an empty choice is a choice."""
    found = node.find(f"{node.tag}Pr/{_M}{name}")
    return default if found is None else str(found.get(f"{_M}val", ""))


def _grouped(text: str) -> str:
    return text if len(text) <= 1 else f"({text})"


_SHAPES: dict[str, Callable[[_Part], str]] = {
    "f": lambda part: f"({part('num')})/({part('den')})",
    "sSup": lambda part: f"{part('e')}^{_grouped(part('sup'))}",
    "sSub": lambda part: f"{part('e')}_{_grouped(part('sub'))}",
    "sSubSup": lambda part: f"{part('e')}_{_grouped(part('sub'))}^{_grouped(part('sup'))}",
    "sPre": lambda part: f"_{_grouped(part('sub'))}^{_grouped(part('sup'))}{part('e')}",
    "rad": lambda part: (f"{part('deg')}√" if part("deg") else "√") + f"({part('e')})",
    "func": lambda part: f"{part('fName')}({part('e')})",
    "limLow": lambda part: f"{part('e')}_({part('lim')})",
    "limUpp": lambda part: f"{part('e')}^({part('lim')})",
    "groupChr": lambda part: part("e"),
}
