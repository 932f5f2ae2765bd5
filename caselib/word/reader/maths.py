"""Formulas as one line of text: enough to read and to search, reported as changed."""

from __future__ import annotations

from caselib.word.reader.package import Element

_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"


def linear(node: Element) -> str:
    """Return an Office formula as text, fractions as (a)/(b), powers as a^b, roots as √(a)."""
    tag = str(node.tag)
    if not tag.startswith(_M):
        return "".join(linear(child) for child in node if isinstance(child.tag, str))
    name = tag[len(_M) :]
    if name == "t":
        return str(node.text or "")

    def part(child: str) -> str:
        found = node.find(_M + child)
        return "" if found is None else "".join(linear(item) for item in found if isinstance(item.tag, str))

    if name == "f":
        return f"({part('num')})/({part('den')})"
    if name == "sSup":
        return f"{part('e')}^{part('sup')}"
    if name == "sSub":
        return f"{part('e')}_{part('sub')}"
    if name == "sSubSup":
        return f"{part('e')}_{part('sub')}^{part('sup')}"
    if name == "rad":
        return f"√({part('e')})"
    if name == "d":
        return f"({part('e')})"
    return "".join(linear(child) for child in node if isinstance(child.tag, str))
