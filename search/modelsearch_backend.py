"""Wagtail's own search (explorer, choosers, images, documents) with this app's Chinese tokens.

The database backend is kept; what goes into it and the queries asked of it are cut the same way. Each database's
classes stand in a module of their own: theirs import models that exist on that database only.
"""

from __future__ import annotations

from typing import Any

from django.db import connection


def SearchBackend(params: dict[str, Any]) -> Any:  # noqa: N802 — the name Wagtail looks up
    """Return the backend for the database in use; ``params`` are those of the setting."""
    if connection.vendor == "postgresql":
        from search.modelsearch_postgres import Backend

        return Backend(params)
    from search.modelsearch_sqlite import SQLiteBackend

    return SQLiteBackend(params)
