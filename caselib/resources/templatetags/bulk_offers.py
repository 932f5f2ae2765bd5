"""Which bulk acts a listing offers: those whose rule lets this person do them to anything at all."""

from __future__ import annotations

from typing import Any

from django import template
from wagtail.admin.templatetags.wagtailadmin_tags import bulk_action_choices
from wagtail.admin.views.bulk_action.registry import bulk_action_registry

from ..models import Folder, ResourcePage

register = template.Library()
# A resource goes live by its review and leaves by a withdrawal, so Wagtail's own acts would refuse every row.
CLOSED = frozenset({"publish", "unpublish"})


@register.inclusion_tag("wagtailadmin/shared/buttons.html", takes_context=True)
def offered_bulk_actions(context: template.Context, app_label: str, model_name: str) -> dict[str, Any]:
    """Return Wagtail's buttons without the acts that would refuse this reader whatever is chosen."""
    user = context["request"].user
    closed = CLOSED if _only_resources(context) else frozenset()
    refused = {
        action.action_type
        for action in bulk_action_registry.get_bulk_actions_for_model(app_label, model_name)
        if action.action_type in closed or not getattr(action, "offered_to", lambda person: True)(user)
    }
    shown = bulk_action_choices(context, app_label, model_name)
    shown["buttons"] = [button for button in shown["buttons"] if _shown(button, refused)]
    return shown


def _only_resources(context: template.Context) -> bool:
    view, parent = context.get("view"), context.get("parent_page") or context.get("parent")
    model = getattr(view, "model", None)
    listed = isinstance(model, type) and issubclass(model, ResourcePage)
    return listed or isinstance(getattr(parent, "specific_deferred", parent), Folder)


def _shown(button: Any, refused: set[str]) -> bool:
    """Whether ``button`` does what is not refused, or is a menu of which something is left."""
    inside = getattr(button, "dropdown_buttons", None)
    if inside is not None:
        button.dropdown_buttons = [one for one in inside if _shown(one, refused)]
        return bool(button.dropdown_buttons)
    return str(button.url).rstrip("/").rpartition("/")[2] not in refused
