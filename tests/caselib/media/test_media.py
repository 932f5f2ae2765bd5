"""Films, captions and private files: what is taken in, and who gets which bytes."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from wagtail.models import ReferenceIndex

from caselib.accounts.enums import Role
from caselib.core.errors import RefusedError
from caselib.media.models import CaseDocument, VideoFile
from caselib.media.services import add_film, replace_file, set_captions
from caselib.media.vtt import CaptionError, Cue, parse, to_vtt
from caselib.resources.enums import Circulation
from caselib.resources.models import Attachment
from tests import factories
from tests.conftest import require_service

SRT = "1\r\n00:00:01,000 --> 00:00:02,500\r\n第一句\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\n<i>第二句</i>\r\n"


def test_srt_becomes_vtt() -> None:
    assert to_vtt(parse(SRT)).startswith("WEBVTT\n\n00:00:01.000 --> 00:00:02.500\n第一句\n")
    assert [cue.text for cue in parse(SRT)] == ["第一句", "第二句"]


def test_no_cue_of_a_subrip_file_is_lost_without_a_word() -> None:
    times = ("00:00:01,000 --> 00:00:02,000", "00:00:03,000 --> 00:00:04,000")
    blank = f"1\n{times[0]}\n\n第一句\n\n接着说\n\n2\n\n{times[1]}\n2024\n\n第二句\n\n3\n"
    assert [cue.text for cue in parse(blank)] == ["第一句\n接着说", "2024\n第二句"]
    said = f"1\n{times[0]}\n12:00:00-13:00:00 休息\n"
    assert [cue.text for cue in parse(said)] == ["12:00:00-13:00:00 休息"]
    # In WebVTT a block without a time is a remark.
    assert [cue.text for cue in parse(f"WEBVTT\n\n{times[0]}\n第一句\n\n备注\n")] == ["第一句"]
    for arrow in ("->", "–", "→", "—>"):
        for before in ("", "第一句\n"):
            with pytest.raises(CaptionError) as refused:
                parse(f"1\n{times[0]}\n{before}\n2\n{times[1].replace('-->', arrow)}\n第二句\n")
            assert refused.value.line == (6 if before else 5)


def test_captions_keep_their_words_and_lose_their_marks() -> None:
    srt = "1\n00:00:01,000 --> 00:00:02,000\n{\\an8}<i>3<5 且 7>2</i>\n2\n00:00:03,000 --> 00:00:04,000\nA & B\n"
    assert [cue.text for cue in parse(srt)] == ["3<5 且 7>2", "A & B"]
    vtt = "WEBVTT\n\nNOTE 甲 --> 乙\n\n00:01.000 --> 00:02.000\n<v 王书记>大家好 &lt;一&gt; &amp; 二</v>\n"
    assert [cue.text for cue in parse(vtt)] == ["王书记：大家好 <一> & 二"]
    assert parse(to_vtt(parse(vtt))) == parse(vtt)


@given(
    st.lists(
        st.builds(
            lambda start, length, text: Cue(start / 1000, (start + length) / 1000, text),
            st.integers(0, 10**7),
            st.integers(0, 10**5),
            st.text(st.characters(categories=("Lo", "L", "N")), min_size=1, max_size=20),
        ),
        min_size=1,
        max_size=10,
    )
)
def test_captions_round_trip(cues: list[Cue]) -> None:
    cues.sort(key=lambda cue: (cue.start, cue.end))
    assert parse(to_vtt(cues)) == cues


@given(st.text(max_size=300))
def test_any_text_is_captions_or_a_caption_error(text: str) -> None:
    with contextlib.suppress(CaptionError):
        parse(text)


pytestmark = pytest.mark.django_db


def film(data: bytes, name: str = "片.mp4") -> VideoFile:
    return add_film("警示片", ContentFile(data, name=name), by=None)


def test_duration_size_and_still_are_read(film_bytes: bytes) -> None:
    row = film(film_bytes)
    assert row.duration == pytest.approx(3, abs=0.2)
    assert (row.width, row.height) == (320, 180)
    assert row.still is not None


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "empty.mp4"),
        (b"<html>" * 50, "page.mp4"),
        (b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 500, "cut.mp4"),
        (b"#EXTM3U\nhttp://127.0.0.1:9/x.ts", "list.mp4"),
        (b"MZ" * 100, "program.exe"),
    ],
)
def test_what_no_browser_plays_is_refused(data: bytes, name: str) -> None:
    if name == "cut.mp4":
        require_service(shutil.which("ffprobe") is not None, "ffprobe is not installed")
    with pytest.raises(RefusedError):
        film(data, name)
    assert not VideoFile.objects.exists()


def test_pictures_that_no_browser_decodes_are_refused(tmp_path: Path) -> None:
    """MPEG-4 of old cameras stands in an .mp4 as well: it was taken, and the page showed a black square."""
    require_service(None not in (shutil.which("ffmpeg"), shutil.which("ffprobe")), "ffmpeg is not installed")
    source, target = ["-f", "lavfi", "-i", "color=c=white:s=320x180:d=1"], tmp_path / "old.mp4"
    subprocess.run(["ffmpeg", "-v", "error", *source, "-c:v", "mpeg4", str(target)], check=True)
    with pytest.raises(RefusedError, match="mpeg4"):
        film(target.read_bytes())
    assert not VideoFile.objects.exists()


def encoded(target: Path, *arguments: str) -> bytes:
    """Return a film of one second made by ffmpeg."""
    require_service(None not in (shutil.which("ffmpeg"), shutil.which("ffprobe")), "ffmpeg is not installed")
    subprocess.run(["ffmpeg", "-v", "error", *arguments, str(target)], check=True)
    return target.read_bytes()


PICTURES = ("-f", "lavfi", "-i", "testsrc=s=160x90:d=1")
SOUND = ("-f", "lavfi", "-i", "sine=d=1")


def test_a_film_that_breaks_off_is_refused_though_its_list_of_pictures_is_whole(tmp_path: Path) -> None:
    """A copy broken off was taken with its full length, and its still was missing without a word."""
    data = encoded(tmp_path / "a.mp4", *PICTURES, "-c:v", "libx264", "-movflags", "+faststart")
    with pytest.raises(RefusedError) as refused:
        film(data[: len(data) * 2 // 3])
    assert refused.value.refusal.code == "film-cut-off"
    # What some cameras and editors leave behind the last box is no fault.
    for rest in (b"", b"\0" * 64, b"made by something", b"\xff" * 40):
        assert film(data + rest).still is not None


def test_sound_alone_is_named_as_such(tmp_path: Path) -> None:
    with pytest.raises(RefusedError) as refused:
        film(encoded(tmp_path / "a.mp4", *SOUND, "-c:a", "aac"))
    assert refused.value.refusal.code == "film-no-pictures"


@pytest.mark.parametrize(
    ("coded", "word"),
    [
        (("-c:v", "libx265", "-x265-params", "log-level=none", "-tag:v", "hvc1", "-c:a", "aac"), "HEVC"),
        (("-c:v", "libx264", "-pix_fmt", "yuv420p10le", "-c:a", "aac"), "yuv420p10le"),
        (("-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "ac3"), "ac3"),
        (("-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"), ""),
        (("-c:v", "libx264", "-pix_fmt", "yuv420p", "-an"), ""),
    ],
)
def test_whoever_adds_a_film_is_told_where_it_stays_black_or_silent(
    tmp_path: Path, coded: tuple[str, ...], word: str
) -> None:
    client = Client()
    client.force_login(factories.UserFactory(roles=[Role.EDITOR]))
    file = SimpleUploadedFile("a.mp4", encoded(tmp_path / "a.mp4", *PICTURES, *SOUND, *coded))
    page = client.post(reverse("films:add"), {"title": "片", "file": file}, follow=True)
    told = [str(message) for message in page.context["messages"] if message.level_tag == "warning"]
    assert VideoFile.objects.count() == 1
    assert ([word in message for message in told] == [True]) if word else not told


@pytest.fixture
def live_film(film_bytes: bytes) -> VideoFile:
    row = film(film_bytes)
    factories.live("video", title="片", video_file=row)
    return row


def body(response: object) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("header", "status", "span"),
    [
        ("", 200, (0, None)),
        ("bytes=0-99", 206, (0, 100)),
        ("bytes=100-", 206, (100, None)),
        ("bytes=-50", 206, (-50, None)),
        ("bytes=0-999999999", 206, (0, None)),
        ("bytes=5-2", 200, (0, None)),
        ("bytes=0-1,5-6", 200, (0, None)),
        ("lines=1-2", 200, (0, None)),
        ("bytes=-", 200, (0, None)),
    ],
)
def test_ranges(
    live_film: VideoFile, film_bytes: bytes, header: str, status: int, span: tuple[int, int | None]
) -> None:
    headers = {"range": header} if header else {}
    response = Client().get(live_film.file.url, headers=headers)
    assert response.status_code == status
    stored = Path(live_film.file.path).read_bytes()
    assert len(stored) == len(film_bytes)
    assert body(response) == stored[span[0] : span[1]]
    assert response["Accept-Ranges"] == "bytes"


def test_an_unsatisfiable_range_is_answered_416(live_film: VideoFile, film_bytes: bytes) -> None:
    response = Client().get(live_film.file.url, headers={"range": f"bytes={len(film_bytes)}-"})
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(film_bytes)}"


def test_an_unchanged_file_is_not_sent_again(live_film: VideoFile) -> None:
    first = Client().get(live_film.file.url)
    assert Client().get(live_film.file.url, headers={"if-none-match": first["ETag"]}).status_code == 304


def test_nginx_sends_the_bytes_when_it_is_there(live_film: VideoFile, settings: object) -> None:
    settings.MEDIA_X_ACCEL = "/private-media/"  # type: ignore[attr-defined]
    response = Client().get(live_film.file.url)
    assert response["X-Accel-Redirect"] == f"/private-media/{live_film.file.name}"
    assert response.content == b""


def document(text: str = "附件") -> CaseDocument:
    row = CaseDocument(title=text)
    row.file.save("attachment.docx", ContentFile(text.encode()))
    return row


def with_attachment(audience: str = "learner", **kwargs: object) -> CaseDocument:
    row = document()
    page = factories.draft(**kwargs)  # type: ignore[arg-type]
    page.attachments = [Attachment(document=row, audience=audience)]
    page.save_revision()
    factories.publish(page)
    return row


@pytest.mark.parametrize(
    ("circulation", "audience", "role", "status"),
    [
        ("public", "learner", None, 200),
        ("public", "teacher", None, 404),
        ("public", "teacher", Role.TRAINEE, 404),
        ("public", "teacher", Role.TEACHER, 200),
        ("public", "reviewer", Role.TEACHER, 404),
        ("public", "reviewer", Role.EDITOR, 200),
        ("internal", "learner", None, 404),
        ("internal", "learner", Role.TRAINEE, 200),
        ("internal", "learner", Role.SYSTEM_ADMIN, 404),
        ("restricted", "learner", Role.TRAINEE, 404),
    ],
)
def test_a_file_follows_its_page_and_its_own_audience(
    circulation: str, audience: str, role: Role | None, status: int
) -> None:
    row = with_attachment(audience, circulation=circulation)
    client = Client()
    if role:
        client.force_login(factories.UserFactory(roles=[role]))
    assert client.get(row.url).status_code == status


def test_a_draft_s_file_is_only_its_workers_own() -> None:
    page = factories.draft(circulation=Circulation.PUBLIC)
    row = document()
    page.attachments = [Attachment(document=row)]
    page.save_revision()
    assert Client().get(row.url).status_code == 404
    stranger, owner = Client(), Client()
    stranger.force_login(factories.UserFactory(roles=[Role.AUTHOR]))
    owner.force_login(page.owner)
    assert stranger.get(row.url).status_code == 404
    assert owner.get(row.url).status_code == 200


def test_a_file_disappears_with_its_page() -> None:
    row = with_attachment(circulation="public")
    page = row.attachments.get().page
    page.unpublish()
    assert Client().get(row.url).status_code == 404


def test_uploads_never_run_as_pages_of_ours() -> None:
    row = CaseDocument(title="x")
    row.file.save("x.html", ContentFile(b"<script>alert(1)</script>"))
    page = factories.draft(circulation="public")
    page.attachments = [Attachment(document=row)]
    page.save_revision()
    factories.publish(page)
    response = Client().get(row.url)
    assert response["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["../secret-key", "documents/../../x", "images/%00", "etc/passwd", "documents/"])
def test_no_way_out_of_the_media_folder(name: str) -> None:
    client = Client()
    client.force_login(factories.UserFactory(is_superuser=True))
    assert client.get(f"/r/files/{name}").status_code in (400, 404)


def test_captions_follow_the_film(film_bytes: bytes) -> None:
    live_film = film(film_bytes)
    track = set_captions(live_film, SRT, by=None)
    factories.live("video", title="片", video_file=live_film)
    assert "第一句" in Client().get(f"/r/captions/{track.pk}/").content.decode()
    live_film.pages.get().unpublish()
    assert Client().get(f"/r/captions/{track.pk}/").status_code == 404


def test_a_film_that_a_text_uses_is_not_deleted_though_the_index_of_uses_does_not_know_yet(film_bytes: bytes) -> None:
    row = film(film_bytes)
    factories.draft("video", title="片", video_file=row)
    ReferenceIndex.objects.all().delete()
    client = Client()
    client.force_login(factories.UserFactory(is_superuser=True))
    response = client.post(reverse("films:delete", args=[row.pk]))
    assert response.status_code == 403
    text = response.content.decode()
    assert 'data-code="in-use"' in text
    assert "操作未执行" in text
    assert "此页未对您开放" not in text, "who deletes a film may see it"
    assert VideoFile.objects.filter(pk=row.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_the_file_of_a_film_leaves_with_it_and_when_another_takes_its_place(film_bytes: bytes) -> None:
    row = film(film_bytes)
    first = Path(row.file.path)
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        replace_file(row, ContentFile(film_bytes + b"\0", name="new.mp4"))
        raise ZeroDivisionError
    row = VideoFile.objects.get(pk=row.pk)
    assert first.exists() and Path(row.file.path) == first
    replace_file(row, ContentFile(film_bytes + b"\0", name="new.mp4"))
    second = Path(VideoFile.objects.get(pk=row.pk).file.path)
    assert second.exists() and not first.exists()
    row.delete()
    assert not second.exists()
