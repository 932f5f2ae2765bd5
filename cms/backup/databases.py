"""Consistent copies of the database while the site runs, and putting them back."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection

SQLITE = "database.sqlite3"
POSTGRESQL = "database.dump"


class BackupError(Exception):
    """Something in a backup, or in making it, is not right; the text says what."""


def file_name() -> str:
    """What the database's copy is called; tells the two kinds of backup apart."""
    return SQLITE if connection.vendor == "sqlite" else POSTGRESQL


def dump(target: Path) -> None:
    """Write a consistent copy of the running database to ``target``.

    SQLite's backup API sees one moment although others write (copying the file would not); so does pg_dump.
    """
    if connection.vendor == "sqlite":
        with closing(_open(str(connection.settings_dict["NAME"]))) as source, closing(_open(str(target))) as copy:
            source.backup(copy)
            # One file without a journal beside it, whatever the site's database uses.
            copy.execute("PRAGMA journal_mode=DELETE")
    else:
        _client("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")


def check(copy: Path) -> None:
    """Raise BackupError unless the copy can be read from end to end."""
    if copy.name == SQLITE:
        with closing(_open(f"file:{copy}?mode=ro", uri=True)) as opened:
            try:
                answer = opened.execute("PRAGMA integrity_check").fetchone()[0]
            except sqlite3.DatabaseError as error:
                raise BackupError(f"{copy.name} is not a database: {error}") from error
        if answer != "ok":
            raise BackupError(f"{copy.name} is damaged: {answer}")
    else:
        # Reads and decompresses all of it, executes nothing.
        _run([_program("pg_restore"), "--file=/dev/null", str(copy)], dict(os.environ))


def load(copy: Path) -> None:
    """Replace the content of the configured database by the copy's."""
    if copy.name != file_name():
        raise BackupError(f"This backup holds {copy.name}, but the site is configured for {connection.vendor}.")
    if connection.vendor == "sqlite":
        connection.close()
        # Through the API, not by replacing the file: processes that still have it open see the new content.
        with closing(_open(str(copy))) as source, closing(_open(str(connection.settings_dict["NAME"]))) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=WAL")
    else:
        connection.close()
        options = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
        _client("pg_restore", *options, f"--dbname={connection.settings_dict['NAME']}", str(copy))


def _open(name: str, **options: Any) -> sqlite3.Connection:
    return sqlite3.connect(name, timeout=60, **options)


def _client(program: str, *arguments: str) -> None:
    values: dict[str, Any] = connection.settings_dict
    environment = dict(os.environ)
    for variable, key in (("PGHOST", "HOST"), ("PGPORT", "PORT"), ("PGUSER", "USER"), ("PGPASSWORD", "PASSWORD")):
        if values[key]:
            environment[variable] = str(values[key])
    environment["PGDATABASE"] = str(values["NAME"])
    _run([_program(program), *arguments], environment)


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise BackupError(f"{name} is missing: install postgresql-client of the server's version or newer.")
    return path


def _run(command: list[str], environment: dict[str, str]) -> None:
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        raise BackupError(f"{Path(command[0]).name} failed: {result.stderr.strip()}")
