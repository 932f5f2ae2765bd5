"""CPU, throughput and memory of pages: anonymous and signed in, kept and not, beside hello-world and stock Wagtail.

    python -m benchmarks.pages [--size 5000] [--requests 300] [--database sqlite|postgresql] [--keep DIR]

All figures of one run come from one server process. ``hello`` is a constant through the full middleware. CPU is user
and system time of the server per request, without the database server's; ``times_hello`` is the same beside the hello-world
of this run, which is what can be compared between machines and loads. ``ways`` in the answer says what each way means.
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
WAYS = {
    "kept": "the whole page is kept; anonymous readers only",
    "pieces kept": "another query string each time: no whole page answers, the pieces of the page are kept",
    "after a publication": "before each request another resource is published and indexed, as the counters tell it",
    "never asked for": "another resource, or state of the list, each time, that nobody has asked this process for",
    "after everything": "before each request something changes that any page may show: nothing at all is kept",
}


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
    several, few = max(40, requests // 3), max(20, requests // 5)
    others = {"detail": library.details(2 * several), "list": library.lists(2 * several), "search": library.searches()}
    # The first requests load what is loaded once in the life of a process.
    for path in (*targets.values(), others["search"].pop()):
        for reader in (anonymous, editor):
            reader.ask(path)
    results: Results = {"hello": anonymous.measure([targets["hello"]], requests=requests * 10)}
    for name in ("detail", "list", "search", "home"):
        path = [targets[name]]
        results[f"{name}, anonymous, kept"] = anonymous.measure(path, requests=requests * 10)
        for who, reader in (("anonymous", anonymous), ("signed in", editor)):
            results[f"{name}, {who}, pieces kept"] = reader.measure(path, requests=requests, vary=True)
            results[f"{name}, {who}, after a publication"] = reader.measure(
                path, requests=several, vary=True, before=library.publish_another
            )
            if name in others:
                part = others[name][::2] if reader is anonymous else others[name][1::2]
                results[f"{name}, {who}, never asked for"] = reader.measure(part, requests=len(part), warm=False)
            results[f"{name}, {who}, after everything"] = reader.measure(
                path, requests=few, vary=True, before=library.change
            )
    for name in ("stock_detail", "stock_list"):
        results[name] = anonymous.measure([targets[name]], requests=few, vary=True)
    results["hello, again"] = anonymous.measure([targets["hello"]], requests=requests * 10)
    hello = (results["hello"]["cpu_ms"] + results["hello, again"]["cpu_ms"]) / 2
    return {name: found | {"times_hello": round(found["cpu_ms"] / hello, 1)} for name, found in results.items()}


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
    json.dump({"about": about, "ways": WAYS, "results": results}, sys.stdout, ensure_ascii=False, indent=2)
    print()


if __name__ == "__main__":
    main()
