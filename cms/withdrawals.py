"""Who is told when a resource is withdrawn: who ordered, listed or printed it and the office of its competition."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q

from caselib.accounts.models import User
from caselib.anthologies.models import Selection
from caselib.catalogue.models import ListItem, OrderLine
from caselib.competitions.services.entries import tell_of_withdrawal
from caselib.resources.models import ResourcePage
from caselib.review.services.withdrawal import tell_holders
from caselib.review.signals import withdrawn


def connect() -> None:
    """Connect the receiver; called once when the site is ready."""
    withdrawn.connect(_tell, dispatch_uid="cms.withdrawn")


def _tell(sender: type, page: ResourcePage, reason: str, by: User, at: datetime, **kwargs: Any) -> None:
    ordered = OrderLine.objects.filter(resource_id=page.pk).values("order__placed_by")
    listed = ListItem.objects.filter(resource_id=page.pk).values("catalogue_list__created_by")
    printed = Selection.objects.filter(page_id=page.pk).values("edition__created_by")
    holders = User.objects.filter(Q(pk__in=ordered) | Q(pk__in=listed) | Q(pk__in=printed)).exclude(pk=by.pk)
    tell_holders(page, holders, reason, at=at)
    tell_of_withdrawal(page, reason, at=at)
