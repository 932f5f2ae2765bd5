"""Registers listings, reports and bulk acts; keeps other units' drafts out of sight."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from caselib.accounts.requests import SignedInRequest
from caselib.core import audit

from . import reports, selectors
from .bulk import FileBulkAction, TagBulkAction, UnitBulkAction
from .listings import ResourceGroup
from .models import ResourcePage
from .reach import ReadOnlyPagesAPI

MANY_SIBLINGS = 200


@hooks.register("register_admin_viewset")
def register_listings() -> ResourceGroup:
    return ResourceGroup()


hooks.register("register_bulk_action", TagBulkAction)
hooks.register("register_bulk_action", UnitBulkAction)
hooks.register("register_bulk_action", FileBulkAction, order=1)  # after Wagtail's own of the same name


@hooks.register("after_move_page")
def write_the_move_down(request: SignedInRequest, page: Any) -> None:
    """A resource that was moved by Wagtail's own page leaves the same trace as one moved by ours."""
    if isinstance(page.specific, ResourcePage):
        audit.record("resources.moved", page.specific, by=request.user, after=page.get_parent().url_path)


@hooks.register("construct_admin_api")
def close_the_api(router: Any) -> None:
    router.register_endpoint("pages", ReadOnlyPagesAPI)


@hooks.register("construct_explorer_page_queryset")
def hide_foreign_drafts(parent_page: Any, pages: Any, request: SignedInRequest) -> Any:
    """Leave out what this user may not work on. Manual ordering loads all siblings: not in large folders."""
    if request.GET.get("ordering") == "ord" and parent_page.numchild > MANY_SIBLINGS:
        query = request.GET.copy()
        query["ordering"] = "-latest_revision_created_at"
        request.GET = query  # type: ignore[assignment]
    pages = _only_workable(pages, request)
    if getattr(parent_page.specific_deferred, "year", None):
        # In a year's folder every child is a resource: what each row's permissions ask is fetched for all at once.
        pages = selectors.with_submitted(pages).prefetch_related("unit")
    return pages


@hooks.register("construct_page_chooser_queryset")
def hide_foreign_drafts_in_choosers(pages: Any, request: SignedInRequest) -> Any:
    return _only_workable(pages, request)


def _only_workable(pages: Any, request: SignedInRequest) -> Any:
    foreign = ResourcePage.objects.exclude(pk__in=selectors.workable(request.user).values("pk"))
    return pages.exclude(pk__in=foreign.values("pk"))


@hooks.register("register_admin_urls")
def register_reports() -> list[URLPattern]:
    views: dict[str, Any] = {
        "missing_metadata": reports.MissingMetadataReport,
        "stale": reports.StaleReport,
        "by_unit": reports.UnitReport,
    }
    patterns = [path("reports/resources/coverage/", reports.coverage, name="resources_coverage")]
    for name, view in views.items():
        where = f"reports/resources/{name.replace('_', '-')}/"
        patterns.append(path(where, view.as_view(), name=f"resources_{name}"))
        patterns.append(path(f"{where}results/", view.as_view(results_only=True), name=f"resources_{name}_results"))
    return patterns


class OfficeItem(MenuItem):  # type: ignore[misc]
    """Shown to those who may read the reports."""

    def is_shown(self, request: HttpRequest) -> bool:
        return reports.may_read_reports(request.user)


@hooks.register("construct_reports_menu")
def keep_reports_to_the_office(request: HttpRequest, menu_items: list[MenuItem]) -> None:
    """Wagtail's own reports list others' drafts: only the office sees them."""
    if not reports.may_read_reports(request.user):
        menu_items[:] = []


def _report_item(label: Any, name: str, icon: str, order: int) -> MenuItem:
    return OfficeItem(label, reverse(name), icon_name=icon, order=order)


@hooks.register("register_reports_menu_item")
def missing_metadata_item() -> MenuItem:
    return _report_item(_("Missing metadata"), "resources_missing_metadata", "warning", 700)


@hooks.register("register_reports_menu_item")
def stale_item() -> MenuItem:
    return _report_item(_("Review overdue"), "resources_stale", "time", 710)


@hooks.register("register_reports_menu_item")
def unit_item() -> MenuItem:
    return _report_item(_("Resources by unit"), "resources_by_unit", "group", 720)


@hooks.register("register_reports_menu_item")
def coverage_item() -> MenuItem:
    return _report_item(_("Coverage"), "resources_coverage", "table", 730)
