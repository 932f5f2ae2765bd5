"""Files made to do harm are refused with a code or read without it, in bounded time."""

from __future__ import annotations

import io
import os
import random
import struct
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from caselib.ingest.splitting import split
from caselib.ingest.texts import reading_text
from caselib.word import confine, convert, guard
from caselib.word.convert import converter
from caselib.word.guard import LIMITS, UnreadableError, sniff
from caselib.word.model import Paragraph, Table
from caselib.word.reader.document import read_docx
from caselib.word.sandbox import run_limited
from tests.caselib.word.packages import HEAD, NS, cell, docx, p, picture, table, zipped

HOSTILE = Path(os.environ.get("CASELIB_SHARED") or Path(__file__).resolve().parents[4] / "shared") / "data" / "hostile"


def refusal(data: bytes, name: str = "x.docx") -> str:
    with pytest.raises(UnreadableError) as caught:
        if sniff(data, name) == "docx":
            read_docx(data)
    return caught.value.code


def codes(data: bytes) -> set[str]:
    return {warning.code for warning in read_docx(data).warnings}


def test_sniffing() -> None:
    assert refusal(b"") == "empty_file"
    assert refusal(b"\x00" * 40) == "empty_file"
    assert refusal(b"%PDF-1.7") == "not_a_manuscript"
    assert refusal(b"MZ\x90\x00") == "not_a_manuscript"
    assert refusal("就是文字".encode(), "a.docx") == "mislabelled"
    assert sniff("就是文字".encode(), "a.txt") == "text"
    assert sniff(b"<html><body>x</body></html>", "a.doc") == "html"
    assert sniff(b"\xef\xbb\xbf<!DOCTYPE html><p>x", "a.docx") == "html"
    assert sniff(b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n", "a.doc") == "mhtml"
    assert sniff(b"{\\rtf1 x}", "a.doc") == "rtf"
    assert sniff(b'<?xml version="1.0"?><?mso-application progid="Word.Document"?>', "a.doc") == "wordml"
    assert sniff(zipped({"a.txt": "x"}), "a.docx") == "zip"
    assert refusal(zipped({"[Content_Types].xml": "x", "xl/workbook.xml": "x"})) == "not_a_manuscript"


def ole(*streams: str, flags: int | None = None) -> bytes:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\x00")
    fib = b"" if flags is None else (b"\xec\xa5" + b"\x00" * 8 + struct.pack("<H", flags)).ljust(512, b"\x00")
    return head + fib + b"".join(name.encode("utf-16-le").ljust(128, b"\x00") for name in streams)


def test_compound_files() -> None:
    assert refusal(ole("EncryptedPackage")) == "encrypted"
    assert refusal(ole("WordDocument", flags=0x0100)) == "encrypted"
    assert sniff(ole("WordDocument", flags=0), "a.wps") == "legacy"
    assert refusal(ole("Workbook")) == "not_a_manuscript"
    assert refusal(ole()) == "damaged"


@pytest.mark.parametrize("name", ["../evil.xml", "/etc/x", "a/../../b", "C:\\x", "..\\x", "word/../../x"])
def test_paths_that_leave_the_archive(name: str) -> None:
    assert refusal(zipped({name: "x", "word/document.xml": "x"})) == "path_traversal"


def test_links_in_a_zip() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("link.txt")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    assert refusal(out.getvalue(), "a.zip") == "path_traversal"


def test_bombs_are_refused_before_inflating() -> None:
    assert refusal(docx(p("x"), parts={"word/media/a.bin": b"\x00" * (20 * guard.MIB)})) == "bomb"
    many = {f"word/a{n}.xml": "x" for n in range(LIMITS.entries + 1)}
    assert refusal(zipped(many)) == "too_many_entries"


def test_a_directory_that_lies_about_a_size() -> None:
    data = bytearray(zipped({"word/document.xml": b"<x/>" + b"a" * 4_000_000, "[Content_Types].xml": "x"}))
    at = data.rfind(b"PK\x01\x02", 0, data.rfind(b"PK\x01\x02"))
    struct.pack_into("<I", data, at + 24, 100)
    assert refusal(bytes(data)) in ("damaged", "bomb", "too_deep")


def test_the_same_part_twice() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "x")
        archive.writestr("word/document.xml", "a")
        archive.writestr("Word/document.XML", "b")
    assert refusal(out.getvalue()) == "duplicate_part"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities(encoding: str) -> None:
    raw = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><w:document {NS}><w:body/></w:document>'
    out = zipped({"word/document.xml": raw.encode(encoding), "[Content_Types].xml": "<x/>"})
    assert refusal(out) == "dtd"


def test_entities_in_a_part_beside_the_text() -> None:
    styles = f'{HEAD}<!DOCTYPE x SYSTEM "file:///etc/passwd"><w:styles {NS}/>'
    assert refusal(docx(p("x"), parts={"word/styles.xml": styles})) == "dtd"


def test_nesting() -> None:
    deep = p("最里层")
    for _ in range(12):
        deep = f"<w:tbl><w:tr><w:tc>{deep}</w:tc></w:tr></w:tbl>"
    assert refusal(docx(deep)) == "too_deep"
    assert refusal(docx("<w:sdt><w:sdtContent>" * 1000 + p("x") + "</w:sdtContent></w:sdt>" * 1000)) == "too_deep"
    assert refusal(docx(p(inner="<w:smartTag>" * 2000 + "</w:smartTag>" * 2000))) == "too_deep"


def test_absurd_spans_cost_nothing() -> None:
    body = table([cell("甲", '<w:gridSpan w:val="2000000000"/>'), cell("乙", '<w:gridSpan w:val="-5"/>')])
    started = time.monotonic()
    document = read_docx(docx(body))
    assert time.monotonic() - started < 2
    found = document.blocks[0]
    assert isinstance(found, Table) and sum(c.colspan for c in found.rows[0]) <= 130
    assert "span_clamped" in {warning.code for warning in document.warnings}


def test_more_cells_and_paragraphs_than_the_limits() -> None:
    row = f"<w:tr>{'<w:tc><w:p/></w:tc>' * 50}</w:tr>"
    assert refusal(docx(f"<w:tbl>{row * 2001}</w:tbl>" + noise())) == "too_many_cells"
    assert refusal(docx("<w:p/>" * 50_001 + noise())) == "too_many_paragraphs"


def noise() -> str:
    """Incompressible text, so that a test is not refused for its ratio."""
    source = random.Random(1)
    return p("".join(chr(source.randint(0x4E00, 0x9FA5)) for _ in range(60_000)))


def test_ten_thousand_rows_are_read() -> None:
    rows = "".join(f"<w:tr>{cell(str(n * 7919))}{cell(str(n * n))}</w:tr>" for n in range(10_000))
    started = time.monotonic()
    found = read_docx(docx(f"<w:tbl>{rows}</w:tbl>")).blocks[0]
    assert isinstance(found, Table) and len(found.rows) == 10_000 and time.monotonic() - started < 20


def test_many_styles_in_a_circle_and_a_long_chain() -> None:
    from tests.caselib.word.packages import style, styles

    chain = [style(f"s{n}", f"样式{n}", based=f"s{(n + 1) % 3000}") for n in range(3000)]
    body = "".join(p("一行正文。", style=f"s{n}") for n in range(0, 3000, 3))
    started = time.monotonic()
    assert len(read_docx(docx(body, parts={"word/styles.xml": styles(*chain)})).blocks) == 1000
    assert time.monotonic() - started < 10


def png_claiming(width: int, height: int) -> bytes:
    from tests.caselib.word.test_read_structure import png

    data = bytearray(png())
    struct.pack_into(">II", data, 16, width, height)
    return bytes(data)


def test_a_huge_picture_is_left_out_and_told() -> None:
    body = p("看图。") + p(inner=picture("a"))
    found = codes(
        docx(body, parts={"word/media/a.png": png_claiming(60_000, 60_000)}, links=[("a", "image", "media/a.png")])
    )
    assert found & {"image_too_large", "image_unknown"}


def test_too_many_pictures() -> None:
    from tests.caselib.word.test_read_structure import png

    body = "".join(p(inner=picture("a")) for _ in range(LIMITS.images + 1))
    assert (
        refusal(docx(body, parts={"word/media/a.png": png()}, links=[("a", "image", "media/a.png")]))
        == "too_many_images"
    )


def test_things_that_reach_outside_are_told_and_not_fetched() -> None:
    settings_part = (
        f'{HEAD}<w:settings {NS}><w:attachedTemplate r:id="t"/><w:mailMerge/><w:documentProtection/></w:settings>'
    )
    rels = (
        f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="t" '
        'Type="http://x/attachedTemplate" Target="http://evil.example/t.dotm" TargetMode="External"/></Relationships>'
    )
    found = codes(
        docx(
            p("正文。") + '<w:altChunk r:id="h"/>',
            parts={
                "word/settings.xml": settings_part,
                "word/_rels/settings.xml.rels": rels,
                "word/vbaProject.bin": b"x",
                "word/a.html": "<html><body><p>插入</p><script>x</script></body></html>",
                "word/embeddings/o.bin": b"x",
            },
            links=[("h", "aFChunk", "a.html"), ("s", "subDocument", "file:///c:/x.docx")],
        )
    )
    assert found >= {
        "remote_template",
        "mail_merge",
        "protection_ignored",
        "macros_dropped",
        "alt_chunk",
        "embedded_object",
        "external_reference",
    }


def with_note(text: str, note: str, more: str = "", parts: dict[str, str | bytes] | None = None, links=()) -> bytes:  # type: ignore[no-untyped-def]
    """Return a document of a paragraph ``text`` that calls footnote 1, ``note``, and ``more`` behind it."""
    footnotes = f'{HEAD}<w:footnotes {NS}><w:footnote w:id="1">{p(note)}</w:footnote></w:footnotes>'
    called = p(inner=f'<w:r><w:t>{text}</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r>')
    return docx(called + more, parts={"word/footnotes.xml": footnotes, **(parts or {})}, links=links)


def test_an_inserted_document_is_read_in_its_place_with_its_notes() -> None:
    inner = with_note("内文", "内注")
    outer = with_note(
        "外文", "外注", '<w:altChunk r:id="c"/>' + p("末段"), {"word/c.docx": inner}, [("c", "aFChunk", "c.docx")]
    )
    document = read_docx(outer)
    assert [block.text for block in document.blocks] == ["外文", "内文", "末段"]  # type: ignore[union-attr]
    called = [document.notes[run.note].runs[0].text for b in document.blocks for run in b.runs if run.note]  # type: ignore[union-attr]
    assert called == ["外注", "内注"]
    assert "document_inserted" in {warning.code for warning in document.warnings}


def test_documents_inserted_into_each_other_end_at_a_depth() -> None:
    data = docx(p("第0层"))
    for depth in range(1, 6):
        data = docx(
            p(f"第{depth}层") + '<w:altChunk r:id="c"/>',
            parts={"word/c.docx": data},
            links=[("c", "aFChunk", "c.docx")],
        )
    document = read_docx(data)
    assert [block.text for block in document.blocks] == ["第5层", "第4层", "第3层"]  # type: ignore[union-attr]
    assert [w.text for w in document.warnings if w.code == "alt_chunk_lost"] == ["word/c.docx: too_deep"]


def test_numbers_that_python_does_not_count_are_text() -> None:
    lines = [
        "①",
        "²",
        "1" * 5000 + ".",
        "第" + "一" * 5000 + "章",
        "（" + "二" * 5000 + "）做法",
        "一、" * 3000,
        "九千九百九十九万、做法",
    ]
    document = read_docx(docx("".join(p(line) for line in lines * 2)))
    item = split(document).items[0]
    assert "第" + "一" * 5000 + "章" in reading_text(item.blocks)


def test_a_paragraph_of_many_changes_and_breaks_is_read_once() -> None:
    runs = "".join(f'<w:ins w:id="{at}"><w:r><w:t>第{at}行文字</w:t><w:br/></w:r></w:ins>' for at in range(3000))
    document = read_docx(docx(f"<w:p>{runs}</w:p>"))
    assert sum(len(block.text) for block in document.blocks) >= 3000 * 6  # type: ignore[union-attr]


def test_a_script_link_loses_its_address() -> None:
    body = f'<w:p><w:hyperlink r:id="h">{p("点我")[5:-6].replace("<w:pPr></w:pPr>", "")}</w:hyperlink></w:p>'
    data = docx(body + p("x"), links=[("h", "hyperlink", "javascript://x")])
    document = read_docx(data)
    assert all(not run.href for block in document.blocks for run in block.runs)  # type: ignore[union-attr]


def test_a_missing_body_and_a_missing_part() -> None:
    assert refusal(docx("", raw=f"{HEAD}<w:document {NS}/>")) == "missing_part"
    assert refusal(zipped({"[Content_Types].xml": "<x/>", "word/other.xml": "<x/>"})) == "missing_part"


SAMPLE = docx(p("一、做法", run="<w:b/>") + p("正文一段。") + table([cell("甲"), cell("乙")]))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(SAMPLE) - 1), st.binary(min_size=1, max_size=12))
def test_any_damage_is_read_or_refused(at: int, junk: bytes) -> None:
    data = SAMPLE[:at] + junk + SAMPLE[at + len(junk) :]
    try:
        if sniff(data, "x.docx") == "docx":
            read_docx(data)
    except UnreadableError as error:
        assert error.code


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(SAMPLE)))
def test_any_truncation_is_refused_or_read(end: int) -> None:
    try:
        if sniff(SAMPLE[:end], "x.docx") == "docx":
            read_docx(SAMPLE[:end])
    except UnreadableError as error:
        assert error.code


REFUSED = {
    "apache-poi__ExternalEntityInText.docx": "dtd",
    "apache-poi__bug53475-password-is-solrcell.docx": "encrypted",
    "apache-poi__stress025.docx": "missing_part",
    "apache-tika__testWORD_truncated.docx": "damaged",
    "apache-poi__clusterfuzz-testcase-minimized-POIFuzzer-6709287337197568.docx": "damaged",
    "apache-poi__clusterfuzz-testcase-minimized-POIXWPFFuzzer-4959857092198400.docx": "damaged",
    "apache-poi__clusterfuzz-testcase-minimized-POIXWPFFuzzer-5313273089884160.docx": "damaged",
    "apache-poi__clusterfuzz-testcase-minimized-POIXWPFFuzzer-5569740188549120.docx": "damaged",
    "apache-poi__clusterfuzz-testcase-minimized-POIXWPFFuzzer-6120975439364096.docx": "damaged",
}
TOLD = {
    "apache-poi__SimpleMacro.docm": "macros_dropped",
    "apache-tika__testWORD_macros.docm": "macros_dropped",
    "apache-poi__WordWithAttachments.docx": "embedded_object",
    "apache-tika__EmbeddedOutlook.docx": "embedded_object",
    "apache-poi__test_recursive_embedded.docx": "embedded_object",
    "apache-tika__testAltChunkHTML.docx": "alt_chunk",
    "apache-tika__testAttachedTemplate.docx": "remote_template",
    "apache-tika__testFrameset.docx": "frameset",
    "apache-tika__testMailMerge.docx": "mail_merge",
    "apache-tika__testWORD_signed.docx": "signature_dropped",
    "apache-poi__delins.docx": "change_inserted",
    "apache-poi__protected_sample.docx": "protection_ignored",
}


@pytest.mark.skipif(not HOSTILE.is_dir(), reason="the hostile files are not on this machine")
def test_collected_hostile_files() -> None:
    seen: dict[str, str] = {}
    for path in sorted(HOSTILE.iterdir()):
        data = path.read_bytes()
        try:
            assert sniff(data, path.name) == "docx"
            warnings = {warning.code for warning in read_docx(data).warnings}
            assert TOLD.get(path.name) is None or TOLD[path.name] in warnings, path.name
        except UnreadableError as error:
            seen[path.name] = error.code
    assert seen == REFUSED


def test_a_field_that_never_ends_swallows_nothing() -> None:
    open_field = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>REF x</w:instrText></w:r>'
    document = read_docx(docx(p(inner=open_field * 60) + p("后面的话") + p("还在")))
    assert [block.text for block in document.blocks] == ["后面的话", "还在"]  # type: ignore[union-attr]
    assert "field_dropped" in {warning.code for warning in document.warnings}


def test_a_package_with_windows_separators() -> None:
    with zipfile.ZipFile(io.BytesIO(docx(p("正文")))) as archive:
        data = zipped({name.replace("/", "\\"): archive.read(name) for name in archive.namelist()})
    assert sniff(data, "a.docx") == "docx" and read_docx(data).blocks[0].text == "正文"  # type: ignore[union-attr]


def test_a_file_sealed_by_document_protection_is_told_apart() -> None:
    for data in (b"%TSD-Header-###%" + bytes(400), b"b\x14#e\x01\x01E-SafeNet\x00" + bytes(400)):
        with pytest.raises(UnreadableError) as caught:
            sniff(data, "总结.docx")
        assert caught.value.code == "sealed"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_names_in_an_archive_without_the_flag_for_their_encoding(encoding: str) -> None:
    """macOS and Linux write UTF-8, Chinese Windows GB 18030, and neither says so."""
    name = "身边案例/典型案例（v2）.docx"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("x" * len(name.encode(encoding)), b"text")
    data = stream.getvalue().replace(b"x" * len(name.encode(encoding)), name.encode(encoding))

    assert list(guard.members(data)) == [(name, b"text")]


def test_letters_that_an_archive_took_apart_are_put_together() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("re\u0301sume\u0301 案例.docx", b"text")

    assert [name for name, _ in guard.members(stream.getvalue())] == ["r\u00e9sum\u00e9 案例.docx"]


@pytest.mark.skipif(converter() is None, reason="needs LibreOffice")
@pytest.mark.parametrize("confined", [True, False])
def test_the_converter_reads_no_file_of_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, confined: bool
) -> None:
    """Rich text names pictures by path, and they came back in the Word file, also where the kernel has no Landlock."""
    if not confined:
        monkeypatch.setattr(confine, "_abi", lambda: 0)
    picture = tmp_path / "private.png"
    Image.new("RGB", (40, 40), "red").save(picture)
    field = r'{\field{\*\fldinst {INCLUDEPICTURE "PATH"}}{\fldrslt old}}'.replace("PATH", str(picture))
    rich = b"{\\rtf1\\ansi INCLUDEPICTURE is a field " + field.encode() + b" after\\par}"
    made = convert.to_docx(rich, "rtf", seconds=60)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert [name for name in archive.namelist() if "media" in name] == []
    text = "".join(block.text for block in read_docx(made).blocks if isinstance(block, Paragraph))
    assert text == "INCLUDEPICTURE is a field old after"


@pytest.mark.skipif(not confine.available(), reason="needs Landlock")
@pytest.mark.parametrize("command", ["cat {secret}", "ls {folder}"])
def test_what_is_confined_sees_its_own_folder_only(tmp_path: Path, command: str) -> None:
    own, secret = tmp_path / "own", tmp_path / "elsewhere" / "secret"
    for file in (own / "note", secret):
        file.parent.mkdir()
        file.write_text("words")
    told = []
    for place in (own / "note", secret):
        line = command.format(secret=place, folder=place.parent)
        outcome = run_limited(
            ["sh", "-c", f"{line} && touch {own}/{place.name}-seen"], seconds=10, memory=100 * guard.MIB, cwd=own,
            confine=confine.confinement("/bin/sh", [own]),
        )  # fmt: skip
        told.append((outcome.code == 0, (own / f"{place.name}-seen").exists()))
    assert told == [(True, True), (False, False)]
