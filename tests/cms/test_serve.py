"""``make run`` says in a sentence what stands in its way, before the slow steps and without a traceback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tools import bootstrap, serve

ROOT = Path(__file__).resolve().parent.parent.parent


def run(var: Path, port: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "tools/serve.py", "--port", str(port)]
    env = {**os.environ, "CASELIB_VAR": str(var), "DJANGO_SETTINGS_MODULE": "cms.settings.dev"}
    return subprocess.run(command, cwd=ROOT, env=env, text=True, capture_output=True, timeout=120, check=False)


def test_a_port_in_use_is_named_with_another_to_choose(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run(tmp_path / "var", port)
    assert done.returncode == 1
    assert f"Port {port} on 127.0.0.1 is in use." in done.stderr
    assert f"PORT={port + 1}" in done.stderr
    assert not (tmp_path / "var").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    done = run(tmp_path / "file" / "var", port)
    assert done.returncode == 1
    assert f"cannot write to {tmp_path / 'file' / 'var'}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 5 * serve.MB})())
    with pytest.raises(SystemExit, match="Only 5 MB are free"):
        serve.refuse_unwritable(tmp_path)


def test_a_site_for_other_machines_answers_to_their_names_for_this_one() -> None:
    """It answered each of them by 400, itself too when it asked whether it was up, and stopped after two minutes."""
    assert serve.names_of("127.0.0.1") == ["127.0.0.1"]
    assert serve.names_of("192.0.2.7") == ["192.0.2.7"]
    assert serve.names_of("2001:db8::7") == ["[2001:db8::7]"]
    assert socket.gethostname() in serve.names_of("0.0.0.0")
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "cms.settings.dev", "CASELIB_HOSTS": " anli.lan, ,[2001:db8::7],"}
    asked = "from django.conf import settings; print(*settings.ALLOWED_HOSTS)"
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, env=env, text=True, capture_output=True, check=True)
    assert done.stdout.split()[-2:] == ["anli.lan", "[2001:db8::7]"]


SLOW_APP = """
def application(environ, start_response):
    length = len(environ["wsgi.input"].read()) if environ["REQUEST_METHOD"] == "POST" else 0
    start_response("200 OK", [("Content-Type", "text/plain")])
    return iter([str(length).encode()] + [b"x" * 1_000_000] * (40 if environ["PATH_INFO"] == "/film" else 0))
"""
UPLOAD = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\na"
FILM = b"GET /film HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize("slow", [UPLOAD, FILM], ids=["uploads", "paused films"])
def test_slow_readers_do_not_keep_others_from_being_answered(tmp_path: Path, slow: bytes) -> None:
    (tmp_path / "slow.py").write_text(SLOW_APP)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*serve.server_command("127.0.0.1", port)[:-1], "slow:application"]
    server = subprocess.Popen(command, cwd=tmp_path, start_new_session=True)
    waiting: list[socket.socket] = []
    try:
        serve.wait_until_up(f"http://127.0.0.1:{port}", [server])
        for _each in range(4):
            waiting.append(socket.create_connection(("127.0.0.1", port)))
            waiting[-1].sendall(slow)
        time.sleep(1)
        for _each in range(4):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
                assert answer.read() == b"0"
    finally:
        for connection in waiting:
            connection.close()
        serve.end([server])


def sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])


def test_a_worker_that_was_killed_is_started_again_and_the_site_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    server, first = sleeper(), sleeper()
    children = [first, server]

    def again() -> subprocess.Popen[bytes]:
        server.terminate()  # the end of this test, once the worker is back
        return sleeper()

    first.kill()
    try:
        assert serve.watch(children, again) == 1
        assert children[0] is not first and children[0].poll() is None
        assert "is started again" in capsys.readouterr().err
    finally:
        serve.end(children)


def test_a_worker_that_dies_again_and_again_ends_the_site(capsys: pytest.CaptureFixture[str]) -> None:
    starts: list[subprocess.Popen[bytes]] = []

    def dead() -> subprocess.Popen[bytes]:
        starts.append(subprocess.Popen([sys.executable, "-c", ""]))
        return starts[-1]

    children = [dead(), server := sleeper()]
    try:
        assert serve.watch(children, dead) == 1
        assert server.poll() is None and len(starts) == serve.DEATHS + 1
        assert "again and again" in capsys.readouterr().err
    finally:
        serve.end(children)


def python_of(tmp_path: Path, words: str, code: int = 0) -> str:
    """Return a program that answers the question of bootstrap as the interpreter described by ``words`` would."""
    path = tmp_path / "python3"
    path.write_text(f"#!/bin/sh\necho {words}\nexit {code}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        ("3.10.4 3.40.1", 0, "Python 3.10.4: too old"),
        ("3.11.2 3.31.0", 0, "SQLite 3.31.0: 3.35 or newer"),
        ("3.12.1 3.40.1", 1, "has no venv module: apt install python3.12-venv"),
        ("rubbish", 0, "None was found"),
    ],
)
def test_a_python_that_will_not_do_is_named_with_the_reason(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: str,
    code: int,
    reason: str,
) -> None:
    monkeypatch.setenv("PYTHON", python_of(tmp_path, words, code))
    with pytest.raises(SystemExit):
        bootstrap.find_python()
    said = capsys.readouterr().err
    assert reason in said
    assert "apt install python3" in said


def test_a_folder_without_room_or_right_is_named_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 5 * bootstrap.MB})())
    with pytest.raises(SystemExit):
        bootstrap.refuse_unwritable(str(tmp_path))
    assert "5 MB are free" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        bootstrap.refuse_unwritable(str(tmp_path / "no" / "such"))
    assert "cannot be written" in capsys.readouterr().err


def test_packages_that_were_only_half_put_in_are_put_in_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pip took what had only its description for installed; the stamp was written and the site never started again."""
    venv, killed, commands = tmp_path / "venv", [True], []

    def run(command: list[str], problem: list[str]) -> None:
        commands.append(command[2])
        if command[2] == "venv":
            venv.mkdir()
        elif command[3] == "install" and killed.pop():
            raise KeyboardInterrupt

    venv.mkdir()
    (venv / "half.txt").write_text("half a package")
    monkeypatch.setattr(bootstrap, "probe", lambda python: ((3, 11, 2), (3, 40, 1), True))
    monkeypatch.setattr(bootstrap.os, "access", lambda path, mode: True)
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda *arguments, **options: 0)
    monkeypatch.setattr(bootstrap, "find_python", lambda: "python3")
    monkeypatch.setattr(bootstrap, "wheelhouse", lambda *arguments: str(tmp_path))
    monkeypatch.setattr(bootstrap, "run", run)
    with pytest.raises(KeyboardInterrupt):
        bootstrap.install(str(venv), "base")
    killed[:] = [False]
    bootstrap.install(str(venv), "base")
    assert commands[1] == "venv" and not (venv / "half.txt").exists()
    commands.clear()
    bootstrap.install(str(venv), "base")
    assert commands == []
