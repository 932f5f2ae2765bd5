"""Pages are kept until a counter grows: the database counts whatever decides who may read a page, and where it stands.

Services count in their transactions; these triggers count for every road that goes round them (``QuerySet.update``, a
console, a data migration), so that nothing kept outlives a withdrawal, a changed level or a moved page. On PostgreSQL
they fire at the commit, so that the row of the counter is locked last and two writers of several pages never wait for
each other.
"""

from django.db import migrations

# table, event, condition (OLD and NEW are the rows), name
COUNTED = (
    (
        "wagtailcore_page",
        "UPDATE OF live, live_revision_id, url_path, title",
        (
            "OLD.live {other} NEW.live OR OLD.live_revision_id {other} NEW.live_revision_id"
            " OR OLD.url_path {other} NEW.url_path OR OLD.title {other} NEW.title"
        ),
        "page_changed",
    ),
    ("wagtailcore_page", "DELETE", "", "page_deleted"),
    ("resources_resourcepage", "UPDATE", "", "resource_changed"),
    ("resources_restrictedgroup", "INSERT", "", "group_added"),
    ("resources_restrictedgroup", "DELETE", "", "group_removed"),
    ("wagtailcore_pageviewrestriction", "INSERT", "", "restriction_made"),
    ("wagtailcore_pageviewrestriction", "UPDATE", "", "restriction_changed"),
    ("wagtailcore_pageviewrestriction", "DELETE", "", "restriction_removed"),
)
COUNT = (
    "INSERT INTO core_versioncounter (name, value) VALUES ('pages', 1) "
    "ON CONFLICT (name) DO UPDATE SET value = core_versioncounter.value + 1"
)


def forward(apps, editor):
    postgresql = editor.connection.vendor == "postgresql"
    if postgresql:
        editor.execute(
            "CREATE OR REPLACE FUNCTION cms_count() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"{COUNT}; RETURN NULL; END $$"
        )
    for table, event, condition, name in COUNTED:
        when = f"WHEN ({condition.format(other='IS DISTINCT FROM' if postgresql else 'IS NOT')})" if condition else ""
        if postgresql:
            editor.execute(
                f"CREATE CONSTRAINT TRIGGER cms_count_{name} AFTER {event} ON {table} "
                f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW {when} EXECUTE FUNCTION cms_count()"
            )
        else:
            editor.execute(f"CREATE TRIGGER cms_count_{name} AFTER {event} ON {table} {when} BEGIN {COUNT}; END")


def backward(apps, editor):
    on = " ON {table}" if editor.connection.vendor == "postgresql" else ""
    for table, _event, _condition, name in COUNTED:
        editor.execute(f"DROP TRIGGER IF EXISTS cms_count_{name}{on.format(table=table)}")
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP FUNCTION IF EXISTS cms_count()")


class Migration(migrations.Migration):
    dependencies = [("cms", "0001_initial"), ("core", "0001_initial"), ("resources", "0001_initial")]
    operations = [migrations.RunPython(forward, backward)]
