"""How far Wagtail's own admin reaches: its search, histories, reports and API find only drafts that are one's business."""

from __future__ import annotations

from typing import Any

from wagtail.admin.api.views import PagesAdminAPIViewSet
from wagtail.models import Page
from wagtail.permission_policies.pages import PagePermissionPolicy
from wagtail.permissions import register_permission_policy

from .models import ResourcePage
from .selectors import sees_every_draft, workable


class WorkablePagePolicy(PagePermissionPolicy):  # type: ignore[misc]
    """Wagtail lets everybody explore all that stands under a page they may add to; here a draft is its own unit's."""

    def explorable_instances(self, user: Any) -> Any:
        pages = super().explorable_instances(user)
        if not user.is_authenticated or sees_every_draft(user):
            return pages
        foreign = ResourcePage.objects.exclude(pk__in=workable(user).values("pk"))
        return pages.exclude(pk__in=foreign.values("pk"))


class ReadOnlyPagesAPI(PagesAdminAPIViewSet):  # type: ignore[misc]
    """The API that Wagtail's own scripts read. None of them writes by it, so nothing can be done by it."""

    actions: dict[str, Any] = {}


def install() -> None:
    """Make the policy hold for all pages; called once when the app is ready."""
    register_permission_policy(Page, WorkablePagePolicy(Page))
