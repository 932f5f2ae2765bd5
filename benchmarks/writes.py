"""Eight processes publishing at once on SQLite: how many are lost with the stock settings, how many with ours.

python -m benchmarks.writes [--writers 8] [--each 12]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any


def write(pages: list[int]) -> dict[str, Any]:
    """Publish the given drafts one after the other, as one web process would; count what fails."""
    import django

    django.setup()
    from django.db import DatabaseError, connection, transaction

    from benchmarks.passes import write_passes
    from caselib.resources.content import digest
    from caselib.resources.models import ResourcePage
    from caselib.resources.publishing import publish_granted

    connection.ensure_connection()
    sys.stdin.readline()
    done, errors, slowest = 0, [], 0.0
    for pk in pages:
        started = time.perf_counter()
        try:
            page = ResourcePage.objects.get(pk=pk)
            revision = page.get_latest_revision()
            with transaction.atomic():
                write_passes([revision])
                publish_granted(page, revision, digest(revision), by=None)
            done += 1
        except DatabaseError as error:
            errors.append(str(error))
        slowest = max(slowest, time.perf_counter() - started)
    return {"done": done, "errors": errors, "slowest": slowest}


def prepare(folder: Path, count: int) -> list[int]:
    """A library with ``count`` drafts in ``folder``; returns their ids. Runs in this process, once."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from benchmarks import bulk, library
    from caselib.resources.enums import Kind
    from caselib.resources.services import create_draft

    call_command("migrate", verbosity=0)
    call_command("install_library", verbosity=0)
    editor = library.editor()
    pages = [
        create_draft(Kind.CASE, title=f"案例{n}", by=editor, fields={"body": bulk.body(n, bulk.PARAGRAPHS)})
        for n in range(count)
    ]
    with connection.cursor() as cursor:
        # The copy for the stock run must not bring our journal mode along.
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    return [page.pk for page in pages]


def race(folder: Path, mode: str, pages: list[int], writers: int) -> dict[str, Any]:
    """Let ``writers`` processes publish their share at the same moment."""
    environment = {**os.environ, "CASELIB_VAR": str(folder), "BENCH_SQLITE": mode}
    command = [sys.executable, "-m", "benchmarks.writes", "--pages"]
    children = [
        subprocess.Popen(
            [*command, ",".join(map(str, pages[n::writers]))],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for n in range(writers)
    ]  # fmt: skip
    time.sleep(4 + writers * 2)
    started = time.perf_counter()
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    answers = [json.loads(child.communicate()[0].splitlines()[-1]) for child in children]
    seconds = time.perf_counter() - started
    return {
        "asked": len(pages),
        "published": sum(answer["done"] for answer in answers),
        "lost": sum(len(answer["errors"]) for answer in answers),
        "errors": sorted({error for answer in answers for error in answer["errors"]}),
        "seconds": round(seconds, 2),
        "slowest_ms": round(1000 * max(answer["slowest"] for answer in answers)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--each", type=int, default=12)
    parser.add_argument("--pages", help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    if options.pages:
        print(json.dumps(write([int(pk) for pk in options.pages.split(",")])))
        return
    folder = Path(tempfile.mkdtemp(prefix="caselib-bench-"))
    try:
        os.environ["CASELIB_VAR"] = str(folder / "ours")
        (folder / "ours").mkdir()
        pages = prepare(folder / "ours", options.writers * options.each)
        shutil.copytree(folder / "ours", folder / "stock")
        results = {mode: race(folder / mode, mode, pages, options.writers) for mode in ("stock", "ours")}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    json.dump({"writers": options.writers, "results": results}, sys.stdout, ensure_ascii=False, indent=2)
    print()


if __name__ == "__main__":
    main()
