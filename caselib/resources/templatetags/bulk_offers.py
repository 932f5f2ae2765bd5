"""Which bulk acts a listing offers: those whose rule lets this person do them to anything at all."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse
from wagtail.admin.views.bulk_action.registry import bulk_action_registry
from wagtail.admin.widgets.button import ListingButton

from ..models import Folder, ResourcePage

register = template.Library()
# A resource goes live by its review and leaves by a withdrawal, so Wagtail's own acts would refuse every row.
CLOSED = frozenset({"publish", "unpublish"})


@register.inclusion_tag("wagtailadmin/shared/buttons.html", takes_context=True)
def offered_bulk_actions(context: template.Context, app_label: str, model_name: str) -> dict[str, Any]:
    """Return buttons as Wagtail makes them, without the acts that would refuse this reader whatever is chosen."""
    user = context["request"].user
    closed = CLOSED if _only_resources(context) else frozenset()
    offered = [
        action
        for action in bulk_action_registry.get_bulk_actions_for_model(app_label, model_name)
        if action.action_type not in closed and getattr(action, "offered_to", lambda person: True)(user)
    ]
    offered.sort(key=lambda action: action.action_priority)
    return {
        "buttons": [
            ListingButton(
                action.display_name,
                reverse("wagtail_bulk_action", args=[app_label, model_name, action.action_type]),
                attrs={"aria-label": action.aria_label, "data-bulk-action-button": ""},
                priority=action.action_priority,
                classname=" ".join(action.classes | {"bulk-action-btn"}),
            )
            for action in offered
        ]
    }


def _only_resources(context: template.Context) -> bool:
    view, parent = context.get("view"), context.get("parent_page") or context.get("parent")
    model = getattr(view, "model", None)
    listed = isinstance(model, type) and issubclass(model, ResourcePage)
    return listed or isinstance(getattr(parent, "specific_deferred", parent), Folder)
