"""A granian of our own on a free port, and what its processes spend."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType


class Server:
    """Context manager: starts the site as ``make run`` does, by default with one worker process, and stops it."""

    def __init__(
        self, environment: dict[str, str], command: list[str] | None = None, *, workers: int = 1, threads: int = 1
    ) -> None:
        self.environment = environment
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.command = command or [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--workers", str(workers),
            "--blocking-threads", str(threads), "--no-ws", "--log-level", "error", "--port", "{port}", "cms.wsgi:application",
        ]  # fmt: skip

    def __enter__(self) -> Server:
        command = [part.format(port=self.port) for part in self.command]
        self.process = subprocess.Popen(command, env=self.environment, stdout=sys.stderr)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/hello/", timeout=5):
                    return self
            except urllib.error.HTTPError as error:
                raise RuntimeError(f"/hello/ answers {error.code}") from error
            except OSError:
                time.sleep(0.2)
        raise RuntimeError("the server did not come up")

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        self.process.wait(20)

    def cpu_seconds(self) -> float:
        """User and system time of the server's processes so far."""
        return sum(_cpu(pid) for pid in _tree(self.process.pid))

    def memory(self) -> float:
        """Resident memory of the process that answers, the largest of the tree, in MB."""
        return round(max(_resident(pid) for pid in _tree(self.process.pid)), 1)


def _tree(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += _tree(int(child))
    return found


def _cpu(pid: int) -> float:
    """Nanoseconds on a processor of all threads that run; the clock ticks of ``stat`` are too coarse for short runs."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9


def _resident(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
