"""A migrated and installed SQLite database made once and copied for every test process.

Migrations and installation cost half a minute; a copy costs milliseconds. The template stands under a key made of
everything that shapes it, so that a change of a migration, of the installation or of a library makes a new one.
Each process works on a file of its own, so that any number of runs may stand side by side in one checkout.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import shutil
import sqlite3
import time
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
#: What the installation reads beside the migrations; the tests install again over the copy in any case.
INSTALLATION = (
    "cms/install.py",
    "caselib/*/install.py",
    "caselib/*/enums.py",
    "caselib/*/data/*",
    "caselib/*/guards.py",
    "caselib/*/counting.py",
    "cms/counting.py",
    "tests/template_database.py",
)
LIBRARIES = ("Django", "wagtail", "django-taggit", "django-modelcluster")
KEPT = 3


def key() -> str:
    """Return the hash of all migrations, the installation and the versions below them."""
    digest = hashlib.sha256(f"{platform.python_version()} {sqlite3.sqlite_version}".encode())
    for name in LIBRARIES:
        digest.update(f"{name} {version(name)}\n".encode())
    files = [path for config in apps.get_app_configs() for path in Path(config.path, "migrations").glob("*.py")]
    files += [path for pattern in INSTALLATION for path in ROOT.glob(pattern) if path.is_file()]
    for path in sorted(files):
        digest.update(f"{path.parent.parent.name}/{path.name}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:20]


class TemplateDatabase:
    """The template under ``folder`` and this process's copy of it at ``copy``.

    One process makes a missing template while the others wait for it (a lock on a file, which the system gives back
    should the maker be killed); each then has a copy.
    """

    def __init__(self, folder: Path, copy: Path) -> None:
        self.copy = copy
        self.template = folder / f"{key()}.sqlite3"
        self._lock: int | None = None

    def place(self, *, anew: bool = False) -> bool:
        """Copy the template and return True; return False, holding the lock, if this process has to make it."""
        self.template.parent.mkdir(parents=True, exist_ok=True)
        self.copy.parent.mkdir(parents=True, exist_ok=True)
        self._sweep()
        asked = time.time()
        if anew or not self._copied():
            self._lock = os.open(self.template.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o644)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            # Another process may have made it while we waited.
            if (anew and not self._made_since(asked)) or not self._copied():
                return False
            self.release()
        return True

    def keep(self) -> None:
        """Make the copy, now migrated and installed, the template (whole or not at all), and let the others go on."""
        unfinished = self.template.with_suffix(f".{os.getpid()}")
        with closing(sqlite3.connect(self.copy)) as source, closing(sqlite3.connect(unfinished)) as target:
            source.backup(target)
        unfinished.replace(self.template)
        self.release()
        newest_first = sorted(
            self.template.parent.glob("*.sqlite3"), key=lambda path: path.stat().st_mtime, reverse=True
        )
        for old in newest_first[KEPT:]:
            old.unlink(missing_ok=True)
            old.with_suffix(".lock").unlink(missing_ok=True)

    def release(self) -> None:
        """Let the others go on; closing the file gives the lock back."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def remove(self) -> None:
        """Remove this process's copy with its journal."""
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.copy}{suffix}").unlink(missing_ok=True)

    def _made_since(self, moment: float) -> bool:
        return self.template.exists() and self.template.stat().st_mtime >= moment

    def _copied(self) -> bool:
        try:
            shutil.copyfile(self.template, self.copy)
        except FileNotFoundError:
            return False
        # Used again, kept longer.
        self.template.touch()
        return True

    def _sweep(self) -> None:
        """Remove the copies of processes that were killed."""
        for left in self.copy.parent.glob("test-*.sqlite3*"):
            pid = left.name.removeprefix("test-").partition(".")[0]
            if pid.isdigit() and not _alive(int(pid)):
                left.unlink(missing_ok=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
