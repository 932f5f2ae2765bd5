"""What stands in a paragraph, a table or beside the text comes out whole, accepted and reported."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from caselib.word.model import Document, Heading, Paragraph, Picture, Table
from caselib.word.reader.document import read_docx
from tests.caselib.word.packages import (
    HEAD,
    NS,
    cell,
    docx,
    level,
    numbered,
    numbering,
    p,
    picture,
    r,
    style,
    styles,
    table,
)

LONG = "工作组走访了三个村民小组，把每户的意见一条一条记下来，再逐条商量办法。"
BOLD = "<w:b/>"


def read(body: str, **kwargs: object) -> Document:
    return read_docx(docx(body, **kwargs))  # type: ignore[arg-type]


def headings(document: Document) -> list[tuple[int, str, bool]]:
    return [
        (block.level, block.number + block.text, block.guessed)
        for block in document.blocks
        if isinstance(block, Heading)
    ]


def codes(document: Document) -> set[str]:
    return {warning.code for warning in document.warnings}


def png(size: tuple[int, int] = (8, 8)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size).save(out, "PNG")
    return out.getvalue()


# -- headings ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "name", "extra"),
    [
        ("1", "heading 1", ""),
        ("a3", "标题 1", ""),
        ("Heading1", "Heading 1", ""),
        ("x", "我的标题", '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>'),
    ],
)
def test_heading_styles_by_name_or_outline(key: str, name: str, extra: str) -> None:
    document = read(p("背景", style=key) + p(LONG), parts={"word/styles.xml": styles(style(key, name, extra))})
    assert headings(document)[0] == (1, "背景", False)


def test_an_outline_level_is_inherited_and_circles_end() -> None:
    sheet = styles(style("a", "甲", based="b"), style("b", "乙", '<w:pPr><w:outlineLvl w:val="1"/></w:pPr>', based="a"))
    assert headings(read(p("做法", style="a") + p(LONG), parts={"word/styles.xml": sheet}))[0] == (2, "做法", False)


def test_faked_headings_by_number_weight_and_size() -> None:
    title = p("小院议事", props='<w:jc w:val="center"/>', run='<w:b/><w:sz w:val="36"/>')
    body = (
        title
        + p("一、缘起", run=BOLD)
        + p(LONG)
        + p("（一）先议", run=BOLD)
        + p(LONG)
        + p("二、做法", run=BOLD)
        + p(LONG)
    )
    assert headings(read(body)) == [
        (1, "小院议事", True),
        (2, "一、缘起", True),
        (3, "（一）先议", True),
        (2, "二、做法", True),
    ]


def test_a_list_of_short_numbered_lines_is_no_outline() -> None:
    body = p("议题有：") + p("1.停车") + p("2.路灯") + p("3.垃圾") + p(LONG)
    assert headings(read(p("议事会", run='<w:sz w:val="40"/>') + p(LONG) + body))[1:] == []


def test_a_sentence_in_a_heading_style_is_text() -> None:
    document = read(p(LONG, style="1") + p(LONG), parts={"word/styles.xml": styles(style("1", "heading 1"))})
    assert headings(document) == [] and "heading_demoted" in codes(document)


def test_a_numbered_heading_style_keeps_its_number() -> None:
    sheet = styles(style("1", "heading 1", f"<w:pPr>{numbered(1)}</w:pPr>"))
    document = read(
        p("总则", style="1") + p(LONG),
        parts={"word/styles.xml": sheet, "word/numbering.xml": numbering(level(0, "chineseCounting", "第%1章"))},
    )
    assert headings(document) == [(1, "第一章总则", False)]


def test_run_in_leads() -> None:
    body = p(inner=r("先定规矩。", BOLD) + r(LONG)) + p(LONG)
    block = read(p("题", run='<w:sz w:val="40"/>') + body).blocks[1]
    assert isinstance(block, Paragraph) and (block.role, block.lead, block.text) == (
        "lead",
        "先定规矩。",
        "先定规矩。" + LONG,
    )


def test_run_in_leads_by_face() -> None:
    kai = '<w:rFonts w:eastAsia="楷体_GB2312"/>'
    block = read(p("题", run='<w:sz w:val="40"/>') + p(inner=r("（一）先定规矩。", kai) + r(LONG)) + p(LONG)).blocks[1]
    assert isinstance(block, Paragraph) and (block.role, block.lead) == ("lead", "（一）先定规矩。")


def test_a_typed_table_of_contents_is_not_the_text() -> None:
    body = (
        p("办法（草案）", props='<w:jc w:val="center"/>', run=BOLD) + p("目 录") + p("第一章 总则") + p("第二章 附则")
    )
    body += p("第一章 总则", run=BOLD) + p(LONG) + p("第二章 附则", run=BOLD) + p(LONG)
    document = read(body)
    assert [text for _, text, _ in headings(document)] == ["办法（草案）", "第一章 总则", "第二章 附则"]


# -- runs -------------------------------------------------------------------------------------------------------


def test_tracked_changes_are_accepted_and_told() -> None:
    body = p(
        inner=r("原来") + f'<w:ins w:author="王某">{r("新增")}</w:ins>'
        '<w:del w:author="王某"><w:r><w:delText>删去</w:delText></w:r></w:del>'
    )
    document = read(body + p(LONG))
    assert document.blocks[0].text == "原来新增"  # type: ignore[union-attr]
    assert {(w.code, w.text) for w in document.warnings} >= {
        ("change_inserted", "王某: 新增"),
        ("change_deleted", "王某: 删去"),
    }


def test_a_deleted_paragraph_mark_joins() -> None:
    body = f'<w:p><w:pPr><w:rPr><w:del w:author="x"/></w:rPr></w:pPr>{r("前半句，")}</w:p>' + p("后半句。")
    assert [block.text for block in read(body).blocks] == ["前半句，后半句。"]  # type: ignore[union-attr]


def test_a_deleted_row_is_gone() -> None:
    row = f"<w:tr><w:trPr><w:del/></w:trPr>{cell('旧')}{cell('旧')}</w:tr>"
    body = table([cell("新"), cell("新")]).replace("</w:tbl>", row + "</w:tbl>")
    found = read(body).blocks[0]
    assert isinstance(found, Table) and len(found.rows) == 1


def fld(instruction: str, result: str = "") -> str:
    middle = f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{r(result)}' if result else ""
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve">{instruction}</w:instrText></w:r>'
        f'{middle}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def test_fields_show_their_result_only() -> None:
    body = p(
        inner=r("见") + fld("REF _x \\h", "表1") + r("，") + fld('HYPERLINK "https://example.org/a"', "链接") + r("。")
    )
    block = read(body + p(LONG)).blocks[0]
    assert block.text == "见表1，链接。"  # type: ignore[union-attr]
    assert [run.href for run in block.runs if run.href] == ["https://example.org/a"]  # type: ignore[union-attr]


def test_nested_and_unfinished_fields_lose_no_text() -> None:
    body = p(inner=r("前") + '<w:r><w:fldChar w:fldCharType="end"/></w:r>' + fld("IF " + "1", "中") + r("后"))
    assert read(body + p(LONG)).blocks[0].text == "前中后"  # type: ignore[union-attr]


def test_ruby_in_both_kinds() -> None:
    ruby = f"<w:r><w:ruby><w:rt>{r('yá')}</w:rt><w:rubyBase>{r('崖')}</w:rubyBase></w:ruby></w:r>"
    old = fld(r"EQ \* jc2 \* hps10 \o\ad(\s\up 9(lǐ),里)")
    block = read(p(inner=r("悬") + ruby + old + r("村")) + p(LONG)).blocks[0]
    assert block.text == "悬崖里村"  # type: ignore[union-attr]
    assert [(run.text, run.ruby) for run in block.runs if run.ruby] == [("崖", "yá"), ("里", "lǐ")]  # type: ignore[union-attr]


def test_raised_lowered_symbols_tabs_and_hidden() -> None:
    inner = (
        r("10")
        + r("2", '<w:vertAlign w:val="superscript"/>')
        + r("H")
        + r("2", '<w:vertAlign w:val="subscript"/>')
        + '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:tab/><w:br/></w:r>'
        + r("藏", "<w:vanish/>")
    )
    document = read(p(inner=inner + r("完。")) + p(LONG))
    block = document.blocks[0]
    assert block.text == "102H2☑\t\n完。" and "hidden_text" in codes(document)  # type: ignore[union-attr]
    assert [run.text for run in block.runs if run.superscript] == ["2"]  # type: ignore[union-attr]


def test_notes_are_keyed_in_calling_order() -> None:
    notes = f'<w:footnote w:id="7">{p("第七条注")}</w:footnote><w:footnote w:id="3">{p("第三条注")}</w:footnote>'
    rule = '<w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
    parts = {"word/footnotes.xml": f"{HEAD}<w:footnotes {NS}>{rule}{notes}</w:footnotes>"}
    body = p(
        inner=r("先")
        + '<w:r><w:footnoteReference w:id="3"/></w:r>'
        + r("后")
        + '<w:r><w:footnoteReference w:id="7"/></w:r>'
    )
    document = read(body + p(LONG), parts=parts)
    assert [(key, "".join(run.text for run in note.runs)) for key, note in document.notes.items()] == [
        ("1", "第三条注"),
        ("2", "第七条注"),
    ]
    assert [run.note for run in document.blocks[0].runs] == ["1", "2"]  # type: ignore[union-attr]


def test_comments_come_with_author_and_passage() -> None:
    parts = {
        "word/comments.xml": f'{HEAD}<w:comments {NS}><w:comment w:id="0" w:author="李某" w:date="2026-11-01T08:00:00Z">'
        f"{p('此处补数据')}</w:comment></w:comments>"
    }
    body = p(LONG) + p(
        inner=r("做法") + '<w:commentRangeStart w:id="0"/>' + r("有效") + '<w:commentRangeEnd w:id="0"/>' + r("。")
    )
    (comment,) = read(body, parts=parts).comments
    assert (comment.author, comment.text, comment.paragraph, comment.start, comment.end) == (
        "李某",
        "此处补数据",
        1,
        2,
        4,
    )


def test_content_controls_and_placeholders() -> None:
    body = f"<w:sdt><w:sdtContent>{p('控件里的字。')}</w:sdtContent></w:sdt>"
    body += f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{p('单击此处输入')}</w:sdtContent></w:sdt>"
    document = read(body + p(LONG))
    assert document.blocks[0].text == "控件里的字。" and "placeholder_dropped" in codes(document)  # type: ignore[union-attr]


# -- tables and pictures ----------------------------------------------------------------------------------------


def test_merged_cells_have_spans() -> None:
    body = table(
        [cell("甲", '<w:gridSpan w:val="2"/>'), cell("乙", '<w:vMerge w:val="restart"/>')],
        [cell("丙"), cell("丁"), cell("", "<w:vMerge/>")],
        columns=3,
    )
    found = read(body).blocks[0]
    assert isinstance(found, Table) and found.columns == 3
    assert [[(c.text, c.colspan, c.rowspan) for c in row] for row in found.rows] == [
        [("甲", 2, 1), ("乙", 1, 2)],
        [("丙", 1, 1), ("丁", 1, 1)],
    ]


def test_a_caption_goes_to_its_table_or_picture() -> None:
    body = p("表1 户数", props='<w:jc w:val="center"/>') + table([cell("户"), cell("数")])
    body += p(inner=picture("img")) + p("图1 院子", props='<w:jc w:val="center"/>') + p(LONG)
    document = read(body, parts={"word/media/a.png": png()}, links=[("img", "image", "media/a.png")])
    found = [block for block in document.blocks if isinstance(block, Table | Picture)]
    assert [block.caption for block in found] == ["表1 户数", "图1 院子"]


def test_fields_of_a_cover_set_as_headings_and_lines_of_a_program_are_no_headings() -> None:
    body = p("数字档案实验", style="h") + p("学 院： 管理学院", style="h") + p(LONG)
    body += p("if(0==found[0])", run=BOLD) + p(LONG) + p("一、准备", run=BOLD) + p(LONG)
    found = read(body, parts={"word/styles.xml": styles(style("h", "heading 1"))})
    assert [text for _, text, _ in headings(found)] == ["数字档案实验", "一、准备"]


def test_a_caption_between_a_picture_and_a_table() -> None:
    middle = '<w:jc w:val="center"/>'
    for text, captions in (("表2 花销", ["", "表2 花销"]), ("图2 院子", ["图2 院子", ""])):
        body = p(LONG) + p(inner=picture("img")) + p(text, props=middle) + table([cell("项"), cell("元")])
        document = read(body, parts={"word/media/a.png": png()}, links=[("img", "image", "media/a.png")])
        assert [block.caption for block in document.blocks if isinstance(block, Table | Picture)] == captions


def test_pictures_inline_in_boxes_and_in_cells() -> None:
    box = (
        '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><wps:txbx><w:txbxContent>'
        f"{p('框里的话。')}{p(inner=picture('img', '框图'))}</w:txbxContent></wps:txbx></wp:anchor></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox><w:txbxContent>{p('框里的话。')}</w:txbxContent></v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
    in_cell = f"<w:tc>{p(inner=picture('img', '格图'))}</w:tc>"
    body = p(inner=picture("img", "行图")) + p(inner=box) + table([in_cell, cell("右")])
    document = read(body, parts={"word/media/a.png": png()}, links=[("img", "image", "media/a.png")])
    assert [block.alt for block in document.blocks if isinstance(block, Picture)] == ["行图", "框图"]
    assert [block.text for block in document.blocks if isinstance(block, Paragraph)] == ["框里的话。"]
    grid = next(block for block in document.blocks if isinstance(block, Table))
    assert [item.alt for item in grid.rows[0][0].pictures] == ["格图"]
    assert len(document.images) == 1


def test_pictures_that_cannot_be_shown_are_told() -> None:
    body = p(LONG) + p(inner=picture("a")) + p(inner=picture("b")) + p(inner=picture("c")) + p(inner=picture("d"))
    emf = b"\x01\x00\x00\x00" + b"\x00" * 36 + b" EMF" + b"\x00" * 60
    document = read(
        body,
        parts={"word/media/x.bin": b"no picture", "word/media/y.emf": emf},
        links=[
            ("a", "image", "http://example.org/a.png"),
            ("b", "image", "media/x.bin"),
            ("d", "image", "media/y.emf"),
        ],
    )
    assert codes(document) >= {"image_external", "image_unknown", "image_missing", "image_vector"}


def test_formulas_become_text() -> None:
    maths = "<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>"
    assert read(p(inner=r("得") + maths) + p(LONG)).blocks[0].text == "得(1)/(2)"  # type: ignore[union-attr]


def test_strict_documents_are_read() -> None:
    raw = f"{HEAD}<w:document {NS}><w:body>{p('严格格式。')}</w:body></w:document>".replace(
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    assert read_docx(docx("", raw=raw)).blocks[0].text == "严格格式。"  # type: ignore[union-attr]


def test_radicals_from_a_pdf_become_the_characters_meant() -> None:
    document = read(p("⼀、⽂件⻓期⻅效") + p("账本上墙，一户一页。"))
    assert "一、文件长期见效" in [block.text for block in document.blocks if isinstance(block, Heading | Paragraph)]
    assert "radicals_replaced" in codes(document)


def test_a_heading_may_have_a_colon_and_a_field_may_be_bold() -> None:
    document = read(
        p("停车之争", props='<w:jc w:val="center"/>', run=BOLD + '<w:sz w:val="36"/>')
        + p("第一幕：投诉像雪片一样飞来", run=BOLD)
        + p(LONG)
        + p("破局：谁来管？", run=BOLD)
        + p(LONG)
        + p("联系人：周正平", run=BOLD)
        + p("教学目标：说清停车为什么难", run=BOLD)
        + p(LONG)
    )
    assert [text for _, text, _ in headings(document)] == ["停车之争", "第一幕：投诉像雪片一样飞来", "破局：谁来管？"]


def test_a_page_typed_into_one_cell_is_the_text_and_a_remark_in_a_box_is_a_table() -> None:
    inner = table([cell("姓名"), cell("处分")], [cell("马某"), cell("警告")])
    page = p("小账本里的大问题", props='<w:jc w:val="center"/>', run=BOLD + '<w:sz w:val="44"/>')
    page += p("一、案情", run=BOLD) + p(LONG) + inner + p("二、剖析", run=BOLD) + p(LONG) + p(LONG)
    document = read(table([f"<w:tc>{page}</w:tc>"], columns=1) + table([cell("知识链接：账本要公开。")], columns=1))
    assert [text for _, text, _ in headings(document)] == ["小账本里的大问题", "一、案情", "二、剖析"]
    assert [len(block.rows) for block in document.blocks if isinstance(block, Table)] == [2, 1]
    assert codes(document) == {"layout_table"}


def test_the_words_of_word_art_are_text() -> None:
    art = '<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textpath string="小院议事厅"/></v:shape></w:pict></w:r>'
    document = read(p(inner=art) + p("一、背景", run=BOLD) + p(LONG))
    assert "小院议事厅" in [block.text for block in document.blocks if isinstance(block, Heading | Paragraph)]


def test_what_is_set_like_the_questions_at_the_end_stands_beside_them() -> None:
    black = '<w:rFonts w:eastAsia="黑体"/>'
    body = p("小院议事厅", props='<w:jc w:val="center"/>', run=BOLD + '<w:sz w:val="44"/>')
    for name in ("一、背景", "二、做法", "思考题", "教学安排"):
        body += p(name, run=black) + p(LONG)
    assert [level for level, _, _ in headings(read(body))] == [1, 2, 2, 2, 2]


def test_a_cover_taken_into_the_control_of_the_contents_is_read() -> None:
    """WPS lets the control begin at the cover; what stands before the entries, and text between them, is no entry."""
    told = "本人郑重声明：所呈交的稿件是作者在走访以后写成的，文中引用之处都已经注明，没有别人发表过的内容。"
    entries = p("目　录") + p("一、背景\t1") + p("二、做法\t3") + p(told)
    control = (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
        f"<w:sdtContent>{p('一本账的公开')}{p('王芳')}{entries}</w:sdtContent></w:sdt>"
    )
    blocks = read_docx(docx(control + p("一、背景", run=BOLD) + p(LONG))).blocks
    roles = {block.text: block.role for block in blocks if isinstance(block, Paragraph)}
    assert roles["目　录"] == roles["一、背景\t1"] == "toc"
    assert roles[told] == "body"
    assert "toc" not in (roles.get("一本账的公开"), roles.get("王芳"))
