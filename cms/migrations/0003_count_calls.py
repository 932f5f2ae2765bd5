"""The home page announces calls: whatever changes a call, a round or a publicity period ends the kept front page.

As in 0002 the database counts, so that a prolonged deadline shows whoever wrote it; these count ``lists``, on which the
home page depends and pages of resources do not.
"""

from django.db import migrations

TABLES = ("competitions_competition", "competitions_round", "competitions_publicityperiod")
EVENTS = ("INSERT", "UPDATE", "DELETE")
COUNT = (
    "INSERT INTO core_versioncounter (name, value) VALUES ('lists', 1) "
    "ON CONFLICT (name) DO UPDATE SET value = core_versioncounter.value + 1"
)


def _name(table, event):
    return f"cms_count_{table.removeprefix('competitions_')}_{event.lower()}"


def forward(apps, editor):
    postgresql = editor.connection.vendor == "postgresql"
    if postgresql:
        editor.execute(
            "CREATE OR REPLACE FUNCTION cms_count_lists() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"{COUNT}; RETURN NULL; END $$"
        )
    for table in TABLES:
        for event in EVENTS:
            if postgresql:
                editor.execute(
                    f"CREATE CONSTRAINT TRIGGER {_name(table, event)} AFTER {event} ON {table} "
                    "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cms_count_lists()"
                )
            else:
                editor.execute(f"CREATE TRIGGER {_name(table, event)} AFTER {event} ON {table} BEGIN {COUNT}; END")


def backward(apps, editor):
    postgresql = editor.connection.vendor == "postgresql"
    for table in TABLES:
        for event in EVENTS:
            on = f" ON {table}" if postgresql else ""
            editor.execute(f"DROP TRIGGER IF EXISTS {_name(table, event)}{on}")
    if postgresql:
        editor.execute("DROP FUNCTION IF EXISTS cms_count_lists()")


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0002_count_changes"),
        ("core", "0001_initial"),
        ("competitions", "0002_copies_and_conflicts"),
    ]
    operations = [migrations.RunPython(forward, backward)]
