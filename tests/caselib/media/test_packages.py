"""Who wrote a document does not enter the library with it; who is named in it and stays is told to whoever uploads it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import openpyxl
import pptx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from caselib.accounts.enums import Role
from caselib.media.models import CaseDocument
from caselib.media.packages import write_bare
from caselib.media.probing import named_in
from tests import factories

from .test_metadata import picture

NAME = "Zhang San"


def word(*, commented: bool = False, photograph: bool = True) -> bytes:
    file, out = docx.Document(), io.BytesIO()
    run = file.add_paragraph("正文一段").add_run("第二句")
    if photograph:
        file.add_picture(io.BytesIO(picture("JPEG")))
    if commented:
        file.add_comment(run, text="待核", author="Li Si")
    file.core_properties.author = file.core_properties.last_modified_by = NAME
    file.core_properties.title = "案例"
    file.save(out)
    return out.getvalue()


def sheet() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active["A1"] = "数"
    book.properties.creator = NAME
    book.save(out)
    return out.getvalue()


def slides() -> bytes:
    show, out = pptx.Presentation(), io.BytesIO()
    show.slides.add_slide(show.slide_layouts[0])
    show.core_properties.author = NAME
    show.save(out)
    return out.getvalue()


def pdf(author: str = NAME) -> bytes:
    """Return a PDF of one empty page."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
        f"<</Author({author})/Producer(Program)>>".encode(),
    ]
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<</Size 5/Root 1 0 R/Info 4 0 R>>\nstartxref\n%d\n%%%%EOF" % len(data)
    return data + b"xref\n0 5\n0000000000 65535 f \n" + table + end


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def uploaded(name: str, data: bytes) -> CaseDocument:
    row = CaseDocument(title="x", file=SimpleUploadedFile(name, data))
    row._set_document_file_metadata()
    row.save()
    return row


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "data"), [("a.docx", word()), ("a.doc", word()), ("a.xlsx", sheet()), ("a.pptx", slides())]
)
def test_an_office_file_keeps_its_text_and_loses_its_author(name: str, data: bytes) -> None:
    before = unpacked(data)
    assert any(NAME.encode() in part for part in before.values())
    row = uploaded(name, data)
    kept = Path(row.file.path).read_bytes()
    after = unpacked(kept)
    assert row.file_size == len(kept)
    assert list(after) == list(before)
    assert not [part for part, content in after.items() if NAME.encode() in content]
    same = [part for part in before if not part.startswith("docProps/") and "/media/" not in part]
    assert {part: after[part] for part in same} == {part: before[part] for part in same}
    if name == "a.docx":
        assert docx.Document(io.BytesIO(kept)).core_properties.title == "案例"
    assert named_in(Path(row.file.path)) == []


@pytest.mark.django_db
def test_a_photograph_among_the_documents_says_nothing_of_its_place() -> None:
    row = uploaded("a.jpg", picture("JPEG"))
    assert NAME.encode() not in Path(row.file.path).read_bytes()


def with_part(data: bytes, name: str) -> bytes:
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as package:
        package.writestr(name, b"x")
    return out.getvalue()


@pytest.mark.django_db
def test_what_is_signed_or_cannot_be_taken_apart_is_kept_as_it_came(tmp_path: Path) -> None:
    signed = with_part(word(), "_xmlsignatures/sig1.xml")
    row = uploaded("a.docx", signed)
    assert Path(row.file.path).read_bytes() == signed
    assert NAME in named_in(Path(row.file.path))
    whole = word(photograph=False)
    for length in range(0, len(whole), 997):
        write_bare(io.BytesIO(whole[:length]), io.BytesIO())
        (tmp_path / "a.docx").write_bytes(whole[:length])
    assert named_in(tmp_path / "a.docx") == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("file", "data", "name"),
    [("a.pdf", pdf(), NAME), ("a.docx", word(commented=True), "Li Si"), ("b.pdf", pdf(""), "")],
)
def test_who_uploads_a_document_is_told_who_is_named_in_it(client: Client, file: str, data: bytes, name: str) -> None:
    client.force_login(factories.UserFactory(roles=[Role.EDITOR]))
    sent = {"title": "附件", "files[]": SimpleUploadedFile(file, data)}
    answer = client.post(
        reverse("wagtaildocs:add_multiple"), sent, headers={"x-requested-with": "XMLHttpRequest"}
    ).json()
    assert answer["success"]
    shown = answer["form"] + client.get(reverse("wagtaildocs:edit", args=[answer["doc_id"]])).content.decode()
    assert shown.count("凡能阅读该文稿的人都能看到") == (2 if name else 0)
    assert name in shown


def test_a_damaged_file_is_kept_as_it_came() -> None:
    whole = word()
    middle = len(whole) // 2
    damaged = [whole[:cut] for cut in range(0, len(whole), len(whole) // 40)]
    damaged += [whole[:at] + b"\xff\x00\xa5" + whole[at + 3 :] for at in range(0, len(whole) - 3, len(whole) // 150)]
    damaged.append(whole[:middle] + bytes(middle))
    for data in damaged:
        write_bare(io.BytesIO(data), io.BytesIO())  # raises nothing, whatever it says


def test_a_picture_that_claims_to_be_enormous_does_not_stop_the_upload() -> None:
    small = picture("JPEG")
    frame = next(at for at in range(len(small)) if small[at] == 0xFF and small[at + 1] in (0xC0, 0xC2))
    enormous = small[: frame + 5] + b"\xff\xff\xff\xff" + small[frame + 9 :]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("[Content_Types].xml", b"<Types/>")
        package.writestr("word/media/image1.jpeg", enormous)
    bare = io.BytesIO()
    assert write_bare(io.BytesIO(out.getvalue()), bare)
    assert unpacked(bare.getvalue())["word/media/image1.jpeg"] == enormous
