"""Reports of the office: what lacks metadata, what is overdue, what each unit has, where the gaps are."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.reports import ReportView

from caselib.accounts.enums import REVIEWERS, Role
from caselib.core import clock

from . import selectors
from .models import ResourcePage

OFFICE = frozenset({Role.EDITOR, Role.COMPETITION_OFFICE, *REVIEWERS})


def may_read_reports(user: Any) -> bool:
    """Editors, reviewers and the competition office read reports on the whole library."""
    return bool(user.is_superuser or user.has_role(*OFFICE))


class OfficeOnlyMixin:
    """Reports are for the office: others would read drafts of other units in them."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_read_reports(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


def _edit_url(page: Any) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


RESOURCE_COLUMNS = [
    TitleColumn("title", label=_("Title"), get_url=_edit_url),
    Column("code", label=_("Code")),
    Column("kind", label=_("Kind"), accessor="content_type.name"),
    Column("unit", label=_("Unit")),
]


class MissingMetadataReport(OfficeOnlyMixin, ReportView):  # type: ignore[misc]
    """Which published resources a reader does not find by topic, sector or position, and what each of them lacks."""

    model = ResourcePage
    page_title = _("Missing metadata")
    header_icon = "warning"
    index_url_name = "resources_missing_metadata"
    index_results_url_name = "resources_missing_metadata_results"
    columns = [
        *RESOURCE_COLUMNS,
        Column("lacks", label=_("What is missing"), accessor=selectors.lacks_of),
        DateColumn("latest_revision_created_at", label=_("Updated")),
    ]
    list_export = ["title", "code", "unit", "lacks", "latest_revision_created_at"]
    export_headings = {
        "title": _("Title"),
        "code": _("Code"),
        "unit": _("Unit"),
        "lacks": _("What is missing"),
        "latest_revision_created_at": _("Updated"),
    }

    def to_row_dict(self, item: Any) -> dict[str, Any]:
        item.lacks = selectors.lacks_of(item)
        return super().to_row_dict(item)  # type: ignore[no-any-return]

    def get_queryset(self) -> Any:
        return selectors.missing_metadata().order_by("-latest_revision_created_at")


class StaleReport(OfficeOnlyMixin, ReportView):  # type: ignore[misc]
    """Which published resources should have been looked at again, the longest overdue first."""

    model = ResourcePage
    page_title = _("Review overdue")
    header_icon = "time"
    index_url_name = "resources_stale"
    index_results_url_name = "resources_stale_results"
    columns = [
        *RESOURCE_COLUMNS,
        Column("reviewed_on", label=_("Last reviewed on")),
        Column("review_due_on", label=_("Review due on")),
    ]
    list_export = ["title", "code", "unit", "reviewed_on", "review_due_on"]
    export_headings = {
        "title": _("Title"),
        "code": _("Code"),
        "unit": _("Unit"),
        "reviewed_on": _("Last reviewed on"),
        "review_due_on": _("Review due on"),
    }

    def get_queryset(self) -> Any:
        return selectors.stale(clock.today())


class UnitReport(OfficeOnlyMixin, ReportView):  # type: ignore[misc]
    page_title = _("Resources by unit")
    header_icon = "group"
    index_url_name = "resources_by_unit"
    index_results_url_name = "resources_by_unit_results"
    columns = [
        Column("name", label=_("Unit")),
        Column("level", accessor="get_level_display", label=_("Level")),
        Column("live_count", label=_("Published")),
        Column("draft_count", label=_("Drafts")),
        Column("withdrawn_count", label=_("Withdrawn")),
        Column("total_count", label=_("Total")),
    ]
    list_export = ["name", "live_count", "draft_count", "withdrawn_count", "total_count"]
    export_headings = {
        "name": _("Unit"),
        "live_count": _("Published"),
        "draft_count": _("Drafts"),
        "withdrawn_count": _("Withdrawn"),
        "total_count": _("Total"),
    }

    def get_queryset(self) -> Any:
        return selectors.by_unit()


@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    """Show the heat map of topics by positions: the gaps stand out as empty cells."""
    if not may_read_reports(request.user):
        raise PermissionDenied
    found = selectors.coverage()
    rows = [
        (name, [_cell(found.cells.get(topic, {}).get(position, 0), found.most) for position, _label in found.positions])
        for topic, name in found.topics
    ]
    return render(request, "resources/admin/coverage.html", {"positions": found.positions, "rows": rows})


def _cell(count: int, most: int) -> tuple[int, int]:
    """Return the count and its heat from 0 (a gap) to 4."""
    return count, 0 if not count else 1 + (count - 1) * 3 // max(1, most - 1) if most > 1 else 1
