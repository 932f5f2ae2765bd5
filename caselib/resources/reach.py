"""How far Wagtail's own admin reaches: its search, histories, reports and API find only drafts that are one's business."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from wagtail.admin.api.views import PagesAdminAPIViewSet
from wagtail.admin.auth import require_admin_access
from wagtail.admin.views.tags import TAGS_AUTOCOMPLETE_LIMIT
from wagtail.models import Page
from wagtail.permission_policies.pages import PagePermissionPolicy
from wagtail.permissions import register_permission_policy

from .models import ResourcePage
from .selectors import sees_every_draft, suggested_tags, workable


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


@require_admin_access  # type: ignore[untyped-decorator]
def suggest_tags(request: HttpRequest) -> JsonResponse:
    """Answer Wagtail's field for free tags, whose own view completes whatever anybody ever typed in a draft."""
    user: Any = request.user
    begun = request.GET.get("term", "")
    tags = (
        suggested_tags(user).filter(name__istartswith=begun).order_by("name") if begun else suggested_tags(user).none()
    )
    return JsonResponse(list(tags.values_list("name", flat=True)[:TAGS_AUTOCOMPLETE_LIMIT]), safe=False)


def install() -> None:
    """Make the policy hold for all pages; called once when the app is ready."""
    register_permission_policy(Page, WorkablePagePolicy(Page))
