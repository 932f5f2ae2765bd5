"""Section properties, headers and footers: where a page begins, what runs above and below it, how it is numbered."""

from __future__ import annotations

from dataclasses import dataclass

from caselib.word import ooxml
from caselib.word.ooxml import DECLARATION, NAMESPACES, twips
from caselib.word.styles import HouseStyle
from caselib.word.writer.package import Package


@dataclass(frozen=True, slots=True)
class Section:
    """How a section behaves. ``start`` is nextPage, oddPage or continuous; ``first`` restarts the numbers."""

    start: str = "nextPage"
    numbers: str = "decimal"
    first: int = 0
    odd_header: str = ""
    even_header: str = ""
    folio: bool = True
    columns: int = 1
    style_reference: int = 0


class Furniture:
    """Makes header and footer parts once for each distinct text and gives their relationship ids."""

    def __init__(self, package: Package, style: HouseStyle, *, odd_even: bool) -> None:
        self.package, self.style, self.odd_even = package, style, odd_even
        self._made: dict[tuple[str, str], str] = {}

    def references(self, section: Section) -> str:
        """Return the header and footer references of ``section``; empty ones are written out, else Word inherits."""
        kinds = ("default", "even") if self.odd_even else ("default",)
        rows = []
        for kind in kinds:
            text = section.even_header if kind == "even" else section.odd_header
            ident = self._part("header", self._header(text, section.style_reference if kind == "default" else 0))
            rows.append(f'<w:headerReference w:type="{kind}" r:id="{ident}"/>')
            ident = self._part(
                "footer",
                self._footer_filler() + (self._footer(kind) if section.folio else ooxml.paragraph("Footer", "")),
            )
            rows.append(f'<w:footerReference w:type="{kind}" r:id="{ident}"/>')
        return "".join(rows)

    def _part(self, kind: str, content: str) -> str:
        if (kind, content) not in self._made:
            tag = "hdr" if kind == "header" else "ftr"
            number = sum(1 for made, _text in self._made if made == kind) + 1
            xml = f"{DECLARATION}<w:{tag} {NAMESPACES}>{content}</w:{tag}>"
            self._made[kind, content] = self.package.add(f"{kind}{number}.xml", kind, xml)
        return self._made[kind, content]

    def _header(self, text: str, level: int) -> str:
        if not text:
            bare = '<w:pBdr><w:bottom w:val="nil"/></w:pBdr>' if self.style.header_rule else ""
            return ooxml.paragraph("Header", "", bare) + self._filler()
        shown = ooxml.run(text)
        # The cached result is the title that is right for the whole section; Word replaces it page by page.
        return ooxml.paragraph("Header", ooxml.field(f"STYLEREF {level}", shown) if level else shown) + self._filler()

    def _filler(self) -> str:
        """Fill the header down to the text: LibreOffice forgets the distance on the first page of an odd-page section."""
        page = self.style.page
        rule = 60 if self.style.header_rule else 0
        return _space(twips(page.top_mm) - twips(page.header_mm) - round(self.style.header.line_pt * 20) - rule)

    def _footer_filler(self) -> str:
        """Fill the footer up to the text, for the same reason; else the first page of such a section holds one line more."""
        page = self.style.page
        return _space(twips(page.bottom_mm) - twips(page.footer_mm) - round(self.style.footer.line_pt * 20))

    def _footer(self, kind: str) -> str:
        before, _, after = self.style.folio.partition("{page}")
        number = ooxml.field("PAGE", ooxml.run("1"))
        content = ooxml.run(before) + number + ooxml.run(after)
        if not self.style.folio_outside or not self.odd_even:
            return ooxml.paragraph("Footer", content)
        # One character of space at the outer edge, as the standard for official documents has it.
        side, edge = ("left", "left") if kind == "even" else ("right", "right")
        space = round(self.style.footer.size_pt * 20)
        return ooxml.paragraph("Footer", content, f'<w:ind w:{edge}="{space}"/><w:jc w:val="{side}"/>')


def _space(height: int) -> str:
    """Return an empty line of exactly ``height`` twips, nothing where there is no room for one."""
    if height < 40:
        return ""
    return ooxml.paragraph("Spacer", "", f'<w:spacing w:before="0" w:after="0" w:line="{height}" w:lineRule="exact"/>')


def section_xml(section: Section, style: HouseStyle, furniture: Furniture, *, notes: bool) -> str:
    """Return ``w:sectPr``."""
    page = style.page
    restart = "eachPage" if style.notes_per_page else "continuous"
    number = f' w:start="{section.first}"' if section.first else ""
    grid = round(page.grid_pt * 20)
    return (
        "<w:sectPr>"
        + furniture.references(section)
        + (
            f'<w:footnotePr><w:numFmt w:val="decimalEnclosedCircle"/><w:numRestart w:val="{restart}"/></w:footnotePr>'
            if notes
            else ""
        )
        + f'<w:type w:val="{section.start}"/><w:pgSz w:w="{twips(page.width_mm)}" w:h="{twips(page.height_mm)}"/>'
        f'<w:pgMar w:top="{twips(page.top_mm)}" w:right="{twips(page.outside_mm)}" w:bottom="{twips(page.bottom_mm)}" '
        f'w:left="{twips(page.inside_mm)}" w:header="{twips(page.header_mm)}" w:footer="{twips(page.footer_mm)}" w:gutter="0"/>'
        f'<w:pgNumType w:fmt="{section.numbers}"{number}/>'
        f'<w:cols w:num="{section.columns}" w:space="425"/>'
        f'<w:docGrid w:type="lines" w:linePitch="{grid}"/></w:sectPr>'
    )
