"""The lock of a manuscript under review, which says who is reading and how to get the text back."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from wagtail.locks import WorkflowLock


class StageLock(WorkflowLock):
    """Locks everybody out while a stage is open, and explains it in one sentence."""

    def for_user(self, user: Any) -> bool:
        return True

    def get_message(self, user: Any) -> str:
        return format_html(
            "{}",
            _(
                "“%(stage)s” is reading this text, so nobody can change it. The author can take it back, or the reviewer "
                "returns it; only the text that was read is published."
            )
            % {"stage": self.task.name},
        )

    def get_locked_by(self, user: Any, can_lock: bool = False) -> str:
        return _("Under review")

    def get_description(self, user: Any, can_lock: bool = False) -> str:
        return _("Nobody can change the text while it is being reviewed")

    def get_icon(self, user: Any, can_lock: bool = False) -> str:
        return "lock"
