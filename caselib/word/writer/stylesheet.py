"""styles.xml, numbering.xml, fontTable.xml and settings.xml of a house style."""

from __future__ import annotations

from dataclasses import replace

from caselib.word.ooxml import DECLARATION, NAMESPACES, W, escape, twips
from caselib.word.styles import HEI, KAI, SONG, HouseStyle, Look

_ALIGN = {"both": "both", "left": "left", "center": "center", "right": "right"}
# What a machine without the face may use instead; pitch and family help the choice.
_ALTERNATIVES = {
    "方正小标宋简体": "华文中宋",
    "仿宋": "仿宋_GB2312",
    "楷体": "楷体_GB2312",
    "宋体": "SimSun",
    "黑体": "SimHei",
    "仿宋_GB2312": "仿宋",
    "楷体_GB2312": "楷体",
}
_PARAGRAPH_RULES = (
    '<w:kinsoku/><w:wordWrap/><w:overflowPunct/><w:topLinePunct w:val="0"/><w:autoSpaceDE/><w:autoSpaceDN/>',
)


def _points(value: float) -> int:
    return round(value * 20)


def look_paragraph(
    look: Look,
    *,
    keep_next: bool = False,
    keep_lines: bool = False,
    level: int | None = None,
    tabs: str = "",
    border: str = "",
    hanging: float = 0.0,
    left: float = 0.0,
) -> str:
    """Return ``w:pPr`` of a style with ``look``; ``level`` is the outline level from 0."""
    rule = "exact" if look.line_pt else "auto"
    line = _points(look.line_pt) if look.line_pt else 240
    indent = ""
    if look.indent_chars:
        chars, width = round(look.indent_chars * 100), _points(look.indent_chars * (look.size_pt + look.tracking_pt))
        indent = f'<w:ind w:firstLineChars="{chars}" w:firstLine="{width}"/>'
    if hanging:
        indent = f'<w:ind w:left="{_points(left or hanging)}" w:hanging="{_points(hanging)}"/>'
    return (
        "<w:pPr>"
        + ("<w:keepNext/>" if keep_next else "")
        + ("<w:keepLines/>" if keep_lines else "")
        + border
        + tabs
        + f'<w:snapToGrid w:val="0"/><w:spacing w:before="{_points(look.before_pt)}" w:after="{_points(look.after_pt)}" '
        f'w:line="{line}" w:lineRule="{rule}"/>'
        + indent
        + f'<w:jc w:val="{_ALIGN[look.align]}"/>'
        + (f'<w:outlineLvl w:val="{level}"/>' if level is not None else "")
        + "</w:pPr>"
    )


def look_run(look: Look) -> str:
    """Return ``w:rPr`` of a style with ``look``: faces for both scripts, size, weight, colour, tracking."""
    latin, asian = escape(look.latin), escape(look.face)
    size = round(look.size_pt * 2)
    return (
        f'<w:rPr><w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:eastAsia="{asian}" w:cs="{latin}"/>'
        + ("<w:b/><w:bCs/>" if look.bold else '<w:b w:val="0"/><w:bCs w:val="0"/>')
        + (f'<w:color w:val="{look.color}"/>' if look.color else "")
        + (f'<w:spacing w:val="{_points(look.tracking_pt)}"/>' if look.tracking_pt else "")
        + f'<w:kern w:val="0"/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'
    )


def _style(ident: str, name: str, look: Look, *, based: str = "Normal", follow: str = "", **layout: object) -> str:
    return (
        f'<w:style w:type="paragraph" w:styleId="{ident}"><w:name w:val="{name}"/><w:basedOn w:val="{based}"/>'
        + (f'<w:next w:val="{follow}"/>' if follow else "")
        + '<w:uiPriority w:val="1"/><w:qFormat/>'
        + look_paragraph(look, **layout)  # type: ignore[arg-type]
        + look_run(look)
        + "</w:style>"
    )


def _character(ident: str, name: str, properties: str) -> str:
    return (
        f'<w:style w:type="character" w:styleId="{ident}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="DefaultParagraphFont"/><w:uiPriority w:val="99"/><w:rPr>{properties}</w:rPr></w:style>'
    )


def styles_xml(style: HouseStyle, *, parts: bool = False) -> str:
    """Return styles.xml. With ``parts``, heading 1 is the part and heading 2 the case title; else 1 is the title."""
    body = style.body
    chunks = [
        f"{DECLARATION}<w:styles {NAMESPACES}>",
        _defaults(style),
        _basics(style),
        _headings(style, parts),
        _style("BodyText", "Body Text", body),
        _style("Byline", "Byline", style.byline, follow="BodyText"),
        _style("Quote", "Quote", style.quote),
        _signature(style),
        _list(style),
        _style("Caption", "caption", style.caption, keep_lines=True),
        _style("TableCaption", "Table Caption", style.caption, based="Caption", keep_next=True, keep_lines=True),
        _style("FigureLine", "Figure Line", _free(style.caption), keep_next=True),
        _style("TableText", "Table Text", style.table),
        _style("TableHead", "Table Head", _headed(style.table)),
        _style("TableSmall", "Table Small", small_table(style)),
        _style("TableSmallHead", "Table Small Head", _headed(small_table(style))),
        _style("TableTiny", "Table Tiny", tiny_table(style)),
        _style("TableTinyHead", "Table Tiny Head", _headed(tiny_table(style))),
        _style("Box", "Box", _headed(style.table), border=_box_border()),
        _style("Spacer", "Spacer", Look(style.body.face, 1, line_pt=8)),
        _notes(style),
        _furniture(style),
        _table_style(),
        "</w:styles>",
    ]
    return "".join(chunks)


def _signature(style: HouseStyle) -> str:
    """Return the style of who signs a foreword, and when: on the right, two characters from the edge."""
    look = replace(_flush(style.body), align="right")
    edge = round(look.size_pt * 40)
    made = _style("Signature", "Signature", look, follow="Signature", keep_lines=True)
    return made.replace("<w:jc ", f'<w:ind w:rightChars="200" w:right="{edge}"/><w:jc ', 1)


def _list(style: HouseStyle) -> str:
    """Return the style of list items: their numbers stand where paragraphs begin, their lines behind them or flush."""
    size = style.body.size_pt
    if not style.list_hanging:
        return _style("ListBody", "List Body", style.body)
    return _style("ListBody", "List Body", _flush(style.body), left=size * 4, hanging=size * 2)


def _flush(look: Look) -> Look:
    return Look(
        look.face, look.size_pt, look.latin, look.bold, look.align, 0, look.line_pt, tracking_pt=look.tracking_pt
    )


def _free(look: Look) -> Look:
    return Look(look.face, look.size_pt, align="center", line_pt=0, before_pt=6)


def small_table(style: HouseStyle) -> Look:
    """Return the look of text in tables of many columns."""
    look = style.table
    return replace(look, size_pt=max(6.0, look.size_pt * 0.75), line_pt=look.line_pt * 0.75)


def tiny_table(style: HouseStyle) -> Look:
    """Return the look of text in tables whose numbers would not fit otherwise: as small as can be read in print."""
    look = style.table
    size = max(5.5, look.size_pt * 0.56)
    return replace(look, size_pt=size, line_pt=size * 1.5 if look.line_pt else 0.0)


def _headed(look: Look) -> Look:
    return Look(HEI, look.size_pt, look.latin, False, "center", 0, look.line_pt)


def _defaults(style: HouseStyle) -> str:
    look = style.body
    latin, asian = escape(look.latin), escape(look.face)
    size = round(look.size_pt * 2)
    # Theme faces would win over the names, so none is set.
    return (
        f'<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:eastAsia="{asian}" '
        f'w:cs="{latin}"/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        f'<w:pPrDefault><w:pPr><w:widowControl w:val="{int(style.widow_control)}"/>{_PARAGRAPH_RULES}</w:pPr></w:pPrDefault>'
        "</w:docDefaults>"
    )


def _basics(style: HouseStyle) -> str:
    normal = _flush(style.body)
    return (
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>'
        + look_paragraph(normal)
        + look_run(normal)
        + "</w:style>"
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
        '<w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar>'
        '<w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/>'
        '<w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
        '<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/>'
        '<w:uiPriority w:val="99"/><w:semiHidden/></w:style>'
    )


def _headings(style: HouseStyle, parts: bool) -> str:
    looks = [*([style.part] if parts else []), style.title]
    looks += [style.heading(depth) for depth in range(1, 10 - len(looks))]
    return "".join(
        _style(f"Heading{n}", f"heading {n}", look, follow="BodyText", keep_next=True, keep_lines=True, level=n - 1)
        for n, look in enumerate(looks, 1)
    )


def _notes(style: HouseStyle) -> str:
    lead = style.lead
    return (
        _style("FootnoteText", "footnote text", style.note, hanging=style.note.size_pt * 1.5)
        + _style("EndnoteText", "endnote text", style.note, hanging=style.note.size_pt * 1.5)
        + _style("CommentText", "annotation text", Look(SONG, 10.5, align="left", line_pt=0))
        + _character("FootnoteReference", "footnote reference", '<w:vertAlign w:val="superscript"/>')
        + _character("EndnoteReference", "endnote reference", '<w:vertAlign w:val="superscript"/>')
        + _character("CommentReference", "annotation reference", '<w:sz w:val="21"/><w:szCs w:val="21"/>')
        + _character("Hyperlink", "Hyperlink", '<w:color w:val="2B4C7E"/><w:u w:val="single"/>')
        + _character(
            "Lead", "Lead", f'<w:rFonts w:eastAsia="{escape(lead.face)}"/>' + ("<w:b/><w:bCs/>" if lead.bold else "")
        )
    )


def _furniture(style: HouseStyle) -> str:
    page = style.page
    right = twips(page.text_width_mm)
    dots = f'<w:tabs><w:tab w:val="right" w:leader="middleDot" w:pos="{right}"/></w:tabs>'
    matter = style.contents_title
    chunks = [
        _style("MatterTitle", "Matter Title", matter, follow="BodyText", keep_next=True, level=0),
        _style("TOCHeading", "TOC Heading", matter),
        _style("Header", "header", style.header, border=_rule() if style.header_rule else ""),
        _style("Footer", "footer", style.footer),
        _style("CoverTitle", "Cover Title", style.cover_title),
        _style("CoverLine", "Cover Line", style.cover_line),
        _style("IndexLine", "Index Line", style.index, hanging=style.index.size_pt * 2),
        _style("Imprint", "Imprint", style.index),
        _style(
            "SmallLine", "Small Line", Look(KAI, style.caption.size_pt, align="right", line_pt=style.caption.line_pt)
        ),
    ]
    for level in (1, 2, 3):
        look = style.contents_look(level)
        left = _points(look.indent_chars * look.size_pt)
        # No right indent: LibreOffice cuts off what stands after a tab beyond it.
        indent = f'<w:ind w:left="{left}"/>'
        paragraph = look_paragraph(
            Look(
                look.face,
                look.size_pt,
                align="left",
                line_pt=look.line_pt,
                before_pt=look.before_pt,
                after_pt=look.after_pt,
            ),
            tabs=dots,
        )
        chunks.append(
            f'<w:style w:type="paragraph" w:styleId="TOC{level}"><w:name w:val="toc {level}"/><w:basedOn w:val="Normal"/>'
            '<w:next w:val="Normal"/><w:uiPriority w:val="39"/>'
            + paragraph.replace('<w:jc w:val="left"/>', indent + '<w:jc w:val="left"/>')
            + look_run(look)
            + "</w:style>"
        )
    return "".join(chunks)


def _box_border() -> str:
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="6" w:space="8" w:color="7F7F7F"/>'
        for side in ("top", "left", "bottom", "right")
    )
    return f'<w:pBdr>{sides}</w:pBdr><w:shd w:val="clear" w:color="auto" w:fill="F2F2F2"/>'


def _rule() -> str:
    return '<w:pBdr><w:bottom w:val="single" w:sz="4" w:space="2" w:color="auto"/></w:pBdr>'


def _table_style() -> str:
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    return (
        '<w:style w:type="table" w:styleId="TableGrid"><w:name w:val="Table Grid"/><w:basedOn w:val="TableNormal"/>'
        f'<w:uiPriority w:val="39"/><w:tblPr><w:tblBorders>{sides}</w:tblBorders><w:tblCellMar>'
        '<w:top w:w="40" w:type="dxa"/><w:left w:w="85" w:type="dxa"/><w:bottom w:w="40" w:type="dxa"/>'
        '<w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
    )


def numbering_xml() -> str:
    """Return numbering.xml: the one automatic list of the writer, for items without a number of their own."""
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/>'
        f'<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{420 * (level + 1)}" w:hanging="420"/></w:pPr>'
        f'<w:rPr><w:rFonts w:ascii="{SONG}" w:hAnsi="{SONG}" w:eastAsia="{SONG}" w:hint="eastAsia"/></w:rPr></w:lvl>'
        for level in range(9)
    )
    return (
        f'{DECLARATION}<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="0">'
        f'<w:multiLevelType w:val="hybridMultilevel"/>{levels}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )


def font_table_xml(style: HouseStyle) -> str:
    """Return fontTable.xml: every face of the style with what may stand in for it."""
    looks = [
        value for value in (getattr(style, name) for name in style.__dataclass_fields__) if isinstance(value, Look)
    ]
    looks += [*style.headings, *style.contents]
    faces = sorted({look.face for look in looks} | {SONG, HEI, KAI})
    latin = sorted({look.latin for look in looks} - set(faces))
    rows = [
        f'<w:font w:name="{escape(face)}">'
        + (f'<w:altName w:val="{_ALTERNATIVES[face]}"/>' if face in _ALTERNATIVES else "")
        + '<w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
        for face in faces
    ]
    rows += [
        f'<w:font w:name="{escape(face)}"><w:charset w:val="00"/><w:family w:val="roman"/><w:pitch w:val="variable"/></w:font>'
        for face in latin
    ]
    return f'{DECLARATION}<w:fonts xmlns:w="{W}">{"".join(rows)}</w:fonts>'


def settings_xml(style: HouseStyle, *, odd_even: bool, mirrored: bool, update_fields: bool, notes: bool) -> str:
    """Return settings.xml. ``update_fields`` makes Word build the contents on opening, and ask first."""
    restart = "eachPage" if style.notes_per_page else "continuous"
    compat = "".join(
        f'<w:compatSetting w:name="{name}" w:uri="http://schemas.microsoft.com/office/word" w:val="{value}"/>'
        for name, value in (
            ("compatibilityMode", 15),
            ("overrideTableStyleFontSizeAndJustification", 1),
            ("enableOpenTypeFeatures", 1),
            ("doNotFlipMirrorIndents", 1),
        )
    )
    footnotes = (
        f'<w:footnotePr><w:numFmt w:val="decimalEnclosedCircle"/><w:numRestart w:val="{restart}"/>'
        '<w:footnote w:id="-1"/><w:footnote w:id="0"/></w:footnotePr>'
    )
    return (
        f'{DECLARATION}<w:settings xmlns:w="{W}"><w:zoom w:percent="100"/>'
        + ("<w:mirrorMargins/>" if mirrored else "")
        + '<w:defaultTabStop w:val="420"/>'
        + ("<w:evenAndOddHeaders/>" if odd_even else "")
        # Squeezed punctuation differs between Word, WPS and LibreOffice; page numbers must not.
        + '<w:characterSpacingControl w:val="doNotCompress"/>'
        + ('<w:updateFields w:val="true"/>' if update_fields else "")
        + (footnotes if notes else "")
        + "<w:compat><w:spaceForUL/><w:balanceSingleByteDoubleByteWidth/><w:doNotLeaveBackslashAlone/>"
        f"<w:ulTrailSpace/><w:doNotExpandShiftReturn/><w:adjustLineHeightInTable/><w:useFELayout/>{compat}</w:compat>"
        '<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/><w:decimalSymbol w:val="."/><w:listSeparator w:val=","/></w:settings>'
    )
