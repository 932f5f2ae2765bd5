#!/usr/bin/env python3
"""Makes the virtual environment and installs a lock file into it, with nothing but Python's own library.

    bootstrap.py [--venv DIR] base|dev

Wheels are first downloaded into a cache (hashes checked by pip) and then installed from there, so a second
clone, or a machine that lost its network, installs without asking anyone. A stamp in the environment holds
the hash of the lock file: nothing happens while it matches. Written so that an old Python can still read it
and say what is missing.

Environment: CASELIB_CACHE (default ~/.cache/caselib), PYTHON (an interpreter to use).
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile

MINIMUM = (3, 11)
MB = 1024 * 1024
# The environment takes 640 MB, the cache of wheels 140 MB.
NEEDED_BYTES = 900 * MB
# Stands in the environment while packages are being put into it.
UNFINISHED = ".caselib-unfinished"
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROBE = (
    "import sys, sqlite3; print('.'.join(map(str, sys.version_info[:3])), sqlite3.sqlite_version); "
    "import venv, ensurepip"
)


def fail(*lines):
    """Say what is missing and how to get it, then stop."""
    sys.stderr.write("\n".join(lines) + "\n")
    raise SystemExit(1)


def probe(python):
    """(version, SQLite version, has venv) of an interpreter, or None if it does not run."""
    try:
        run = subprocess.run([python, "-c", PROBE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    words = run.stdout.decode().split()
    if len(words) != 2:
        return None
    versions = [tuple(int(part) for part in word.split(".")[:3]) for word in words]
    return versions[0], versions[1], run.returncode == 0


def find_python():
    """The first interpreter that is new enough and complete; otherwise stop with the reason."""
    names = ["python3", "python3.13", "python3.12", "python3.11", "python3.14", sys.executable]
    if os.environ.get("PYTHON"):
        names = [os.environ["PYTHON"]]
    seen = []
    for name in names:
        path = shutil.which(name)
        found = probe(path) if path else None
        if not found:
            continue
        version, sqlite, complete = found
        text = ".".join(map(str, version))
        if version < MINIMUM:
            seen.append("%s is Python %s: too old" % (path, text))
        elif sqlite < (3, 35):
            seen.append("%s has SQLite %s: 3.35 or newer is needed" % (path, ".".join(map(str, sqlite))))
        elif not complete:
            seen.append(
                "%s (Python %s) has no venv module: apt install python%d.%d-venv" % ((path, text) + version[:2])
            )
        else:
            return path
    return fail(
        "Python 3.11 or newer with its venv module is needed.",
        *(["Found:"] + ["  " + line for line in seen] if seen else ["None was found."]),
        "Debian/Ubuntu: apt install python3 python3-venv; Fedora: dnf install python3; macOS: brew install python;",
        "others: https://www.python.org/downloads/ . Another interpreter: make PYTHON=/path/to/python3.12 run",
    )


def run(command, problem):
    """Run one step; on failure say what it was for."""
    if subprocess.call(command, stdin=subprocess.DEVNULL) != 0:
        fail("", *problem)


def refuse_unwritable(folder):
    """Stop with a sentence if the environment could not be made in ``folder``."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
        free = shutil.disk_usage(folder).free
    except OSError as error:
        fail(
            "The folder %s cannot be written: %s." % (folder, error.strerror),
            "Give this account the right to write there, or clone to another place.",
        )
    if free < NEEDED_BYTES:
        fail(
            "Only %d MB are free on the disk of %s; the dependencies need %d MB."
            % (free // MB, folder, NEEDED_BYTES // MB),
            "Make room, or clone to another disk.",
        )


def environment(venv):
    """The interpreter of the virtual environment, made or mended if need be."""
    inside = os.path.join(venv, "bin", "python")
    found = probe(inside)
    # pip takes a package for installed whose description stands there, though it was killed before the rest of it came.
    if found is None or found[0] < MINIMUM or os.path.exists(os.path.join(venv, UNFINISHED)):
        python = find_python()
        print("Creating %s with %s" % (os.path.relpath(venv, ROOT), python), flush=True)
        if os.path.isdir(venv):
            shutil.rmtree(venv)
        run([python, "-m", "venv", venv], ["The virtual environment could not be created in %s." % venv])
    if subprocess.call([inside, "-m", "pip", "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        run(
            [inside, "-m", "ensurepip", "--upgrade"],
            ["pip is missing and could not be added: apt install python3-venv"],
        )
    return inside


def digest(path):
    with open(path, "rb") as stream:
        return hashlib.sha256(stream.read()).hexdigest()


def wheelhouse(python, lock, key):
    """A folder with every wheel of the lock file, filled over the network only if it is not complete yet."""
    base = os.environ.get("CASELIB_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "caselib"
    )
    version = probe(python)[0]
    # The whole version: the lock file asks for other packages on 3.11.2 than on 3.11.7.
    folder = os.path.join(base, "wheels", "py%d.%d.%d-%s" % (version[0], version[1], version[2], key[:16]))
    complete = os.path.join(folder, ".complete")
    if not os.path.exists(complete):
        os.makedirs(folder, exist_ok=True)
        print("Downloading the dependencies into %s" % folder, flush=True)
        run(
            [python, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
            + ["--only-binary", ":all:", "--require-hashes", "-r", lock, "-d", folder],
            [
                "The dependencies could not be downloaded; the reason stands above.",
                "Without a network: fill %s on a machine that has one (make setup-dev), copy it here," % folder,
                "or point CASELIB_CACHE at a copy. Behind a mirror: PIP_INDEX_URL=https://your.mirror/simple make run",
            ],
        )
        open(complete, "w").close()
    return folder


def install(venv, which):
    """Install ``requirements/<which>.lock`` unless the stamp says that it is there already."""
    lock = os.path.join(ROOT, "requirements", which + ".lock")
    key = digest(lock)
    inside = os.path.join(venv, "bin", "python")
    stamp = os.path.join(venv, ".caselib-%s" % which)
    stamps = [stamp] if which == "dev" else [stamp, os.path.join(venv, ".caselib-base-by-dev")]
    for path in stamps:
        if os.path.exists(path) and os.access(inside, os.X_OK):
            with open(path) as stream:
                if stream.read().strip() == key:
                    return
    refuse_unwritable(os.path.dirname(venv))
    python = environment(venv)
    folder = wheelhouse(python, lock, key)
    write(os.path.join(venv, UNFINISHED), key)
    print("Installing %s" % os.path.relpath(lock, ROOT), flush=True)
    run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-index"]
        + ["--find-links", folder, "--require-hashes", "-r", lock],
        ["The dependencies in %s could not be installed. Remove that folder and try again." % folder],
    )
    run(
        [python, "-m", "pip", "check", "--disable-pip-version-check"],
        ["The installed packages do not fit together: the lock file is wrong."],
    )
    os.remove(os.path.join(venv, UNFINISHED))
    write(stamp, key)
    if which == "dev":
        # The lock of development contains the lock of running: `make run` has nothing left to do.
        write(os.path.join(venv, ".caselib-base-by-dev"), digest(os.path.join(ROOT, "requirements", "base.lock")))


def write(path, text):
    with open(path, "w") as stream:
        stream.write(text + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--venv", default=".venv")
    parser.add_argument("which", choices=["base", "dev"])
    options = parser.parse_args()
    install(os.path.join(ROOT, options.venv), options.which)


if __name__ == "__main__":
    main()
