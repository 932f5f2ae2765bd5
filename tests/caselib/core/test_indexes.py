"""What makes pages fast on tables of Wagtail is there again after a migration that forgot it."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection

pytestmark = pytest.mark.django_db
NAMES = {
    "wagtailcore_page": {"resources_newest_of_type"},
    "wagtailcore_taskstate": {"review_stages_by_status"},
    "wagtailcore_workflowstate": {"review_runs_by_status"},
}


def present() -> dict[str, set[str]]:
    with connection.cursor() as cursor:
        return {
            table: names & set(connection.introspection.get_constraints(cursor, table))
            for table, names in NAMES.items()
        }


def test_indexes_that_were_lost_are_put_back() -> None:
    assert present() == NAMES
    with connection.cursor() as cursor:
        for names in NAMES.values():
            for name in names:
                cursor.execute(f"DROP INDEX {name}")
    assert not any(present().values())

    call_command("migrate", "core", verbosity=0)

    assert present() == NAMES
