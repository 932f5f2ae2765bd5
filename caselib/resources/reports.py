"""Reports of the office: what lacks metadata, what is overdue, what each unit has, where the gaps are."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.reports import PageReportView, ReportView

from caselib.accounts.enums import REVIEWERS, Role
from caselib.core import clock
from caselib.core.exports import GuardedExportMixin

from . import selectors

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


class MissingMetadataReport(OfficeOnlyMixin, GuardedExportMixin, PageReportView):  # type: ignore[misc]
    page_title = _("Missing metadata")
    header_icon = "warning"
    index_url_name = "resources_missing_metadata"
    index_results_url_name = "resources_missing_metadata_results"

    def get_queryset(self) -> Any:
        return selectors.missing_metadata().order_by("-latest_revision_created_at")


class StaleReport(OfficeOnlyMixin, GuardedExportMixin, PageReportView):  # type: ignore[misc]
    page_title = _("Review overdue")
    header_icon = "time"
    index_url_name = "resources_stale"
    index_results_url_name = "resources_stale_results"
    list_export = [*PageReportView.list_export, "review_due_on"]
    export_headings = {**PageReportView.export_headings, "review_due_on": _("Review due on")}

    def get_queryset(self) -> Any:
        return selectors.stale(clock.today())


class UnitReport(OfficeOnlyMixin, GuardedExportMixin, ReportView):  # type: ignore[misc]
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
