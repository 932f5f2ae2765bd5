"""Keeps Wagtail's own admin pages to the drafts a person may work on: history, usage, reports and the rest ask nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import ResolverMatch
from wagtail.models import Page, Revision
from wagtail.permissions import policy_registry

from caselib.accounts.models import User
from caselib.core.numbers import row_number
from caselib.resources.models import ResourcePage
from caselib.resources.reports import may_read_reports
from caselib.resources.selectors import workable

# The arguments by which Wagtail's views name a page.
NAMES = ("page_id", "page_to_move_id", "parent_page_id", "pk", "object_id")
PAGES = "wagtailadmin_pages"
OUTSIDE = ("wagtailadmin_choose_page", "wagtailadmin_explore")  # beside that namespace
BULK = "wagtail_bulk_action"
REPORTS = "wagtailadmin_reports"
SNIPPET_CHOOSERS = "wagtailsnippetchoosers_"


class AdminReachMiddleware:
    """Answer 403 for Wagtail's reports to whoever is not of the office, 404 for a draft that is none of one's business.

    The explorer and the choosers leave foreign drafts out of their lists by hooks; a page's history, its usage, its
    workflow history and the reports have no hook, so the one rule (``selectors.workable``) is asked here for all.
    Addresses at which Wagtail only fails are 404 as well.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        match = request.resolver_match
        if match is not None and _leads_nowhere(match, kwargs):
            raise Http404
        # Only then is the user asked for: to look is to read the session and the account.
        if match is None or not (REPORTS in match.namespaces or _of_pages(match)):
            return
        if not isinstance(request.user, User):
            return
        user = request.user
        if REPORTS in match.namespaces and not may_read_reports(user):
            raise PermissionDenied
        if not _of_pages(match):
            return
        chosen = request.GET.getlist("id") if PAGES not in match.namespaces else []
        for written in [*(str(kwargs.get(name, "")) for name in NAMES), *chosen]:
            number = row_number(written)
            if _foreign(number, user) if number is not None else written.isdecimal():
                raise Http404

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        """Leave out of a bulk action what it may not touch and the user may not see: it would be named there."""
        match = request.resolver_match
        if match is not None and match.url_name == BULK and response.context_data and isinstance(request.user, User):
            refused = response.context_data.get("items_with_no_access") or []
            user = request.user
            response.context_data["items_with_no_access"] = [entry for entry in refused if _known(entry, user)]
        return response


def _leads_nowhere(match: ResolverMatch, kwargs: dict[str, Any]) -> bool:
    """Whether it is an address of Wagtail's that fails whoever asks.

    These are: its test of the error page, a place for the root of all pages, a revision that is none of the page's, the
    form to add something in a chooser that has no form.
    """
    if match.url_name == "wagtailadmin_error_test":
        return True
    if match.url_name == "set_page_position":
        return not Page.objects.filter(pk=kwargs["page_to_move_id"], depth__gt=1).exists()
    if PAGES in match.namespaces and "revision_id" in kwargs:
        own = {"pk": kwargs["revision_id"], "object_id": str(kwargs.get("page_id"))}
        return not Revision.page_revisions.filter(**own).exists()
    if match.url_name != "create" or not any(space.startswith(SNIPPET_CHOOSERS) for space in match.namespaces):
        return False
    made_with = getattr(match.func, "view_initkwargs", {})
    return all(made_with.get(name) is None for name in ("creation_form_class", "form_fields", "exclude_form_fields"))


def _of_pages(match: ResolverMatch) -> bool:
    return PAGES in match.namespaces or str(match.url_name).startswith(OUTSIDE)


def _known(entry: Any, user: User) -> bool:
    """Whether what a bulk action names as untouchable (by itself, or with whether it may be edited) may be named."""
    item = entry["item"] if isinstance(entry, dict) else entry
    if isinstance(item, Page):
        return not _foreign(item.pk, user)
    policy = policy_registry.get_by_type(type(item))
    return bool(policy.user_has_any_permission_for_instance(user, {"choose", "change", "view"}, item))


def _foreign(pk: int, user: User) -> bool:
    return ResourcePage.objects.filter(pk=pk).exists() and not workable(user).filter(pk=pk).exists()
