"""The command line: the published JSON, exit status, dry run."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from caselib.accounts.enums import Role
from caselib.ingest import messages
from caselib.ingest.exporting import export_for
from caselib.ingest.models import ImportBatch
from caselib.ingest.reading import read_file
from caselib.resources.models import CaseStudy
from caselib.word.guard import MIB
from caselib.word.sandbox import run_limited
from tests import factories
from tests.caselib.ingest.printed import book, cases
from tests.caselib.ingest.test_roundtrip import rich_case
from tests.caselib.ingest.test_services import manuscript
from tests.caselib.word.packages import docx, p, zipped

SHAPE = {
    "title": str,
    "unit": str,
    "authors": list,
    "sections": list,
    "text": str,
    "tables": int,
    "images": int,
    "notes": int,
    "warnings": list,
}


def run(*arguments: object) -> list[dict[str, Any]]:
    out = io.StringIO()
    with translation.override("zh-hans"):
        call_command("import_manuscripts", *map(str, arguments), "--json", stdout=out)
    found: list[dict[str, Any]] = json.loads(out.getvalue())
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.docx").write_bytes(manuscript())
    (tmp_path / "b.txt").write_text(book(cases(3)), encoding="gb18030")
    (tmp_path / "c.docx").write_bytes(b"")
    (tmp_path / "d.zip").write_bytes(zipped({"../x.docx": "x"}))
    (tmp_path / "~$a.docx").write_bytes(b"lock")
    return tmp_path


def test_the_published_shape(folder: Path) -> None:
    found = run(folder, folder / "none.docx", "--dry-run")
    assert [(Path(one["file"]).name, one["status"], len(one["items"])) for one in found] == [
        ("a.docx", "read", 1),
        ("b.txt", "read", 3),
        ("c.docx", "refused", 0),
        ("d.zip", "refused", 0),
        ("none.docx", "refused", 0),
    ]
    for one in found:
        assert list(one) == ["file", "status", "message", "foreword", "items"] and one["message"]
        for item in one["items"]:
            assert {key: type(value) for key, value in item.items()} == SHAPE
            assert all(set(section) == {"level", "heading"} for section in item["sections"])
            assert all(set(warning) == {"code", "place", "text"} for warning in item["warnings"])
    assert found[2]["message"].startswith("文件是空的")
    assert found[0]["items"][0]["sections"] == [
        {"level": 1, "heading": "一、案例背景"},
        {"level": 1, "heading": "二、主要做法"},
        {"level": 2, "heading": "（一）先议后办"},
        {"level": 1, "heading": "三、成果成效"},
    ]


@pytest.mark.django_db
def test_storing_and_accepting(folder: Path) -> None:
    user = factories.UserFactory(roles=[Role.AUTHOR])
    run(folder, "--by", user.username, "--accept")
    assert ImportBatch.objects.count() == 4 and CaseStudy.objects.count() == 4
    again = run(folder / "a.docx", "--by", user.username)
    assert "未重复导入" in again[0]["message"] and ImportBatch.objects.count() == 4


@pytest.mark.django_db
def test_what_may_not_be_accepted_is_told_and_the_rest_is_accepted(tmp_path: Path) -> None:
    author, other = (factories.UserFactory(roles=[Role.AUTHOR]) for _ in range(2))
    foreign = export_for(page := rich_case(other), by=other)
    assert foreign is not None
    (tmp_path / "1.docx").write_bytes(foreign)
    (tmp_path / "2.docx").write_bytes(manuscript())

    first, second = run(tmp_path, "--by", author.username, "--accept")

    assert page.title in first["message"] and "您无权编辑的资源" in first["message"]
    assert CaseStudy.objects.filter(title=second["items"][0]["title"]).exists()


@pytest.mark.django_db
def test_arguments_that_make_no_sense(folder: Path) -> None:
    with pytest.raises(CommandError):
        run(folder, "--accept")
    with pytest.raises(CommandError):
        run(folder, "--by", "nobody")


def test_a_zip_of_manuscripts(tmp_path: Path) -> None:
    (tmp_path / "all.zip").write_bytes(zipped({"一/甲.docx": manuscript(), "bad.docx": b"PK\x03\x04"}))
    found = run(tmp_path / "all.zip", "--dry-run")
    assert [(one["file"].split("all.zip")[1], one["status"]) for one in found] == [
        ("", "read"),
        ("/一/甲.docx", "read"),
        ("/bad.docx", "refused"),
    ]


def test_every_code_of_the_readers_has_its_words() -> None:
    root = Path(messages.__file__).resolve().parents[1]
    sources = "".join(
        path.read_text()
        for folder in ("word", "ingest")
        for path in sorted((root / folder).rglob("*.py"))
        if path.name != "messages.py"
    )
    import re

    refusals = set(re.findall(r'UnreadableError\(\s*"(\w+)"', sources)) | set(
        re.findall(r'refused\(name, "(\w+)"', sources)
    )
    assert refusals - set(messages.REFUSALS) - {"old_table", "not_a_table", "too_many_rows"} == set()
    warned = set(re.findall(r'(?:\.warn|Warning)\(\s*"(\w+)"', sources))
    assert warned - set(messages.WARNINGS) == set()


def test_a_reader_that_hangs_or_grows_is_killed(tmp_path: Path) -> None:
    import sys

    started = time.monotonic()
    hung = run_limited([sys.executable, "-c", "import time; time.sleep(60)"], seconds=1, memory=500 * MIB, cwd=tmp_path)
    assert hung.ending == "timeout" and time.monotonic() - started < 15
    grown = run_limited(
        [sys.executable, "-c", "x = bytearray(900 * 1024 * 1024)"],
        seconds=20,
        memory=500 * MIB,
        address_space=500 * MIB,
        cwd=tmp_path,
    )
    assert grown.ending == "memory"
    dead = run_limited(
        [sys.executable, "-c", "import os; os.kill(os.getpid(), 11)"], seconds=20, memory=500 * MIB, cwd=tmp_path
    )
    assert dead.ending == "died"


def test_the_peak_is_the_program_s_and_not_its_parent_s(tmp_path: Path) -> None:
    import sys

    held = bytearray(b"x") * (300 * MIB)
    outcome = run_limited(
        [sys.executable, "-c", "import time; time.sleep(0.3)"], seconds=20, memory=MIB * 200, cwd=tmp_path
    )
    assert outcome.ending == "done" and 0 < outcome.peak_bytes < 100 * MIB < len(held)


def test_a_heavy_file_ends_in_time_and_memory(tmp_path: Path) -> None:
    import random

    source = random.Random(2)
    words = ["".join(chr(source.randint(0x4E00, 0x9FA5)) for _ in range(6)) for _ in range(4000)]
    body = "".join(p("".join(source.choices(words, k=6))) for _ in range(49_000))
    (tmp_path / "heavy.docx").write_bytes(docx(body))
    started = time.monotonic()
    (result,) = read_file(tmp_path / "heavy.docx")
    assert result.status in ("read", "refused") and time.monotonic() - started < 45 and result.peak_bytes <= 520 * MIB


def test_old_formats_without_a_converter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASELIB_SOFFICE", "")
    (tmp_path / "old.rtf").write_bytes(b"{\\rtf1 x}")
    assert read_file(tmp_path / "old.rtf")[0].code == "no_converter"
