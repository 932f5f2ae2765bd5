"""Nothing goes live without a grant: the database itself refuses, whatever road the request took.

Three triggers: a resource page may not be inserted live (copy, create and publish, alias), may not become live or
change its live revision without an unrevoked grant for exactly that revision, and may not be scheduled.
"""

from django.db import migrations

GRANT = (
    "EXISTS (SELECT 1 FROM resources_publicationgrant g WHERE g.page_id = NEW.id "
    "AND g.revision_id = NEW.live_revision_id AND g.revoked_at IS NULL)"
)
PAGE_LIVE = "EXISTS (SELECT 1 FROM wagtailcore_page p WHERE p.id = NEW.page_ptr_id AND p.live{true})"
BECOMES_LIVE = (
    "NEW.live{true} AND (NOT OLD.live{true} OR {distinct})"
    " AND EXISTS (SELECT 1 FROM resources_resourcepage r WHERE r.page_ptr_id = NEW.id) AND NOT " + GRANT
)
MESSAGE = "a resource goes live only at a revision that passed its review"


def forward(apps, editor):
    if editor.connection.vendor == "postgresql":
        true = ""
        condition = BECOMES_LIVE.format(true="", distinct="OLD.live_revision_id IS DISTINCT FROM NEW.live_revision_id")
        raise_it = f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'"
        editor.execute(
            "CREATE OR REPLACE FUNCTION resources_guard_page() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {condition} THEN {raise_it}; END IF; RETURN NEW; END $$"
        )
        editor.execute(
            "CREATE TRIGGER resources_guard_page BEFORE UPDATE ON wagtailcore_page "
            "FOR EACH ROW EXECUTE FUNCTION resources_guard_page()"
        )
        editor.execute(
            "CREATE OR REPLACE FUNCTION resources_guard_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {PAGE_LIVE.format(true=true)} THEN {raise_it}; END IF; RETURN NEW; END $$"
        )
        editor.execute(
            "CREATE TRIGGER resources_guard_insert BEFORE INSERT ON resources_resourcepage "
            "FOR EACH ROW EXECUTE FUNCTION resources_guard_insert()"
        )
        return
    condition = BECOMES_LIVE.format(true=" = 1", distinct="OLD.live_revision_id IS NOT NEW.live_revision_id")
    editor.execute(
        f"CREATE TRIGGER resources_guard_page BEFORE UPDATE OF live, live_revision_id ON wagtailcore_page "
        f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    )
    editor.execute(
        f"CREATE TRIGGER resources_guard_insert BEFORE INSERT ON resources_resourcepage "
        f"WHEN {PAGE_LIVE.format(true=' = 1')} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    )


def backward(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP TRIGGER IF EXISTS resources_guard_page ON wagtailcore_page")
        editor.execute("DROP TRIGGER IF EXISTS resources_guard_insert ON resources_resourcepage")
        editor.execute("DROP FUNCTION IF EXISTS resources_guard_page()")
        editor.execute("DROP FUNCTION IF EXISTS resources_guard_insert()")
        return
    editor.execute("DROP TRIGGER IF EXISTS resources_guard_page")
    editor.execute("DROP TRIGGER IF EXISTS resources_guard_insert")


class Migration(migrations.Migration):
    dependencies = [("resources", "0001_initial"), ("wagtailcore", "0001_initial")]
    operations = [migrations.RunPython(forward, backward)]
