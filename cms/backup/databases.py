"""Consistent copies of the database while the site runs, and putting them back."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection

SQLITE = "database.sqlite3"
POSTGRESQL = "database.dump"
CHUNK = 1024 * 1024

# Every table, view, free sequence and function of the schema that belongs to no extension, moved away. To drop them here would lock
# each constraint, trigger and default as well: more than a server of few connections has room for in one transaction.
_MOVE_AWAY = b"""
CREATE SCHEMA caselib_replaced;
DO $move$
DECLARE statement text;
BEGIN
    FOR statement IN
        SELECT format('ALTER TABLE %I.%I SET SCHEMA caselib_replaced', n.nspname, c.relname)
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
           AND NOT EXISTS (
               SELECT 1 FROM pg_depend d
                WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                  AND (d.deptype = 'e' OR c.relkind = 'S' AND d.deptype IN ('a', 'i')) -- goes with the table of its column
           )
    LOOP EXECUTE statement; END LOOP;
    FOR statement IN
        SELECT format('ALTER ROUTINE %s SET SCHEMA caselib_replaced', p.oid::regprocedure)
          FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE n.nspname = current_schema()
           AND NOT EXISTS (
               SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
           )
    LOOP EXECUTE statement; END LOOP;
END $move$;
"""
# Table by table, each in a transaction of its own.
_DROP_REPLACED = """
DO $drop$
DECLARE statement text;
BEGIN
    FOR statement IN
        SELECT format('DROP %s IF EXISTS caselib_replaced.%I CASCADE',
                      CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END, relname)
          FROM pg_class
         WHERE relnamespace = to_regnamespace('caselib_replaced') AND relkind IN ('r', 'p', 'v', 'm')
    LOOP
        EXECUTE statement;
        COMMIT;
    END LOOP;
    DROP SCHEMA IF EXISTS caselib_replaced CASCADE;
END $drop$;
"""


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
        try:
            with closing(_open(str(connection.settings_dict["NAME"]))) as source, closing(_open(str(target))) as copy:
                source.backup(copy)
                # One file without a journal beside it, whatever the site's database uses.
                copy.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.Error as error:
            raise BackupError(f"the database could not be copied: {error}") from error
    else:
        options = ("--format=custom", "--no-owner", "--no-privileges", f"--file={target}")
        _run([_program("pg_dump"), *options], _client_environment())


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
    """Replace the content of the configured database by the copy's, all of it or, if that fails, nothing."""
    if copy.name != file_name():
        raise BackupError(f"This backup holds {copy.name}, but the site is configured for {connection.vendor}.")
    connection.close()
    if connection.vendor == "sqlite":
        # Through the API, not by replacing the file: processes that still have it open see the new content.
        try:
            with closing(_open(str(copy))) as source, closing(_open(str(connection.settings_dict["NAME"]))) as target:
                source.backup(target)
                target.execute("PRAGMA journal_mode=WAL")
        except sqlite3.Error as error:
            raise BackupError(f"the database could not be replaced: {error}") from error
    else:
        _load_postgresql(copy)


def _load_postgresql(copy: Path) -> None:
    """In one transaction: whatever is there is moved away, then the copy comes. What was moved is dropped afterwards.

    ``pg_restore --clean`` drops only what the copy knows of. After an upgrade that brought a table it could not drop what that
    table refers to, so that there was no way back; what it left would have stood in the way of the next upgrade.
    """
    asked = [_program("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(copy)]
    told = [_program("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
    drop = [*told, "--command", _DROP_REPLACED]
    _run(drop, _client_environment())  # what a restore that was killed has left
    with tempfile.TemporaryFile() as problems:
        reading = subprocess.Popen(asked, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=problems)
        writing = subprocess.Popen(told, stdin=subprocess.PIPE, stderr=problems, env=_client_environment())
        assert reading.stdout and writing.stdin
        complete = False
        try:
            with reading.stdout, writing.stdin:
                writing.stdin.write(b"BEGIN;\n" + _MOVE_AWAY)
                shutil.copyfileobj(reading.stdout, writing.stdin, CHUNK)
                # Without this word nothing has happened: a copy that ends too early changes nothing.
                if complete := reading.wait() == 0:
                    writing.stdin.write(b"\nCOMMIT;\n")
        except BrokenPipeError:
            complete = False
        finally:
            ends = [reading.wait(), writing.wait()]
        problems.seek(0)
        if not complete or any(ends):
            raise BackupError(f"the database could not be replaced: {problems.read().decode(errors='replace').strip()}")
    with contextlib.suppress(BackupError):  # the copy is there; the next restore drops what stays
        _run(drop, _client_environment())


def _open(name: str, **options: Any) -> sqlite3.Connection:
    return sqlite3.connect(name, timeout=60, **options)


def _client_environment() -> dict[str, str]:
    values: dict[str, Any] = connection.settings_dict
    environment = dict(os.environ)
    for variable, key in (("PGHOST", "HOST"), ("PGPORT", "PORT"), ("PGUSER", "USER"), ("PGPASSWORD", "PASSWORD")):
        if values[key]:
            environment[variable] = str(values[key])
    environment["PGDATABASE"] = str(values["NAME"])
    return environment


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise BackupError(f"{name} is missing: install postgresql-client of the server's version or newer.")
    return path


def _run(command: list[str], environment: dict[str, str]) -> None:
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        raise BackupError(f"{Path(command[0]).name} failed: {result.stderr.strip()}")
