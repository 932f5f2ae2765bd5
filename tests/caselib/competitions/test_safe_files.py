"""Copies of attachments for blind judges: nothing of the names survives, whatever part of the file held them."""

from __future__ import annotations

import html
import io
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from PIL import Image

from caselib.competitions.names import of_person, of_unit
from caselib.competitions.redaction import BAR, Redactor
from caselib.competitions.safe_files import WithheldError, clean_film, outlook, safe_copy
from tests.caselib.competitions import hostile

NAME, UNIT, ACCOUNT = "欧阳晚晴", "澜溪县委党校", "ouyang-wanqing"
MASK = Redactor.of([*of_person(NAME), *of_unit(UNIT), ACCOUNT], reach=True)
SECRETS = (NAME, UNIT, ACCOUNT, "晚晴", "13800001111", "歐陽", "澜溪县", "瀾溪")


def everything(data: bytes) -> str:
    """Return all text in ``data``: of a package every part, as it is, and without tags and character references."""
    if data[:2] != b"PK":
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = [*package.namelist(), *(package.read(part).decode("utf-8", "replace") for part in package.namelist())]
    return "\n".join([*parts, *(html.unescape(re.sub(r"<[^>]+>", "", part)) for part in parts)])


@pytest.mark.parametrize(
    ("name", "data", "suffix", "kept"),
    [
        ("a.docx", hostile.docx(NAME, UNIT, ACCOUNT), "docx", ("正文留下", "数据", "新增一句")),
        ("a.pdf", hostile.pdf([f"{UNIT}的三本账", "歐陽 晚晴执笔，电话13800001111", "入户走访一百二十八户，账本上墙"], ACCOUNT), "docx", ("三本账", "账本上墙")),
        ("a.pptx", hostile.pptx(NAME, UNIT, ACCOUNT), "docx", ("第一步走访", "走访户数")),
        ("a.xlsx", hostile.xlsx(NAME, UNIT, ACCOUNT), "xlsx", ("户数", "走访")),
        ("a.png", hostile.png(ACCOUNT), "png", ()),
        ("a.txt", f"{NAME}（Ouyang  Wanqing）\n瀾溪縣的账本".encode("gb18030"), "txt", ("的账本",)),
        # What a file is its bytes say, not its name.
        ("a.docx", hostile.xlsx(NAME, UNIT, ACCOUNT), "xlsx", ("户数",)),
    ],
)  # fmt: skip
def test_no_part_of_the_copy_names_anybody_and_the_text_stays(
    name: str, data: bytes, suffix: str, kept: tuple[str, ...]
) -> None:
    raw = everything(data)
    assert suffix in ("txt", "png") or ACCOUNT in raw
    made = safe_copy(data, name, MASK)
    assert made.suffix == suffix
    text = everything(made.data)
    for secret in SECRETS:
        assert secret not in text, secret
    for words in kept:
        assert words in text
    assert not kept or BAR in text


def test_a_workbook_keeps_its_numbers_and_loses_formulas_comments_links_and_hidden_sheets() -> None:
    book = load_workbook(io.BytesIO(safe_copy(hostile.xlsx(NAME, UNIT, ACCOUNT), "a.xlsx", MASK).data))
    [sheet] = book.worksheets
    assert sheet["C2"].value == 128 and sheet["C1"].value == BAR
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not any(cell.comment or cell.hyperlink or cell.data_type == "f" for cell in cells)


def test_a_picture_keeps_its_pixels_only() -> None:
    with Image.open(io.BytesIO(safe_copy(hostile.png(ACCOUNT), "a.png", MASK).data)) as image:
        assert image.size == (40, 30) and not image.getexif() and not image.info


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("scan.pdf", hostile.pdf([], ACCOUNT), "scan"),
        ("broken.pdf", b"%PDF-1.7 nothing more", "unreadable"),
        ("broken.docx", b"PK\x03\x04" + b"\0" * 40, "unreadable"),
        ("a.zip", b"", "unreadable"),
        ("a.exe", b"MZ" + b"\0" * 90, "unreadable"),
        ("a.html", b"<html><script>1</script></html>", "kind"),
    ],
)
def test_what_cannot_be_cleared_is_withheld_and_the_reason_said(name: str, data: bytes, code: str) -> None:
    with pytest.raises(WithheldError) as caught:
        safe_copy(data, name, MASK)
    assert caught.value.code == code
    assert str(caught.value.refusal.message)


def test_a_package_of_something_else_is_withheld() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("ouyang.txt", NAME)
    with pytest.raises(WithheldError):
        safe_copy(out.getvalue(), "a.docx", MASK)
    assert outlook("a.zip") == "kind" and outlook("a.docx") == "" and outlook("no suffix") == "kind"


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")
def test_a_film_keeps_picture_and_sound_and_loses_its_tags(tmp_path: Path) -> None:
    source, target = tmp_path / "in.mp4", tmp_path / "out.mp4"
    tags = [
        arg for key in ("title", "artist", "comment", "copyright") for arg in ("-metadata", f"{key}={ACCOUNT} {NAME}")
    ]
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-f",
        "lavfi",
        "-i",
        "color=c=white:s=64x48:d=0.4",
        "-f",
        "lavfi",
        "-i",
        "anullsrc",
    ]
    command += [
        "-t",
        "0.4",
        *tags,
        "-metadata:s:v:0",
        f"handler_name={ACCOUNT}",
        "-c:v",
        "mpeg4",
        "-c:a",
        "aac",
        str(source),
    ]
    subprocess.run(command, check=True, timeout=60)
    assert ACCOUNT.encode() in source.read_bytes()
    clean_film(source, target)
    assert ACCOUNT.encode() not in target.read_bytes() and NAME.encode() not in target.read_bytes()
    probe = ["ffprobe", "-v", "error", "-show_entries", "stream=codec_type", "-of", "csv=p=0", str(target)]
    assert sorted(subprocess.run(probe, check=True, capture_output=True, text=True, timeout=60).stdout.split()) == [
        "audio",
        "video",
    ]
    (tmp_path / "no.mp4").write_bytes(b"nothing")
    with pytest.raises(WithheldError):
        clean_film(tmp_path / "no.mp4", target)


def bomb() -> bytes:
    """A workbook of 90 kB whose texts, all empty, take minutes and gigabytes to read."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    texts = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'.encode()
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(hostile.xlsx(NAME, UNIT, ACCOUNT))) as given,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package,
    ):
        for name in given.namelist():
            data = given.read(name)
            if name == "[Content_Types].xml" and b"sharedStrings" not in data:
                data = data.replace(b"</Types>", texts)
            if name != "xl/sharedStrings.xml":
                package.writestr(name, data)
        noise = os.urandom(600_000).hex()  # so that the part is packed no closer than a book might be
        package.writestr("xl/sharedStrings.xml", f"<sst {space}>{'<si/>' * 12_000_000}<!--{noise}--></sst>")
    return made.getvalue()


def large_picture() -> bytes:
    made = io.BytesIO()
    Image.new("1", (7000, 7000)).save(made, "PNG")
    return made.getvalue()


@pytest.mark.parametrize(("name", "make"), [("a.xlsx", bomb), ("a.png", large_picture)])
def test_what_would_take_all_memory_is_withheld(name: str, make: Callable[[], bytes]) -> None:
    data = make()
    assert len(data) < 2_000_000
    with pytest.raises(WithheldError) as told:
        safe_copy(data, name, MASK)
    assert told.value.code == "unreadable"
