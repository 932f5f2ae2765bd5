"""Withdrawing several published resources in one act, with one reason; each page is judged by itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.models import Page

from caselib.resources.bulk import ResourceBulkAction
from caselib.resources.models import ResourcePage

from .forms import ReasonForm
from .rules import may_withdraw
from .services.withdrawal import withdraw


class WithdrawBulkAction(ResourceBulkAction):
    """The withdrawal of ``services.withdrawal``, page by page: one that is refused holds up no other."""

    display_name = _("Withdraw")
    action_type = "withdraw"
    aria_label = _("Withdraw the selected resources at once")
    form_class = ReasonForm
    action_priority = 80

    @classmethod
    def offered_to(cls, user: Any) -> bool:
        return may_withdraw(user.roles, live=True) is None

    def check_perm(self, page: Page) -> bool:
        return (
            isinstance(page.specific_deferred, ResourcePage)
            and may_withdraw(self.request.user.roles, live=page.live) is None
        )

    def get_execution_context(self) -> dict[str, Any]:
        return {**super().get_execution_context(), "reason": self.cleaned_form.cleaned_data["reason"]}

    def get_success_message(self, done: int, refused: int) -> str:
        message = ngettext("%(count)d resource withdrawn.", "%(count)d resources withdrawn.", done) % {"count": done}
        if refused:
            message += " " + ngettext(
                "%(count)d could not be withdrawn.", "%(count)d could not be withdrawn.", refused
            ) % {"count": refused}
        return message

    @classmethod
    def execute_action(
        cls, objects: Iterable[Page], reason: str = "", user: Any = None, **kwargs: Any
    ) -> tuple[int, int]:
        return cls.apply(objects, lambda page: withdraw(page, reason, by=user))
