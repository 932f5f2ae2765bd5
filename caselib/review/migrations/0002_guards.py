"""What the database itself refuses: deciding on one's own text, changing a decision, rewriting a text that was read."""

from django.db import migrations

PAGE_TYPE = "(SELECT id FROM django_content_type WHERE app_label = 'wagtailcore' AND model = 'page')"
OWN = (
    "EXISTS (SELECT 1 FROM wagtailcore_page p WHERE p.id = NEW.page_id AND p.owner_id = NEW.decided_by_id)"
    " OR EXISTS (SELECT 1 FROM resources_resourceauthor a WHERE a.page_id = NEW.page_id AND a.user_id = NEW.decided_by_id)"
    " OR EXISTS (SELECT 1 FROM wagtailcore_revision r WHERE r.object_id = {page_id}"
    f" AND r.base_content_type_id = {PAGE_TYPE} AND r.user_id = NEW.decided_by_id"
    " AND r.created_at > COALESCE((SELECT l.created_at FROM wagtailcore_page p JOIN wagtailcore_revision l"
    " ON l.id = p.live_revision_id WHERE p.id = NEW.page_id), {beginning}))"
)
OWN_MESSAGE = "nobody decides on a text they own, wrote or edited"
SEAT = (
    "NOT EXISTS (SELECT 1 FROM review_seat s WHERE s.id = NEW.seat_id AND s.run_id = NEW.run_id"
    " AND s.stage_id = NEW.stage_id AND s.reviewer_id = NEW.decided_by_id)"
)
SEAT_MESSAGE = "a decision needs the seat of its own stage, run and person"
FIXED = (
    "page_id", "run_id", "stage_id", "state_id", "revision_id", "sha256", "seat_id", "decided_by_id", "decided_at",
    "outcome", "return_to_id", "opinion", "checklist_id", "answers",
)  # fmt: skip
FIXED_MESSAGE = "a decision is never changed or removed"
READ = (
    "(EXISTS (SELECT 1 FROM review_decision d WHERE d.revision_id = OLD.id)"
    " OR EXISTS (SELECT 1 FROM resources_publicationgrant g WHERE g.revision_id = OLD.id)"
    " OR EXISTS (SELECT 1 FROM wagtailcore_taskstate t WHERE t.revision_id = OLD.id AND t.status = 'in_progress'))"
)
READ_MESSAGE = "a text that is or was under review is never rewritten"


def sqlite(editor):
    own = OWN.format(page_id="CAST(NEW.page_id AS TEXT)", beginning="''")
    fixed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in FIXED)
    triggers = (
        ("review_decision_own", "BEFORE INSERT ON review_decision", own, OWN_MESSAGE),
        ("review_decision_seat", "BEFORE INSERT ON review_decision", SEAT, SEAT_MESSAGE),
        ("review_decision_fixed", "BEFORE UPDATE ON review_decision", fixed, FIXED_MESSAGE),
        ("review_decision_kept", "BEFORE DELETE ON review_decision", "1", FIXED_MESSAGE),
        (
            "review_revision_read",
            "BEFORE UPDATE OF content ON wagtailcore_revision",
            f"OLD.content IS NOT NEW.content AND {READ}",
            READ_MESSAGE,
        ),
    )
    for name, event, condition, message in triggers:
        editor.execute(f"CREATE TRIGGER {name} {event} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END")


def postgresql(editor):
    own = OWN.format(page_id="NEW.page_id::text", beginning="'-infinity'::timestamptz")
    fixed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in FIXED)
    triggers = (
        ("review_decision_own", "BEFORE INSERT ON review_decision", f"{own}", OWN_MESSAGE, "NEW"),
        ("review_decision_seat", "BEFORE INSERT ON review_decision", SEAT, SEAT_MESSAGE, "NEW"),
        ("review_decision_fixed", "BEFORE UPDATE ON review_decision", fixed, FIXED_MESSAGE, "NEW"),
        ("review_decision_kept", "BEFORE DELETE ON review_decision", "true", FIXED_MESSAGE, "OLD"),
        (
            "review_revision_read",
            "BEFORE UPDATE OF content ON wagtailcore_revision",
            f"OLD.content IS DISTINCT FROM NEW.content AND {READ}",
            READ_MESSAGE,
            "NEW",
        ),
    )
    for name, event, condition, message, row in triggers:
        editor.execute(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
            f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {row}; END $$"
        )
        editor.execute(f"CREATE TRIGGER {name} {event} FOR EACH ROW EXECUTE FUNCTION {name}()")


TABLES = {
    "review_decision_own": "review_decision",
    "review_decision_seat": "review_decision",
    "review_decision_fixed": "review_decision",
    "review_decision_kept": "review_decision",
    "review_revision_read": "wagtailcore_revision",
}


def forward(apps, editor):
    (postgresql if editor.connection.vendor == "postgresql" else sqlite)(editor)


def backward(apps, editor):
    for name, table in TABLES.items():
        if editor.connection.vendor == "postgresql":
            editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            editor.execute(f"DROP FUNCTION IF EXISTS {name}()")
        else:
            editor.execute(f"DROP TRIGGER IF EXISTS {name}")


class Migration(migrations.Migration):
    dependencies = [("review", "0001_initial"), ("resources", "0002_publication_guard")]
    operations = [migrations.RunPython(forward, backward)]
