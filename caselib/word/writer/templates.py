"""A unit's own Word template: its styles take the place of ours wherever it defines one of the same name."""

from __future__ import annotations

import io
import zipfile

import docx
from lxml import etree

from caselib.word.ooxml import W

_W = f"{{{W}}}"
_MAX = 20 * 1024 * 1024


class TemplateError(ValueError):
    """The uploaded template cannot be used. ``code`` is stable: not_word, too_large."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check_template(data: bytes) -> list[str]:
    """Return the names of the styles that ``data`` (a .docx) brings along. Raises TemplateError."""
    if len(data) > _MAX:
        raise TemplateError("too_large")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > 10 * _MAX:
                raise TemplateError("too_large")
        document = docx.Document(io.BytesIO(data))
        return sorted(style.name for style in document.styles if style.name)
    except TemplateError:
        raise
    except Exception as error:  # python-docx raises whatever its XML runs into
        raise TemplateError("not_word") from error


def merge_styles(ours: str, template: bytes) -> str:
    """Return our styles.xml with the look of each style that the template defines under the same name.

    Only the look is taken (``w:pPr`` without numbering and section marks, ``w:rPr``): our ids stay, so that the body
    need not know. Outline levels stay ours, because the contents depend on them. Raises TemplateError.
    """
    check_template(template)
    theirs = {style.name.lower(): style.element for style in docx.Document(io.BytesIO(template)).styles if style.name}
    root = etree.fromstring(ours.encode("utf-8"))
    for style in root.iter(f"{_W}style"):
        name = style.find(f"{_W}name")
        source = theirs.get(name.get(f"{_W}val", "").lower()) if name is not None else None
        if source is None or source.get(f"{_W}type") != style.get(f"{_W}type"):
            continue
        for tag in ("pPr", "rPr"):
            _take(style, source, tag)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True).decode("utf-8")


def _take(style: etree._Element, source: etree._Element, tag: str) -> None:
    found = source.find(f"{_W}{tag}")
    if found is None or len(found) == 0:
        return
    copy = etree.fromstring(etree.tostring(found))
    for child in list(copy):
        if etree.QName(child).localname in ("numPr", "sectPr", "outlineLvl", "framePr"):
            copy.remove(child)
    for fonts in copy.iter(f"{_W}rFonts"):
        for key in [key for key in fonts.attrib if "heme" in key]:
            del fonts.attrib[key]
    mine = style.find(f"{_W}{tag}")
    if mine is None:
        return
    for child in mine:
        # What the template does not say stays as the house style has it.
        name = etree.QName(child).localname
        if copy.find(f"{_W}{name}") is None:
            copy.append(etree.fromstring(etree.tostring(child)))
    ordered = sorted(
        copy,
        key=lambda child: (
            _ORDER[tag].index(etree.QName(child).localname) if etree.QName(child).localname in _ORDER[tag] else 99
        ),
    )
    copy[:] = ordered
    style.replace(mine, copy)


_ORDER = {
    "pPr": [
        "keepNext",
        "keepLines",
        "pageBreakBefore",
        "widowControl",
        "suppressLineNumbers",
        "pBdr",
        "shd",
        "tabs",
        "suppressAutoHyphens",
        "kinsoku",
        "wordWrap",
        "overflowPunct",
        "topLinePunct",
        "autoSpaceDE",
        "autoSpaceDN",
        "bidi",
        "adjustRightInd",
        "snapToGrid",
        "spacing",
        "ind",
        "contextualSpacing",
        "mirrorIndents",
        "jc",
        "textDirection",
        "textAlignment",
        "outlineLvl",
        "rPr",
    ],
    "rPr": [
        "rStyle",
        "rFonts",
        "b",
        "bCs",
        "i",
        "iCs",
        "caps",
        "smallCaps",
        "strike",
        "dstrike",
        "outline",
        "shadow",
        "emboss",
        "imprint",
        "noProof",
        "snapToGrid",
        "vanish",
        "webHidden",
        "color",
        "spacing",
        "w",
        "kern",
        "position",
        "sz",
        "szCs",
        "highlight",
        "u",
        "effect",
        "bdr",
        "shd",
        "fitText",
        "vertAlign",
        "rtl",
        "cs",
        "em",
        "lang",
        "eastAsianLayout",
        "specVanish",
        "oMath",
    ],
}
