"""Backups of a running library: made, verified, refused when damaged, and put back."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection

from caselib.accounts.models import User
from caselib.core import clock, page_cache
from caselib.core.models import AuditRecord
from caselib.resources.models import ResourcePage
from cms.backup import archive, databases
from cms.backup.databases import BackupError
from search.models import ExtractedText
from tests import factories
from tests.conftest import require_service

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _client_programs() -> None:
    if connection.vendor != "sqlite":
        require_service(shutil.which("pg_dump") is not None, "pg_dump is not installed")


@pytest.fixture
def library(settings: Any) -> tuple[ResourcePage, Path]:
    page = factories.live(title="备份前的案例")
    media = Path(settings.MEDIA_ROOT)
    (media / "documents").mkdir(parents=True)
    (media / "documents/原稿.docx").write_bytes(b"manuscript")
    return page, media


def test_a_restore_brings_back_rows_files_and_chain(library: tuple[ResourcePage, Path], tmp_path: Path) -> None:
    _page, media = library
    page_cache.bump(page_cache.PAGES)
    folder = archive.create(tmp_path / "backups", at=clock.now())
    records = AuditRecord.objects.count()
    counters = page_cache.versions(page_cache.PAGES)

    factories.live(title="备份后的案例")
    User.objects.filter(username="nobody").delete()
    (media / "documents/原稿.docx").write_bytes(b"overwritten")
    (media / "documents/later.docx").write_bytes(b"later")

    assert archive.restore(folder, at=clock.now()) == []
    assert set(ResourcePage.objects.values_list("title", flat=True)) == {"备份前的案例"}
    assert (media / "documents/原稿.docx").read_bytes() == b"manuscript"
    assert not (media / "documents/later.docx").exists()
    assert AuditRecord.objects.count() == records + 1, "the restore itself stands in the chain"
    assert page_cache.versions(page_cache.PAGES)[page_cache.PAGES] > counters[page_cache.PAGES] + 1_000
    kept = list(media.parent.glob("media.before-*/documents/later.docx"))
    assert len(kept) == 1, "the replaced media are kept"


def test_the_append_only_trigger_is_restored_too(library: tuple[ResourcePage, Path], tmp_path: Path) -> None:
    folder = archive.create(tmp_path / "backups", at=clock.now())
    archive.restore(folder, at=clock.now())
    with pytest.raises(Exception, match=r"append|refuse|only"):
        AuditRecord.objects.all()._raw_delete(using="default")


def test_the_way_back_is_open_although_a_table_came_with_the_upgrade(
    library: tuple[ResourcePage, Path], tmp_path: Path
) -> None:
    """pg_restore --clean could not drop what the new table refers to: nothing was restored."""
    folder = archive.create(tmp_path / "backups", at=clock.now())
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE came_later (id integer PRIMARY KEY, page_id integer REFERENCES wagtailcore_page (id))"
        )
    try:
        assert archive.restore(folder, at=clock.now()) == []
        assert "came_later" not in connection.introspection.table_names()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS came_later")


def test_what_was_replaced_is_gone_also_of_a_restore_that_was_killed(
    library: tuple[ResourcePage, Path], tmp_path: Path
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has no schema into which what is there is moved meanwhile")
    folder = archive.create(tmp_path / "backups", at=clock.now())
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA caselib_replaced")
        cursor.execute("CREATE TABLE caselib_replaced.of_before (id integer PRIMARY KEY)")
    assert archive.restore(folder, at=clock.now()) == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'caselib_replaced'")
        assert cursor.fetchone() == (0,)


def test_a_restore_that_fails_changes_nothing(library: tuple[ResourcePage, Path], tmp_path: Path) -> None:
    page, _media = library
    folder = archive.create(tmp_path / "backups", at=clock.now())
    copy = folder / databases.file_name()
    copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    with pytest.raises(BackupError, match="could not be replaced"):
        databases.load(copy)
    assert ResourcePage.objects.filter(pk=page.pk).exists()


def test_a_backup_of_an_older_release_is_brought_up_to_this_one_first(
    library: tuple[ResourcePage, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files that records name were asked for before their column stood in the table, and nothing more was done."""
    if connection.vendor != "sqlite":
        pytest.skip("the copy is made older by hand, in SQLite's file")
    folder = archive.create(tmp_path / "backups", at=clock.now())
    with closing(sqlite3.connect(folder / databases.SQLITE)) as copy:
        copy.execute("DROP INDEX extracted_unread")
        copy.execute("DELETE FROM django_migrations WHERE app = 'search' AND name = '0004_reading_documents'")
        copy.commit()
    _rehash(folder)

    def older() -> list[str]:
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, ExtractedText._meta.db_table)
        return [] if "extracted_unread" in found else ["an older release"]

    monkeypatch.setattr(archive, "problems", older)
    assert archive.restore(folder, at=clock.now()) == []


def test_a_backup_of_a_newer_release_is_refused_before_anything_happens(
    library: tuple[ResourcePage, Path], tmp_path: Path
) -> None:
    page, _media = library
    folder = archive.create(tmp_path / "backups", at=clock.now())
    manifest = json.loads((folder / archive.MANIFEST).read_text("utf-8"))
    assert "resources.0001_initial" in manifest["migrations"]
    manifest["migrations"].append("resources.0999_what_comes")
    (folder / archive.MANIFEST).write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(BackupError, match="newer release"):
        archive.restore(folder, at=clock.now())
    assert ResourcePage.objects.filter(pk=page.pk).exists()


def test_a_backup_that_fails_leaves_nothing_behind(
    library: tuple[ResourcePage, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(media: Path, target: Path) -> int:
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive, "_pack", full)
    with pytest.raises(CommandError, match="No space left"):
        call_command("backup", tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


def test_a_file_that_goes_while_the_backup_is_made_does_not_hinder_it(
    library: tuple[ResourcePage, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _page, media = library
    kept, going = media / "documents/原稿.docx", media / "documents/走了.docx"
    monkeypatch.setattr(archive, "_files", lambda folder: iter([kept, going]))
    folder = archive.create(tmp_path / "backups", at=clock.now())
    assert archive.verify(folder).media_files == 1


def test_a_missing_file_is_reported(library: tuple[ResourcePage, Path], settings: Any) -> None:
    document = _document()
    assert archive.problems() == []
    Path(settings.MEDIA_ROOT, document.file.name).unlink()
    assert [document.file.name in line for line in archive.problems()] == [True]


def _document() -> Any:
    from caselib.media.models import CaseDocument

    return CaseDocument.objects.create(title="附件", file=ContentFile(b"x", name="attachment.txt"))


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))


def _rehash(folder: Path) -> None:
    manifest = json.loads((folder / archive.MANIFEST).read_text())
    manifest["sha256"] = {name: archive._digest(folder / name) for name in manifest["sha256"]}
    (folder / archive.MANIFEST).write_text(json.dumps(manifest))


def _escape(folder: Path) -> None:
    with tarfile.open(folder / archive.MEDIA, "w") as media:
        member = tarfile.TarInfo("../../outside")
        member.size = 1
        media.addfile(member, io.BytesIO(b"x"))
    _rehash(folder)


def _garbage(folder: Path) -> None:
    (folder / databases.file_name()).write_bytes(b"SQLite format 3\0" + b"x" * 9000)
    _rehash(folder)


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: _flip(folder / databases.file_name()),
        lambda folder: _flip(folder / archive.MEDIA),
        lambda folder: (folder / archive.MEDIA).unlink(),
        lambda folder: (folder / archive.MANIFEST).write_text("{"),
        lambda folder: (folder / archive.MANIFEST).write_text('{"database": "/etc/passwd"}'),
        _escape,
        _garbage,
    ],
)
def test_a_damaged_backup_is_refused_and_nothing_changes(
    library: tuple[ResourcePage, Path], tmp_path: Path, damage: Any
) -> None:
    page, media = library
    folder = archive.create(tmp_path / "backups", at=clock.now())
    damage(folder)
    with pytest.raises(BackupError):
        archive.restore(folder, at=clock.now())
    assert ResourcePage.objects.filter(pk=page.pk).exists()
    assert (media / "documents/原稿.docx").read_bytes() == b"manuscript"
    assert not list(media.parent.glob("media.before-*"))


def test_the_commands_make_verify_and_refuse(library: tuple[ResourcePage, Path], tmp_path: Path) -> None:
    call_command("backup", tmp_path / "backups", stdout=(out := io.StringIO()))
    folder = next((tmp_path / "backups").iterdir())
    assert str(folder) in out.getvalue()
    call_command("backup", folder, "--verify", stdout=out)
    _flip(folder / archive.MEDIA)
    with pytest.raises(CommandError, match="changed since"):
        call_command("backup", folder, "--verify")
    with pytest.raises(CommandError, match="changed since"):
        call_command("restore", folder, "--yes")
