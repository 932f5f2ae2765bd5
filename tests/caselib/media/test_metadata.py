"""What a camera writes beside a picture does not enter the library: it would be read by whoever opens the page."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.base import ContentFile
from PIL import Image, ImageChops, ImageOps
from PIL.PngImagePlugin import PngInfo

from caselib.media.metadata import without_metadata
from caselib.media.models import CaseImage

GPS = 0x8825


def camera(side: int = 1) -> Image.Exif:
    said = Image.Exif()
    said[0x010F], said[0x013B], said[0x0112] = "Camera-Maker", "Zhang San", side
    said.get_ifd(GPS).update({1: "N", 2: (26.0, 4.0, 30.0), 3: "E", 4: (119.0, 17.0, 48.0)})
    return said


def picture(form: str, mode: str = "RGB", side: int = 1, **options: Any) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((64, 48)).convert(mode).save(out, form, exif=camera(side), **options)
    return out.getvalue()


def said_in(data: bytes) -> dict[str, Any]:
    with Image.open(io.BytesIO(data)) as opened:
        opened.load()
        exif = opened.getexif()
        return {"exif": dict(exif), "gps": dict(exif.get_ifd(GPS)), "icc": opened.info.get("icc_profile")}


def same(one: bytes, other: bytes) -> bool:
    with Image.open(io.BytesIO(one)) as first, Image.open(io.BytesIO(other)) as second:
        shown = [ImageOps.exif_transpose(each).convert("RGB") for each in (first, second)]
    return shown[0].size == shown[1].size and ImageChops.difference(*shown).getbbox() is None


@pytest.mark.parametrize(
    ("form", "mode", "options"),
    [
        ("JPEG", "RGB", {"comment": b"Zhang San", "icc_profile": b"colours", "xmp": b"<x>Zhang San</x>"}),
        ("JPEG", "RGB", {"progressive": True, "restart_marker_blocks": 1}),
        ("JPEG", "CMYK", {}),
        ("JPEG", "L", {}),
        ("PNG", "RGBA", {"icc_profile": b"colours"}),
        ("PNG", "P", {}),
        ("WEBP", "RGB", {"xmp": b"<x>Zhang San</x>"}),
        ("WEBP", "RGBA", {"lossless": True, "icc_profile": b"colours"}),
    ],
)
@pytest.mark.parametrize("side", [1, 6])
def test_the_picture_stays_and_what_is_said_about_it_goes(
    form: str, mode: str, options: dict[str, Any], side: int
) -> None:
    if form == "PNG":
        info = PngInfo()
        info.add_text("Author", "Zhang San")
        info.add_itxt("XML:com.adobe.xmp", "<x>Zhang San</x>")
        options = {**options, "pnginfo": info}
    whole = picture(form, mode, side, **options)
    bare = without_metadata(whole)
    assert b"Zhang San" in whole
    assert b"Zhang San" not in bare
    assert said_in(bare) == {
        "exif": {} if side == 1 else {0x0112: side},
        "gps": {},
        "icc": options.get("icc_profile"),
    }
    assert same(whole, bare)
    assert without_metadata(bare) == bare


def test_a_second_picture_behind_the_first_goes_too() -> None:
    """Telephones keep a preview with its own place there."""
    assert b"Zhang San" not in without_metadata(picture("JPEG") + picture("JPEG"))


def test_what_cannot_be_taken_apart_is_left_to_whoever_reads_it() -> None:
    for form in ("JPEG", "PNG", "WEBP"):
        whole = picture(form)
        for length in range(0, len(whole), 7):
            without_metadata(whole[:length])
    assert without_metadata(b"\xff\xd8") == b"\xff\xd8"
    assert without_metadata(b"GIF89a") == b"GIF89a"


@pytest.mark.django_db
def test_the_library_keeps_no_place_and_no_owner() -> None:
    data = picture("JPEG", side=6)
    image = CaseImage(title="x")
    image.file = ContentFile(data, name="photo.jpg")
    image.save()
    with image.file.open("rb") as stored:
        kept = stored.read()
    assert said_in(kept)["exif"] == {0x0112: 6}
    assert image.file_size == len(kept)
    with image.get_rendition("max-32x32").file.open("rb") as small:
        assert said_in(small.read())["gps"] == {}
