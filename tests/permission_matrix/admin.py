"""Who reaches which of our own screens in the admin: by namespace of a viewset, or by name of a single view.

Everybody else is sent away (302 to the admin's home), refused (403), or told that there is no such thing (404).
"""

from __future__ import annotations

from caselib.accounts.enums import ADMINISTRATORS, REVIEWERS, STAFF, Role
from caselib.resources.models import KINDS

EDITORS = frozenset({Role.EDITOR})
WRITERS = frozenset({Role.AUTHOR, Role.TEACHER, Role.EDITOR})
ADMIN_USERS = STAFF | ADMINISTRATORS
REPORT_READERS = frozenset({Role.EDITOR, Role.COMPETITION_OFFICE}) | REVIEWERS

SPACES: dict[str, frozenset[Role]] = {
    "account_chooser": STAFF,
    "film_chooser": ADMIN_USERS,
    "films": WRITERS,
    "topics": EDITORS,
    "sectors": EDITORS,
    "positions": EDITORS,
    "vocabulary_tools": EDITORS,
    "vocabulary_export": EDITORS,
    "vocabulary_imported": EDITORS,
    "units": frozenset({Role.SYSTEM_ADMIN}),
    **{f"resources_{kind}": WRITERS for kind in KINDS},
    **{
        f"resources_{name}{suffix}": REPORT_READERS
        for name in ("missing_metadata", "stale", "by_unit")
        for suffix in ("", "_results")
    },
    "resources_coverage": REPORT_READERS,
    "search_office": frozenset({Role.EDITOR, Role.SYSTEM_ADMIN}),
    "search_office_act": frozenset({Role.SYSTEM_ADMIN}),
    "search_office_explain": frozenset({Role.EDITOR, Role.SYSTEM_ADMIN}),
    "imports": WRITERS,
    "imports_act": WRITERS,
    "imports_export": ADMIN_USERS,
    "imports_item": WRITERS,
    "imports_metadata": WRITERS,
    "imports_metadata_template": WRITERS,
    "imports_report": WRITERS,
    "imports_source": WRITERS,
}

ROWS: dict[str, object] = {}
