"""``make run``: prepares the database, then runs web server and worker side by side until Ctrl-C.

Steps are idempotent, so the command can be repeated and continues after an interruption. The children stand
in sessions of their own and are stopped by their own process ids; on Linux the kernel ends them as well
should this process be killed outright.
"""

import argparse
import contextlib
import ctypes
import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GRACE_SECONDS = 15
# A film that somebody has paused, or an upload over a slow line, keeps its thread until it is through; nothing stands before
# this server that would take that over, as nginx does.
THREADS = 16
START_SECONDS = 120
DEATHS = 3
DEATH_SECONDS = 120
MB = 1024 * 1024
# The database, films and index of the demo take 25 MB; the rest is for what people bring in.
NEEDED_BYTES = 200 * MB
PR_SET_PDEATHSIG = 1
#: Listening on these is listening on all addresses; each with the one to ask oneself on.
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  only when somebody asks for it


class Stopped(Exception):
    """Ctrl-C or SIGTERM reached us."""


def stop(signum: int, frame: object) -> None:
    raise Stopped


def refuse_busy_port(host: str, port: int) -> None:
    """Exit with a plain sentence if nobody could listen there; before the slow steps, not after."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                sys.exit(
                    f"Port {port} on {host} is in use. Stop that program, or choose another: make run PORT={port + 1}"
                )
            sys.exit(f"Cannot listen on {host}:{port}: {error.strerror}. Choose another: make run PORT=8080")


def refuse_unwritable(var: Path) -> None:
    """Exit with a plain sentence if the site could not keep its data in ``var``."""
    try:
        var.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=var):
            pass
    except OSError as error:
        sys.exit(
            f"The site cannot write to {var}: {error.strerror}. Give this account the right to write there, or keep "
            "the data elsewhere: CASELIB_VAR=/path/to/folder make run"
        )
    free = shutil.disk_usage(var).free
    if free < NEEDED_BYTES:
        sys.exit(
            f"Only {free // MB} MB are free on the disk of {var}; {NEEDED_BYTES // MB} MB are needed. Make room, or keep "
            "the data elsewhere: CASELIB_VAR=/path/to/folder make run"
        )


def prepare(address: str) -> str:
    """Catalogues, then everything else in one process; returns the text with address and accounts."""
    # Before Django starts, which reads the catalogues.
    sys.path.insert(0, str(ROOT))
    from cms.translations.catalogues import compile_all

    compile_all(ROOT)
    result = subprocess.run(
        [sys.executable, "manage.py", "prepare", "--address", address],
        cwd=ROOT, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False,
    )  # fmt: skip
    if result.returncode:
        sys.exit("This step failed; nothing was started. It is safe to try again: make run")
    return result.stdout


def die_with_parent() -> None:
    """In the child, on Linux: be ended when the parent is, even by SIGKILL."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def start(*command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=die_with_parent
    )


def start_worker() -> subprocess.Popen[bytes]:
    return start(sys.executable, "manage.py", "work")


def server_command(host: str, port: int) -> list[str]:
    """granian with WSGI, threads as they are needed: the measured choice (decision 0006).

    Below an error granian would only say that there are more threads than processors.
    """
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", "2", "--blocking-threads", str(THREADS), "--no-ws", "--log-level", "error",
        "--workers-kill-timeout", "10", "cms.wsgi:application",
    ]  # fmt: skip


def wait_until_up(address: str, children: list[subprocess.Popen[bytes]]) -> None:
    """Return once the site answers; exit if a child ends or the patience does."""
    end = time.monotonic() + START_SECONDS
    # No proxy of the environment between us and the loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < end:
        if any(child.poll() is not None for child in children):
            raise SystemExit("The server or the worker stopped while starting; its message stands above.")
        try:
            with opener.open(f"{address}/hello/", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"The server did not answer within {START_SECONDS} seconds.")


def address_of(host: str, port: int) -> str:
    return f"http://{_written(host)}:{port}"


def _written(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def names_of(host: str) -> list[str]:
    """What the site that listens on ``host`` is called by; on all addresses, those of this machine and its name."""
    if host not in EVERYWHERE:
        return [_written(host)]
    name = socket.gethostname()
    found = [_way_out(socket.AF_INET, "192.0.2.1"), _way_out(socket.AF_INET6, "2001:db8::1")]
    with contextlib.suppress(OSError):
        found += [str(entry[4][0]) for entry in socket.getaddrinfo(name, None)]
    return list(dict.fromkeys(_written(text) for text in [*found, name] if text and "%" not in text))


def _way_out(family: socket.AddressFamily, somewhere: str) -> str:
    """The address others see this machine by, if it has a network. To connect a datagram socket sends nothing."""
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as asked:
        asked.connect((somewhere, 9))
        return str(asked.getsockname()[0])
    return ""


def end(children: list[subprocess.Popen[bytes]]) -> None:
    """Stop the children: politely, then, after the grace, by force; only these processes."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    limit = time.monotonic() + GRACE_SECONDS
    for child in children:
        try:
            child.wait(max(0.1, limit - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def watch(children: list[subprocess.Popen[bytes]], work: Callable[[], subprocess.Popen[bytes]]) -> int:
    """Return 1 once the web server (the second child) ended. A worker (the first) that dies is started again by ``work``.

    The jobs of a dead worker wait in the database, so readers need not notice; only one that dies again and again,
    more than ``DEATHS`` times within ``DEATH_SECONDS``, ends the site, because somebody has to look.
    """
    deaths: list[float] = []
    while children[1].poll() is None:
        time.sleep(0.5)
        if children[0].poll() is None:
            continue
        now = time.monotonic()
        deaths = [*(at for at in deaths if now - at < DEATH_SECONDS), now]
        if len(deaths) > DEATHS:
            print("The worker ends again and again; stopping the site. Its message stands above.", file=sys.stderr)
            return 1
        print("The worker ended by itself and is started again; it takes up its job within a minute.", file=sys.stderr)
        children[0] = work()
    print("The web server ended by itself; stopping the worker.", file=sys.stderr)
    return 1


def serve(host: str, port: int, accounts: str) -> int:
    """Run both processes until the server ends or we are stopped, showing ``accounts`` once; returns the exit code."""
    address = address_of(EVERYWHERE.get(host, host), port)
    children: list[subprocess.Popen[bytes]] = []
    try:
        children.append(start_worker())
        children.append(start(*server_command(host, port)))
        wait_until_up(address, children)
        print(accounts)
        print("Ctrl-C stops the site.", flush=True)
        return watch(children, start_worker)
    except Stopped:
        print("\nStopping …", flush=True)
        return 0
    finally:
        # A second Ctrl-C must not leave a child behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        end(children)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.dev")
    os.environ["PYTHONUNBUFFERED"] = "1"
    # glibc gives threads heaps of their own and keeps what each once needed: sixteen threads, a gigabyte.
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    try:
        refuse_busy_port(options.host, options.port)
        names = names_of(options.host)
        os.environ["CASELIB_HOSTS"] = ",".join([*names, os.environ.get("CASELIB_HOSTS", "")])
        os.environ["CASELIB_SERVED_AT"] = f"http://{names[0]}:{options.port}"
        print("Preparing the library (repeatable, nothing is lost):", flush=True)
        refuse_unwritable(Path(os.environ.get("CASELIB_VAR", ROOT / "var")))
        return serve(options.host, options.port, prepare(os.environ["CASELIB_SERVED_AT"]))
    except Stopped:
        print("\nStopped.")
        return 0


if __name__ == "__main__":
    raise SystemExit(main())
