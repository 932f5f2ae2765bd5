"""CPU, throughput and memory of pages: anonymous and signed in, kept and not, beside hello-world and stock Wagtail.

    python -m benchmarks.pages [--size 5000] [--requests 300] [--database sqlite|postgresql] [--keep DIR]

All figures of one run come from one server process. ``hello`` is a constant through the full middleware. CPU is user
and system time of the server per request, without the database server's. What the ways of asking mean:

cached           the whole page is kept; anonymous readers only
uncached         another query string each time, so that no whole page answers; pieces of the page are kept
others           a different resource, or state of the list, each time, that nobody has asked for before
after a change   before each request a counter has grown, so that nothing at all is kept
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
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks.server import Server

Results = dict[str, Any]


class Reader:
    """One connection to the server, with or without a session."""

    def __init__(self, server: Server, cookie: str = "") -> None:
        self.server = server
        self.headers = {"Accept-Language": "zh-CN,zh;q=0.9"} | ({"Cookie": f"sessionid={cookie}"} if cookie else {})
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        self.asked = 0

    def ask(self, path: str, *, vary: bool = False) -> int:
        """Return the size of the answer; raises RuntimeError for anything but 200."""
        self.asked += 1
        mark = f"{'&' if '?' in path else '?'}utm={id(self)}-{self.asked}" if vary else ""
        self.connection.request("GET", quote(path, safe="/?=&%") + mark, headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answers {answer.status}")
        return len(body)

    def measure(
        self,
        paths: Sequence[str],
        *,
        requests: int,
        vary: bool = False,
        warm: bool = True,
        before: Callable[[], None] = lambda: None,
    ) -> Results:
        """Ask for ``paths`` in turn; return CPU ms and wall ms a request, requests/s of one reader, and bytes."""
        # The server has closed a connection that was idle meanwhile; the next request opens it anew.
        self.connection.close()
        for _number in range(5 if warm else 0):
            self.ask(paths[0], vary=vary)
        cpu, wall, size = 0.0, 0.0, 0
        started = self.server.cpu_seconds()
        for number in range(requests):
            before()
            began = time.perf_counter()
            size += self.ask(paths[number % len(paths)], vary=vary)
            wall += time.perf_counter() - began
        cpu = self.server.cpu_seconds() - started
        return {
            "cpu_ms": round(1000 * cpu / requests, 3),
            "wall_ms": round(1000 * wall / requests, 3),
            "requests_per_second": round(requests / wall, 1),
            "bytes": size // requests,
            "requests": requests,
        }


def run(server: Server, library: Any, cookie: str, requests: int) -> Results:
    """Measure every kind of page in every way that makes sense for it."""
    targets = library.targets()
    anonymous, editor = Reader(server), Reader(server, cookie)
    several = max(40, requests // 3)
    others = {"detail": library.details(2 * several), "list": library.lists(2 * several), "search": library.searches()}
    results: Results = {"hello": anonymous.measure([targets["hello"]], requests=requests * 10)}
    for name in ("detail", "list", "search", "home"):
        path = [targets[name]]
        results[f"{name}, anonymous, cached"] = anonymous.measure(path, requests=requests * 10)
        for who, reader in (("anonymous", anonymous), ("signed in", editor)):
            results[f"{name}, {who}, uncached"] = reader.measure(path, requests=requests, vary=True)
            if name in others:
                part = others[name][::2] if reader is anonymous else others[name][1::2]
                results[f"{name}, {who}, others"] = reader.measure(part, requests=len(part), warm=False)
            results[f"{name}, {who}, after a change"] = reader.measure(
                path, requests=max(20, requests // 10), vary=True, before=library.change
            )
    for name in ("stock_detail", "stock_list"):
        results[name] = anonymous.measure([targets[name]], requests=max(20, requests // 5), vary=True)
    results["hello, again"] = anonymous.measure([targets["hello"]], requests=requests * 10)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=5000)
    parser.add_argument("--requests", type=int, default=300)
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
    from benchmarks import library

    try:
        began = time.monotonic()
        library.build(options.size)
        built = time.monotonic() - began
        cookie = library.session_of_editor()
        with Server(dict(os.environ)) as server:
            fresh = server.memory()
            results = run(server, library, cookie, options.requests)
            used = server.memory()
        size = library.size()
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    about = {
        "resources": size,
        "database": options.database,
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
        "load": [round(number, 1) for number in os.getloadavg()],
        "server": "granian, 1 process, 1 thread",
        "seconds_to_build": round(built, 1),
        "worker_mb_at_start": fresh,
        "worker_mb_at_end": used,
    }
    json.dump({"about": about, "results": results}, sys.stdout, ensure_ascii=False, indent=2)
    print()


if __name__ == "__main__":
    main()
