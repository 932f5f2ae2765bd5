"""Indexes of ours on tables of Wagtail, stated once and put back after every migration.

SQLite forgets them whenever a migration of Wagtail's rebuilds the table, and nothing but slowness would tell.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connections

_registered: dict[str, Index] = {}


@dataclass(frozen=True, slots=True)
class Index:
    """``columns`` is what stands between the brackets, as both databases read it."""

    name: str
    table: str
    columns: str


def register(*indexes: Index) -> None:
    """Add ``indexes`` to those that every database of the library has. Called by apps when they are ready."""
    _registered.update({index.name: index for index in indexes})


def install(using: str = "default") -> None:
    """Make the registered indexes that are missing and whose tables exist."""
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for index in _registered.values():
            if index.table in tables:
                cursor.execute(f"CREATE INDEX IF NOT EXISTS {index.name} ON {index.table} ({index.columns})")
