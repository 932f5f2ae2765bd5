"""kill -9 of drainer and rebuilder at random moments: afterwards one reconcile, and nothing differs."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection

from caselib.resources.publishing import opened
from search import engines, indexer, outbox, upkeep
from search.harvest import key_of
from search.models import OutboxJob
from tests import factories

ROUNDS = 3

# What a child process runs: the real drain or rebuild against the test's own database and index.
CHILD = """
import sys
from django.conf import settings
import django
django.setup()
settings.SEARCH_INDEX_DIR = sys.argv[2]
settings.DATABASES["default"].update({"NAME": sys.argv[3]})
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[3]
from search import indexer, outbox, rebuilding, engines
print("ready", flush=True)
while True:
    if sys.argv[1] == "drain":
        indexer.drain(sys.argv[4])
    else:
        rebuilding.rebuild(sys.argv[4])
"""


@pytest.fixture
def index_directory(tmp_path: Path, settings: object) -> Iterator[Path]:
    settings.SEARCH_INDEX_DIR = tmp_path / "killed"  # type: ignore[attr-defined]
    engines.reset()
    yield tmp_path / "killed"
    engines.reset()


def run_and_kill(what: str, index_directory: Path, work: object, dice: random.Random) -> None:
    """Start the child, do the work beside it, kill it at a random moment."""
    database = str(connection.settings_dict["NAME"])
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, what, str(index_directory), database, "embedded"],
        stdout=subprocess.PIPE,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "cms.settings.test"},
        cwd=django_settings.BASE_DIR,
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        work()  # type: ignore[operator]
        time.sleep(dice.uniform(0.0, 0.4))
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the child opens the SQLite file of the test by its name")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["drain", "rebuild"])
def test_killed_at_random_points_nothing_is_lost(what: str, index_directory: Path) -> None:
    dice = random.Random(os.getpid())
    pages = [factories.live(title=f"渔港案例{n}") for n in range(12)]
    upkeep.keep_up("embedded")

    def change() -> None:
        for page in dice.sample(pages, 6):
            page.abstract = f"改动 {dice.random()}"
            with opened([page.pk]):
                page.save()
            time.sleep(dice.uniform(0, 0.05))

    for _ in range(ROUNDS):
        run_and_kill(what, index_directory, change, dice)
        engines.reset()
        assert engines.get("embedded").ready(), "a killed writer leaves the last commit"
        jobs = set(OutboxJob.objects.values_list("key", flat=True))
        differing = indexer.reconcile("embedded", repair=False)
        assert {*differing.missing, *differing.stale, *differing.surplus} <= jobs, (
            "what is not indexed is still waiting"
        )
    assert not upkeep.keep_up("embedded").unavailable
    assert not OutboxJob.objects.exists()
    assert indexer.reconcile("embedded").differences == 0
    outbox.enqueue([key_of(pages[0].pk)])
    assert upkeep.keep_up("embedded").indexed == 1
