"""CPU and throughput of pages: ours cached, uncached and signed in, stock Wagtail's, and hello-world.

    python -m benchmarks.pages [--size 5000] [--requests 400] [--database sqlite|postgresql] [--keep DIR]

All figures of one run come from one server process. ``hello`` is a constant through the full middleware.
«uncached» adds a different query string to each request, so that nothing kept can answer; «signed in» sends
a session cookie. CPU is user and system time of the server per request, without the database server's.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks.server import Server


def measure(server: Server, path: str, *, requests: int, cookie: str = "", vary: bool = False) -> dict[str, Any]:
    """Ask ``requests`` times over one connection; returns CPU ms and wall ms a request, requests/s and size."""
    headers = {"Cookie": f"sessionid={cookie}"} if cookie else {}
    headers["Accept-Language"] = "zh-CN,zh;q=0.9"
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)

    def ask(number: int) -> tuple[int, int]:
        mark = f"{'&' if '?' in path else '?'}utm={number}" if vary else ""
        connection.request("GET", quote(path, safe="/?=&%") + mark, headers=headers)
        answer = connection.getresponse()
        return answer.status, len(answer.read())

    status, size = ask(-1)
    if status != 200:
        return {"status": status}
    for number in range(10):
        ask(-2 - number)
    cpu, wall = server.cpu_seconds(), time.perf_counter()
    for number in range(requests):
        ask(number)
    wall = time.perf_counter() - wall
    cpu = server.cpu_seconds() - cpu
    connection.close()
    return {
        "cpu_ms": round(1000 * cpu / requests, 3),
        "wall_ms": round(1000 * wall / requests, 3),
        "requests_per_second": round(requests / wall, 1),
        "bytes": size,
        "requests": requests,
    }


def run(server: Server, targets: dict[str, str], cookie: str, requests: int) -> dict[str, Any]:
    """Measure every target in every way that makes sense for it."""
    results: dict[str, Any] = {"hello": measure(server, targets["hello"], requests=requests * 10)}
    for name in ("detail", "list", "search", "home"):
        path = targets[name]
        results[f"{name}, cached"] = measure(server, path, requests=requests * 10)
        results[f"{name}, uncached"] = measure(server, path, requests=requests, vary=True)
        results[f"{name}, signed in"] = measure(server, path, requests=requests, cookie=cookie, vary=True)
    for name in ("stock_detail", "stock_list"):
        results[f"{name}"] = measure(server, targets[name], requests=max(20, requests // 4), vary=True)
    results["hello, again"] = measure(server, targets["hello"], requests=requests * 10)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=5000)
    parser.add_argument("--requests", type=int, default=400)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--keep", type=Path, help="keep and reuse the library in this folder")
    options = parser.parse_args()
    folder = options.keep or Path(tempfile.mkdtemp(prefix="caselib-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="benchmarks.settings", CASELIB_VAR=str(folder), BENCH_DATABASE=options.database
    )
    import django

    django.setup()
    from django.db import connection

    from benchmarks import library

    try:
        library.build(options.size)
        targets, cookie, size = library.targets(), library.session_of_editor(), library.size()
        connection.close()
        with Server(dict(os.environ)) as server:
            results = run(server, targets, cookie, options.requests)
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    about = {
        "resources": size,
        "database": options.database,
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
        "server": "granian, 1 process, 1 thread",
    }
    json.dump({"about": about, "results": results}, sys.stdout, ensure_ascii=False, indent=2)
    print()


if __name__ == "__main__":
    main()
