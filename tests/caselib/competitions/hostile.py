"""Files that are full of names: in the text, in the properties, in comments, changes, headers, drawings and tags."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from docx import Document
from openpyxl import Workbook
from openpyxl.comments import Comment
from PIL import Image, PngImagePlugin
from pptx import Presentation
from pptx.util import Inches

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(name: str, unit: str, account: str) -> bytes:
    """Return a Word file with names in every part Word keeps them in."""
    document = Document()
    core = document.core_properties
    core.author = core.last_modified_by = account
    core.keywords, core.subject, core.comments, core.category = name, unit, name, unit
    section = document.sections[0]
    section.header.paragraphs[0].text = f"{unit} {name}"
    section.footer.paragraphs[0].text = f"{account}@{unit}"
    document.add_heading("三本账", 1)
    paragraph = document.add_paragraph()
    for part in (name[:1], name[1:]):
        paragraph.add_run(part)
    paragraph.add_run("执笔。正文留下。")
    document.add_comment(paragraph.runs[0], text=f"{name}批注", author=account, initials=name)
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = unit, "数据"
    change = (
        f'<w:p xmlns:w="{W}"><w:ins w:id="9" w:author="{account}" w:date="2026-01-01T00:00:00Z"><w:r><w:t>新增一句</w:t></w:r></w:ins>'
        f'<w:del w:id="10" w:author="{account}"><w:r><w:delText>{name}</w:delText></w:r></w:del></w:p>'
    )
    data = io.BytesIO()
    document.save(data)
    out = io.BytesIO()
    with zipfile.ZipFile(data) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            body = source.read(part)
            if part == "word/document.xml":
                body = body.replace(b"<w:sectPr", change.encode() + b"<w:sectPr", 1)
            if part == "docProps/app.xml":
                body = body.replace(
                    b"</Properties>", f"<Company>{unit}</Company><Manager>{name}</Manager></Properties>".encode()
                )
            target.writestr(part, body)
        target.writestr("customXml/item9.xml", f"<author>{name}</author>")
    return out.getvalue()


def pdf(lines: Sequence[str], account: str) -> bytes:
    """Return a PDF of one page with ``lines`` as text, and ``account`` as its author and in its XMP packet."""
    shown = "".join(
        f"BT /F1 12 Tf 50 {700 - 20 * n} Td <{line.encode('utf-16-be').hex()}> Tj ET\n" for n, line in enumerate(lines)
    )
    xmp = f"<x:xmpmeta><dc:creator>{account}</dc:creator></x:xmpmeta>"
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R /Metadata 8 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>",
        f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream",
        ("<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) "
        "/Supplement 4 >> /FontDescriptor 7 0 R >>"),
        ("<< /Type /FontDescriptor /FontName /STSong-Light /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 900 "
        "/Descent -100 /CapHeight 700 /StemV 80 >>"),
        f"<< /Type /Metadata /Subtype /XML /Length {len(xmp)} >>\nstream\n{xmp}\nendstream",
        f"<< /Author ({account}) /Creator ({account}) >>",
    ]  # fmt: skip
    out, places = b"%PDF-1.5\n", []
    for number, body in enumerate(bodies, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    start = len(out)
    out += f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    return out + f"trailer << /Size {len(bodies) + 1} /Root 1 0 R /Info 9 0 R >>\nstartxref\n{start}\n%%EOF".encode()


def pptx(name: str, unit: str, account: str) -> bytes:
    show = Presentation()
    show.core_properties.author = show.core_properties.last_modified_by = account
    slide = show.slides.add_slide(show.slide_layouts[1])
    slide.shapes.title.text = f"{unit}的做法"
    slide.placeholders[1].text = f"{name}主讲\n第一步走访"
    slide.notes_slide.notes_text_frame.text = f"{name}备注"
    table = slide.shapes.add_table(1, 2, Inches(1), Inches(3), Inches(4), Inches(1)).table
    table.cell(0, 0).text, table.cell(0, 1).text = name, "走访户数"
    picture = slide.shapes.add_picture(io.BytesIO(png(account)), Inches(1), Inches(5))
    picture.name = account
    out = io.BytesIO()
    show.save(out)
    return out.getvalue()


def xlsx(name: str, unit: str, account: str) -> bytes:
    book = Workbook()
    book.properties.creator = book.properties.lastModifiedBy = account
    sheet = book.worksheets[0]
    sheet.title = unit[:20]
    sheet.append([name, "户数", 13800001111])
    sheet.append(["=1+1", "走访", 128])
    sheet["A1"].comment = Comment(f"{name}核过", account)
    sheet["B1"].hyperlink = f"mailto:{account}@example.org"
    sheet.oddHeader.center.text = unit
    book.create_sheet(name).sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def png(account: str) -> bytes:
    """Return a picture with its maker in EXIF and in a text chunk that looks like XMP."""
    image = Image.new("RGB", (40, 30), "white")
    exif = image.getexif()
    exif[0x013B] = account
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", f"<dc:creator>{account}</dc:creator>")
    out = io.BytesIO()
    image.save(out, "PNG", exif=exif, pnginfo=info)
    return out.getvalue()
