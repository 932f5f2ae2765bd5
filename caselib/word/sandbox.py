"""Runs a program that may hang, explode or die: own process group, time and memory bounded, always cleaned up."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_ROOT = Path(__file__).resolve().parents[2]
_POLL_SECONDS = 0.02
_WATCH_SECONDS = 0.15
Ending = Literal["done", "timeout", "memory", "died"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. ``peak_bytes`` is the largest resident size seen of the group, 0 where there is no /proc."""

    ending: Ending
    code: int
    seconds: float
    peak_bytes: int
    stderr: str


def run_limited(
    command: Sequence[str],
    *,
    seconds: float,
    memory: int,
    address_space: int = 0,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    confine: Callable[[], None] | None = None,
    tick: Callable[[], object] | None = None,
) -> Outcome:
    """Run ``command`` to its end or kill its whole group after ``seconds`` or above ``memory`` resident bytes.

    ``address_space`` sets a hard limit inside the process as well (0: none). Output goes nowhere but the tail of
    stderr. Never raises for what the program does; raises OSError when it cannot be started. ``confine`` is called in
    the child before the program starts (``confine.confinement``). ``tick`` is called several times a second; what it raises ends the run and goes on to the caller.
    """

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))
        if address_space:
            resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
        if confine:
            confine()

    started = time.monotonic()
    log = cwd / "stderr.log"
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            list(command),
            cwd=cwd,
            env=None if env is None else dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            start_new_session=True,
            preexec_fn=limit,
        )
        try:
            ending, peak = _watch(process, started, seconds, memory, tick)
        finally:
            _kill_group(process)
    tail = log.read_bytes()[-2000:].decode("utf-8", "replace")
    if ending == "done" and process.returncode != 0:
        ending = "memory" if "MemoryError" in tail else "died"
    return Outcome(ending, process.returncode, time.monotonic() - started, peak, tail)


def run_module(module: str, *arguments: str, folder: Path, seconds: float, memory: int) -> Outcome:
    """Run a module of ours in a process of its own within ``run_limited``'s bounds; it sees nothing of our environment.

    ``folder`` is where it may write; ``memory`` bounds its address space as well.
    """
    kept = {key: text for key, text in os.environ.items() if key in ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH")}
    environment = kept | {
        "PYTHONPATH": str(_ROOT),
        "TMPDIR": str(folder),
        "HOME": str(folder),
        "PYTHONUTF8": "1",
        "MALLOC_ARENA_MAX": "2",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-m", module, *arguments]
    return run_limited(command, seconds=seconds, memory=memory, address_space=memory, cwd=folder, env=environment)


def _watch(
    process: subprocess.Popen[bytes],
    started: float,
    seconds: float,
    memory: int,
    tick: Callable[[], object] | None,
) -> tuple[Ending, int]:
    peak = 0
    next_look = started + _POLL_SECONDS
    while True:
        # Not wait4's ru_maxrss: it counts what this process held when it forked, not only the program.
        peak = max(peak, _own_peak(process.pid))
        if process.poll() is not None:
            return "done", peak
        now = time.monotonic()
        if now - started > seconds:
            return "timeout", peak
        if now >= next_look:
            next_look = now + _WATCH_SECONDS
            peak = max(peak, group_memory(process.pid))
            if peak > memory:
                return "memory", peak
            if tick:
                tick()
        time.sleep(_POLL_SECONDS)


def _own_peak(pid: int) -> int:
    """Return the largest resident size so far of one process since its program started, 0 where there is no /proc."""
    try:
        status = Path("/proc", str(pid), "status").read_text()
    except OSError:
        return 0
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def group_memory(group: int) -> int:
    """Return the resident bytes of all processes of a group, 0 where there is no /proc."""
    total = 0
    page = os.sysconf("SC_PAGE_SIZE")
    try:
        entries = os.listdir("/proc")
    except OSError:
        return 0
    for entry in entries:
        if not entry.isdigit():
            continue
        try:
            stat = Path("/proc", entry, "stat").read_text()
            if int(stat.rpartition(")")[2].split()[2]) == group:
                total += int(Path("/proc", entry, "statm").read_text().split()[1]) * page
        except (OSError, ValueError, IndexError):
            continue
    return total


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """End the group, grandchildren included; a group that is gone is fine."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.returncode is None:
        process.wait()
