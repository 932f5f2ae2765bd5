"""What a camera writes beside a picture does not enter the library: it would be read by whoever opens the page."""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageChops, ImageOps
from PIL.PngImagePlugin import PngInfo

from caselib.media import services
from caselib.media.metadata import film_blanks, with_blanks, without_metadata
from caselib.media.models import CaseImage
from tests.conftest import require_service

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
    moving = gif()
    for length in range(0, len(moving), 3):
        without_metadata(moving[:length])


def gif() -> bytes:
    out = io.BytesIO()
    first, *rest = (Image.effect_noise((40, 30), 40 + 20 * n).convert("P") for n in range(3))
    first.save(out, "GIF", save_all=True, append_images=rest, loop=3, comment=b"Zhang San", duration=70)
    xmp = b"<x>Zhang San</x>"
    said = b"\x21\xff\x0bXMP DataXMP" + bytes([len(xmp)]) + xmp + b"\x00"
    return out.getvalue()[:-1] + said + b";" + b"Zhang San"


def test_a_moving_picture_moves_on_and_says_nothing() -> None:
    whole = gif()
    bare = without_metadata(whole)
    assert b"Zhang San" in whole
    assert b"Zhang San" not in bare
    with Image.open(io.BytesIO(whole)) as one, Image.open(io.BytesIO(bare)) as other:
        assert (other.n_frames, other.info["loop"], other.info["duration"]) == (3, 3, 70)  # type: ignore[attr-defined]
        for frame in range(3):
            one.seek(frame)
            other.seek(frame)
            assert one.convert("RGB").tobytes() == other.convert("RGB").tobytes()
    assert without_metadata(bare) == bare


@pytest.mark.django_db
def test_a_picture_that_was_stored_before_its_row_is_cleaned_too() -> None:
    """One of Wagtail's ways to upload stores the file first."""
    image = CaseImage(title="x")
    image.file.save("photo.jpg", ContentFile(picture("JPEG")), save=False)
    storage, before = image.file.storage, image.file.name
    image._set_image_file_metadata()
    image.save()
    with image.file.open("rb") as stored:
        kept = stored.read()
    assert b"Zhang San" not in kept
    assert (image.file_size, image.file_hash) == (len(kept), hashlib.sha1(kept).hexdigest())
    assert image.file.name != before
    assert not storage.exists(before)


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


PLACE = "+26.0751+119.2968/"


def filmed(target: Path, *more: str) -> bytes:
    require_service(None not in (shutil.which("ffmpeg"), shutil.which("ffprobe")), "ffmpeg is not installed")
    pictures = ["-f", "lavfi", "-i", "testsrc=s=320x180:d=1:r=10", "-c:v", "libx264", "-pix_fmt", "yuv420p"]
    said = ["-metadata", f"location={PLACE}", "-metadata", "artist=Zhang San", "-metadata", f"comment={PLACE}"]
    subprocess.run(["ffmpeg", "-v", "error", *pictures, *said, *more, str(target)], check=True)
    return target.read_bytes()


@pytest.mark.django_db
@pytest.mark.parametrize("more", [[], ["-movflags", "+faststart"], ["-movflags", "+use_metadata_tags"]])
def test_a_film_says_nothing_of_where_it_was_made(tmp_path: Path, more: list[str]) -> None:
    data = filmed(tmp_path / "a.mp4", *more)
    assert PLACE.encode() in data
    film = services.add_film("x", SimpleUploadedFile("a.mp4", data), by=None)
    stored = Path(film.file.path)
    kept = stored.read_bytes()
    assert PLACE.encode() not in kept
    assert b"Zhang San" not in kept
    assert len(kept) == len(data)
    assert film.sha256 == hashlib.sha256(kept).hexdigest()
    pictures = [
        subprocess.run(
            ["ffmpeg", "-v", "error", "-i", str(path), "-f", "md5", "-"], check=True, capture_output=True
        ).stdout
        for path in (tmp_path / "a.mp4", stored)
    ]
    assert pictures[0] == pictures[1]


@pytest.mark.django_db
def test_a_webm_film_names_nobody(tmp_path: Path) -> None:
    data = filmed(tmp_path / "a.webm", "-c:v", "libvpx")
    assert PLACE.encode() in data
    film = services.add_film("x", SimpleUploadedFile("a.webm", data), by=None)
    kept = Path(film.file.path).read_bytes()
    assert PLACE.encode() not in kept
    assert b"Zhang San" not in kept
    assert len(kept) == len(data)
    assert film.duration == pytest.approx(1, abs=0.2)


def test_no_elements_are_followed_out_of_the_file() -> None:
    whole = b"\x1a\x45\xdf\xa3\x80" + b"\x18\x53\x80\x67\x01" + b"\xff" * 7 + b"\x12\x54\xc3\x67\x88" + b"x" * 8
    assert film_blanks(io.BytesIO(whole), len(whole)) == [(17, b"\xec\x01" + (4).to_bytes(7, "big") + bytes(4))]
    for length in range(len(whole) + 1):
        for place, written in film_blanks(io.BytesIO(whole[:length]), length):
            assert place + len(written) <= length


def test_blanks_are_written_across_the_pieces_that_are_read() -> None:
    blanks = [(3, b"free....")]
    pieces = [with_blanks(b"abcdefghijklmn"[at : at + 4], at, blanks) for at in range(0, 14, 4)]
    assert b"".join(pieces) == b"abcfree....lmn"


def test_no_boxes_are_followed_out_of_the_file() -> None:
    whole = b"\x00\x00\x00\x0cftypisom" + b"\x00\x00\x00\x20moov" + b"\xff\xff\xff\xffudta" + b"x" * 16
    for length in range(len(whole) + 1):
        for place, written in film_blanks(io.BytesIO(whole[:length]), length):
            assert place + len(written) <= length
