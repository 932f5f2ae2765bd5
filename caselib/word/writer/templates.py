"""A unit's own Word template: its styles take the place of ours wherever it defines one of the same name.

Nothing of the file is copied: what a style says is read, checked value by value, and written anew. So a template may be
odd, old, made by WPS or hostile, and what is compiled with it is still valid.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field, replace

from lxml import etree

from caselib.word.ooxml import A, W
from caselib.word.styles import Align, HouseStyle, Look
from caselib.word.writer.properties import Properties, read_properties, write_properties

_W, _A = f"{{{W}}}", f"{{{A}}}"
_MAX = 20 * 1024 * 1024
_MAX_PART = 16 * 1024 * 1024
_STYLES_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"
# Our names (in small letters) and what templates call the same thing, best first.
_ALIASES: dict[str, tuple[str, ...]] = {
    "body text": ("body text", "正文文本", "normal", "正文"),
    "normal": ("normal", "正文"),
    "cover title": ("cover title", "title", "标题"),
    "cover line": ("cover line", "subtitle", "副标题"),
    "matter title": ("matter title", "heading 1", "标题 1"),
    "toc heading": ("toc heading", "toc 标题", "heading 1", "标题 1"),
    "caption": ("caption", "题注"),
    "table caption": ("table caption", "caption", "题注"),
    "footnote text": ("footnote text", "脚注文本"),
    "header": ("header", "页眉"),
    "footer": ("footer", "页脚"),
    "quote": ("quote", "引用"),
    **{f"heading {n}": (f"heading {n}", f"标题 {n}") for n in range(1, 10)},
    **{f"toc {n}": (f"toc {n}", f"目录 {n}") for n in range(1, 4)},
}


class TemplateError(ValueError):
    """The uploaded template cannot be used. ``code`` is stable: not_word, too_large, no_styles."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class _Style:
    kind: str
    based: str
    paragraph: Properties
    run: Properties


@dataclass(slots=True)
class Template:
    """What a template says: its styles by id, their ids by name in small letters."""

    styles: dict[str, _Style] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def find(self, name: str, kind: str) -> tuple[Properties, Properties] | None:
        """Return what the template says for our style ``name``, with what its style is based on, or None."""
        for wanted in _ALIASES.get(name.lower(), (name.lower(),)):
            ident = self.names.get(wanted)
            if ident is not None and self.styles[ident].kind == kind:
                return self._inherited(ident)
        return None

    def _inherited(self, ident: str) -> tuple[Properties, Properties]:
        chain: list[_Style] = []
        seen: set[str] = set()
        while ident in self.styles and ident not in seen and len(chain) < 20:
            seen.add(ident)
            chain.append(self.styles[ident])
            ident = chain[-1].based
        paragraph: Properties = {}
        run: Properties = {}
        for style in reversed(chain):
            for target, own in ((paragraph, style.paragraph), (run, style.run)):
                for name, values in own.items():
                    target[name] = {**target.get(name, {}), **values}
        return paragraph, run


def read_template(data: bytes) -> Template:
    """Return the styles of ``data``, a .docx, .dotx, .docm or .dotm. Raises TemplateError."""
    if len(data) > _MAX:
        raise TemplateError("too_large")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > 10 * _MAX:
                raise TemplateError("too_large")
            root = _part(archive, _styles_name(archive))
            fonts = _theme_fonts(archive)
    except TemplateError:
        raise
    except Exception as error:  # zip and XML readers raise whatever a damaged file leads them to
        raise TemplateError("not_word") from error
    if root.tag != f"{_W}styles":
        raise TemplateError("not_word")
    template = Template()
    for element in root.iterfind(f"{_W}style"):
        name, based = element.find(f"{_W}name"), element.find(f"{_W}basedOn")
        ident = element.get(f"{_W}styleId")
        if name is None or not ident:
            continue
        template.names.setdefault((name.get(f"{_W}val") or "").strip().lower(), ident)
        template.styles.setdefault(
            ident,
            _Style(
                element.get(f"{_W}type") or "paragraph",
                "" if based is None else based.get(f"{_W}val") or "",
                read_properties(element.find(f"{_W}pPr"), "pPr", fonts),
                read_properties(element.find(f"{_W}rPr"), "rPr", fonts),
            ),
        )
    return template


def check_template(data: bytes) -> list[str]:
    """Return the names of the styles that ``data`` brings along. Raises TemplateError."""
    return sorted(read_template(data).names)


def _styles_name(archive: zipfile.ZipFile) -> str:
    types = _part(archive, "[Content_Types].xml")
    named = (row.get("PartName") for row in types if row.get("ContentType") == _STYLES_TYPE)
    found = next((name.lstrip("/") for name in named if name), "word/styles.xml")
    if found not in archive.namelist():
        raise TemplateError("no_styles")
    return found


def _part(archive: zipfile.ZipFile, name: str) -> etree._Element:
    if archive.getinfo(name).file_size > _MAX_PART:
        raise TemplateError("too_large")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(archive.read(name), parser)
    if getattr(root.getroottree().docinfo, "doctype", ""):
        raise TemplateError("not_word")
    return root


def _theme_fonts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the faces behind theme names such as ``majorEastAsia``; none where there is no theme that can be read."""
    name = next((name for name in sorted(archive.namelist()) if name.startswith("word/theme/theme")), "")
    try:
        root = _part(archive, name)
    except (KeyError, TemplateError, etree.XMLSyntaxError):
        return {}
    fonts: dict[str, str] = {}
    for size in ("major", "minor"):
        scheme = root.find(f".//{_A}{size}Font")
        if scheme is None:
            continue
        latin = scheme.find(f"{_A}latin")
        asian = scheme.find(f"{_A}ea")
        hans = next((row for row in scheme.iterfind(f"{_A}font") if row.get("script") == "Hans"), None)
        named = [row.get("typeface") for row in (asian, hans) if row is not None]
        fonts[f"{size}EastAsia"] = next((face for face in named if face), "")
        face = "" if latin is None else latin.get("typeface") or ""
        fonts[f"{size}HAnsi"] = fonts[f"{size}Ascii"] = face
    return {key: face for key, face in fonts.items() if face}


def merge_styles(ours: str, template: bytes) -> str:
    """Return our styles.xml with the look of each style that the template defines under the same name.

    Our ids stay, so that the body need not know; outline levels, tabs and page breaks stay ours, because contents and
    page numbers depend on them. Raises TemplateError.
    """
    theirs = read_template(template)
    root = etree.fromstring(ours.encode("utf-8"))
    for style in root.iterfind(f"{_W}style"):
        name = style.find(f"{_W}name")
        found = theirs.find(name.get(f"{_W}val") or "", style.get(f"{_W}type") or "") if name is not None else None
        if found:
            for tag, properties in zip(("pPr", "rPr"), found, strict=True):
                mine = style.find(f"{_W}{tag}")
                if mine is not None:
                    write_properties(mine, tag, properties)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True).decode("utf-8")


def looks_of(styles: str, style: HouseStyle, *, parts: bool) -> HouseStyle:
    """Return ``style`` with the titles as large, and placed, as the merged ``styles`` have them."""
    root = etree.fromstring(styles.encode("utf-8"))
    by_id = {element.get(f"{_W}styleId"): element for element in root.iterfind(f"{_W}style")}

    def look(ident: str, known: Look) -> Look:
        element = by_id[ident]
        size, place = element.find(f"{_W}rPr/{_W}sz"), element.find(f"{_W}pPr/{_W}jc")
        align: Align = known.align
        if place is not None and place.get(f"{_W}val") != align:
            align = "center" if place.get(f"{_W}val") == "center" else "left"
        points = known.size_pt if size is None else int(size.get(f"{_W}val") or 24) / 2
        return replace(known, size_pt=points, align=align)

    return replace(
        style,
        part=look("Heading1", style.part) if parts else style.part,
        title=look("Heading2" if parts else "Heading1", style.title),
        contents_title=look("MatterTitle", style.contents_title),
        cover_title=look("CoverTitle", style.cover_title),
        cover_line=look("CoverLine", style.cover_line),
    )
