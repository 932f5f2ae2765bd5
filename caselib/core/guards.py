"""Triggers by which the database itself keeps a promise, stated once for both databases and put back after every migration.

SQLite forgets the triggers of a table whenever a migration rebuilds it, so a guard that only a migration had made could be
lost with the next change of a field, here or in Wagtail. The guards are therefore registered in code; after each ``migrate``
those that are missing or differ are made again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

WITHOUT_KEY = re.compile(r"json_remove\(([\w.]+), '\$\.(\w+)'\)")
_registered: dict[str, Guard] = {}


@dataclass(frozen=True, slots=True)
class Guard:
    """One refusal: ``event`` (for example ``UPDATE OF live``) on ``table`` fails with ``message`` where ``condition`` holds.

    ``condition`` is SQL that both databases read, with ``OLD`` and ``NEW``; ``IS DISTINCT FROM`` is written as PostgreSQL
    does, ``json_remove(column, '$.key')`` as SQLite does.
    """

    name: str
    table: str
    event: str
    condition: str
    message: str

    def body(self, vendor: str) -> str:
        """Return what the trigger does, as ``vendor`` stores it."""
        if vendor == "postgresql":
            row = "OLD" if self.event.startswith("DELETE") else "NEW"
            condition = WITHOUT_KEY.sub(r"(\1 - '\2')", self.condition)
            return (
                f" BEGIN IF {condition} THEN RAISE EXCEPTION '{self.message}' "
                f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {row}; END "
            )
        condition = self.condition.replace("IS DISTINCT FROM", "IS NOT")
        return (
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} "
            f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
        )

    def binding(self) -> str:
        """Return what ties the function of this name to the table on PostgreSQL."""
        return (
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} "
            f"FOR EACH ROW EXECUTE FUNCTION {self.name}()"
        )


def register(*guards: Guard) -> None:
    """Add ``guards`` to those that every database of the library has. Called by apps when they are ready."""
    _registered.update({guard.name: guard for guard in guards})


def registered() -> list[Guard]:
    """Return all registered guards by name."""
    return [_registered[name] for name in sorted(_registered)]


def missing(using: str = "default") -> list[Guard]:
    """Return the registered guards that the database lacks or has otherwise than they are registered."""
    connection = connections[using]
    present = _present(connection)
    return [guard for guard in registered() if present.get(guard.name) != guard.body(connection.vendor)]


def install(using: str = "default") -> list[str]:
    """Make the guards that are missing or differ and whose tables exist; return their names."""
    connection = connections[using]
    made = []
    wanted = missing(using)
    if not wanted:
        return []
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for guard in wanted:
            if guard.table in tables:
                _make(cursor, connection.vendor, guard)
                made.append(guard.name)
    return made


def changed(columns: Iterable[str]) -> str:
    """Return the condition that any of ``columns`` is changed."""
    return "(" + " OR ".join(f'OLD."{name}" IS DISTINCT FROM NEW."{name}"' for name in columns) + ")"


def _present(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """Return the body of each trigger that the database has, by name."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT t.tgname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
                "JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' "
                "AND c.relnamespace = ANY(current_schemas(false)::regnamespace[])"
            )
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        return dict(cursor.fetchall())


def _make(cursor: Any, vendor: str, guard: Guard) -> None:
    if vendor == "postgresql":
        cursor.execute(f"DROP TRIGGER IF EXISTS {guard.name} ON {guard.table}")
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql AS $${guard.body(vendor)}$$"
        )
        cursor.execute(guard.binding())
        return
    cursor.execute(f"DROP TRIGGER IF EXISTS {guard.name}")
    cursor.execute(guard.body(vendor))
