"""Whether readers still get pages while many people sign in: waiting times with and without a burst of sign-ins.

    python -m benchmarks.logins [--people 60] [--at-once 12] [--workers 2] [--threads 1] [--keep DIR]

The server is what ``make run`` starts, with the password hasher of production. One reader without an account asks for
the home page, which is kept whole, over and over; the first part of the time alone, then while ``people`` sign in,
``at-once`` of them at the same time. Times in ms.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks.measures import percentile
from benchmarks.server import Server

ALONE_SECONDS = 3.0
PASSWORD = "长堤-2026-渔港"
LOGIN = "/account/login/"


def sign_in(port: int, name: str) -> float:
    """Sign ``name`` in as a browser does and return the ms from sending the form to the answer; RuntimeError if refused."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    connection.request("GET", LOGIN)
    form = connection.getresponse()
    cookie = (form.headers["Set-Cookie"] or "").split(";")[0]
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', form.read().decode())
    assert token is not None
    began = time.perf_counter()
    body = urlencode({"csrfmiddlewaretoken": token.group(1), "username": name, "password": PASSWORD})
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": cookie,
        "Referer": f"http://127.0.0.1:{port}{LOGIN}",
    }
    connection.request("POST", LOGIN, body, headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 302:
        raise RuntimeError(f"signing in answers {answer.status}")
    return 1000 * (time.perf_counter() - began)


def read(port: int, goes_on: Callable[[], bool]) -> list[float]:
    """Ask for the home page, each time by a new connection, while ``goes_on``; return the ms of each answer."""
    times = []
    while goes_on():
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        connection.request("GET", "/")
        answer = connection.getresponse()
        answer.read()
        connection.close()
        if answer.status != 200:
            raise RuntimeError(f"the home page answers {answer.status}")
        times.append(1000 * (time.perf_counter() - began))
        time.sleep(0.02)
    return times


def figures(times: list[float]) -> dict[str, float]:
    return {
        "answers": len(times),
        "median": round(percentile(times, 50), 1),
        "p95": round(percentile(times, 95), 1),
        "worst": round(max(times, default=0.0), 1),
    }


def measure(server: Server, people: int, at_once: int) -> dict[str, Any]:
    """Return the reader's waiting times alone and in the burst, and what the people who sign in wait."""
    end = time.monotonic() + ALONE_SECONDS
    alone = read(server.port, lambda: time.monotonic() < end)
    over = threading.Event()
    with ThreadPoolExecutor(at_once + 1) as pool:
        reader = pool.submit(read, server.port, lambda: not over.is_set())
        before, began = server.cpu_seconds(), time.monotonic()
        try:
            waits = list(pool.map(lambda number: sign_in(server.port, f"bench-reader-{number}"), range(people)))
            seconds, cpu = time.monotonic() - began, server.cpu_seconds() - before
        finally:
            over.set()
        busy = reader.result()
    return {
        "reader_alone": figures(alone),
        "reader_in_the_burst": figures(busy),
        "sign_in": figures(waits) | {"per_second": round(people / seconds, 1), "cpu_ms": round(1000 * cpu / people, 1)},
    }


def prepare(people: int) -> None:
    """Make the accounts; all have one password, which is hashed once."""
    from django.contrib.auth.hashers import make_password
    from django.core.management import call_command

    from benchmarks import library
    from caselib.accounts.models import User

    call_command("migrate", verbosity=0, stdout=sys.stderr)
    call_command("install_library", verbosity=0, stdout=sys.stderr)
    unit, kept = library.editor().unit, make_password(PASSWORD)
    User.objects.filter(username__startswith="bench-reader-").update(password=kept, is_active=True)
    present = set(User.objects.values_list("username", flat=True))
    User.objects.bulk_create(
        User(username=name, name="学员", unit=unit, password=kept)
        for name in (f"bench-reader-{number}" for number in range(people))
        if name not in present
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--at-once", type=int, default=12)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="keep and reuse the library in this folder")
    options = parser.parse_args()
    folder = options.keep or Path(tempfile.mkdtemp(prefix="caselib-bench-"))
    os.environ.update(DJANGO_SETTINGS_MODULE="benchmarks.settings", CASELIB_VAR=str(folder), BENCH_HASHER="real")
    import django

    django.setup()
    try:
        prepare(options.people)
        with Server(dict(os.environ), workers=options.workers, threads=options.threads) as server:
            results = measure(server, options.people, options.at_once)
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    about = {
        **{name: value for name, value in vars(options).items() if name != "keep"},
        "cpus": os.cpu_count(),
        "load": [round(number, 1) for number in os.getloadavg()],
    }
    json.dump({"about": about, "results": results}, sys.stdout, ensure_ascii=False, indent=2)
    print()


if __name__ == "__main__":
    main()
