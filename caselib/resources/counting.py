"""What the database counts as a change of a page, or of what many pages show, whoever writes it.

A publication, a withdrawal, another level or address touches the one page and its type; names of units, terms and tags,
the site and view restrictions touch what is shown beside any page.
"""

from __future__ import annotations

from caselib.core.counting import Counting
from caselib.core.guards import changed

ANY = "SELECT 'pages' AS name UNION "
BESIDE = f"{ANY}SELECT 'beside'"
PAGE_COLUMNS = ("live", "live_revision_id", "url_path", "title")
TERM_COLUMNS = ("name", "parent_id", "code", "retired_at")


def counting() -> list[Counting]:
    """Return the counters of every table that decides what a page shows, where it stands, or who may read it."""
    axes = ("topic", "sector", "position")
    return [
        _on("page_changed", "wagtailcore_page", PAGE_COLUMNS, _page("NEW.id")),
        Counting(
            "count_page_deleted",
            "wagtailcore_page",
            "DELETE",
            "",
            # Lists say how many items they have.
            f"{ANY}SELECT 'lists' UNION SELECT 'page:' || OLD.id UNION SELECT 'kind:' || OLD.content_type_id",
        ),
        Counting("count_resource_changed", "resources_resourcepage", "UPDATE", "", _page("NEW.page_ptr_id")),
        Counting("count_group_added", "resources_restrictedgroup", "INSERT", "", _page("NEW.page_id")),
        Counting("count_group_removed", "resources_restrictedgroup", "DELETE", "", _page("OLD.page_id")),
        *(
            Counting(f"count_restriction_{event.lower()}", "wagtailcore_pageviewrestriction", event, "", BESIDE)
            for event in ("INSERT", "UPDATE", "DELETE")
        ),
        _on("unit_changed", "accounts_unit", ("name", "path"), BESIDE),
        *(_on(f"{axis}_changed", f"vocabularies_{axis}", TERM_COLUMNS, BESIDE) for axis in axes),
        _on("tag_changed", "taggit_tag", ("name",), BESIDE),
        _on("site_changed", "wagtailcore_site", ("hostname", "port", "root_page_id", "is_default_site"), BESIDE),
    ]


def _on(name: str, table: str, columns: tuple[str, ...], names: str) -> Counting:
    return Counting(f"count_{name}", table, f"UPDATE OF {', '.join(columns)}", changed(columns), names)


def _page(pk: str) -> str:
    type_of = f"SELECT 'kind:' || content_type_id FROM wagtailcore_page WHERE id = {pk}"  # noqa: S608  (a column's name)
    return f"{ANY}SELECT 'page:' || {pk} UNION {type_of}"
