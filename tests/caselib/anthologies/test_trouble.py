"""What goes wrong while a book is made: a killed worker, a full disk, LibreOffice that hangs or dies, a change of mind."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.urls import reverse

from caselib.anthologies import services, storing
from caselib.anthologies.models import Compilation, Edition
from caselib.anthologies.preflight import check_result
from caselib.core import clock, jobs
from caselib.core.models import Job
from caselib.word import pdf
from tests.conftest import require_service

pytestmark = pytest.mark.django_db

# A worker of its own process on the test's database and files: it says when LibreOffice has begun, then works on.
WORKER = """
import sys
import django
from django.conf import settings
django.setup()
settings.MEDIA_ROOT = sys.argv[2]
from django.core.files.storage import default_storage
default_storage.__dict__.pop("base_location", None)
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
from caselib.core import jobs
from caselib.word import office
plain = office.run_limited
def run_limited(*args, **kwargs):
    print("layout", flush=True)
    return plain(*args, **kwargs)
office.run_limited = run_limited
print("ready", flush=True)
jobs.run_pending()
print("done", flush=True)
"""


def worker(media: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(connection.settings_dict["NAME"]), str(media)],
        stdout=subprocess.PIPE,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "cms.settings.test"},
        cwd=django_settings.BASE_DIR,
    )


def lines_until(child: subprocess.Popen[bytes], wanted: bytes) -> None:
    assert child.stdout is not None
    for line in child.stdout:
        if line.strip() == wanted:
            return
    raise AssertionError(f"the worker ended without saying {wanted!r}")


def stored(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the child opens the SQLite file of the test by its name")
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_nothing_half_and_the_next_one_finishes(
    edition: Edition, editor: Any, settings: Any
) -> None:
    require_service(pdf.available(), "LibreOffice is not installed")
    row = services.compile_edition(edition, editor)
    child = worker(settings.MEDIA_ROOT)
    try:
        lines_until(child, b"layout")
        time.sleep(0.3)
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    row.refresh_from_db()
    assert row.state == "waiting" and not row.docx
    assert stored(Path(settings.MEDIA_ROOT) / "anthologies" / "compiled") == []
    # Nobody hears of the worker any more.
    Job.objects.filter(pk=row.job_id).update(heartbeat_at=clock.now() - jobs.LOST_AFTER - timedelta(seconds=1))
    assert jobs.recover() == 1
    jobs.run_pending()
    row.refresh_from_db()
    assert row.state == "done" and row.counted and row.inputs_sha256
    assert default_storage.size(row.docx) > 0 and default_storage.size(row.pdf) > 0
    assert Job.objects.get(pk=row.job_id).attempts == 2


def test_a_file_is_there_whole_or_not_at_all(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(settings.MEDIA_ROOT) / "x"
    name = storing.keep("x/a.docx", b"whole")
    with default_storage.open(name, "wb") as half:
        half.write(b"who")
    assert storing.keep("x/a.docx", b"whole") == name
    assert storing.read(name) == b"whole"

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storing.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        storing.keep("x/b.docx", b"other")
    assert [path.name for path in stored(folder)] == ["a.docx"]


def test_a_full_disk_is_said_in_words(edition: Edition, editor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASELIB_SOFFICE", "")

    def full(name: str, data: bytes) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("caselib.anthologies.jobs.keep", full)
    row = services.compile_edition(edition, editor)
    jobs.run_pending()
    row.refresh_from_db()
    assert row.state == "failed" and not row.docx
    assert [finding["code"] for finding in row.findings] == ["failed"]
    client = Client()
    client.force_login(editor)
    shown = client.get(reverse("anthologies:result", args=[row.pk])).content.decode()
    assert row.findings[0]["message"] in shown and "Errno" not in shown
    monkeypatch.undo()
    monkeypatch.setenv("CASELIB_SOFFICE", "")
    again = services.compile_edition(edition, editor)
    jobs.run_pending()
    again.refresh_from_db()
    assert again.pk != row.pk and again.state == "done"


def program(folder: Path, text: str) -> str:
    file = folder / "soffice"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(file.stat().st_mode | stat.S_IEXEC)
    return str(file)


@pytest.mark.parametrize("what", ["kill -9 $$", "exit 77", "exec sleep 60"], ids=["killed", "fails", "hangs"])
def test_without_a_layout_there_is_a_book_and_the_editor_is_told(
    edition: Edition, editor: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setenv("CASELIB_SOFFICE", program(tmp_path, what))
    monkeypatch.setattr("caselib.anthologies.jobs.LAYOUT_SECONDS", 1.0)
    row = services.compile_edition(edition, editor)
    jobs.run_pending()
    row.refresh_from_db()
    assert row.state == "done" and row.docx and not row.pdf and not row.counted
    assert "not-counted" in {finding["code"] for finding in row.findings}


@pytest.mark.django_db(transaction=True)
def test_a_compilation_is_stopped_while_libreoffice_works(
    edition: Edition, editor: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASELIB_SOFFICE", program(tmp_path, f"touch {tmp_path}/begun; exec sleep 120"))
    row = services.compile_edition(edition, editor)

    def stop() -> None:
        for _n in range(600):
            if (tmp_path / "begun").exists():
                services.cancel_compilation(Compilation.objects.get(pk=row.pk), by=editor)
                break
            time.sleep(0.1)
        connection.close()

    other = threading.Thread(target=stop)
    other.start()
    jobs.run_pending()
    other.join()
    row.refresh_from_db()
    assert row.state == "failed" and row.findings == []
    assert Job.objects.get(pk=row.job_id).state == "cancelled"


def test_two_who_compile_at_once_share_one_job(edition: Edition, editor: Any, user_of: Any) -> None:
    first = services.compile_edition(edition, editor)
    assert services.compile_edition(edition, user_of("editor")).pk == first.pk
    assert Job.objects.filter(kind="anthologies.compile").count() == 1


def test_a_frozen_edition_keeps_its_file_also_from_a_newer_writer(
    edition: Edition, editor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_service(pdf.available(), "LibreOffice is not installed")
    services.freeze(edition, by=editor)
    first = services.compile_edition(edition, editor)
    jobs.run_pending()
    first.refresh_from_db()
    assert first.counted
    monkeypatch.setattr("caselib.anthologies.printing.WRITER_VERSION", "999")
    monkeypatch.setenv("CASELIB_SOFFICE", "")
    second = services.compile_edition(edition, editor)
    jobs.run_pending()
    second.refresh_from_db()
    assert (second.sha256, second.docx, second.pdf, second.pages) == (first.sha256, first.docx, first.pdf, first.pages)
    # A damaged file is not handed out: the edition is compiled anew.
    with default_storage.open(first.docx, "wb") as broken:
        broken.write(b"PK")
    third = services.compile_edition(edition, editor)
    jobs.run_pending()
    third.refresh_from_db()
    assert third.state == "done" and default_storage.size(third.docx) > 1000


def test_a_face_that_the_server_lacks_is_said_once(edition: Edition) -> None:
    said = check_result((), (), (), counted=True, pdf=True, lacking=["仿宋", "楷体"])
    assert [finding.code for finding in said] == ["faces"] and "仿宋、楷体" in said[0].message
    # Where there is no PDF, nothing was set in another face.
    assert check_result((), (), (), counted=False, pdf=False, lacking=["仿宋"])[0].code == "not-counted"


def test_a_script_that_no_face_of_the_server_shows_is_said_of_the_book(
    edition: Edition, editor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A book told only of the faces of its style: Tibetan came out as boxes, and the editor was told that all was well."""
    require_service(pdf.available(), "LibreOffice is not installed")
    monkeypatch.setattr("caselib.word.fonts.unshown", lambda text: ["tibetan"] if "བོད་ཡིག" in text else [])
    edition.anthology.subtitle = "“བོད་ཡིག”与账本"
    edition.anthology.save()

    compiled = services.compile_edition(edition, editor)
    jobs.run_pending()
    compiled.refresh_from_db()

    said = [finding["message"] for finding in compiled.findings if finding["code"] == "scripts"]
    assert len(said) == 1 and "藏文" in said[0]
