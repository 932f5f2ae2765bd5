"""Writes one document: a case, a report, a certificate."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import BinaryIO

from caselib.word import ooxml
from caselib.word.model import Document, Heading
from caselib.word.ooxml import DECLARATION, NAMESPACES
from caselib.word.styles import PLAIN, HouseStyle
from caselib.word.writer.body import BodyWriter, Counters
from caselib.word.writer.images import ImageStore
from caselib.word.writer.package import (
    Package,
    app_properties,
    core_properties,
    custom_properties,
    root_relations,
    write_zip,
)
from caselib.word.writer.sections import Furniture, Section, section_xml
from caselib.word.writer.stylesheet import font_table_xml, numbering_xml, settings_xml, styles_xml
from caselib.word.writer.templates import looks_of, merge_styles
from caselib.word.writer.titles import running, title_line


def write_document(
    document: Document,
    *,
    style: HouseStyle = PLAIN,
    title: str = "",
    properties: Mapping[str, str] | None = None,
    header: str = "",
    folio: bool = True,
    template: bytes | None = None,
) -> bytes:
    """Return ``document`` as a .docx in ``style``.

    ``title`` is printed as the title unless the blocks begin with a heading of level 1, and is the file's title.
    ``properties`` may hold title, subject, creator, keywords, description, category, created, modified (W3C, UTC) and
    any other names, which become custom properties. ``header`` runs above every page; ``folio`` prints page numbers.
    ``template`` is a .docx whose styles are used for what it defines.
    The same input gives the same bytes. A broken image becomes a box; nothing in the text can make this fail.
    """
    package, images = Package(), ImageStore()
    styles = styles_xml(style)
    if template:
        styles = merge_styles(styles, template)
        style = looks_of(styles, style, parts=False)
    writer = BodyWriter(style, package, images, deepest_mark=0)
    furniture = Furniture(package, style, odd_even=style.page.mirrored)
    first = document.blocks[0] if document.blocks else None
    heading = ooxml.line(title)
    own_title = isinstance(first, Heading) and first.level == 1
    chunks = []
    if heading and not own_title:
        chunks.append(ooxml.paragraph("Heading1", *title_line(heading, style.title, style)))
    chunks.append(writer.chapter(document, prefix="d", nested=bool(heading) and not own_title)[0])
    body = "".join(chunks) or ooxml.paragraph("BodyText", "")
    above = running(ooxml.line(header), style)
    section = Section(odd_header=above, even_header=above, folio=folio)
    tail = section_xml(section, style, furniture, notes=True)
    named = {"title": heading, "language": "zh-CN", **dict(document.properties), **dict(properties or {})}
    out = io.BytesIO()
    save(
        out,
        body + tail,
        package,
        images,
        writer.counters,
        style,
        properties=named,
        odd_even=style.page.mirrored,
        styles=styles,
    )
    return out.getvalue()


def save(
    out: BinaryIO,
    body: str,
    package: Package,
    images: ImageStore,
    counters: Counters,
    style: HouseStyle,
    *,
    properties: Mapping[str, str],
    parts: bool = False,
    odd_even: bool = False,
    update_fields: bool = False,
    styles: str = "",
) -> None:
    """Write ``body`` (the children of ``w:body``) and all that belongs to it to ``out`` as a whole .docx."""
    package.add("styles.xml", "styles", styles or styles_xml(style, parts=parts))
    package.add("numbering.xml", "numbering", numbering_xml())
    package.add("fontTable.xml", "fontTable", font_table_xml(style))
    package.add(
        "settings.xml",
        "settings",
        settings_xml(style, odd_even=odd_even, mirrored=style.page.mirrored, update_fields=update_fields, notes=True),
    )
    package.add("footnotes.xml", "footnotes", _notes_xml("footnote", counters))
    if counters.notes["endnote"]:
        package.add("endnotes.xml", "endnotes", _notes_xml("endnote", counters))
    if counters.comments:
        package.add(
            "comments.xml",
            "comments",
            f"{DECLARATION}<w:comments {NAMESPACES}>{''.join(counters.comments)}</w:comments>",
        )
    media = {}
    for stored in images.stored.values():
        package.image(stored.relation, f"media/{stored.key}.{stored.suffix}")
        media[f"word/media/{stored.key}.{stored.suffix}"] = stored.data
    parts_xml = {name: xml for name, (_kind, xml) in package.parts.items()}
    parts_xml |= {
        "[Content_Types].xml": package.content_types(),
        "_rels/.rels": root_relations(),
        "docProps/app.xml": app_properties(),
        "docProps/core.xml": core_properties(properties),
        "docProps/custom.xml": custom_properties(properties),
        "word/_rels/document.xml.rels": package.document_relations(),
        "word/document.xml": f"{DECLARATION}<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>",
    }
    write_zip(out, parts_xml, media)


def _notes_xml(kind: str, counters: Counters) -> str:
    separators = "".join(
        f'<w:{kind} w:type="{name}" w:id="{number}"><w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="240" '
        f'w:lineRule="auto"/></w:pPr><w:r><w:{name}/></w:r></w:p></w:{kind}>'
        for number, name in ((-1, "separator"), (0, "continuationSeparator"))
    )
    return f"{DECLARATION}<w:{kind}s {NAMESPACES}>{separators}{''.join(counters.notes[kind])}</w:{kind}s>"
