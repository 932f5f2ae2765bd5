"""What the database refuses for decisions and grants: one's own text, another's seat, a grant without its passes, a change."""

from __future__ import annotations

from collections.abc import Iterator

from caselib.core.guards import Guard, changed

PAGE_TYPE = "(SELECT id FROM django_content_type WHERE app_label = 'wagtailcore' AND model = 'page')"
# Without a live revision every stored revision counts: no time is earlier than a revision's own.
OWN = (
    "EXISTS (SELECT 1 FROM wagtailcore_page p WHERE p.id = NEW.page_id AND p.owner_id = NEW.decided_by_id)"
    " OR EXISTS (SELECT 1 FROM resources_resourceauthor a WHERE a.page_id = NEW.page_id AND a.user_id = NEW.decided_by_id)"
    " OR EXISTS (SELECT 1 FROM resources_resourceauthor a JOIN accounts_user u ON u.id = NEW.decided_by_id"
    " JOIN accounts_unit n ON n.id = u.unit_id WHERE a.page_id = NEW.page_id AND a.user_id IS NULL"
    " AND a.name = u.name AND u.name <> '' AND a.unit_name <> '' AND a.unit_name IN (n.name, n.short_name))"
    " OR EXISTS (SELECT 1 FROM wagtailcore_revision r WHERE r.object_id = CAST(NEW.page_id AS TEXT)"
    f" AND r.base_content_type_id = {PAGE_TYPE} AND r.user_id = NEW.decided_by_id"
    " AND NOT EXISTS (SELECT 1 FROM wagtailcore_page p JOIN wagtailcore_revision l ON l.id = p.live_revision_id"
    " WHERE p.id = NEW.page_id AND r.created_at <= l.created_at))"
)
SEAT = (
    "NOT EXISTS (SELECT 1 FROM review_seat s WHERE s.id = NEW.seat_id AND s.run_id = NEW.run_id"
    " AND s.stage_id = NEW.stage_id AND s.reviewer_id = NEW.decided_by_id)"
)
FIXED = (
    "page_id", "run_id", "stage_id", "state_id", "revision_id", "sha256", "seat_id", "decided_by_id", "decided_at",
    "outcome", "return_to_id", "opinion", "checklist_id", "answers",
)  # fmt: skip
READ = (
    "(EXISTS (SELECT 1 FROM review_decision d WHERE d.revision_id = OLD.id)"
    " OR EXISTS (SELECT 1 FROM resources_publicationgrant g WHERE g.revision_id = OLD.id)"
    " OR EXISTS (SELECT 1 FROM wagtailcore_taskstate t WHERE t.revision_id = OLD.id AND t.status = 'in_progress'))"
)
# What a grant rests on: enough different people who passed exactly this text, or a change of nothing but the level of a
# text that has such a grant. ``json_remove`` and ``->>`` are read by both databases (see ``core.guards``).
PASSES = (
    "(SELECT COUNT(DISTINCT d.decided_by_id) FROM review_decision d WHERE d.page_id = NEW.page_id"
    " AND d.revision_id = NEW.revision_id AND d.sha256 = NEW.sha256 AND d.outcome = 'pass' AND d.voided_at IS NULL)"
    " >= (SELECT CASE WHEN r.content ->> 'circulation' = 'internal' THEN 2 ELSE 3 END"
    " FROM wagtailcore_revision r WHERE r.id = NEW.revision_id AND r.object_id = CAST(NEW.page_id AS TEXT))"
)
NARROWED = (
    "EXISTS (SELECT 1 FROM review_circulationchange c JOIN resources_publicationgrant g"
    " ON g.revision_id = c.based_on_id AND g.page_id = NEW.page_id AND g.revoked_at IS NULL"
    " JOIN wagtailcore_revision a ON a.id = c.based_on_id JOIN wagtailcore_revision b ON b.id = c.revision_id"
    " WHERE c.page_id = NEW.page_id AND c.revision_id = NEW.revision_id AND c.sha256 = NEW.sha256"
    " AND c.decided_at IS NOT NULL AND c.after <> 'public' AND b.content ->> 'circulation' = c.after"
    " AND json_remove(a.content, '$.circulation') = json_remove(b.content, '$.circulation'))"
)
UNGRANTED = f"NEW.revoked_at IS NULL AND NOT COALESCE({PASSES}, 1 = 0) AND NOT {NARROWED}"
# A decision stands on the open state of its own stage and on the text of that state.
STATE = (
    "NOT EXISTS (SELECT 1 FROM wagtailcore_taskstate t JOIN review_stagestate s ON s.taskstate_ptr_id = t.id"
    " JOIN wagtailcore_workflowstate w ON w.id = t.workflow_state_id"
    " WHERE t.id = NEW.state_id AND t.status = 'in_progress' AND t.workflow_state_id = NEW.run_id"
    " AND t.task_id = NEW.stage_id AND t.revision_id = NEW.revision_id AND s.sha256 = NEW.sha256"
    " AND w.object_id = CAST(NEW.page_id AS TEXT))"
)
FIXED_MESSAGE = "a decision is never changed or removed"
GRANT_MESSAGE = "publication is granted only to a text that enough different people have passed"


def guards() -> Iterator[Guard]:
    """Yield every guard of this app."""
    yield Guard(
        "review_decision_own", "review_decision", "INSERT", OWN, "nobody decides on a text they own, wrote or edited"
    )
    yield Guard(
        "review_decision_seat",
        "review_decision",
        "INSERT",
        SEAT,
        "a decision needs the seat of its own stage, run and person",
    )
    yield Guard(
        "review_decision_state",
        "review_decision",
        "INSERT",
        STATE,
        "a decision belongs to the open stage of its run and to the text that stands there",
    )
    for verb, event in (("insert", "INSERT"), ("update", "UPDATE OF revision_id, page_id, sha256, revoked_at")):
        yield Guard(f"review_grant_{verb}", "resources_publicationgrant", event, UNGRANTED, GRANT_MESSAGE)
    # A void decision stays void: otherwise a withdrawn pass could be brought back to life.
    revived = "(OLD.voided_at IS NOT NULL AND OLD.voided_at IS DISTINCT FROM NEW.voided_at)"
    yield Guard("review_decision_fixed", "review_decision", "UPDATE", f"{changed(FIXED)} OR {revived}", FIXED_MESSAGE)
    yield Guard("review_decision_kept", "review_decision", "DELETE", "1 = 1", FIXED_MESSAGE)
    seat = changed(("run_id", "stage_id", "reviewer_id"))
    yield Guard("review_seat_fixed", "review_seat", "UPDATE", seat, "a seat of a run is never given to another person")
    yield Guard(
        "review_revision_read",
        "wagtailcore_revision",
        "UPDATE OF content, object_id",
        f"{changed(('content', 'object_id'))} AND {READ}",
        "a text that is or was under review is never rewritten",
    )
