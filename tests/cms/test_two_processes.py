"""Two web processes with memories of their own: what one changes, the other shows at its next request, kept or not."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
READERS = ("", "trainee", "teacher")
#: Queries of an answer from kept pieces: counters, session, account, groups, and one look at what is a reader's own.
KEPT = 5


class Process:
    """One web process; every call is a line to it and a line from it."""

    def __init__(self, var: Path) -> None:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "cms.settings.test",
            "CASELIB_VAR": str(var),
            "CASELIB_SEARCH_ENGINE": "embedded",
        }
        command = [sys.executable, "-W", "ignore", "-m", "tests.cms.web_process"]
        self.errors = (var / f"errors-{id(self)}").open("w+")
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )

    def ask(self, **line: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            self.errors.seek(0)
            raise AssertionError(self.errors.read()[-4000:])
        return json.loads(answer)

    def do(self, act: str, **values: Any) -> Any:
        return self.ask(do=act, **values)

    def get(self, address: str, account: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask(**{"get": address, "as": account})
        return found

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(30)
        self.errors.close()


@pytest.fixture
def processes(db: None, tmp_path: Path) -> Generator[tuple[Process, Process]]:
    """Two processes on a copy of the installed library."""
    if connection.vendor != "sqlite":
        pytest.skip("the copy of a library is made of a SQLite file")
    with (
        closing(sqlite3.connect(connection.settings_dict["NAME"])) as source,
        closing(sqlite3.connect(tmp_path / "caselib.sqlite3")) as target,
    ):
        source.backup(target)
    both = (Process(tmp_path), Process(tmp_path))
    yield both
    for process in both:
        process.stop()


def test_what_one_process_changes_the_other_shows_at_its_next_request(processes: tuple[Process, Process]) -> None:
    one, two = processes
    made = one.do("prepare")
    (case, case_url), (closed, closed_url) = made["open"], made["closed"]

    def warm(*addresses: str) -> None:
        """Let both processes keep what they show, and see that they do."""
        for process in processes:
            for account in READERS:
                for address in addresses:
                    process.get(address, account)
                    assert process.get(address, account)["queries"] <= (KEPT if account else 1), (address, account)

    def shown(process: Process, address: str, account: str) -> str:
        answer = process.get(address, account)
        assert answer["status"] == 200, (address, account)
        return str(answer["text"])

    def status(process: Process, address: str) -> list[int]:
        return [process.get(address, account)["status"] for account in READERS]

    warm(case_url)
    assert [status(process, closed_url) for process in processes] == [[404, 403, 200]] * 2

    one.do("publish", page=case, title="渔港账本新编")
    for process in (two, one):
        assert all("渔港账本新编" in shown(process, case_url, account) for account in READERS)

    warm(case_url)
    two.do("rename", name="新名主题")
    for process in (one, two):
        texts = [shown(process, case_url, account) for account in READERS]
        assert all("新名主题" in text and "旧名主题" not in text for text in texts)

    warm(case_url)
    one.do("rename_unit", page=case, name="更名后的单位")
    for process in (two, one):
        assert all("更名后的单位" in shown(process, case_url, account) for account in READERS)

    # The kept page of the group is closed to whoever leaves it, and to all when the page is no longer for the group.
    two.do("leave_group", account="teacher")
    assert status(one, closed_url) == [404, 403, 403]
    two.do("join_group", account="teacher")
    assert status(one, closed_url) == [404, 403, 200]
    one.do("close_to_group", page=closed)
    assert [status(process, closed_url) for process in (two, one)] == [[404, 403, 403]] * 2

    warm(case_url)
    one.do("restrict", page=case)
    assert [status(process, case_url) for process in (two, one)] == [[404, 200, 200]] * 2
    assert all(
        "渔港账本新编" not in shown(process, address, "") for process in (two, one) for address in ("/", "/browse/")
    )

    for process in processes:
        assert "渔港账本新编" in shown(process, "/", "trainee")
    two.do("take_back", page=case)
    for process in (one, two):
        assert status(process, case_url) == [404, 410, 410]
        for address in ("/", "/browse/"):
            assert not any("渔港账本新编" in shown(process, address, account) for account in READERS)
