"""Keeps Wagtail's own admin pages to the drafts a person may work on: history, usage, reports and the rest ask nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from caselib.accounts.models import User
from caselib.resources.models import ResourcePage
from caselib.resources.reports import may_read_reports
from caselib.resources.selectors import workable

# The arguments by which Wagtail's views name a page.
NAMES = ("page_id", "page_to_move_id", "pk", "object_id")
PAGES = "wagtailadmin_pages"
REPORTS = "wagtailadmin_reports"


class AdminReachMiddleware:
    """Answer 403 for Wagtail's reports to whoever is not of the office, 404 for a draft that is none of one's business.

    The explorer and the choosers leave foreign drafts out of their lists by hooks; a page's history, its usage, its
    workflow history and the reports have no hook, so the one rule (``selectors.workable``) is asked here for all.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        match = request.resolver_match
        # Only then is the user asked for: to look is to read the session and the account.
        if match is None or not {REPORTS, PAGES} & {*match.namespaces} or not isinstance(request.user, User):
            return
        user = request.user
        if REPORTS in match.namespaces and not may_read_reports(user):
            raise PermissionDenied
        if PAGES not in match.namespaces:
            return
        for name in NAMES:
            number = str(kwargs.get(name, ""))
            if number.isdigit() and _foreign(int(number), user):
                raise Http404


def _foreign(pk: int, user: User) -> bool:
    return ResourcePage.objects.filter(pk=pk).exists() and not workable(user).filter(pk=pk).exists()
