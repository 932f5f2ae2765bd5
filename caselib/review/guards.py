"""What the database refuses for decisions: one's own text, another's seat, a change; and rewriting a text that was read."""

from __future__ import annotations

from collections.abc import Iterator

from caselib.core.guards import Guard, changed

PAGE_TYPE = "(SELECT id FROM django_content_type WHERE app_label = 'wagtailcore' AND model = 'page')"
# Without a live revision every stored revision counts: no time is earlier than a revision's own.
OWN = (
    "EXISTS (SELECT 1 FROM wagtailcore_page p WHERE p.id = NEW.page_id AND p.owner_id = NEW.decided_by_id)"
    " OR EXISTS (SELECT 1 FROM resources_resourceauthor a WHERE a.page_id = NEW.page_id AND a.user_id = NEW.decided_by_id)"
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
FIXED_MESSAGE = "a decision is never changed or removed"


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
