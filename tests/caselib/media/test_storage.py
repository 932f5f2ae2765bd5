"""A file stands whole under its name or not at all, whatever happens while it is written."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import TemporaryUploadedFile

from caselib.media.storage import WholeFiles


class Full(ContentFile[bytes]):
    """Has more to give than the disk takes."""

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield b"half"
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def storage(tmp_path: Path) -> WholeFiles:
    return WholeFiles(location=tmp_path, file_permissions_mode=0o640)


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_the_site_uses_it() -> None:
    assert isinstance(storages["default"], WholeFiles)


def test_half_a_file_is_not_left_behind(storage: WholeFiles, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        storage.save("entries/copy.docx", Full(b"x"))
    assert files(tmp_path) == []
    assert not storage.exists("entries/copy.docx")


def test_files_of_one_name_each_have_a_place(storage: WholeFiles, tmp_path: Path) -> None:
    first, second = (storage.save("a/稿.docx", ContentFile(text)) for text in (b"1", b"2"))
    assert first == "a/稿.docx" and second != first
    assert (tmp_path / first).read_bytes() == b"1" and (tmp_path / second).read_bytes() == b"2"
    assert (tmp_path / first).stat().st_mode & 0o777 == 0o640
    assert files(tmp_path) == sorted([first, second])


def test_a_name_that_is_taken_meanwhile_is_not_written_over(
    storage: WholeFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_bytes(b"of another")
    asked = iter(["a.txt"])
    real = storage.get_available_name
    monkeypatch.setattr(storage, "get_available_name", lambda name, max_length=None: next(asked, "") or real(name))
    name = storage.save("a.txt", ContentFile(b"mine"))
    assert name != "a.txt" and (tmp_path / name).read_bytes() == b"mine"
    assert (tmp_path / "a.txt").read_bytes() == b"of another"


def test_a_large_upload_is_moved(storage: WholeFiles, tmp_path: Path) -> None:
    upload = TemporaryUploadedFile("film.mp4", "video/mp4", 4, None)
    upload.write(b"film")
    upload.seek(0)
    name = storage.save("films/film.mp4", upload)
    upload.close()
    assert (tmp_path / name).read_bytes() == b"film"
    assert files(tmp_path) == [name]
