"""What the admin offers for a resource: nothing that publishes, unpublishes, schedules or overwrites goes by a button."""

from __future__ import annotations

from wagtail.models import Page, PagePermissionTester


class ResourcePermissionTester(PagePermissionTester):
    """A resource is published by its review and withdrawn by an act; superusers are not exempt."""

    def can_publish(self) -> bool:
        return False

    def can_publish_subpage(self) -> bool:
        return False

    def can_unpublish(self) -> bool:
        return False

    def can_unschedule(self) -> bool:
        return False

    def can_set_view_restrictions(self) -> bool:
        """Who may read a resource is its circulation level, an act of its own."""
        return False

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        """Only drafts that were never submitted may be deleted: what was decided about a text is kept for ever."""
        if not self.user.is_active or not self._untouched():
            return False
        # A resource is a leaf, so Wagtail's search for live pages below it, a query a row, is left out.
        if self.user.is_superuser or "change" in self.permissions:
            return True
        return "add" in self.permissions and self.page.owner_id == self.user.pk

    def can_move(self) -> bool:
        """Whoever may change the page files it elsewhere, except while it is being reviewed."""
        if not self.user.is_active or self.page.workflow_in_progress:
            return False
        return bool(self.user.is_superuser or "change" in self.permissions)

    def can_move_to(self, destination: Page) -> bool:
        """Moving publishes nothing: ``live`` stays as it is, so permission to add at the target is enough."""
        if self.page == destination or destination.is_descendant_of(self.page) or not self.can_move():
            return False
        if not self.page.is_child_of(destination) and not self.page.specific.can_move_to(destination):
            return False
        return bool(self.user.is_superuser or "add" in destination.permissions_for_user(self.user).permissions)

    def _untouched(self) -> bool:
        never_live = not self.page.live and self.page.first_published_at is None
        # Not ``_workflow_states``: that relation compares with the specific type and never finds a run of a resource.
        if not never_live:
            return False
        # A listing annotates this for all its rows; elsewhere it is asked for the one page.
        submitted = getattr(self.page, "was_submitted", None)
        return not (self.page.workflow_states.exists() if submitted is None else submitted)


class FolderPermissionTester(PagePermissionTester):
    """In a folder drafts are created; nothing is created live, and no act on the folder reaches the resources in it."""

    def can_publish_subpage(self) -> bool:
        return False

    def can_unpublish(self) -> bool:
        return False

    def can_copy(self) -> bool:
        """There is one folder for a unit, a kind and a year, and resources are copied one by one."""
        return False

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        """Only an empty folder may be deleted."""
        return bool(self.page.is_leaf() and super().can_delete(ignore_bulk=ignore_bulk))
