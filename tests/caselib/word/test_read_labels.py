"""Files are read by what they are, whatever their names and whatever stands before their first sign."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from pathlib import Path

import pytest

from caselib.ingest.reading import read_file
from caselib.word import convert, guard
from caselib.word.flatopc import to_package
from caselib.word.guard import UnreadableError
from caselib.word.model import Heading, Picture
from caselib.word.reader.document import read_docx
from tests.caselib.word.books import image
from tests.caselib.word.packages import docx, p, picture, style, styles

PKG = "http://schemas.microsoft.com/office/2006/xmlPackage"


def flat(package: bytes, head: str = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>') -> str:
    """Return a package as Word saves it in one XML file."""
    made = [head, f'<?mso-application progid="Word.Document"?><pkg:package xmlns:pkg="{PKG}">']
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        types = dict(
            re.findall(r'PartName="/([^"]+)" ContentType="([^"]+)"', archive.read("[Content_Types].xml").decode())
        )
        for name in archive.namelist():
            if name == "[Content_Types].xml":
                continue
            kind = types.get(name, "application/xml")
            made.append(f'<pkg:part pkg:name="/{name}" pkg:contentType="{kind}">')
            if name.endswith((".xml", ".rels")):
                inner = re.sub(r"^<\?xml[^>]*\?>", "", archive.read(name).decode())
                made.append(f"<pkg:xmlData>{inner}</pkg:xmlData></pkg:part>")
            else:
                inner = base64.b64encode(archive.read(name)).decode()
                made.append(f"<pkg:binaryData>{inner}</pkg:binaryData></pkg:part>")
    return "".join([*made, "</pkg:package>"])


def sample() -> bytes:
    body = p("一、背景", style="1") + p("正文一段。") + f"<w:p>{picture('r9', '图')}</w:p>"
    parts = {"word/styles.xml": styles(style("1", "heading 1")), "word/media/i.png": image().data}
    return docx(body, parts=parts, links=[("r9", "image", "media/i.png")])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_word_files_saved_as_one_xml_file(encoding: str) -> None:
    data = flat(sample(), f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>').encode(encoding)
    assert guard.sniff(data, "案例.doc") == "flatopc"
    read, direct = read_docx(to_package(data)), read_docx(sample())
    assert [type(block) for block in read.blocks] == [type(block) for block in direct.blocks]
    assert any(isinstance(block, Heading) for block in read.blocks)
    assert any(isinstance(block, Picture) for block in read.blocks) and read.images.keys() == direct.images.keys()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><pkg:package xmlns:pkg="{PKG}">&a;</pkg:package>', "dtd"),
        (f'<?xml version="1.0"?><pkg:package xmlns:pkg="{PKG}">', "damaged"),
        (
            (
                f'<?xml version="1.0"?><pkg:package xmlns:pkg="{PKG}">'
                '<pkg:part pkg:name="/../x" pkg:contentType="x"><pkg:binaryData>AA==</pkg:binaryData></pkg:part></pkg:package>'
            ),
            "path_traversal",
        ),
        ('<?xml version="1.0"?><uof:UOF xmlns:uof="http://schemas.uof.org/cn/2003/uof"/>', "not_a_manuscript"),
    ],
)
def test_other_xml_is_refused(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "案例.doc").write_text(text, encoding="utf-8")
    (result,) = read_file(tmp_path / "案例.doc")
    assert (result.status, result.code) == ("refused", code)


@pytest.mark.parametrize("before", [b"", b"\r\n ", b"\xef\xbb\xbf"])
def test_rich_text_is_handed_over_from_its_first_sign(monkeypatch: pytest.MonkeyPatch, before: bytes) -> None:
    handed: list[bytes] = []
    monkeypatch.setattr(convert, "_convert", lambda data, *_: handed.append(data) or b"")
    data = before + b"{\\rtf1 x}"
    assert guard.sniff(data, "x.doc") == "rtf"
    convert.to_docx(data, "rtf")
    assert handed == [b"{\\rtf1 x}"]


@pytest.mark.parametrize(
    ("what", "code"),
    [("sleep 60", "convert_timeout"), ("kill -SEGV $$", "convert_failed"), ("exit 3", "convert_failed")],
)
def test_a_converter_that_hangs_or_dies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, code: str) -> None:
    program = tmp_path / "soffice"
    program.write_text(f"#!/bin/sh\n{what}\n")
    program.chmod(0o755)
    monkeypatch.setenv("CASELIB_SOFFICE", str(program))
    with pytest.raises(UnreadableError) as refused:
        convert.to_docx(b"{\\rtf1 x}", "rtf", seconds=1)
    assert refused.value.code == code
