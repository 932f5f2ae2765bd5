"""Who may do what with images, documents and films in the admin."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Model
from wagtail.documents.models import Document as WagtailDocument
from wagtail.images.models import Image as WagtailImage
from wagtail.permission_policies.collections import CollectionOwnershipPermissionPolicy
from wagtail.permissions import policy_registry, register_permission_policy

from .models import CaseDocument, CaseImage, VideoFile


class OwnUploadsPolicy(CollectionOwnershipPermissionPolicy):  # type: ignore[misc]
    """Who may add sees, chooses and changes what they uploaded themselves; who may change, everything.

    Wagtail's own "choose" is all or nothing: it would show the pictures of every unpublished manuscript to every author.
    What a vetted text shows is kept by ``holding``, whoever asks.
    """

    def user_has_permission(self, user: Any, action: str) -> bool:
        return bool(super().user_has_permission(user, "change" if action == "choose" else action))

    def user_has_any_permission_for_instance(self, user: Any, actions: Collection[str], instance: Any) -> bool:
        return bool(super().user_has_any_permission_for_instance(user, _with_choosing_as_changing(actions), instance))

    def instances_user_has_any_permission_for(self, user: Any, actions: Collection[str]) -> Any:
        return super().instances_user_has_any_permission_for(user, _with_choosing_as_changing(actions))

    def collections_user_has_any_permission_for(self, user: Any, actions: Collection[str]) -> Any:
        """For the filters of choosers: the collections in which the user may find something of theirs."""
        wanted = _with_choosing_as_changing(actions)
        return super().collections_user_has_any_permission_for(user, {*wanted, "add"} if "change" in wanted else wanted)


def _with_choosing_as_changing(actions: Collection[str]) -> set[str]:
    return {"change" if action == "choose" else action for action in actions}


def choosable(model: type[Model], user: Any) -> Any:
    """Return the files of ``model`` that ``user`` may choose: their own uploads, or all for the editors."""
    return policy_registry.get_by_type(model).instances_user_has_any_permission_for(user, {"choose"})


def register() -> None:
    """Register the policies; called once when the app is ready. Exact: Wagtail registers its own for the class later."""
    for model, auth_model, owner in (
        # The permissions are those of Wagtail's models, which the groups' page of the admin shows.
        (CaseImage, WagtailImage, "uploaded_by_user"),
        (CaseDocument, WagtailDocument, "uploaded_by_user"),
        (VideoFile, VideoFile, "uploaded_by"),
    ):
        policy = OwnUploadsPolicy(model, auth_model=auth_model, owner_field_name=owner)
        register_permission_policy(model, policy, exact_class=True)
